import { describe, expect, test } from "vitest";
import { initialUplink, stepUplink } from "../../../../../edge/core/uplink/uplink.ts";
import type { UplinkEffect, UplinkEvent } from "../../../../../edge/core/uplink/uplink-events.ts";
import { UPLINK } from "../../../../../edge/core/uplink/uplink-state.ts";
import type { UplinkState } from "../../../../../edge/core/uplink/uplink-state.ts";
import type { SessionEvent, StreamSets } from "../../../../../edge/core/uplink/session.ts";
import { haveOf } from "../../../../../proto/core/have.ts";
import { regionId, toSeq } from "../../../../../proto/core/ids.ts";
import type { RegionId } from "../../../../../proto/core/ids.ts";
import { sealed, testStream } from "../../../../support/sealed.ts";

const STREAM = testStream(1);
const [EU, US, AP] = ["eu", "us", "ap"].map(regionId) as [RegionId, RegionId, RegionId];
const NONE: StreamSets = new Map();

/** Drives the reducer: the test plays the regions. */
class UplinkFixture {
  state: UplinkState;
  nowMs = 0;
  effects: readonly UplinkEffect[] = [];

  constructor(...regions: readonly RegionId[]) {
    this.state = initialUplink(regions, 0, { returnMs: 300_000 });
    this.feed({ kind: "start" });
  }

  feed(event: UplinkEvent): this {
    const { state, effects } = stepUplink(this.state, event, this.nowMs, 0.5);
    this.state = state;
    this.effects = effects;
    return this;
  }

  get roles(): string {
    return [...this.state.regions.values()]
      .map(({ region, link }) => `${region} ${region === this.state.active ? "active" : link.kind}`)
      .join(", ");
  }

  sessionOf(region: RegionId): number {
    const link = this.state.regions.get(region)?.link;
    if (link === undefined || !("session" in link)) throw new Error(`${region} has no session`);
    return link.session;
  }

  /** The outbox and the region answer: the region claims these sets. */
  greeted(
    region: RegionId,
    durable: StreamSets = NONE,
    more: Partial<Extract<SessionEvent, { kind: "hello_ack" }>> = {},
  ): this {
    const streams = [...this.state.streams.values()];
    this.feed({ kind: "streams", region, session: this.sessionOf(region), streams });
    const ids = { storeId: region, bootId: region };
    return this.heard(region, {
      kind: "hello_ack",
      region,
      ...ids,
      durable,
      replicated: NONE,
      creditBytes: 1e6,
      minCopies: 2,
      regions: [],
      ...more,
    });
  }

  heard(region: RegionId, event: SessionEvent): this {
    return this.feed({ kind: "session", region, session: this.sessionOf(region), event });
  }

  /** Time passes, and the live regions send acknowledgements. */
  pass(ms: number): readonly UplinkEffect[] {
    const all: UplinkEffect[] = [];
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs += 1000;
      for (const { region, link } of this.state.regions.values()) {
        if (link.kind !== "live") continue;
        const ack = { kind: "ack", durable: NONE, replicated: NONE, creditBytes: 1e6 } as const;
        all.push(...this.heard(region, ack).effects);
      }
    }
    return all;
  }

  /** Answers every read; @returns which batches were sent where. */
  sentTo(region: RegionId): readonly number[] {
    const sent: number[] = [];
    for (let effects = this.effects; effects.length > 0;) {
      const next: UplinkEffect[] = [];
      for (const effect of effects) {
        if (effect.kind === "send" && effect.region === region) sent.push(...effect.batches.map((batch) => batch.seq));
        if (effect.kind !== "read_batches") continue;
        const batches = effect.seqs.map((at) => sealed(effect.streamId, at, {}));
        const { session, read } = effect;
        next.push(...this.feed({ kind: "batches", region: effect.region, session, read, batches }).effects);
      }
      effects = next;
    }
    return sent;
  }

  /** The first timer that the uplink asked for, and its region. */
  nextTimer(): readonly [atMs: number, region: RegionId] {
    const timers = [...this.state.regions.values()].map(({ timerAtMs, region }) => [timerAtMs, region] as const);
    return timers.reduce((first, one) => (one[0] < first[0] ? one : first));
  }

  sealed(...seqs: readonly number[]): this {
    return this.feed({ kind: "sealed", streamId: STREAM, firstSeq: toSeq(seqs[0]!), lastSeq: toSeq(seqs.at(-1)!) });
  }
}

const upTo = (last: number): StreamSets => new Map([[STREAM, haveOf(Array.from({ length: last }, (_, i) => i + 1))]]);
const ack = (durable: StreamSets): SessionEvent => ({ kind: "ack", durable, replicated: NONE, creditBytes: 1e6 });

describe("learned regions", () => {
  const regions = [
    { name: "eu", url: "http://eu:1" },
    { name: "ap", url: "http://ap:1" },
  ];

  test("come from a greeting, and rank after the configured regions", () => {
    const uplink = new UplinkFixture(EU, US).greeted(EU, NONE, { regions });
    expect(uplink.effects).toContainEqual({ kind: "learn", region: EU, regions });
    uplink.feed({ kind: "learned", regions: [AP] });
    expect(uplink.roles).toBe("eu active, us listing, ap idle");
    // Both configured regions are lost: the learned one takes the batches.
    uplink.greeted(US).sealed(1, 2, 3);
    uplink.heard(EU, { kind: "closed", reason: "gone" }).heard(US, { kind: "closed", reason: "gone" });
    uplink.greeted(AP);
    expect(uplink.roles).toBe("eu waiting, us waiting, ap active");
    expect(uplink.sentTo(AP)).toEqual([1, 2, 3]);
  });

  test("are disconnected when no region lists them any more, also while they are active", () => {
    const uplink = new UplinkFixture(EU)
      .greeted(EU)
      .feed({ kind: "learned", regions: [AP] })
      .greeted(AP);
    uplink.heard(EU, { kind: "closed", reason: "gone" });
    expect(uplink.roles).toBe("eu waiting, ap active");
    const session = uplink.sessionOf(AP);
    uplink.feed({ kind: "learned", regions: [] });
    expect(uplink.effects).toContainEqual({ kind: "close_session", region: AP, session });
    expect(uplink.roles).toBe("eu waiting");
  });
});

describe("[I25] batches that are durable in only one region go to a second one", () => {
  const connected = (): UplinkFixture => {
    const uplink = new UplinkFixture(EU, US).greeted(EU).greeted(US).sealed(1, 2, 3);
    uplink.sentTo(EU);
    return uplink.heard(EU, ack(upTo(3)));
  };

  test("after thirty seconds", () => {
    const uplink = connected();
    expect(uplink.pass(25_000).filter(({ kind }) => kind === "read_batches")).toEqual([]);
    const reads = uplink.pass(20_000).filter((effect) => effect.kind === "read_batches");
    expect(reads.map(({ region, seqs }) => [region, seqs])).toEqual([[US, [1, 2, 3]]]);
  });

  test("at once when the disk is nearly full, and both acknowledgements count", () => {
    const uplink = connected().feed({ kind: "disk_pressure", forceDualSend: true });
    expect(uplink.effects).toContainEqual({ kind: "report", report: { kind: "dual_send", region: US, batches: 3 } });
    expect(uplink.sentTo(US)).toEqual([1, 2, 3]);
    uplink.nowMs += 1000;
    uplink.heard(US, ack(upTo(3)));
    const marks = [...uplink.effects, ...uplink.pass(2000)].filter((effect) => effect.kind === "mark");
    expect(marks.at(-1)?.claims.get(STREAM)?.replicated).toEqual(haveOf([1, 2, 3]));
    // While the disk stays full, new batches go to the second region within a second.
    uplink.sealed(4);
    uplink.sentTo(EU);
    uplink.heard(EU, ack(upTo(4)));
    const reads = uplink.pass(2000).filter((effect) => effect.kind === "read_batches");
    expect(reads.map(({ region, seqs }) => [region, seqs])).toEqual([[US, [4]]]);
  });
});

describe("[I9] the standby takes over", () => {
  const underway = (): UplinkFixture => {
    const uplink = new UplinkFixture(EU, US).greeted(EU).greeted(US).sealed(1, 2, 3);
    expect(uplink.sentTo(EU)).toEqual([1, 2, 3]);
    return uplink;
  };

  test("in the step that learns of the end of the connection, and is sent what the lost region did not acknowledge", () => {
    const uplink = underway().heard(EU, ack(upTo(1)));
    uplink.heard(EU, { kind: "closed", reason: "killed" });
    expect(uplink.roles).toBe("eu waiting, us active");
    expect(uplink.sentTo(US)).toEqual(expect.arrayContaining([2, 3]));
    expect(uplink.nowMs).toBe(0);
  });

  test("when the active region is silent for 3 s, even if nothing happens but the gateway's own timers", () => {
    const uplink = underway();
    const silentSinceMs = uplink.nowMs;
    // The standby answers each second. The active region is frozen: its connection stays open, and nothing comes.
    for (let nextAckMs = 1_000; uplink.state.active === EU;) {
      const [timerMs, region] = uplink.nextTimer();
      uplink.nowMs = Math.min(timerMs, nextAckMs);
      if (timerMs <= nextAckMs) uplink.feed({ kind: "timer", region });
      else uplink.heard(US, ack(NONE));
      if (uplink.nowMs === nextAckMs) nextAckMs += 1_000;
    }
    expect(uplink.nowMs - silentSinceMs).toBe(UPLINK.silentMs);
    expect(UPLINK.silentMs).toBe(3_000);
    expect(uplink.roles).toBe("eu waiting, us active");
    expect(uplink.sentTo(US)).toEqual([1, 2, 3]);
  });
});

test("[I6] a mark that ends while its region is idle does not hold up the marks of the next session", () => {
  const uplink = new UplinkFixture(EU, US, AP).sealed(1, 2, 3);
  uplink.greeted(EU);
  // US is lost, so AP is the standby for now; its claims are being marked when US comes back and AP becomes idle.
  uplink.greeted(US).heard(US, { kind: "closed", reason: "gone" });
  uplink.greeted(AP);
  expect(uplink.effects.filter(({ kind }) => kind === "mark")).toHaveLength(1);
  uplink.nowMs += 10_000;
  uplink.feed({ kind: "timer", region: US }).greeted(US);
  expect(uplink.roles).toBe("eu active, us live, ap idle");
  uplink.feed({ kind: "marked", region: AP });

  uplink.heard(US, { kind: "closed", reason: "gone" });
  uplink.greeted(AP, upTo(3));
  const marks = [...uplink.effects, ...uplink.pass(2000)].filter(({ kind }) => kind === "mark");
  expect(marks.map((effect) => "region" in effect && effect.region)).toContain(AP);
});
