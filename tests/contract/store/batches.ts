import { describe, expect, it } from "vitest";

import { contains, heldCount } from "../../../proto/core/have.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import { permutations } from "../../support/permutations.ts";
import { rawBlock, sealed, sealedByTheFuture, testStream, windowOf } from "../../support/sealed.ts";
import { A, B, arrivedBatch, dumpAfter, plain } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** The set of batches: what it holds, returns and counts. */
export function describeBatches(trial: StoreTrial): void {
  describe("the set", () => {
    it("keeps its id across a reopen", async () => {
      const { storeId } = trial.store;
      expect(storeId).toHaveLength(16);
      await trial.reopen();
      expect(trial.store.storeId).toEqual(storeId);
    });

    it("[P2] holds what it stored, across a reopen", async () => {
      expect(await trial.apply(sealed(A, 1, {}), sealed(A, 2, {}), sealed(A, 5, {}), sealed(B, 1, {}))).toEqual(
        Array(4).fill("stored"),
      );
      await trial.reopen();
      const [a, b, unknown] = await trial.store.have([A, B, testStream(9)]);
      expect([1, 2, 3, 4, 5, 6].filter((position) => contains(a!.have, toSeq(position)))).toEqual([1, 2, 5]);
      expect(heldCount(b!.have)).toBe(1);
      expect(heldCount(unknown!.have)).toBe(0);
    });

    it("[P2] answers `already` to a batch that it holds, also in the same call, and changes nothing", async () => {
      const batch = sealed(A, 1, { windows: [windowOf([1, 2])], ledger: { readings: 2 } });
      expect(await trial.apply(batch, batch)).toEqual(["stored", "already"]);
      expect(await trial.apply(batch)).toEqual(["already"]);
      expect(await trial.store.totals()).toMatchObject({ records: 1, readings: 2 });
    });

    it("[P5] holds a batch of a newer format, counts it, and never prunes it", async () => {
      const future = sealedByTheFuture(A, 1);
      expect(await trial.apply(future, sealed(A, 2, {}))).toEqual(["unknown_format", "stored"]);
      await trial.reopen();
      expect(await trial.apply(future)).toEqual(["already"]);
      const [set] = await trial.store.have([A]);
      expect(set!.have.prefix).toBe(2);
      expect(await trial.store.totals()).toMatchObject({ unapplied: 1 });
      expect(await trial.pruned(10)).toBe(1);
      expect(await trial.store.totals()).toMatchObject({ unapplied: 1 });
    });

    it("sums the ledgers of a stream", async () => {
      const ledger = (readings: number) => ({
        readings,
        redelivered: 1,
        deadLetters: new Map([["syntax", readings]]),
        discards: new Map([["quota", 1]]),
      });
      await trial.apply(sealed(A, 1, { ledger: ledger(5) }), sealed(A, 2, { ledger: ledger(7) }));
      const { rows } = await trial.store.streams({ gateway: null, after: null, limit: 10 });
      expect(rows).toMatchObject([
        {
          gateway: "plant-7",
          streamId: A,
          readings: 12,
          redelivered: 2,
          deadLetters: { syntax: 12 },
          discards: { quota: 2 },
        },
      ]);
    });

    it("[I11] keeps a pruned batch in its set, and keeps its records", async () => {
      const batch = sealed(A, 1, { windows: [windowOf([1])] });
      await trial.apply(batch);
      expect(await trial.pruned(10)).toBe(1);
      await trial.reopen();
      expect(await trial.apply(batch)).toEqual(["already"]);
      expect(await trial.records()).toHaveLength(1);
    });

    it("[I46] measures the age of batches in the time that the region ran, whatever clock dated them", async () => {
      const keepMs = 1_000;
      const aged = async (ranMs: number): Promise<number> => {
        const until = await trial.store.aged({ ranMs, keepMs });
        return until === null ? 0 : (await trial.store.prunable({ until, after: null, limit: 10 })).rows.length;
      };
      const years = 4 * 365 * 86_400_000;
      await trial.store.apply([{ ...arrivedBatch(sealed(A, 1, {})), receivedMs: years }]);
      expect(await aged(0)).toBe(0);
      await trial.store.apply([{ ...arrivedBatch(sealed(A, 2, {})), receivedMs: -years }]);
      expect(await aged(600)).toBe(0);
      await trial.reopen();
      expect(await aged(399)).toBe(0);
      expect(await aged(1)).toBe(1);
      expect(await aged(600)).toBe(2);
    });

    it("[P5] notes the batches that a gateway discarded, and does not claim them", async () => {
      await trial.store.recordVoid({
        gateway: "plant-7",
        streamId: A,
        first: toSeq(1),
        last: toSeq(3),
        readings: 40,
        reason: "drop_oldest",
      });
      const [set] = await trial.store.have([A]);
      expect(heldCount(set!.have)).toBe(0);
      expect(await trial.apply(sealed(A, 2, {}))).toEqual(["stored"]);
    });

    it("returns the bytes of batches in the order of the request, up to a size, and says which are pruned", async () => {
      const batches = [1, 2, 3].map((position) => sealed(A, position, { windows: [windowOf([position])] }));
      await trial.apply(...batches);
      const [one, two, three] = batches;
      const seqs = [3, 1, 7, 2].map(toSeq);
      const whole = await trial.store.batches({ streamId: A, seqs, maxBytes: Infinity });
      expect(whole.batches.map(plain)).toEqual([three, one, two].map((batch) => plain(batch!)));
      expect(whole.pruned).toEqual([]);
      const first = await trial.store.batches({ streamId: A, seqs, maxBytes: 1 });
      expect(first.batches.map(plain)).toEqual([plain(three!)]);
      expect(await trial.store.batches({ streamId: B, seqs, maxBytes: Infinity })).toEqual({ batches: [], pruned: [] });
      await trial.pruned(1);
      const after = await trial.store.batches({ streamId: A, seqs, maxBytes: Infinity });
      expect([after.batches.length, after.pruned.length]).toEqual([2, 1]);
    });

    describe("a fork", () => {
      const one = sealed(A, 1, { windows: [windowOf([1])], raws: [rawBlock([[0, 1]])], ledger: { readings: 1 } });
      const two = sealed(A, 1, {
        windows: [windowOf([1, 2]), windowOf([9], { device: "d2" })],
        raws: [
          rawBlock([
            [0, 1],
            [1, 2],
          ]),
        ],
        ledger: { readings: 3, deadLetters: new Map([["syntax", 1]]) },
      });
      const three = sealed(A, 1, { windows: [windowOf([1, 2, 3])], ledger: { readings: 4 } });

      it("[I31] is reported to its sender, and both sides are kept", async () => {
        expect(await trial.apply(one)).toEqual(["stored"]);
        expect(await trial.apply(two)).toEqual(["fork"]);
        expect(await trial.apply(one, two)).toEqual(["already", "already"]);
        const held = await trial.store.batches({ streamId: A, seqs: [one.seq], maxBytes: Infinity });
        expect(held.batches.map(plain)).toHaveLength(2);
        expect(await trial.store.totals()).toMatchObject({ forks: 1 });
        expect(await trial.pruned(10)).toBe(0);
      });

      it("[P4] gives the same store in whatever order its sides arrive", async () => {
        const later = sealed(A, 2, { windows: [windowOf([1, 2, 3, 4], { revision: 1 })] });
        const batches = [one, two, three, later];
        const expected = await dumpAfter(trial.harness, [batches]);
        for (const order of permutations(batches).slice(0, trial.harness.runs)) {
          expect(
            await dumpAfter(
              trial.harness,
              order.map((batch) => [batch]),
            ),
          ).toEqual(expected);
        }
      });
    });
  });
}
