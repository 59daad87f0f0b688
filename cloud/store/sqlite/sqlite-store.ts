import { readFileSync } from "node:fs";
import type { Database, Statement } from "better-sqlite3";

import { Fault } from "../../../proto/core/fault.ts";
import { hash48Of } from "../../../proto/core/hash48.ts";
import { contains, insert } from "../../../proto/core/have.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import type { Seq, StreamId } from "../../../proto/core/ids.ts";
import type { Member } from "../../../proto/core/member.ts";
import { isOperatorName } from "../../../proto/core/operator-command.ts";
import type { BatchCounts, SealedBatch } from "../../../proto/core/record.ts";
import type { OpenOptions } from "../../../proto/runtime/sqlite.ts";
import { openDatabase, storageFault } from "../../../proto/runtime/sqlite.ts";
import { openBatch } from "../../../proto/wire/batch-codec.ts";
import type { OpenedBatch } from "../../../proto/wire/batch-codec.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import { decodeSnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import type { SnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { countsOf } from "../../core/batch-counts.ts";
import { SqliteConflicts } from "./conflicts.ts";
import { SqliteDigests } from "./digests.ts";
import { SqliteDump } from "./dump.ts";
import { SqliteOperators } from "./operators.ts";
import { SqliteReader } from "./reader.ts";
import { SqliteSchema } from "./schema.ts";
import { SqliteSeries } from "./series.ts";
import { SqliteSnapshotReader } from "./snapshot-reader.ts";
import { SqliteSnapshotWriter } from "./snapshot-writer.ts";
import { countsOfRow, storedCounts } from "./stored-counts.ts";
import type { CountedRow } from "./stored-counts.ts";
import { SqliteWindows } from "./windows.ts";
import { SqliteWriter } from "./writer.ts";
import type {
  AnswerKey,
  ApplyResult,
  ArrivedBatch,
  BatchHash,
  BatchId,
  BatchRequest,
  ConflictKey,
  ConflictQuery,
  ConflictRow,
  DigestPage,
  EffectiveWindow,
  HashRequest,
  HeldBatches,
  ApplyOutcome,
  Page,
  PruneKey,
  PruneRequest,
  RawReading,
  ReadingKey,
  ReadingQuery,
  RecordKey,
  RecordQuery,
  SeriesSchemaQuery,
  SchemaRow,
  SeriesKey,
  SeriesQuery,
  Store,
  StreamKey,
  StreamQuery,
  StreamReport,
  SnapshotChunk,
  SnapshotMerge,
  SnapshotOutcome,
  StreamSet,
  StoreTotals,
  VoidedBatches,
  WindowHistory,
} from "../store.ts";
import type { StoreDump } from "../store-dump.ts";

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
  readonly #schema: SqliteSchema;
  readonly #operators: SqliteOperators;
  readonly #conflicts: SqliteConflicts;
  readonly #digests: SqliteDigests;
  readonly #dump: SqliteDump;
  readonly #snapshotReader: SqliteSnapshotReader;
  readonly #snapshotWriter: SqliteSnapshotWriter;
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
    this.#schema = new SqliteSchema(this.#db);
    this.#operators = new SqliteOperators(this.#db);
    this.#conflicts = new SqliteConflicts(this.#db, windows);
    const [operators, conflicts, schema] = [this.#operators, this.#conflicts, this.#schema];
    this.#writer = new SqliteWriter(this.#db, { windows, operators, conflicts, schema });
    this.#reader = new SqliteReader(this.#db, { windows, series: this.#series });
    this.#digests = new SqliteDigests(this.#db);
    this.#dump = new SqliteDump(this.#db, { reader: this.#reader, schema, series: this.#series, conflicts, windows });
    this.#snapshotReader = new SqliteSnapshotReader(this.#db, windows);
    this.#snapshotWriter = new SqliteSnapshotWriter(this.#db, this.#writer);
    this.#sql = prepare(this.#db);
    this.#sql.insertIdentity.run(Buffer.from(options.newStoreId));
    const identity = this.#sql.identity.get();
    if (identity === undefined) throw new Error("the identity row was just written");
    this.storeId = new Uint8Array(identity);
    this.#applyHeld();
    while (this.#transaction(() => this.#conflicts.settleOld(HELD_PER_TRANSACTION)));
    while (this.#transaction(() => this.#schema.settleOld(JOINED_PER_TRANSACTION)));
  }

  async apply(batches: readonly ArrivedBatch[]): Promise<ApplyResult> {
    const opened = batches.map((batch) => openBatch(batch));
    return this.#transaction(() => {
      const outcomes = batches.map((batch, index) => this.#applyOne(batch, opened[index] as OpenedBatch));
      const streamIds = new Set<StreamId>();
      for (const [index, { streamId }] of batches.entries())
        if (outcomes[index]!.kind !== "invalid") streamIds.add(streamId);
      return { outcomes, sets: [...streamIds].map((streamId) => this.#reader.set(streamId)) };
    });
  }

  async recordVoid(range: VoidedBatches): Promise<void> {
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
        const rows = this.#sql.bytes.all(streamIdToBytes(streamId), at).filter((row) => row.bytes.length > 0);
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

  async series(query: SeriesQuery): Promise<Page<SeriesKey, SeriesKey>> {
    return this.#read(() => this.#reader.series(query));
  }

  async schema(query: SeriesSchemaQuery): Promise<Page<SchemaRow, SeriesKey>> {
    return this.#read(() => this.#schema.page(query, this.#series));
  }

  async records(query: RecordQuery): Promise<Page<EffectiveWindow, AnswerKey>> {
    return this.#read(() => this.#reader.records(query));
  }

  async readings(query: ReadingQuery): Promise<Page<RawReading, ReadingKey>> {
    return this.#read(() => this.#reader.readings(query));
  }

  async streams(query: StreamQuery): Promise<Page<StreamReport, StreamKey>> {
    return this.#read(() => this.#reader.streams(query));
  }

  async totals(): Promise<StoreTotals> {
    return this.#read(() => this.#reader.totals());
  }

  async conflicts(query: ConflictQuery): Promise<Page<ConflictRow, ConflictKey>> {
    return this.#read(() => this.#conflicts.page(query, this.#series));
  }

  async revisions(window: RecordKey): Promise<WindowHistory> {
    return this.#read(() => this.#reader.revisions(window));
  }

  async members(): Promise<readonly Member[]> {
    return this.#read(() => this.#operators.members());
  }

  async highestHlc(): Promise<number> {
    return this.#read(() => this.#operators.highestHlc());
  }

  async prunable({ receivedBeforeMs, after, limit }: PruneRequest): Promise<Page<BatchId, PruneKey>> {
    return this.#read(() => {
      const [receivedMs, row] = after === null ? [Number.MIN_SAFE_INTEGER, 0] : prunePosition(after);
      const rows = this.#sql.prunable.all(receivedMs, row, receivedBeforeMs, limit);
      const last = rows.at(-1);
      return {
        rows: rows.map(({ stream_id, seq: at }) => ({ streamId: streamIdFromBytes(stream_id), seq: toSeq(at) })),
        next: last === undefined || rows.length < limit ? null : (`${last.received_ms}/${last.row}` as PruneKey),
      };
    });
  }

  async prune(batches: readonly BatchId[]): Promise<number> {
    return this.#transaction(() => {
      let pruned = 0;
      for (const { streamId, seq: at } of batches) {
        const [only, rival] = this.#sql.forPruning.all(streamIdToBytes(streamId), at);
        if (only === undefined || rival !== undefined || only.applied === 0 || only.bytes.length === 0) continue;
        const counts = countsOfRow({ ...only, streamId, seq: at });
        if (counts === null) continue;
        this.#sql.prune.run(storedCounts(counts), only.rowid);
        pruned += 1;
      }
      return pruned;
    });
  }

  async snapshot(after: Uint8Array): Promise<SnapshotChunk | null> {
    return this.#read(() => this.#snapshotReader.part(after));
  }

  async mergeSnapshot({ body, first }: SnapshotMerge): Promise<SnapshotOutcome> {
    let part: SnapshotPart;
    try {
      part = decodeSnapshotPart(body);
    } catch (error) {
      if (error instanceof Fault) return { kind: "invalid", message: error.message };
      throw error;
    }
    this.#transaction(() => {
      if (first) this.#snapshotWriter.begin();
      this.#snapshotWriter.merge(part);
    });
    return { kind: "merged" };
  }

  async joinSnapshot(receivedMs: number): Promise<{ readonly sets: readonly StreamSet[]; readonly more: boolean }> {
    return this.#transaction(() => {
      const batches = this.#snapshotWriter.take(JOINED_PER_TRANSACTION);
      const joined = new Set<StreamId>();
      for (const { counts, gateway, ...batch } of batches) {
        const stream = this.#writer.streamRow(batch.streamId, gateway);
        this.#enter(stream, { ...batch, bytes: NO_BYTES, receivedMs }, counts);
        joined.add(batch.streamId);
      }
      const sets = [...joined].map((streamId) => this.#reader.set(streamId));
      return { sets, more: batches.length === JOINED_PER_TRANSACTION };
    });
  }

  async hashes({ streamId, after, limit }: HashRequest): Promise<readonly BatchHash[]> {
    return this.#read(() =>
      this.#sql.hashes
        .all(streamIdToBytes(streamId), after, limit)
        .map((row) => ({ seq: toSeq(row.seq), hash48: row.hash48 })),
    );
  }

  async lackedVariants(streamId: StreamId, theirs: readonly BatchHash[]): Promise<readonly Seq[]> {
    return this.#read(() => {
      const id = this.#sql.streamId.get(streamIdToBytes(streamId));
      if (id === undefined) return [];
      const lacked = theirs.filter(({ seq: at, hash48: hash }) => {
        const ours = this.#sql.variants.all(id, at);
        return ours.length > 0 && !ours.some((variant) => variant.hash48 === hash);
      });
      return [...new Set(lacked.map(({ seq: at }) => at))];
    });
  }

  async digests(after: Uint8Array): Promise<DigestPage> {
    return this.#read(() => this.#digests.page(after));
  }

  async dump(): Promise<StoreDump> {
    return this.#read(() => this.#dump.read());
  }

  async close(): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  #applyOne(batch: ArrivedBatch, opened: OpenedBatch): ApplyOutcome {
    if (opened.kind === "invalid") return { kind: "invalid", message: opened.message };

    if (batch.verified) {
      const { gateway: owner } = this.#reader.set(batch.streamId);
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
    const counts = opened.kind === "ok" ? countsOf(opened) : null;
    const entered = this.#enter(stream, batch, counts);
    if (entered === "already") return { kind: "already" };
    if (opened.kind === "ok") {
      this.#writer.nameStream(stream, opened.content.gateway);
      this.#writer.insertContent(stream, batch, opened);
    }
    if (entered === "fork") {
      return {
        kind: "fork",
        message: `batch ${batch.streamId}/${batch.seq} came with other bytes before; both are kept: go on in a new stream`,
      };
    }
    if (counts !== null) return { kind: "stored", records: counts.records, rawReadings: counts.rawReadings };
    return { kind: "unknown_format", message: opened.kind === "unknown_format" ? `format ${opened.format}` : "" };
  }

  /**
   * Puts a batch into the set, and what it counted into the counters of its stream.
   * @param counts null of what cannot be read yet.
   */
  #enter(
    stream: number,
    batch: SealedBatch & { readonly receivedMs: number },
    counts: BatchCounts | null,
  ): "new" | "already" | "fork" {
    const { have: set } = this.#reader.set(batch.streamId);
    const variants = this.#sql.variants.all(stream, batch.seq);
    // Of bytes that version 2 pruned no hash is left: the batch is held, and what came now is taken for the same.
    if (variants.length === 0 && contains(set, batch.seq)) return "already";
    const hash = hash48Of(batch.sha256);
    if (variants.some((variant) => variant.hash48 === hash)) return "already";
    const stored = counts === null ? null : storedCounts(counts);
    this.#writer.insertBatch(stream, batch, { counts: stored, receivedMs: batch.receivedMs });
    this.#writer.addToSet(stream, insert(set, batch.seq), batch.receivedMs);
    if (counts !== null) this.#count(stream, batch, counts);
    if (variants.length === 0) return "new";
    const hashes = [...variants.map((variant) => variant.hash48), hash].sort((a, b) => a - b);
    for (const loser of hashes.slice(0, -1)) this.#writer.insertFork(batch.streamId, batch.seq, loser);
    return "fork";
  }

  /** Of a fork only the side with the largest hash is counted. */
  #count(stream: number, batch: SealedBatch, counts: BatchCounts): void {
    const hash = hash48Of(batch.sha256);
    const rivals = this.#sql.appliedVariants.all(stream, batch.seq).filter((variant) => variant.hash48 !== hash);
    const best = rivals.sort((a, b) => b.hash48 - a.hash48)[0];
    if (best !== undefined) {
      if (best.hash48 > hash) return;
      const before = countsOfRow({ ...best, streamId: batch.streamId, seq: batch.seq });
      if (before !== null) this.#writer.addCounts(stream, before, -1);
    }
    this.#writer.addCounts(stream, counts, 1);
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
          const counts = countsOf(opened);
          this.#writer.markApplied(row.stream, batch, storedCounts(counts));
          this.#writer.nameStream(row.stream, opened.content.gateway);
          this.#writer.insertContent(row.stream, batch, opened);
          this.#count(row.stream, batch, counts);
        }
      });
    }
  }

  #transaction<T>(work: () => T): T {
    if (this.#fault !== null) throw this.#fault;
    try {
      return this.#db
        .transaction(() => {
          const result = work();
          this.#schema.write();
          return result;
        })
        .immediate();
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
const MIGRATIONS = [
  "0001-region.sql",
  "0002-operator.sql",
  "0003-snapshot.sql",
  "0004-members.sql",
  "0005-hash-sums.sql",
  "0006-schema.sql",
].map((name) => readFileSync(new URL(`./migrations/${name}`, import.meta.url), "utf8"));
/** What a region's database is, for whoever opens one. */
export const REGION_DATABASE: Pick<OpenOptions, "identity" | "migrations"> = {
  identity: { applicationId: APPLICATION_ID, kind: "region" },
  migrations: MIGRATIONS,
};
const HELD_PER_TRANSACTION = 256;
/** Some 50 ms. */
const JOINED_PER_TRANSACTION = 2_000;
const NO_BYTES = new Uint8Array(0);

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

/** Of a key that {@link SqliteStore.prunable} made. */
function prunePosition(key: PruneKey): [receivedMs: number, row: number] {
  const [receivedMs, row, ...more] = key.split("/").map(Number);
  if (!Number.isSafeInteger(receivedMs) || !Number.isSafeInteger(row) || more.length > 0) {
    throw new RangeError(`not a position among prunable batches: ${key}`);
  }
  return [receivedMs!, row!];
}

function heldBatch(row: HeldRow): SealedBatch {
  return { streamId: streamIdFromBytes(row.stream_id), seq: toSeq(row.seq), sha256: row.sha256, bytes: row.bytes };
}

function prepare(db: Database) {
  return {
    insertIdentity: db.prepare<[storeId: Buffer]>(
      "INSERT INTO identity (only, store_id) VALUES (1, ?) ON CONFLICT (only) DO NOTHING",
    ),
    identity: db.prepare("SELECT store_id FROM identity").pluck() as Statement<[], Buffer>,
    streamId: db.prepare<[streamId: Uint8Array]>("SELECT id FROM stream WHERE stream_id = ?").pluck() as Statement<
      [streamId: Uint8Array],
      number
    >,
    hashes: db.prepare<[streamId: Uint8Array, after: number, limit: number], { seq: number; hash48: number }>(
      `SELECT seq, hash48 FROM batch WHERE stream = (SELECT id FROM stream WHERE stream_id = ?) AND seq > ?
       ORDER BY seq, hash48 LIMIT ?`,
    ),
    variants: db.prepare<[stream: number, seq: number], VariantRow>(
      "SELECT hash48 FROM batch WHERE stream = ? AND seq = ?",
    ),
    appliedVariants: db.prepare<[stream: number, seq: number], CountedRow & VariantRow>(
      "SELECT hash48, sha256, bytes, counts FROM batch WHERE stream = ? AND seq = ? AND applied = 1",
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
       WHERE (received_ms, old.rowid) > (?, ?) AND received_ms < ? AND length(old.bytes) > 0 AND applied = 1
         AND NOT EXISTS (SELECT 1 FROM batch AS rival
                         WHERE rival.stream = old.stream AND rival.seq = old.seq AND rival.hash48 <> old.hash48)
       ORDER BY received_ms, old.rowid LIMIT ?`,
    ),
    forPruning: db.prepare<[streamId: Uint8Array, seq: number], CountedRow & { rowid: number; applied: number }>(
      `SELECT batch.rowid AS rowid, applied, sha256, bytes, counts FROM batch
       WHERE stream = (SELECT id FROM stream WHERE stream_id = ?) AND seq = ?`,
    ),
    prune: db.prepare<[counts: string, rowid: number]>("UPDATE batch SET bytes = x'', counts = ? WHERE rowid = ?"),
  };
}
