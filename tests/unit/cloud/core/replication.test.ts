import { describe, expect, test } from "vitest";
import type { ReplicationEffect, ReplicationEvent } from "../../../../cloud/core/replication-events.ts";
import {
  initialReplication,
  isHeldEverywhere,
  peerStatus,
  replicatedIn,
  stepReplication,
} from "../../../../cloud/core/replication.ts";
import type { ReplicationState } from "../../../../cloud/core/replication.ts";
import { EMPTY_HAVE, haveOf } from "../../../../proto/core/have.ts";
import type { Have } from "../../../../proto/core/have.ts";
import { regionId, toSeq } from "../../../../proto/core/ids.ts";
import type { RegionId } from "../../../../proto/core/ids.ts";
import type { Member } from "../../../../proto/core/member.ts";
import type { SenderFrame, ReceiverFrame, WireLife } from "../../../../proto/wire/peer-messages.ts";
import { sealed, testStream } from "../../../support/sealed.ts";

const A = testStream(1);
const [EU, US, AP] = ["eu", "us", "ap"].map(regionId) as [RegionId, RegionId, RegionId];
const id = (fill: number): Uint8Array => new Uint8Array(16).fill(fill);
const upTo = (last: number): Have => ({ prefix: last, islands: [] });

/** The replication of `eu`. The test plays its peers. */
class Trial {
  state: ReplicationState;
  nowMs = 0;
  effects: readonly ReplicationEffect[] = [];

  constructor(own: Have = EMPTY_HAVE) {
    this.state = initialReplication(
      {
        self: {
          protocol: 1,
          region: EU,
          storeId: id(1),
          bootId: id(2),
          isPeer: (name) => name === "us" || name === "ap",
          authorized: (token) => token === "secret",
        },
        members: [EU, US, AP].map((region) => member(region)),
        minCopies: 2,
      },
      own === EMPTY_HAVE ? [] : [{ streamId: A, have: own, gateway: "plant-7", hashSum: 77 }],
      0,
    );
  }

  feed(event: ReplicationEvent): readonly ReplicationEffect[] {
    const { state, effects } = stepReplication(this.state, event, this.nowMs, 0.5);
    this.state = state;
    this.effects = effects;
    return effects;
  }

  /** Time passes, a tick at a time, as in production. */
  pass(ms: number): readonly ReplicationEffect[] {
    const all: ReplicationEffect[] = [];
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs += 100;
      all.push(...this.feed({ kind: "tick" }));
    }
    return all;
  }

  /** Time passes, and the peers send heartbeats. */
  live(
    ms: number,
    links: { senders?: readonly number[]; receivers?: readonly RegionId[] },
  ): readonly ReplicationEffect[] {
    const all: ReplicationEffect[] = [];
    for (let passed = 0; passed < ms; passed += 1000) {
      all.push(...this.pass(1000));
      for (const link of links.senders ?? []) all.push(...this.sender(link, { kind: "held", streams: [] }));
      for (const peer of links.receivers ?? []) this.receiver(peer, { kind: "holds", streams: [], complete: false });
    }
    return all;
  }

  /** A link that this region dialled. The peer welcomes it and claims this set. */
  connected(peer: RegionId, holds: Have, session = 1): this {
    this.feed({ kind: "tick" });
    this.receiver(
      peer,
      { kind: "welcome", protocol: 1, region: peer, storeId: id(7), bootId: id(8), creditBytes: 2_000_000 },
      session,
    );
    return this.receiver(peer, { kind: "holds", streams: [{ streamId: A, have: holds }], complete: true }, session);
  }

  receiver(peer: RegionId, frame: ReceiverFrame, session = 1): this {
    this.feed({ kind: "frame", peer, session, frame });
    return this;
  }

  /** A link that a peer dialled. */
  greeted(link: number, region: string, offers?: Have): this {
    this.feed({ kind: "incoming_opened", link });
    this.sender(link, hello({ region }));
    if (offers !== undefined) this.sender(link, { kind: "held", streams: [{ streamId: A, have: offers }] });
    return this;
  }

  sender(link: number, frame: SenderFrame): readonly ReplicationEffect[] {
    return this.feed({ kind: "incoming_frame", link, frame });
  }

  get wants(): string[] {
    return wantsIn(this.effects);
  }

  get answers(): ReceiverFrame[] {
    return this.effects.flatMap((effect) => (effect.kind === "answer" ? [effect.frame] : []));
  }
}

function member(region: string, state: Member["state"] = "member"): Member {
  return { region, state, url: `http://${region}:7443`, gatewayUrl: `http://${region}:443` };
}

function wantsIn(effects: readonly ReplicationEffect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === "answer" && effect.frame.kind === "want"
      ? effect.frame.ranges.map(({ first, last }) => `${effect.link}: ${first}-${last}`)
      : [],
  );
}

function hello(change: Partial<Extract<SenderFrame, { kind: "hello" }>> = {}): SenderFrame {
  return {
    kind: "hello",
    protocol: 1,
    region: "us",
    storeId: id(3),
    bootId: id(4),
    software: "test",
    token: "secret",
    ...change,
  };
}

describe("[I22] what is replicated", () => {
  test("is what enough regions claim", () => {
    const trial = new Trial(upTo(5)).connected(US, upTo(3));
    expect(replicatedIn(trial.state, A)).toEqual(upTo(3));
    trial.connected(AP, haveOf([5]));
    expect(replicatedIn(trial.state, A)).toEqual(haveOf([1, 2, 3, 5]));
  });

  test("stays while a peer is out of reach, and shrinks when the peer comes back with less", () => {
    const trial = new Trial(upTo(5)).connected(US, upTo(5));
    trial.feed({ kind: "closed", peer: US, session: 1, reason: "gone" });
    expect(replicatedIn(trial.state, A)).toEqual(upTo(5));
    trial.pass(1000);
    const notified = trial.connected(US, upTo(2), 2).effects.find((effect) => effect.kind === "replicated");
    expect(replicatedIn(trial.state, A)).toEqual(upTo(2));
    expect(notified).toMatchObject({ sets: [{ streamId: A, have: upTo(2), gateway: "plant-7" }] });
  });

  test("never counts late frames of an earlier connection", () => {
    const trial = new Trial(upTo(5)).connected(US, upTo(1));
    trial.feed({ kind: "closed", peer: US, session: 1, reason: "gone" });
    trial.receiver(US, { kind: "holds", streams: [{ streamId: A, have: upTo(5) }], complete: false });
    expect(replicatedIn(trial.state, A)).toEqual(upTo(1));
  });
});

describe("what this region commits", () => {
  const batch = sealed(A, 6, {});
  const commit: ReplicationEvent = {
    kind: "committed",
    sets: [{ streamId: A, have: upTo(6), gateway: "plant-7", hashSum: 78 }],
    fresh: [batch],
    settled: [],
  };

  test("goes to every connected peer at once", () => {
    const trial = new Trial(upTo(5)).connected(US, upTo(5)).connected(AP, upTo(5));
    const given = trial.feed(commit).filter((effect) => effect.kind === "send");
    expect(given.map(({ peer, frame }) => [peer, frame.kind])).toEqual([
      [US, "batch"],
      [AP, "batch"],
    ]);
  });

  test("[I10] is found by the comparison of sets when the first copy was lost", () => {
    const trial = new Trial(upTo(5)).connected(US, upTo(5));
    trial.pass(200);
    trial.feed(commit);
    const sent = trial
      .live(6000, { receivers: [US] })
      .flatMap((effect) => (effect.kind === "send" && effect.frame.kind === "held" ? effect.frame.streams : []));
    expect(sent).toEqual([{ streamId: A, have: upTo(6), hashSum: 78 }]);
  });
});

test("a batch that the peer claimed before it was committed here is not behind", () => {
  const trial = new Trial(upTo(5)).connected(US, upTo(6));
  trial.nowMs += 300;
  trial.feed({
    kind: "committed",
    sets: [{ streamId: A, have: upTo(6), gateway: "plant-7", hashSum: 78 }],
    fresh: [sealed(A, 6, {})],
    settled: [],
  });
  trial.nowMs += 200;
  trial.receiver(US, { kind: "holds", streams: [], complete: false });
  expect(trial.effects).toContainEqual({ kind: "delays", peer: US, delaysMs: [200] });
  expect(peerStatus(trial.state, trial.nowMs)[0]).toMatchObject({ peer: US, behindBatches: 0, behindMs: null });
});

describe("what a peer offers", () => {
  test("[I10] is requested if this region lacks it: from one peer at a time, and from another one when it does not arrive", () => {
    const trial = new Trial(upTo(3)).greeted(1, "us", upTo(6));
    expect(trial.wants).toEqual(["1: 4-6"]);
    trial.greeted(2, "ap", upTo(8));
    expect(trial.wants).toEqual(["2: 7-8"]);
    // The first link ends before it has sent anything.
    trial.feed({ kind: "incoming_lost", link: 1 });
    const asked = wantsIn(trial.live(1000, { senders: [2] }));
    expect(asked).toEqual(["2: 4-6"]);
    // Late batches are requested again.
    expect(wantsIn(trial.live(12_000, { senders: [2] }))).toEqual(["2: 7-8", "2: 4-6"]);
  });

  test("is not requested again if the batch is broken", () => {
    const trial = new Trial().greeted(1, "us", upTo(1));
    const { streamId, seq, bytes } = sealed(A, 1, {});
    const refusal = { code: "bad_batch", message: "its hash is another one" };
    trial.feed({
      kind: "committed",
      sets: [],
      fresh: [],
      settled: [{ link: 1, streamId, seq, bytes: bytes.length, refusal }],
    });
    expect(trial.answers).toMatchObject([{ kind: "refusal", batch: { streamId, seq } }]);
    expect(trial.wants).toEqual([]);
  });

  test("[I12] comes as a snapshot, part by part, if the peer has only the records, and then joins the set", () => {
    const trial = new Trial().greeted(1, "us", upTo(9));
    const [nothing, place] = [new Uint8Array(0), Buffer.from("place")];
    trial.sender(1, { kind: "pruned", streamId: A, ranges: [{ first: 1, last: 4 }] });
    expect(trial.answers.at(-1)).toEqual({ kind: "want_snapshot", after: nothing });
    // There is one snapshot at a time.
    trial.sender(1, { kind: "pruned", streamId: A, ranges: [{ first: 5, last: 5 }] });
    expect(trial.answers.filter(({ kind }) => kind === "want_snapshot")).toEqual([]);

    const part = { kind: "snapshot_part", body: Buffer.from("1"), after: nothing, next: place } as const;
    expect(trial.sender(1, part)).toContainEqual({ kind: "merge", link: 1, body: part.body, first: true });
    trial.feed({ kind: "merged", link: 1, refusal: null });
    expect(trial.answers.at(-1)).toEqual({ kind: "want_snapshot", after: place });
    // An answer without a request changes nothing.
    expect(trial.sender(1, part)).toEqual([]);
    const last = { kind: "snapshot_part", body: Buffer.from("2"), after: place, next: nothing } as const;
    expect(trial.sender(1, last)).toContainEqual({ kind: "merge", link: 1, body: last.body, first: false });
    expect(trial.feed({ kind: "merged", link: 1, refusal: null })).toEqual([{ kind: "join" }]);
    const sets = [{ streamId: A, gateway: "plant-7", have: upTo(4), hashSum: 4 }];
    expect(trial.feed({ kind: "joined", sets, more: true })).toContainEqual({ kind: "join" });
    expect(trial.answers).toContainEqual(expect.objectContaining({ kind: "holds", streams: sets }));
    expect(trial.feed({ kind: "joined", sets: [], more: false })).toContainEqual({
      kind: "report",
      report: { kind: "snapshot_taken", peer: US, parts: 2 },
    });
  });

  test("[I12] ends the link if it is a snapshot that cannot be read, and another peer is asked", () => {
    const trial = new Trial().greeted(1, "us", upTo(9));
    trial.sender(1, { kind: "pruned", streamId: A, ranges: [{ first: 1, last: 4 }] });
    const nothing = new Uint8Array(0);
    trial.sender(1, { kind: "snapshot_part", body: Buffer.from("1"), after: nothing, next: nothing });
    const effects = trial.feed({ kind: "merged", link: 1, refusal: "not a snapshot" });
    expect(effects).toContainEqual({ kind: "end", link: 1 });
    trial.greeted(2, "ap", upTo(9));
    trial.sender(2, { kind: "pruned", streamId: A, ranges: [{ first: 1, last: 4 }] });
    expect(trial.answers.at(-1)).toEqual({ kind: "want_snapshot", after: nothing });
  });
});

describe("what a peer wants", () => {
  test("is read on without a second request after a read that stopped at its size", () => {
    const trial = new Trial(upTo(9)).connected(US, upTo(4));
    trial.receiver(US, { kind: "want", streamId: A, ranges: [{ first: 5, last: 9 }] });
    expect(trial.effects).toContainEqual(expect.objectContaining({ kind: "read", seqs: [9, 8, 7, 6, 5] }));
    const batches = [9, 8].map((at) => sealed(A, at, {}));
    const effects = trial.feed({ kind: "read", peer: US, session: 1, batches, pruned: null });
    expect(effects.filter(({ kind }) => kind === "send")).toHaveLength(2);
    expect(effects).toContainEqual(expect.objectContaining({ kind: "read", seqs: [7, 6, 5] }));
    // None of these batches still has its bytes.
    expect(trial.feed({ kind: "read", peer: US, session: 1, batches: [], pruned: null })).toEqual([]);
  });
});

describe("[I14] a fork whose other side is in another region", () => {
  const held = (hashSum: number, have = upTo(5)): SenderFrame => ({
    kind: "held",
    streams: [{ streamId: A, have, hashSum }],
  });

  test("is found when sets are equal and hashes are not, and the missing side is requested", () => {
    const trial = new Trial(upTo(5)).greeted(1, "us");
    trial.sender(1, held(78));
    expect(trial.answers).toEqual([{ kind: "want_hashes", streamId: A, after: 0 }]);
    const hashes = [
      { seq: toSeq(1), hash48: 10 },
      { seq: toSeq(2), hash48: 68 },
    ];
    const effects = trial.sender(1, { kind: "hashes", streamId: A, hashes, more: true });
    expect(effects).toContainEqual({ kind: "compare_hashes", link: 1, streamId: A, hashes });
    expect(trial.answers).toEqual([{ kind: "want_hashes", streamId: A, after: 2 }]);
    trial.feed({ kind: "lacked", link: 1, streamId: A, seqs: [toSeq(2)] });
    const ranges = [{ first: 2, last: 2 }];
    expect(trial.answers).toEqual([{ kind: "want", streamId: A, ranges, variants: true }]);
  });

  test("is not looked for when sets differ, or when hashes agree, or twice at a time", () => {
    const trial = new Trial(upTo(5)).greeted(1, "us");
    for (const frame of [held(77), held(78, upTo(4))]) {
      trial.sender(1, frame);
      expect(trial.answers.filter(({ kind }) => kind === "want_hashes")).toEqual([]);
    }
    trial.sender(1, held(78));
    trial.sender(1, held(79));
    expect(trial.answers).toEqual([]);
  });

  test("is sent also to a peer that claims the batch", () => {
    const trial = new Trial(upTo(5)).connected(US, upTo(5));
    trial.receiver(US, { kind: "want_hashes", streamId: A, after: 0 });
    expect(trial.effects).toContainEqual({ kind: "hash", peer: US, session: 1, streamId: A, after: 0 });
    trial.receiver(US, { kind: "want", streamId: A, ranges: [{ first: 2, last: 2 }], variants: true });
    expect(trial.effects).toContainEqual(expect.objectContaining({ kind: "read", peer: US, seqs: [2] }));
  });
});

describe("the list of regions changes", () => {
  test("the copies of a joining region do not count, and it is reported when it has everything", () => {
    const trial = new Trial(upTo(5));
    trial.feed({ kind: "members", members: [member("eu"), member("us", "joining"), member("ap")] });
    trial.connected(US, upTo(3));
    expect(replicatedIn(trial.state, A)).toEqual(EMPTY_HAVE);
    expect(trial.live(6000, { receivers: [US] }).filter(({ kind }) => kind === "has_everything")).toEqual([]);
    trial.receiver(US, { kind: "holds", streams: [{ streamId: A, have: upTo(5) }], complete: false });
    expect(trial.live(6000, { receivers: [US] })).toContainEqual({
      kind: "has_everything",
      member: member("us", "joining"),
    });
    trial.feed({ kind: "members", members: [member("eu"), member("us"), member("ap")] });
    expect(replicatedIn(trial.state, A)).toEqual(upTo(5));
  });

  test("[I11] the links of a lost region end, its copies do not count, and nothing waits for it", () => {
    const trial = new Trial(upTo(5)).connected(US, upTo(5)).greeted(9, "us");
    expect(replicatedIn(trial.state, A)).toEqual(upTo(5));
    expect(isHeldEverywhere(trial.state, A, toSeq(5))).toBe(false);
    const effects = trial.feed({ kind: "members", members: [member("eu"), member("us", "lost")] });
    expect(effects).toContainEqual(expect.objectContaining({ kind: "hang_up", peer: US }));
    expect(effects).toContainEqual({ kind: "end", link: 9 });
    expect(replicatedIn(trial.state, A)).toEqual(EMPTY_HAVE);
    expect(isHeldEverywhere(trial.state, A, toSeq(5))).toBe(true);
    expect(trial.pass(20_000).filter(({ kind }) => kind === "dial")).toEqual([]);
  });
});

describe("a link is refused with the reason", () => {
  test.each<[string, SenderFrame, string]>([
    ["another protocol", hello({ protocol: 2 }), "us speaks protocol 2, eu speaks 1"],
    ["an invalid name", hello({ region: "" }), "not a region name"],
    ["an unknown region", hello({ region: "mars" }), "mars is no peer of eu"],
    ["the wrong token", hello({ token: "guess" }), "did not present the token"],
    ["a copy of this region's database", hello({ storeId: id(1) }), "a copy of the database of eu"],
    ["no Hello", { kind: "held", streams: [] }, "the first frame must be Hello"],
  ])("to %s", (_, frame, reason) => {
    const trial = new Trial();
    trial.feed({ kind: "incoming_opened", link: 1 });
    trial.sender(1, frame);
    expect(trial.answers).toMatchObject([{ kind: "refusal", message: expect.stringContaining(reason) as string }]);
    expect(trial.effects.at(-1)).toMatchObject({ kind: "end", link: 1 });
    expect(trial.sender(1, hello())).toEqual([]);
  });

  test("to a peer that sends bytes that are not a frame, and to one that sends nothing", () => {
    const trial = new Trial().greeted(1, "us");
    trial.feed({ kind: "incoming_bad_frame", link: 1, message: "not a stream id" });
    expect(trial.answers).toMatchObject([{ kind: "refusal", code: "protocol" }]);
    trial.feed({ kind: "incoming_opened", link: 2 });
    expect(trial.pass(6000)).toContainEqual({ kind: "end", link: 2 });
  });

  test("to the older of two links of one region", () => {
    const trial = new Trial().greeted(1, "us").greeted(2, "us");
    expect(trial.effects).toContainEqual({ kind: "end", link: 1 });
  });

  test("to a peer that falls silent, so that it dials again", () => {
    const trial = new Trial().greeted(1, "us");
    expect(trial.pass(3500)).toContainEqual({ kind: "end", link: 1 });
  });
});

describe("[I38] which gateways are connected", () => {
  const life: WireLife = { gateway: "plant-7", life: A, address: "10.0.0.7:1", firstMs: 5, state: "connected" };
  const told = (effects: readonly ReplicationEffect[]): unknown[] =>
    effects.flatMap((effect) =>
      effect.kind === "send" && effect.frame.kind === "held" && effect.frame.lives !== undefined
        ? [effect.frame.lives]
        : [],
    );

  test("is told to a peer as a whole after the welcome, and then when it changes", () => {
    const trial = new Trial();
    trial.feed({ kind: "life", life: { ...life, state: "alive" } });
    trial.connected(US, EMPTY_HAVE);
    expect(told(trial.pass(200))).toEqual([{ restart: true, changes: [life] }]);
    trial.feed({ kind: "life", life: { ...life, state: "gone" } });
    expect(told(trial.pass(200))).toEqual([{ restart: false, changes: [{ ...life, state: "gone" }] }]);
    expect(told(trial.live(20_000, { receivers: [US] }))).toEqual([]);
  });

  test("is passed on, and void when the link of the peer ends", () => {
    const trial = new Trial().greeted(1, "us");
    const lives = { restart: true, changes: [life] };
    expect(trial.sender(1, { kind: "held", streams: [], lives })).toContainEqual({ kind: "lives", peer: US, ...lives });
    expect(trial.feed({ kind: "incoming_lost", link: 1 })).toContainEqual({
      kind: "lives",
      peer: US,
      restart: true,
      changes: [],
    });
  });
});

test("a peer that accepts and does not answer is given up after five seconds and dialled again", () => {
  const trial = new Trial();
  const effects = trial.pass(7000).filter((effect) => "peer" in effect && effect.peer === US);
  expect(effects.map(({ kind }) => kind)).toEqual(["dial", "hang_up", "dial"]);
});
