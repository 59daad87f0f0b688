import { backoffMs } from "../../../proto/core/backoff.ts";
import {
  difference,
  EMPTY_HAVE,
  equalHave,
  heldByAtLeast,
  intersection,
  isEmpty,
  missing,
  union,
} from "../../../proto/core/have.ts";
import type { Have } from "../../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../../proto/core/ids.ts";
import type { Refusal, SessionEvent, SessionHello } from "../../uplink/session.ts";
import {
  acknowledged,
  arrived,
  asked,
  backlogGone,
  EMPTY_QUEUE,
  loaded,
  nextRead,
  READ_BYTES,
  toReadCount,
  withToRead,
} from "./send-queue.ts";
import type { SendQueue, InFlight } from "./send-queue.ts";
import { allowance, patience } from "./link-pace.ts";
import { activeRegionOf, wantedRegions } from "./region-roles.ts";
import type { RegionCondition } from "./region-roles.ts";
import { seqCount } from "./seq-ranges.ts";
import { claimOf, claimOn, holds, idleRegion, NOTHING, quarantined, UPLINK } from "./uplink-state.ts";
import type {
  Circuit,
  Claim,
  HeldStream,
  Link,
  LiveLink,
  RegionState,
  UplinkEffect,
  UplinkEvent,
  UplinkReport,
  UplinkState,
} from "./uplink-state.ts";

/**
 * Decides how sealed batches get to the regions: when to connect, what each region lacks, what goes next, when a
 * connection is dead. It is one pure function, `step`: time and randomness come in, effects go out, so that every
 * history can be replayed.
 *
 *     waiting --timer--> listing --streams--> opening --helloAck--> live --closed / silent / not durable--> waiting
 *
 * Promises:
 * - Every batch on disk reaches the region, however often connections, the region or its memory are lost: what to send
 *   is computed anew at each greeting from what the region says it holds *then*. An earlier claim counts for nothing,
 *   because a region restored from a backup must be able to lose credit.
 * - Nothing is marked durable beyond what the region said on the connection it was said on.
 * - Unacknowledged bytes never exceed the region's credit by more than one batch.
 * - It never waits without an end: each state has a deadline or an owner that must answer.
 */
export type UplinkStep = { readonly state: UplinkState; readonly effects: readonly UplinkEffect[] };

/** @param options.returnMs how long a more preferred region must be live before batches return to it. */
export function uplink(
  regions: readonly RegionId[],
  nowMs: number,
  options: { readonly returnMs: number },
): UplinkState {
  return {
    phase: "new",
    active: undefined,
    lastActive: undefined,
    minCopies: Infinity,
    dual: { snapshots: [], nextAtMs: nowMs, forced: false, sentBatches: 0, activeMs: 0 },
    returnMs: options.returnMs,
    configured: regions,
    streams: new Map(),
    regions: new Map(regions.map((region) => [region, idleRegion(region, nowMs)])),
    lastNumber: 0,
    meanBatchBytes: EMPTY_QUEUE.meanBatchBytes,
  };
}

/**
 * @param nowMs a monotonic clock
 * @param random one draw from [0, 1)
 */
export function step(state: UplinkState, event: UplinkEvent, nowMs: number, random: number): UplinkStep {
  const turn = new Turn(state, nowMs, random);
  switch (event.kind) {
    case "start":
      turn.start();
      break;
    case "hurry":
      for (const region of state.regions.values()) {
        const refused = region.circuit.kind === "open" && region.circuit.cause === "refused";
        if (region.link.kind === "waiting" && !refused) turn.list(region);
      }
      break;
    case "stop":
      turn.stop();
      break;
    case "sealed":
      turn.sealed(event);
      break;
    case "learned":
      turn.learned(event.regions);
      break;
    case "pressure":
      turn.pressure(event.forceDualSend);
      break;
    default: {
      const region = state.regions.get(event.region);
      if (region !== undefined) turn.regional(region, event);
    }
  }
  return turn.result();
}

/** One call of `step` under way: the new state as far as it is known, and the effects in their order. */
class Turn {
  readonly #nowMs: number;
  readonly #random: number;
  readonly #effects: UplinkEffect[] = [];
  #state: UplinkState;

  constructor(state: UplinkState, nowMs: number, random: number) {
    this.#state = state;
    this.#nowMs = nowMs;
    this.#random = random;
  }

  result(): UplinkStep {
    this.#balance();
    return { state: this.#state, effects: this.#effects };
  }

  regional(region: RegionState, event: Extract<UplinkEvent, { readonly region: RegionId }>): void {
    const { link } = region;
    if (link.kind === "stopped") return;
    if (event.kind === "timer") return this.#rung(region);
    if (link.kind === "idle") return;
    if (event.kind === "marked") return this.#settle({ ...region, marks: { ...region.marks, underWay: false } });
    if (link.kind === "waiting" || event.session !== link.session) return;
    switch (event.kind) {
      case "streams":
        if (link.kind === "listing") this.#open(region, link.session, event.streams);
        return;
      case "batches":
        if (link.kind === "live")
          this.#pump(region, { ...link, queue: arrived(link.queue, event.read, event.batches) });
        return;
      case "unread":
        return this.#lose(region, event.reason);
      case "full":
        if (link.kind === "live") this.#settle({ ...region, link: { ...link, writable: false } });
        return;
      case "session":
        return this.#heard(region, event.event);
    }
  }

  /** The outbox is asked first, so that the Hello tells what is on disk now. */
  list(region: RegionState): void {
    const session = this.#number();
    this.#effects.push({ kind: "listStreams", region: region.region, session });
    this.#settle({ ...region, link: { kind: "listing", session } });
  }

  /** Regions that are known no more are left; those that are new are there when they are needed. */
  learned(regions: readonly RegionId[]): void {
    const { configured } = this.#state;
    const wanted = [...configured, ...regions.filter((region) => !configured.includes(region))];
    for (const region of this.#state.regions.values()) {
      if (wanted.includes(region.region)) continue;
      this.#close(region);
      this.#put({ ...this.#withAllMarked(region), link: { kind: "stopped" } });
    }
    const known = this.#state.regions;
    const { active } = this.#state;
    this.#state = {
      ...this.#state,
      active: active !== undefined && wanted.includes(active) ? active : undefined,
      regions: new Map(wanted.map((region) => [region, known.get(region) ?? idleRegion(region, this.#nowMs)])),
    };
  }

  pressure(forced: boolean): void {
    const { dual } = this.#state;
    this.#state = { ...this.#state, dual: { ...dual, forced, nextAtMs: forced ? this.#nowMs : dual.nextAtMs } };
  }

  start(): void {
    if (this.#state.phase === "new") this.#state = { ...this.#state, phase: "running" };
  }

  stop(): void {
    this.#state = { ...this.#state, phase: "stopped" };
    for (const region of this.#state.regions.values()) {
      if (region.link.kind === "stopped") continue;
      this.#close(region);
      this.#put({ ...this.#withAllMarked(region), link: { kind: "stopped" } });
    }
  }

  /** Connects to whom it should be connected, and finds the active region; at the end of every step. */
  #balance(): void {
    if (this.#state.phase !== "running") return;
    const conditions = [...this.#state.regions.values()].map(
      (region) => [region.region, this.#condition(region)] as const,
    );
    const { active } = this.#state;
    const next = activeRegionOf(conditions, active);
    if (next !== undefined && next !== active) this.#makeActive(this.#state.regions.get(next)!, active);
    const wanted = wantedRegions(conditions, this.#state.active);
    for (const region of this.#state.regions.values()) {
      const { link } = region;
      if (wanted.has(region.region)) {
        if (link.kind === "idle") this.list(region);
      } else if (link.kind !== "idle" && (link.kind !== "live" || link.queue.inFlight.length === 0)) {
        this.#close(region);
        this.#settle({ ...this.#withAllMarked(region), link: { kind: "idle" } });
      }
    }
    this.#dualSend();
  }

  #condition({ link, circuit, lastLoss, liveSinceMs, returnAfterMs }: RegionState): RegionCondition {
    const connecting = link.kind === "idle" || link.kind === "listing" || link.kind === "opening";
    return {
      live: link.kind === "live" && !link.leaving,
      firstAttempt: connecting && circuit.failures === 0 && lastLoss === "",
      liveForMs: this.#nowMs - liveSinceMs,
      returnAfterMs,
    };
  }

  /** From now on this region takes the batches: first what it lacks by its own word. */
  #makeActive(region: RegionState, from: RegionId | undefined): void {
    const before = this.#state.regions.get(from ?? this.#state.lastActive ?? region.region);
    if (before !== region && before?.link.kind === "live") {
      // What is in flight may land there; the rest goes the new way.
      const { inFlight, inFlightBytes, meanBatchBytes } = before.link.queue;
      const queue: SendQueue = { ...EMPTY_QUEUE, inFlight, inFlightBytes, meanBatchBytes };
      this.#settle({ ...before, link: { ...before.link, queue, catchUp: undefined } });
    }
    const reason =
      before === undefined ? "" : before.link.kind === "live" ? "a more preferred region is back" : before.lastLoss;
    const { lastActive } = this.#state;
    this.#state = { ...this.#state, active: region.region, lastActive: region.region };
    if (region.region !== lastActive)
      this.#report({ kind: "active_region", region: region.region, from: lastActive, reason });
    if (region.link.kind !== "live") return;
    let queue: SendQueue = { ...region.link.queue, meanBatchBytes: this.#state.meanBatchBytes };
    for (const stream of this.#state.streams.values()) {
      const claim = region.claims.get(stream.streamId) ?? NOTHING;
      for (const range of missing(claim.durable, stream.first, stream.last)) {
        queue = withToRead(queue, "backlog", stream.streamId, range);
      }
    }
    const catchUp = toReadCount(queue, "backlog") === 0 ? undefined : { sinceMs: this.#nowMs, batches: 0, bytes: 0 };
    this.#pump(region, { ...region.link, queue, catchUp });
  }

  /** What has been durable for long and is in too few regions goes to the standby as well, and both acks count. */
  #dualSend(): void {
    const { dual, minCopies, active } = this.#state;
    if (this.#nowMs < dual.nextAtMs || minCopies <= 1) return;
    const durable = new Map<StreamId, Have>();
    for (const stream of this.#state.streams.values())
      durable.set(stream.streamId, this.#combined(stream.streamId).durable);
    const isOld = dual.snapshots.length * UPLINK.dualEveryMs >= UPLINK.dualMs;
    const due = dual.forced ? durable : isOld ? dual.snapshots[0] : undefined;
    // What was noted in the other rhythm is no longer as old as it looks.
    const snapshots = dual.forced ? [] : [...(isOld ? dual.snapshots.slice(1) : dual.snapshots), durable];
    const everyMs = dual.forced ? UPLINK.dualForcedEveryMs : UPLINK.dualEveryMs;
    this.#state = { ...this.#state, dual: { ...dual, snapshots, nextAtMs: this.#nowMs + everyMs } };
    const standby = [...this.#state.regions.values()].find(
      ({ region, link }) => region !== active && link.kind === "live" && !link.leaving,
    );
    if (due === undefined || standby?.link.kind !== "live") return;
    let { queue } = standby.link;
    // What went there before lands first: a batch is at one place of a queue only.
    if (!backlogGone(queue)) return;
    const before = toReadCount(queue, "backlog");
    for (const stream of this.#state.streams.values()) {
      const old = due.get(stream.streamId) ?? EMPTY_HAVE;
      const alone = difference(
        difference(old, this.#combined(stream.streamId).replicated),
        standby.claims.get(stream.streamId)?.durable ?? EMPTY_HAVE,
      );
      const here = intersection(alone, { prefix: 0, islands: [{ first: stream.first, last: stream.last }] });
      const ranges = here.prefix > 0 ? [{ first: 1, last: here.prefix }, ...here.islands] : here.islands;
      for (const { first, last } of ranges) {
        queue = withToRead(queue, "backlog", stream.streamId, { first: first as Seq, last: last as Seq });
      }
    }
    const batches = toReadCount(queue, "backlog") - before;
    if (batches === 0) return;
    this.#report({ kind: "dual_send", region: standby.region, batches });
    const { sentBatches, activeMs } = dual;
    const counted = { sentBatches: sentBatches + batches, activeMs: activeMs + everyMs };
    this.#state = { ...this.#state, dual: { ...this.#state.dual, ...counted } };
    this.#pump(standby, { ...standby.link, queue });
  }

  /** What all regions together say of a stream; `changed` is newer than what the state has of this region. */
  #combined(streamId: StreamId, changed?: RegionState): Claim {
    let durable = EMPTY_HAVE;
    let replicated = EMPTY_HAVE;
    const copies: Have[] = [];
    for (const known of this.#state.regions.values()) {
      const claim = (known.region === changed?.region ? changed : known).claims.get(streamId);
      if (claim === undefined) continue;
      copies.push(claim.durable);
      durable = union(durable, claim.durable);
      replicated = union(replicated, claim.replicated);
    }
    const { minCopies } = this.#state;
    // Counted here as well: what was sent to two regions is replicated also while they cannot reach each other.
    if (minCopies <= copies.length) replicated = union(replicated, heldByAtLeast(copies, minCopies));
    return { durable, replicated };
  }

  sealed(event: Extract<UplinkEvent, { kind: "sealed" }>): void {
    const { streamId, firstSeq, lastSeq } = event;
    const held = this.#state.streams.get(streamId);
    // A listing may have told it already, or may have been told late: everything above what is known is new.
    const from = held === undefined ? firstSeq : ((held.last + 1) as Seq);
    if (from > lastSeq) return;
    const stream: HeldStream =
      held === undefined
        ? { streamId, first: firstSeq, last: lastSeq, closed: false, durable: EMPTY_HAVE }
        : { ...held, last: lastSeq };
    this.#state = { ...this.#state, streams: new Map(this.#state.streams).set(streamId, stream) };
    for (const region of this.#state.regions.values()) {
      if (region.link.kind !== "live" || region.region !== this.#state.active) continue;
      const queue = withToRead(region.link.queue, "fresh", streamId, { first: from, last: lastSeq });
      this.#pump(region, { ...region.link, queue });
    }
  }

  #open(region: RegionState, session: number, listed: readonly HeldStream[]): void {
    const streams = new Map(listed.map((stream) => [stream.streamId, stream]));
    for (const known of this.#state.streams.values()) {
      const same = streams.get(known.streamId);
      // What was sealed between the question and the answer must not be forgotten.
      if (same !== undefined && same.last < known.last) streams.set(known.streamId, { ...same, last: known.last });
      if (same === undefined && !known.closed) streams.set(known.streamId, known);
    }
    this.#state = { ...this.#state, streams };
    const hello: SessionHello = {
      streams: [...streams.values()].map(({ streamId, first, last, closed }) => ({ streamId, first, last, closed })),
    };
    this.#effects.push({ kind: "openSession", region: region.region, session, hello });
    this.#settle({ ...region, link: { kind: "opening", session, untilMs: this.#nowMs + UPLINK.helloMs } });
  }

  #heard(region: RegionState, event: SessionEvent): void {
    const { link } = region;
    switch (event.kind) {
      case "closed":
        return this.#lose(region, event.reason, "closed");
      case "refusal":
        return this.#refused(region, event.refusal);
      case "helloAck":
        if (link.kind === "opening") return this.#greeted(region, link.session, event);
        return this.#lose(region, "the region answered the Hello twice");
      case "ack":
        if (link.kind === "live") return this.#acked(region, { ...link, lastFrameMs: this.#nowMs }, event);
        return this.#lose(region, "the region acknowledged before it answered the Hello");
      case "drain": {
        const reason = `the region is stopping: ${event.reason}`;
        if (link.kind !== "live") return this.#lose(region, reason);
        if (!link.leaving) this.#report({ kind: "leaving", region: region.region, reason: event.reason });
        return this.#pump({ ...region, lastLoss: reason }, { ...link, lastFrameMs: this.#nowMs, leaving: true });
      }
      case "writable":
        if (link.kind === "live") this.#pump(region, { ...link, writable: true });
    }
  }

  #greeted(region: RegionState, session: number, ack: Extract<SessionEvent, { kind: "helloAck" }>): void {
    if (ack.region !== region.region) {
      const message = `the address of region ${region.region} leads to region ${ack.region}`;
      return this.#refused(region, { code: "bad_hello", message, batch: null });
    }
    if (ack.minCopies !== Infinity) {
      const { minCopies } = this.#state;
      this.#state = {
        ...this.#state,
        minCopies: minCopies === Infinity ? ack.minCopies : Math.max(minCopies, ack.minCopies),
      };
    }
    if (ack.regions.length > 0) this.#effects.push({ kind: "learn", region: region.region, regions: ack.regions });
    let lackingBatches = 0;
    const claims = new Map<StreamId, Claim>();
    for (const stream of this.#state.streams.values()) {
      const said = claimOf(ack, stream.streamId);
      const claim = claimOn(stream, said);
      if (!equalHave(claim.durable, said.durable)) this.#claimedUnsealed(region, stream);
      claims.set(stream.streamId, claim);
      lackingBatches += seqCount(missing(claim.durable, stream.first, stream.last));
    }
    // The region that was active before it was lost goes on; the end of the step finds one where there is none.
    if (this.#state.active === region.region) this.#state = { ...this.#state, active: undefined };
    this.#report({
      kind: "connected",
      region: region.region,
      storeId: ack.storeId,
      bootId: ack.bootId,
      offlineMs: this.#nowMs - (region.offlineSinceMs ?? this.#nowMs),
      lackingBatches,
    });
    const greeted: RegionState = {
      ...region,
      liveSinceMs: this.#nowMs,
      returnAfterMs: this.#state.returnMs * (1 + this.#random * UPLINK.returnJitter),
      lastLoss: "",
      offlineSinceMs: undefined,
      bootId: ack.bootId,
      claims,
      // Another process of the region, perhaps another version, may judge differently: each batch gets another chance.
      quarantine: ack.bootId === region.bootId ? region.quarantine : new Map(),
      // Also what is not claimed any more has to be written down.
      marks: { ...region.marks, dirty: new Set(claims.keys()) },
    };
    this.#settle({
      ...greeted,
      link: {
        kind: "live",
        session,
        creditBytes: Math.min(ack.creditBytes, UPLINK.creditMaxBytes),
        allowanceBytes: UPLINK.allowanceStartBytes,
        lastFrameMs: this.#nowMs,
        slowedAtMs: -Infinity,
        writable: true,
        leaving: false,
        graceUntilMs: -Infinity,
        queue: { ...EMPTY_QUEUE, meanBatchBytes: this.#state.meanBatchBytes },
        catchUp: undefined,
      },
    });
  }

  /** Somebody else writes under the identity of our open stream: what we seal next would pass as delivered already. */
  #claimedUnsealed(region: RegionState, stream: HeldStream): void {
    const reason = `region ${region.region} holds batches of it above ${stream.last}, which this gateway never sealed`;
    this.#report({ kind: "forked", region: region.region, streamId: stream.streamId, reason });
    this.#effects.push({ kind: "rotateStream", streamId: stream.streamId, reason });
  }

  #acked(region: RegionState, link: LiveLink, ack: Extract<SessionEvent, { kind: "ack" }>): void {
    const claims = new Map(region.claims);
    const dirty = new Set(region.marks.dirty);
    for (const streamId of new Set([...ack.durable.keys(), ...ack.replicated.keys()])) {
      const held = this.#state.streams.get(streamId);
      if (held === undefined) continue;
      const before = claims.get(streamId) ?? NOTHING;
      const { durable, replicated } = claimOn(held, {
        durable: ack.durable.get(streamId) ?? before.durable,
        replicated: ack.replicated.get(streamId) ?? before.replicated,
      });
      if (!isEmpty(difference(before.durable, durable))) {
        return this.#lose(region, `the region withdrew batches of stream ${streamId} that it had acknowledged`);
      }
      if (equalHave(before.durable, durable) && equalHave(before.replicated, replicated)) continue;
      claims.set(streamId, { durable, replicated });
      dirty.add(streamId);
    }

    const landed = acknowledged(link.queue, (streamId, seq) => holds(claims, streamId, seq));
    const creditBytes = Math.min(ack.creditBytes, UPLINK.creditMaxBytes);
    const { totals } = region;
    this.#pump(
      {
        ...region,
        claims,
        circuit: { kind: "closed", failures: 0 },
        patienceMs: patience(region.patienceMs, landed.arrived, this.#nowMs),
        marks: { ...region.marks, dirty },
        totals: {
          ...totals,
          durableBatches: totals.durableBatches + landed.arrived.length,
          durableBytes: totals.durableBytes + link.queue.inFlightBytes - landed.queue.inFlightBytes,
        },
      },
      {
        ...link,
        ...allowance(link, landed.arrived, this.#nowMs),
        creditBytes,
        queue: landed.queue,
        catchUp: link.catchUp && caughtUp(link.catchUp, landed.arrived),
      },
    );
  }

  /** Sends what may be sent, asks for what comes next, and leaves where the region asked for it. */
  #pump(before: RegionState, link: LiveLink): void {
    let region = before;
    const { session } = link;
    const wanted = (streamId: StreamId, seq: Seq): boolean =>
      !holds(region.claims, streamId, seq) && region.quarantine.get(streamId)?.has(seq) !== true;
    let { queue } = link;
    if (link.writable && !link.leaving) {
      const limitBytes = Math.min(link.creditBytes, link.allowanceBytes);
      const load = loaded(queue, { limitBytes, nowMs: this.#nowMs, wanted });
      if (load.batches.length > 0) {
        const { totals } = region;
        const sentBytes = totals.sentBytes + load.queue.inFlightBytes - queue.inFlightBytes;
        region = { ...region, totals: { ...totals, sentBatches: totals.sentBatches + load.batches.length, sentBytes } };
        this.#effects.push({ kind: "send", region: region.region, session, batches: load.batches });
      }
      queue = load.queue;
    }
    while (!link.leaving) {
      const next = nextRead(queue, wanted);
      queue = next.queue;
      if (next.read === undefined) break;
      const read = this.#number();
      queue = asked(queue, read, next.read);
      const { streamId, seqs } = next.read;
      this.#effects.push({
        kind: "readBatches",
        region: region.region,
        session,
        read,
        streamId,
        seqs,
        maxBytes: READ_BYTES,
      });
    }
    if (link.leaving && queue.inFlight.length === 0) return this.#lose(region, region.lastLoss, "left");

    let { catchUp } = link;
    if (catchUp !== undefined && backlogGone(queue)) {
      const { batches, bytes, sinceMs } = catchUp;
      this.#report({ kind: "drained", region: region.region, batches, bytes, tookMs: this.#nowMs - sinceMs });
      catchUp = undefined;
    }
    this.#state = { ...this.#state, meanBatchBytes: queue.meanBatchBytes };
    this.#settle({ ...region, link: { ...link, queue, catchUp } });
  }

  #refused(region: RegionState, refusal: Refusal): void {
    const { batch, message } = refusal;
    switch (refusal.code) {
      case "storage":
      case "other":
        return this.#lose(region, `the region refused: ${message}`);
      case "leaving": {
        // No fault of anybody: it may stay after all, and then batches are to come back soon.
        const retryMs = UPLINK.leavingRetryMs * (0.5 + this.#random / 2);
        if (region.lastLoss !== message)
          this.#report({ kind: "lost", region: region.region, reason: message, retryMs });
        this.#close(region);
        return this.#wait({ ...region, lastLoss: message }, retryMs);
      }
      case "bad_batch":
      case "fork": {
        if (batch === null || quarantined(region) >= UPLINK.quarantineMax) break;
        const { streamId, seq } = batch;
        const seqs = new Set(region.quarantine.get(streamId)).add(seq);
        const quarantine = new Map(region.quarantine).set(streamId, seqs);
        if (refusal.code === "fork") {
          this.#report({ kind: "forked", region: region.region, streamId, reason: message });
          const reason = `region ${region.region} holds another batch ${seq} of it`;
          if (this.#state.streams.get(streamId)?.closed === false) {
            this.#effects.push({ kind: "rotateStream", streamId, reason });
          }
        } else {
          this.#report({ kind: "quarantined", region: region.region, streamId, seq, reason: message });
        }
        return this.#lose({ ...region, quarantine }, `the region refused batch ${seq} of stream ${streamId}`);
      }
      case "protocol":
      case "unauthorized":
      case "bad_hello":
    }
    const retryMs = UPLINK.refusedRetryMs * (0.5 + this.#random / 2);
    if (region.lastLoss !== message) {
      this.#report({ kind: "refused", region: region.region, code: refusal.code, reason: message, retryMs });
    }
    const { failures } = region.circuit;
    this.#close(region);
    this.#wait(
      { ...region, lastLoss: message, circuit: { kind: "open", failures: failures + 1, cause: "refused" } },
      retryMs,
    );
  }

  /** The connection is over, or never was. `closed`: it ended by itself; `left`: as agreed, which is no failure. */
  #lose(region: RegionState, reason: string, how: "dead" | "closed" | "left" = "dead"): void {
    const failures = region.circuit.failures + (how === "left" ? 0 : 1);
    const retryMs = backoffMs(UPLINK.backoff, region.circuit.failures, this.#random);
    if (region.lastLoss !== reason) this.#report({ kind: "lost", region: region.region, reason, retryMs });
    if (how !== "closed") this.#close(region);
    const circuit: Circuit =
      failures < UPLINK.failuresToOpen
        ? { kind: "closed", failures }
        : { kind: "open", failures, cause: "unavailable" };
    this.#wait({ ...region, circuit, lastLoss: reason }, retryMs);
  }

  #wait(region: RegionState, retryMs: number): void {
    const offlineSinceMs = region.offlineSinceMs ?? this.#nowMs;
    const link: Link = { kind: "waiting", untilMs: this.#nowMs + retryMs };
    this.#settle({ ...this.#withAllMarked(region), offlineSinceMs, link });
  }

  #close(region: RegionState): void {
    const { link } = region;
    if (link.kind !== "opening" && link.kind !== "live") return;
    this.#effects.push({ kind: "closeSession", region: region.region, session: link.session });
  }

  #rung(before: RegionState): void {
    const asleep = this.#nowMs - before.timerAtMs > ASLEEP_MS;
    const region = { ...before, timerAtMs: Infinity };
    const { link } = region;
    switch (link.kind) {
      case "waiting":
        if (this.#nowMs >= link.untilMs) return this.list(region);
        break;
      case "opening":
        if (this.#nowMs >= link.untilMs) {
          return this.#lose(region, `the region did not answer the Hello within ${UPLINK.helloMs / 1000} s`);
        }
        break;
      case "live":
        if (asleep) {
          const graceUntilMs = this.#nowMs + ASLEEP_MS;
          return this.#settle({ ...region, link: { ...link, graceUntilMs } });
        }
        if (this.#nowMs >= link.graceUntilMs) return this.#judge(region, link);
        break;
      case "idle":
      case "listing":
      case "stopped":
        break;
    }
    this.#settle(region);
  }

  #judge(region: RegionState, link: LiveLink): void {
    if (this.#nowMs >= link.lastFrameMs + UPLINK.silentMs) {
      return this.#lose(region, `no sign of life from the region for ${UPLINK.silentMs / 1000} s`);
    }
    const oldest = link.queue.inFlight[0];
    if (oldest !== undefined && this.#nowMs >= oldest.sentAtMs + region.patienceMs) {
      const patienceMs = Math.min(region.patienceMs * 2, UPLINK.undurableMaxMs);
      const reason = `a batch was not durable ${region.patienceMs / 1000} s after it was sent`;
      return this.#lose({ ...region, patienceMs }, reason);
    }
    this.#settle(region);
  }

  /** Writes down what is due, keeps the region, and asks for the next timer where none rings early enough. */
  #settle(region: RegionState): void {
    const { marks } = region;
    const due = marks.dirty.size > 0 && !marks.underWay && this.#nowMs >= marks.nextAtMs;
    const marked = due ? this.#withAllMarked(region) : region;
    const atMs = deadlineMs(marked);
    if (atMs >= marked.timerAtMs) return this.#put(marked);
    this.#effects.push({ kind: "setTimer", region: region.region, atMs });
    this.#put({ ...marked, timerAtMs: atMs });
  }

  #withAllMarked(region: RegionState): RegionState {
    if (region.marks.dirty.size === 0) return region;
    const claims = new Map([...region.marks.dirty].map((streamId) => [streamId, this.#combined(streamId, region)]));
    this.#effects.push({ kind: "mark", region: region.region, claims });
    const nextAtMs = this.#nowMs + UPLINK.markEveryMs;
    return { ...region, marks: { dirty: new Set(), underWay: true, nextAtMs } };
  }

  #put(region: RegionState): void {
    this.#state = { ...this.#state, regions: new Map(this.#state.regions).set(region.region, region) };
  }

  #number(): number {
    this.#state = { ...this.#state, lastNumber: this.#state.lastNumber + 1 };
    return this.#state.lastNumber;
  }

  #report(report: UplinkReport): void {
    this.#effects.push({ kind: "report", report });
  }
}

/** A timer that rings this late says that our own process did not run: no verdict on the region from it. */
const ASLEEP_MS = 1_000;

function deadlineMs(region: RegionState): number {
  const { link, marks } = region;
  switch (link.kind) {
    case "waiting":
    case "opening":
      return link.untilMs;
    case "live": {
      const oldest = link.queue.inFlight[0];
      const verdictMs = Math.min(
        link.lastFrameMs + UPLINK.silentMs,
        oldest === undefined ? Infinity : oldest.sentAtMs + region.patienceMs,
      );
      const markMs = marks.dirty.size > 0 && !marks.underWay ? marks.nextAtMs : Infinity;
      return Math.min(Math.max(verdictMs, link.graceUntilMs), markMs);
    }
    case "idle":
    case "listing":
    case "stopped":
      return Infinity;
  }
}

function caughtUp(
  catchUp: NonNullable<LiveLink["catchUp"]>,
  landed: readonly InFlight[],
): NonNullable<LiveLink["catchUp"]> {
  let { batches, bytes } = catchUp;
  for (const item of landed) {
    if (item.lane !== "backlog") continue;
    batches += 1;
    bytes += item.bytes;
  }
  return { ...catchUp, batches, bytes };
}
