import type { Have } from "../../proto/core/have.ts";
import { contains, heldCount, difference, EMPTY_HAVE, flatIslands, haveFromWire } from "../../proto/core/have.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { OutboxClaim, OutboxStream } from "./outbox.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { SealedBatchNote } from "./sealer.ts";

/**
 * The sealed batches on disk, and which of them regions claim to hold. Counters are in memory, bytes on disk.
 *
 * Trimming is lazy: a replicated batch stays as one more copy until the disk needs the room or it is old.
 */
export class SqliteOutbox {
  readonly #db: OutboxTables;
  readonly #streams = new Map<StreamId, OutboxStreamState>();
  readonly #totals = {
    batches: 0,
    bytes: 0,
    readings: 0,
    undurableBatches: 0,
    undurableBytes: 0,
    undurableReadings: 0,
  };

  #trimmable = 0;

  constructor(db: OutboxTables) {
    this.#db = db;
  }

  load(): void {
    for (const row of this.#db.streams.all()) {
      const stream: OutboxStreamState = {
        last: row.last_seq,
        durable: parseClaim(row.durable),
        replicated: parseClaim(row.replicated),
        batches: new Map(),
      };
      this.#streams.set(row.stream_id, stream);
      for (const batch of this.#db.batches.list(row.stream_id)) {
        const counted = { sealedMs: batch.sealed_ms, bytes: batch.size, readings: batch.readings };
        stream.batches.set(batch.seq, counted);
        this.#countBatch(counted, 1);
        if (!contains(stream.durable, batch.seq as Seq)) this.#countUndurable(counted, 1);
        if (contains(stream.replicated, batch.seq as Seq)) this.#trimmable++;
      }
    }
  }

  /** Whether {@link trim} would find a replicated batch. */
  get trimmable(): boolean {
    return this.#trimmable > 0;
  }

  get totals(): OutboxTotals {
    return { ...this.#totals };
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
    const batch = { sealedMs: note.sealedMs, bytes: note.bytes, readings: note.readings };
    stream.batches.set(note.seq, batch);
    this.#countBatch(batch, 1);
    this.#countUndurable(batch, 1);
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
      const row = this.#db.batches.get(request.streamId, seq);
      if (row === undefined) continue;
      found.push({ streamId: request.streamId, seq, bytes: row.bytes, sha256: row.sha256 });
      bytes += row.bytes.length;
      if (bytes >= request.maxBytes) break;
    }
    return found;
  }

  /** Replaces the earlier claim of the same stream. Runs inside a transaction. */
  mark(claim: OutboxClaim): void {
    const stream = this.#streams.get(claim.streamId);
    if (stream === undefined) return;
    for (const batch of held(stream, difference(claim.durable, stream.durable))) this.#countUndurable(batch, -1);
    for (const batch of held(stream, difference(stream.durable, claim.durable))) this.#countUndurable(batch, 1);
    for (const _ of held(stream, difference(claim.replicated, stream.replicated))) this.#trimmable++;
    for (const _ of held(stream, difference(stream.replicated, claim.replicated))) this.#trimmable--;
    stream.durable = claim.durable;
    stream.replicated = claim.replicated;
    this.#db.streams.setClaims(claim.streamId, {
      durable: formatClaim(claim.durable),
      replicated: formatClaim(claim.replicated),
    });
  }

  /**
   * Drops at most `limit` replicated batches, oldest first. Runs inside a transaction. It drops batches that were sealed
   * before `beforeMs`, batches that have a time after `nowMs` because the clock was corrected since, and batches of the
   * oldest streams if there are too many streams.
   * @returns how many it dropped.
   */
  trim(options: { beforeMs: number; nowMs: number; limit: number; current: StreamId | undefined }): number {
    let dropped = 0;
    // A gateway that restarts often has a stream for each process life, and each greeting lists all of them.
    let surplus = this.#streams.size - STREAMS_KEPT;
    for (const [streamId, stream] of this.#streams) {
      const beforeMs = surplus-- > 0 ? Infinity : options.beforeMs;
      for (const [seq, batch] of stream.batches) {
        if (dropped === options.limit) break;
        if (batch.sealedMs >= beforeMs && batch.sealedMs <= options.nowMs) continue;
        if (!contains(stream.replicated, seq as Seq)) continue;
        this.#db.batches.drop(streamId, seq);
        stream.batches.delete(seq);
        this.#trimmable--;
        this.#countBatch(batch, -1);
        if (!contains(stream.durable, seq as Seq)) this.#countUndurable(batch, -1);
        dropped++;
      }
      // A stream of an earlier process life without batches on disk is not needed any more.
      if (stream.batches.size === 0 && streamId !== options.current && heldCount(stream.replicated) >= stream.last) {
        this.#db.streams.drop(streamId);
        this.#streams.delete(streamId);
      }
      if (dropped === options.limit) break;
    }
    return dropped;
  }

  #countBatch(batch: OutboxBatch, sign: 1 | -1): void {
    this.#totals.batches += sign;
    this.#totals.bytes += sign * batch.bytes;
    this.#totals.readings += sign * batch.readings;
  }

  #countUndurable(batch: OutboxBatch, sign: 1 | -1): void {
    this.#totals.undurableBatches += sign;
    this.#totals.undurableBytes += sign * batch.bytes;
    this.#totals.undurableReadings += sign * batch.readings;
  }
}

type OutboxTables = Pick<GatewayDatabase, "streams" | "batches">;

/** Streams of earlier process lives that stay as one more copy. */
const STREAMS_KEPT = 1000;

/** The batches of a stream that are on disk and in `wanted`. A region may claim batches that were never sealed. */
function* held(stream: OutboxStreamState, wanted: Have): Generator<OutboxBatch> {
  const oldest = stream.batches.keys().next().value ?? Infinity;
  for (const { first, last } of [{ first: 1, last: wanted.prefix }, ...wanted.islands]) {
    for (let seq = Math.max(first, oldest); seq <= Math.min(last, stream.last); seq++) {
      const batch = stream.batches.get(seq);
      if (batch !== undefined) yield batch;
    }
  }
}

/** Batches on this disk and their contents. No region is known to hold the undurable ones. */
export type OutboxTotals = {
  readonly batches: number;
  readonly bytes: number;
  readonly readings: number;
  readonly undurableBatches: number;
  readonly undurableBytes: number;
  readonly undurableReadings: number;
};

type OutboxStreamState = {
  last: number;
  durable: Have;
  replicated: Have;
  /** By seq, ascending. */
  readonly batches: Map<number, OutboxBatch>;
};

type OutboxBatch = { readonly sealedMs: number; readonly bytes: number; readonly readings: number };

function parseClaim(text: string): Have {
  const [prefix = 0, ...ranges] = JSON.parse(text) as number[];
  return haveFromWire(prefix, ranges);
}

function formatClaim(have: Have): string {
  return JSON.stringify([have.prefix, ...flatIslands(have)]);
}
