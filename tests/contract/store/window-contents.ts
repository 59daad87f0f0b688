import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { AnswerKey } from "../../../cloud/store/store.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import type { WindowRecord } from "../../../proto/core/record.ts";
import type { WindowContent, WindowReading } from "../../../proto/core/window-content.ts";
import { encodeSnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { windowOf } from "../../support/sealed.ts";
import { anyContent } from "../../support/window-contents.ts";
import { A, ALL_SERIES, ALL_TIME, allPages, B } from "./store-trial.ts";
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

    it("that had to be read to unite two gateways end a page early, and no window is left out", async () => {
      const readings = Array.from({ length: 1_000 }, (_, i): WindowReading => {
        return { timeMs: i * 10, value: ((i * 7_919) % 1_000_003) / 1_000, clock: "device" };
      });
      const contentAt = (startMs: number): WindowContent => ({
        kind: "readings",
        readings: readings.map((reading) => ({ ...reading, timeMs: startMs + reading.timeMs })),
        arrivalToleranceMs: 500,
        quantiles: false,
      });
      const starts = Array.from({ length: 100 }, (_, i) => i * 10_000);
      const windows = starts.flatMap((startMs) => {
        const window = windowOf([1], { startMs, content: contentAt(startMs) });
        return [
          { origin: { streamId: A, gateway: "plant-7", seq: toSeq(1), hash48: 17 }, window },
          { origin: { streamId: B, gateway: "plant-8", seq: toSeq(1), hash48: 18 }, window },
        ];
      });
      const body = encodeSnapshotPart({ batches: [], commands: [], windows, raws: [], voids: [], schemas: [] });
      expect(await trial.store.mergeSnapshot({ body, first: true })).toEqual({ kind: "merged" });
      const query = { ...ALL_SERIES, ...ALL_TIME, windowMs: null, limit: 10_000 };
      const sizes: number[] = [];
      const rows = await allPages(async (after: AnswerKey | null) => {
        const page = await trial.store.records({ ...query, after });
        sizes.push(page.rows.length);
        return page;
      });
      expect(rows.map(({ windowStartMs }) => windowStartMs)).toEqual(starts);
      expect(sizes.length).toBeGreaterThan(1);
      expect(rows[0]?.effective.sources[0]).not.toHaveProperty("content");
    });
  });
}
