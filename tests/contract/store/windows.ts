import { describe, expect, it } from "vitest";

import type { HaMode } from "../../../proto/core/record.ts";
import { rawBlock, sealed, windowOf } from "../../support/sealed.ts";
import { A, ALL_SERIES, ALL_TIME, B } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** The rows of windows, and the answers made of them. */
export function describeWindows(trial: StoreTrial): void {
  describe("the rows of windows", () => {
    it("[I3] replaces the row of a slot by a later revision, and not by an earlier one that arrives late", async () => {
      await trial.apply(sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 1 })] }));
      await trial.apply(sealed(A, 1, { windows: [windowOf([1, 2])] }));
      expect(await trial.records()).toMatchObject([{ effective: { summary: { count: 3, sum: 6 } } }]);
    });

    it("[I3] takes the later of two states of one window in one batch", async () => {
      await trial.apply(sealed(A, 1, { windows: [windowOf([1]), windowOf([1, 2], { revision: 1 })] }));
      expect(await trial.records()).toMatchObject([{ effective: { summary: { count: 2 } } }]);
      await trial.apply(sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 2 })] }));
      expect(await trial.records()).toMatchObject([{ effective: { summary: { count: 3 } } }]);
    });

    it("returns every kind of value unchanged", async () => {
      const values = [21.5, -0.1, 1e300, 9_007_199_254_740_993n, -(2n ** 63n), true, false, "", "ä\u{1F30A}"];
      await trial.apply(sealed(A, 1, { raws: [rawBlock(values.map((value, index) => [index, value] as const))] }));
      const window = windowOf([1]);
      const extremes = values.map((value, index) => ({
        ...window,
        windowStartMs: windowOf([1], { startMs: index * 10_000 }).windowStartMs,
        summary: {
          ...window.summary,
          firstMs: windowOf([1], { startMs: index * 10_000 }).windowStartMs,
          lastMs: windowOf([1], { startMs: index * 10_000 }).windowStartMs,
          first: value,
          last: value,
        },
      }));
      await trial.apply(sealed(A, 2, { windows: extremes }));
      await trial.reopen();

      const readings = await trial.store.readings({
        ...ALL_SERIES,
        ...ALL_TIME,
        dedupe: false,
        after: null,
        limit: 100,
      });
      expect(readings.rows.map((row) => row.value)).toEqual(values);
      expect((await trial.records()).map((row) => row.effective.summary.first)).toEqual(values);
    });

    it("keeps a window whose sums are too large for a double", async () => {
      const window = windowOf([1e308, 1e308, -1e308]);
      const summary = { ...window.summary, sum: Number.POSITIVE_INFINITY, mean: Number.NaN, m2: Number.NaN };
      expect(await trial.apply(sealed(A, 1, { windows: [{ ...window, summary }] }))).toEqual(["stored"]);
      expect(await trial.records()).toMatchObject([{ effective: { summary: { sum: Infinity, mean: NaN, m2: NaN } } }]);
    });

    it("combines gateways by the mode of the rule, and as `auto` where the gateways have different modes", async () => {
      const of = (stream: typeof A, gateway: string, values: number[], haMode: HaMode, startMs: number) =>
        sealed(stream, startMs / 10_000 + 1, { gateway, windows: [windowOf(values, { haMode, startMs })] });
      await trial.apply(of(A, "plant-7", [1, 2], "partition", 0), of(B, "plant-8", [3], "partition", 0));
      await trial.apply(of(A, "plant-7", [1, 2], "mirror", 10_000), of(B, "plant-8", [3], "mirror", 10_000));
      await trial.apply(of(A, "plant-7", [1, 2], "partition", 20_000), of(B, "plant-8", [3], "mirror", 20_000));
      await trial.reopen();
      expect((await trial.records()).map(({ effective }) => [effective.summary.count, effective.bounds])).toEqual([
        [3, null],
        [2, null],
        [2, { countMin: 2, countMax: 3 }],
      ]);
    });
  });
}
