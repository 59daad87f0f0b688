import { contains, EMPTY_HAVE, intersection, missing, union } from "../../../proto/core/have.ts";
import type { Have } from "../../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import type { Refusal, SessionEvent, SessionHello, StreamSets } from "../../uplink/session.ts";
import type { SendQueue } from "./send-queue.ts";
import { seqCount } from "./seq-ranges.ts";

/** What the uplink knows, hears and does (uplink.ts), and the times that it keeps. */
export const UPLINK: {
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  /** Failures in a row after which the region counts as unavailable. */
  readonly failuresToOpen: number;
  /** A region that refuses us needs a person, or an upgrade; asking more often helps neither. */
  readonly refusedRetryMs: number;
  /** A region that an operator evacuates is asked so often whether it stays. */
  readonly leavingRetryMs: number;
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
  /** By up to this share of it, gateways wait longer before batches return: not all of them at one moment. */
  readonly returnJitter: number;
  /** What is durable and not replicated for this long goes to a second region too, looked at this often. */
  readonly dualMs: number;
  readonly dualEveryMs: number;
  /** The same where the disk is nearly full: then at once. */
  readonly dualForcedEveryMs: number;
} = {
  backoff: { baseMs: 500, capMs: 5_000 },
  failuresToOpen: 5,
  refusedRetryMs: 60_000,
  leavingRetryMs: 10_000,
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
  returnJitter: 0.2,
  dualMs: 30_000,
  dualEveryMs: 10_000,
  dualForcedEveryMs: 1_000,
};

export type UplinkState = {
  readonly phase: "new" | "running" | "stopped";
  /** The region that takes the batches; it may be lost, until another one is found. */
  readonly active: RegionId | undefined;
  /** The region that took them last, while none does. */
  readonly lastActive: RegionId | undefined;
  /** How many regions must hold a batch; the largest number that any region said. Infinity: none said one yet. */
  readonly minCopies: number;
  readonly dual: DualSend;
  /** Batches return to a more preferred region when it has been live for so long. */
  readonly returnMs: number;
  /** The regions of the configuration, in the order of preference; those that were learned come behind them. */
  readonly configured: readonly RegionId[];
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
  /** The disk is nearly full: what a second region holds may be trimmed. */
  readonly forced: boolean;
  /** Since the start of the process: batches that went to a second region this way, and how long there were such. */
  readonly sentBatches: number;
  readonly activeMs: number;
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
  readonly queue: SendQueue;
  readonly catchUp: { readonly sinceMs: number; readonly batches: number; readonly bytes: number } | undefined;
};

export type UplinkEvent =
  | { readonly kind: "start" }
  /** The process is about to stop: do not sit out a pause before a new attempt. */
  | { readonly kind: "hurry" }
  | { readonly kind: "stop" }
  /** The regions beside those of the configuration, as a region told last. */
  | { readonly kind: "learned"; readonly regions: readonly RegionId[] }
  /** Whether the disk is so full that batches go to a second region at once. */
  | { readonly kind: "pressure"; readonly forceDualSend: boolean }
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
  /** What a region says that the regions are; ends with the event `learned` where that is news. */
  | {
      readonly kind: "learn";
      readonly region: RegionId;
      readonly regions: readonly { readonly name: string; readonly url: string }[];
    }
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
      readonly kind: "active_region";
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

/** A region that nobody has spoken to yet. */
export function idleRegion(region: RegionId, nowMs: number): RegionState {
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

/** Of a region that said nothing of a stream. */
export const NOTHING: Claim = { durable: EMPTY_HAVE, replicated: EMPTY_HAVE };

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

/** What was said of one stream. */
export function claimOf(sets: { readonly durable: StreamSets; readonly replicated: StreamSets }, id: StreamId): Claim {
  return { durable: sets.durable.get(id) ?? EMPTY_HAVE, replicated: sets.replicated.get(id) ?? EMPTY_HAVE };
}

/** A claim counts only for what was sealed; a closed stream may have been longer before a disk was restored. */
export function claimOn(stream: HeldStream, claim: Claim): Claim {
  if (stream.closed) return claim;
  const sealed: Have = { prefix: stream.last, islands: [] };
  return { durable: intersection(claim.durable, sealed), replicated: intersection(claim.replicated, sealed) };
}

/** Whether the region said that it holds the batch. */
export function holds(claims: ReadonlyMap<StreamId, Claim>, streamId: StreamId, seq: Seq): boolean {
  const claim = claims.get(streamId);
  return claim !== undefined && contains(claim.durable, seq);
}

/** How many batches it refused for good. */
export function quarantined(region: RegionState): number {
  let sum = 0;
  for (const seqs of region.quarantine.values()) sum += seqs.size;
  return sum;
}
