import { backoffMs } from "../../proto/core/backoff.ts";
import {
  contains,
  difference,
  EMPTY_HAVE,
  equalHave,
  heldByAtLeast,
  intersection,
  isEmpty,
  missing,
  union,
} from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { Refusal, SessionEvent, SessionHello, StreamSets } from "../session/session.ts";
import {
  acknowledged,
  arrived,
  asked,
  backlogGone,
  EMPTY_CARGO,
  loaded,
  nextRead,
  READ_BYTES,
  toReadCount,
  withToRead,
} from "./cargo.ts";
import type { Cargo, InFlight } from "./cargo.ts";
import { carrierOf, wantedRegions } from "./region-roles.ts";
import type { RegionCondition } from "./region-roles.ts";
import { seqCount } from "./seq-ranges.ts";

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
 *
 * Why the allowance: credit says what the region can take, not what the link can. On a slow link a full credit would
 * queue minutes of backlog before a fresh batch, and every batch behind it would look overdue. So the bytes in flight
 * start small, double while acknowledgements come quickly and halve when they come late.
 */
export const UPLINK: {
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  /** Failures in a row after which the region counts as unavailable. */
  readonly failuresToOpen: number;
  /** A region that refuses us needs a person, or an upgrade; asking more often helps neither. */
  readonly refusedRetryMs: number;
  readonly helloMs: number;
  readonly silentMs: number;
  readonly undurableMs: number;
  readonly undurableMaxMs: number;
  readonly promptMs: number;
  readonly lateMs: number;
  readonly allowanceStartBytes: number;
  readonly allowanceMinBytes: number;
  readonly creditMaxBytes: number;
  readonly markEveryMs: number;
  readonly quarantineMax: number;
  /** Batches return to a more preferred region when it has been live for so long, and up to so much longer by chance. */
  readonly returnMs: number;
  readonly returnJitterMs: number;
  /** What is durable and not replicated for this long goes to a second region too, looked at this often. */
  readonly dualMs: number;
  readonly dualEveryMs: number;
} = {
  backoff: { baseMs: 500, capMs: 5_000 },
  failuresToOpen: 5,
  refusedRetryMs: 60_000,
  helloMs: 10_000,
  silentMs: 3_000,
  undurableMs: 10_000,
  undurableMaxMs: 160_000,
  promptMs: 500,
  lateMs: 2_000,
  allowanceStartBytes: 256 * 1024,
  allowanceMinBytes: 64 * 1024,
  creditMaxBytes: 64 * 1024 * 1024,
  markEveryMs: 100,
  quarantineMax: 1_000,
  returnMs: 300_000,
  returnJitterMs: 60_000,
  dualMs: 30_000,
  dualEveryMs: 10_000,
};

export type UplinkState = {
  readonly phase: "new" | "running" | "stopped";
  /** The region that takes the batches; it may be lost, until another one is found. */
  readonly carrier: RegionId | undefined;
  /** The region that took them last, while none does. */
  readonly lastCarrier: RegionId | undefined;
  /** How many regions must hold a batch; the largest number that any region said. Infinity: none said one yet. */
  readonly minCopies: number;
  readonly dual: DualSend;
  readonly streams: ReadonlyMap<StreamId, HeldStream>;
  readonly regions: ReadonlyMap<RegionId, RegionState>;
  /** Numbers connections and reads, so that what belongs to an earlier one is recognised. */
  readonly lastNumber: number;
  /** Running mean of what was read; estimates bytes where only batches are counted. */
  readonly meanBatchBytes: number;
};

/** A stream as the outbox lists it, kept current by what is sealed since. */
export type HeldStream = {
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly closed: boolean;
  readonly durable: Have;
};

/** What was durable some time ago, by stream: what of it is still not replicated is sent to a second region. */
export type DualSend = {
  /** Oldest first. */
  readonly snapshots: readonly ReadonlyMap<StreamId, Have>[];
  readonly nextAtMs: number;
};

export type RegionState = {
  readonly region: RegionId;
  readonly liveSinceMs: number;
  /** How long it must be live before batches return to it from a less preferred one. */
  readonly returnAfterMs: number;
  readonly link: Link;
  readonly circuit: Circuit;
  /** Why the last connection ended; a repetition is not reported again. */
  readonly lastLoss: string;
  /** Since when there is no live connection; undefined while there is one. */
  readonly offlineSinceMs: number | undefined;
  /** How long a sent batch may stay un-durable: doubled when a connection ends for it, so that a link slower than one
   *  batch in ten seconds gets there at last. */
  readonly patienceMs: number;
  readonly bootId: string;
  /** What the region said last. After the connection it is a memory for the status, never a reason not to send. */
  readonly claims: ReadonlyMap<StreamId, Claim>;
  /** Batches that this boot of the region refused for good. */
  readonly quarantine: ReadonlyMap<StreamId, ReadonlySet<Seq>>;
  readonly marks: Marks;
  /** Since the start of the process. */
  readonly totals: Totals;
  /** When the timer rings that was last asked for. */
  readonly timerAtMs: number;
};

export type Claim = { readonly durable: Have; readonly replicated: Have };

export type Totals = {
  readonly sentBatches: number;
  readonly sentBytes: number;
  readonly durableBatches: number;
  readonly durableBytes: number;
};

export type Circuit =
  | { readonly kind: "closed"; readonly failures: number }
  | { readonly kind: "open"; readonly failures: number; readonly cause: "unavailable" | "refused" };

/** One `mark` at a time is under way; what changes meanwhile is written with the next. */
export type Marks = { readonly dirty: ReadonlySet<StreamId>; readonly underWay: boolean; readonly nextAtMs: number };

export type Link =
  | { readonly kind: "idle" }
  | { readonly kind: "waiting"; readonly untilMs: number }
  | { readonly kind: "listing"; readonly session: number }
  | { readonly kind: "opening"; readonly session: number; readonly untilMs: number }
  | LiveLink
  | { readonly kind: "stopped" };

export type LiveLink = {
  readonly kind: "live";
  readonly session: number;
  readonly creditBytes: number;
  readonly allowanceBytes: number;
  readonly lastFrameMs: number;
  /** The allowance halves again only for batches sent after this: one slow moment is one reason, not ten. */
  readonly slowedAtMs: number;
  readonly writable: boolean;
  /** The region asked us to move on: nothing new is sent, what is in flight may land. */
  readonly leaving: boolean;
  /** No verdict before this: our own process was asleep, and frames may still be in the socket. */
  readonly graceUntilMs: number;
  readonly cargo: Cargo;
  readonly catchUp: { readonly sinceMs: number; readonly batches: number; readonly bytes: number } | undefined;
};

export type UplinkEvent =
  | { readonly kind: "start" }
  /** The process is about to stop: do not sit out a pause before a new attempt. */
  | { readonly kind: "hurry" }
  | { readonly kind: "stop" }
  | { readonly kind: "timer"; readonly region: RegionId }
  | { readonly kind: "sealed"; readonly streamId: StreamId; readonly firstSeq: Seq; readonly lastSeq: Seq }
  | {
      readonly kind: "streams";
      readonly region: RegionId;
      readonly session: number;
      readonly streams: readonly HeldStream[];
    }
  | {
      readonly kind: "batches";
      readonly region: RegionId;
      readonly session: number;
      readonly read: number;
      readonly batches: readonly SealedBatch[];
    }
  /** The storage did not answer a listing or a read. */
  | { readonly kind: "unread"; readonly region: RegionId; readonly session: number; readonly reason: string }
  /** A `mark` was carried out, or failed: then what it said is said again at the next greeting. */
  | { readonly kind: "marked"; readonly region: RegionId }
  /** `send` returned false; ends with the session event `writable`. */
  | { readonly kind: "full"; readonly region: RegionId; readonly session: number }
  | { readonly kind: "session"; readonly region: RegionId; readonly session: number; readonly event: SessionEvent };

export type UplinkEffect =
  | { readonly kind: "listStreams"; readonly region: RegionId; readonly session: number }
  | {
      readonly kind: "openSession";
      readonly region: RegionId;
      readonly session: number;
      readonly hello: SessionHello;
    }
  | { readonly kind: "closeSession"; readonly region: RegionId; readonly session: number }
  | {
      readonly kind: "readBatches";
      readonly region: RegionId;
      readonly session: number;
      readonly read: number;
      readonly streamId: StreamId;
      readonly seqs: readonly Seq[];
      readonly maxBytes: number;
    }
  | {
      readonly kind: "send";
      readonly region: RegionId;
      readonly session: number;
      readonly batches: readonly SealedBatch[];
    }
  | { readonly kind: "mark"; readonly region: RegionId; readonly claims: ReadonlyMap<StreamId, Claim> }
  | { readonly kind: "rotateStream"; readonly streamId: StreamId; readonly reason: string }
  /** Replaces the region's earlier timer. */
  | { readonly kind: "setTimer"; readonly region: RegionId; readonly atMs: number }
  | { readonly kind: "report"; readonly report: UplinkReport };

/** What a person wants to read in the log; repeated failures are told on change only. */
export type UplinkReport =
  | {
      readonly kind: "connected";
      readonly region: RegionId;
      readonly storeId: string;
      readonly bootId: string;
      readonly offlineMs: number;
      readonly lackingBatches: number;
    }
  | { readonly kind: "lost"; readonly region: RegionId; readonly reason: string; readonly retryMs: number }
  /** From now on the batches go to `region`; `from` is undefined where none took them before. */
  | {
      readonly kind: "carrier";
      readonly region: RegionId;
      readonly from: RegionId | undefined;
      readonly reason: string;
    }
  | { readonly kind: "dual_send"; readonly region: RegionId; readonly batches: number }
  | {
      readonly kind: "refused";
      readonly region: RegionId;
      readonly code: Refusal["code"];
      readonly reason: string;
      readonly retryMs: number;
    }
  | {
      readonly kind: "quarantined";
      readonly region: RegionId;
      readonly streamId: StreamId;
      readonly seq: Seq;
      readonly reason: string;
    }
  | { readonly kind: "forked"; readonly region: RegionId; readonly streamId: StreamId; readonly reason: string }
  | { readonly kind: "leaving"; readonly region: RegionId; readonly reason: string }
  | {
      readonly kind: "drained";
      readonly region: RegionId;
      readonly batches: number;
      readonly bytes: number;
      readonly tookMs: number;
    };

export type UplinkStep = { readonly state: UplinkState; readonly effects: readonly UplinkEffect[] };

export function uplink(regions: readonly RegionId[], nowMs: number): UplinkState {
  return {
    phase: "new",
    carrier: undefined,
    lastCarrier: undefined,
    minCopies: Infinity,
    dual: { snapshots: [], nextAtMs: nowMs },
    streams: new Map(),
    regions: new Map(regions.map((region) => [region, idle(region, nowMs)])),
    lastNumber: 0,
    meanBatchBytes: EMPTY_CARGO.meanBatchBytes,
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
    default: {
      const region = state.regions.get(event.region);
      if (region !== undefined) turn.regional(region, event);
    }
  }
  return turn.result();
}

/** Sealed batches that no region is known to hold. */
export function undurableBatches(state: UplinkState): number {
  let sum = 0;
  for (const stream of state.streams.values()) {
    sum += seqCount(missing(knownDurable(state, stream), stream.first, stream.last));
  }
  return sum;
}

/** What some region said last that it holds of a stream; before any did, what the outbox remembers. */
export function knownDurable(state: UplinkState, stream: HeldStream): Have {
  let known: Have | undefined;
  for (const region of state.regions.values()) {
    const claim = region.claims.get(stream.streamId);
    if (claim !== undefined) known = known === undefined ? claim.durable : union(known, claim.durable);
  }
  return known ?? stream.durable;
}

function idle(region: RegionId, nowMs: number): RegionState {
  return {
    region,
    liveSinceMs: nowMs,
    returnAfterMs: Infinity,
    link: { kind: "idle" },
    circuit: { kind: "closed", failures: 0 },
    lastLoss: "",
    offlineSinceMs: nowMs,
    patienceMs: UPLINK.undurableMs,
    bootId: "",
    claims: new Map(),
    quarantine: new Map(),
    marks: { dirty: new Set(), underWay: false, nextAtMs: nowMs },
    totals: { sentBatches: 0, sentBytes: 0, durableBatches: 0, durableBytes: 0 },
    timerAtMs: Infinity,
  };
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
          this.#pump(region, { ...link, cargo: arrived(link.cargo, event.read, event.batches) });
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

  /** Connects to whom it should be connected, and finds who carries; at the end of every step. */
  #balance(): void {
    if (this.#state.phase !== "running") return;
    const conditions = [...this.#state.regions.values()].map(
      (region) => [region.region, this.#condition(region)] as const,
    );
    const { carrier } = this.#state;
    const next = carrierOf(conditions, carrier);
    if (next !== undefined && next !== carrier) this.#carryWith(this.#state.regions.get(next)!, carrier);
    const wanted = wantedRegions(conditions, this.#state.carrier);
    for (const region of this.#state.regions.values()) {
      const { link } = region;
      if (wanted.has(region.region)) {
        if (link.kind === "idle") this.list(region);
      } else if (link.kind !== "idle" && (link.kind !== "live" || link.cargo.inFlight.length === 0)) {
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
  #carryWith(region: RegionState, from: RegionId | undefined): void {
    const before = this.#state.regions.get(from ?? this.#state.lastCarrier ?? region.region);
    if (before !== region && before?.link.kind === "live") {
      // What is in flight may land there; the rest goes the new way.
      const { inFlight, inFlightBytes, meanBatchBytes } = before.link.cargo;
      const cargo: Cargo = { ...EMPTY_CARGO, inFlight, inFlightBytes, meanBatchBytes };
      this.#settle({ ...before, link: { ...before.link, cargo, catchUp: undefined } });
    }
    const reason =
      before === undefined ? "" : before.link.kind === "live" ? "a more preferred region is back" : before.lastLoss;
    const { lastCarrier } = this.#state;
    this.#state = { ...this.#state, carrier: region.region, lastCarrier: region.region };
    if (region.region !== lastCarrier)
      this.#report({ kind: "carrier", region: region.region, from: lastCarrier, reason });
    if (region.link.kind !== "live") return;
    let cargo: Cargo = { ...region.link.cargo, meanBatchBytes: this.#state.meanBatchBytes };
    for (const stream of this.#state.streams.values()) {
      const claim = region.claims.get(stream.streamId) ?? NOTHING;
      for (const range of missing(claim.durable, stream.first, stream.last)) {
        cargo = withToRead(cargo, "backlog", stream.streamId, range);
      }
    }
    const catchUp = toReadCount(cargo, "backlog") === 0 ? undefined : { sinceMs: this.#nowMs, batches: 0, bytes: 0 };
    this.#pump(region, { ...region.link, cargo, catchUp });
  }

  /** What has been durable for long and is in too few regions goes to the standby as well, and both acks count. */
  #dualSend(): void {
    const { dual, minCopies, carrier } = this.#state;
    if (this.#nowMs < dual.nextAtMs || minCopies <= 1) return;
    const durable = new Map<StreamId, Have>();
    for (const stream of this.#state.streams.values())
      durable.set(stream.streamId, this.#combined(stream.streamId).durable);
    const due = dual.snapshots.length * UPLINK.dualEveryMs >= UPLINK.dualMs ? dual.snapshots[0] : undefined;
    const snapshots = [...(due === undefined ? dual.snapshots : dual.snapshots.slice(1)), durable];
    this.#state = { ...this.#state, dual: { snapshots, nextAtMs: this.#nowMs + UPLINK.dualEveryMs } };
    const standby = [...this.#state.regions.values()].find(
      ({ region, link }) => region !== carrier && link.kind === "live" && !link.leaving,
    );
    if (due === undefined || standby?.link.kind !== "live") return;
    let { cargo } = standby.link;
    const before = toReadCount(cargo, "backlog");
    for (const stream of this.#state.streams.values()) {
      const old = due.get(stream.streamId) ?? EMPTY_HAVE;
      const alone = difference(
        difference(old, this.#combined(stream.streamId).replicated),
        standby.claims.get(stream.streamId)?.durable ?? EMPTY_HAVE,
      );
      const here = intersection(alone, { prefix: 0, islands: [{ first: stream.first, last: stream.last }] });
      const ranges = here.prefix > 0 ? [{ first: 1, last: here.prefix }, ...here.islands] : here.islands;
      for (const { first, last } of ranges) {
        cargo = withToRead(cargo, "backlog", stream.streamId, { first: first as Seq, last: last as Seq });
      }
    }
    const batches = toReadCount(cargo, "backlog") - before;
    if (batches === 0) return;
    this.#report({ kind: "dual_send", region: standby.region, batches });
    this.#pump(standby, { ...standby.link, cargo });
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
      if (region.link.kind !== "live" || region.region !== this.#state.carrier) continue;
      const cargo = withToRead(region.link.cargo, "fresh", streamId, { first: from, last: lastSeq });
      this.#pump(region, { ...region.link, cargo });
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
    let lackingBatches = 0;
    const claims = new Map<StreamId, Claim>();
    for (const stream of this.#state.streams.values()) {
      const said = claimOf(ack, stream.streamId);
      const claim = claimOn(stream, said);
      if (!equalHave(claim.durable, said.durable)) this.#claimedUnsealed(region, stream);
      claims.set(stream.streamId, claim);
      lackingBatches += seqCount(missing(claim.durable, stream.first, stream.last));
    }
    // Whoever carried before it was lost goes on; the end of the step finds a carrier where there is none.
    if (this.#state.carrier === region.region) this.#state = { ...this.#state, carrier: undefined };
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
      returnAfterMs: UPLINK.returnMs + this.#random * UPLINK.returnJitterMs,
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
        cargo: { ...EMPTY_CARGO, meanBatchBytes: this.#state.meanBatchBytes },
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

    const landed = acknowledged(link.cargo, (streamId, seq) => holds(claims, streamId, seq));
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
          durableBytes: totals.durableBytes + link.cargo.inFlightBytes - landed.cargo.inFlightBytes,
        },
      },
      {
        ...link,
        ...allowance(link, landed.arrived, this.#nowMs),
        creditBytes,
        cargo: landed.cargo,
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
    let { cargo } = link;
    if (link.writable && !link.leaving) {
      const limitBytes = Math.min(link.creditBytes, link.allowanceBytes);
      const load = loaded(cargo, { limitBytes, nowMs: this.#nowMs, wanted });
      if (load.batches.length > 0) {
        const { totals } = region;
        const sentBytes = totals.sentBytes + load.cargo.inFlightBytes - cargo.inFlightBytes;
        region = { ...region, totals: { ...totals, sentBatches: totals.sentBatches + load.batches.length, sentBytes } };
        this.#effects.push({ kind: "send", region: region.region, session, batches: load.batches });
      }
      cargo = load.cargo;
    }
    while (!link.leaving) {
      const next = nextRead(cargo, wanted);
      cargo = next.cargo;
      if (next.read === undefined) break;
      const read = this.#number();
      cargo = asked(cargo, read, next.read);
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
    if (link.leaving && cargo.inFlight.length === 0) return this.#lose(region, region.lastLoss, "left");

    let { catchUp } = link;
    if (catchUp !== undefined && backlogGone(cargo)) {
      const { batches, bytes, sinceMs } = catchUp;
      this.#report({ kind: "drained", region: region.region, batches, bytes, tookMs: this.#nowMs - sinceMs });
      catchUp = undefined;
    }
    this.#state = { ...this.#state, meanBatchBytes: cargo.meanBatchBytes };
    this.#settle({ ...region, link: { ...link, cargo, catchUp } });
  }

  #refused(region: RegionState, refusal: Refusal): void {
    const { batch, message } = refusal;
    switch (refusal.code) {
      case "storage":
      case "other":
        return this.#lose(region, `the region refused: ${message}`);
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
    const oldest = link.cargo.inFlight[0];
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

const NOTHING: Claim = { durable: EMPTY_HAVE, replicated: EMPTY_HAVE };

function deadlineMs(region: RegionState): number {
  const { link, marks } = region;
  switch (link.kind) {
    case "waiting":
    case "opening":
      return link.untilMs;
    case "live": {
      const oldest = link.cargo.inFlight[0];
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

function claimOf(sets: { readonly durable: StreamSets; readonly replicated: StreamSets }, id: StreamId): Claim {
  return { durable: sets.durable.get(id) ?? EMPTY_HAVE, replicated: sets.replicated.get(id) ?? EMPTY_HAVE };
}

/** A claim counts only for what was sealed; a closed stream may have been longer before a disk was restored. */
function claimOn(stream: HeldStream, claim: Claim): Claim {
  if (stream.closed) return claim;
  const sealed: Have = { prefix: stream.last, islands: [] };
  return { durable: intersection(claim.durable, sealed), replicated: intersection(claim.replicated, sealed) };
}

function holds(claims: ReadonlyMap<StreamId, Claim>, streamId: StreamId, seq: Seq): boolean {
  const claim = claims.get(streamId);
  return claim !== undefined && contains(claim.durable, seq);
}

function quarantined(region: RegionState): number {
  let sum = 0;
  for (const seqs of region.quarantine.values()) sum += seqs.size;
  return sum;
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

/** Twice as much after a prompt answer to a full allowance, half after a late one, once per answer time. */
function allowance(
  link: LiveLink,
  landed: readonly InFlight[],
  nowMs: number,
): Pick<LiveLink, "allowanceBytes" | "slowedAtMs"> {
  const { allowanceBytes, slowedAtMs } = link;
  const oldest = landed[0];
  if (oldest === undefined) return { allowanceBytes, slowedAtMs };
  const tookMs = nowMs - oldest.sentAtMs;
  if (tookMs > UPLINK.lateMs && oldest.sentAtMs >= slowedAtMs) {
    return { allowanceBytes: Math.max(allowanceBytes / 2, UPLINK.allowanceMinBytes), slowedAtMs: nowMs };
  }
  const full = link.cargo.inFlightBytes * 2 >= allowanceBytes;
  if (tookMs > UPLINK.promptMs || !full) return { allowanceBytes, slowedAtMs };
  return { allowanceBytes: Math.min(allowanceBytes * 2, UPLINK.creditMaxBytes), slowedAtMs };
}

/** Goes back to the usual patience once answers need only a small part of it. */
function patience(patienceMs: number, landed: readonly InFlight[], nowMs: number): number {
  const oldest = landed[0];
  if (oldest === undefined || (nowMs - oldest.sentAtMs) * 4 > patienceMs) return patienceMs;
  return Math.max(patienceMs / 2, UPLINK.undurableMs);
}
