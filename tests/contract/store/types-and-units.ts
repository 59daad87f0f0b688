import { describe, expect, it } from "vitest";

import type { SeriesSchemaQuery, Store } from "../../../cloud/store/store.ts";
import { rawBlock, sealed, windowOf } from "../../support/sealed.ts";
import { A, ALL_SERIES, ALL_TIME, B, allPages, command, commanded } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** The types and units of series. */
export function describeTypesAndUnits(trial: StoreTrial): void {
  describe("types and units", () => {
    const haMode = "mirror";
    const celsius = windowOf([20, 22], { haMode });
    const fahrenheit = windowOf([70], { haMode, unit: "°F", part: 3, later: true });
    const schema = async (query: Partial<SeriesSchemaQuery> = {}) =>
      allPages((after: SeriesSchemaQuery["after"]) => trial.store.schema({ ...ALL_SERIES, after, limit: 1, ...query }));
    const answers = async () =>
      (await trial.records()).map(({ effective: { type, unit, summary } }) => [type, unit, summary.count, summary.sum]);

    it("[I19] that changed within a window give one answer each, and no sum of both, in one gateway and in two", async () => {
      await trial.apply(sealed(A, 1, { windows: [celsius, fahrenheit] }));
      expect(await answers()).toEqual([
        ["number", "°C", 2, 42],
        ["number", "°F", 1, 70],
      ]);
      await trial.apply(
        sealed(B, 1, { gateway: "plant-8", windows: [windowOf([71, 72, 73], { haMode, unit: "°F" })] }),
      );
      await trial.reopen();
      expect(await answers()).toEqual([
        ["number", "°C", 2, 42],
        ["number", "°F", 3, 216],
      ]);
    });

    it("[I19] are answered page by page, each exactly once", async () => {
      const starts = [0, 10_000, 20_000];
      const both = starts.flatMap((startMs) => [
        windowOf([1], { startMs }),
        windowOf([2], { startMs, unit: "°F", part: startMs + 1, later: true }),
      ]);
      await trial.apply(sealed(A, 1, { windows: both }));
      const rows = await allPages((after: Awaited<ReturnType<Store["records"]>>["next"]) =>
        trial.store.records({ ...ALL_SERIES, ...ALL_TIME, windowMs: null, after, limit: 1 }),
      );
      expect(rows.map(({ windowStartMs, effective }) => `${windowStartMs} ${effective.unit}`)).toEqual(
        starts.flatMap((startMs) => [`${startMs} °C`, `${startMs} °F`]),
      );
    });

    it("of a command apply to the whole window", async () => {
      await trial.apply(
        sealed(A, 1, { windows: [celsius, fahrenheit] }),
        commanded(1, command("override", 1, { value: 7 })),
      );
      expect(await answers()).toEqual([["number", "°C", 1, 7]]);
    });

    it("are listed with the times of their readings, from windows and from raw readings, until the device is erased", async () => {
      await trial.apply(
        sealed(A, 1, {
          windows: [windowOf([1, 2], { startMs: 10_000 }), windowOf([3], { device: "d2", unit: null })],
          raws: [
            rawBlock(
              [
                [5, true],
                [9, false],
              ],
              { metric: "door" },
            ),
            rawBlock([[90_000, 70]], { unit: "°F" }),
          ],
        }),
      );
      await trial.reopen();
      await trial.apply(sealed(A, 2, { windows: [windowOf([4], { startMs: 0 })] }), sealed(A, 3, {}));
      expect(await schema()).toEqual([
        { device: "d1", metric: "door", versions: [{ type: "boolean", unit: null, firstMs: 5, lastMs: 9 }] },
        {
          device: "d1",
          metric: "temperature",
          versions: [
            { type: "number", unit: "°C", firstMs: 0, lastMs: 10_001 },
            { type: "number", unit: "°F", firstMs: 90_000, lastMs: 90_000 },
          ],
        },
        { device: "d2", metric: "temperature", versions: [{ type: "number", unit: null, firstMs: 0, lastMs: 0 }] },
      ]);
      expect(await schema({ device: "d2" })).toHaveLength(1);
      expect(await schema({ metric: "door" })).toHaveLength(1);
      await trial.apply(commanded(1, command("erase_device", 1)), sealed(A, 4, { windows: [windowOf([4])] }));
      expect((await schema()).map(({ device }) => device)).toEqual(["d2"]);
    });
  });
}
