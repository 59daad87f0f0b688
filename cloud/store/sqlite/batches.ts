import type { Database } from "better-sqlite3";

import { hash48Of, hash48Text } from "../../../proto/core/hash48.ts";
import { contains } from "../../../proto/core/have.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import type { Seq } from "../../../proto/core/ids.ts";
import type { BatchCounts, SealedBatch } from "../../../proto/core/record.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import type { BatchVariant } from "../../core/apply.ts";
import type { Answers } from "./answers.ts";
import type { BatchId, PruneKey } from "../store.ts";
import type { SqliteCommits } from "./commits.ts";
import { CHECKED } from "./checked-rows.ts";
import { checksumOf, columnsChecksum } from "./row-checksums.ts";
import { countsOfRow, storedCounts } from "./stored-counts.ts";
import type { CountedRow } from "./stored-counts.ts";
import type { SqliteStreams } from "./streams.ts";

/** The batches: bytes, hashes and counts, and the forks among them. Writing runs inside the transaction of the caller. */
export class SqliteBatches {
  readonly #sql: Statements;
  readonly #streams: SqliteStreams;
  readonly #commits: SqliteCommits;

  readonly answers: Answers<"batches" | "prunable" | "hashes" | "lackedVariants"> = {
    batches: ({ streamId, seqs, maxBytes }) => {
      const { have } = this.#streams.set(streamId);
      const batches: SealedBatch[] = [];
      const pruned: Seq[] = [];
      let total = 0;
      for (const at of seqs) {
        const rows = this.#sql.bytes.all(streamIdToBytes(streamId), at).filter(({ bytes }) => bytes.length > 0);
        if (rows.length === 0 && contains(have, at)) pruned.push(at);
        for (const { sha256, bytes } of rows) {
          batches.push({ streamId, seq: at, sha256, bytes });
          total += bytes.length;
        }
        if (total >= maxBytes) break;
      }
      return { batches, pruned };
    },

    prunable: ({ until, after, limit }) => {
      const rows = this.#sql.prunable.all(after === null ? 0 : pruneRow(after), pruneRow(until), limit);
      const last = rows.at(-1);
      return {
        rows: rows.map(({ stream_id, seq: at }) => ({ streamId: streamIdFromBytes(stream_id), seq: toSeq(at) })),
        next: last === undefined || rows.length < limit ? null : pruneKey(last.row),
      };
    },

    hashes: ({ streamId, after, limit }) => {
      return this.#sql.hashes
        .all(streamIdToBytes(streamId), after, limit)
        .map((row) => ({ seq: toSeq(row.seq), hash48: row.hash48 }));
    },

    lackedVariants: (streamId, theirs) => {
      const key = streamIdToBytes(streamId);
      const lacked = theirs.filter(({ seq: at, hash48 }) => {
        const ours = this.#sql.hashesOf.all(key, at);
        return ours.length > 0 && !ours.some((variant) => variant.hash48 === hash48);
      });
      return [...new Set(lacked.map(({ seq: at }) => at))];
    },
  };

  constructor(db: Database, { streams, commits }: { streams: SqliteStreams; commits: SqliteCommits }) {
    this.#sql = prepare(db);
    this.#streams = streams;
    this.#commits = commits;
  }

  /** All batches under one number. */
  variants({ streamId, seq: at }: BatchId): readonly BatchVariant[] {
    return this.#sql.variants.all(streamIdToBytes(streamId), at).map((row) => {
      const isApplied = row.applied === 1;
      return { hash48: row.hash48, isApplied, counts: isApplied ? this.#counts(row, { streamId, seq: at }) : null };
    });
  }

  insert(
    stream: number,
    batch: SealedBatch,
    { counts, receivedMs }: { counts: BatchCounts | null; receivedMs: number },
  ): void {
    const { seq: at, sha256, bytes } = batch;
    this.#commits.added(batch);
    const stored = counts === null ? null : storedCounts(counts);
    const row: BatchRow = [stream, at, hash48Of(sha256), sha256, counts === null ? 0 : 1, stored];
    this.#sql.insert.run(...row, receivedMs, bytes, columnsChecksum(row));
  }

  insertFork({ streamId, seq: at }: BatchId, losingHash48: number): void {
    this.#sql.insertFork.run(`${streamId}/${at}/${hash48Text(losingHash48)}`);
  }

  /** Some of the batches that were held unread, with their local ids, after the row `afterRow`. */
  unapplied(afterRow: number, limit: number): readonly UnappliedBatch[] {
    return this.#sql.unapplied.all(afterRow, limit).map(({ row, stream, stream_id: streamId, seq: at, ...batch }) => ({
      row,
      stream,
      batch: { streamId: streamIdFromBytes(streamId), seq: toSeq(at), ...batch },
    }));
  }

  markApplied(row: number, counts: BatchCounts): void {
    this.#sql.markApplied.run(storedCounts(counts), row);
    this.writeChecksum(row);
  }

  /** @returns the number of batches pruned. */
  prune(batches: readonly BatchId[]): number {
    let pruned = 0;
    for (const id of batches) {
      const [only, rival] = this.#sql.forPruning.all(streamIdToBytes(id.streamId), id.seq);
      if (only === undefined || rival !== undefined || only.applied === 0 || only.bytes.length === 0) continue;
      const counts = countsOfRow({ ...only, ...id });
      if (counts === null) continue;
      this.#sql.prune.run(storedCounts(counts), only.row);
      if (only.counts === null) this.writeChecksum(only.row);
      pruned += 1;
    }
    return pruned;
  }

  writeChecksum(row: number): void {
    const whole = this.#sql.whole.get(row);
    if (whole !== undefined) this.#sql.setChecksum.run(checksumOf(whole, CHECKED.batch.columns), row);
  }

  #counts({ row, sha256, counts }: VariantSqlRow, id: BatchId): BatchCounts | null {
    // Rows of schema version 2 have no counts.
    const bytes = counts === null ? (this.#sql.bytesOfRow.get(row)?.bytes ?? EMPTY) : EMPTY;
    return countsOfRow({ ...id, sha256, bytes, counts });
  }
}

export type UnappliedBatch = { readonly row: number; readonly stream: number; readonly batch: SealedBatch };

const EMPTY = Buffer.alloc(0);

export function pruneKey(row: number): PruneKey {
  return String(row) as PruneKey;
}

/** @throws RangeError when {@link pruneKey} did not make the key. */
function pruneRow(key: PruneKey): number {
  const row = Number(key);
  if (!Number.isSafeInteger(row)) throw new RangeError(`not a position among prunable batches: ${key}`);
  return row;
}

type BatchRow = [
  stream: number,
  seq: number,
  hash48: number,
  sha256: Uint8Array,
  applied: number,
  counts: string | null,
];
type WholeSqlRow = {
  readonly stream: number;
  readonly seq: number;
  readonly hash48: number;
  readonly sha256: Buffer;
  readonly applied: number;
  readonly counts: string | null;
  readonly checksum: number | null;
};
type VariantSqlRow = Pick<CountedRow, "sha256" | "counts"> & {
  readonly row: number;
  readonly hash48: number;
  readonly applied: number;
};
type UnappliedSqlRow = {
  readonly row: number;
  readonly stream: number;
  readonly stream_id: Buffer;
  readonly seq: number;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
};
type PrunableSqlRow = {
  readonly row: number;
  readonly stream_id: Buffer;
  readonly seq: number;
};

type Statements = ReturnType<typeof prepare>;

const OF_BATCH = "WHERE stream = (SELECT id FROM stream WHERE stream_id = ?) AND seq = ?";

function prepare(db: Database) {
  return {
    variants: db.prepare<[streamId: Uint8Array, seq: number], VariantSqlRow>(
      `SELECT rowid AS row, hash48, applied, sha256, counts FROM batch ${OF_BATCH}`,
    ),
    hashesOf: db.prepare<[streamId: Uint8Array, seq: number], { hash48: number }>(
      `SELECT hash48 FROM batch ${OF_BATCH}`,
    ),
    bytesOfRow: db.prepare<[row: number], { bytes: Buffer }>("SELECT bytes FROM batch WHERE rowid = ?"),
    hashes: db.prepare<[streamId: Uint8Array, after: number, limit: number], { seq: number; hash48: number }>(
      `SELECT seq, hash48 FROM batch WHERE stream = (SELECT id FROM stream WHERE stream_id = ?) AND seq > ?
       ORDER BY seq, hash48 LIMIT ?`,
    ),
    bytes: db.prepare<[streamId: Uint8Array, seq: number], { sha256: Buffer; bytes: Buffer }>(
      `SELECT sha256, bytes FROM batch ${OF_BATCH} ORDER BY hash48`,
    ),
    insert: db.prepare<[...BatchRow, receivedMs: number, bytes: Uint8Array, checksum: number]>(
      `INSERT INTO batch (stream, seq, hash48, sha256, applied, counts, received_ms, bytes, checksum)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    whole: db.prepare<[row: number], WholeSqlRow>(
      "SELECT stream, seq, hash48, sha256, applied, counts, checksum FROM batch WHERE rowid = ?",
    ),
    setChecksum: db.prepare<[checksum: number, row: number]>("UPDATE batch SET checksum = ? WHERE rowid = ?"),
    insertFork: db.prepare<[key: string]>(
      "INSERT INTO conflict_log (kind, key) VALUES ('fork', ?) ON CONFLICT (kind, key) DO NOTHING",
    ),
    unapplied: db.prepare<[afterRow: number, limit: number], UnappliedSqlRow>(
      `SELECT batch.rowid AS row, stream, stream_id, seq, sha256, bytes
       FROM batch JOIN stream ON stream.id = batch.stream
       WHERE applied = 0 AND batch.rowid > ? ORDER BY batch.rowid LIMIT ?`,
    ),
    markApplied: db.prepare<[counts: string, row: number]>("UPDATE batch SET applied = 1, counts = ? WHERE rowid = ?"),
    prunable: db.prepare<[afterRow: number, untilRow: number, limit: number], PrunableSqlRow>(
      `SELECT old.rowid AS row, stream_id, seq FROM batch AS old JOIN stream ON stream.id = old.stream
       WHERE applied = 1 AND old.rowid > ? AND old.rowid <= ? AND length(old.bytes) > 0
         AND NOT EXISTS (SELECT 1 FROM batch AS rival
                         WHERE rival.stream = old.stream AND rival.seq = old.seq AND rival.hash48 <> old.hash48)
       ORDER BY old.rowid LIMIT ?`,
    ),
    forPruning: db.prepare<[streamId: Uint8Array, seq: number], CountedRow & { row: number; applied: number }>(
      `SELECT rowid AS row, applied, sha256, bytes, counts FROM batch ${OF_BATCH}`,
    ),
    prune: db.prepare<[counts: string, row: number]>("UPDATE batch SET bytes = x'', counts = ? WHERE rowid = ?"),
  };
}
