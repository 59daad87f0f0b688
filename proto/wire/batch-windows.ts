import type { WindowRecord } from "../core/record.ts";
import { summaryOfReadings } from "../core/summary-of-readings.ts";
import type { WindowCell, WindowContent, WindowReading } from "../core/window-content.ts";
import { nth } from "./checked.ts";
import { decimalScale } from "./columns.ts";
import { cellColumns, cellsOfColumns, readingColumns, readingsOfColumns } from "./content-columns.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";
import { checkContent } from "./window-content-codec.ts";
import type { Dictionary, SeriesNames } from "./window-columns.ts";
import { placeColumns, placesOfColumns, windowColumns, windowRecords } from "./window-columns.ts";

/**
 * The windows of a batch: those that carry their readings, and the others with their summaries and cells.
 *
 * Windows with readings are grouped by the decimal places that their values need. A column has one number of places, so a
 * single value with many would make the values of all windows longer.
 */
export function batchWindows(windows: readonly WindowRecord[], dictionary: Dictionary): BatchWindows {
  const others: WindowRecord[] = [];
  const rowsWithCells: number[] = [];
  const cells: RowCells[] = [];
  const groups = new Map<number, { readonly records: WindowRecord[]; readonly columns: RowReadings[] }>();
  for (const window of windows) {
    const { content, windowStartMs: fromMs } = window;
    if (content.kind === "readings") {
      const places = decimalPlaces(content.readings);
      let group = groups.get(places);
      if (group === undefined) groups.set(places, (group = { records: [], columns: [] }));
      group.records.push(window);
      group.columns.push({ readings: content.readings, fromMs });
      continue;
    }
    if (content.kind === "cells") {
      rowsWithCells.push(others.length);
      cells.push({ cells: content.cells, fromMs });
    }
    others.push(window);
  }
  return {
    windows: others.length === 0 ? null : windowColumns(others, dictionary),
    windowCells: cells.length === 0 ? null : { row: rowsWithCells, cells: cellColumns(cells) },
    readingWindows: [...groups.values()].map(({ records, columns }) => ({
      ...placeColumns(records, dictionary),
      readings: readingColumns(columns),
    })),
  };
}

/**
 * In another order than {@link batchWindows} was given: those with readings come last.
 * @throws RangeError when it is not what {@link batchWindows} makes.
 */
export function windowsOfBatch(
  body: Pick<tidemark.v1.BatchBody, "format" | "windows" | "windowCells" | "readingWindows">,
  series: readonly SeriesNames[],
): WindowRecord[] {
  const columns = wire.WindowColumns.create(body.windows ?? {});
  const others = windowRecords(columns, series);
  // A reader of an earlier format does not see the rest, so no reader may see it.
  if (body.format < 4) return others;
  const groups = body.readingWindows.map((group) => wire.ReadingWindowColumns.create(group));
  const readings = groups.reduce((sum, group) => sum + totalOf(group.readings?.count ?? []), 0);
  if (readings > READINGS_MAX) throw new RangeError(`a batch with ${readings} readings in its windows`);
  const cells = body.windowCells == null ? others : withCells(others, body.windowCells, { columns, series });
  return [...cells, ...groups.flatMap((group) => recordsWithReadings(group, series))];
}

type BatchWindows = Pick<tidemark.v1.BatchBody.$Properties, "windows" | "windowCells" | "readingWindows">;
type RowReadings = { readonly readings: readonly WindowReading[]; readonly fromMs: number };
type RowCells = { readonly cells: readonly WindowCell[]; readonly fromMs: number };

const wire = tidemark.v1;
/**
 * A gateway seals a batch at 1 MiB at most, which is fewer readings. The limit keeps a hostile batch from taking memory: a
 * reading takes 20 times more as an object than in its columns.
 */
const READINGS_MAX = 1_048_576;
/** Added to the decimal places of the numbers where there are other values. */
const WITH_OTHERS = 10;

function decimalPlaces(readings: readonly WindowReading[]): number {
  const numbers: number[] = [];
  for (const { value } of readings) if (typeof value === "number") numbers.push(value);
  const places = decimalScale(numbers);
  return numbers.length === readings.length ? places : places + WITH_OTHERS;
}

function recordsWithReadings(
  group: tidemark.v1.ReadingWindowColumns,
  series: readonly SeriesNames[],
): readonly WindowRecord[] {
  const { rows, of, windowMs, windowStartMs, record } = placesOfColumns(group, series);
  const startsMs = Array.from({ length: rows }, (_, row) => windowStartMs(row));
  return readingsOfColumns(group.readings ?? {}, startsMs).map((readings, row) => {
    const { arrivalToleranceMs, quantiles } = of[row]!;
    const content: WindowContent = { kind: "readings", readings, arrivalToleranceMs, quantiles };
    const window = { windowStartMs: startsMs[row]!, windowMs: windowMs[row]! };
    checkContent(content, window);
    return record(row, content, summaryOfReadings(readings, { ...window, quantiles }));
  });
}

function withCells(
  records: readonly WindowRecord[],
  given: tidemark.v1.WindowCellColumns.$Properties,
  of: { readonly columns: tidemark.v1.WindowColumns; readonly series: readonly SeriesNames[] },
): WindowRecord[] {
  const { row: rows, cells } = wire.WindowCellColumns.create(given);
  const all = records.slice();
  const startsMs = rows.map((row) => nth(records, row, "row").windowStartMs);
  for (const [i, ofRow] of cellsOfColumns(cells ?? {}, startsMs).entries()) {
    const row = rows[i]!;
    if (i > 0 && row <= rows[i - 1]!) throw new RangeError("the rows with cells are not in order");
    const { arrivalToleranceMs } = nth(of.series, of.columns.series[row]!, "series");
    const content: WindowContent = { kind: "cells", cells: ofRow, arrivalToleranceMs };
    checkContent(content, records[row]!);
    all[row] = { ...records[row]!, content };
  }
  return all;
}

function totalOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
