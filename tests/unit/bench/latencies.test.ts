import fc from "fast-check";
import { expect, test } from "vitest";
import { Latencies } from "../../bench/latencies.ts";

test("quantiles are exact, also with more values than the first allocation holds", () => {
  const latencies = new Latencies();
  for (let i = 100_000; i > 0; i--) latencies.record(i);
  expect(latencies.count).toBe(100_000);
  expect(latencies.quantiles()).toEqual({ p50Ms: 50_000, p99Ms: 99_000, p999Ms: 99_900, maxMs: 100_000 });
});

test("at least 99 % of the values are at or below p99, and less than 99 % are below", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1 }), (all) => {
      const latencies = new Latencies();
      for (const latencyMs of all) latencies.record(latencyMs);
      const { p99Ms, maxMs } = latencies.quantiles();
      expect(all.filter((latencyMs) => latencyMs <= p99Ms).length).toBeGreaterThanOrEqual(0.99 * all.length);
      expect(all.filter((latencyMs) => latencyMs < p99Ms).length).toBeLessThan(0.99 * all.length);
      expect(maxMs).toBe(Math.max(...all));
    }),
  );
});

test("without values a quantile is NaN", () => {
  expect(new Latencies().quantiles().p99Ms).toBeNaN();
});
