import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { initialUplink, stepUplink } from "../../../../../edge/core/uplink/uplink.ts";
import { undurableBatches } from "../../../../../edge/core/uplink/claims.ts";
import { UPLINK } from "../../../../../edge/core/uplink/uplink-state.ts";
import type { UplinkEffect, UplinkEvent } from "../../../../../edge/core/uplink/uplink-events.ts";
import type { UplinkState } from "../../../../../edge/core/uplink/uplink-state.ts";
import type { RefusalCode, SessionEvent, StreamSets } from "../../../../../edge/core/uplink/session.ts";
import { haveOf } from "../../../../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../../../proto/core/record.ts";
import { runs } from "../../../../support/scale.ts";
import { CALM_MS, REGION, UplinkWorld } from "../../../../support/uplink-world.ts";
import type { WorldFault } from "../../../../support/uplink-world.ts";

const NOW = "01936d3e-0000-7000-8000-000000000001" as StreamId;
const BEFORE = "01936d3d-0000-7000-8000-000000000001" as StreamId;

const fault: fc.Arbitrary<WorldFault> = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), forMs: fc.integer({ min: 0, max: 20_000 }) }),
  fc.record({ kind: fc.constant("freeze" as const), forMs: fc.integer({ min: 0, max: 20_000 }) }),
  fc.record({ kind: fc.constant("restart" as const) }),
  fc.record({ kind: fc.constant("restore" as const), keep: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant("drain" as const) }),
);

const story = fc.record({
  seed: fc.integer(),
  creditBytes: fc.constantFrom(1_000, 64_000, 8_000_000),
  batchBytesMax: fc.constantFrom(2_000, 65_536),
  linkBytesPerS: fc.constantFrom(60_000, 1_000_000, 100_000_000),
  commitMsMax: fc.constantFrom(5, 500, 3_000),
  backlog: fc.integer({ min: 0, max: 100 }),
  seals: fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 60_000 }), count: fc.integer({ min: 1, max: 5 }) }), {
    maxLength: 30,
  }),
  faults: fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 60_000 }), fault }), { maxLength: 6 }),
});

function play(plot: typeof story extends fc.Arbitrary<infer T> ? T : never): UplinkWorld {
  const world = new UplinkWorld(plot);
  if (plot.backlog > 0) world.hold(BEFORE, plot.backlog);
  for (const { atMs, count } of plot.seals) world.at(atMs, () => world.seal(NOW, count));
  for (const { atMs, fault } of plot.faults) world.at(atMs, () => world.inject(fault));
  world.start();
  world.runUntil(80_000 + CALM_MS + 600_000);
  return world;
}

describe("for every history of cuts, freezes, restarts and lost data", () => {
  test("[P2] [I6] every batch is durable in the end, the credit is kept, and no more is marked than was claimed", () => {
    fc.assert(
      fc.property(story, (plot) => {
        const world = play(plot);
        expect(world.violations).toEqual([]);
        expect(world.missing()).toEqual([]);
        expect(undurableBatches(world.state)).toBe(0);
      }),
      { numRuns: runs({ short: 60, long: 3_000 }) },
    );
  }, 300_000);

  test("the same events give the same effects", () => {
    fc.assert(
      fc.property(story, (plot) => {
        const world = play(plot);
        let state = initialUplink([REGION], 0, { returnMs: 300_000 });
        const effects: UplinkEffect[] = [];
        for (const { event, nowMs, random } of world.history) {
          const next = stepUplink(state, event, nowMs, random);
          state = next.state;
          effects.push(...next.effects);
        }
        expect(effects.length).toBe(world.effects.length);
        expect(effects).toEqual(world.effects);
      }),
      { numRuns: 5 },
    );
  });
});

/** Drives the reducer: the test sets the time and reads the effects. */
class UplinkFixture {
  nowMs = 0;
  state: UplinkState = initialUplink([REGION], 0, { returnMs: 300_000 });
  effects: readonly UplinkEffect[] = [];

  feed(event: UplinkEvent): this {
    const next = stepUplink(this.state, event, this.nowMs, 0.5);
    this.state = next.state;
    this.effects = next.effects;
    return this;
  }

  hear(event: SessionEvent): this {
    return this.feed({ kind: "session", region: REGION, session: this.session, event });
  }

  /** Connects, with these batches held and these claimed by the region. */
  greet(held: { streamId: StreamId; last: number; closed?: boolean }[], durable: StreamSets = new Map()): this {
    if (this.link === "idle") this.feed({ kind: "start" });
    else this.wait(120_000);
    const streams = held.map(({ streamId, last, closed = false }) => {
      return { streamId, first: 1 as Seq, last: last as Seq, closed, durable: haveOf([]), voided: haveOf([]) };
    });
    this.feed({ kind: "streams", region: REGION, session: this.session, streams });
    return this.hear(helloAck(durable));
  }

  /** Advances the clock and fires the timer. */
  wait(ms: number): this {
    this.nowMs += ms;
    return this.feed({ kind: "timer", region: REGION });
  }

  /** Answers all reads of the last effects with batches of this size. */
  answerReads(bytes: number): this {
    const reads = this.effects.filter((effect) => effect.kind === "read_batches");
    const effects: UplinkEffect[] = [];
    for (const { session, read, streamId, seqs } of reads) {
      const batches = seqs.map((seq) => batch(streamId, seq, bytes));
      effects.push(...this.feed({ kind: "batches", region: REGION, session, read, batches }).effects);
    }
    this.effects = effects;
    return this;
  }

  get region() {
    return this.state.regions.get(REGION)!;
  }

  get link() {
    return this.region.link.kind;
  }

  get session(): number {
    const { link } = this.region;
    return "session" in link ? link.session : -1;
  }

  get kinds(): readonly string[] {
    return this.effects.map((effect) => effect.kind);
  }

  get sent(): readonly string[] {
    return this.effects.flatMap((effect) =>
      effect.kind === "send"
        ? effect.batches.map(({ streamId, seq }) => `${streamId === NOW ? "now" : "before"}/${seq}`)
        : [],
    );
  }

  get reports() {
    return this.effects.flatMap((effect) => (effect.kind === "report" ? [effect.report] : []));
  }
}

describe("the batches that a region lacks", () => {
  test("are those that it does not claim at the greeting", () => {
    const uplink = new UplinkFixture().greet(
      [{ streamId: NOW, last: 6 }],
      new Map([[NOW, haveOf([1, 2, 4] as Seq[])]]),
    );
    expect(uplink.answerReads(10).sent).toEqual(["now/3", "now/5", "now/6"]);
  });

  test("[I22] are sent again to a region that lost them", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }], sets(1, 2, 3));
    expect(uplink.kinds).not.toContain("read_batches");
    uplink.feed({ kind: "marked", region: REGION }).hear({ kind: "closed", reason: "restart" });
    uplink.greet([{ streamId: NOW, last: 3 }], sets(1));
    const mark = uplink.effects.find((effect) => effect.kind === "mark");
    expect(mark?.claims.get(NOW)?.durable).toEqual(haveOf([1] as Seq[]));
    expect(uplink.answerReads(10).sent).toEqual(["now/2", "now/3"]);
  });

  test("a claim above the last sealed batch of the open stream does not count, and a new stream is opened", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }], sets(1, 2, 3, 4, 5));
    expect(uplink.effects).toContainEqual(expect.objectContaining({ kind: "rotate_stream", streamId: NOW }));
    const mark = uplink.effects.find((effect) => effect.kind === "mark");
    expect(mark?.claims.get(NOW)?.durable).toEqual(haveOf([1, 2, 3]));
    uplink.feed({ kind: "sealed", streamId: NOW, firstSeq: 4 as Seq, lastSeq: 4 as Seq });
    expect(uplink.answerReads(10).sent).toEqual(["now/4"]);
  });

  test("[I6] a claim that shrinks during a session ends the session", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }], sets(1, 2, 3)).hear(ack(sets(1)));
    expect(uplink.kinds).toContain("close_session");
    expect(uplink.link).toBe("waiting");
  });

  test("[I26] batches that are sealed after the greeting overtake the backlog", () => {
    const uplink = new UplinkFixture().greet([{ streamId: BEFORE, last: 100, closed: true }]).answerReads(64 * 1024);
    uplink.feed({ kind: "sealed", streamId: NOW, firstSeq: 1 as Seq, lastSeq: 1 as Seq }).answerReads(1_000);
    uplink.hear(ack(new Map([[BEFORE, haveOf([1, 2, 3, 4] as Seq[])]])));
    expect(uplink.sent[0]).toBe("now/1");
    expect(uplink.sent).toContain("before/5");
  });

  test("a read that stops early is continued from there", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }]);
    const read = uplink.effects.find((effect) => effect.kind === "read_batches")!;
    uplink.feed({
      kind: "batches",
      region: REGION,
      session: read.session,
      read: read.read,
      batches: [batch(NOW, 1 as Seq, 9)],
    });
    const next = uplink.effects.find((effect) => effect.kind === "read_batches");
    expect(next?.seqs).toEqual([2, 3]);
  });

  test("a million batches need one range, and reads of bounded size", () => {
    const uplink = new UplinkFixture().greet([{ streamId: BEFORE, last: 1_000_000, closed: true }]);
    const reads = uplink.effects.filter((effect) => effect.kind === "read_batches");
    expect(reads.length).toBeGreaterThan(3);
    expect(reads.length).toBeLessThanOrEqual(8);
    expect(uplink.answerReads(64 * 1024).sent.length).toBeLessThanOrEqual(5);
  });
});

test("[I37] a probe is answered at once, and reported with the place of the other gateway", () => {
  const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 1 }]);
  const sets = { durable: new Map(), replicated: new Map(), creditBytes: 1_000_000 };
  uplink.hear({ kind: "ack", ...sets, probe: { number: 7, rival: "10.0.0.9:7, to eu" } });
  expect(uplink.effects).toContainEqual({ kind: "answer_probe", region: REGION, session: uplink.session, probe: 7 });
  expect(uplink.reports).toEqual([{ kind: "contested", region: REGION, rival: "10.0.0.9:7, to eu" }]);
});

describe("[I40] batches that the disk damaged", () => {
  const voids = [{ streamId: NOW, first: 2 as Seq, last: 2 as Seq, readings: 7, reason: "the disk" }];

  test("are declared to the region at once, and nobody waits for them", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }]);
    uplink.feed({ kind: "voided", voids });
    expect(uplink.effects).toMatchObject([{ kind: "declare_voids", region: REGION, session: uplink.session, voids }]);
    uplink.hear(ack(new Map([[NOW, haveOf([1, 3])]])));
    expect(undurableBatches(uplink.state)).toBe(0);
  });

  test("are declared again with each greeting", () => {
    const uplink = new UplinkFixture().feed({ kind: "start" });
    const stream = { streamId: NOW, first: 1 as Seq, last: 3 as Seq, closed: true };
    const streams = [{ ...stream, durable: haveOf([]), voided: haveOf([2]) }];
    uplink.feed({ kind: "streams", region: REGION, session: uplink.session, streams });
    uplink.hear(helloAck(new Map()));
    expect(uplink.effects.filter(({ kind }) => kind === "declare_voids")).toEqual([
      { kind: "declare_voids", region: REGION, session: uplink.session },
    ]);
  });
});

describe("a session is given up", () => {
  test("when the region is silent for 3 s", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 1 }]);
    expect(uplink.wait(UPLINK.silentMs - 1).link).toBe("live");
    expect(uplink.wait(1).link).toBe("waiting");
    expect(uplink.kinds).toContain("close_session");
  });

  test("when a batch is not durable 10 s after it was sent, even if the region sends frames", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 1 }]).answerReads(10);
    for (let second = 0; second < 9; second++) uplink.wait(1_000).hear(ack(new Map()));
    expect(uplink.link).toBe("live");
    uplink.wait(1_000);
    expect(uplink.link).toBe("waiting");
    expect(uplink.reports[0]).toMatchObject({ kind: "lost", reason: "a batch was not durable 10 s after it was sent" });
  });

  test("but not when our own process was asleep", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 1 }]);
    expect(uplink.wait(60_000).link).toBe("live");
    expect(uplink.hear(ack(new Map())).link).toBe("live");
  });

  test("when the Hello is not answered in 10 s", () => {
    const uplink = new UplinkFixture().feed({ kind: "start" });
    uplink.feed({ kind: "streams", region: REGION, session: uplink.session, streams: [] });
    expect(uplink.link).toBe("opening");
    expect(uplink.wait(UPLINK.helloMs).link).toBe("waiting");
  });

  test("and later frames of it are ignored", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }]);
    const session = uplink.session;
    uplink.hear({ kind: "closed", reason: "reset" }).greet([{ streamId: NOW, last: 3 }]);
    const before = uplink.state;
    uplink.feed({ kind: "session", region: REGION, session, event: ack(sets(1, 2, 3)) });
    expect(uplink.state).toEqual(before);
  });

  test("an unreachable region is reported once, tried at least every 5 s, and counts as unavailable after five times", () => {
    const uplink = new UplinkFixture().feed({ kind: "start" });
    let reports = 0;
    for (let attempt = 0; attempt < 20; attempt++) {
      uplink.feed({ kind: "streams", region: REGION, session: uplink.session, streams: [] });
      uplink.hear({ kind: "closed", reason: "connection refused" });
      reports += uplink.reports.length;
      expect(uplink.wait(UPLINK.backoff.capMs).link).toBe("listing");
    }
    expect(reports).toBe(1);
    expect(uplink.region.circuit).toMatchObject({ kind: "open", cause: "unavailable" });
  });
});

describe("a region that asks the gateway to leave", () => {
  test("gets no new batches, and is disconnected when nothing is in flight", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 2 }]).answerReads(10);
    uplink.hear({ kind: "drain", reason: "an upgrade" });
    uplink.feed({ kind: "sealed", streamId: NOW, firstSeq: 3 as Seq, lastSeq: 3 as Seq });
    expect(uplink.kinds).not.toContain("read_batches");
    expect(uplink.hear(ack(sets(1))).link).toBe("live");
    expect(uplink.hear(ack(sets(1, 2))).link).toBe("waiting");
    expect(uplink.region.circuit).toEqual({ kind: "closed", failures: 0 });
  });
});

describe("a refusal", () => {
  test.for<RefusalCode>(["protocol", "unauthorized", "bad_hello"])(
    "%s is followed by a long wait, and is reported once",
    (code) => {
      const uplink = new UplinkFixture().feed({ kind: "start" });
      uplink.feed({ kind: "streams", region: REGION, session: uplink.session, streams: [] });
      const refusal: SessionEvent = { kind: "refusal", refusal: { code, message: "no", batch: null } };
      uplink.hear(refusal);
      expect(uplink.reports).toMatchObject([{ kind: "refused", code, reason: "no" }]);
      expect(uplink.region.circuit).toMatchObject({ kind: "open", cause: "refused" });
      expect(uplink.wait(UPLINK.refusedRetryMs / 2).link).toBe("waiting");
      expect(uplink.wait(UPLINK.refusedRetryMs).link).toBe("listing");
      uplink.feed({ kind: "streams", region: REGION, session: uplink.session, streams: [] });
      expect(uplink.hear(refusal).reports).toEqual([]);
    },
  );

  test("of a region that leaves is followed by an early new attempt, because the region may stay after all", () => {
    const uplink = new UplinkFixture().feed({ kind: "start" });
    uplink.feed({ kind: "streams", region: REGION, session: uplink.session, streams: [] });
    uplink.hear({ kind: "refusal", refusal: { code: "leaving", message: "eu is leaving", batch: null } });
    expect(uplink.reports).toMatchObject([{ kind: "lost", reason: "eu is leaving" }]);
    expect(uplink.region.circuit).toMatchObject({ kind: "closed" });
    expect(uplink.wait(UPLINK.leavingRetryMs / 2 - 1).link).toBe("waiting");
    expect(uplink.wait(UPLINK.leavingRetryMs / 2).link).toBe("listing");
  });

  test("[I37] because of a twin is reported once, and the gateway asks again every ten seconds", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }]);
    const refusal = (port: number): SessionEvent => ({
      kind: "refusal",
      refusal: { code: "twin", message: `another gateway at 10.0.0.7:${port}`, batch: null },
    });
    uplink.hear(refusal(1));
    expect(uplink.reports).toMatchObject([{ kind: "refused", code: "twin", reason: "another gateway at 10.0.0.7:1" }]);
    expect(uplink.wait(UPLINK.twinRetryMs / 2 - 1).link).toBe("waiting");
    expect(uplink.wait(UPLINK.twinRetryMs / 2).link).toBe("listing");
    uplink.feed({ kind: "streams", region: REGION, session: uplink.session, streams: [] });
    expect(uplink.hear(refusal(2)).reports).toEqual([]);
    expect(uplink.region.lastLoss).toContain("10.0.0.7:2");
  });

  test("of a batch holds back only that batch, until the region has restarted", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }]).answerReads(10);
    const bad = { streamId: NOW, seq: 2 as Seq };
    uplink.hear({ kind: "refusal", refusal: { code: "bad_batch", message: "not zstd", batch: bad } });
    expect(uplink.reports[0]).toMatchObject({ kind: "quarantined", seq: 2, reason: "not zstd" });
    expect(uplink.greet([{ streamId: NOW, last: 3 }]).answerReads(10).sent).toEqual(["now/1", "now/3"]);
    uplink.hear({ kind: "closed", reason: "restart" }).wait(120_000);
    uplink.feed({
      kind: "streams",
      region: REGION,
      session: uplink.session,
      streams: [
        { streamId: NOW, first: 1 as Seq, last: 3 as Seq, closed: false, durable: haveOf([]), voided: haveOf([]) },
      ],
    });
    expect(uplink.hear({ ...helloAck(new Map()), bootId: "another" }).answerReads(10).sent).toContain("now/2");
  });

  test("[I31] because of a fork opens a new stream", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 3 }]).answerReads(10);
    const bad = { streamId: NOW, seq: 2 as Seq };
    uplink.hear({ kind: "refusal", refusal: { code: "fork", message: "other bytes", batch: bad } });
    expect(uplink.effects).toContainEqual(expect.objectContaining({ kind: "rotate_stream", streamId: NOW }));
    expect(uplink.reports[0]).toMatchObject({ kind: "forked" });
  });

  test("by this gateway, when an address leads to another region", () => {
    const uplink = new UplinkFixture().feed({ kind: "start" });
    uplink.feed({ kind: "streams", region: REGION, session: uplink.session, streams: [] });
    uplink.hear({ ...helloAck(new Map()), region: "us" });
    expect(uplink.reports[0]).toMatchObject({ reason: "the address of region eu leads to region us" });
  });
});

describe("marks", () => {
  test("one is under way at a time, and the next one contains everything that changed meanwhile", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 5 }]);
    expect(uplink.kinds).toContain("mark");
    uplink.nowMs += 500;
    expect(uplink.hear(ack(sets(1))).kinds).not.toContain("mark");
    expect(uplink.hear(ack(sets(1, 2))).kinds).not.toContain("mark");
    uplink.feed({ kind: "marked", region: REGION });
    const mark = uplink.effects.find((effect) => effect.kind === "mark");
    expect(mark?.claims.get(NOW)?.durable).toEqual(haveOf([1, 2] as Seq[]));
  });

  test("an acknowledged batch is marked even if the session ends at the same moment", () => {
    const uplink = new UplinkFixture().greet([{ streamId: NOW, last: 1 }]).hear(ack(sets(1)));
    expect(uplink.hear({ kind: "closed", reason: "reset" }).kinds).toContain("mark");
  });
});

describe("the allowance", () => {
  test("grows with prompt answers up to the credit", () => {
    const uplink = new UplinkFixture().greet([{ streamId: BEFORE, last: 10_000, closed: true }]);
    let most = 0;
    let durable = 0;
    for (let round = 0; round < 40; round++) {
      for (let reads = 0; reads < 4; reads++) {
        durable += uplink.answerReads(64 * 1024).sent.length;
      }
      const { link } = uplink.region;
      if (link.kind === "live") most = Math.max(most, link.queue.inFlightBytes);
      uplink.nowMs += 5;
      uplink.hear(ack(new Map([[BEFORE, haveOf(upTo(durable))]])));
      durable += uplink.sent.length;
    }
    expect(most).toBeGreaterThan(1024 * 1024);
    expect(most).toBeLessThanOrEqual(CREDIT_BYTES + 64 * 1024);
  });
});

describe("the end of an outage", () => {
  test("is reported with its batches, bytes and time", () => {
    const uplink = new UplinkFixture().greet([{ streamId: BEFORE, last: 4, closed: true }]).answerReads(100);
    uplink.nowMs += 40;
    uplink.hear(ack(new Map([[BEFORE, haveOf(upTo(4))]])));
    expect(uplink.reports).toEqual([{ kind: "drained", region: REGION, batches: 4, bytes: 400, tookMs: 40 }]);
  });
});

const CREDIT_BYTES = 8 * 1024 * 1024;

function helloAck(durable: StreamSets): Extract<SessionEvent, { kind: "hello_ack" }> {
  return {
    kind: "hello_ack",
    region: REGION satisfies RegionId,
    storeId: "store",
    bootId: "boot",
    durable,
    replicated: new Map(),
    creditBytes: CREDIT_BYTES,
    minCopies: 1,
    regions: [],
  };
}

function ack(durable: StreamSets): SessionEvent {
  return { kind: "ack", durable, replicated: new Map(), creditBytes: CREDIT_BYTES };
}

function sets(...seqs: number[]): StreamSets {
  return new Map([[NOW, haveOf(seqs as Seq[])]]);
}

function upTo(last: number): Seq[] {
  return Array.from({ length: last }, (_, index) => (index + 1) as Seq);
}

function batch(streamId: StreamId, seq: Seq, length: number): SealedBatch {
  return { streamId, seq, bytes: new Uint8Array(length), sha256: new Uint8Array(32) };
}
