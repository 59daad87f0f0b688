import type { Value } from "../../../proto/core/reading.ts";
import { numeric } from "../../../proto/core/reading.ts";
import { readingHash } from "../../../proto/core/reading-hash.ts";
import type { WindowCell, WindowReading } from "../../../proto/core/window-content.ts";
import { CELLS_MAX, datedByArrival, sliceOf } from "../../../proto/core/window-content.ts";

/**
 * The cells of one window: counts and sums of its readings in short times. Regions compare the cells of two gateways to
 * count readings that both have once.
 *
 * There are at most {@link CELLS_MAX} cells. They are cut at the borders of the 32 slices and, inside the slices, at the
 * largest gaps between readings. A device that moves between two gateways leaves such gaps, so the cells of both
 * gateways do not overlap. Among gaps of one length, those at borders of halves, quarters, eighths... of the window are
 * cut first, so that two gateways with the same readings make the same cells.
 *
 * A new reading outside of all cells first makes a cell of its own. Only when there are twice as many cells as allowed
 * are the smallest gaps closed, so a reading costs little.
 */
export class WindowCells {
  readonly #startMs: number;
  readonly #windowMs: number;
  #used = 0;
  readonly #firstMs = new Float64Array(ROOM);
  readonly #lastMs = new Float64Array(ROOM);
  readonly #count = new Float64Array(ROOM);
  readonly #numericCount = new Float64Array(ROOM);
  readonly #sum = new Float64Array(ROOM);
  readonly #hash = new Uint32Array(ROOM);
  readonly #byArrival = new Uint8Array(ROOM);
  readonly #columns: readonly (Float64Array | Uint32Array | Uint8Array)[] = [
    this.#firstMs,
    this.#lastMs,
    this.#count,
    this.#numericCount,
    this.#sum,
    this.#hash,
    this.#byArrival,
  ];

  constructor(windowStartMs: number, windowMs: number) {
    this.#startMs = windowStartMs;
    this.#windowMs = windowMs;
  }

  static of(readings: Iterable<WindowReading>, windowStartMs: number, windowMs: number): WindowCells {
    const cells = new WindowCells(windowStartMs, windowMs);
    for (const { timeMs, value, clock } of readings) cells.add(timeMs, value, datedByArrival(clock));
    return cells;
  }

  /** Continues with the cells of a kept window: at most {@link CELLS_MAX}, as {@link cells} gave them. */
  static from(cells: readonly WindowCell[], windowStartMs: number, windowMs: number): WindowCells {
    const into = new WindowCells(windowStartMs, windowMs);
    for (const [i, cell] of cells.entries()) {
      into.#firstMs[i] = cell.firstMs;
      into.#lastMs[i] = cell.lastMs;
      into.#count[i] = cell.count;
      into.#numericCount[i] = cell.numericCount;
      into.#sum[i] = cell.sum;
      into.#hash[i] = cell.hash;
      into.#byArrival[i] = cell.byArrival ? 1 : 0;
    }
    into.#used = cells.length;
    return into;
  }

  /** The time must be inside the window. */
  add(timeMs: number, value: Value, byArrival: boolean): void {
    let at = this.#used - 1;
    // Nearly every reading is the newest one: no search.
    if (at >= 0 && timeMs < this.#firstMs[at]!) at = this.#lastNotAfter(timeMs);
    if (at < 0 || timeMs > this.#lastMs[at]!) {
      at += 1;
      this.#open(at, timeMs);
    }
    this.#count[at]!++;
    const number = numeric(value);
    if (number !== undefined) {
      this.#numericCount[at]!++;
      this.#sum[at]! += number;
    }
    this.#hash[at]! += readingHash(timeMs, value, byArrival);
    if (byArrival) this.#byArrival[at] = 1;
    // The cell at `at` may move, so this comes last.
    if (this.#used === ROOM) this.#closeSmallestGaps();
  }

  /** In order of time, at most {@link CELLS_MAX}. */
  get cells(): readonly WindowCell[] {
    this.#closeSmallestGaps();
    return Array.from({ length: this.#used }, (_, i) => ({
      firstMs: this.#firstMs[i]!,
      lastMs: this.#lastMs[i]!,
      count: this.#count[i]!,
      numericCount: this.#numericCount[i]!,
      sum: this.#sum[i]!,
      hash: this.#hash[i]!,
      byArrival: this.#byArrival[i] === 1,
    }));
  }

  /** The last cell that begins at or before the time, or -1. */
  #lastNotAfter(timeMs: number): number {
    let low = 0;
    let high = this.#used;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#firstMs[middle]! <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #open(at: number, timeMs: number): void {
    if (at < this.#used) for (const column of this.#columns) column.copyWithin(at + 1, at, this.#used);
    this.#count[at] = 0;
    this.#numericCount[at] = 0;
    this.#sum[at] = 0;
    this.#hash[at] = 0;
    this.#byArrival[at] = 0;
    this.#firstMs[at] = timeMs;
    this.#lastMs[at] = timeMs;
    this.#used++;
  }

  #closeSmallestGaps(): void {
    const excess = this.#used - CELLS_MAX;
    if (excess <= 0) return;
    // By cell: how late the gap before it is closed.
    const weights = Float64Array.from({ length: this.#used }, (_, i) => (i === 0 ? Infinity : this.#gapWeight(i)));
    // The largest weight that is closed, and how many gaps of this weight are: the first ones.
    const sorted = weights.toSorted();
    const limit = sorted[excess - 1]!;
    let atLimit = excess - sorted.indexOf(limit);
    let kept = 0;
    for (let i = 1; i < this.#used; i++) {
      const weight = weights[i]!;
      if (weight < limit || (weight === limit && atLimit-- > 0)) this.#join(kept, i);
      else this.#move(++kept, i);
    }
    this.#used = kept + 1;
  }

  /** Orders the gaps before cells by their lengths, then by the borders in them. A border of slices is never closed. */
  #gapWeight(cell: number): number {
    const endMs = this.#lastMs[cell - 1]! - this.#startMs;
    const nextMs = this.#firstMs[cell]! - this.#startMs;
    if (sliceOf(endMs, this.#windowMs) !== sliceOf(nextMs, this.#windowMs)) return Infinity;
    return (nextMs - endMs) * 64 + this.#coarsestBorder(endMs, nextMs);
  }

  /** The coarsest border between two times: 31 for one of halves, 30 for one of quarters, 29 for one of eighths... */
  #coarsestBorder(beforeMs: number, afterMs: number): number {
    const scale = 2 ** 31 / this.#windowMs;
    return 31 - Math.clz32(Math.floor(beforeMs * scale) ^ Math.floor(afterMs * scale));
  }

  #join(into: number, from: number): void {
    this.#lastMs[into] = this.#lastMs[from]!;
    this.#count[into]! += this.#count[from]!;
    this.#numericCount[into]! += this.#numericCount[from]!;
    this.#sum[into]! += this.#sum[from]!;
    this.#hash[into]! += this.#hash[from]!;
    this.#byArrival[into]! |= this.#byArrival[from]!;
  }

  #move(to: number, from: number): void {
    this.#firstMs[to] = this.#firstMs[from]!;
    this.#lastMs[to] = this.#lastMs[from]!;
    this.#count[to] = this.#count[from]!;
    this.#numericCount[to] = this.#numericCount[from]!;
    this.#sum[to] = this.#sum[from]!;
    this.#hash[to] = this.#hash[from]!;
    this.#byArrival[to] = this.#byArrival[from]!;
  }
}

const ROOM = CELLS_MAX * 2;
