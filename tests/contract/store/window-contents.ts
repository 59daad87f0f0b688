import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { toSeq } from "../../../proto/core/ids.ts";
import type { WindowRecord } from "../../../proto/core/record.ts";
import { encodeSnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { windowOf } from "../../support/sealed.ts";
import { anyContent } from "../../support/window-contents.ts";
import { A } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** What rows of windows say about their single readings. */
export function describeWindowContents(trial: StoreTrial): void {
  describe("the single readings of windows", () => {
    const window = { windowStartMs: 0, windowMs: 10_000 };

    it("[I12] are kept with present and replaced rows, and come with a snapshot", async () => {
      const contents = fc.sample(anyContent(window), { numRuns: 40, seed: 1 });
      // All revisions of one window; the last one is present.
      const rows = contents.map((content, revision): WindowRecord => windowOf([1], { content, revision }));
      const origin = { streamId: A, gateway: "plant-7", seq: toSeq(1), hash48: 17 };
      const windows = rows.map((row) => ({ origin, window: row }));
      const part = { batches: [], commands: [], windows, raws: [], voids: [], schemas: [] };
      const merge = { body: encodeSnapshotPart(part), first: true };
      expect(await trial.store.mergeSnapshot(merge)).toEqual({ kind: "merged" });
      await trial.reopen();
      const kept = (await trial.store.dump()).windows.toSorted((a, b) => a.row.revision - b.row.revision);
      expect(kept.map(({ row }) => row.content)).toEqual(contents);
      expect(kept.map(({ state }) => state)).toEqual(contents.map((_, i) => (i === 39 ? "present" : "replaced")));
    });
  });
}
