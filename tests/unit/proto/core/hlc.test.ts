import fc from "fast-check";
import { expect, test } from "vitest";
import { hlcMs, hlcRegion, HLC_EPOCH_MS, mintHlc } from "../../../../proto/core/hlc.ts";
import type { Millis } from "../../../../proto/core/ids.ts";

const NOW = Date.UTC(2026, 10, 20);

test("[I28] for all clocks, a version is a safe integer above every version seen and names its region", () => {
  const clock = fc.integer({ min: HLC_EPOCH_MS, max: Date.UTC(2150, 0, 1) });
  fc.assert(
    fc.property(fc.array(fc.tuple(clock, fc.nat({ max: 31 })), { minLength: 1, maxLength: 50 }), (commands) => {
      let seen = 0;
      for (const [nowMs, region] of commands) {
        const version = mintHlc(nowMs as Millis, seen, region);
        expect(Number.isSafeInteger(version)).toBe(true);
        expect(version).toBeGreaterThan(seen);
        expect(hlcRegion(version)).toBe(region);
        expect(hlcMs(version)).toBeGreaterThanOrEqual(nowMs);
        seen = version;
      }
    }),
  );
});

test("the time of a version is the clock, to the millisecond, where the clock is ahead of all versions", () => {
  expect(hlcMs(mintHlc(NOW as Millis, 0, 3))).toBe(NOW);
});

test("a clock before 2020 and a region beyond 31 are refused", () => {
  expect(() => mintHlc(0 as Millis, 0, 0)).toThrow(RangeError);
  expect(() => mintHlc(NOW as Millis, 0, 32)).toThrow(RangeError);
});
