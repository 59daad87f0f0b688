import type { Millis, StreamId } from "../core/ids.ts";
import type { HaMode, WindowRecord } from "../core/record.ts";
import type { WindowSummary } from "../core/summary.ts";
import type { WindowContent } from "../core/window-content.ts";
import { ARRIVAL_TOLERANCE_DEFAULT_MS, NO_CONTENT } from "../core/window-content.ts";
import { nth, whole } from "./checked.ts";
import { decodeDeltas, decodeNumbers, encodeDeltas, encodeNumbers } from "./columns.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";
import { streamIdFromBytes, streamIdToBytes } from "./frame-values.ts";
import { decodeValues, encodeValues, numberColumn } from "./value-columns.ts";
import { toleranceFromWire, toleranceWire } from "./window-content-codec.ts";

/** The names and series of one batch, numbered in the order of their first use. */
export class Dictionary {
  readonly names: string[] = [];
  readonly series: tidemark.v1.Series.$Properties[] = [];
  readonly #names = new Map<string, number>();
  readonly #series = new Map<string, Map<string, Map<string | null, Variant[]>>>();

  /** The fourth parameter defaults to the mode `auto`, the first type and unit of the metric, and the usual windows. */
  number(device: string, metric: string, unit: string | null, kind: SeriesKind = PLAIN): number {
    const byMetric = entry(this.#series, device, () => new Map<string, Map<string | null, Variant[]>>());
    const byUnit = entry(byMetric, metric, () => new Map<string | null, Variant[]>());
    const variants = entry(byUnit, unit, () => []);
    for (const variant of variants) if (sameKind(variant.kind, kind)) return variant.number;
    const { haMode, later, arrivalToleranceMs, quantiles } = kind;
    const number = this.series.length;
    variants.push({ kind: { haMode, later, arrivalToleranceMs, quantiles }, number });
    this.series.push({
      device: this.#name(device),
      metric: this.#name(metric),
      unit: unit === null ? 0 : this.#name(unit) + 1,
      ...(haMode === "auto" ? {} : { haMode: HA_MODES.indexOf(haMode) }),
      ...(later ? { later } : {}),
      ...toleranceWire(arrivalToleranceMs),
      ...(quantiles ? {} : { withoutQuantiles: true }),
    });
    return number;
  }

  #name(name: string): number {
    return entry(this.#names, name, () => this.names.push(name) - 1);
  }
}

/** What a series of a batch says about its windows. The last two belong to single readings and cells. */
export type SeriesKind = Pick<WindowRecord, "haMode" | "later"> & {
  readonly arrivalToleranceMs: number;
  readonly quantiles: boolean;
};

/** The columns of the summaries. What the windows say about their single readings is left out. */
export function windowColumns(
  windows: readonly WindowRecord[],
  dictionary: Dictionary,
): tidemark.v1.WindowColumns.$Properties {
  const summaries = windows.map((window) => window.summary);
  return {
    ...placeColumns(windows, dictionary),
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

/** Which window each row is, and which state of it. */
export function placeColumns(windows: readonly WindowRecord[], dictionary: Dictionary): PlaceColumns {
  const carries: Uint8Array[] = [];
  const carryNumbers = new Map<StreamId, number>();
  const carryOf = (carry: StreamId | null): number =>
    carry === null ? 0 : entry(carryNumbers, carry, () => carries.push(streamIdToBytes(carry)));
  return {
    series: windows.map((window) => dictionary.number(window.device, window.metric, window.unit, seriesKind(window))),
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
  };
}

/**
 * Reads the dictionary.
 * @throws RangeError
 */
export function seriesNames(body: Pick<tidemark.v1.BatchBody, "names" | "series" | "format">): readonly SeriesNames[] {
  return body.series.map((item): SeriesNames => {
    const { device, metric, unit, haMode, later, arrivalToleranceMs, withoutQuantiles } =
      tidemark.v1.Series.create(item);
    return {
      device: nth(body.names, device, "name"),
      metric: nth(body.names, metric, "name"),
      unit: unit === 0 ? null : nth(body.names, unit - 1, "name"),
      haMode: body.format === 1 ? "auto" : nth(HA_MODES, haMode, "ha_mode"),
      // A reader of an earlier format does not see it, so no reader may see it.
      later: body.format >= 3 && later,
      arrivalToleranceMs: toleranceFromWire(body.format >= 4 ? arrivalToleranceMs : 0),
      quantiles: body.format < 4 || !withoutQuantiles,
    };
  });
}

/**
 * The windows have the content `none`.
 * @throws RangeError when the columns do not fit together.
 */
export function windowRecords(columns: tidemark.v1.WindowColumns, series: readonly SeriesNames[]): WindowRecord[] {
  const places = placesOfColumns(columns, series);
  const { rows } = places;
  const count = sized(columns.count, rows, "count");
  const numericCount = optional(columns.numericCount, rows, "numeric_count") ?? count;
  const sum = decodeNumbers(numberColumn(columns.sum), rows);
  const min = decodeNumbers(numberColumn(columns.min), rows);
  const max = decodeNumbers(numberColumn(columns.max), rows);
  const mean = decodeNumbers(numberColumn(columns.mean), rows);
  const m2 = decodeNumbers(numberColumn(columns.m2), rows);
  const firstOffsetMs = sized(columns.firstOffsetMs, rows, "first_offset_ms");
  const lastOffsetMs = sized(columns.lastOffsetMs, rows, "last_offset_ms");
  const first = decodeValues(columns.first, rows);
  const last = decodeValues(columns.last, rows);
  const coverage = sized(columns.coverage, rows, "coverage");
  const sketch = sized(columns.sketch, rows, "sketch");
  return Array.from({ length: rows }, (_, i): WindowRecord => {
    const windowStartMs = places.windowStartMs(i);
    return places.record(i, NO_CONTENT, {
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
    });
  });
}

/**
 * Reads what {@link placeColumns} made.
 * @throws RangeError
 */
export function placesOfColumns(columns: PlaceColumns, series: readonly SeriesNames[]): WindowPlaces {
  const rows = columns.series.length;
  const of = columns.series.map((number) => nth(series, number, "series"));
  const windowMs = sized(columns.windowMs, rows, "window_ms");
  if (windowMs.includes(0)) throw new RangeError("a window of length 0 among the window records");
  const start = decodeDeltas(columns.start, rows);
  const part = optional(columns.part, rows, "part");
  const carry = optional(columns.carry, rows, "carry");
  const carries = columns.carries.map((bytes) => streamIdFromBytes(bytes));
  const revision = optional(columns.revision, rows, "revision");
  const windowStartMs = (row: number): Millis => whole(start[row]! * windowMs[row]!) as Millis;
  return {
    rows,
    of,
    windowMs,
    windowStartMs,
    record: (row, content, summary) => {
      const { device, metric, unit, haMode, later } = of[row]!;
      return {
        device,
        metric,
        unit,
        haMode,
        later,
        windowMs: windowMs[row]!,
        windowStartMs: windowStartMs(row),
        part: part === undefined ? 0 : whole(part[row]!),
        carry: carry === undefined || carry[row] === 0 ? null : nth(carries, carry[row]! - 1, "carry"),
        revision: revision?.[row] ?? 0,
        content,
        summary,
      };
    },
  };
}

type PlaceColumns = Pick<
  tidemark.v1.WindowColumns,
  "series" | "windowMs" | "start" | "part" | "carry" | "carries" | "revision"
>;
type WindowPlaces = {
  readonly rows: number;
  readonly of: readonly SeriesNames[];
  readonly windowMs: readonly number[];
  readonly windowStartMs: (row: number) => Millis;
  readonly record: (row: number, content: WindowContent, summary: WindowSummary) => WindowRecord;
};

export type SeriesNames = Pick<WindowRecord, "device" | "metric" | "unit"> & SeriesKind;
type Variant = { readonly kind: SeriesKind; readonly number: number };

function seriesKind({ haMode, later, content }: WindowRecord): SeriesKind {
  if (content.kind === "none") return { ...PLAIN, haMode, later };
  const { arrivalToleranceMs } = content;
  return { haMode, later, arrivalToleranceMs, quantiles: content.kind === "cells" || content.quantiles };
}

function sameKind(a: SeriesKind, b: SeriesKind): boolean {
  return (
    a.haMode === b.haMode &&
    a.later === b.later &&
    a.arrivalToleranceMs === b.arrivalToleranceMs &&
    a.quantiles === b.quantiles
  );
}

function sized<T>(column: readonly T[], rows: number, name: string): readonly T[] {
  if (column.length !== rows) throw new RangeError(`the column ${name} has ${column.length} rows instead of ${rows}`);
  return column;
}

function optional<T>(column: readonly T[], rows: number, name: string): readonly T[] | undefined {
  return column.length === 0 ? undefined : sized(column, rows, name);
}

const HA_MODES: readonly HaMode[] = ["auto", "mirror", "partition"];
const PLAIN: SeriesKind = {
  haMode: "auto",
  later: false,
  arrivalToleranceMs: ARRIVAL_TOLERANCE_DEFAULT_MS,
  quantiles: true,
};
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
