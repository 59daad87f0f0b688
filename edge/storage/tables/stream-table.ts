import type { Database, Statement } from "better-sqlite3";
import type { StreamId } from "../../../proto/core/ids.ts";

/** The streams of this gateway that have batches on disk, and which batches regions claim to hold. */
export class StreamTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** Oldest first. */
  all(): OutboxStreamRow[] {
    return this.#sql.all.all();
  }

  /** The highest seq of a stream, 0 when the stream is unknown. */
  lastSeq(streamId: StreamId): number {
    return this.#sql.lastSeq.get(streamId)?.last_seq ?? 0;
  }

  put(stream: { streamId: StreamId; openedMs: number; lastSeq: number }): void {
    this.#sql.put.run(stream.streamId, stream.openedMs, stream.lastSeq);
  }

  /** Sets of seqs as JSON: `[prefix, first, last, first, last...]`. */
  setClaims(streamId: StreamId, claims: { durable: string; replicated: string }): void {
    this.#sql.setClaims.run(claims.durable, claims.replicated, streamId);
  }

  drop(streamId: StreamId): void {
    this.#sql.drop.run(streamId);
  }
}

export type OutboxStreamRow = {
  readonly stream_id: StreamId;
  readonly last_seq: number;
  readonly durable: string;
  readonly replicated: string;
};

type Statements = {
  readonly all: Statement<[], OutboxStreamRow>;
  readonly lastSeq: Statement<[string], { readonly last_seq: number }>;
  readonly put: Statement<[string, number, number]>;
  readonly setClaims: Statement<[string, string, string]>;
  readonly drop: Statement<[string]>;
};

function prepare(db: Database): Statements {
  return {
    all: db.prepare("SELECT stream_id, last_seq, durable, replicated FROM stream ORDER BY opened_ms, stream_id"),
    lastSeq: db.prepare("SELECT last_seq FROM stream WHERE stream_id = ?"),
    put: db.prepare(
      `INSERT INTO stream (stream_id, opened_ms, last_seq, durable, replicated) VALUES (?, ?, ?, '[0]', '[0]')
       ON CONFLICT (stream_id) DO UPDATE SET last_seq = excluded.last_seq`,
    ),
    setClaims: db.prepare("UPDATE stream SET durable = ?, replicated = ? WHERE stream_id = ?"),
    drop: db.prepare("DELETE FROM stream WHERE stream_id = ?"),
  };
}
