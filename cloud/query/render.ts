import { createHash } from "node:crypto";

import { DAY_MS } from "../core/day-digests.ts";
import type { DayDigest } from "../core/day-digests.ts";
import { commandName, slotName } from "../../proto/core/conflicts.ts";
import { hash48Text } from "../../proto/core/hash48.ts";
import { hlcMs } from "../../proto/core/hlc.ts";
import type { OperatorRow } from "../../proto/core/operator-command.ts";
import type { Value } from "../../proto/core/reading.ts";
import type { WindowSummary } from "../../proto/core/summary.ts";
import { quantile } from "../../proto/core/sketch.ts";
import { formatDuration } from "../../proto/runtime/options/duration.ts";
import { typeOfValue } from "../../proto/core/schema.ts";
import type {
  ConflictRow,
  EffectiveWindow,
  RawReading,
  SchemaRow,
  StreamReport,
  WindowRevision,
} from "../store/store.ts";
import { knownVersions } from "../core/known-versions.ts";

/**
 * Rows as the API shows them. Times are ISO 8601 in UTC; numbers are JSON numbers, and an integer beyond 2^53 is one
 * too, with all its digits (a reader that parses numbers as doubles rounds it, as it would any such number).
 */
export function recordJson(row: EffectiveWindow): object {
  const { device, metric, windowMs, windowStartMs, effective } = row;
  return {
    device,
    metric,
    type: effective.type,
    unit: effective.unit,
    window: formatDuration(windowMs),
    start: iso(windowStartMs),
    end: iso(windowStartMs + windowMs),
    ...summaryJson(effective.summary),
    operator: effective.operator === null ? null : commandJson(effective.operator),
    revision: Math.max(0, ...effective.sources.map((source) => source.revision)),
    sources: effective.sources.map((source) => ({
      gateway: source.gateway,
      stream: source.streamId,
      part: source.part,
      version: source.ver,
      revision: source.revision,
      count: source.summary.count,
    })),
  };
}

/** Which types and units a series has had: how it is now, and since when it was what. */
export function schemaJson({ device, metric, versions: seen }: SchemaRow): object {
  const versions = knownVersions(seen);
  const current = versions.reduce((latest, version) => (version.lastMs >= latest.lastMs ? version : latest));
  const { type, unit } = current;
  return {
    device,
    metric,
    type,
    unit,
    first_seen: iso(Math.min(...versions.map(({ firstMs }) => firstMs))),
    last_seen: iso(current.lastMs),
    changes: versions.length - 1,
    versions: versions.map((version) => ({
      type: version.type,
      unit: version.unit,
      first_seen: iso(version.firstMs),
      last_seen: iso(version.lastMs),
    })),
  };
}

/** A conflict: what was chosen instead of what, or added to it. `key` is the same in every region. */
export function conflictJson(row: ConflictRow): object {
  if (row.kind === "fork") return { kind: row.kind, key: row.key };
  const { device, metric, kind, winner, loser } = row;
  const window = formatDuration(row.windowMs);
  const start = iso(row.windowStartMs);
  const key = [kind, device, metric, window, start, winner, loser].join(" ");
  return { kind, device, metric, window, start, outcome: row.outcome, winner, loser, key };
}

/** One row that a window has or had. */
export function revisionJson({ kind, inAnswer, ...rest }: WindowRevision): object {
  if (!("state" in rest)) {
    const { row } = rest;
    const name = commandName(row);
    return { kind, in_answer: inAnswer, name, ...commandJson(row), summary: summaryOrNull(row.summary) };
  }
  const { state, row } = rest;
  return {
    kind,
    in_answer: inAnswer,
    name: slotName(row),
    state,
    gateway: row.gateway,
    stream: row.streamId,
    part: row.part,
    version: row.ver,
    hash: hash48Text(row.hash48),
    revision: row.revision,
    carry: row.carry,
    unit: row.unit,
    ha_mode: row.haMode,
    summary: summaryJson(row.summary),
  };
}

function commandJson({ rank, hlc, reason, actor }: OperatorRow): object {
  return { rank, hlc, time: iso(hlcMs(hlc)), reason, actor };
}

function summaryJson(summary: WindowSummary): object {
  const numbers = summary.numericCount > 0;
  return {
    count: summary.count,
    numeric_count: summary.numericCount,
    sum: numbers ? summary.sum : null,
    min: numbers ? summary.min : null,
    max: numbers ? summary.max : null,
    mean: numbers ? summary.mean : null,
    stddev: numbers ? Math.sqrt(summary.m2 / summary.numericCount) : null,
    first: jsonValue(summary.first),
    first_time: iso(summary.firstMs),
    last: jsonValue(summary.last),
    last_time: iso(summary.lastMs),
    quantiles: quantilesJson(summary),
  };
}

function summaryOrNull(summary: WindowSummary | null): object | null {
  return summary === null ? null : summaryJson(summary);
}

/** Of all rows of a day. */
export function digestJson(day: number, buckets: readonly DayDigest[]): object {
  const sums = buckets
    .toSorted((a, b) => a.bucket - b.bucket)
    .map(({ bucket, sum }) => [bucket, hash48Text(sum)] as const);
  return {
    day: dayText(day),
    rows: buckets.reduce((sum, bucket) => sum + bucket.rows, 0),
    digest: createHash("sha256").update(sums.join()).digest("hex").slice(0, 16),
    buckets: Object.fromEntries(sums),
  };
}

export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function readingJson(row: RawReading): object {
  return {
    device: row.device,
    metric: row.metric,
    type: typeOfValue(row.value),
    unit: row.unit,
    window: "raw",
    time: iso(row.timeMs),
    value: jsonValue(row.value),
    clock: row.clock,
    stream: row.streamId,
    version: row.seq,
    index: row.index,
  };
}

export function gatewayJson(row: StreamReport, lastSeenMs: number | null): object {
  return {
    gateway: row.gateway,
    stream: row.streamId,
    durable: row.have,
    last_batch: iso(row.lastReceivedMs),
    gateway_last_seen: lastSeenMs === null ? null : iso(lastSeenMs),
    readings: row.readings,
    redelivered: row.redelivered,
    dead_letters: row.deadLetters,
    discards: row.discards,
    records: row.records,
    raw_readings: row.rawReadings,
  };
}

/** One line; a bigint that {@link jsonValue} let through stands there with all its digits. */
export function jsonText(body: object): string {
  return JSON.stringify(body);
}

function jsonValue(value: Value): unknown {
  return typeof value === "bigint" ? (JSON as unknown as RawJson).rawJSON(value.toString()) : value;
}

/** `JSON.rawJSON` of ECMAScript 2026, which the compiler's library does not list yet. */
type RawJson = { rawJSON(text: string): unknown };

function quantilesJson(summary: WindowSummary): object | null {
  const { sketch, min, max } = summary;
  if (sketch === null) return null;
  // The sketch answers within 1 %; the true extremes are known, so no answer lies outside them.
  const at = (q: number): number => Math.min(max, Math.max(min, quantile(sketch, q)));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

function iso(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? String(timeMs) : date.toISOString();
}
