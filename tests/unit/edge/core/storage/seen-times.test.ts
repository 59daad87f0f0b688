import { expect, test } from "vitest";
import { SeenTimes } from "../../../../../edge/core/storage/seen-times.ts";

test("keeps the earliest and the latest time of many series, and gives each change once, in steps", () => {
  const seen = new SeenTimes();
  for (let series = 0; series < 1000; series++) for (const at of [5, 3, 9, 4]) seen.saw(series, series * 10 + at);
  expect([seen.of(0), seen.of(999)]).toEqual([
    { firstMs: 3, lastMs: 9 },
    { firstMs: 9993, lastMs: 9999 },
  ]);
  expect(seen.of(5000).firstMs).toBe(Infinity);
  const given: number[] = [];
  let steps = 0;
  for (let from = 0; from >= 0; steps++) from = seen.forEachChanged(from, 300, (series) => given.push(series));
  expect([given.length, new Set(given).size, steps]).toEqual([1000, 1000, 4]);
  seen.saw(7, 74);
  seen.saw(8, 99);
  expect(seen.forEachChanged(0, 300, (series) => given.push(series))).toBe(-1);
  expect(given.slice(1000)).toEqual([8]);
});

test("restored times count as written", () => {
  const seen = new SeenTimes();
  seen.restore(2, 10, 20);
  expect(seen.of(2)).toEqual({ firstMs: 10, lastMs: 20 });
  expect(seen.forEachChanged(0, 10, () => expect.fail("nothing changed"))).toBe(-1);
});
