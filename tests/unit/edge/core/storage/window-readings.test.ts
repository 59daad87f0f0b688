import fc from "fast-check";
import { expect, test } from "vitest";
import { WindowReadings } from "../../../../../edge/core/storage/window-readings.ts";
import type { WindowReading } from "../../../../../proto/core/window-content.ts";
import { anyValue } from "../../../../support/window-contents.ts";

const LISTS = 8;
const ANY_TEXT = 100_000;

test("every list gives back its readings in order of time, then of arrival, whatever happens in other lists", () => {
  const step = fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        list: fc.nat({ max: LISTS - 1 }),
        timeMs: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 2 ** 32 - 1 })),
        value: anyValue(),
        clock: fc.constantFrom("device", "none", "suspect"),
      }),
    },
    { weight: 1, arbitrary: fc.record({ clear: fc.nat({ max: LISTS - 1 }) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
      const readings = new WindowReadings();
      readings.grow(LISTS);
      const expected: WindowReading[][] = Array.from({ length: LISTS }, () => []);
      for (const one of steps) {
        if ("clear" in one) {
          readings.clear(one.clear, expected[one.clear]!.length);
          expected[one.clear] = [];
          continue;
        }
        const { list, ...reading } = one;
        const mine = expected[list]!;
        expect(readings.add(list, mine.length, reading.timeMs, reading.value, reading.clock, ANY_TEXT)).toBe(true);
        mine.push({ ...reading, timeMs: reading.timeMs + 1000 });
      }
      for (const [list, mine] of expected.entries())
        expect(readings.read(list, mine.length, 1000)).toEqual(mine.toSorted((a, b) => a.timeMs - b.timeMs));
    }),
  );
});

test("long lists share limited room, and short lists always have room", () => {
  const readings = new WindowReadings({ longReadings: 8, textChars: 0 });
  readings.grow(3);
  const fill = (list: number): number => {
    let count = 0;
    while (count < 40 && readings.add(list, count, count, 1, "device", ANY_TEXT)) count++;
    return count;
  };
  expect([fill(0), fill(1)]).toEqual([24, 16]);
  readings.clear(0, 24);
  expect([fill(2), fill(0)]).toEqual([24, 16]);
});

test("texts share limited room, in a list and in all lists, and a refused text takes none", () => {
  const readings = new WindowReadings({ longReadings: 8, textChars: 400 });
  readings.grow(3);
  const text = "x".repeat(100);
  expect(readings.add(0, 0, 0, text, "device", 150)).toBe(true);
  expect(readings.add(0, 1, 1, text, "device", 150)).toBe(false);
  expect(readings.add(1, 0, 0, text, "device", 300)).toBe(true);
  expect(readings.add(1, 1, 1, text, "device", 300)).toBe(true);
  expect(readings.add(2, 0, 0, text, "device", 300)).toBe(false);
  readings.clear(0, 1);
  expect(readings.add(2, 0, 0, text, "device", 300)).toBe(true);
  expect(readings.read(1, 2, 0).map(({ value }) => value)).toEqual([text, text]);
});
