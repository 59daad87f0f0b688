import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { DayDigests } from "../../../cloud/core/day-digests.ts";
import type { Store } from "../../../cloud/store/store.ts";
import { rawBlock, sealed, windowOf } from "../../support/sealed.ts";
import { arbitraryBatch } from "./arbitrary-batches.ts";
import { A, B, arrivedBatch, dumpAfter } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** The same set of batches gives the same store. */
export function describeConvergence(trial: StoreTrial): void {
  describe("the same set of batches", () => {
    it("[P4] [I23] gives the same store for any order, grouping and duplication of the batches", async () => {
      const history = fc
        .array(arbitraryBatch, { minLength: 1, maxLength: 8 })
        .chain((batches) =>
          fc.tuple(
            fc.constant(batches),
            fc.shuffledSubarray([...batches, ...batches], { minLength: batches.length * 2 }),
            fc.integer({ min: 1, max: 5 }),
          ),
        );
      await fc.assert(
        fc.asyncProperty(history, async ([batches, shuffled, groupSize]) => {
          const expected = await dumpAfter(trial.harness, [batches]);
          const groups = Array.from({ length: Math.ceil(shuffled.length / groupSize) }, (_, index) =>
            shuffled.slice(index * groupSize, (index + 1) * groupSize),
          );
          expect(await dumpAfter(trial.harness, groups)).toEqual(expected);
        }),
        { numRuns: trial.harness.runs },
      );
    });

    it("[I15] has digests by day that follow from the batches alone, and that differ when one row differs", async () => {
      const walked = async (of: Store): Promise<unknown> => {
        const found = new DayDigests();
        let after = new Uint8Array(0);
        do {
          const page = await of.digests(after);
          for (const digest of page.digests) found.add(digest);
          after = new Uint8Array(page.next);
        } while (after.length > 0);
        return found.all;
      };
      const batches = [
        ...Array.from({ length: 12 }, (_, i) =>
          sealed(A, i + 1, {
            windows: Array.from({ length: 100 }, (_unused, w) => windowOf([w], { startMs: w * 10_000, revision: i })),
            raws: [rawBlock([[i * 10_000_000, i]])],
          }),
        ),
        sealed(B, 1, { windows: [windowOf([1], { device: "d9", startMs: 20_000 })] }),
      ];
      const other = await trial.harness.place();
      const there = await other.open();
      await trial.apply(...batches);
      await there.apply(batches.toReversed().map((batch) => arrivedBatch(batch)));
      const expected = await walked(trial.store);
      expect(expected).toContainEqual(expect.objectContaining({ day: 1 }));
      expect(await walked(there)).toEqual(expected);
      await there.apply([arrivedBatch(sealed(B, 2, { windows: [windowOf([2], { device: "d9", startMs: 20_000 })] }))]);
      expect(await walked(there)).not.toEqual(expected);
      await there.close();
      await other.remove();
    });
  });
}
