import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RegionCondition } from "../../../../../edge/core/uplink/region-roles.ts";
import { activeRegionOf, wantedRegions } from "../../../../../edge/core/uplink/region-roles.ts";

const DOWN: RegionCondition = { live: false, firstAttempt: false, liveForMs: 0, returnAfterMs: 300_000 };
const FIRST: RegionCondition = { ...DOWN, firstAttempt: true };
const FRESH: RegionCondition = { ...DOWN, live: true };
const STEADY: RegionCondition = { ...FRESH, liveForMs: 400_000 };
const of = (...conditions: RegionCondition[]) =>
  conditions.map((condition, i) => [["eu", "us", "ap"][i]!, condition] as const);

describe("[I9] the active region", () => {
  test.each<[string, RegionCondition[], string | undefined, string | undefined]>([
    ["is home when all regions are live", [FRESH, FRESH, FRESH], undefined, "eu"],
    ["waits for home's first attempt", [FIRST, FRESH, FRESH], undefined, undefined],
    ["does not wait for a second attempt", [DOWN, FRESH, FRESH], undefined, "us"],
    ["stays when home has just come back", [FRESH, FRESH, FRESH], "us", "us"],
    ["is home again when home has been live for long enough", [STEADY, FRESH, FRESH], "us", "eu"],
    ["is the next region when it is lost", [DOWN, FRESH, FRESH], "eu", "us"],
    ["is the most preferred live region", [DOWN, DOWN, FRESH], "us", "ap"],
    ["is the next region even while home makes its first attempt", [FIRST, DOWN, FRESH], "us", "ap"],
    ["is none when no region is live", [DOWN, DOWN, DOWN], "eu", undefined],
  ])("%s", (_, conditions, before, expected) => {
    expect(activeRegionOf(of(...conditions), before)).toBe(expected);
  });
});

test("[I9] the active region is always live and wanted, and at most two other live regions stay connected", () => {
  const condition = fc.constantFrom(DOWN, FIRST, FRESH, STEADY);
  fc.assert(
    fc.property(fc.array(condition, { minLength: 1, maxLength: 6 }), fc.nat({ max: 7 }), (conditions, before) => {
      const regions = conditions.map((one, i) => [i, one] as const);
      const active = activeRegionOf(regions, before > 5 ? undefined : before);
      const wanted = wantedRegions(regions, active);
      if (active !== undefined) {
        expect(conditions[active]!.live).toBe(true);
        expect(wanted.has(active)).toBe(true);
      }
      expect([...wanted].filter((i) => conditions[i]!.live).length).toBeLessThanOrEqual(3);
      // All regions before a wanted region are wanted as well, unless that region is the active one.
      for (const i of wanted) if (i !== active) for (let j = 0; j < i; j++) expect(wanted.has(j)).toBe(true);
    }),
  );
});
