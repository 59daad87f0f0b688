import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY_MS, DayDigests, differingDays } from "../../../../cloud/core/day-digests.ts";
import type { DayDigest } from "../../../../cloud/core/day-digests.ts";

const OPTIONS = { nowMs: 100 * DAY_MS, settledMs: DAY_MS };
const found = (...digests: readonly DayDigest[]): DayDigests => DayDigests.of(digests);
const of = (day: number, sum: number, rows = 1): DayDigest => ({ day, bucket: 3, rows, sum });
const twice = (digests: DayDigests) => ({ before: digests, last: digests });

test("the digest of a day does not depend on the order of its rows, nor on the pages they were read in", () => {
  const rows = fc.array(
    fc.record({
      day: fc.integer({ min: -2, max: 2 }),
      bucket: fc.nat(2),
      rows: fc.constant(1),
      sum: fc.nat({ max: 2 ** 48 - 1 }),
    }),
  );
  fc.assert(
    fc.property(
      rows.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      fc.nat(5),
      ([all, shuffled], cut) => {
        const pages = [DayDigests.of(shuffled.slice(0, cut)), DayDigests.of(shuffled.slice(cut))];
        expect(DayDigests.of(pages.flatMap((page) => page.all)).all).toEqual(DayDigests.of(all).all);
      },
    ),
  );
});

describe("[I15] days differ", () => {
  test("when both regions found theirs unchanged twice, and they are not equal", () => {
    const [ours, theirs] = [found(of(7, 1), of(8, 5)), found(of(7, 2), of(8, 5))];
    expect(differingDays(twice(ours), twice(theirs), OPTIONS)).toEqual([7]);
    expect(differingDays(twice(found()), twice(theirs), OPTIONS)).toEqual([7, 8]);
    expect(differingDays(twice(ours), twice(ours), OPTIONS)).toEqual([]);
  });

  test("not when one changed between two walks, or was read only once", () => {
    const [ours, theirs] = [found(of(7, 1)), found(of(7, 2))];
    expect(differingDays({ before: found(), last: ours }, twice(theirs), OPTIONS)).toEqual([]);
    expect(differingDays(twice(ours), { before: ours, last: theirs }, OPTIONS)).toEqual([]);
    expect(differingDays({ before: null, last: ours }, twice(theirs), OPTIONS)).toEqual([]);
  });

  test("not before they are settled", () => {
    const walks = (day: number) => [twice(found(of(day, 1))), twice(found(of(day, 2)))] as const;
    expect(differingDays(...walks(99), OPTIONS)).toEqual([]);
    expect(differingDays(...walks(98), OPTIONS)).toEqual([98]);
    expect(differingDays(...walks(99), { ...OPTIONS, settledMs: 0 })).toEqual([99]);
  });
});
