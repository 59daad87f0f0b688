import type { Have } from "../../proto/core/have.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { VoidedRange } from "../core/uplink/session.ts";

/** The sealed batches on this gateway's disk, as the uplink sees them. Every answer describes the disk as it is now. */
export interface Outbox {
  /** Every stream that still has batches here or that this process life writes. */
  streams(): Promise<readonly OutboxStream[]>;
  /** The batches of `seqs` that exist, in ascending order, stopping after the one that passes `maxBytes`. */
  read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): Promise<readonly SealedBatch[]>;
  /**
   * Records what regions claim to hold: `durable` lets a batch count as safe, `replicated` lets it be trimmed. All claims
   * are written in one transaction: after a greeting there are as many claims as streams.
   */
  mark(claims: readonly OutboxClaim[]): Promise<void>;
  /** The batches that cannot be sent, because the disk damaged them. */
  voids(): Promise<readonly VoidedRange[]>;
  /** Called when more batches cannot be sent. One listener. */
  onVoided(listener: (voids: readonly VoidedRange[]) => void): void;
  /** Called after every commit that sealed batches. One listener. */
  onSealed(listener: (sealed: { streamId: StreamId; firstSeq: Seq; lastSeq: Seq }) => void): void;
}

export type OutboxClaim = { readonly streamId: StreamId; readonly durable: Have; readonly replicated: Have };

export type OutboxStream = {
  readonly streamId: StreamId;
  /** Lowest seq still on disk. */
  readonly first: Seq;
  /** Highest seq sealed. */
  readonly last: Seq;
  /** True for the streams of earlier process lives. */
  readonly closed: boolean;
  /** Seqs that some region reported as durable. */
  readonly durable: Have;
  /** Seqs that at least `min_copies` regions hold. */
  readonly replicated: Have;
  /** Seqs that cannot be sent. */
  readonly voided: Have;
};
