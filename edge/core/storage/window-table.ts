import type { Millis, StreamId } from "../../../proto/core/ids.ts";
import type { ClockSource, Value } from "../../../proto/core/reading.ts";
import { numeric } from "../../../proto/core/reading.ts";
import type { WindowSummary } from "../../../proto/core/summary.ts";
import { QuantileSketch } from "../../../proto/core/sketch.ts";
import type { WindowContent, WindowReading } from "../../../proto/core/window-content.ts";
import { datedByArrival, NO_CONTENT, READINGS_ALWAYS, READINGS_OF_PAIR } from "../../../proto/core/window-content.ts";
import { WindowCells } from "./window-cells.ts";
import type { WindowPlan } from "./window-plan.ts";
import { WindowReadings } from "./window-readings.ts";

/**
 * The windows that are open in memory: one accumulator per series, length and start.
 *
 * Promises: a reading is counted exactly once in each of its windows, whatever the order of arrival. A window whose
 * state was moved to the disk is read back before a reading is added to it, so a late reading revises the whole state.
 *
 * Accumulators are rows of typed columns, about 150 bytes each, and not objects: ten mutable doubles in an object are
 * ten heap numbers, which take three times the memory and much garbage collection at a million series. Freed rows are
 * reused.
 *
 * A row carries its single readings while they are few, and gives them up for good when they become too many or memory
 * has no room for them: then it has cells, if its plan names a pair of gateways, or nothing but its summary.
 *
 *     series s, length l --> head[s.base + l] --> row --next--> row ...     (newest window first; mostly one)
 */
export class WindowTable {
  readonly #recall: Recall;

  // By series.
  readonly #plans: (WindowPlan | undefined)[] = [];
  readonly #base: number[] = [];
  /** Kept states of the series that ended at or before this time were evicted. */
  readonly #evictedEndMs: number[] = [];
  /** The series has a type or unit that the metric did not have at first: each of its windows is a separate part. */
  readonly #later: boolean[] = [];

  // By series and length.
  #head = new Int32Array(256).fill(-1);
  /** Start of the newest window that was ever moved to the disk; NaN: not read yet. */
  #closedStartMs = new Float64Array(256).fill(Number.NaN);
  #heads = 0;

  // By row.
  #capacity = 0;
  #rows = 0;
  #free = -1;
  #next = new Int32Array(0);
  #series = new Int32Array(0);
  #flags = new Uint8Array(0);
  #coverage = new Uint32Array(0);
  #revision = new Uint32Array(0);
  /** Readings counted since the row was last forwarded; of a series' longest windows only. */
  #fresh = new Uint32Array(0);
  #lengthMs = new Float64Array(0);
  #startMs = new Float64Array(0);
  #part = new Float64Array(0);
  #throughSeq = new Float64Array(0);
  #counts = new Float64Array(0);
  #numericCount = new Float64Array(0);
  #sum = new Float64Array(0);
  #compensation = new Float64Array(0);
  #min = new Float64Array(0);
  #max = new Float64Array(0);
  #mean = new Float64Array(0);
  #m2 = new Float64Array(0);
  #firstMs = new Float64Array(0);
  #lastMs = new Float64Array(0);
  #first = new Float64Array(0);
  #last = new Float64Array(0);
  // Rarely used, so these are not columns.
  readonly #firstOther = new Map<number, Value>();
  readonly #lastOther = new Map<number, Value>();
  /** For quantiles, of rows that do not carry their readings. */
  readonly #samples: (number[] | QuantileSketch | undefined)[] = [];
  readonly #readings = new WindowReadings();
  readonly #cells = new Map<number, WindowCells>();
  readonly #origin: (Origin | undefined)[] = [];

  /** Rows that a late reading reopened, in the order in which that happened. */
  #reopened: number[] = [];
  #open = 0;
  #unforwarded = 0;

  /** @param recall reads kept window states; called only for a window whose state may be on disk. */
  constructor(recall: Recall) {
    this.#recall = recall;
  }

  /** Windows in memory. */
  get open(): number {
    return this.#open;
  }

  /**
   * Readings that no forwarded window counts yet. A reading is in one window of each length. It is forwarded completely
   * with the longest one, so only the longest windows are counted.
   */
  get unforwarded(): number {
    return this.#unforwarded;
  }

  /**
   * @param of `evictedEndMs`: see {@link evicted}; -Infinity for a series whose states are all kept; undefined for a
   *   series without readings. Such a series has no state on disk, so the disk is not read: when 40,000 series began in
   *   one second, acknowledgements waited for 2 s, and half of that was useless reading. `later`: the same metric may
   *   have windows in another type or unit, so the windows of this series are parts, named by the sequence of their
   *   first reading.
   */
  addSeries(series: number, plan: WindowPlan, of: { evictedEndMs: number | undefined; later: boolean }): void {
    this.#plans[series] = plan;
    this.#later[series] = of.later;
    this.#evictedEndMs[series] = of.evictedEndMs ?? -Infinity;
    this.#base[series] = this.#heads;
    this.#heads += plan.lengthsMs.length;
    if (this.#heads > this.#head.length) {
      const length = Math.max(this.#heads, this.#head.length * 2);
      this.#head = filled(new Int32Array(length).fill(-1), this.#head);
      this.#closedStartMs = filled(new Float64Array(length).fill(Number.NaN), this.#closedStartMs);
    }
    if (of.evictedEndMs === undefined) this.#closedStartMs.fill(-Infinity, this.#base[series], this.#heads);
  }

  /**
   * Counts a reading in every window it belongs to.
   *
   * @param seq its sequence in the journal. A window that counted it already (replay after a crash) skips it.
   * @returns the earliest end of a window that this reading opened, or Infinity.
   */
  add(series: number, timeMs: number, value: Value, clock: ClockSource, seq: number): number {
    const lengths = this.#plans[series]!.lengthsMs;
    const base = this.#base[series]!;
    let opened = Infinity;
    for (let l = 0; l < lengths.length; l++) {
      const lengthMs = lengths[l]!;
      let row = this.#head[base + l]!;
      // Nearly every reading falls into the newest window: no division and no search for it.
      if (row < 0 || timeMs < this.#startMs[row]! || timeMs >= this.#startMs[row]! + lengthMs) {
        const startMs = Math.floor(timeMs / lengthMs) * lengthMs;
        row = this.#find(base + l, startMs);
        if (row < 0) {
          row = this.#openRow(series, base + l, lengthMs, startMs, seq);
          opened = Math.min(opened, startMs + lengthMs);
        }
      }
      if (seq > this.#throughSeq[row]!) this.#count(row, timeMs, value, clock, seq);
    }
    return opened;
  }

  /** Brings back a window that was open when its state was written; its length must be in the series' plan. */
  restore(stored: StoredWindow): void {
    this.#link(this.#cell(stored.series, stored.windowMs), stored);
  }

  /**
   * Calls `put` for the windows of a series that end at or before `watermarkMs`, and removes them from memory, while
   * `hasRoom` says so. `complete` is false when there was no room for one of them; `nextEndMs` is the earliest end of those
   * that stay.
   */
  close(series: number, watermarkMs: number, hasRoom: () => boolean, put: (window: StoredWindow) => void): CloseResult {
    const lengths = this.#plans[series]!.lengthsMs;
    const base = this.#base[series]!;
    let nextEndMs = Infinity;
    for (let l = 0; l < lengths.length; l++) {
      const cell = base + l;
      let previous = -1;
      let row = this.#head[cell]!;
      while (row >= 0) {
        const after = this.#next[row]!;
        const endMs = this.#startMs[row]! + this.#lengthMs[row]!;
        if (endMs > watermarkMs) {
          nextEndMs = Math.min(nextEndMs, endMs);
          previous = row;
        } else if (!hasRoom()) {
          return { nextEndMs: endMs, complete: false };
        } else {
          // A window that was opened for replayed readings, all of which it had counted before, has nothing to say.
          if (this.#counts[row]! > 0) put(this.#stored(row));
          this.#unlink(cell, previous, row);
        }
        row = after;
      }
    }
    return { nextEndMs, complete: true };
  }

  /** Takes windows that a late reading reopened, as {@link close} does. */
  closeReopened(hasRoom: () => boolean, put: (window: StoredWindow) => void): void {
    let taken = 0;
    while (taken < this.#reopened.length && hasRoom()) {
      const row = this.#reopened[taken++]!;
      if ((this.#flags[row]! & REOPENED) === 0) continue;
      // The kept state had counted the replayed reading already, so there is nothing to revise. DIRTY does not show
      // this: a checkpoint may have written the row since.
      if ((this.#flags[row]! & CHANGED) !== 0) put(this.#stored(row));
      const cell = this.#cell(this.#series[row]!, this.#lengthMs[row]!);
      let previous = -1;
      for (let at = this.#head[cell]!; at !== row; at = this.#next[at]!) previous = at;
      this.#unlink(cell, previous, row);
    }
    this.#reopened.splice(0, taken);
  }

  /** Windows that {@link closeReopened} would take. */
  get reopened(): number {
    return this.#reopened.length;
  }

  /**
   * Calls `put` for at most `limit` changed windows, starting at row `from`, and counts them as written.
   * @returns the row to continue at, or -1 at the end.
   */
  forEachDirty(from: number, limit: number, put: (window: StoredWindow) => void): number {
    let given = 0;
    for (let row = from; row < this.#rows; row++) {
      if ((this.#flags[row]! & DIRTY) === 0) continue;
      if (given === limit) return row;
      given++;
      this.#flags[row] = this.#flags[row]! & ~DIRTY;
      put(this.#stored(row));
    }
    return -1;
  }

  /** Kept states that ended at or before `endMs` are deleted. A later reading for one of them makes a supplement. */
  evicted(series: number, endMs: number): void {
    this.#evictedEndMs[series] = Math.max(this.#evictedEndMs[series]!, endMs);
  }

  evictedEndMs(series: number): number {
    return this.#evictedEndMs[series]!;
  }

  #find(cell: number, startMs: number): number {
    let row = this.#head[cell]!;
    while (row >= 0 && this.#startMs[row] !== startMs) row = this.#next[row]!;
    return row;
  }

  #openRow(series: number, cell: number, lengthMs: number, startMs: number, seq: number): number {
    let closedStartMs = this.#closedStartMs[cell]!;
    if (Number.isNaN(closedStartMs)) {
      closedStartMs = this.#recall.newestStartMs(series, lengthMs);
      this.#closedStartMs[cell] = closedStartMs;
    }
    const part = this.#later[series]! ? seq : 0;
    if (startMs <= closedStartMs || startMs + lengthMs <= this.#evictedEndMs[series]!) {
      const kept = this.#recall.window(series, lengthMs, startMs);
      const supplement = kept === undefined && startMs + lengthMs <= this.#evictedEndMs[series]!;
      const row = this.#link(cell, kept ?? emptyWindow(series, lengthMs, startMs, supplement ? seq : part));
      this.#flags[row] = this.#flags[row]! | REOPENED;
      this.#reopened.push(row);
      return row;
    }
    return this.#link(cell, emptyWindow(series, lengthMs, startMs, part));
  }

  #count(row: number, timeMs: number, value: Value, clock: ClockSource, seq: number): void {
    if ((this.#flags[row]! & TOUCHED) !== TOUCHED) this.#flags[row] = this.#flags[row]! | TOUCHED;
    if ((this.#flags[row]! & LONGEST) !== 0) {
      this.#fresh[row]!++;
      this.#unforwarded++;
    }
    this.#throughSeq[row] = seq;
    const startMs = this.#startMs[row]!;
    const slice = Math.floor(((timeMs - startMs) * 32) / this.#lengthMs[row]!);
    this.#coverage[row]! |= 1 << slice;
    const count = this.#counts[row]! + 1;
    this.#counts[row] = count;
    const plain = typeof value === "number";
    if (timeMs < this.#firstMs[row]! || count === 1) {
      this.#firstMs[row] = timeMs;
      this.#first[row] = plain ? value : Number.NaN;
      if (!plain) this.#firstOther.set(row, value);
      else if (this.#firstOther.size > 0) this.#firstOther.delete(row);
    }
    if (timeMs >= this.#lastMs[row]! || count === 1) {
      this.#lastMs[row] = timeMs;
      this.#last[row] = plain ? value : Number.NaN;
      if (!plain) this.#lastOther.set(row, value);
      else if (this.#lastOther.size > 0) this.#lastOther.delete(row);
    }
    if ((this.#flags[row]! & (READINGS | CELLS)) !== 0) this.#carry(row, count, timeMs, value, clock);
    const number = plain ? value : numeric(value);
    if (number !== undefined) this.#countNumber(row, number);
  }

  #carry(row: number, count: number, timeMs: number, value: Value, clock: ClockSource): void {
    const flags = this.#flags[row]!;
    if ((flags & READINGS) === 0) {
      this.#cells.get(row)!.add(timeMs, value, datedByArrival(clock));
      return;
    }
    const pair = (flags & PAIR) !== 0;
    const offsetMs = timeMs - this.#startMs[row]!;
    if (
      count <= (pair ? READINGS_OF_PAIR : READINGS_ALWAYS) &&
      this.#readings.add(row, count - 1, offsetMs, value, clock, pair ? TEXT_CHARS_OF_PAIR : TEXT_CHARS_ALWAYS)
    )
      return;
    const readings = this.#readings.read(row, count - 1, this.#startMs[row]!);
    this.#readings.clear(row, count - 1);
    this.#giveUpReadings(row, readings);
    if ((this.#flags[row]! & CELLS) !== 0) this.#cells.get(row)!.add(timeMs, value, datedByArrival(clock));
  }

  /** There are too many readings, or no room for them. The row continues with cells, or with its summary alone. */
  #giveUpReadings(row: number, readings: readonly WindowReading[]): void {
    const flags = this.#flags[row]! & ~READINGS;
    this.#flags[row] = flags;
    if ((flags & PAIR) !== 0) this.#setCells(row, (startMs, lengthMs) => WindowCells.of(readings, startMs, lengthMs));
    if ((flags & QUANTILES) === 0) return;
    for (const { value } of readings) {
      const number = numeric(value);
      if (number !== undefined) this.#sample(row, number);
    }
  }

  #countNumber(row: number, x: number): void {
    const n = this.#numericCount[row]! + 1;
    this.#numericCount[row] = n;
    if (n === 1) {
      this.#min[row] = x;
      this.#max[row] = x;
    } else {
      if (x < this.#min[row]!) this.#min[row] = x;
      if (x > this.#max[row]!) this.#max[row] = x;
    }
    // Neumaier's compensated sum: A. Neumaier, ZAMM 54 (1974). Keeps the sum exact to the last digit in long windows.
    const sum = this.#sum[row]!;
    const total = sum + x;
    this.#compensation[row]! += Math.abs(sum) >= Math.abs(x) ? sum - total + x : x - total + sum;
    this.#sum[row] = total;
    // Welford's update: B. P. Welford, Technometrics 4 (1962).
    const delta = x - this.#mean[row]!;
    const mean = this.#mean[row]! + delta / n;
    this.#mean[row] = mean;
    this.#m2[row]! += delta * (x - mean);
    if ((this.#flags[row]! & (QUANTILES | READINGS)) === QUANTILES) this.#sample(row, x);
  }

  /** The first readings of a window are kept as they are: most windows never need a sketch while they are open. */
  #sample(row: number, x: number): void {
    const samples = this.#samples[row];
    if (samples === undefined) this.#samples[row] = [x];
    else if (samples instanceof QuantileSketch) samples.add(x);
    else if (samples.length < PLAIN_SAMPLES) samples.push(x);
    else {
      const sketch = sketchOf(samples);
      sketch.add(x);
      this.#samples[row] = sketch;
    }
  }

  #stored(row: number): StoredWindow {
    const numericCount = this.#numericCount[row]!;
    const samples = this.#samples[row];
    const sketch = samples === undefined ? null : samples instanceof QuantileSketch ? samples : sketchOf(samples);
    const origin = this.#origin[row];
    return {
      series: this.#series[row]!,
      windowMs: this.#lengthMs[row]!,
      windowStartMs: this.#startMs[row]!,
      part: this.#part[row]!,
      throughSeq: this.#throughSeq[row]!,
      revision: this.#revision[row]!,
      fresh: this.#fresh[row]!,
      forwardedIn: origin?.forwardedIn ?? null,
      carry: origin?.carry ?? null,
      reopened: (this.#flags[row]! & REOPENED) !== 0,
      compensation: this.#compensation[row]!,
      plainSum: this.#sum[row]!,
      summary: {
        count: this.#counts[row]!,
        numericCount,
        sum: this.#sum[row]! + this.#compensation[row]!,
        min: this.#min[row]!,
        max: this.#max[row]!,
        mean: this.#mean[row]!,
        m2: this.#m2[row]!,
        firstMs: this.#firstMs[row]! as Millis,
        first: this.#firstOther.get(row) ?? this.#first[row]!,
        lastMs: this.#lastMs[row]! as Millis,
        last: this.#lastOther.get(row) ?? this.#last[row]!,
        coverage: this.#coverage[row]!,
        sketch: sketch === null ? null : sketch.toBytes(),
      },
      content: this.#content(row),
    };
  }

  #content(row: number): WindowContent {
    const flags = this.#flags[row]!;
    if ((flags & (READINGS | CELLS)) === 0) return NO_CONTENT;
    const { arrivalToleranceMs } = this.#plans[this.#series[row]!]!;
    if ((flags & CELLS) !== 0) return { kind: "cells", cells: this.#cells.get(row)!.cells, arrivalToleranceMs };
    const readings = this.#readings.read(row, this.#counts[row]!, this.#startMs[row]!);
    return { kind: "readings", readings, arrivalToleranceMs, quantiles: (flags & QUANTILES) !== 0 };
  }

  #link(cell: number, window: StoredWindow): number {
    const row = this.#allocate();
    const { summary } = window;
    const plan = this.#plans[window.series]!;
    const longest = plan.lengthsMs.every((lengthMs) => lengthMs <= window.windowMs);
    this.#open++;
    this.#series[row] = window.series;
    this.#flags[row] =
      (plan.quantiles ? QUANTILES : 0) |
      (window.reopened ? REOPENED : 0) |
      (longest ? LONGEST : 0) |
      (plan.pair ? PAIR : 0);
    // It is not known how much of a state was forwarded. A state that was forwarded once counts as forwarded as a
    // whole.
    this.#fresh[row] = longest && window.forwardedIn === null ? summary.count : 0;
    this.#unforwarded += this.#fresh[row];
    if (window.reopened) this.#reopened.push(row);
    this.#coverage[row] = summary.coverage;
    this.#revision[row] = window.revision;
    this.#lengthMs[row] = window.windowMs;
    this.#startMs[row] = window.windowStartMs;
    this.#part[row] = window.part;
    this.#throughSeq[row] = window.throughSeq;
    this.#counts[row] = summary.count;
    this.#numericCount[row] = summary.numericCount;
    this.#sum[row] = window.plainSum;
    this.#compensation[row] = window.compensation;
    this.#min[row] = summary.min;
    this.#max[row] = summary.max;
    this.#mean[row] = summary.mean;
    this.#m2[row] = summary.m2;
    this.#firstMs[row] = summary.firstMs;
    this.#lastMs[row] = summary.lastMs;
    this.#setEnd(this.#first, this.#firstOther, row, summary.first);
    this.#setEnd(this.#last, this.#lastOther, row, summary.last);
    this.#samples[row] = summary.sketch === null ? undefined : QuantileSketch.fromBytes(summary.sketch);
    this.#setContent(row, window.content);
    this.#origin[row] =
      window.forwardedIn === null ? undefined : { forwardedIn: window.forwardedIn, carry: window.carry };
    this.#next[row] = this.#head[cell]!;
    this.#head[cell] = row;
    // Newest first, so that the common case stays the head of its chain.
    const after = this.#next[row]!;
    if (after >= 0 && this.#startMs[after]! > window.windowStartMs) {
      this.#head[cell] = after;
      let at = after;
      while (this.#next[at]! >= 0 && this.#startMs[this.#next[at]!]! > window.windowStartMs) at = this.#next[at]!;
      this.#next[row] = this.#next[at]!;
      this.#next[at] = row;
    }
    return row;
  }

  #setContent(row: number, content: WindowContent): void {
    switch (content.kind) {
      case "none":
        // Its readings are not known, so it stays without content, whatever is added.
        return;
      case "cells":
        this.#setCells(row, (startMs, lengthMs) => WindowCells.from(content.cells, startMs, lengthMs));
        return;
      case "readings": {
        const { readings } = content;
        for (let i = 0; i < readings.length; i++) {
          const { timeMs, value, clock } = readings[i]!;
          if (this.#readings.add(row, i, timeMs - this.#startMs[row]!, value, clock, TEXT_CHARS_OF_PAIR)) continue;
          this.#readings.clear(row, i);
          this.#giveUpReadings(row, readings);
          return;
        }
        this.#flags[row] = this.#flags[row]! | READINGS;
      }
    }
  }

  #setCells(row: number, make: (startMs: number, lengthMs: number) => WindowCells): void {
    if (this.#cells.size === ROWS_WITH_CELLS_MAX) return;
    this.#cells.set(row, make(this.#startMs[row]!, this.#lengthMs[row]!));
    this.#flags[row] = this.#flags[row]! | CELLS;
  }

  #setEnd(column: Float64Array, others: Map<number, Value>, row: number, value: Value): void {
    if (typeof value === "number") column[row] = value;
    else {
      column[row] = Number.NaN;
      others.set(row, value);
    }
  }

  #unlink(cell: number, previous: number, row: number): void {
    if (previous < 0) this.#head[cell] = this.#next[row]!;
    else this.#next[previous] = this.#next[row]!;
    // NaN stays NaN: the first lookup finds this window among the kept states.
    if (this.#startMs[row]! > this.#closedStartMs[cell]!) this.#closedStartMs[cell] = this.#startMs[row]!;
    this.#unforwarded -= this.#fresh[row]!;
    this.#firstOther.delete(row);
    this.#lastOther.delete(row);
    this.#samples[row] = undefined;
    this.#origin[row] = undefined;
    if ((this.#flags[row]! & READINGS) !== 0) this.#readings.clear(row, this.#counts[row]!);
    if ((this.#flags[row]! & CELLS) !== 0) this.#cells.delete(row);
    this.#flags[row] = 0;
    this.#next[row] = this.#free;
    this.#free = row;
    this.#open--;
  }

  #cell(series: number, lengthMs: number): number {
    return this.#base[series]! + this.#plans[series]!.lengthsMs.indexOf(lengthMs);
  }

  #allocate(): number {
    if (this.#free >= 0) {
      const row = this.#free;
      this.#free = this.#next[row]!;
      return row;
    }
    if (this.#rows === this.#capacity) this.#grow();
    return this.#rows++;
  }

  #grow(): void {
    // Grows by a half instead of doubling: at a million windows, doubling would waste 100 MB.
    const length = Math.max(256, Math.ceil(this.#capacity * 1.5));
    this.#next = filled(new Int32Array(length), this.#next);
    this.#series = filled(new Int32Array(length), this.#series);
    this.#flags = filled(new Uint8Array(length), this.#flags);
    this.#coverage = filled(new Uint32Array(length), this.#coverage);
    this.#revision = filled(new Uint32Array(length), this.#revision);
    this.#fresh = filled(new Uint32Array(length), this.#fresh);
    this.#lengthMs = filled(new Float64Array(length), this.#lengthMs);
    this.#startMs = filled(new Float64Array(length), this.#startMs);
    this.#part = filled(new Float64Array(length), this.#part);
    this.#throughSeq = filled(new Float64Array(length), this.#throughSeq);
    this.#counts = filled(new Float64Array(length), this.#counts);
    this.#numericCount = filled(new Float64Array(length), this.#numericCount);
    this.#sum = filled(new Float64Array(length), this.#sum);
    this.#compensation = filled(new Float64Array(length), this.#compensation);
    this.#min = filled(new Float64Array(length), this.#min);
    this.#max = filled(new Float64Array(length), this.#max);
    this.#mean = filled(new Float64Array(length), this.#mean);
    this.#m2 = filled(new Float64Array(length), this.#m2);
    this.#firstMs = filled(new Float64Array(length), this.#firstMs);
    this.#lastMs = filled(new Float64Array(length), this.#lastMs);
    this.#first = filled(new Float64Array(length), this.#first);
    this.#last = filled(new Float64Array(length), this.#last);
    this.#readings.grow(length);
    this.#capacity = length;
  }
}

/** Reads window states that are on disk. */
export type Recall = {
  /** The kept state of a window, of its latest part, or undefined. */
  window(series: number, windowMs: number, startMs: number): StoredWindow | undefined;
  /** Start of the newest kept window of the series and length, or -Infinity. */
  newestStartMs(series: number, windowMs: number): number;
};

/** A window on its way to or from the disk: its summary, and the state for further counting. */
export type StoredWindow = {
  readonly series: number;
  readonly windowMs: number;
  readonly windowStartMs: number;
  readonly part: number;
  /** The last journal sequence it counted. */
  readonly throughSeq: number;
  /** How often it was forwarded before. */
  readonly revision: number;
  /** Readings that only this state counts, 0 where a longer window counts them too. Not stored. */
  readonly fresh: number;
  /** The stream of its latest forwarding; null if there was none. */
  readonly forwardedIn: StreamId | null;
  /** The stream that forwarded it before `forwardedIn` did. */
  readonly carry: StreamId | null;
  /** It was closed before, and a late reading came. */
  readonly reopened: boolean;
  readonly plainSum: number;
  readonly compensation: number;
  /** Without a sketch where `content` has the readings, because it follows from them. */
  readonly summary: WindowSummary;
  readonly content: WindowContent;
};

export type CloseResult = { readonly nextEndMs: number; readonly complete: boolean };

type Origin = { readonly forwardedIn: StreamId; readonly carry: StreamId | null };

/** Changed since it was last written to the disk. */
const DIRTY = 1;
const REOPENED = 2;
const QUANTILES = 4;
/** Has counted a reading since it was loaded. */
const CHANGED = 8;
const TOUCHED = DIRTY | CHANGED;
/** It has the longest window length of its series. */
const LONGEST = 16;
/** It carries all of its readings. */
const READINGS = 32;
/** Its plan names a pair of gateways. */
const PAIR = 64;
const CELLS = 128;
/** Characters of the texts in a window. A window with longer texts does not carry its readings. */
const TEXT_CHARS_ALWAYS = 2048;
const TEXT_CHARS_OF_PAIR = 32_768;
/** The cells of a row take 23 KB, so all of them take 48 MB. */
const ROWS_WITH_CELLS_MAX = 2048;
/** Above this many numbers a sketch is smaller than the numbers: 512 bytes. */
const PLAIN_SAMPLES = 64;

export function emptyWindow(series: number, windowMs: number, windowStartMs: number, part: number): StoredWindow {
  return {
    series,
    windowMs,
    windowStartMs,
    part,
    throughSeq: 0,
    revision: 0,
    fresh: 0,
    forwardedIn: null,
    carry: null,
    reopened: false,
    plainSum: 0,
    compensation: 0,
    summary: EMPTY_SUMMARY,
    content: NO_READINGS,
  };
}

const NO_READINGS: WindowContent = { kind: "readings", readings: [], arrivalToleranceMs: 0, quantiles: false };

const EMPTY_SUMMARY: WindowSummary = {
  count: 0,
  numericCount: 0,
  sum: 0,
  min: 0,
  max: 0,
  mean: 0,
  m2: 0,
  firstMs: 0 as Millis,
  first: 0,
  lastMs: 0 as Millis,
  last: 0,
  coverage: 0,
  sketch: null,
};

function sketchOf(samples: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const sample of samples) sketch.add(sample);
  return sketch;
}

function filled<T extends Int32Array | Uint8Array | Uint32Array | Float64Array>(wider: T, old: T): T {
  wider.set(old);
  return wider;
}
