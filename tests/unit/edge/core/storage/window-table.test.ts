import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WindowPlan } from "../../../../../edge/core/storage/window-plan.ts";
import type { Recall, StoredWindow } from "../../../../../edge/core/storage/window-table.ts";
import { WindowTable } from "../../../../../edge/core/storage/window-table.ts";
import type { StreamId } from "../../../../../proto/core/ids.ts";

const PLAN: WindowPlan = {
  lengthsMs: [10_000, 60_000],
  raw: false,
  quantiles: true,
  outOfOrdernessMs: 0,
  idleTimeoutMs: 10_000,
  allowedLatenessMs: 60_000,
  haMode: "auto",
  onSchemaChange: "accept",
};

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
  windows.closeReopened(Infinity, (window) => closed.push(window));
  windows.close(series, Infinity, Infinity, (window) => closed.push(window));
  return closed;
}

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
  windows.add(0, 1_000, 20, 1);
  expect(asked).toEqual([]);
  windows.add(1, 1_000, 20, 2);
  expect(asked).toEqual(PLAN.lengthsMs.map(() => "newest of 1"));

  for (const window of closeAll(windows)) kept.set(`${window.windowMs}/${window.windowStartMs}`, window);
  asked.length = 0;
  windows.add(0, 1_500, 30, 3);
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
        all.forEach(({ timeMs, value }, i) => windows.add(0, timeMs, value, i + 1));
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
    for (let seq = 1; seq <= 10; seq++) windows.add(0, seq * 100, seq, seq);
    const checkpoint: StoredWindow[] = [];
    windows.forEachDirty(0, Infinity, (window) => checkpoint.push(window));
    const restarted = table();
    for (const window of checkpoint) restarted.restore(window);
    for (let seq = 5; seq <= 12; seq++) restarted.add(0, seq * 100, seq, seq);
    const [ten] = closeAll(restarted);
    expect(ten!.summary).toMatchObject({ count: 12, sum: 78, min: 1, max: 12, first: 1, last: 12 });
  });
});

describe("[I4] [I32] a late reading makes a revision of the whole state", () => {
  test("when the window was closed and its state is kept", () => {
    const kept = new Kept();
    const windows = table(kept);
    windows.add(0, 1000, 5, 1);
    windows.add(0, 2000, 7, 2);
    for (const window of closeAll(windows)) kept.put(window);
    windows.add(0, 1500, 3, 3);
    expect(windows.reopened).toBe(2);
    const [revised] = closeAll(windows);
    expect(revised).toMatchObject({ part: 0, revision: 1, forwardedIn: STREAM });
    expect(revised!.summary).toMatchObject({ count: 3, sum: 15, min: 3, max: 7, first: 5, last: 7 });
  });

  test("[I5] but a replayed reading that the kept state had counted makes no revision", () => {
    const kept = new Kept();
    const windows = table(kept);
    windows.add(0, 1000, 5, 1);
    for (const window of closeAll(windows)) kept.put(window);
    const restarted = table(kept);
    restarted.add(0, 1000, 5, 1);
    expect(closeAll(restarted)).toEqual([]);
    expect(restarted.open).toBe(0);
  });

  test("also when a checkpoint wrote the reopened window before it was forwarded", () => {
    const kept = new Kept();
    const windows = table(kept);
    windows.add(0, 1000, 1, 1);
    windows.close(0, Infinity, Infinity, (window) => kept.put(window));
    windows.add(0, 2000, 2, 2);
    expect(windows.forEachDirty(0, Infinity, () => {})).toBe(-1);
    const revised: StoredWindow[] = [];
    windows.closeReopened(Infinity, (window) => revised.push(window));
    expect(revised.map(({ summary, revision }) => [summary.count, revision])).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(windows.open).toBe(0);
  });

  test("but a supplement, as a separate part, after the state was evicted", () => {
    const windows = table();
    windows.add(0, 1000, 5, 1);
    closeAll(windows);
    windows.evicted(0, 10_000);
    windows.add(0, 1500, 3, 42);
    const supplement = closeAll(windows).find((window) => window.windowMs === 10_000);
    expect(supplement).toMatchObject({ part: 42, revision: 0 });
    expect(supplement!.summary.count).toBe(1);
  });
});

test("closing takes only windows that have ended, stops at its limit, and says when the next window ends", () => {
  const windows = table(NOTHING_KEPT, { ...PLAN, lengthsMs: [10_000] });
  for (let i = 0; i < 6; i++) windows.add(0, i * 10_000, i, i + 1);
  const closed: number[] = [];
  const put = (window: StoredWindow): number => closed.push(window.windowStartMs);
  expect(windows.close(0, 40_000, 3, put)).toMatchObject({ taken: 3, complete: false });
  expect(windows.close(0, 40_000, 3, put)).toEqual({ taken: 1, nextEndMs: 50_000, complete: true });
  expect(closed.toSorted((a, b) => a - b)).toEqual([0, 10_000, 20_000, 30_000]);
  expect(windows.open).toBe(2);
});

test("values that are not numbers are counted, and have a first and a last value", () => {
  const windows = table();
  windows.add(0, 1000, "idle", 1);
  windows.add(0, 2000, true, 2);
  windows.add(0, 3000, 9007199254740993n, 3);
  const [ten] = closeAll(windows);
  expect(ten!.summary).toMatchObject({ count: 3, numericCount: 2, first: "idle", last: 9007199254740993n, min: 1 });
});

test("coverage marks the 32nd parts of the window in which there were readings", () => {
  const windows = table(NOTHING_KEPT, { ...PLAN, lengthsMs: [32_000] });
  windows.add(0, 0, 1, 1);
  windows.add(0, 31_999, 1, 2);
  expect(closeAll(windows)[0]!.summary.coverage).toBe(0x80000001);
});

test("quantiles of a long window stay within one percent", () => {
  const windows = table(NOTHING_KEPT, { ...PLAN, lengthsMs: [1_000_000] });
  for (let i = 1; i <= 1000; i++) windows.add(0, i, i, i);
  const state = closeAll(windows)[0]!;
  const restarted = table(NOTHING_KEPT, { ...PLAN, lengthsMs: [1_000_000] });
  restarted.restore({ ...state, throughSeq: 1000 });
  for (let i = 1001; i <= 2000; i++) restarted.add(0, i, i, i);
  expect(closeAll(restarted)[0]!.summary).toMatchObject({ count: 2000 });
});
