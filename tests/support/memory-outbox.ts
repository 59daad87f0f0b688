import { createHash } from "node:crypto";
import type { Outbox, OutboxClaim, OutboxStream } from "../../edge/storage/outbox.ts";
import type { VoidedRange } from "../../edge/core/uplink/session.ts";
import { EMPTY_HAVE, haveOf } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";

/**
 * An outbox in memory that behaves as the one on disk: it answers later, with what it holds at that moment. Batches are made
 * when they are read, so that a large backlog needs no memory.
 */
export class MemoryOutbox implements Outbox {
  readonly #streams = new Map<StreamId, { first: number; last: number; closed: boolean }>();
  readonly #bytesOf: (streamId: StreamId, seq: Seq) => Uint8Array;
  readonly #claims = new Map<StreamId, { durable: Have; replicated: Have }>();
  readonly #voids = new Map<StreamId, VoidedRange[]>();
  #voidedListener: Parameters<Outbox["onVoided"]>[0] = () => undefined;
  #listener: Parameters<Outbox["onSealed"]>[0] = () => undefined;
  /** Bytes that were read so far. */
  readBytes: number = 0;

  constructor(bytesOf: (streamId: StreamId, seq: Seq) => Uint8Array) {
    this.#bytesOf = bytesOf;
  }

  /** Seals `count` more batches and tells the listener. */
  seal(streamId: StreamId, count: number): void {
    const stream = this.#streams.get(streamId) ?? { first: 1, last: 0, closed: false };
    const firstSeq = (stream.last + 1) as Seq;
    stream.last += count;
    this.#streams.set(streamId, stream);
    this.#listener({ streamId, firstSeq, lastSeq: stream.last as Seq });
  }

  /** The last mark of the stream. */
  claim(streamId: StreamId): { durable: Have; replicated: Have } {
    return this.#claims.get(streamId) ?? { durable: EMPTY_HAVE, replicated: EMPTY_HAVE };
  }

  async streams(): Promise<readonly OutboxStream[]> {
    await turnOfLoop();
    return [...this.#streams].map(([streamId, { first, last, closed }]) => ({
      streamId,
      first: first as Seq,
      last: last as Seq,
      closed,
      durable: EMPTY_HAVE,
      replicated: EMPTY_HAVE,
      voided: haveOf((this.#voids.get(streamId) ?? []).flatMap(({ first, last }) => seqsBetween(first, last))),
    }));
  }

  async read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): Promise<readonly SealedBatch[]> {
    await turnOfLoop();
    const { streamId } = request;
    const stream = this.#streams.get(streamId);
    const batches: SealedBatch[] = [];
    let total = 0;
    for (const seq of request.seqs) {
      if (stream === undefined || seq < stream.first || seq > stream.last) continue;
      if (this.#voids.get(streamId)?.some(({ first, last }) => seq >= first && seq <= last) === true) continue;
      const bytes = this.#bytesOf(streamId, seq);
      batches.push({ streamId, seq, bytes, sha256: createHash("sha256").update(bytes).digest() });
      total += bytes.length;
      if (total > request.maxBytes) break;
    }
    this.readBytes += total;
    return batches;
  }

  async mark(claims: readonly OutboxClaim[]): Promise<void> {
    await turnOfLoop();
    for (const { streamId, durable, replicated } of claims) this.#claims.set(streamId, { durable, replicated });
  }

  /** Loses batches, as a disk does. */
  lose(range: VoidedRange): void {
    this.#voids.set(range.streamId, [...(this.#voids.get(range.streamId) ?? []), range]);
    this.#voidedListener([range]);
  }

  async voids(): Promise<readonly VoidedRange[]> {
    await turnOfLoop();
    return [...this.#voids.values()].flat();
  }

  onVoided(listener: Parameters<Outbox["onVoided"]>[0]): void {
    this.#voidedListener = listener;
  }

  onSealed(listener: Parameters<Outbox["onSealed"]>[0]): void {
    this.#listener = listener;
  }
}

function seqsBetween(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
