import type { Have } from "../../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../../proto/core/ids.ts";
import type { SendQueue } from "./send-queue.ts";

/** The times and sizes of the uplink. */
export const UPLINK: {
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  /** After this number of failures in a row the region counts as unavailable. */
  readonly failuresToOpen: number;
  /** A region that refuses this gateway needs a person or an upgrade. Asking more often would not help. */
  readonly refusedRetryMs: number;
  /** How often the gateway asks a region that an operator removes whether it stays. */
  readonly leavingRetryMs: number;
  /** How often a gateway that is refused because of its twin asks again. */
  readonly twinRetryMs: number;
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
  /** A gateway waits up to this share longer before batches return, so that not all gateways return at one moment. */
  readonly returnJitter: number;
  /**
   * A batch that is durable but not replicated for `dualMs` goes to a second region. This is checked every
   * `dualEveryMs`.
   */
  readonly dualMs: number;
  readonly dualEveryMs: number;
  /** When the disk is nearly full, batches go to a second region at once. This is checked every `dualForcedEveryMs`. */
  readonly dualForcedEveryMs: number;
  /**
   * A timer that fires this late shows that our own process did not run. Then the deadlines of the region are not
   * checked.
   */
  readonly asleepMs: number;
} = {
  backoff: { baseMs: 500, capMs: 5_000 },
  failuresToOpen: 5,
  refusedRetryMs: 60_000,
  leavingRetryMs: 10_000,
  twinRetryMs: 10_000,
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
  asleepMs: 1_000,
};

export type UplinkState = {
  readonly phase: "new" | "running" | "stopped";
  /** The region that batches go to. A lost region stays active until another one takes over. */
  readonly active: RegionId | undefined;
  /** The region that was active last. */
  readonly lastActive: RegionId | undefined;
  /** How many regions must hold a batch: the largest number that a region gave. Infinity: no region gave one yet. */
  readonly minCopies: number;
  readonly dual: DualSend;
  /** Batches return to a more preferred region when it has been live for this time. */
  readonly returnMs: number;
  /** The regions of the configuration, in the order of preference. Learned regions follow. */
  readonly configured: readonly RegionId[];
  readonly streams: ReadonlyMap<StreamId, HeldStream>;
  readonly regions: ReadonlyMap<RegionId, RegionState>;
  /** Numbers sessions and reads, so that an answer to an earlier one is recognised. */
  readonly lastNumber: number;
  /** Running mean of the batches that were read. It estimates bytes where only batches are counted. */
  readonly meanBatchBytes: number;
};

/** A stream as the outbox listed it, updated with the batches that were sealed since. */
export type HeldStream = {
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly closed: boolean;
  readonly durable: Have;
  /** Batches that cannot be sent, because the disk damaged them. Nobody waits for them. */
  readonly voided: Have;
};

/**
 * The batches that were durable some time ago, by stream. Those that are still not replicated go to a second region.
 */
export type DualSend = {
  /** Oldest first. */
  readonly snapshots: readonly ReadonlyMap<StreamId, Have>[];
  readonly nextAtMs: number;
  /** The disk is nearly full. Batches that a second region holds can be trimmed. */
  readonly forced: boolean;
  /**
   * Since the start of the process: batches that were sent to a second region, and the time in which there were any.
   */
  readonly sentBatches: number;
  readonly activeMs: number;
};

export type RegionState = {
  readonly region: RegionId;
  readonly liveSinceMs: number;
  /** How long it must be live before batches return to it from a less preferred region. */
  readonly returnAfterMs: number;
  readonly link: RegionLink;
  readonly circuit: Circuit;
  /** Why the last session ended. The same reason is not reported again. */
  readonly lastLoss: string;
  /** The start of the time without a live session; undefined while there is one. */
  readonly offlineSinceMs: number | undefined;
  /** How long a sent batch may take until it is durable. It is doubled when a session ends because a batch took
   *  longer. So a link that needs more than ten seconds for one batch works in the end. */
  readonly durableTimeoutMs: number;
  readonly bootId: string;
  /** What the region claimed last. After the session this is only for the status, and never a reason not to send. */
  readonly claims: ReadonlyMap<StreamId, RegionClaim>;
  /** Batches that this boot of the region refused for good. */
  readonly quarantine: ReadonlyMap<StreamId, ReadonlySet<Seq>>;
  readonly marks: Marks;
  /** Since the start of the process. */
  readonly totals: RegionTotals;
  /** When the last requested timer fires. */
  readonly timerAtMs: number;
};

/** What a region claims of one stream: the batches that it holds, and the batches that enough regions hold. */
export type RegionClaim = { readonly durable: Have; readonly replicated: Have };

export type RegionTotals = {
  readonly sentBatches: number;
  readonly sentBytes: number;
  readonly durableBatches: number;
  readonly durableBytes: number;
};

export type Circuit =
  | { readonly kind: "closed"; readonly failures: number }
  | { readonly kind: "open"; readonly failures: number; readonly cause: "unavailable" | "refused" | "twin" };

/** Claims that are not yet written to the outbox. One `mark` is under way at a time; later changes go with the next. */
export type Marks = { readonly dirty: ReadonlySet<StreamId>; readonly underWay: boolean; readonly nextAtMs: number };

export type RegionLink = IdleLink | WaitingLink | ListingLink | OpeningLink | LiveLink | StoppedLink;

export type IdleLink = { readonly kind: "idle" };
export type WaitingLink = { readonly kind: "waiting"; readonly untilMs: number };
export type ListingLink = { readonly kind: "listing"; readonly session: number };
export type OpeningLink = { readonly kind: "opening"; readonly session: number; readonly untilMs: number };
export type StoppedLink = { readonly kind: "stopped" };

export type LiveLink = {
  readonly kind: "live";
  readonly session: number;
  readonly creditBytes: number;
  readonly allowanceBytes: number;
  readonly lastFrameMs: number;
  /** The allowance is halved again only for batches sent after this: one slow moment counts once, not ten times. */
  readonly slowedAtMs: number;
  readonly writable: boolean;
  /** The region asked the gateway to leave: no new batches are sent, and batches in flight may still arrive. */
  readonly leaving: boolean;
  /** Deadlines are not checked before this: our own process was asleep, and frames may still be in the socket. */
  readonly graceUntilMs: number;
  readonly queue: SendQueue;
  readonly catchUp: CatchUp | undefined;
};

/** The backlog that is being sent since the greeting. */
export type CatchUp = { readonly sinceMs: number; readonly batches: number; readonly bytes: number };

/** A region that this gateway has not connected to yet. */
export function idleRegion(region: RegionId, nowMs: number): RegionState {
  return {
    region,
    liveSinceMs: nowMs,
    returnAfterMs: Infinity,
    link: { kind: "idle" },
    circuit: { kind: "closed", failures: 0 },
    lastLoss: "",
    offlineSinceMs: nowMs,
    durableTimeoutMs: UPLINK.undurableMs,
    bootId: "",
    claims: new Map(),
    quarantine: new Map(),
    marks: { dirty: new Set(), underWay: false, nextAtMs: nowMs },
    totals: { sentBatches: 0, sentBytes: 0, durableBatches: 0, durableBytes: 0 },
    timerAtMs: Infinity,
  };
}

/** How many batches the region refused for good. */
export function quarantinedBatches(region: RegionState): number {
  let sum = 0;
  for (const seqs of region.quarantine.values()) sum += seqs.size;
  return sum;
}
