import { quantile } from "../../proto/core/sketch.ts";
import type { Value } from "../../proto/core/reading.ts";
import { formatDuration } from "../../proto/runtime/options/duration.ts";
import type { EffectiveWindow, RawReading, StreamRow } from "../store/store.ts";

/**
 * Rows as the API shows them. Times are ISO 8601 in UTC; numbers are JSON numbers, and an integer beyond 2^53 is one
 * too, with all its digits (a reader that parses numbers as doubles rounds it, as it would any such number).
 */
export function recordJson(row: EffectiveWindow): object {
  const { device, metric, windowMs, windowStartMs, effective } = row;
  const { summary } = effective;
  const numbers = summary.numericCount > 0;
  return {
    device,
    metric,
    unit: effective.unit,
    window: formatDuration(windowMs),
    start: iso(windowStartMs),
    end: iso(windowStartMs + windowMs),
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

export function readingJson(row: RawReading): object {
  return {
    device: row.device,
    metric: row.metric,
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

export function gatewayJson(row: StreamRow, lastSeenMs: number | null): object {
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

function quantilesJson(summary: EffectiveWindow["effective"]["summary"]): object | null {
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
