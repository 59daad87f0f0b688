import type { Have } from "../../proto/core/have.ts";
import {
  contains,
  heldCount,
  difference,
  EMPTY_HAVE,
  flatIslands,
  haveFromWire,
  haveOf,
  insert,
  union,
} from "../../proto/core/have.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import { toSeq } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { OutboxClaim, OutboxStream } from "./outbox.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { SealedBatchNote } from "./sealer.ts";
import type { VoidedRange } from "../core/uplink/session.ts";
import { checkBatch } from "./batch-check.ts";
import type { BatchKey, StoredBatch } from "./tables/batch-table.ts";

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
  /** What was found when batches were read, until {@link writeChecked} writes it. */
  #repaired: Checked[] = [];
  #damaged: Checked[] = [];
  #voided: VoidedRange[] = [];
  readonly #walk: BatchWalk;

  constructor(db: OutboxTables) {
    this.#db = db;
    this.#walk = new BatchWalk(this.#streams);
  }

  /**
   * Runs inside a transaction. A damaged stream loses what regions claimed of it, and they claim it again. Its batches are found
   * by their own rows.
   */
  load(damage: DiskDamage): void {
    for (const streamId of this.#loadStreams()) {
      const reason = "the row does not match its checksum: regions are asked again what they hold of it";
      damage.add({ place: "stream", key: streamId, reason, lost: 0, of: "nothing" });
    }
  }

  #loadStreams(): readonly string[] {
    const { damaged } = this.#db.streams.load();
    for (const streamId of damaged) this.#db.streams.drop(streamId);
    const known = new Map(this.#db.streams.load().streams.map((row) => [row.stream_id, row.last_seq]));
    for (const { streamId, lastSeq } of this.#db.batches.streams()) {
      if ((known.get(streamId) ?? 0) < lastSeq) this.#db.streams.put({ streamId, openedMs: 0, lastSeq });
    }
    for (const row of this.#db.streams.load().streams) {
      const stream: OutboxStreamState = {
        last: row.last_seq,
        durable: parseClaim(row.durable),
        replicated: parseClaim(row.replicated),
        voided: haveOf(this.#db.batches.voids(row.stream_id).map(({ first }) => first)),
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
    return damaged;
  }

  /** Whether {@link trim} would find a replicated batch. */
  get trimmable(): boolean {
    return this.#trimmable > 0;
  }

  /** Readings of batches that no region is known to hold. */
  get undurableReadings(): number {
    return this.#totals.undurableReadings;
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
      stream = { last: 0, durable: EMPTY_HAVE, replicated: EMPTY_HAVE, voided: EMPTY_HAVE, batches: new Map() };
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
        voided: stream.voided,
      });
    }
    return extents;
  }

  /**
   * The batches that cannot be sent, each as a range of its own: a region keeps each range that it is told, and ranges that grew
   * would overlap there.
   */
  voids(): VoidedRange[] {
    return [...this.#streams.keys()].flatMap((streamId) => this.#db.batches.voids(streamId));
  }

  read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): SealedBatch[] {
    const found: SealedBatch[] = [];
    let bytes = 0;
    for (const seq of request.seqs) {
      const row = this.#intact({ streamId: request.streamId, seq });
      if (row === undefined) continue;
      found.push({ streamId: request.streamId, seq, bytes: row.bytes, sha256: row.sha256 });
      bytes += row.bytes.length;
      if (bytes >= request.maxBytes) break;
    }
    return found;
  }

  /** Whether {@link checkNext} has a batch to check. `atMs` is monotonic. */
  checkDue(atMs: number): boolean {
    return this.#walk.due(atMs);
  }

  /** Checks the next few batches, so that a damaged one is noticed before a region needs it. */
  checkNext(atMs: number): void {
    if (!this.#walk.due(atMs)) return;
    let bytes = 0;
    for (const key of this.#walk.step(atMs)) {
      bytes += (this.#intact(key)?.bytes.length ?? 0) + 1;
      if (bytes >= CHECKED_BYTES) return;
    }
  }

  /** Whether {@link writeChecked} has something to write. */
  get hasChecked(): boolean {
    return this.#repaired.length > 0 || this.#damaged.length > 0;
  }

  /** Writes what was repaired, and puts aside what was damaged. Runs inside a transaction. */
  writeChecked(damage: DiskDamage): void {
    for (const { key, row } of this.#repaired) {
      this.#db.batches.update(key, row);
      damage.add({ place: "batch", key: nameOf(key), reason: REPAIRED, lost: 0, of: "nothing" });
    }
    for (const { key, row } of this.#damaged) this.#putAside(key, row, damage);
    this.#repaired = [];
    this.#damaged = [];
  }

  /** The batches that were put aside since the last call. */
  takeVoided(): readonly VoidedRange[] {
    const voided = this.#voided;
    if (voided.length > 0) this.#voided = [];
    return voided;
  }

  /** A batch as it was sealed. One that is not there, or is damaged beyond repair, is undefined. */
  #intact(key: BatchKey): StoredBatch | undefined {
    const row = this.#db.batches.get(key.streamId, key.seq);
    if (row === undefined) return undefined;
    const check = checkBatch(key, row);
    switch (check.kind) {
      case "intact":
        return row;
      case "repaired":
        if (!includes(this.#repaired, key)) this.#repaired.push({ key, row: check.row });
        return check.row;
      case "damaged":
        if (!includes(this.#damaged, key)) this.#damaged.push({ key, row });
        return undefined;
    }
  }

  #putAside(key: BatchKey, row: StoredBatch, damage: DiskDamage): void {
    const { streamId, seq } = key;
    const stream = this.#streams.get(streamId);
    const batch = stream?.batches.get(seq);
    if (stream === undefined || batch === undefined) return;
    const isHeld = contains(stream.durable, seq);
    if (contains(stream.replicated, seq)) this.#trimmable--;
    this.#db.batches.drop(streamId, seq);
    stream.batches.delete(seq);
    this.#countBatch(batch, -1);
    if (isHeld) {
      damage.add({ place: "batch", key: nameOf(key), reason: `${DAMAGED}; a region holds it`, lost: 0, of: "nothing" });
      return;
    }
    this.#countUndurable(batch, -1);
    this.#db.batches.addVoid(key, batch.readings, DAMAGED);
    stream.voided = insert(stream.voided, seq);
    this.#voided.push({ streamId, first: seq, last: seq, readings: batch.readings, reason: DAMAGED });
    const found = { reason: DAMAGED, lost: batch.readings, of: "reading" } as const;
    damage.add({ place: "batch", key: nameOf(key), ...found, bytes: row.bytes });
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
      const settled = heldCount(union(stream.replicated, stream.voided));
      if (stream.batches.size === 0 && streamId !== options.current && settled >= stream.last) {
        this.#db.streams.drop(streamId);
        this.#db.batches.dropVoids(streamId);
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
  voided: Have;
  /** By seq, ascending. */
  readonly batches: Map<number, OutboxBatch>;
};

type OutboxBatch = { readonly sealedMs: number; readonly bytes: number; readonly readings: number };

type Checked = { readonly key: BatchKey; readonly row: StoredBatch };

/** Goes over all batches after a start, and again every few hours. */
class BatchWalk {
  readonly #streams: ReadonlyMap<StreamId, OutboxStreamState>;
  #left: Iterator<BatchKey> | undefined;
  #nextAtMs = -Infinity;

  constructor(streams: ReadonlyMap<StreamId, OutboxStreamState>) {
    this.#streams = streams;
  }

  due(atMs: number): boolean {
    return atMs >= this.#nextAtMs;
  }

  /** Begins a step. After it the next step is not due at once, so that a walk takes a small part of the time. */
  *step(atMs: number): Generator<BatchKey, undefined> {
    this.#nextAtMs = atMs + STEP_EVERY_MS;
    this.#left ??= this.#all();
    for (let next = this.#left.next(); next.done !== true; next = this.#left.next()) yield next.value;
    this.#left = undefined;
    this.#nextAtMs = atMs + WALK_EVERY_MS;
  }

  /** A batch that is sealed or dropped during the walk may come or not. */
  *#all(): Generator<BatchKey, undefined> {
    for (const [streamId, { batches }] of this.#streams) {
      for (const seq of batches.keys()) yield { streamId, seq: toSeq(seq) };
    }
  }
}

const STEP_EVERY_MS = 50;
const WALK_EVERY_MS = 6 * 3_600_000;
/** So many take a millisecond. */
const CHECKED_BYTES = 256 * 1024;
const REPAIRED = "one bit was wrong; the checksums prove that it is repaired";
const DAMAGED = "the bytes do not match their hash";

function nameOf({ streamId, seq }: BatchKey): string {
  return `${streamId}/${seq}`;
}

function includes(checked: readonly Checked[], { streamId, seq }: BatchKey): boolean {
  return checked.some(({ key }) => key.streamId === streamId && key.seq === seq);
}

function parseClaim(text: string): Have {
  const [prefix = 0, ...ranges] = JSON.parse(text) as number[];
  return haveFromWire(prefix, ranges);
}

function formatClaim(have: Have): string {
  return JSON.stringify([have.prefix, ...flatIslands(have)]);
}
