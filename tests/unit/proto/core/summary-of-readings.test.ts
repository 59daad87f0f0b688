import fc from "fast-check";
import { expect, test } from "vitest";
import type { Value } from "../../../../proto/core/reading.ts";
import { numeric } from "../../../../proto/core/reading.ts";
import { QuantileSketch } from "../../../../proto/core/sketch.ts";
import { mergeSummaries } from "../../../../proto/core/summary.ts";
import { summaryOfReadings } from "../../../../proto/core/summary-of-readings.ts";
import type { WindowReading } from "../../../../proto/core/window-content.ts";
import { sliceOf } from "../../../../proto/core/window-content.ts";
import { MINUTE } from "../../../support/shares.ts";

const value = fc.oneof<fc.Arbitrary<Value>[]>(
  // Without -0: of 0 and -0, either one is the minimum.
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((number) => number + 0),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(0, 1e-300, 1e300, -1e300, 10n ** 20n, true, false, "on", ""),
);
const readings = fc
  .array(fc.record({ offsetMs: fc.nat({ max: MINUTE.windowMs - 1 }), value }), { minLength: 1, maxLength: 60 })
  .map((all) =>
    all
      .toSorted((a, b) => a.offsetMs - b.offsetMs)
      .map((one): WindowReading => {
        return { timeMs: MINUTE.windowStartMs + one.offsetMs, value: one.value, clock: "device" };
      }),
  );

test("[I36] the summary of a row that carries its readings is that of these readings", () => {
  fc.assert(
    fc.property(readings, fc.boolean(), (all, quantiles) => {
      const numbers = all.map((one) => numeric(one.value)).filter((number) => number !== undefined);
      const sketch = new QuantileSketch();
      for (const number of numbers) sketch.add(number);
      const scale = numbers.reduce((sum, number) => sum + Math.abs(number), 0);
      const summary = summaryOfReadings(all, { ...MINUTE, quantiles });
      expect(summary).toMatchObject({
        count: all.length,
        numericCount: numbers.length,
        min: numbers.length === 0 ? 0 : Math.min(...numbers),
        max: numbers.length === 0 ? 0 : Math.max(...numbers),
        firstMs: all[0]!.timeMs,
        first: all[0]!.value,
        lastMs: all.at(-1)!.timeMs,
        last: all.at(-1)!.value,
        coverage:
          all.reduce((bits, one) => bits | (1 << sliceOf(one.timeMs - MINUTE.windowStartMs, MINUTE.windowMs)), 0) >>> 0,
        sketch: quantiles && numbers.length > 0 ? sketch.toBytes() : null,
      });
      expect(Math.abs(summary.sum - numbers.reduce((a, b) => a + b, 0))).toBeLessThanOrEqual(scale * 1e-12);
      expect(Math.abs(summary.mean * numbers.length - summary.sum)).toBeLessThanOrEqual(scale * 1e-9);
    }),
  );
});

test("[I36] the summary of some readings is that of its parts, merged", () => {
  fc.assert(
    fc.property(readings, fc.nat(), (all, at) => {
      const cut = at % all.length;
      if (cut === 0) return;
      const of = (part: readonly WindowReading[]) => summaryOfReadings(part, { ...MINUTE, quantiles: true });
      const merged = mergeSummaries(of(all.slice(0, cut)), of(all.slice(cut)));
      const { count, numericCount, min, max, firstMs, lastMs, coverage, sketch } = of(all);
      expect(merged).toMatchObject({ count, numericCount, min, max, firstMs, lastMs, coverage, sketch });
    }),
  );
});

test("[I36] there is no summary of no readings", () => {
  expect(() => summaryOfReadings([], { ...MINUTE, quantiles: true })).toThrow(RangeError);
});
