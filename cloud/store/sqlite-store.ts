import { readFileSync } from "node:fs";
import type { Database, Statement } from "better-sqlite3";

import { Fault } from "../../proto/core/fault.ts";
import { contains, insert } from "../../proto/core/have.ts";
import { seq } from "../../proto/core/ids.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import { isOperatorName } from "../../proto/core/operator-command.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { OpenOptions } from "../../proto/runtime/sqlite.ts";
import { openDatabase, storageFault } from "../../proto/runtime/sqlite.ts";
import { openBatch } from "../../proto/wire/batch-codec.ts";
import type { OpenedBatch, ReadableBatch } from "../../proto/wire/batch-codec.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../proto/wire/frame-values.ts";
import { SqliteConflicts } from "./sqlite-conflicts.ts";
import { SqliteOperators } from "./sqlite-operators.ts";
import { SqliteReader } from "./sqlite-reader.ts";
import { SqliteSeries } from "./sqlite-series.ts";
import { SqliteWindows } from "./sqlite-windows.ts";
import { hash48, rawReadingsOf, SqliteWriter } from "./sqlite-writer.ts";
import type {
  ArrivedBatch,
  BatchId,
  BatchRequest,
  ConflictKey,
  ConflictQuery,
  ConflictRow,
  EffectiveWindow,
  HeldBatches,
  Outcome,
  Page,
  PruneKey,
  PruneRequest,
  RawReading,
  ReadingKey,
  ReadingQuery,
  RecordKey,
  RecordQuery,
  SeriesKey,
  SeriesQuery,
  SeriesRow,
  Store,
  StreamKey,
  StreamQuery,
  StreamRow,
  StreamSet,
  Totals,
  VoidRange,
  WindowHistory,
} from "./store.ts";

/**
 * The `Store` of a region on one machine: one SQLite file, one connection.
 *
 * The methods do their work before they return; the promises are those of the contract. A region runs this class in a
 * thread of its own (`store-worker.ts`), tests use it directly.
 *
 * Batches are verified and decoded before the transaction begins, so that it holds nothing but statements, and one that
 * cannot be read never leaves half of itself behind.
 *
 * A fork is settled in the same transaction that meets it: both sides are kept, both are applied, and what the smaller
 * hash brought gives way slot by slot, in whichever order they came.
 */
export class SqliteStore implements Store {
  readonly storeId: Uint8Array;
  readonly #db: Database;
  readonly #path: string;
  readonly #writer: SqliteWriter;
  readonly #reader: SqliteReader;
  readonly #series: SqliteSeries;
  readonly #operators: SqliteOperators;
  readonly #conflicts: SqliteConflicts;
  readonly #sql: Statements;
  /** Set by the first failure; after it nothing is committed any more. */
  #fault: Fault | null = null;

  /** @throws Fault when the file does not hold what it should. */
  static open(options: SqliteStoreOptions): SqliteStore {
    const { path, maxBytes } = options;
    const db = openDatabase({ path, ...REGION_DATABASE, ...(maxBytes === null ? {} : { maxBytes }) });
    return new SqliteStore(db, options);
  }

  /** @param db opened with {@link REGION_DATABASE}; `path` names it in messages. */
  constructor(db: Database, options: { readonly path: string; readonly newStoreId: Uint8Array }) {
    this.#path = options.path;
    this.#db = db;
    const windows = new SqliteWindows(this.#db);
    this.#series = new SqliteSeries(this.#db);
    this.#operators = new SqliteOperators(this.#db);
    this.#conflicts = new SqliteConflicts(this.#db, windows);
    this.#writer = new SqliteWriter(this.#db, { windows, operators: this.#operators, conflicts: this.#conflicts });
    this.#reader = new SqliteReader(this.#db, { windows, series: this.#series });
    this.#sql = prepare(this.#db);
    this.#sql.insertIdentity.run(Buffer.from(options.newStoreId));
    const identity = this.#sql.identity.get();
    if (identity === undefined) throw new Error("the identity row was just written");
    this.storeId = new Uint8Array(identity);
    this.#applyHeld();
    while (this.#transaction(() => this.#conflicts.settleOld(HELD_PER_TRANSACTION)));
  }

  async apply(batches: readonly ArrivedBatch[]): Promise<readonly Outcome[]> {
    const opened = batches.map((batch) => openBatch(batch));
    return this.#transaction(() => batches.map((batch, index) => this.#applyOne(batch, opened[index] as OpenedBatch)));
  }

  async recordVoid(range: VoidRange): Promise<void> {
    this.#transaction(() => this.#writer.insertVoid(range));
  }

  async have(streamIds: readonly StreamId[]): Promise<readonly StreamSet[]> {
    return this.#read(() => streamIds.map((streamId) => this.#reader.set(streamId)));
  }

  async batches({ streamId, seqs, maxBytes }: BatchRequest): Promise<HeldBatches> {
    return this.#read(() => {
      const { have } = this.#reader.set(streamId);
      const batches: SealedBatch[] = [];
      const pruned: Seq[] = [];
      let bytes = 0;
      for (const at of seqs) {
        const rows = this.#sql.bytes.all(streamIdToBytes(streamId), at);
        if (rows.length === 0 && contains(have, at)) pruned.push(at);
        for (const row of rows) {
          batches.push({ streamId, seq: at, sha256: row.sha256, bytes: row.bytes });
          bytes += row.bytes.length;
        }
        if (bytes >= maxBytes) break;
      }
      return { batches, pruned };
    });
  }

  async series(query: SeriesQuery): Promise<Page<SeriesRow, SeriesKey>> {
    return this.#read(() => this.#reader.series(query));
  }

  async records(query: RecordQuery): Promise<Page<EffectiveWindow, RecordKey>> {
    return this.#read(() => this.#reader.records(query));
  }

  async readings(query: ReadingQuery): Promise<Page<RawReading, ReadingKey>> {
    return this.#read(() => this.#reader.readings(query));
  }

  async streams(query: StreamQuery): Promise<Page<StreamRow, StreamKey>> {
    return this.#read(() => this.#reader.streams(query));
  }

  async totals(): Promise<Totals> {
    return this.#read(() => this.#reader.totals());
  }

  async conflicts(query: ConflictQuery): Promise<Page<ConflictRow, ConflictKey>> {
    return this.#read(() => this.#conflicts.page(query, this.#series));
  }

  async revisions(window: RecordKey): Promise<WindowHistory> {
    return this.#read(() => this.#reader.revisions(window));
  }

  async highestHlc(): Promise<number> {
    return this.#read(() => this.#operators.highestHlc());
  }

  async prunable({ receivedBeforeMs, after, limit }: PruneRequest): Promise<Page<BatchId, PruneKey>> {
    return this.#read(() => {
      const { receivedMs, row } = after ?? { receivedMs: Number.MIN_SAFE_INTEGER, row: 0 };
      const rows = this.#sql.prunable.all(receivedMs, row, receivedBeforeMs, limit);
      const last = rows.at(-1);
      return {
        rows: rows.map(({ stream_id, seq: at }) => ({ streamId: streamIdFromBytes(stream_id), seq: seq(at) })),
        next: last === undefined || rows.length < limit ? null : { receivedMs: last.received_ms, row: last.row },
      };
    });
  }

  async prune(batches: readonly BatchId[]): Promise<number> {
    return this.#transaction(() => {
      let pruned = 0;
      for (const { streamId, seq: at } of batches) pruned += this.#sql.prune.run(streamIdToBytes(streamId), at).changes;
      return pruned;
    });
  }

  async close(): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  #applyOne(batch: ArrivedBatch, opened: OpenedBatch): Outcome {
    if (opened.kind === "invalid") return { kind: "invalid", message: opened.message };

    const { have: set, gateway: owner } = this.#reader.set(batch.streamId);
    if (batch.verified) {
      const sealedBy = opened.kind === "ok" ? opened.content.gateway : null;
      const other = [owner, sealedBy].find((name) => name !== null && name !== batch.gateway);
      if (other !== undefined) return { kind: "invalid", message: `this is a batch of gateway ${other}` };
    }
    // Commands come from this region or from a peer, whose name is not told; a gateway has none.
    const commands = opened.kind === "ok" ? opened.content.commands.length : 0;
    if (commands > 0 && batch.gateway !== "" && !isOperatorName(batch.gateway)) {
      return { kind: "invalid", message: "commands come from regions, not from gateways" };
    }
    const stream = this.#writer.streamRow(batch.streamId, batch.gateway);
    const variants = this.#sql.variants.all(stream, batch.seq);
    const known = contains(set, batch.seq);
    // Pruned bytes leave no hash to compare: the batch is held, and what came now is taken for the same.
    if (known && variants.length === 0) return { kind: "already" };
    const hash = hash48(batch.sha256);
    if (variants.some((variant) => variant.hash48 === hash)) return { kind: "already" };

    const readable = opened.kind === "ok";
    this.#writer.insertBatch(stream, batch, { applied: readable, receivedMs: batch.receivedMs });
    this.#writer.addToSet(stream, insert(set, batch.seq), batch.receivedMs);
    const applied = readable ? this.#applyContent(stream, batch, opened) : null;

    if (variants.length > 0) {
      const hashes = [...variants.map((variant) => variant.hash48), hash].sort((a, b) => a - b);
      for (const loser of hashes.slice(0, -1)) this.#writer.insertFork(batch.streamId, batch.seq, loser);
      return {
        kind: "fork",
        message: `batch ${batch.streamId}/${batch.seq} came with other bytes before; both are kept: go on in a new stream`,
      };
    }
    if (applied !== null) return { kind: "stored", ...applied };
    return { kind: "unknown_format", message: opened.kind === "unknown_format" ? `format ${opened.format}` : "" };
  }

  #applyContent(stream: number, batch: SealedBatch, opened: ReadableBatch): { records: number; rawReadings: number } {
    this.#writer.nameStream(stream, opened.content.gateway);
    this.#writer.insertContent(stream, batch, opened);
    this.#count(stream, batch, opened);
    return { records: opened.content.windows.length, rawReadings: rawReadingsOf(opened.rawSlices) };
  }

  /** Of a fork only the side with the largest hash is counted. */
  #count(stream: number, batch: SealedBatch, opened: ReadableBatch): void {
    const hash = hash48(batch.sha256);
    const rivals = this.#sql.appliedVariants.all(stream, batch.seq).filter((variant) => variant.hash48 !== hash);
    const best = rivals.sort((a, b) => b.hash48 - a.hash48)[0];
    if (best !== undefined) {
      if (best.hash48 > hash) return;
      const before = openBatch({ ...batch, sha256: best.sha256, bytes: best.bytes });
      if (before.kind === "ok") this.#writer.addCounts(stream, before, -1);
    }
    this.#writer.addCounts(stream, opened, 1);
  }

  /** Applies what an earlier version of this software held without being able to read it. */
  #applyHeld(): void {
    let after = 0;
    for (;;) {
      const rows = this.#sql.unapplied.all(after, HELD_PER_TRANSACTION);
      const end = rows.at(-1);
      if (end === undefined) return;
      after = end.rowid;
      this.#transaction(() => {
        for (const row of rows) {
          const batch = heldBatch(row);
          const opened = openBatch(batch);
          if (opened.kind !== "ok") continue;
          this.#writer.markApplied(row.stream, batch);
          this.#applyContent(row.stream, batch, opened);
        }
      });
    }
  }

  #transaction<T>(work: () => T): T {
    if (this.#fault !== null) throw this.#fault;
    try {
      return this.#db.transaction(work).immediate();
    } catch (error) {
      // The rollback took ids away that the dictionaries still know.
      this.#writer.forget();
      this.#fault = storageFault(error, this.#path);
      throw this.#fault;
    }
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storageFault(error, this.#path);
    }
  }
}

export type SqliteStoreOptions = {
  readonly path: string;
  readonly maxBytes: number | null;
  /** 16 random bytes, used when the store is new. */
  readonly newStoreId: Uint8Array;
};

/** "Tidr" */
const APPLICATION_ID = 0x54696472;
const MIGRATIONS = ["0001-region.sql", "0002-operator.sql"].map((name) =>
  readFileSync(new URL(`./migrations/${name}`, import.meta.url), "utf8"),
);
/** What a region's database is, for whoever opens one. */
export const REGION_DATABASE: Pick<OpenOptions, "identity" | "migrations"> = {
  identity: { applicationId: APPLICATION_ID, kind: "region" },
  migrations: MIGRATIONS,
};
const HELD_PER_TRANSACTION = 256;

type Statements = ReturnType<typeof prepare>;

type VariantRow = { readonly hash48: number };
type VariantBytes = { readonly hash48: number; readonly sha256: Buffer; readonly bytes: Buffer };
type PrunableRow = {
  readonly row: number;
  readonly received_ms: number;
  readonly stream_id: Buffer;
  readonly seq: number;
};
type HeldRow = VariantBytes & {
  readonly rowid: number;
  readonly stream: number;
  readonly stream_id: Buffer;
  readonly seq: number;
};

function heldBatch(row: HeldRow): SealedBatch {
  return { streamId: streamIdFromBytes(row.stream_id), seq: seq(row.seq), sha256: row.sha256, bytes: row.bytes };
}

function prepare(db: Database) {
  return {
    insertIdentity: db.prepare<[storeId: Buffer]>(
      "INSERT INTO identity (only, store_id) VALUES (1, ?) ON CONFLICT (only) DO NOTHING",
    ),
    identity: db.prepare("SELECT store_id FROM identity").pluck() as Statement<[], Buffer>,
    variants: db.prepare<[stream: number, seq: number], VariantRow>(
      "SELECT hash48 FROM batch WHERE stream = ? AND seq = ?",
    ),
    appliedVariants: db.prepare<[stream: number, seq: number], VariantBytes>(
      "SELECT hash48, sha256, bytes FROM batch WHERE stream = ? AND seq = ? AND applied = 1",
    ),
    bytes: db.prepare<[streamId: Uint8Array, seq: number], { sha256: Buffer; bytes: Buffer }>(
      `SELECT sha256, bytes FROM batch JOIN stream ON stream.id = batch.stream
       WHERE stream_id = ? AND seq = ? ORDER BY hash48`,
    ),
    unapplied: db.prepare<[afterRowid: number, limit: number], HeldRow>(
      `SELECT batch.rowid AS rowid, stream, stream_id, seq, hash48, sha256, bytes
       FROM batch JOIN stream ON stream.id = batch.stream
       WHERE applied = 0 AND batch.rowid > ? ORDER BY batch.rowid LIMIT ?`,
    ),
    prunable: db.prepare<[afterMs: number, afterRow: number, receivedBeforeMs: number, limit: number], PrunableRow>(
      `SELECT old.rowid AS row, received_ms, stream_id, seq FROM batch AS old JOIN stream ON stream.id = old.stream
       WHERE (received_ms, old.rowid) > (?, ?) AND received_ms < ? AND applied = 1
         AND NOT EXISTS (SELECT 1 FROM batch AS rival
                         WHERE rival.stream = old.stream AND rival.seq = old.seq AND rival.hash48 <> old.hash48)
       ORDER BY received_ms, old.rowid LIMIT ?`,
    ),
    prune: db.prepare<[streamId: Uint8Array, seq: number]>(
      `DELETE FROM batch WHERE stream = (SELECT id FROM stream WHERE stream_id = ?) AND seq = ? AND applied = 1
         AND (SELECT count(*) FROM batch AS rival WHERE rival.stream = batch.stream AND rival.seq = batch.seq) = 1`,
    ),
  };
}
