import type { Database } from "better-sqlite3";

import { toSeq } from "../../../proto/core/ids.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import type { SnapshotBatch, SnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { loadedCounts, storedCounts } from "./stored-counts.ts";
import type { SqliteRowWriter } from "./row-writer.ts";
import type { SqliteStreams } from "./streams.ts";

/**
 * Stores a snapshot of another region. The rows follow the same rules as rows of batches, so a row that is there
 * already changes nothing. The set waits in `snapshot_batch` until the last row has arrived. Then it joins the set of
 * this region. Every method runs inside the transaction of the caller.
 */
export class SqliteSnapshotWriter {
  readonly #sql: Statements;
  readonly #rows: SqliteRowWriter;
  readonly #streams: SqliteStreams;

  constructor(db: Database, parts: { rows: SqliteRowWriter; streams: SqliteStreams }) {
    this.#sql = prepare(db);
    this.#rows = parts.rows;
    this.#streams = parts.streams;
  }

  /** Discards the rest of an earlier snapshot. */
  begin(): void {
    this.#sql.clear.run();
  }

  merge(part: SnapshotPart): void {
    for (const { streamId, gateway, seq: at, sha256, counts } of part.batches) {
      this.#sql.stage.run(streamIdToBytes(streamId), gateway, at, sha256, storedCounts(counts));
    }
    this.#rows.write(part);
    for (const range of part.voids) this.#streams.insertVoid(range);
  }

  /** Removes the next `limit` batches from `snapshot_batch`. @returns them; fewer than `limit` at the end. */
  take(limit: number): readonly SnapshotBatch[] {
    const staged = this.#sql.staged.all(limit);
    for (const row of staged) this.#sql.unstage.run(row.stream_id, row.seq, row.sha256);
    return staged.map(({ stream_id: streamId, gateway, seq: at, sha256, counts }) => ({
      streamId: streamIdFromBytes(streamId),
      gateway,
      seq: toSeq(at),
      sha256,
      counts: loadedCounts(counts),
    }));
  }
}

type StagedRow = {
  readonly stream_id: Buffer;
  readonly gateway: string;
  readonly seq: number;
  readonly sha256: Buffer;
  readonly counts: string;
};

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    clear: db.prepare<[]>("DELETE FROM snapshot_batch"),
    stage: db.prepare<[streamId: Uint8Array, gateway: string, seq: number, sha256: Uint8Array, counts: string]>(
      `INSERT INTO snapshot_batch (stream_id, gateway, seq, sha256, counts) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (stream_id, seq, sha256) DO NOTHING`,
    ),
    staged: db.prepare<[limit: number], StagedRow>(
      "SELECT stream_id, gateway, seq, sha256, counts FROM snapshot_batch ORDER BY stream_id, seq LIMIT ?",
    ),
    unstage: db.prepare<[streamId: Uint8Array, seq: number, sha256: Uint8Array]>(
      "DELETE FROM snapshot_batch WHERE stream_id = ? AND seq = ? AND sha256 = ?",
    ),
  };
}
