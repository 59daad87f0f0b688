import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { AnswerKey } from "../../../cloud/store/store.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import type { ClockSource } from "../../../proto/core/reading.ts";
import type { WindowRecord } from "../../../proto/core/record.ts";
import { NO_CONTENT } from "../../../proto/core/window-content.ts";
import type { WindowContent, WindowReading } from "../../../proto/core/window-content.ts";
import { encodeSnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { sealed, testStream, windowOf, windowOfReadings } from "../../support/sealed.ts";
import { anyContent } from "../../support/window-contents.ts";
import { A, ALL_SERIES, ALL_TIME, allPages, arrivedBatch, B } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** A copy of the disk of the gateway of `A`. */
const COPY = testStream(4);

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

    it("[I33] count once in the answer of two gateways and a copy of one, across a reopen", async () => {
      const reading = (timeMs: number, clock: ClockSource = "device"): WindowReading => ({ timeMs, value: 20, clock });
      const arrived = reading(9_000, "none");
      await trial.apply(
        sealed(A, 1, { windows: [windowOfReadings([reading(0), reading(5_000), arrived])] }),
        sealed(B, 1, {
          gateway: "plant-8",
          windows: [windowOfReadings([reading(0), reading(5_000), reading(7_000), { ...arrived, timeMs: 9_004 }])],
        }),
        sealed(COPY, 1, { windows: [windowOfReadings([reading(5_000), reading(6_000)])] }),
      );
      await trial.reopen();
      // At 0, 5, 6, 7 and 9 s.
      expect(await trial.records()).toMatchObject([{ effective: { bounds: null, summary: { count: 5, sum: 100 } } }]);
      expect((await trial.store.dump()).conflicts).toEqual([]);
    });

    it("[I35] are missing in rows of earlier versions, so the answer has bounds, and `apply` says it", async () => {
      const readings = [0, 5_000].map((timeMs): WindowReading => ({ timeMs, value: 20, clock: "device" }));
      await trial.apply(sealed(A, 1, { windows: [windowOfReadings(readings)] }));
      const old = { ...windowOfReadings(readings), content: NO_CONTENT };
      const { approximate } = await trial.store.apply([
        arrivedBatch(sealed(B, 1, { gateway: "plant-8", windows: [old] })),
      ]);
      const gateways = ["plant-7", "plant-8"];
      expect(approximate).toEqual({ windows: 1, unnamedPairs: [{ device: "d1", metric: "temperature", gateways }] });
      expect(await trial.records()).toMatchObject([
        { effective: { bounds: { countMin: 2, countMax: 4 }, summary: { count: 2 } } },
      ]);
      const windows = [A, B].map((streamId, i) => {
        const origin = { streamId, gateway: `plant-${i + 7}`, seq: toSeq(9), hash48: 17 };
        return { origin, window: windowOf([1], { startMs: 10_000 }) };
      });
      const body = encodeSnapshotPart({ batches: [], commands: [], windows, raws: [], voids: [], schemas: [] });
      await trial.store.mergeSnapshot({ body, first: true });
      // What a snapshot brings is not new.
      const again = await trial.store.apply([arrivedBatch(sealed(B, 2, {}))]);
      expect(again.approximate).toEqual({ windows: 0, unnamedPairs: [] });
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
