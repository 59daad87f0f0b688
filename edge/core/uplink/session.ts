import type { Have } from "../../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";

/**
 * One session of a gateway with a region, from the first packet to the last. It is opened once and never reopened. It
 * decides nothing: the uplink (edge/core/uplink/uplink.ts) decides when to connect, what to send and when to give up.
 *
 * Guarantees:
 * - `closed` is reported exactly once and is the last event, however early the session ends. After `close()` no event is
 *   reported.
 * - Events are reported in the order in which the region sent the frames, and never from inside `open` or `send`.
 * - Connecting has a deadline. Later, the uplink judges silence, because only the uplink knows what it waits for.
 */
export interface RegionSession {
  /**
   * Always takes the batch. False: more bytes are buffered than the session wants to hold, and the caller stops until the
   * event `writable`.
   */
  send(batch: SealedBatch): boolean;
  /** Answers the probe of this number. */
  answer(probe: number): void;
  /** Tells the region not to wait for these batches. */
  declareVoid(range: VoidedRange): void;
  /** Ends the session now. Batches that are not acknowledged may or may not arrive. */
  close(): void;
}

/** Batches that were sealed and cannot be sent, because the disk damaged them. Both ends belong to the range. */
export type VoidedRange = {
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly readings: number;
  readonly reason: string;
};

/** A region that one can connect to. */
export interface RegionEndpoint {
  readonly region: RegionId;
  open(hello: SessionHello, listener: (event: SessionEvent) => void): RegionSession;
}

/** The streams that the gateway holds. The endpoint adds name, life, software and token. */
export type SessionHello = {
  readonly streams: readonly HelloStream[];
};

export type HelloStream = {
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly closed: boolean;
};

/** The whole set that the region holds, by stream. A missing stream means nothing. */
export type StreamSets = ReadonlyMap<StreamId, Have>;

export type SessionEvent =
  | {
      readonly kind: "hello_ack";
      readonly region: string;
      /** Random ids of the region's store and process, in hexadecimal. They show whether it is still the same one. */
      readonly storeId: string;
      readonly bootId: string;
      readonly durable: StreamSets;
      readonly replicated: StreamSets;
      readonly creditBytes: number;
      /** How many regions must hold a batch before it may be trimmed. Infinity: the region does not report it. */
      readonly minCopies: number;
      /** All regions, and their addresses for gateways. Empty: the region does not report them. */
      readonly regions: readonly { readonly name: string; readonly url: string }[];
    }
  | {
      readonly kind: "ack";
      readonly durable: StreamSets;
      readonly replicated: StreamSets;
      readonly creditBytes: number;
      /** Another gateway of this name connects, and this one must answer at once. `rival`: where the other one is. */
      readonly probe?: { readonly number: number; readonly rival: string } | undefined;
    }
  | { readonly kind: "drain"; readonly reason: string }
  | { readonly kind: "writable" }
  | { readonly kind: "refusal"; readonly refusal: RegionRefusal }
  | { readonly kind: "closed"; readonly reason: string };

/** Why a region refuses a session or a batch. The codes are those of proto/ingest.proto; an unknown code is `other`. */
export type RegionRefusal = {
  readonly code: RefusalCode;
  readonly message: string;
  /** The batch that is refused; null: the session is refused. */
  readonly batch: { readonly streamId: StreamId; readonly seq: Seq } | null;
};

export type RefusalCode =
  | "leaving"
  | "protocol"
  | "unauthorized"
  | "bad_hello"
  | "bad_batch"
  | "fork"
  | "storage"
  /** Another gateway of this name is connected. */
  | "twin"
  | "other";
