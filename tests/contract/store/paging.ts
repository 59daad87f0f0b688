import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Store } from "../../../cloud/store/store.ts";
import { rawBlock, sealed, windowOf } from "../../support/sealed.ts";
import { A, ALL_SERIES, ALL_TIME, allPages, arrivedBatch } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** Pages of answers. */
export function describePaging(trial: StoreTrial): void {
  describe("pages", () => {
    const WINDOWS = 60;

    it("return every record that was there exactly once, while others arrive before and after the cursor", async () => {
      const device = (index: number): string => `d${String(index % 7)}`;
      const place = (index: number) => ({ device: device(index), startMs: Math.floor(index / 7) * 20_000 + 10_000 });
      await trial.apply(
        sealed(A, 1, { windows: Array.from({ length: WINDOWS }, (_, index) => windowOf([index], place(index))) }),
      );
      let arriving = 1;
      const query = { ...ALL_SERIES, ...ALL_TIME, windowMs: null };
      const rows = await allPages(
        (after: Awaited<ReturnType<Store["records"]>>["next"]) => trial.store.records({ ...query, after, limit: 7 }),
        async () => {
          arriving += 1;
          const late = [0, 3, 9].map((index) => windowOf([1], { device: device(index + arriving), startMs: 0 }));
          const between = windowOf([1], { device: `d${arriving % 7}`, startMs: arriving * 20_000 });
          await trial.apply(sealed(A, arriving, { windows: [...late, between] }));
        },
      );
      const keys = rows.map((row) => `${row.device} ${row.windowStartMs}`);
      expect(new Set(keys).size).toBe(keys.length);
      const before = Array.from({ length: WINDOWS }, (_, index) => place(index));
      expect(keys).toEqual(expect.arrayContaining(before.map((at) => `${at.device} ${at.startMs}`)));
    });

    it("return raw readings in order of time, each once, from blocks that overlap", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }), {
            minLength: 1,
            maxLength: 6,
          }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 0, max: 20 }),
          async (blocks, limit, fromMs) => {
            const own = await trial.harness.place();
            const local = await own.open();
            try {
              const batches = blocks.map((times, index) =>
                arrivedBatch(
                  sealed(A, index + 1, { raws: [rawBlock(times.map((timeMs) => [timeMs, timeMs] as const))] }),
                ),
              );
              await local.apply(batches);
              const rows = await allPages((after: Awaited<ReturnType<Store["readings"]>>["next"]) =>
                local.readings({ ...ALL_SERIES, fromMs, toMs: 30, dedupe: false, after, limit }),
              );
              const expected = blocks.flat().filter((timeMs) => timeMs >= fromMs && timeMs < 30);
              expect(rows.map((row) => row.timeMs)).toEqual(expected.sort((a, b) => a - b));
              expect(new Set(rows.map((row) => `${row.seq}/${row.index}`)).size).toBe(rows.length);
            } finally {
              await local.close();
              await own.remove();
            }
          },
        ),
        { numRuns: trial.harness.runs },
      );
    });

    it("list series by name, and only those that the query asks for", async () => {
      const names = [
        ["b", "x"],
        ["a", "y"],
        ["a", "x"],
        ["c", "x"],
      ] as const;
      await trial.apply(sealed(A, 1, { windows: names.map(([device, metric]) => windowOf([1], { device, metric })) }));
      const list = async (filter: { device: string | null; metric: string | null }) =>
        (
          await allPages((after: Awaited<ReturnType<Store["series"]>>["next"]) =>
            trial.store.series({ ...filter, after, limit: 1 }),
          )
        ).map((row) => `${row.device}.${row.metric}`);
      expect(await list(ALL_SERIES)).toEqual(["a.x", "a.y", "b.x", "c.x"]);
      expect(await list({ device: "a", metric: null })).toEqual(["a.x", "a.y"]);
      expect(await list({ device: null, metric: "x" })).toEqual(["a.x", "b.x", "c.x"]);
      expect(await list({ device: "c", metric: "x" })).toEqual(["c.x"]);
      expect(await list({ device: "c", metric: "y" })).toEqual([]);
    });

    it("keep to the window length and to the half-open range", async () => {
      const starts = [0, 10_000, 20_000, 30_000];
      await trial.apply(
        sealed(A, 1, {
          windows: [
            ...starts.map((startMs) => windowOf([1], { startMs })),
            windowOf([1], { windowMs: 60_000, startMs: 0 }),
          ],
        }),
      );
      const found = async (windowMs: number | null, fromMs: number, toMs: number) =>
        (await trial.store.records({ ...ALL_SERIES, windowMs, fromMs, toMs, after: null, limit: 10 })).rows.map(
          (row) => `${row.windowMs / 1000}@${row.windowStartMs / 1000}`,
        );
      expect(await found(10_000, 10_000, 30_000)).toEqual(["10@10", "10@20"]);
      expect(await found(null, 0, 10_000)).toEqual(["10@0", "60@0"]);
      expect(await found(5_000, 0, 10_000)).toEqual([]);
    });
  });
}
