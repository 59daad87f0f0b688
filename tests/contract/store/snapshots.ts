import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Store } from "../../../cloud/store/store.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import { rawBlock, sealed, windowOf } from "../../support/sealed.ts";
import { arbitraryBatch } from "./arbitrary-batches.ts";
import { A, arrivedBatch } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** Snapshots, with which an empty region starts. */
export function describeSnapshots(trial: StoreTrial): void {
  describe("a snapshot", () => {
    /** Copies the snapshot of `from`, and runs `meanwhile` after each part. */
    const copySnapshot = async (from: Store, to: Store, meanwhile: () => Promise<void> = async () => {}) => {
      let after = new Uint8Array(0);
      do {
        const part = await from.snapshot(after);
        expect(part).not.toBeNull();
        expect(await to.mergeSnapshot({ body: part!.body, first: after.length === 0 })).toEqual({ kind: "merged" });
        await meanwhile();
        after = new Uint8Array(part!.next);
      } while (after.length > 0);
      while ((await to.joinSnapshot(1)).more);
    };

    it("[I12] makes an empty store equal, with the bytes of the batches that are not pruned, whatever is written meanwhile", async () => {
      const histories = fc.record({
        before: fc.array(arbitraryBatch, { minLength: 1, maxLength: 8 }),
        keptFrom: fc.nat(8),
        meanwhile: fc.array(arbitraryBatch, { maxLength: 8 }),
        held: fc.array(fc.nat(7), { maxLength: 3 }),
      });
      await fc.assert(
        fc.asyncProperty(histories, async ({ before, keptFrom, meanwhile, held }) => {
          const [there, here] = [await trial.harness.place(), await trial.harness.place()];
          const [from, to] = [await there.open(), await here.open()];
          await from.apply(before.slice(0, keptFrom).map((batch) => arrivedBatch(batch)));
          const until = (await from.aged({ ranMs: 0, keepMs: 0 }))!;
          await from.apply(before.slice(keptFrom).map((batch) => arrivedBatch(batch)));
          await from.prune((await from.prunable({ until, after: null, limit: 10 })).rows);
          // Some of the batches are there already, with their bytes.
          await to.apply(held.flatMap((i) => (before[i] === undefined ? [] : [arrivedBatch(before[i])])));
          const arriving = meanwhile.values();
          await copySnapshot(from, to, async () => {
            const { value } = arriving.next();
            if (value !== undefined) await from.apply([arrivedBatch(value)]);
          });
          for (const { streamId } of (await from.streams({ gateway: null, after: null, limit: 10 })).rows) {
            const seqs = Array.from({ length: 8 }, (_, i) => toSeq(i + 1));
            const { batches } = await from.batches({ streamId, seqs, maxBytes: Infinity });
            await to.apply(batches.map((batch) => arrivedBatch(batch)));
          }
          expect(await to.dump()).toEqual(await from.dump());
          for (const one of [from, to]) await one.close();
          for (const place of [here, there]) await place.remove();
        }),
        // Each run makes a dozen fsyncs.
        { numRuns: Math.ceil(trial.harness.runs / 3) },
      );
    });

    it("[I12] brings many rows in parts, and may be stored twice", async () => {
      const other = await trial.harness.place();
      const to = await other.open();
      const batches = Array.from({ length: 30 }, (_, i) =>
        sealed(A, i + 1, {
          windows: Array.from({ length: 100 }, (_unused, w) => windowOf([i], { startMs: w * 10_000, revision: i })),
          raws: [rawBlock([[i, i]])],
        }),
      );
      await trial.apply(...batches);
      expect(await trial.pruned(100)).toBe(30);
      let parts = 0;
      for (let time = 0; time < 2; time++) await copySnapshot(trial.store, to, async () => void (parts += 1));
      expect(parts).toBeGreaterThan(2 * 7);
      expect(await to.dump()).toEqual(await trial.store.dump());
      await to.close();
      await other.remove();
    });

    it("is refused when it cannot be read, and so is a position that no part gave", async () => {
      expect(await trial.store.mergeSnapshot({ body: Buffer.from("x"), first: true })).toMatchObject({
        kind: "invalid",
      });
      for (const place of [
        "x",
        "{}",
        '{"bound":1,"stage":"records","key":["x"]}',
        '{"bound":1,"stage":"x","key":[]}',
      ]) {
        expect(await trial.store.snapshot(Buffer.from(place)), place).toBeNull();
      }
      expect((await trial.store.joinSnapshot(1)).sets).toEqual([]);
    });
  });
}
