import type { Database, Statement } from "better-sqlite3";
import type { StreamId } from "../../../proto/core/ids.ts";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/** The streams of this gateway that have batches on disk, and which batches regions claim to hold. */
export class StreamTable {
  readonly #sql: Statements;
  /** The rows as they are on disk. A checksum covers a whole row, so each change writes all of it. */
  readonly #rows = new Map<StreamId, OutboxStreamRow>();

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** Reads the table. The oldest stream first. */
  load(): LoadedStreams {
    this.#rows.clear();
    const damaged: string[] = [];
    for (const { crc, ...row } of this.#sql.all.all()) {
      if (isIntactRow(crc, streamChecksum(row))) this.#rows.set(row.stream_id, row);
      else damaged.push(row.stream_id);
    }
    return { streams: [...this.#rows.values()], damaged };
  }

  /** The highest seq of a stream, 0 when the stream is unknown. */
  lastSeq(streamId: StreamId): number {
    return this.#rows.get(streamId)?.last_seq ?? 0;
  }

  put(stream: { streamId: StreamId; openedMs: number; lastSeq: number }): void {
    const { streamId, openedMs, lastSeq } = stream;
    const row = this.#rows.get(streamId) ?? { ...NO_CLAIMS, stream_id: streamId, opened_ms: openedMs };
    this.#write({ ...row, last_seq: lastSeq });
  }

  /** Sets of seqs as JSON: `[prefix, first, last, first, last...]`. */
  setClaims(streamId: StreamId, claims: { durable: string; replicated: string }): void {
    const row = this.#rows.get(streamId);
    if (row !== undefined) this.#write({ ...row, ...claims });
  }

  drop(streamId: string): void {
    this.#sql.drop.run(streamId);
    for (const known of this.#rows.keys()) if (known === streamId) this.#rows.delete(known);
  }

  #write(row: OutboxStreamRow): void {
    this.#rows.set(row.stream_id, row);
    this.#sql.write.run({ ...row, crc: streamChecksum(row) });
  }
}

export type OutboxStreamRow = {
  readonly stream_id: StreamId;
  readonly opened_ms: number;
  readonly last_seq: number;
  readonly durable: string;
  readonly replicated: string;
};

/** `damaged` are the ids as they are on disk; they may be wrong. */
export type LoadedStreams = { readonly streams: readonly OutboxStreamRow[]; readonly damaged: readonly string[] };

const NO_CLAIMS = { durable: "[0]", replicated: "[0]" };

function streamChecksum({ stream_id, opened_ms, last_seq, durable, replicated }: OutboxStreamRow): number {
  return rowChecksum("stream", [stream_id, opened_ms, last_seq, durable, replicated]);
}

type CheckedStream = OutboxStreamRow & { readonly crc: number | null };

type Statements = {
  readonly all: Statement<[], CheckedStream>;
  readonly write: Statement<[CheckedStream]>;
  readonly drop: Statement<[string]>;
};

function prepare(db: Database): Statements {
  return {
    all: db.prepare(
      "SELECT stream_id, opened_ms, last_seq, durable, replicated, crc FROM stream ORDER BY opened_ms, stream_id",
    ),
    write: db.prepare(
      `INSERT OR REPLACE INTO stream (stream_id, opened_ms, last_seq, durable, replicated, crc)
       VALUES (@stream_id, @opened_ms, @last_seq, @durable, @replicated, @crc)`,
    ),
    drop: db.prepare("DELETE FROM stream WHERE stream_id = ?"),
  };
}
