import { describe, expect, test } from "vitest";
import { applyBatch, enterBatch, readHeldBatch } from "../../../../cloud/core/apply.ts";
import type { ArrivedBatch, BatchDecision, BatchFacts, BatchVariant, StreamSet } from "../../../../cloud/core/apply.ts";
import { addHash48, hash48Of } from "../../../../proto/core/hash48.ts";
import { EMPTY_HAVE, haveOf } from "../../../../proto/core/have.ts";
import { operatorName, summaryOfValue } from "../../../../proto/core/operator-command.ts";
import type { SealedBatch } from "../../../../proto/core/record.ts";
import { millis } from "../../../../proto/core/ids.ts";
import { openBatch } from "../../../../proto/wire/batch-codec.ts";
import { permutations } from "../../../support/permutations.ts";
import { rawBlock, sealed, sealedByTheFuture, testStream, windowOf } from "../../../support/sealed.ts";

const A = testStream(1);
const NEW_STREAM: StreamSet = { streamId: A, have: EMPTY_HAVE, gateway: null, hashSum: 0 };
const UNKNOWN: BatchFacts = { stream: NEW_STREAM, variants: [] };

function arrived(batch: SealedBatch, from: Partial<ArrivedBatch> = {}): ArrivedBatch {
  return { ...batch, gateway: "plant-7", verified: false, receivedMs: 0, ...from };
}

function decide(batch: ArrivedBatch, facts: BatchFacts = UNKNOWN): BatchDecision {
  return applyBatch(batch, openBatch(batch), facts);
}

/** A region in memory: only the facts and the decisions. */
class Facts {
  stream: StreamSet = NEW_STREAM;
  readings = 0;
  readonly forks = new Set<number>();
  readonly #variants = new Map<number, BatchVariant[]>();

  apply(batch: ArrivedBatch): string {
    const variants = this.#variants.get(batch.seq) ?? [];
    const { outcome, change } = decide(batch, { stream: this.stream, variants });
    if (change === null) return outcome.kind;
    this.stream = change.stream;
    for (const { counts, sign } of change.counters) this.readings += sign * counts.ledger.readings;
    for (const hash48 of change.forks) this.forks.add(hash48);
    const { hash48, counts } = change;
    this.#variants.set(batch.seq, [...variants, { hash48, isApplied: counts !== null, counts }]);
    return outcome.kind;
  }
}

describe("a batch", () => {
  const batch = sealed(A, 3, {
    windows: [windowOf([1])],
    raws: [rawBlock([[0, 1]])],
    ledger: { readings: 5 },
  });

  test("that is new enters the set of its stream, with its hash and its counts", () => {
    const { outcome, change } = decide(arrived(batch), { ...UNKNOWN, stream: { ...NEW_STREAM, have: haveOf([1, 2]) } });
    expect(outcome).toEqual({ kind: "stored", records: 1, rawReadings: 1 });
    expect(change).toMatchObject({
      stream: { gateway: "plant-7", have: { prefix: 3, islands: [] }, hashSum: hash48Of(batch.sha256) },
      counters: [{ sign: 1, counts: { ledger: { readings: 5 }, records: 1, rawReadings: 1 } }],
      forks: [],
    });
  });

  test("[P2] that is held already changes nothing", () => {
    const facts = new Facts();
    expect([facts.apply(arrived(batch)), facts.apply(arrived(batch))]).toEqual(["stored", "already"]);
    expect(facts.readings).toBe(5);
  });

  test("[P2] under the number of a batch whose hash is not known counts as the same one", () => {
    const stream = { ...NEW_STREAM, gateway: "plant-7", have: haveOf([3]) };
    expect(decide(arrived(batch), { stream, variants: [] })).toEqual({ outcome: { kind: "already" }, change: null });
  });

  test("[I1] whose bytes do not match their hash is refused", () => {
    const other = sealed(A, 3, {});
    expect(decide(arrived({ ...batch, sha256: other.sha256 })).outcome.kind).toBe("invalid");
  });

  test("of a newer format is held, and counts once it can be read", () => {
    const future = sealedByTheFuture(A, 3);
    const { outcome, change } = decide(arrived(future));
    expect(outcome).toEqual({ kind: "unknown_format", message: "format 4000" });
    expect(change).toMatchObject({
      counts: null,
      counters: [],
      stream: { have: { islands: [{ first: 3, last: 3 }] } },
    });
    const opened = openBatch(batch);
    if (opened.kind !== "ok") return expect.unreachable();
    const itself = { hash48: hash48Of(batch.sha256), isApplied: false, counts: null };
    expect(readHeldBatch(batch, opened, [itself])).toMatchObject({ gateway: "plant-7", counters: [{ sign: 1 }] });
  });

  test("from a snapshot enters without bytes, and keeps the name of its stream", () => {
    const counts = { ledger: { readings: 5, redelivered: 0, deadLetters: new Map(), discards: new Map() } };
    const change = enterBatch(
      { ...batch, gateway: "plant-8", sealedBy: null },
      { ...counts, records: 1, rawReadings: 0 },
      { stream: { ...NEW_STREAM, gateway: "plant-7" }, variants: [] },
    );
    expect(change).toMatchObject({ stream: { gateway: "plant-7" }, counters: [{ sign: 1 }] });
  });
});

describe("the sender of a batch", () => {
  const batch = sealed(A, 1, { gateway: "plant-7" });

  test("that proved its name may not deliver what another gateway sealed", () => {
    expect(decide(arrived(batch, { gateway: "plant-8", verified: true })).outcome).toEqual({
      kind: "invalid",
      message: "this is a batch of gateway plant-7",
    });
    expect(decide(arrived(batch, { gateway: "plant-7", verified: true })).outcome.kind).toBe("stored");
  });

  test("is not compared with a stream that has no name yet", () => {
    // The first batch of the stream came from a peer and could not be read.
    const stream = { ...NEW_STREAM, gateway: "", have: haveOf([1]) };
    const next = sealed(A, 2, { gateway: "plant-7" });
    const { outcome, change } = decide(arrived(next, { verified: true }), { stream, variants: [] });
    expect(outcome.kind).toBe("stored");
    expect(change?.stream.gateway).toBe("plant-7");
  });

  test("may send commands only as a region", () => {
    const window = { device: "d1", metric: "m", windowMs: 1_000, windowStartMs: millis(0) };
    const summary = summaryOfValue(1, window.windowStartMs);
    const commands = [{ kind: "override" as const, window, summary, hlc: 1, reason: "r", actor: "a" }];
    const commanded = sealed(A, 1, { gateway: operatorName("eu"), commands });
    const outcomes = ["plant-7", "", operatorName("eu")].map(
      (gateway) => decide(arrived(commanded, { gateway })).outcome.kind,
    );
    expect(outcomes).toEqual(["invalid", "stored", "stored"]);
  });
});

describe("[I31] a fork", () => {
  const sides = [1, 2, 3].map((readings) => sealed(A, 1, { ledger: { readings } }));
  const unread = sealedByTheFuture(A, 1);

  test("keeps both sides, tells the sender, and names the losing hashes", () => {
    const facts = new Facts();
    expect(sides.map((side) => facts.apply(arrived(side)))).toEqual(["stored", "fork", "fork"]);
    const hashes = sides.map(({ sha256 }) => hash48Of(sha256)).toSorted((a, b) => a - b);
    expect([...facts.forks].toSorted((a, b) => a - b)).toEqual(hashes.slice(0, -1));
    expect(facts.stream.hashSum).toBe(hashes.reduce(addHash48, 0));
  });

  test("[P4] ends the same in every order, and counts only the readable side with the highest hash", () => {
    const highest = sides.reduce((a, b) => (hash48Of(b.sha256) > hash48Of(a.sha256) ? b : a));
    const ends = permutations([...sides, unread]).map((order) => {
      const facts = new Facts();
      for (const side of order) facts.apply(arrived(side));
      return { stream: facts.stream, readings: facts.readings, forks: [...facts.forks].toSorted((a, b) => a - b) };
    });
    for (const end of ends) expect(end).toEqual(ends[0]);
    expect(ends[0]?.readings).toBe(sides.indexOf(highest) + 1);
  });
});
