import type { Have } from "../../proto/core/have.ts";
import { contains, count, EMPTY_HAVE, flatIslands, haveFromWire } from "../../proto/core/have.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { OutboxStream } from "./outbox.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { SealedBatchNote } from "./sealer.ts";

/**
 * The sealed batches on disk and what regions claim about them: counters in memory, bytes on disk.
 *
 * Trimming is lazy: a replicated batch stays as one more copy until the disk needs the room or it is old.
 */
export class OutboxShelf {
  readonly #db: GatewayDatabase;
  readonly #streams = new Map<StreamId, ShelfStream>();
  #totals: OutboxTotals = {
    batches: 0,
    bytes: 0,
    readings: 0,
    undurableBatches: 0,
    undurableBytes: 0,
    undurableReadings: 0,
  };

  #trimmable = 0;

  constructor(db: GatewayDatabase) {
    this.#db = db;
  }

  load(): void {
    for (const row of this.#db.streams()) {
      const stream: ShelfStream = {
        last: row.last_seq,
        durable: parseClaim(row.durable),
        replicated: parseClaim(row.replicated),
        batches: new Map(),
      };
      this.#streams.set(row.stream_id, stream);
      for (const batch of this.#db.batches(row.stream_id)) {
        stream.batches.set(batch.seq, { sealedMs: batch.sealed_ms, bytes: batch.size, readings: batch.readings });
      }
    }
    this.#recount();
  }

  /** Whether {@link trim} would find a replicated batch. */
  get trimmable(): boolean {
    return this.#trimmable > 0;
  }

  get totals(): OutboxTotals {
    return this.#totals;
  }

  /** Seal time of the oldest batch that no region holds, or undefined. */
  oldestUndurableMs(): number | undefined {
    let oldest: number | undefined;
    for (const stream of this.#streams.values()) {
      for (const [seq, batch] of stream.batches) {
        if (contains(stream.durable, seq as Seq)) continue;
        if (oldest === undefined || batch.sealedMs < oldest) oldest = batch.sealedMs;
        break;
      }
    }
    return oldest;
  }

  /** After the commit that wrote the batch. */
  add(note: SealedBatchNote): void {
    let stream = this.#streams.get(note.streamId);
    if (stream === undefined) {
      stream = { last: 0, durable: EMPTY_HAVE, replicated: EMPTY_HAVE, batches: new Map() };
      this.#streams.set(note.streamId, stream);
    }
    stream.last = note.seq;
    stream.batches.set(note.seq, { sealedMs: note.sealedMs, bytes: note.bytes, readings: note.readings });
    const totals = this.#totals;
    this.#totals = {
      batches: totals.batches + 1,
      bytes: totals.bytes + note.bytes,
      readings: totals.readings + note.readings,
      undurableBatches: totals.undurableBatches + 1,
      undurableBytes: totals.undurableBytes + note.bytes,
      undurableReadings: totals.undurableReadings + note.readings,
    };
  }

  /** @param current the stream that this process life writes. */
  streams(current: StreamId | undefined): OutboxStream[] {
    const extents: OutboxStream[] = [];
    for (const [streamId, stream] of this.#streams) {
      const first = stream.batches.keys().next().value ?? stream.last;
      extents.push({
        streamId,
        first: first as Seq,
        last: stream.last as Seq,
        closed: streamId !== current,
        durable: stream.durable,
        replicated: stream.replicated,
      });
    }
    return extents;
  }

  read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): SealedBatch[] {
    const found: SealedBatch[] = [];
    let bytes = 0;
    for (const seq of request.seqs) {
      const row = this.#db.batch(request.streamId, seq);
      if (row === undefined) continue;
      found.push({ streamId: request.streamId, seq, bytes: row.bytes, sha256: row.sha256 });
      bytes += row.bytes.length;
      if (bytes >= request.maxBytes) break;
    }
    return found;
  }

  /** Inside a transaction: a claim replaces the earlier one of the same stream. */
  mark(claim: { streamId: StreamId; durable: Have; replicated: Have }): void {
    const stream = this.#streams.get(claim.streamId);
    if (stream === undefined) return;
    stream.durable = claim.durable;
    stream.replicated = claim.replicated;
    this.#db.setClaims(claim.streamId, formatClaim(claim.durable), formatClaim(claim.replicated));
    this.#recount();
  }

  /**
   * Inside a transaction: drops replicated batches, oldest first, at most `limit` of them, those sealed before
   * `beforeMs`. @returns how many it dropped.
   */
  trim(options: { beforeMs: number; limit: number; current: StreamId | undefined }): number {
    let dropped = 0;
    for (const [streamId, stream] of this.#streams) {
      for (const [seq, batch] of stream.batches) {
        if (dropped === options.limit || batch.sealedMs >= options.beforeMs) break;
        if (!contains(stream.replicated, seq as Seq)) continue;
        this.#db.dropBatch(streamId, seq);
        stream.batches.delete(seq);
        dropped++;
      }
      // A stream of an earlier life with nothing left on disk has nothing more to say.
      if (stream.batches.size === 0 && streamId !== options.current && count(stream.replicated) >= stream.last) {
        this.#db.dropStream(streamId);
        this.#streams.delete(streamId);
      }
      if (dropped === options.limit) break;
    }
    if (dropped > 0) this.#recount();
    return dropped;
  }

  #recount(): void {
    let trimmable = 0;
    const totals = { batches: 0, bytes: 0, readings: 0, undurableBatches: 0, undurableBytes: 0, undurableReadings: 0 };
    for (const stream of this.#streams.values()) {
      for (const [seq, batch] of stream.batches) {
        totals.batches++;
        totals.bytes += batch.bytes;
        totals.readings += batch.readings;
        if (contains(stream.replicated, seq as Seq)) trimmable++;
        if (contains(stream.durable, seq as Seq)) continue;
        totals.undurableBatches++;
        totals.undurableBytes += batch.bytes;
        totals.undurableReadings += batch.readings;
      }
    }
    this.#totals = totals;
    this.#trimmable = trimmable;
  }
}

/** Batches and what is in them, on this disk; the undurable ones are those that no region is known to hold. */
export type OutboxTotals = {
  readonly batches: number;
  readonly bytes: number;
  readonly readings: number;
  readonly undurableBatches: number;
  readonly undurableBytes: number;
  readonly undurableReadings: number;
};

type ShelfStream = {
  last: number;
  durable: Have;
  replicated: Have;
  /** By seq, ascending. */
  readonly batches: Map<number, { readonly sealedMs: number; readonly bytes: number; readonly readings: number }>;
};

function parseClaim(text: string): Have {
  const [prefix = 0, ...ranges] = JSON.parse(text) as number[];
  return haveFromWire(prefix, ranges);
}

function formatClaim(have: Have): string {
  return JSON.stringify([have.prefix, ...flatIslands(have)]);
}
