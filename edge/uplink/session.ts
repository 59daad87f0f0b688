import type { Have } from "../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";

/**
 * One connection of a gateway to a region, from the first packet to the last. It is opened once, is never reopened and
 * decides nothing: when to connect, what to send and when to give up is the uplink's (edge/core/uplink/uplink.ts).
 *
 * Guarantees:
 * - `closed` is told exactly once and is the last event, however early the session ends; after `close()` nothing is
 *   told any more.
 * - Events are told in the order in which the region sent the frames, and never from inside `open` or `send`.
 * - It is not the place where a connection hangs: until it stands there is a deadline. From then on silence is the
 *   uplink's to judge, because only it knows what it waits for.
 */
export interface RegionSession {
  /**
   * Takes the batch in any case. False: more bytes are buffered than the session wants to hold; the caller stops until
   * the event `writable`.
   */
  send(batch: SealedBatch): boolean;
  /** Ends the session now; what is not yet acknowledged may or may not arrive. */
  close(): void;
}

/** A region as a place one can connect to. */
export interface RegionEndpoint {
  readonly region: RegionId;
  open(hello: SessionHello, listener: (event: SessionEvent) => void): RegionSession;
}

/** What the gateway says of itself: the streams it holds. Name, software and token are the endpoint's. */
export type SessionHello = {
  readonly streams: readonly HelloStream[];
};

export type HelloStream = {
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly closed: boolean;
};

/** Per stream, the whole set that the region holds; a stream that is not named is said nothing about. */
export type StreamSets = ReadonlyMap<StreamId, Have>;

export type SessionEvent =
  | {
      readonly kind: "helloAck";
      readonly region: string;
      /** Minted with the region's store and process, as hexadecimal text; for the log and for "is it still the same?". */
      readonly storeId: string;
      readonly bootId: string;
      readonly durable: StreamSets;
      readonly replicated: StreamSets;
      readonly creditBytes: number;
      /** How many regions must hold a batch before it may be trimmed; Infinity where the region does not say. */
      readonly minCopies: number;
      /** All regions that there are, and where gateways reach them; empty where the region does not say. */
      readonly regions: readonly { readonly name: string; readonly url: string }[];
    }
  | {
      readonly kind: "ack";
      readonly durable: StreamSets;
      readonly replicated: StreamSets;
      readonly creditBytes: number;
    }
  | { readonly kind: "drain"; readonly reason: string }
  | { readonly kind: "writable" }
  | { readonly kind: "refusal"; readonly refusal: Refusal }
  | { readonly kind: "closed"; readonly reason: string };

/** Why a region will not go on, in the words of proto/ingest.proto; a code that this version does not know is `other`. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly message: string;
  /** The batch it is about, where it is about one. */
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
  | "other";
