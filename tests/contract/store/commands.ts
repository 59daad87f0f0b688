import { describe, expect, it } from "vitest";

import type { ConflictQuery, Store } from "../../../cloud/store/store.ts";
import { operatorName } from "../../../proto/core/operator-command.ts";
import { rawBlock, sealed, windowOf } from "../../support/sealed.ts";
import { A, ALL_SERIES, ALL_TIME, B, allPages, arrivedBatch, command, commanded } from "./store-trial.ts";
import type { StoreTrial } from "./store-trial.ts";

/** The commands of operators. */
export function describeCommands(trial: StoreTrial): void {
  describe("commands of operators", () => {
    const ofGateway = sealed(A, 1, { windows: [windowOf([1, 2])], raws: [rawBlock([[0, 1]])] });
    const at = { device: "d1", metric: "temperature", windowMs: 10_000, windowStartMs: 0 };
    const sums = async (): Promise<number[]> => (await trial.records()).map((row) => row.effective.summary.sum);
    const conflicts = async (query: Partial<ConflictQuery> = {}) =>
      allPages((after: ConflictQuery["after"]) =>
        trial.store.conflicts({ ...ALL_SERIES, kind: null, fromMs: null, toMs: null, after, limit: 1, ...query }),
      );

    it("[I16] outrank the rows of gateways, or fill windows without rows, until they are taken back", async () => {
      await trial.apply(ofGateway, commanded(1, command("override", 1, { value: 7 })));
      expect(await sums()).toEqual([7]);
      expect(await trial.records()).toMatchObject([
        { effective: { unit: "°C", sources: [], operator: { rank: "override", hlc: 1, actor: "ada" } } },
      ]);
      await trial.apply(commanded(2, command("clear", 2), command("backfill_fill", 3, { value: 8 })));
      expect(await sums()).toEqual([3]);
      await trial.apply(commanded(3, command("backfill_fill", 4, { value: 9, startMs: 10_000 })));
      expect(await sums()).toEqual([3, 9]);
      await trial.reopen();
      await trial.apply(commanded(4, command("clear", 5, { rank: "backfill_fill", startMs: 10_000 })));
      expect(await sums()).toEqual([3]);
      expect(await trial.store.highestHlc()).toBe(5);
    });

    it("[I16] answer for windows without rows of gateways, before, between and after windows with rows", async () => {
      const starts = [0, 10_000, 20_000, 30_000, 40_000, 50_000];
      await trial.apply(
        sealed(A, 1, { windows: [windowOf([1], { startMs: 10_000 }), windowOf([1], { startMs: 40_000 })] }),
        ...starts.map((startMs, i) => commanded(i + 1, command("backfill_fill", i + 1, { value: 5, startMs }))),
        commanded(7, command("backfill_fill", 7, { value: 6, device: "d0" })),
      );
      const rows = await allPages((after: Awaited<ReturnType<Store["records"]>>["next"]) =>
        trial.store.records({ ...ALL_SERIES, ...ALL_TIME, windowMs: null, after, limit: 2 }),
      );
      expect(rows.map((row) => [row.device, row.windowStartMs, row.effective.summary.sum])).toEqual([
        ["d0", 0, 6],
        ...starts.map((startMs) => ["d1", startMs, startMs === 10_000 || startMs === 40_000 ? 1 : 5]),
      ]);
    });

    it("come from regions: a gateway that delivers commands is refused", async () => {
      const batch = commanded(1, command("override", 1));
      expect((await trial.store.apply([{ ...arrivedBatch(batch), gateway: "plant-7" }])).outcomes[0]!.kind).toBe(
        "invalid",
      );
      expect(
        (await trial.store.apply([{ ...arrivedBatch(batch), gateway: operatorName("eu") }])).outcomes[0]!.kind,
      ).toBe("stored");
      expect(await trial.store.totals()).toMatchObject({ gateways: 0, streams: 1 });
    });

    it("[I16] erase a device for ever, whatever arrives about it later, and leave the others", async () => {
      const other = sealed(A, 2, { windows: [windowOf([5], { device: "d2" })] });
      await trial.apply(ofGateway, other, commanded(1, command("override", 1, { value: 7 })));
      const before = await trial.store.totals();
      await trial.apply(commanded(2, command("erase_device", 2)));
      const revision = sealed(A, 3, { windows: [windowOf([1, 2, 3], { revision: 1 })], raws: [rawBlock([[1, 1]])] });
      await trial.apply(revision, commanded(3, command("override", 3, { value: 8 })));
      await trial.reopen();
      await trial.apply(sealed(A, 4, { windows: [windowOf([1, 2, 3, 4], { revision: 2 })] }));
      expect((await trial.records()).map((row) => row.device)).toEqual(["d2"]);
      expect(
        (await trial.store.readings({ ...ALL_SERIES, ...ALL_TIME, dedupe: false, after: null, limit: 9 })).rows,
      ).toEqual([]);
      expect((await trial.store.series({ ...ALL_SERIES, after: null, limit: 9 })).rows).toHaveLength(1);
      expect(await trial.store.revisions(at)).toEqual({ rows: [], complete: true });
      expect(await conflicts()).toEqual([]);
      // The content of the batches still counts, because an audit compares it with the counts of gateways.
      expect(await trial.store.totals()).toMatchObject({
        records: before.records + 2,
        rawReadings: before.rawReadings + 1,
      });
    });

    it("[I29] are listed with every other choice between rows that disagree", async () => {
      const fork = sealed(A, 9, { ledger: { readings: 1 } });
      await trial.apply(ofGateway, sealed(A, 9, {}), fork);
      expect(await conflicts({ kind: "operator" })).toEqual([]);
      await trial.apply(
        sealed(B, 1, { gateway: "plant-7", windows: [windowOf([1, 2, 3], { carry: A })] }),
        commanded(1, command("override", 1, { value: 7 })),
        commanded(2, command("override", 1, { value: 8, device: "d2" })),
      );
      const override = expect.stringMatching(/^override\/1\/[0-9a-f]{12}$/) as string;
      expect(await conflicts()).toEqual([
        { ...at, kind: "operator", outcome: "instead", winner: override, loser: `${B}/0/1` },
        { ...at, kind: "restart", outcome: "instead", winner: `${B}/0/1`, loser: `${A}/0/1` },
        { kind: "fork", key: expect.stringMatching(`^${A}/9/[0-9a-f]{12}$`) as string },
      ]);
      expect(await conflicts({ kind: "restart", device: "d1" })).toHaveLength(1);
      expect(await conflicts({ fromMs: 1 })).toEqual([]);
      expect(await conflicts({ fromMs: 0, toMs: 1 })).toHaveLength(2);
      // The choice follows the rows: a revision with the same values leaves nothing to choose.
      await trial.apply(
        sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 1 })] }),
        commanded(3, command("clear", 2)),
      );
      expect((await conflicts({ device: "d1" })).map((row) => row.kind)).toEqual(["operator"]);
    });

    it("[I16] are in the history of their window, with all rows of gateways", async () => {
      await trial.apply(ofGateway, sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 1 })] }));
      const history = async () =>
        (await trial.store.revisions(at)).rows.map((row) =>
          row.kind === "gateway"
            ? `${row.state} ${row.row.ver} ${row.inAnswer}`
            : `${row.row.rank} ${row.row.hlc} ${row.inAnswer}`,
        );
      expect(await history()).toEqual(["replaced 1 false", "present 2 true"]);
      await trial.apply(commanded(1, command("backfill_fill", 1)), commanded(2, command("override", 2, { value: 7 })));
      expect(await history()).toEqual([
        "override 2 true",
        "backfill_fill 1 false",
        "replaced 1 false",
        "present 2 false",
      ]);
    });
  });
}
