import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { RawReading, Store } from "../../../cloud/store/store.ts";
import type { RawBlock } from "../../../proto/core/record.ts";
import { rawBlock, sealed, testStream } from "../../support/sealed.ts";
import { A, ALL_SERIES, ALL_TIME, allPages, arrivedBatch, B } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** A copy of the disk of `A`'s gateway, which forwards some of the same readings again. */
const COPY = testStream(4);

/** Raw readings that several streams carry. */
export function describeRawReadings(trial: StoreTrial): void {
  describe("raw readings of several streams", () => {
    const listed = async (of: Store, given: { dedupe?: boolean; limit?: number; fromMs?: number; toMs?: number }) => {
      const { dedupe = true, limit = 10_000, ...range } = given;
      const query = { ...ALL_SERIES, ...ALL_TIME, ...range, dedupe };
      return allPages((after: Awaited<ReturnType<Store["readings"]>>["next"]) =>
        of.readings({ ...query, after, limit }),
      );
    };
    const shown = (rows: readonly RawReading[]): string[] =>
      rows.map(({ timeMs, value, gateway }) => `${timeMs} ${String(value)} ${gateway}`);

    it("[I39] are listed once each, with their gateway; without `dedupe` every copy is listed", async () => {
      const readings = [
        [0, 20],
        [5_000, 21],
      ] as const;
      await trial.apply(
        sealed(A, 1, { raws: [rawBlock(readings)] }),
        sealed(B, 1, { gateway: "plant-8", raws: [rawBlock([...readings, [10_000, 22]])] }),
      );
      await trial.reopen();
      expect(shown(await listed(trial.store, {}))).toEqual(["0 20 plant-7", "5000 21 plant-7", "10000 22 plant-8"]);
      expect(await listed(trial.store, { dedupe: false })).toHaveLength(5);
    });

    it("[I39] that are dated by arrival are united across the border of a page and of a range", async () => {
      const times = Array.from({ length: 40 }, (_, i) => i * 300);
      const at = (laterMs: number): RawBlock =>
        rawBlock(
          times.map((timeMs) => [timeMs + laterMs, 20] as const),
          { clock: "none" },
        );
      await trial.apply(sealed(A, 1, { raws: [at(0)] }), sealed(B, 1, { gateway: "plant-8", raws: [at(40)] }));
      for (const limit of [1, 7, 1000]) {
        const rows = await listed(trial.store, { limit });
        expect(rows.map(({ timeMs }) => timeMs)).toEqual(times);
      }
      const halves = [
        ...(await listed(trial.store, { toMs: 6_020 })),
        ...(await listed(trial.store, { fromMs: 6_020 })),
      ];
      expect(halves.map(({ timeMs }) => timeMs)).toEqual(times);
    });

    it("[I39] are the same list for any size of the pages", async () => {
      const block = fc.record({
        stream: fc.constantFrom(A, B, COPY),
        clock: fc.constantFrom("device" as const, "none" as const, "suspect" as const),
        readings: fc.array(fc.tuple(fc.integer({ min: 0, max: 12_000 }), fc.constantFrom(20, 20, 21)), {
          minLength: 1,
          maxLength: 25,
        }),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(block, { minLength: 1, maxLength: 8 }),
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 0, max: 12_000 }),
          async (blocks, limit, cutMs) => {
            const own = await trial.harness.place();
            const local = await own.open();
            try {
              await local.apply(
                blocks.map(({ stream, clock, readings }, index) => {
                  const gateway = stream === B ? "plant-8" : "plant-7";
                  return arrivedBatch(sealed(stream, index + 1, { gateway, raws: [rawBlock(readings, { clock })] }));
                }),
              );
              const whole = await listed(local, {});
              expect(await listed(local, { limit })).toEqual(whole);
              expect([
                ...(await listed(local, { limit, toMs: cutMs })),
                ...(await listed(local, { limit, fromMs: cutMs })),
              ]).toEqual(whole);
              const copies = await listed(local, { limit, dedupe: false });
              expect(copies).toHaveLength(blocks.reduce((sum, { readings }) => sum + readings.length, 0));
              expect(copies).toEqual(expect.arrayContaining(whole));
            } finally {
              await local.close();
              await own.remove();
            }
          },
        ),
        { numRuns: trial.harness.runs },
      );
    });
  });
}
