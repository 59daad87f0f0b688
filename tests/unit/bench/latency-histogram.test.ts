import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LatencyHistogram } from "../../bench/latency-histogram.ts";

describe("a latency histogram", () => {
  it("gives quantiles that are right to a bin of 10 microseconds, and the exact maximum", () => {
    const latency = fc.double({ min: 0, max: 999, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (all, fraction) => {
          const histogram = new LatencyHistogram();
          for (const latencyMs of all) histogram.record(latencyMs, 1);
          const sorted = all.toSorted((a, b) => a - b);
          const exact = sorted[Math.ceil(fraction * all.length) - 1]!;
          expect(Math.abs(histogram.quantileMs(fraction) - exact)).toBeLessThanOrEqual(0.0101);
          expect(histogram.maxMs).toBe(sorted.at(-1));
          expect(histogram.count).toBe(all.length);
        },
      ),
    );
  });

  it("is empty again after a reset, and says 0", () => {
    const histogram = new LatencyHistogram();
    histogram.record(3, 5);
    histogram.reset();
    expect([histogram.count, histogram.maxMs, histogram.quantileMs(0.99)]).toEqual([0, 0, 0]);
  });
});
