import { describe, expect, it } from "vitest";

import type { ArrivedBatch } from "../../../cloud/core/apply.ts";
import { contains } from "../../../proto/core/have.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import { sealed, sealedBody, sealedByTheFuture, windowOf } from "../../support/sealed.ts";
import { A, B, arrivedBatch } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** Batches that a store refuses. */
export function describeRefusals(trial: StoreTrial): void {
  describe("a batch that is not what its sender says", () => {
    it("[I1] refuses bytes that do not match their hash, and stores the rest of the call", async () => {
      const good = sealed(A, 1, { windows: [windowOf([1])] });
      const bad = { ...sealed(A, 2, { windows: [windowOf([2])] }), sha256: good.sha256 };
      expect(await trial.apply(bad, good)).toEqual(["invalid", "stored"]);
      const [set] = await trial.store.have([A]);
      expect(contains(set!.have, toSeq(2))).toBe(false);
    });

    it("[I1] refuses the bytes of another batch", async () => {
      expect(await trial.apply({ ...sealed(A, 1, {}), seq: toSeq(2) })).toEqual(["invalid"]);
      expect(await trial.apply({ ...sealed(A, 1, {}), streamId: B })).toEqual(["invalid"]);
      expect(await trial.store.totals()).toMatchObject({ streams: 0 });
    });

    it("refuses a batch that another gateway sealed, when the sender proved its name", async () => {
      const batch = sealed(A, 1, { windows: [windowOf([1])] });
      const from = (gateway: string, seal: SealedBatch): ArrivedBatch => ({
        ...arrivedBatch(seal),
        gateway,
        verified: true,
      });
      expect((await trial.store.apply([from("plant-8", batch)])).outcomes[0]!.kind).toBe("invalid");
      expect((await trial.store.apply([from("plant-7", batch)])).outcomes[0]!.kind).toBe("stored");
      // An unreadable body does not show who sealed it, but the stream does.
      expect((await trial.store.apply([from("plant-8", sealedByTheFuture(A, 2))])).outcomes[0]!.kind).toBe("invalid");
      expect(await trial.store.have([A])).toMatchObject([{ gateway: "plant-7", have: { prefix: 1 } }]);
    });

    it("refuses bytes that cannot be unpacked, and bytes that unpack to more than any batch", async () => {
      const noise = sealed(A, 1, {});
      const bomb = sealedBody(A, 2, new Uint8Array(65 * 1024 * 1024));
      const text = sealedBody(A, 3, Buffer.from("not a batch"));
      expect(bomb.bytes.byteLength).toBeLessThan(64 * 1024);
      expect(await trial.apply({ ...noise, bytes: noise.bytes.subarray(1) }, bomb, text)).toEqual(
        Array(3).fill("invalid"),
      );
    });
  });
}
