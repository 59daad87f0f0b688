import { Buffer } from "node:buffer";
import type { Database, Statement } from "better-sqlite3";
import type { Seq, StreamId } from "../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import type { VoidedRange } from "../../core/uplink/session.ts";
import { rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/** The sealed batches of the outbox, and those of them that the disk damaged. */
export class BatchTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  add(batch: SealedBatch, counts: { sealedMs: number; readings: number; records: number }): void {
    const { streamId, seq } = batch;
    const row = { ...counts, size: batch.bytes.length, sha256: bufferOf(batch.sha256), bytes: bufferOf(batch.bytes) };
    this.#sql.add.run({ streamId, seq, ...row, crc: batchChecksum(batch, row) });
  }

  /** Writes what was repaired. */
  update({ streamId, seq }: BatchKey, row: StoredBatch): void {
    this.#sql.update.run({ streamId, seq, ...row, crc: batchChecksum({ streamId, seq }, row) });
  }

  get(streamId: StreamId, seq: Seq): StoredBatch | undefined {
    return this.#sql.get.get(streamId, seq);
  }

  /** Without their bytes, in the order of their seqs. */
  list(streamId: StreamId): OutboxBatchRow[] {
    return this.#sql.list.all(streamId);
  }

  /** The streams of all batches, with their highest seqs. */
  streams(): readonly { readonly streamId: StreamId; readonly lastSeq: number }[] {
    return this.#sql.streams.all();
  }

  drop(streamId: StreamId, seq: number): void {
    this.#sql.drop.run(streamId, seq);
  }

  /** The batch will never be sent. */
  addVoid({ streamId, seq }: BatchKey, readings: number, reason: string): void {
    this.#sql.addVoid.run(streamId, seq, readings, reason);
  }

  /** In the order of their seqs. */
  voids(streamId: StreamId): readonly VoidedRange[] {
    return this.#sql.voids.all(streamId).map(({ seq, ...rest }) => ({ streamId, first: seq, last: seq, ...rest }));
  }

  dropVoids(streamId: StreamId): void {
    this.#sql.dropVoids.run(streamId);
  }
}

export function batchChecksum({ streamId, seq }: BatchKey, row: Omit<StoredBatch, "crc">): number {
  const { sealedMs, readings, records, size, sha256, bytes } = row;
  return rowChecksum("batch", [streamId, seq, sealedMs, readings, records, size, sha256.toString("hex")], bytes);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export type BatchKey = { readonly streamId: StreamId; readonly seq: Seq };

export type StoredBatch = {
  readonly sealedMs: number;
  readonly readings: number;
  readonly records: number;
  readonly size: number;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
  /** Null: an earlier version wrote the row. */
  readonly crc: number | null;
};

export type OutboxBatchRow = {
  readonly seq: number;
  readonly sealed_ms: number;
  readonly readings: number;
  readonly records: number;
  readonly size: number;
};

type Statements = {
  readonly add: Statement<[BatchKey & StoredBatch]>;
  readonly update: Statement<[BatchKey & StoredBatch]>;
  readonly get: Statement<[string, number], StoredBatch>;
  readonly list: Statement<[string], OutboxBatchRow>;
  readonly streams: Statement<[], { readonly streamId: StreamId; readonly lastSeq: number }>;
  readonly drop: Statement<[string, number]>;
  readonly addVoid: Statement<[string, number, number, string]>;
  readonly voids: Statement<[string], { readonly seq: Seq; readonly readings: number; readonly reason: string }>;
  readonly dropVoids: Statement<[string]>;
};

function prepare(db: Database): Statements {
  return {
    add: db.prepare(
      `INSERT INTO batch (stream_id, seq, sealed_ms, readings, records, size, sha256, bytes, crc)
       VALUES (@streamId, @seq, @sealedMs, @readings, @records, @size, @sha256, @bytes, @crc)`,
    ),
    update: db.prepare(
      `UPDATE batch SET sealed_ms = @sealedMs, readings = @readings, records = @records, size = @size, sha256 = @sha256,
         bytes = @bytes, crc = @crc
       WHERE stream_id = @streamId AND seq = @seq`,
    ),
    get: db.prepare(
      `SELECT sealed_ms AS sealedMs, readings, records, size, sha256, bytes, crc FROM batch
       WHERE stream_id = ? AND seq = ?`,
    ),
    list: db.prepare("SELECT seq, sealed_ms, readings, records, size FROM batch WHERE stream_id = ? ORDER BY seq"),
    streams: db.prepare("SELECT stream_id AS streamId, max(seq) AS lastSeq FROM batch GROUP BY stream_id"),
    drop: db.prepare("DELETE FROM batch WHERE stream_id = ? AND seq = ?"),
    addVoid: db.prepare("INSERT OR REPLACE INTO voided_batch (stream_id, seq, readings, reason) VALUES (?, ?, ?, ?)"),
    voids: db.prepare("SELECT seq, readings, reason FROM voided_batch WHERE stream_id = ? ORDER BY seq"),
    dropVoids: db.prepare("DELETE FROM voided_batch WHERE stream_id = ?"),
  };
}
