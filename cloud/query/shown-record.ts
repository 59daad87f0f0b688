import { hlcMs } from "../../proto/core/hlc.ts";
import type { OperatorRow } from "../../proto/core/operator-command.ts";
import type { Value } from "../../proto/core/reading.ts";
import { quantile } from "../../proto/core/sketch.ts";
import type { WindowSummary } from "../../proto/core/summary.ts";
import { formatDuration } from "../../proto/runtime/options/duration.ts";
import type { ShownCommand, ShownRecord, ShownSummary, ShownValue } from "../../proto/wire/http/records.ts";
import type { EffectiveWindow } from "../store/store.ts";

/** The record of a window and its parts, as the API shows them. */
export function shownRecord(row: EffectiveWindow): ShownRecord {
  const { device, metric, windowMs, windowStartMs, effective } = row;
  return {
    device,
    metric,
    type: effective.type,
    unit: effective.unit,
    window: formatDuration(windowMs),
    start: iso(windowStartMs),
    end: iso(windowStartMs + windowMs),
    ...shownSummary(effective.summary),
    approximate:
      effective.bounds === null ? null : { count_min: effective.bounds.countMin, count_max: effective.bounds.countMax },
    operator: effective.operator === null ? null : shownCommand(effective.operator),
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

export function shownCommand({ rank, hlc, reason, actor }: OperatorRow): ShownCommand {
  return { rank, hlc, time: iso(hlcMs(hlc)), reason, actor };
}

export function shownSummary(summary: WindowSummary): ShownSummary {
  const numbers = summary.numericCount > 0;
  return {
    count: summary.count,
    numeric_count: summary.numericCount,
    sum: numbers ? summary.sum : null,
    min: numbers ? summary.min : null,
    max: numbers ? summary.max : null,
    mean: numbers ? summary.mean : null,
    stddev: numbers ? Math.sqrt(summary.m2 / summary.numericCount) : null,
    first: shownValue(summary.first),
    first_time: iso(summary.firstMs),
    last: shownValue(summary.last),
    last_time: iso(summary.lastMs),
    quantiles: shownQuantiles(summary),
  };
}

/** An integer beyond 2^53 becomes a JSON number with all its digits. */
export function shownValue(value: Value): ShownValue {
  return typeof value === "bigint" ? rawJson(value.toString()) : value;
}

export function iso(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? String(timeMs) : date.toISOString();
}

/** The sketch has an error of at most 1 %. The true extremes are known, so no quantile lies outside of them. */
function shownQuantiles({ sketch, min, max }: WindowSummary): ShownSummary["quantiles"] {
  if (sketch === null) return null;
  const at = (q: number): number => Math.min(max, Math.max(min, quantile(sketch, q)));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/**
 * `JSON.rawJSON` of ECMAScript 2026, which the compiler's library does not list yet. Its result is written as a number.
 */
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => number };
