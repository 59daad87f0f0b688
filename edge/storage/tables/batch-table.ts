import type { Database, Statement } from "better-sqlite3";
import type { Seq, StreamId } from "../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";

/** The sealed batches of the outbox. */
export class BatchTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  add(batch: SealedBatch, counts: { sealedMs: number; readings: number; records: number }): void {
    const { streamId, seq, bytes, sha256 } = batch;
    this.#sql.add.run(streamId, seq, counts.sealedMs, counts.readings, counts.records, bytes.length, sha256, bytes);
  }

  get(streamId: StreamId, seq: Seq): { sha256: Buffer; bytes: Buffer } | undefined {
    return this.#sql.get.get(streamId, seq);
  }

  /** Without their bytes, in the order of their seqs. */
  list(streamId: StreamId): OutboxBatchRow[] {
    return this.#sql.list.all(streamId);
  }

  drop(streamId: StreamId, seq: number): void {
    this.#sql.drop.run(streamId, seq);
  }
}

export type OutboxBatchRow = {
  readonly seq: number;
  readonly sealed_ms: number;
  readonly readings: number;
  readonly records: number;
  readonly size: number;
};

type Statements = {
  readonly add: Statement<unknown[]>;
  readonly get: Statement<[string, number], { sha256: Buffer; bytes: Buffer }>;
  readonly list: Statement<[string], OutboxBatchRow>;
  readonly drop: Statement<[string, number]>;
};

function prepare(db: Database): Statements {
  return {
    add: db.prepare(
      `INSERT INTO batch (stream_id, seq, sealed_ms, readings, records, size, sha256, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    get: db.prepare("SELECT sha256, bytes FROM batch WHERE stream_id = ? AND seq = ?"),
    list: db.prepare("SELECT seq, sealed_ms, readings, records, size FROM batch WHERE stream_id = ? ORDER BY seq"),
    drop: db.prepare("DELETE FROM batch WHERE stream_id = ? AND seq = ?"),
  };
}
