import { backoffMs } from "../../proto/core/backoff.ts";
import { contains, count, difference, EMPTY_HAVE, isEmpty, missing } from "../../proto/core/have.ts";
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
};

export type UplinkState = {
  readonly streams: ReadonlyMap<StreamId, HeldStream>;
  readonly regions: ReadonlyMap<RegionId, RegionState>;
  /** Numbers connections and reads, so that what belongs to an earlier one is recognised. */
  readonly lastNumber: number;
};

/** A stream as the outbox lists it, kept current by what is sealed since. */
export type HeldStream = {
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly closed: boolean;
  readonly durable: Have;
};

export type RegionState = {
  readonly region: RegionId;
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
  /** When the timer rings that was last asked for. */
  readonly timerAtMs: number;
};

export type Claim = { readonly durable: Have; readonly replicated: Have };

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
  /** After this many acknowledged bytes the allowance may halve again: one late answer is one reason, not ten. */
  readonly lastFrameMs: number;
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
  return { streams: new Map(), regions: new Map(regions.map((region) => [region, idle(region, nowMs)])), lastNumber: 0 };
}

/**
 * @param nowMs a monotonic clock
 * @param random one draw from [0, 1)
 */
export function step(state: UplinkState, event: UplinkEvent, nowMs: number, random: number): UplinkStep {
  const turn = new Turn(state, nowMs, random);
  switch (event.kind) {
    case "start":
      for (const region of state.regions.values()) if (region.link.kind === "idle") turn.list(region);
      break;
    case "hurry":
      for (const region of state.regions.values()) {
        const refused = region.circuit.kind === "open" && region.circuit.cause === "refused";
        if (region.link.kind === "waiting" && !refused) turn.list(region);
      }
      break;
    case "stop":
      for (const region of state.regions.values()) turn.stop(region);
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
