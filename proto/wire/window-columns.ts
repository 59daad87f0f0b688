import type { Millis, StreamId } from "../core/ids.ts";
import type { HaMode, WindowRecord } from "../core/record.ts";
import { nth, whole } from "./checked.ts";
import { decodeDeltas, decodeNumbers, encodeDeltas, encodeNumbers } from "./columns.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";
import { streamIdFromBytes, streamIdToBytes } from "./frame-values.ts";
import { decodeValues, encodeValues, numberColumn } from "./value-columns.ts";
import { NO_CONTENT } from "../core/window-content.ts";

/** The names and series of one batch, numbered in the order of their first use. */
export class Dictionary {
  readonly names: string[] = [];
  readonly series: tidemark.v1.Series.$Properties[] = [];
  readonly #names = new Map<string, number>();
  readonly #series = new Map<string, Map<string, Map<string | null, number>>[]>();

  /** The fourth parameter defaults to the mode `auto`, and to the first type and unit of the metric. */
  number(
    device: string,
    metric: string,
    unit: string | null,
    { haMode, later }: { readonly haMode: HaMode; readonly later: boolean } = PLAIN,
  ): number {
    const mode = HA_MODES.indexOf(haMode);
    const kind = later ? HA_MODES.length + mode : mode;
    const byMetric = entry(this.#series, device, () => [...HA_MODES, ...HA_MODES].map(() => new Map()))[kind]!;
    const byUnit = entry(byMetric, metric, () => new Map<string | null, number>());
    return entry(byUnit, unit, () => {
      this.series.push({
        device: this.#name(device),
        metric: this.#name(metric),
        unit: unit === null ? 0 : this.#name(unit) + 1,
        ...(mode === 0 ? {} : { haMode: mode }),
        ...(later ? { later } : {}),
      });
      return this.series.length - 1;
    });
  }

  #name(name: string): number {
    return entry(this.#names, name, () => this.names.push(name) - 1);
  }
}

export function windowColumns(
  windows: readonly WindowRecord[],
  dictionary: Dictionary,
): tidemark.v1.WindowColumns.$Properties {
  const carries: Uint8Array[] = [];
  const carryNumbers = new Map<StreamId, number>();
  const carryOf = (carry: StreamId | null): number =>
    carry === null ? 0 : entry(carryNumbers, carry, () => carries.push(streamIdToBytes(carry)));
  const summaries = windows.map((window) => window.summary);
  return {
    series: windows.map(({ device, metric, unit, ...kind }) => dictionary.number(device, metric, unit, kind)),
    windowMs: windows.map((window) => window.windowMs),
    start: encodeDeltas(windows.map((window) => window.windowStartMs / window.windowMs)),
    part: unlessAll(
      windows.map((window) => window.part),
      0,
    ),
    carry: unlessAll(
      windows.map((window) => carryOf(window.carry)),
      0,
    ),
    carries,
    revision: unlessAll(
      windows.map((window) => window.revision),
      0,
    ),
    count: summaries.map((summary) => summary.count),
    numericCount: summaries.every((summary) => summary.numericCount === summary.count)
      ? []
      : summaries.map((summary) => summary.numericCount),
    sum: encodeNumbers(summaries.map((summary) => summary.sum)),
    min: encodeNumbers(summaries.map((summary) => summary.min)),
    max: encodeNumbers(summaries.map((summary) => summary.max)),
    mean: encodeNumbers(summaries.map((summary) => summary.mean)),
    m2: encodeNumbers(summaries.map((summary) => summary.m2)),
    firstOffsetMs: windows.map((window) => window.summary.firstMs - window.windowStartMs),
    first: encodeValues(summaries.map((summary) => summary.first)),
    lastOffsetMs: windows.map((window) => window.summary.lastMs - window.windowStartMs),
    last: encodeValues(summaries.map((summary) => summary.last)),
    coverage: summaries.map((summary) => summary.coverage),
    sketch: summaries.map((summary) => summary.sketch ?? EMPTY),
  };
}

/**
 * Reads the dictionary.
 * @throws RangeError
 */
export function seriesNames(body: Pick<tidemark.v1.BatchBody, "names" | "series" | "format">): readonly SeriesNames[] {
  return body.series.map((item): SeriesNames => {
    const { device, metric, unit, haMode, later } = tidemark.v1.Series.create(item);
    return {
      device: nth(body.names, device, "name"),
      metric: nth(body.names, metric, "name"),
      unit: unit === 0 ? null : nth(body.names, unit - 1, "name"),
      haMode: body.format === 1 ? "auto" : nth(HA_MODES, haMode, "ha_mode"),
      // A reader of an earlier format does not see it, so no reader may see it.
      later: body.format >= 3 && later,
    };
  });
}

/** @throws RangeError when the columns do not fit together. */
export function windowRecords(columns: tidemark.v1.WindowColumns, series: readonly SeriesNames[]): WindowRecord[] {
  const rows = columns.series.length;
  const sized = <T>(column: readonly T[], name: string): readonly T[] => {
    if (column.length !== rows) throw new RangeError(`the column ${name} has ${column.length} rows instead of ${rows}`);
    return column;
  };
  const optional = <T>(column: readonly T[], name: string): readonly T[] | undefined =>
    column.length === 0 ? undefined : sized(column, name);
  const windowMs = sized(columns.windowMs, "window_ms");
  const start = decodeDeltas(columns.start, rows);
  const part = optional(columns.part, "part");
  const carry = optional(columns.carry, "carry");
  const carries = columns.carries.map((bytes) => streamIdFromBytes(bytes));
  const revision = optional(columns.revision, "revision");
  const count = sized(columns.count, "count");
  const numericCount = optional(columns.numericCount, "numeric_count") ?? count;
  const sum = decodeNumbers(numberColumn(columns.sum), rows);
  const min = decodeNumbers(numberColumn(columns.min), rows);
  const max = decodeNumbers(numberColumn(columns.max), rows);
  const mean = decodeNumbers(numberColumn(columns.mean), rows);
  const m2 = decodeNumbers(numberColumn(columns.m2), rows);
  const firstOffsetMs = sized(columns.firstOffsetMs, "first_offset_ms");
  const lastOffsetMs = sized(columns.lastOffsetMs, "last_offset_ms");
  const first = decodeValues(columns.first, rows);
  const last = decodeValues(columns.last, rows);
  const coverage = sized(columns.coverage, "coverage");
  const sketch = sized(columns.sketch, "sketch");
  return Array.from({ length: rows }, (_, i): WindowRecord => {
    if (windowMs[i] === 0) throw new RangeError("a window of length 0 among the window records");
    const windowStartMs = whole(start[i]! * windowMs[i]!) as Millis;
    return {
      ...nth(series, columns.series[i]!, "series"),
      windowMs: windowMs[i]!,
      windowStartMs,
      part: part === undefined ? 0 : whole(part[i]!),
      carry: carry === undefined || carry[i] === 0 ? null : nth(carries, carry[i]! - 1, "carry"),
      revision: revision?.[i] ?? 0,
      summary: {
        count: whole(count[i]!),
        numericCount: whole(numericCount[i]!),
        sum: sum[i]!,
        min: min[i]!,
        max: max[i]!,
        mean: mean[i]!,
        m2: m2[i]!,
        firstMs: (windowStartMs + firstOffsetMs[i]!) as Millis,
        first: first[i]!,
        lastMs: (windowStartMs + lastOffsetMs[i]!) as Millis,
        last: last[i]!,
        coverage: coverage[i]!,
        sketch: sketch[i]!.length === 0 ? null : sketch[i]!,
      },
      content: NO_CONTENT,
    };
  });
}

export type SeriesNames = Pick<WindowRecord, "device" | "metric" | "unit" | "haMode" | "later">;

const HA_MODES: readonly HaMode[] = ["auto", "mirror", "partition"];
const PLAIN = { haMode: "auto" as const, later: false };
const EMPTY = new Uint8Array(0);

function unlessAll(column: number[], usual: number): number[] {
  return column.every((value) => value === usual) ? [] : column;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
