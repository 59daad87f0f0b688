import type { ClockSource, Value } from "../core/reading.ts";
import { numeric } from "../core/reading.ts";
import type { WindowCell, WindowReading } from "../core/window-content.ts";
import { CELLS_MAX, READINGS_OF_PAIR } from "../core/window-content.ts";
import { nth, whole } from "./checked.ts";
import { ByteReader, ByteWriter, decodeNumbers, encodeNumbers } from "./columns.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";
import { decodeValues, encodeValues, numberColumn } from "./value-columns.ts";

/** The readings and cells of windows as columns (proto/batch.proto: ReadingColumns, CellColumns). */

/** @param rows for each row its readings, and the time from which theirs are counted. */
export function readingColumns(
  rows: readonly { readonly readings: readonly WindowReading[]; readonly fromMs: number }[],
): tidemark.v1.ReadingColumns.$Properties {
  const total = rows.reduce((sum, { readings }) => sum + readings.length, 0);
  const times = new ByteWriter(total * 2);
  const clocks = new Uint8Array(total);
  const values: Value[] = [];
  for (const { readings, fromMs } of rows) {
    let previous = fromMs;
    let step = 0;
    for (let i = 0; i < readings.length; i++) {
      const { timeMs, value, clock } = readings[i]!;
      const next = timeMs - previous;
      times.zigzag(next - step);
      // The distance to the start of the window says nothing about the next distance.
      step = i === 0 ? 0 : next;
      previous = timeMs;
      clocks[values.length] = CLOCKS.indexOf(clock);
      values.push(value);
    }
  }
  return {
    count: rows.map(({ readings }) => readings.length),
    times: times.take(),
    values: encodeValues(values),
    clocks: shortened(clocks),
  };
}

/**
 * @param fromMs for each row the time from which the times of its readings are counted.
 * @throws RangeError when the columns do not fit together, or say more than a row may have.
 */
export function readingsOfColumns(
  columns: tidemark.v1.ReadingColumns.$Properties,
  fromMs: ArrayLike<number>,
): WindowReading[][] {
  const { count, times, values: valueColumn, clocks } = wire.ReadingColumns.create(columns);
  const total = rowsTotal(count, fromMs.length, { max: READINGS_OF_PAIR, what: "readings" });
  if (times.length < total) throw new RangeError("a column has fewer rows than its head says");
  const reader = new ByteReader(times);
  const values = decodeValues(valueColumn, total);
  const clockAt = expanded(clocks, total);
  const rows: WindowReading[][] = [];
  let at = 0;
  // Loops, because a region decodes hundreds of thousands of readings a second.
  for (let row = 0; row < count.length; row++) {
    const readings: WindowReading[] = [];
    let timeMs = fromMs[row]!;
    let step = 0;
    for (let i = 0; i < count[row]!; i++) {
      const next = step + reader.zigzag();
      if (i > 0 && next < 0) throw new RangeError("the readings of a window are not in order of time");
      step = i === 0 ? 0 : next;
      timeMs += next;
      const value = values[at]!;
      // A sum or a sketch could not be computed.
      if (!Number.isFinite(typeof value === "number" ? value : (numeric(value) ?? 0)))
        throw new RangeError("a reading of a window is no finite number");
      readings.push({ timeMs: whole(timeMs), value, clock: nth(CLOCKS, clockAt(at++), "clock") });
    }
    rows.push(readings);
  }
  if (!reader.done) throw new RangeError("a column has more rows than its head says");
  return rows;
}

/** @param rows for each row its cells, and the time from which their times are counted. */
export function cellColumns(
  rows: readonly { readonly cells: readonly WindowCell[]; readonly fromMs: number }[],
): tidemark.v1.CellColumns.$Properties {
  const all = rows.flatMap(({ cells }) => cells);
  const times = new ByteWriter(all.length * 4);
  for (const { cells, fromMs } of rows) {
    let previousMs = fromMs;
    for (const { firstMs, lastMs } of cells) {
      times.zigzag(firstMs - previousMs);
      times.zigzag(lastMs - firstMs);
      previousMs = lastMs;
    }
  }
  return {
    count: rows.map(({ cells }) => cells.length),
    times: times.take(),
    readings: all.map((cell) => cell.count),
    numeric: all.every((cell) => cell.numericCount === cell.count) ? [] : all.map((cell) => cell.numericCount),
    sum: encodeNumbers(all.map((cell) => cell.sum)),
    byArrival: shortened(Uint8Array.from(all, (cell) => (cell.byArrival ? 1 : 0))),
    hash: all.map((cell) => cell.hash),
  };
}

/** As {@link readingsOfColumns}. @throws RangeError */
export function cellsOfColumns(
  columns: tidemark.v1.CellColumns.$Properties,
  fromMs: ArrayLike<number>,
): WindowCell[][] {
  const { count, times, readings, numeric: numericCounts, sum, byArrival, hash } = wire.CellColumns.create(columns);
  const total = rowsTotal(count, fromMs.length, { max: CELLS_MAX, what: "cells" });
  if (
    readings.length !== total ||
    hash.length !== total ||
    (numericCounts.length !== 0 && numericCounts.length !== total)
  )
    throw new RangeError("a column of cells has the wrong length");
  const reader = new ByteReader(times);
  const sums = decodeNumbers(numberColumn(sum), total);
  const byArrivalAt = expanded(byArrival, total);
  let at = 0;
  const rows = count.map((cells, row) => {
    let previousMs = fromMs[row]!;
    return Array.from({ length: cells }, (_, i): WindowCell => {
      const firstMs = whole(previousMs + reader.zigzag());
      const lastMs = whole(firstMs + reader.zigzag());
      if ((i > 0 && firstMs <= previousMs) || lastMs < firstMs)
        throw new RangeError("the cells of a window are not in order of time");
      previousMs = lastMs;
      const cell = {
        firstMs,
        lastMs,
        count: whole(readings[at]!),
        numericCount: whole((numericCounts.length === 0 ? readings : numericCounts)[at]!),
        sum: sums[at]!,
        hash: hash[at]!,
        byArrival: byArrivalAt(at) !== 0,
      };
      at++;
      if (cell.count < 1 || cell.numericCount < 0 || cell.numericCount > cell.count)
        throw new RangeError("a cell has impossible counts");
      return cell;
    });
  });
  if (!reader.done) throw new RangeError("a column has more rows than its head says");
  return rows;
}

const wire = tidemark.v1;
const CLOCKS: readonly ClockSource[] = ["device", "none", "suspect"];
const EMPTY = new Uint8Array(0);

/** The sum of the counts. */
function rowsTotal(count: readonly number[], rows: number, of: { max: number; what: string }): number {
  if (count.length !== rows) throw new RangeError(`a column has ${count.length} rows instead of ${rows}`);
  let total = 0;
  for (const one of count) {
    if (one < 1 || one > of.max) throw new RangeError(`a window with ${one} ${of.what}`);
    total += one;
  }
  return total;
}

/** No byte where all are 0, one where all are equal. */
function shortened(column: Uint8Array): Uint8Array {
  const [first] = column;
  if (first === undefined || column.some((code) => code !== first)) return column;
  return first === 0 ? EMPTY : column.subarray(0, 1);
}

function expanded(column: Uint8Array, total: number): (at: number) => number {
  if (column.length === 0) return () => 0;
  if (column.length === 1) return () => column[0]!;
  if (column.length !== total) throw new RangeError("a column of bytes has the wrong length");
  return (at) => column[at]!;
}
