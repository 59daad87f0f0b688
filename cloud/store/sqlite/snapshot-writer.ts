import type { Database } from "better-sqlite3";

import { toSeq } from "../../../proto/core/ids.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import type { SnapshotBatch, SnapshotOrigin, SnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { loadedCounts, storedCounts } from "./stored-counts.ts";
import type { BatchOrigin } from "./operators.ts";
import type { SqliteWriter } from "./writer.ts";

/**
 * Takes a snapshot over from another region. Rows go where the batches would have put them, by the same rules, so a row
 * that is there already changes nothing; the set waits in `snapshot_batch` and is joined into ours when the last row
 * has come. Every method runs inside the transaction of its caller.
 */
export class SqliteSnapshotWriter {
  readonly #sql: Statements;
  readonly #writer: SqliteWriter;

  constructor(db: Database, writer: SqliteWriter) {
    this.#sql = prepare(db);
    this.#writer = writer;
  }

  /** Forgets what an earlier snapshot left behind. */
  begin(): void {
    this.#sql.clear.run();
  }

  merge(part: SnapshotPart): void {
    for (const { streamId, gateway, seq: at, sha256, counts } of part.batches) {
      this.#sql.stage.run(streamIdToBytes(streamId), gateway, at, sha256, storedCounts(counts));
    }
    for (const { origin, command } of part.commands) this.#writer.insertCommand(this.#from(origin), command);
    for (const { origin, window } of part.windows) this.#writer.insertWindow(this.#from(origin), window);
    for (const { origin, position, slice } of part.raws) {
      this.#writer.insertRawSlice(this.#from(origin), position, slice);
    }
    for (const range of part.voids) this.#writer.insertVoid(range);
    for (const seen of part.schemas) this.#writer.insertSchema(seen);
    this.#writer.settleConflicts();
  }

  /** Takes the next `limit` batches of the set out of the waiting room; fewer than `limit` at the end. */
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

  #from({ streamId, gateway, seq: at, hash48: hash }: SnapshotOrigin): BatchOrigin {
    return { stream: this.#writer.streamRow(streamId, gateway), seq: at, hash48: hash };
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
