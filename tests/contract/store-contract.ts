import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { DayDigests } from "../../cloud/core/day-digests.ts";
import type { ArrivedBatch, ConflictQuery, Page, SeriesSchemaQuery, Store } from "../../cloud/store/store.ts";
import { contains, heldCount } from "../../proto/core/have.ts";
import { millis, toSeq } from "../../proto/core/ids.ts";
import { MEMBER_STATES } from "../../proto/core/member.ts";
import { OPERATOR_RANKS, operatorName, summaryOfValue } from "../../proto/core/operator-command.ts";
import type { OperatorCommand, OperatorRank } from "../../proto/core/operator-command.ts";
import type { HaMode, SealedBatch } from "../../proto/core/record.ts";
import { permutations } from "../support/permutations.ts";
import { rawBlock, sealed, sealedBody, sealedByTheFuture, testStream, windowOf } from "../support/sealed.ts";

/**
 * What every `Store` promises (cloud/store/store.ts). An implementation runs this suite by naming itself and saying how
 * a place for it is made, opened, and looked into.
 */
export type StoreHarness = {
  readonly name: string;
  /** A place where a store may live; removed at the end of the test. */
  readonly place: () => Promise<StorePlace>;
  /** How many random cases the properties try. */
  readonly runs: number;
};

export type StorePlace = {
  /** Opens the store of this place, again where there is one. */
  open(): Promise<Store>;
  remove(): Promise<void>;
};

const A = testStream(1);
const B = testStream(2);
/** A stream of commands, as a peer gives it. */
const O = testStream(3);
const ALL_TIME = { fromMs: Number.MIN_SAFE_INTEGER, toMs: Number.MAX_SAFE_INTEGER };
const ALL_SERIES = { device: null, metric: null };

export function storeContract(harness: StoreHarness): void {
  describe(`the store contract: ${harness.name}`, () => {
    let place: StorePlace;
    let store: Store;

    beforeEach(async () => {
      place = await harness.place();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await place.open();
    };
    const apply = async (...batches: SealedBatch[]): Promise<string[]> =>
      (await store.apply(batches.map(arrived))).outcomes.map((outcome) => outcome.kind);
    const pruned = async (receivedBeforeMs: number, limit: number): Promise<number> =>
      store.prune((await store.prunable({ receivedBeforeMs, after: null, limit })).rows);
    const records = async () =>
      (await store.records({ ...ALL_SERIES, ...ALL_TIME, windowMs: null, after: null, limit: 1000 })).rows;

    it("keeps its identity", async () => {
      const { storeId } = store;
      expect(storeId).toHaveLength(16);
      await reopen();
      expect(store.storeId).toEqual(storeId);
    });

    it("holds what it stored, across a reopen", async () => {
      expect(await apply(sealed(A, 1, {}), sealed(A, 2, {}), sealed(A, 5, {}), sealed(B, 1, {}))).toEqual(
        Array(4).fill("stored"),
      );
      await reopen();
      const [a, b, unknown] = await store.have([A, B, testStream(9)]);
      expect([1, 2, 3, 4, 5, 6].filter((position) => contains(a!.have, toSeq(position)))).toEqual([1, 2, 5]);
      expect(heldCount(b!.have)).toBe(1);
      expect(heldCount(unknown!.have)).toBe(0);
    });

    it("says already to a batch it holds, also in the same call, and changes nothing", async () => {
      const batch = sealed(A, 1, { windows: [windowOf([1, 2])], ledger: { readings: 2 } });
      expect(await apply(batch, batch)).toEqual(["stored", "already"]);
      expect(await apply(batch)).toEqual(["already"]);
      expect(await store.totals()).toMatchObject({ records: 1, readings: 2 });
    });

    it("replaces a window by its later revision, and not by an earlier one that comes late", async () => {
      await apply(sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 1 })] }));
      await apply(sealed(A, 1, { windows: [windowOf([1, 2])] }));
      expect(await records()).toMatchObject([{ effective: { summary: { count: 3, sum: 6 } } }]);
    });

    it("takes the later of two states of one window in one batch", async () => {
      await apply(sealed(A, 1, { windows: [windowOf([1]), windowOf([1, 2], { revision: 1 })] }));
      expect(await records()).toMatchObject([{ effective: { summary: { count: 2 } } }]);
      await apply(sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 2 })] }));
      expect(await records()).toMatchObject([{ effective: { summary: { count: 3 } } }]);
    });

    it("refuses bytes that are not what their hash says, and stores the rest of the call", async () => {
      const good = sealed(A, 1, { windows: [windowOf([1])] });
      const bad = { ...sealed(A, 2, { windows: [windowOf([2])] }), sha256: good.sha256 };
      expect(await apply(bad, good)).toEqual(["invalid", "stored"]);
      const [set] = await store.have([A]);
      expect(contains(set!.have, toSeq(2))).toBe(false);
    });

    it("refuses bytes that belong to another batch", async () => {
      expect(await apply({ ...sealed(A, 1, {}), seq: toSeq(2) })).toEqual(["invalid"]);
      expect(await apply({ ...sealed(A, 1, {}), streamId: B })).toEqual(["invalid"]);
      expect(await store.totals()).toMatchObject({ streams: 0 });
    });

    it("refuses, from a gateway that proved who it is, what another gateway sealed", async () => {
      const batch = sealed(A, 1, { windows: [windowOf([1])] });
      const from = (gateway: string, seal: SealedBatch): ArrivedBatch => ({
        ...arrived(seal),
        gateway,
        verified: true,
      });
      expect((await store.apply([from("plant-8", batch)])).outcomes[0]!.kind).toBe("invalid");
      expect((await store.apply([from("plant-7", batch)])).outcomes[0]!.kind).toBe("stored");
      // A body that nobody can read does not say who sealed it; the stream does.
      expect((await store.apply([from("plant-8", sealedByTheFuture(A, 2))])).outcomes[0]!.kind).toBe("invalid");
      expect(await store.have([A])).toMatchObject([{ gateway: "plant-7", have: { prefix: 1 } }]);
    });

    it("refuses what cannot be unpacked, and what unpacks to more than any batch", async () => {
      const noise = sealed(A, 1, {});
      const bomb = sealedBody(A, 2, new Uint8Array(65 * 1024 * 1024));
      const text = sealedBody(A, 3, Buffer.from("not a batch"));
      expect(bomb.bytes.byteLength).toBeLessThan(64 * 1024);
      expect(await apply({ ...noise, bytes: noise.bytes.subarray(1) }, bomb, text)).toEqual(Array(3).fill("invalid"));
    });

    it("holds a batch of a newer format, counts it, and never prunes it", async () => {
      const future = sealedByTheFuture(A, 1);
      expect(await apply(future, sealed(A, 2, {}))).toEqual(["unknown_format", "stored"]);
      await reopen();
      expect(await apply(future)).toEqual(["already"]);
      const [set] = await store.have([A]);
      expect(set!.have.prefix).toBe(2);
      expect(await store.totals()).toMatchObject({ unapplied: 1 });
      expect(await pruned(Number.MAX_SAFE_INTEGER, 10)).toBe(1);
      expect(await store.totals()).toMatchObject({ unapplied: 1 });
    });

    it("returns every kind of value as it came", async () => {
      const values = [21.5, -0.1, 1e300, 9_007_199_254_740_993n, -(2n ** 63n), true, false, "", "ä\u{1F30A}"];
      await apply(sealed(A, 1, { raws: [rawBlock(values.map((value, index) => [index, value] as const))] }));
      const window = windowOf([1]);
      const extremes = values.map((value, index) => ({
        ...window,
        windowStartMs: windowOf([1], { startMs: index * 10_000 }).windowStartMs,
        summary: {
          ...window.summary,
          firstMs: windowOf([1], { startMs: index * 10_000 }).windowStartMs,
          lastMs: windowOf([1], { startMs: index * 10_000 }).windowStartMs,
          first: value,
          last: value,
        },
      }));
      await apply(sealed(A, 2, { windows: extremes }));
      await reopen();

      const readings = await store.readings({ ...ALL_SERIES, ...ALL_TIME, after: null, limit: 100 });
      expect(readings.rows.map((row) => row.value)).toEqual(values);
      expect((await records()).map((row) => row.effective.summary.first)).toEqual(values);
    });

    it("keeps a window whose sums are beyond any double", async () => {
      const window = windowOf([1e308, 1e308, -1e308]);
      const summary = { ...window.summary, sum: Number.POSITIVE_INFINITY, mean: Number.NaN, m2: Number.NaN };
      expect(await apply(sealed(A, 1, { windows: [{ ...window, summary }] }))).toEqual(["stored"]);
      expect(await records()).toMatchObject([{ effective: { summary: { sum: Infinity, mean: NaN, m2: NaN } } }]);
    });

    it("sums the ledgers of a stream", async () => {
      const ledger = (readings: number) => ({
        readings,
        redelivered: 1,
        deadLetters: new Map([["syntax", readings]]),
        discards: new Map([["quota", 1]]),
      });
      await apply(sealed(A, 1, { ledger: ledger(5) }), sealed(A, 2, { ledger: ledger(7) }));
      const { rows } = await store.streams({ gateway: null, after: null, limit: 10 });
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

    it("keeps a pruned batch in its set and its records", async () => {
      const batch = sealed(A, 1, { windows: [windowOf([1])] });
      await store.apply([{ ...arrived(batch), receivedMs: 1000 }]);
      expect(await pruned(1000, 10)).toBe(0);
      expect(await pruned(1001, 10)).toBe(1);
      await reopen();
      expect(await apply(batch)).toEqual(["already"]);
      expect(await records()).toHaveLength(1);
    });

    it("counts a voided range and does not claim to hold it", async () => {
      await store.recordVoid({
        gateway: "plant-7",
        streamId: A,
        first: toSeq(1),
        last: toSeq(3),
        readings: 40,
        reason: "drop_oldest",
      });
      const [set] = await store.have([A]);
      expect(heldCount(set!.have)).toBe(0);
      expect(await apply(sealed(A, 2, {}))).toEqual(["stored"]);
    });

    it("gives back the bytes of what it holds, in the order asked for, up to a size, and says what was pruned", async () => {
      const batches = [1, 2, 3].map((position) => sealed(A, position, { windows: [windowOf([position])] }));
      await apply(...batches);
      const [one, two, three] = batches;
      const seqs = [3, 1, 7, 2].map(toSeq);
      const whole = await store.batches({ streamId: A, seqs, maxBytes: Infinity });
      expect(whole.batches.map(plain)).toEqual([three, one, two].map((batch) => plain(batch!)));
      expect(whole.pruned).toEqual([]);
      const first = await store.batches({ streamId: A, seqs, maxBytes: 1 });
      expect(first.batches.map(plain)).toEqual([plain(three!)]);
      expect(await store.batches({ streamId: B, seqs, maxBytes: Infinity })).toEqual({ batches: [], pruned: [] });
      await pruned(1, 1);
      const after = await store.batches({ streamId: A, seqs, maxBytes: Infinity });
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

      it("[I31] is told to its sender, and both sides are kept", async () => {
        expect(await apply(one)).toEqual(["stored"]);
        expect(await apply(two)).toEqual(["fork"]);
        expect(await apply(one, two)).toEqual(["already", "already"]);
        const held = await store.batches({ streamId: A, seqs: [one.seq], maxBytes: Infinity });
        expect(held.batches.map(plain)).toHaveLength(2);
        expect(await store.totals()).toMatchObject({ forks: 1 });
        expect(await pruned(Number.MAX_SAFE_INTEGER, 10)).toBe(0);
      });

      it("ends alike in whatever order its sides come", async () => {
        const later = sealed(A, 2, { windows: [windowOf([1, 2, 3, 4], { revision: 1 })] });
        const batches = [one, two, three, later];
        const expected = await dumpAfter(harness, [batches]);
        for (const order of permutations(batches).slice(0, harness.runs)) {
          expect(
            await dumpAfter(
              harness,
              order.map((batch) => [batch]),
            ),
          ).toEqual(expected);
        }
      });
    });

    describe("commands of operators", () => {
      const ofGateway = sealed(A, 1, { windows: [windowOf([1, 2])], raws: [rawBlock([[0, 1]])] });
      const at = { device: "d1", metric: "temperature", windowMs: 10_000, windowStartMs: 0 };
      const sums = async (): Promise<number[]> => (await records()).map((row) => row.effective.summary.sum);
      const conflicts = async (query: Partial<ConflictQuery> = {}) =>
        allPages((after: ConflictQuery["after"]) =>
          store.conflicts({ ...ALL_SERIES, kind: null, fromMs: null, toMs: null, after, limit: 1, ...query }),
        );

      it("[I16] outrank what gateways say, or fill what they left out, until they are taken back", async () => {
        await apply(ofGateway, commanded(1, command("override", 1, { value: 7 })));
        expect(await sums()).toEqual([7]);
        expect(await records()).toMatchObject([
          { effective: { unit: "°C", sources: [], operator: { rank: "override", hlc: 1, actor: "ada" } } },
        ]);
        await apply(commanded(2, command("clear", 2), command("backfill_fill", 3, { value: 8 })));
        expect(await sums()).toEqual([3]);
        await apply(commanded(3, command("backfill_fill", 4, { value: 9, startMs: 10_000 })));
        expect(await sums()).toEqual([3, 9]);
        await reopen();
        await apply(commanded(4, command("clear", 5, { rank: "backfill_fill", startMs: 10_000 })));
        expect(await sums()).toEqual([3]);
        expect(await store.highestHlc()).toBe(5);
      });

      it("speak of windows that no gateway knows, before, between and behind those that it does", async () => {
        const starts = [0, 10_000, 20_000, 30_000, 40_000, 50_000];
        await apply(
          sealed(A, 1, { windows: [windowOf([1], { startMs: 10_000 }), windowOf([1], { startMs: 40_000 })] }),
          ...starts.map((startMs, i) => commanded(i + 1, command("backfill_fill", i + 1, { value: 5, startMs }))),
          commanded(7, command("backfill_fill", 7, { value: 6, device: "d0" })),
        );
        const rows = await allPages((after: Awaited<ReturnType<Store["records"]>>["next"]) =>
          store.records({ ...ALL_SERIES, ...ALL_TIME, windowMs: null, after, limit: 2 }),
        );
        expect(rows.map((row) => [row.device, row.windowStartMs, row.effective.summary.sum])).toEqual([
          ["d0", 0, 6],
          ...starts.map((startMs) => ["d1", startMs, startMs === 10_000 || startMs === 40_000 ? 1 : 5]),
        ]);
      });

      it("come from regions: what a gateway delivers is refused", async () => {
        const batch = commanded(1, command("override", 1));
        expect((await store.apply([{ ...arrived(batch), gateway: "plant-7" }])).outcomes[0]!.kind).toBe("invalid");
        expect((await store.apply([{ ...arrived(batch), gateway: operatorName("eu") }])).outcomes[0]!.kind).toBe(
          "stored",
        );
        expect(await store.totals()).toMatchObject({ gateways: 0, streams: 1 });
      });

      it("erase a device for ever, whatever of it comes later, and leave the others", async () => {
        const other = sealed(A, 2, { windows: [windowOf([5], { device: "d2" })] });
        await apply(ofGateway, other, commanded(1, command("override", 1, { value: 7 })));
        const before = await store.totals();
        await apply(commanded(2, command("erase_device", 2)));
        const revision = sealed(A, 3, { windows: [windowOf([1, 2, 3], { revision: 1 })], raws: [rawBlock([[1, 1]])] });
        await apply(revision, commanded(3, command("override", 3, { value: 8 })));
        await reopen();
        await apply(sealed(A, 4, { windows: [windowOf([1, 2, 3, 4], { revision: 2 })] }));
        expect((await records()).map((row) => row.device)).toEqual(["d2"]);
        expect((await store.readings({ ...ALL_SERIES, ...ALL_TIME, after: null, limit: 9 })).rows).toEqual([]);
        expect((await store.series({ ...ALL_SERIES, after: null, limit: 9 })).rows).toHaveLength(1);
        expect(await store.revisions(at)).toEqual({ rows: [], complete: true });
        expect(await conflicts()).toEqual([]);
        // What the batches carried is counted all the same: an audit compares it with what gateways counted.
        expect(await store.totals()).toMatchObject({
          records: before.records + 2,
          rawReadings: before.rawReadings + 1,
        });
      });

      it("[I29] leave a list of every choice between rows that disagree", async () => {
        const fork = sealed(A, 9, { ledger: { readings: 1 } });
        await apply(ofGateway, sealed(A, 9, {}), fork);
        expect(await conflicts({ kind: "operator" })).toEqual([]);
        await apply(
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
        // The choice follows the rows: a revision that says the same leaves nothing to choose.
        await apply(
          sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 1 })] }),
          commanded(3, command("clear", 2)),
        );
        expect((await conflicts({ device: "d1" })).map((row) => row.kind)).toEqual(["operator"]);
      });

      it("stand in the history of their window beside all that gateways said of it", async () => {
        await apply(ofGateway, sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 1 })] }));
        const history = async () =>
          (await store.revisions(at)).rows.map((row) =>
            row.kind === "gateway"
              ? `${row.state} ${row.row.ver} ${row.inAnswer}`
              : `${row.row.rank} ${row.row.hlc} ${row.inAnswer}`,
          );
        expect(await history()).toEqual(["replaced 1 false", "present 2 true"]);
        await apply(commanded(1, command("backfill_fill", 1)), commanded(2, command("override", 2, { value: 7 })));
        expect(await history()).toEqual([
          "override 2 true",
          "backfill_fill 1 false",
          "replaced 1 false",
          "present 2 false",
        ]);
      });
    });

    it("follows the mode of the rule, and does as auto does where gateways do not agree", async () => {
      const of = (stream: typeof A, gateway: string, values: number[], haMode: HaMode, startMs: number) =>
        sealed(stream, startMs / 10_000 + 1, { gateway, windows: [windowOf(values, { haMode, startMs })] });
      await apply(of(A, "plant-7", [1, 2], "partition", 0), of(B, "plant-8", [3], "partition", 0));
      await apply(of(A, "plant-7", [1, 2], "mirror", 10_000), of(B, "plant-8", [3], "mirror", 10_000));
      await apply(of(A, "plant-7", [1, 2], "partition", 20_000), of(B, "plant-8", [3], "mirror", 20_000));
      await reopen();
      expect((await records()).map((row) => row.effective.summary.count)).toEqual([3, 2, 3]);
    });

    it("[P4] [I23] ends alike for any order, grouping and duplication of the same batches", async () => {
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
          const expected = await dumpAfter(harness, [batches]);
          const groups = Array.from({ length: Math.ceil(shuffled.length / groupSize) }, (_, index) =>
            shuffled.slice(index * groupSize, (index + 1) * groupSize),
          );
          expect(await dumpAfter(harness, groups)).toEqual(expected);
        }),
        { numRuns: harness.runs },
      );
    });

    describe("types and units", () => {
      const haMode = "mirror";
      const celsius = windowOf([20, 22], { haMode });
      const fahrenheit = windowOf([70], { haMode, unit: "°F", part: 3, later: true });
      const schema = async (query: Partial<SeriesSchemaQuery> = {}) =>
        allPages((after: SeriesSchemaQuery["after"]) => store.schema({ ...ALL_SERIES, after, limit: 1, ...query }));
      const said = async () =>
        (await records()).map(({ effective: { type, unit, summary } }) => [type, unit, summary.count, summary.sum]);

      it("that changed within a window make an answer for each, and no sum of both, in one gateway and in two", async () => {
        await apply(sealed(A, 1, { windows: [celsius, fahrenheit] }));
        expect(await said()).toEqual([
          ["number", "°C", 2, 42],
          ["number", "°F", 1, 70],
        ]);
        await apply(sealed(B, 1, { gateway: "plant-8", windows: [windowOf([71, 72, 73], { haMode, unit: "°F" })] }));
        await reopen();
        expect(await said()).toEqual([
          ["number", "°C", 2, 42],
          ["number", "°F", 3, 216],
        ]);
      });

      it("page by page, none twice and none left out", async () => {
        const starts = [0, 10_000, 20_000];
        const both = starts.flatMap((startMs) => [
          windowOf([1], { startMs }),
          windowOf([2], { startMs, unit: "°F", part: startMs + 1, later: true }),
        ]);
        await apply(sealed(A, 1, { windows: both }));
        const rows = await allPages((after: Awaited<ReturnType<Store["records"]>>["next"]) =>
          store.records({ ...ALL_SERIES, ...ALL_TIME, windowMs: null, after, limit: 1 }),
        );
        expect(rows.map(({ windowStartMs, effective }) => `${windowStartMs} ${effective.unit}`)).toEqual(
          starts.flatMap((startMs) => [`${startMs} °C`, `${startMs} °F`]),
        );
      });

      it("of an operator are those of the window as a whole", async () => {
        await apply(
          sealed(A, 1, { windows: [celsius, fahrenheit] }),
          commanded(1, command("override", 1, { value: 7 })),
        );
        expect(await said()).toEqual([["number", "°C", 1, 7]]);
      });

      it("are listed with the times of their readings, by windows and by raw readings, until their device is erased", async () => {
        await apply(
          sealed(A, 1, {
            windows: [windowOf([1, 2], { startMs: 10_000 }), windowOf([3], { device: "d2", unit: null })],
            raws: [
              rawBlock(
                [
                  [5, true],
                  [9, false],
                ],
                { metric: "door" },
              ),
              rawBlock([[90_000, 70]], { unit: "°F" }),
            ],
          }),
        );
        await reopen();
        await apply(sealed(A, 2, { windows: [windowOf([4], { startMs: 0 })] }), sealed(A, 3, {}));
        expect(await schema()).toEqual([
          { device: "d1", metric: "door", versions: [{ type: "boolean", unit: null, firstMs: 5, lastMs: 9 }] },
          {
            device: "d1",
            metric: "temperature",
            versions: [
              { type: "number", unit: "°C", firstMs: 0, lastMs: 10_001 },
              { type: "number", unit: "°F", firstMs: 90_000, lastMs: 90_000 },
            ],
          },
          { device: "d2", metric: "temperature", versions: [{ type: "number", unit: null, firstMs: 0, lastMs: 0 }] },
        ]);
        expect(await schema({ device: "d2" })).toHaveLength(1);
        expect(await schema({ metric: "door" })).toHaveLength(1);
        await apply(commanded(1, command("erase_device", 1)), sealed(A, 4, { windows: [windowOf([4])] }));
        expect((await schema()).map(({ device }) => device)).toEqual(["d2"]);
      });
    });

    describe("a snapshot", () => {
      /** Takes the snapshot of `from` over, doing `meanwhile` after each part. */
      const takeOver = async (from: Store, to: Store, meanwhile: () => Promise<void> = async () => {}) => {
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

      it("[I12] makes an empty store equal, with the bytes of what was not pruned, whatever is written and pruned meanwhile", async () => {
        const histories = fc.record({
          before: fc.array(arbitraryBatch, { minLength: 1, maxLength: 8 }),
          keptFrom: fc.nat(8),
          meanwhile: fc.array(arbitraryBatch, { maxLength: 8 }),
          held: fc.array(fc.nat(7), { maxLength: 3 }),
        });
        await fc.assert(
          fc.asyncProperty(histories, async ({ before, keptFrom, meanwhile, held }) => {
            const [there, here] = [await harness.place(), await harness.place()];
            const [from, to] = [await there.open(), await here.open()];
            await from.apply(before.map((batch, i) => ({ ...arrived(batch), receivedMs: i })));
            await from.prune((await from.prunable({ receivedBeforeMs: keptFrom, after: null, limit: 10 })).rows);
            // Some of it is there already, with its bytes.
            await to.apply(held.flatMap((i) => (before[i] === undefined ? [] : [arrived(before[i])])));
            const arriving = meanwhile.values();
            await takeOver(from, to, async () => {
              const { value } = arriving.next();
              if (value !== undefined) await from.apply([arrived(value)]);
            });
            for (const { streamId } of (await from.streams({ gateway: null, after: null, limit: 10 })).rows) {
              const seqs = Array.from({ length: 8 }, (_, i) => toSeq(i + 1));
              const { batches } = await from.batches({ streamId, seqs, maxBytes: Infinity });
              await to.apply(batches.map((batch) => arrived(batch)));
            }
            expect(await to.dump()).toEqual(await from.dump());
            for (const store of [from, to]) await store.close();
            for (const place of [here, there]) await place.remove();
          }),
          // Each is a dozen fsyncs.
          { numRuns: Math.ceil(harness.runs / 3) },
        );
      });

      it("brings many rows in parts, and the whole of it may come twice", async () => {
        const other = await harness.place();
        const to = await other.open();
        const batches = Array.from({ length: 30 }, (_, i) =>
          sealed(A, i + 1, {
            windows: Array.from({ length: 100 }, (_unused, w) => windowOf([i], { startMs: w * 10_000, revision: i })),
            raws: [rawBlock([[i, i]])],
          }),
        );
        await apply(...batches);
        expect(await pruned(Number.MAX_SAFE_INTEGER, 100)).toBe(30);
        let parts = 0;
        for (let time = 0; time < 2; time++) await takeOver(store, to, async () => void (parts += 1));
        expect(parts).toBeGreaterThan(2 * 7);
        expect(await to.dump()).toEqual(await store.dump());
        await to.close();
        await other.remove();
      });

      it("is refused when it cannot be read, and a place in it that is none is none", async () => {
        expect(await store.mergeSnapshot({ body: Buffer.from("x"), first: true })).toMatchObject({ kind: "invalid" });
        for (const place of [
          "x",
          "{}",
          '{"bound":1,"stage":"records","key":["x"]}',
          '{"bound":1,"stage":"x","key":[]}',
        ]) {
          expect(await store.snapshot(Buffer.from(place)), place).toBeNull();
        }
        expect((await store.joinSnapshot(1)).sets).toEqual([]);
      });
    });

    it("has digests by day that follow from the batches alone, and tell a row that is another one", async () => {
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
      const other = await harness.place();
      const there = await other.open();
      await apply(...batches);
      await there.apply(batches.toReversed().map((batch) => arrived(batch)));
      const expected = await walked(store);
      expect(expected).toContainEqual(expect.objectContaining({ day: 1 }));
      expect(await walked(there)).toEqual(expected);
      await there.apply([arrived(sealed(B, 2, { windows: [windowOf([2], { device: "d9", startMs: 20_000 })] }))]);
      expect(await walked(there)).not.toEqual(expected);
      await there.close();
      await other.remove();
    });

    describe("paging", () => {
      const WINDOWS = 60;

      it("returns every record that was there exactly once, while others arrive on both sides", async () => {
        const device = (index: number): string => `d${String(index % 7)}`;
        const place = (index: number) => ({ device: device(index), startMs: Math.floor(index / 7) * 20_000 + 10_000 });
        await apply(
          sealed(A, 1, { windows: Array.from({ length: WINDOWS }, (_, index) => windowOf([index], place(index))) }),
        );
        let arriving = 1;
        const query = { ...ALL_SERIES, ...ALL_TIME, windowMs: null };
        const rows = await allPages(
          (after: Awaited<ReturnType<Store["records"]>>["next"]) => store.records({ ...query, after, limit: 7 }),
          async () => {
            arriving += 1;
            const late = [0, 3, 9].map((index) => windowOf([1], { device: device(index + arriving), startMs: 0 }));
            const between = windowOf([1], { device: `d${arriving % 7}`, startMs: arriving * 20_000 });
            await apply(sealed(A, arriving, { windows: [...late, between] }));
          },
        );
        const keys = rows.map((row) => `${row.device} ${row.windowStartMs}`);
        expect(new Set(keys).size).toBe(keys.length);
        const before = Array.from({ length: WINDOWS }, (_, index) => place(index));
        expect(keys).toEqual(expect.arrayContaining(before.map((at) => `${at.device} ${at.startMs}`)));
      });

      it("returns raw readings in order of time, each once, from blocks that overlap", async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }), {
              minLength: 1,
              maxLength: 6,
            }),
            fc.integer({ min: 1, max: 5 }),
            fc.integer({ min: 0, max: 20 }),
            async (blocks, limit, fromMs) => {
              const own = await harness.place();
              const local = await own.open();
              try {
                const batches = blocks.map((times, index) =>
                  arrived(sealed(A, index + 1, { raws: [rawBlock(times.map((timeMs) => [timeMs, timeMs] as const))] })),
                );
                await local.apply(batches);
                const rows = await allPages((after: Awaited<ReturnType<Store["readings"]>>["next"]) =>
                  local.readings({ ...ALL_SERIES, fromMs, toMs: 30, after, limit }),
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
          { numRuns: harness.runs },
        );
      });

      it("lists series by name, and only those that were asked for", async () => {
        const names = [
          ["b", "x"],
          ["a", "y"],
          ["a", "x"],
          ["c", "x"],
        ] as const;
        await apply(sealed(A, 1, { windows: names.map(([device, metric]) => windowOf([1], { device, metric })) }));
        const list = async (filter: { device: string | null; metric: string | null }) =>
          (
            await allPages((after: Awaited<ReturnType<Store["series"]>>["next"]) =>
              store.series({ ...filter, after, limit: 1 }),
            )
          ).map((row) => `${row.device}.${row.metric}`);
        expect(await list(ALL_SERIES)).toEqual(["a.x", "a.y", "b.x", "c.x"]);
        expect(await list({ device: "a", metric: null })).toEqual(["a.x", "a.y"]);
        expect(await list({ device: null, metric: "x" })).toEqual(["a.x", "b.x", "c.x"]);
        expect(await list({ device: "c", metric: "x" })).toEqual(["c.x"]);
        expect(await list({ device: "c", metric: "y" })).toEqual([]);
      });

      it("keeps to the window length and the half-open range", async () => {
        const starts = [0, 10_000, 20_000, 30_000];
        await apply(
          sealed(A, 1, {
            windows: [
              ...starts.map((startMs) => windowOf([1], { startMs })),
              windowOf([1], { windowMs: 60_000, startMs: 0 }),
            ],
          }),
        );
        const found = async (windowMs: number | null, fromMs: number, toMs: number) =>
          (await store.records({ ...ALL_SERIES, windowMs, fromMs, toMs, after: null, limit: 10 })).rows.map(
            (row) => `${row.windowMs / 1000}@${row.windowStartMs / 1000}`,
          );
        expect(await found(10_000, 10_000, 30_000)).toEqual(["10@10", "10@20"]);
        expect(await found(null, 0, 10_000)).toEqual(["10@0", "60@0"]);
        expect(await found(5_000, 0, 10_000)).toEqual([]);
      });
    });
  });
}

const OTHER_KINDS = ["clear", "erase_device", "set_member"] as const;
const arbitraryCommands = fc
  .uniqueArray(
    fc
      .record({
        kind: fc.constantFrom(...OPERATOR_RANKS, ...OPERATOR_RANKS, ...OTHER_KINDS),
        hlc: fc.integer({ min: 1, max: 5 }),
        value: fc.integer({ min: 0, max: 3 }),
        rank: fc.constantFrom(...OPERATOR_RANKS),
        device: fc.constantFrom("d1", "d1", "d2"),
        startMs: fc.constantFrom(0, 10_000, 20_000),
      })
      .map(({ kind, hlc, ...given }) => command(kind, hlc, given)),
    { maxLength: 2, selector: (one) => one.hlc },
  )
  .map((all) => all.toSorted((a, b) => a.hlc - b.hlc));

const arbitraryWindow = fc
  .record({
    values: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 4 }),
    device: fc.constantFrom("d1", "d2"),
    startMs: fc.constantFrom(0, 10_000),
    part: fc.constantFrom(0, 0, 0, 17),
    revision: fc.integer({ min: 0, max: 2 }),
    carry: fc.constantFrom(null, null, A, B),
    haMode: fc.constantFrom("auto" as const, "auto" as const, "mirror" as const, "partition" as const),
  })
  .map(({ values, ...place }) => {
    // Its unit is learned between two revisions, and the other part is in another one.
    const unit = place.part > 0 ? "°F" : place.revision === 0 ? null : "°C";
    return windowOf(values, { ...place, unit, later: place.part > 0 });
  });

const arbitraryBlock = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(-9, 0, 7, true, "off")), {
      minLength: 1,
      maxLength: 5,
    }),
    fc.constantFrom("°C", "°F"),
  )
  .map(([readings, unit]) => rawBlock(readings, { unit }));

/** Bytes as text, whatever kind of array they are in. */
function plain({ streamId, seq: at, bytes, sha256 }: SealedBatch): unknown {
  return [streamId, at, Buffer.from(sha256).toString("hex"), Buffer.from(bytes).toString("hex")];
}

function arrived(batch: SealedBatch): ArrivedBatch {
  return { ...batch, gateway: batch.streamId === O ? "" : "plant-7", verified: false, receivedMs: 0 };
}

function commanded(position: number, ...commands: readonly OperatorCommand[]): SealedBatch {
  return sealed(O, position, { gateway: operatorName("eu"), commands });
}

/** What an operator says of the window of `d1` that starts at 0. */
function command(
  kind: OperatorCommand["kind"],
  hlc: number,
  given: { value?: number; rank?: OperatorRank; device?: string; startMs?: number } = {},
): OperatorCommand {
  const { value = 0, rank = "override", device = "d1", startMs = 0 } = given;
  const common = { hlc, reason: "the sensor was out of order", actor: "ada" };
  const window = { device, metric: "temperature", windowMs: 10_000, windowStartMs: millis(startMs) };
  if (kind === "erase_device") return { ...common, kind, device };
  if (kind === "set_member") {
    const state = MEMBER_STATES[value % MEMBER_STATES.length]!;
    return { ...common, kind, member: { region: device, state, url: "http://us:7443", gatewayUrl: "http://us:443" } };
  }
  if (kind === "clear") return { ...common, kind, window, rank };
  return { ...common, kind, window, summary: summaryOfValue(value, window.windowStartMs) };
}

const arbitraryPosition = fc.record({ stream: fc.constantFrom(A, B), seq: fc.integer({ min: 1, max: 6 }) });
const ofGateway = fc
  .tuple(arbitraryPosition, fc.array(arbitraryWindow, { maxLength: 4 }), fc.array(arbitraryBlock, { maxLength: 2 }))
  .map(([{ stream, seq: at }, windows, raws]) =>
    sealed(stream, at, {
      gateway: stream === A ? "plant-7" : "plant-8",
      windows,
      raws,
      ledger: { readings: raws.length, redelivered: windows.length },
    }),
  );
const ofOperator = fc
  .tuple(fc.integer({ min: 1, max: 4 }), arbitraryCommands)
  .map(([at, commands]) => commanded(at, ...commands));
const arbitraryBatch = fc.oneof({ weight: 2, arbitrary: ofGateway }, { weight: 1, arbitrary: ofOperator });

async function dumpAfter(harness: StoreHarness, groups: readonly (readonly SealedBatch[])[]): Promise<unknown> {
  const place = await harness.place();
  try {
    const store = await place.open();
    for (const group of groups) await store.apply(group.map(arrived));
    const dump = await store.dump();
    await store.close();
    return dump;
  } finally {
    await place.remove();
  }
}

async function allPages<Row, Key>(
  page: (after: Key | null) => Promise<Page<Row, Key>>,
  between: () => Promise<void> = async () => {},
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: Key | null = null;
  do {
    const found: Page<Row, Key> = await page(after);
    rows.push(...found.rows);
    after = found.next;
    await between();
  } while (after !== null);
  return rows;
}
