import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toSeq } from "../../../../proto/core/ids.ts";
import { compareSlotVersions } from "../../../../proto/core/slot-version.ts";
import type { SlotVersion } from "../../../../proto/core/slot-version.ts";

/** From few numbers, so that equal parts and equal versions occur. */
const anyVersion: fc.Arbitrary<SlotVersion> = fc.record({
  ver: fc.integer({ min: 1, max: 3 }).map(toSeq),
  hash48: fc.constantFrom(0, 1, 2 ** 48 - 1),
  revision: fc.integer({ min: 0, max: 2 }),
});

describe("[I3] the order inside a slot", () => {
  test("decides by the batch, then by its hash, then by the revision", () => {
    const middle = { ver: toSeq(2), hash48: 5, revision: 1 };
    const older = [
      { ver: toSeq(1), hash48: 9, revision: 9 },
      { ver: toSeq(2), hash48: 4, revision: 9 },
      { ver: toSeq(2), hash48: 5, revision: 0 },
    ];
    const newer = [
      { ver: toSeq(3), hash48: 0, revision: 0 },
      { ver: toSeq(2), hash48: 6, revision: 0 },
      { ver: toSeq(2), hash48: 5, revision: 2 },
    ];
    expect(older.map((version) => Math.sign(compareSlotVersions(version, middle)))).toEqual([-1, -1, -1]);
    expect(newer.map((version) => Math.sign(compareSlotVersions(version, middle)))).toEqual([1, 1, 1]);
  });

  test("is total: only the same version is equal, and the order is antisymmetric and transitive", () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        const same = a.ver === b.ver && a.hash48 === b.hash48 && a.revision === b.revision;
        expect(compareSlotVersions(a, b) === 0).toBe(same);
        expect(Math.sign(compareSlotVersions(a, b)) + Math.sign(compareSlotVersions(b, a))).toBe(0);
        if (compareSlotVersions(a, b) <= 0 && compareSlotVersions(b, c) <= 0) {
          expect(compareSlotVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("chooses the same row, in whatever order the rows arrive", () => {
    const rows = fc
      .uniqueArray(anyVersion, { minLength: 1, maxLength: 8, selector: (row) => JSON.stringify(row) })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    const newest = (all: readonly SlotVersion[]): SlotVersion =>
      all.reduce((best, row) => (compareSlotVersions(row, best) > 0 ? row : best));
    fc.assert(
      fc.property(rows, ([all, shuffled]) => {
        expect(newest(shuffled)).toEqual(newest(all));
      }),
    );
  });
});
