import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WindowCells } from "../../../../../edge/core/storage/window-cells.ts";
import type { Value } from "../../../../../proto/core/reading.ts";
import { numeric } from "../../../../../proto/core/reading.ts";
import { readingHash } from "../../../../../proto/core/reading-hash.ts";
import type { WindowReading } from "../../../../../proto/core/window-content.ts";
import { CELLS_MAX, datedByArrival, sliceOf } from "../../../../../proto/core/window-content.ts";
import { runs } from "../../../../support/scale.ts";

const START = 60_000;
const WINDOW = 60_000;

const reading: fc.Arbitrary<WindowReading> = fc.record({
  timeMs: fc.integer({ min: START, max: START + WINDOW - 1 }),
  value: fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constantFrom<Value>("on", true, 10n ** 20n)),
  clock: fc.constantFrom("device", "device", "none", "suspect"),
});
const many = fc.array(reading, { minLength: 1, maxLength: 2_000, size: "max" });

function every(stepMs: number, from = 0, to = WINDOW): WindowReading[] {
  const found: WindowReading[] = [];
  for (let at = from; at < to; at += stepMs) found.push({ timeMs: START + at, value: at % 7, clock: "device" });
  return found;
}

describe("[I36] the cells of a window", () => {
  test("hold every reading once: count, sum and hash of those between their ends", () => {
    fc.assert(
      fc.property(many, (readings) => {
        const { cells } = WindowCells.of(readings, START, WINDOW);
        expect(cells.length).toBeLessThanOrEqual(CELLS_MAX);
        let total = 0;
        for (const cell of cells) {
          const inside = readings.filter(({ timeMs }) => timeMs >= cell.firstMs && timeMs <= cell.lastMs);
          const numbers = inside.map(({ value }) => numeric(value)).filter((number) => number !== undefined);
          const sum = numbers.reduce((a, b) => a + b, 0);
          const hash = inside.reduce((a, one) => a + readingHash(one.timeMs, one.value, datedByArrival(one.clock)), 0);
          expect(cell).toMatchObject({
            firstMs: Math.min(...inside.map(({ timeMs }) => timeMs)),
            lastMs: Math.max(...inside.map(({ timeMs }) => timeMs)),
            count: inside.length,
            numericCount: numbers.length,
            hash: hash % 2 ** 32,
            byArrival: inside.some(({ clock }) => clock !== "device"),
          });
          expect(Math.abs(cell.sum - sum)).toBeLessThanOrEqual(1e-9 * numbers.reduce((a, b) => a + Math.abs(b), 1));
          expect(sliceOf(cell.firstMs - START, WINDOW)).toBe(sliceOf(cell.lastMs - START, WINDOW));
          total += cell.count;
        }
        expect(total).toBe(readings.length);
      }),
      { numRuns: runs({ short: 20, long: 300 }) },
    );
  });

  test("are in order of time and do not overlap", () => {
    fc.assert(
      fc.property(many, (readings) => {
        const { cells } = WindowCells.of(readings, START, WINDOW);
        const touching = cells.slice(1).filter(({ firstMs }, i) => firstMs <= cells[i]!.lastMs);
        expect(touching).toEqual([]);
      }),
      { numRuns: runs({ short: 20, long: 300 }) },
    );
  });

  test("continue after they were written and read back", () => {
    fc.assert(
      fc.property(many, fc.nat({ max: 2_000 }), (readings, cut) => {
        const whole = WindowCells.of(readings.slice(0, cut), START, WINDOW);
        const resumed = WindowCells.from(whole.cells, START, WINDOW);
        for (const { timeMs, value, clock } of readings.slice(cut)) {
          for (const cells of [whole, resumed]) cells.add(timeMs, value, datedByArrival(clock));
        }
        expect(resumed.cells).toEqual(whole.cells);
      }),
      { numRuns: runs({ short: 20, long: 300 }) },
    );
  });

  test("are cut where the device was away", () => {
    const [mine, others] = [0, 1].map((side) =>
      every(10).filter(({ timeMs }) => Math.floor(timeMs / 1_000) % 2 === side),
    ) as [WindowReading[], WindowReading[]];
    const { cells } = WindowCells.of(mine, START, WINDOW);
    for (const { timeMs } of others) {
      expect(cells.some(({ firstMs, lastMs }) => firstMs <= timeMs && timeMs <= lastMs)).toBe(false);
    }
  });

  test("of equal gaps are spread over the window", () => {
    const { cells } = WindowCells.of(every(10), START, WINDOW);
    expect(cells.length).toBe(CELLS_MAX);
    const lengths = cells.map(({ firstMs, lastMs }) => lastMs - firstMs);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(WINDOW / CELLS_MAX);
  });
});
