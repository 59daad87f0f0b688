import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compareCopies, unionNeeds, unitedReadings } from "../../../../cloud/core/raw-union.ts";
import type { RawCopy, RawOrigin } from "../../../../cloud/core/raw-union.ts";
import { toSeq } from "../../../../proto/core/ids.ts";
import type { Value } from "../../../../proto/core/reading.ts";
import { runs } from "../../../support/scale.ts";
import { testStream } from "../../../support/sealed.ts";

const EVER = { fromMs: -1e9, toMs: 1e9 };

function origin(stream: number, gateway: string, more: Partial<RawOrigin> = {}): RawOrigin {
  return { gateway, streamId: testStream(stream), seq: toSeq(1), unit: null, clock: "device", ...more };
}

function copiesOf(from: RawOrigin, readings: readonly (readonly [timeMs: number, value: Value])[]): RawCopy[] {
  return readings.map(([timeMs, value], index) => ({ timeMs, value, index, from }));
}

/** Time, value and gateway of each reading. */
function united(...copies: RawCopy[][]): (readonly [timeMs: number, value: Value, gateway: string])[] {
  return unitedReadings(copies.flat().toSorted(compareCopies), EVER).map(({ timeMs, value, from }) => {
    return [timeMs, value, from.gateway] as const;
  });
}

describe("readings with a time of their device", () => {
  const here = origin(1, "plant-7");
  const there = origin(2, "plant-8");

  it("[I39] are listed once when two gateways received them, with the first of the streams", () => {
    const same = [
      [0, 20],
      [5_000, 21],
    ] as const;
    expect(united(copiesOf(there, same), copiesOf(here, same))).toEqual([
      [0, 20, "plant-7"],
      [5_000, 21, "plant-7"],
    ]);
  });

  it("are all listed when each gateway received others", () => {
    expect(
      united(
        copiesOf(here, [[0, 20]]),
        copiesOf(there, [
          [1, 20],
          [2, 21],
        ]),
      ),
    ).toEqual([
      [0, 20, "plant-7"],
      [1, 20, "plant-8"],
      [2, 21, "plant-8"],
    ]);
  });

  it("with one time and value are listed as often as the stream with the most of them has them", () => {
    const thrice = copiesOf(here, [
      [0, 20],
      [0, 20],
      [0, 20],
    ]);
    const twice = copiesOf(there, [
      [0, 20],
      [0, 21],
      [0, 20],
    ]);
    expect(united(thrice, twice)).toEqual([
      [0, 20, "plant-7"],
      [0, 20, "plant-7"],
      [0, 20, "plant-7"],
      [0, 21, "plant-8"],
    ]);
  });

  it("of different types or units are different readings; without a unit they have the unit of the others", () => {
    expect(
      united(
        copiesOf(here, [[0, 1]]),
        copiesOf(there, [
          [0, true],
          [0, "1"],
          [0, 1n],
        ]),
      ),
    ).toHaveLength(4);
    const celsius = copiesOf(origin(1, "plant-7", { unit: "°C" }), [[0, 20]]);
    const fahrenheit = copiesOf(origin(3, "plant-9", { unit: "°F" }), [[0, 20]]);
    expect(united(celsius, copiesOf(there, [[0, 20]]))).toHaveLength(1);
    expect(united(celsius, fahrenheit)).toHaveLength(2);
  });

  it("of two copies of one gateway are listed once", () => {
    const copied = copiesOf(here, [
      [0, 20],
      [9, 21],
    ]);
    const restored = copiesOf(origin(4, "plant-7"), [
      [9, 21],
      [12, 22],
    ]);
    expect(united(copied, restored).map(([timeMs]) => timeMs)).toEqual([0, 9, 12]);
  });
});

describe("readings that are dated by arrival", () => {
  const here = origin(1, "plant-7", { clock: "none" });
  const there = origin(2, "plant-8", { clock: "suspect" });

  it("[I39] are one reading when their value is the same and less than half a second is between them", () => {
    expect(united(copiesOf(here, [[0, 20]]), copiesOf(there, [[499, 20]]))).toEqual([[0, 20, "plant-7"]]);
    expect(united(copiesOf(here, [[0, 20]]), copiesOf(there, [[500, 20]]))).toHaveLength(2);
    expect(united(copiesOf(here, [[0, 20]]), copiesOf(there, [[1, 21]]))).toHaveLength(2);
  });

  it("of one gateway are never one reading", () => {
    const fast = [0, 100, 200, 300].map((timeMs) => [timeMs, 20] as const);
    expect(united(copiesOf(here, fast))).toHaveLength(4);
    expect(
      united(
        copiesOf(here, fast),
        copiesOf(
          there,
          fast.map(([timeMs]) => [timeMs + 7, 20] as const),
        ),
      ),
    ).toEqual(fast.map(([timeMs]) => [timeMs, 20, "plant-7"]));
  });

  it("of two copies of one gateway are listed once, because both have the same time of arrival", () => {
    const copied = copiesOf(here, [
      [0, 20],
      [9, 20],
    ]);
    const restored = copiesOf(origin(4, "plant-7", { clock: "none" }), [
      [9, 20],
      [12, 20],
    ]);
    expect(united(copied, restored).map(([timeMs]) => timeMs)).toEqual([0, 9, 12]);
  });

  it("are one reading also at the moments at which groups begin anew", () => {
    for (let timeMs = 4_000; timeMs < 6_000; timeMs += 20)
      expect(united(copiesOf(here, [[timeMs, 20]]), copiesOf(there, [[timeMs + 140, 20]]))).toHaveLength(1);
  });

  it("with a value that never pauses are paired for hours, and no pair is broken", () => {
    const times = Array.from({ length: 40_000 }, (_, i) => i * 250);
    const late = times.map((timeMs) => [timeMs + 40, 20] as const);
    const listed = united(
      copiesOf(
        here,
        times.map((timeMs) => [timeMs, 20] as const),
      ),
      copiesOf(there, late),
    );
    expect(listed).toHaveLength(times.length);
  });
});

/** Bursts and silences of two gateways and a copy, near the marks at which groups begin anew. */
const arbitraryCopies = fc
  .array(
    fc.record({
      timeMs: fc.oneof(fc.integer({ min: 0, max: 12_000 }), fc.integer({ min: 4_600, max: 5_700 })),
      value: fc.constantFrom(20, 20, 20, 21, "off"),
      stream: fc.constantFrom(1, 2, 3),
      clock: fc.constantFrom("device" as const, "none" as const, "none" as const, "suspect" as const),
      unit: fc.constantFrom(null, "°C", "°F"),
    }),
    { maxLength: 60 },
  )
  .map((all) =>
    all
      .map(({ stream, unit, clock, ...reading }, index): RawCopy => ({
        ...reading,
        index,
        from: origin(stream, stream === 2 ? "plant-8" : "plant-7", { unit, clock }),
      }))
      .toSorted(compareCopies),
  );

describe("any range of time", () => {
  it("[I39] gives its part of the whole list, from the readings that it needs", () => {
    const cuts = fc.array(fc.integer({ min: -10, max: 12_600 }), { maxLength: 6 });
    fc.assert(
      fc.property(arbitraryCopies, cuts, (copies, inner) => {
        const borders = [-100, ...inner, 13_000].toSorted((a, b) => a - b);
        const parts = borders.slice(1).flatMap((toMs, i) => {
          const range = { fromMs: borders[i]!, toMs };
          const needs = unionNeeds(range);
          return unitedReadings(
            copies.filter(({ timeMs }) => timeMs >= needs.fromMs && timeMs < needs.toMs),
            range,
          );
        });
        expect(parts).toEqual(unitedReadings(copies, EVER));
      }),
      { numRuns: runs({ short: 300, long: 20_000 }) },
    );
  });

  it("lists each reading of a single stream, and never more or other readings than there are", () => {
    fc.assert(
      fc.property(arbitraryCopies, (copies) => {
        const alone = copies.filter(({ from }) => from.streamId === testStream(1));
        expect(unitedReadings(alone, EVER)).toEqual(alone);
        const listed = unitedReadings(copies, EVER);
        expect(new Set(listed).size).toBe(listed.length);
        expect(listed.every((copy) => copies.includes(copy))).toBe(true);
        expect(listed.length).toBeGreaterThanOrEqual(Math.max(alone.length, 0));
      }),
      { numRuns: runs({ short: 100, long: 5_000 }) },
    );
  });
});
