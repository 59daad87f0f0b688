import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WindowPlan } from "../../../../../edge/core/storage/window-plan.ts";
import type { Recall, StoredWindow } from "../../../../../edge/core/storage/window-table.ts";
import { emptyWindow, WindowTable } from "../../../../../edge/core/storage/window-table.ts";
import { summaryOfReadings } from "../../../../../proto/core/summary-of-readings.ts";
import type { StreamId } from "../../../../../proto/core/ids.ts";
import type { ClockSource, Value } from "../../../../../proto/core/reading.ts";
import { NO_CONTENT, READINGS_ALWAYS, READINGS_OF_PAIR } from "../../../../../proto/core/window-content.ts";
import { decodeWindowState, encodeWindowState } from "../../../../../edge/storage/tables/window-state-codec.ts";
import { anyValue } from "../../../../support/window-contents.ts";

const PLAN: WindowPlan = {
  lengthsMs: [10_000, 60_000],
  raw: false,
  quantiles: true,
  outOfOrdernessMs: 0,
  idleTimeoutMs: 10_000,
  allowedLatenessMs: 60_000,
  haMode: "auto",
  pair: false,
  arrivalToleranceMs: 500,
  onSchemaChange: "accept",
};
const ANY_NUMBER = (): boolean => true;

const NOTHING_KEPT: Recall = { window: () => undefined, newestStartMs: () => -Infinity };

/** Keeps closed windows as the database does. */
class Kept implements Recall {
  readonly states = new Map<string, StoredWindow>();

  put(window: StoredWindow): void {
    const stored = { ...window, revision: window.revision + 1, forwardedIn: STREAM, reopened: false };
    this.states.set(`${window.series}/${window.windowMs}/${window.windowStartMs}`, stored);
  }

  window(series: number, windowMs: number, startMs: number): StoredWindow | undefined {
    return this.states.get(`${series}/${windowMs}/${startMs}`);
  }

  newestStartMs(series: number, windowMs: number): number {
    let newest = -Infinity;
    for (const state of this.states.values()) {
      if (state.series === series && state.windowMs === windowMs) newest = Math.max(newest, state.windowStartMs);
    }
    return newest;
  }
}

const STREAM = "0191d3a5-0000-7000-8000-000000000001" as StreamId;

function table(recall: Recall = NOTHING_KEPT, plan: WindowPlan = PLAN): WindowTable {
  const windows = new WindowTable(recall);
  windows.addSeries(0, plan, { evictedEndMs: -Infinity, later: false });
  return windows;
}

function closeAll(windows: WindowTable, series = 0): StoredWindow[] {
  const closed: StoredWindow[] = [];
  windows.closeReopened(ANY_NUMBER, (window) => closed.push(window));
  windows.close(series, Infinity, ANY_NUMBER, (window) => closed.push(window));
  return closed;
}

test("[I5] a window that only replayed readings opened, all of which it had counted, is not forwarded", () => {
  const gone = { ...emptyWindow(0, 10_000, 0, 6), throughSeq: 5 };
  const windows = table({ window: () => gone, newestStartMs: () => 0 });
  windows.add(0, 1_000, 1, "device", 5);
  const closed: StoredWindow[] = [];
  windows.close(0, Infinity, ANY_NUMBER, (window) => closed.push(window));
  expect(closed).toEqual([]);
});

test("stored windows of a new series are not looked up, and late readings find them later", () => {
  const asked: string[] = [];
  const kept = new Map<string, StoredWindow>();
  const windows = new WindowTable({
    window: (series, windowMs, startMs) => {
      asked.push(`${series} ${startMs}`);
      return kept.get(`${windowMs}/${startMs}`);
    },
    newestStartMs: (series) => {
      asked.push(`newest of ${series}`);
      return -Infinity;
    },
  });
  windows.addSeries(0, PLAN, { evictedEndMs: undefined, later: false });
  windows.addSeries(1, PLAN, { evictedEndMs: -Infinity, later: false });
  windows.add(0, 1_000, 20, "device", 1);
  expect(asked).toEqual([]);
  windows.add(1, 1_000, 20, "device", 2);
  expect(asked).toEqual(PLAN.lengthsMs.map(() => "newest of 1"));

  for (const window of closeAll(windows)) kept.set(`${window.windowMs}/${window.windowStartMs}`, window);
  asked.length = 0;
  windows.add(0, 1_500, 30, "device", 3);
  expect(asked).toEqual(PLAN.lengthsMs.map(() => "0 0"));
  expect(closeAll(windows).map(({ summary }) => summary.count)).toEqual(PLAN.lengthsMs.map(() => 2));
});

describe("a window counts every reading that falls into it, once", () => {
  test("in every length of its plan, whatever the order of arrival", () => {
    const readings = fc.array(
      fc.record({
        timeMs: fc.integer({ min: -100_000, max: 400_000 }),
        value: fc.float({ noNaN: true, noDefaultInfinity: true }),
      }),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(readings, (all) => {
        const windows = table();
        all.forEach(({ timeMs, value }, i) => windows.add(0, timeMs, value, "device", i + 1));
        const closed = closeAll(windows);
        for (const lengthMs of PLAN.lengthsMs) {
          const expected = new Map<number, number[]>();
          for (const { timeMs, value } of all) {
            const startMs = Math.floor(timeMs / lengthMs) * lengthMs;
            expected.set(startMs, [...(expected.get(startMs) ?? []), value]);
          }
          const found = closed.filter((window) => window.windowMs === lengthMs);
          expect(found.map((window) => window.windowStartMs).toSorted((a, b) => a - b)).toEqual(
            [...expected.keys()].toSorted((a, b) => a - b),
          );
          for (const { windowStartMs, summary } of found) {
            const values = expected.get(windowStartMs)!;
            expect(summary.count).toBe(values.length);
            expect(summary.min).toBe(Math.min(...values));
            expect(summary.max).toBe(Math.max(...values));
            const sum = values.reduce((a, b) => a + b, 0);
            const scale = values.reduce((a, b) => a + Math.abs(b), 0);
            expect(Math.abs(summary.sum - sum)).toBeLessThanOrEqual(scale * 1e-12);
          }
        }
        expect(windows.open).toBe(0);
      }),
    );
  });

  test("[I5] also when the journal is replayed over a state that has counted part of it", () => {
    const windows = table();
    for (let seq = 1; seq <= 10; seq++) windows.add(0, seq * 100, seq, "device", seq);
    const checkpoint: StoredWindow[] = [];
    windows.forEachDirty(0, Infinity, (window) => checkpoint.push(window));
    const restarted = table();
    for (const window of checkpoint) restarted.restore(window);
    for (let seq = 5; seq <= 12; seq++) restarted.add(0, seq * 100, seq, "device", seq);
    const [ten] = closeAll(restarted);
    expect(ten!.summary).toMatchObject({ count: 12, sum: 78, min: 1, max: 12, first: 1, last: 12 });
  });
});

describe("[I4] [I32] a late reading makes a revision of the whole state", () => {
  test("when the window was closed and its state is kept", () => {
    const kept = new Kept();
    const windows = table(kept);
    windows.add(0, 1000, 5, "device", 1);
    windows.add(0, 2000, 7, "device", 2);
    for (const window of closeAll(windows)) kept.put(window);
    windows.add(0, 1500, 3, "device", 3);
    expect(windows.reopened).toBe(2);
    const [revised] = closeAll(windows);
    expect(revised).toMatchObject({ part: 0, revision: 1, forwardedIn: STREAM });
    expect(revised!.summary).toMatchObject({ count: 3, sum: 15, min: 3, max: 7, first: 5, last: 7 });
  });

  test("[I5] but a replayed reading that the kept state had counted makes no revision", () => {
    const kept = new Kept();
    const windows = table(kept);
    windows.add(0, 1000, 5, "device", 1);
    for (const window of closeAll(windows)) kept.put(window);
    const restarted = table(kept);
    restarted.add(0, 1000, 5, "device", 1);
    expect(closeAll(restarted)).toEqual([]);
    expect(restarted.open).toBe(0);
  });

  test("also when a checkpoint wrote the reopened window before it was forwarded", () => {
    const kept = new Kept();
    const windows = table(kept);
    windows.add(0, 1000, 1, "device", 1);
    windows.close(0, Infinity, ANY_NUMBER, (window) => kept.put(window));
    windows.add(0, 2000, 2, "device", 2);
    expect(windows.forEachDirty(0, Infinity, () => {})).toBe(-1);
    const revised: StoredWindow[] = [];
    windows.closeReopened(ANY_NUMBER, (window) => revised.push(window));
    expect(revised.map(({ summary, revision }) => [summary.count, revision])).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(windows.open).toBe(0);
  });

  test("but a supplement, as a separate part, after the state was evicted", () => {
    const windows = table();
    windows.add(0, 1000, 5, "device", 1);
    closeAll(windows);
    windows.evicted(0, 10_000);
    windows.add(0, 1500, 3, "device", 42);
    const supplement = closeAll(windows).find((window) => window.windowMs === 10_000);
    expect(supplement).toMatchObject({ part: 42, revision: 0 });
    expect(supplement!.summary.count).toBe(1);
  });
});

test("closing takes only windows that have ended, stops at its limit, and says when the next window ends", () => {
  const windows = table(NOTHING_KEPT, { ...PLAN, lengthsMs: [10_000] });
  for (let i = 0; i < 6; i++) windows.add(0, i * 10_000, i, "device", i + 1);
  const closed: number[] = [];
  const put = (window: StoredWindow): number => closed.push(window.windowStartMs);
  expect(windows.close(0, 40_000, () => closed.length < 3, put)).toMatchObject({ complete: false });
  expect(closed).toHaveLength(3);
  expect(windows.close(0, 40_000, ANY_NUMBER, put)).toEqual({ nextEndMs: 50_000, complete: true });
  expect(closed.toSorted((a, b) => a - b)).toEqual([0, 10_000, 20_000, 30_000]);
  expect(windows.open).toBe(2);
});

test("values that are not numbers are counted, and have a first and a last value", () => {
  const windows = table();
  windows.add(0, 1000, "idle", "device", 1);
  windows.add(0, 2000, true, "device", 2);
  windows.add(0, 3000, 9007199254740993n, "device", 3);
  const [ten] = closeAll(windows);
  expect(ten!.summary).toMatchObject({ count: 3, numericCount: 2, first: "idle", last: 9007199254740993n, min: 1 });
});

test("coverage marks the 32nd parts of the window in which there were readings", () => {
  const windows = table(NOTHING_KEPT, { ...PLAN, lengthsMs: [32_000] });
  windows.add(0, 0, 1, "device", 1);
  windows.add(0, 31_999, 1, "device", 2);
  expect(closeAll(windows)[0]!.summary.coverage).toBe(0x80000001);
});

test("quantiles of a long window stay within one percent", () => {
  const windows = table(NOTHING_KEPT, { ...PLAN, lengthsMs: [1_000_000] });
  for (let i = 1; i <= 1000; i++) windows.add(0, i, i, "device", i);
  const state = closeAll(windows)[0]!;
  const restarted = table(NOTHING_KEPT, { ...PLAN, lengthsMs: [1_000_000] });
  restarted.restore({ ...state, throughSeq: 1000 });
  for (let i = 1001; i <= 2000; i++) restarted.add(0, i, i, "device", i);
  expect(closeAll(restarted)[0]!.summary).toMatchObject({ count: 2000 });
});

describe("a window says what it knows about its single readings", () => {
  const LONG: WindowPlan = { ...PLAN, lengthsMs: [100_000] };
  const PAIR: WindowPlan = { ...LONG, pair: true, arrivalToleranceMs: 700 };

  function windowOf(plan: WindowPlan, values: readonly Value[]): StoredWindow {
    const windows = table(NOTHING_KEPT, plan);
    values.forEach((value, i) => windows.add(0, i, value, "device", i + 1));
    const [window] = closeAll(windows);
    return window!;
  }

  test("all of them, in order of time, where they are at most 16", () => {
    const windows = table(NOTHING_KEPT, { ...LONG, quantiles: false });
    windows.add(0, 3000, "late", "none", 1);
    windows.add(0, 1000, -0, "device", 2);
    windows.add(0, 3000, true, "suspect", 3);
    expect(closeAll(windows)[0]!.content).toEqual({
      kind: "readings",
      arrivalToleranceMs: 500,
      quantiles: false,
      readings: [
        { timeMs: 1000, value: -0, clock: "device" },
        { timeMs: 3000, value: "late", clock: "none" },
        { timeMs: 3000, value: true, clock: "suspect" },
      ],
    });
    expect(windowOf(LONG, numbers(READINGS_ALWAYS)).content).toMatchObject({ readings: { length: 16 } });
  });

  test("nothing, where they are more than 16, or have long texts", () => {
    expect(windowOf(LONG, numbers(READINGS_ALWAYS + 1)).content).toEqual(NO_CONTENT);
    expect(windowOf(LONG, ["short", "x".repeat(2100)]).content).toEqual(NO_CONTENT);
  });

  test("up to 1,024 of a pair, and cells where they are more, or have long texts", () => {
    const most = windowOf(PAIR, numbers(READINGS_OF_PAIR));
    expect(most.content).toMatchObject({ kind: "readings", readings: { length: 1024 }, arrivalToleranceMs: 700 });
    for (const values of [numbers(READINGS_OF_PAIR + 1), ["a", "x".repeat(33_000)]]) {
      const { content } = windowOf(PAIR, values);
      if (content.kind !== "cells") throw new Error(content.kind);
      expect(content.arrivalToleranceMs).toBe(700);
      expect(content.cells.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
    }
  });

  test("also after a late reading: the revision has all of them again", () => {
    const kept = new Kept();
    const windows = table(kept, LONG);
    windows.add(0, 1000, 5, "device", 1);
    for (const window of closeAll(windows)) kept.put(window);
    windows.add(0, 500, 3, "none", 2);
    const [revised] = closeAll(windows);
    expect(revised!.content).toMatchObject({ readings: [{ value: 3, clock: "none" }, { value: 5 }] });
  });

  test("nothing for a state of an earlier version, whatever is added to it", () => {
    const old = encodeWindowState({ ...windowOf(LONG, [5, 7]), content: NO_CONTENT }).state;
    const windows = table(NOTHING_KEPT, LONG);
    windows.restore({ ...windowOf(LONG, [5, 7]), ...decodeWindowState(old) });
    windows.add(0, 10, 9, "device", 3);
    const [window] = closeAll(windows);
    expect(window!.content).toEqual(NO_CONTENT);
    expect(window!.summary).toMatchObject({ count: 3, sum: 21 });
  });

  test("its quantiles count readings from before and after it gave them up", () => {
    const { summary } = windowOf(LONG, numbers(READINGS_ALWAYS + 1));
    const readings = numbers(READINGS_ALWAYS + 1).map((value, timeMs) => ({ timeMs, value, clock: "device" as const }));
    const expected = summaryOfReadings(readings, { windowStartMs: 0, windowMs: 100_000, quantiles: true });
    expect(summary.sketch).toEqual(expected.sketch);
  });

  test("[I5] and the same after crashes, in which it is read from its checkpoint and the journal is replayed", () => {
    const reading = fc.record({
      timeMs: fc.nat({ max: 300_000 }),
      value: fc.oneof(anyValue(), fc.constantFrom<Value[]>(1, 2, "x".repeat(150))),
      clock: fc.constantFrom(...CLOCKS),
    });
    const plan = fc.record({ pair: fc.boolean(), quantiles: fc.boolean() }).map((given) => ({ ...PLAN, ...given }));
    const moment = fc.record({
      at: fc.oneof(fc.nat({ max: 100 }), fc.integer({ min: 1000, max: 1140 })),
      what: fc.constantFrom("checkpoint", "close", "crash"),
    });
    // Enough of them in one window for cells.
    const manyReadings = fc.integer({ min: 1, max: 8 }).map((stepMs) =>
      Array.from({ length: 1150 }, (_, i) => {
        return { timeMs: (i * stepMs * 37) % 9999, value: i % 50, clock: CLOCKS[(i * stepMs) % 3]! };
      }),
    );
    const readings = fc.oneof(fc.array(reading, { maxLength: 100, size: "max" }), manyReadings);
    fc.assert(
      fc.property(plan, readings, fc.array(moment, { maxLength: 6 }), (of, all, moments) => {
        const crashing = new Life(of);
        const steady = new Life(of);
        for (const [i, { timeMs, value, clock }] of all.entries()) {
          for (const life of [crashing, steady]) life.windows.add(0, timeMs, value, clock, i + 1);
          for (const { what } of moments.filter(({ at }) => at === i)) {
            if (what === "close") for (const life of [crashing, steady]) life.closeThrough(timeMs);
            if (what === "checkpoint") for (const life of [crashing, steady]) life.checkpoint(i + 1);
            if (what === "crash") crashing.crash(all, i + 1);
          }
        }
        for (const life of [crashing, steady]) life.closeThrough(Infinity);
        expect(crashing.kept.states).toEqual(steady.kept.states);
      }),
      { numRuns: 60 },
    );
  });
});

const CLOCKS: readonly ClockSource[] = ["device", "none", "suspect"];

/** A table with its disk. */
class Life {
  readonly kept = new Kept();
  readonly #plan: WindowPlan;
  #open = new Map<string, StoredWindow>();
  #checkpointSeq = 0;
  windows: WindowTable;

  constructor(plan: WindowPlan) {
    this.#plan = plan;
    this.windows = table(this.kept, plan);
  }

  closeThrough(watermarkMs: number): void {
    const put = (window: StoredWindow): void => {
      this.#open.delete(keyOf(window));
      this.kept.put(throughDisk(window));
    };
    this.windows.closeReopened(ANY_NUMBER, put);
    this.windows.close(0, watermarkMs, ANY_NUMBER, put);
  }

  checkpoint(seq: number): void {
    this.windows.forEachDirty(0, Infinity, (window) => {
      // A reopened window is written over its kept state.
      this.kept.states.delete(keyOf(window));
      this.#open.set(keyOf(window), throughDisk(window));
    });
    this.#checkpointSeq = seq;
  }

  crash(journal: readonly { timeMs: number; value: Value; clock: ClockSource }[], lastSeq: number): void {
    this.windows = table(this.kept, this.#plan);
    for (const window of this.#open.values()) this.windows.restore({ ...window, reopened: false });
    for (let seq = this.#checkpointSeq + 1; seq <= lastSeq; seq++) {
      const { timeMs, value, clock } = journal[seq - 1]!;
      this.windows.add(0, timeMs, value, clock, seq);
    }
  }
}

function keyOf({ series, windowMs, windowStartMs }: StoredWindow): string {
  return `${series}/${windowMs}/${windowStartMs}`;
}

/** As it is read from the disk again. */
function throughDisk(window: StoredWindow): StoredWindow {
  return { ...window, ...decodeWindowState(encodeWindowState(window).state), fresh: 0 };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
