import { readFileSync } from "node:fs";
import type { Database, Statement } from "better-sqlite3";

import { Fault } from "../../../proto/core/fault.ts";
import type { Seq, StreamId } from "../../../proto/core/ids.ts";
import type { Member } from "../../../proto/core/member.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import type { OpenOptions } from "../../../proto/runtime/sqlite.ts";
import { openDatabase, storageFault } from "../../../proto/runtime/sqlite.ts";
import { openBatch } from "../../../proto/wire/batch-codec.ts";
import type { OpenedBatch } from "../../../proto/wire/batch-codec.ts";
import { decodeSnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import type { SnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { applyBatch, enterBatch, readHeldBatch } from "../../core/apply.ts";
import type { ApplyOutcome, ArrivedBatch, BatchChange, BatchFacts, StreamSet } from "../../core/apply.ts";
import { rowsOfBatch } from "../../core/apply-rows.ts";
import type {
  AnswerKey,
  ApplyResult,
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
  Page,
  PruneKey,
  PruneRequest,
  RawReading,
  ReadingKey,
  ReadingQuery,
  RecordKey,
  RecordQuery,
  SchemaRow,
  SeriesKey,
  SeriesQuery,
  SeriesSchemaQuery,
  SnapshotChunk,
  SnapshotMerge,
  SnapshotOutcome,
  Store,
  StoreTotals,
  StreamKey,
  StreamQuery,
  StreamReport,
  VoidedBatches,
  WindowHistory,
} from "../store.ts";
import type { StoreDump } from "../store-dump.ts";
import { SqliteBatches } from "./batches.ts";
import { SqliteConflicts } from "./conflicts.ts";
import { SqliteDigests } from "./digests.ts";
import { SqliteDump } from "./dump.ts";
import { SqliteOperators } from "./operators.ts";
import { SqliteReader } from "./reader.ts";
import { SqliteRowWriter } from "./row-writer.ts";
import { SqliteSchema } from "./schema.ts";
import { SqliteSeries } from "./series.ts";
import { SqliteSnapshotReader } from "./snapshot-reader.ts";
import { SqliteSnapshotWriter } from "./snapshot-writer.ts";
import { SqliteStreams } from "./streams.ts";
import { SqliteWindows } from "./windows.ts";

/**
 * The `Store` of a region on one machine: one SQLite file, one connection.
 *
 * `cloud/core/apply.ts` and `apply-rows.ts` decide about batches and rows. This class reads the facts for them and
 * writes their decisions.
 *
 * The methods do their work before they return. They return promises only because the contract says so. A region runs
 * this class in a thread of its own (`store-worker.ts`), tests use it directly.
 *
 * Batches are verified and decoded before the transaction begins. So the transaction consists of statements only, and a
 * batch that cannot be read leaves nothing behind.
 */
export class SqliteStore implements Store {
  readonly storeId: Uint8Array;
  readonly #db: Database;
  readonly #path: string;
  readonly #streams: SqliteStreams;
  readonly #batches: SqliteBatches;
  readonly #series: SqliteSeries;
  readonly #rows: SqliteRowWriter;
  readonly #reader: SqliteReader;
  readonly #schema: SqliteSchema;
  readonly #operators: SqliteOperators;
  readonly #conflicts: SqliteConflicts;
  readonly #digests: SqliteDigests;
  readonly #dump: SqliteDump;
  readonly #snapshotReader: SqliteSnapshotReader;
  readonly #snapshotWriter: SqliteSnapshotWriter;
  /** Set by the first failure; after it nothing is committed any more. */
  #fault: Fault | null = null;

  /** @throws Fault when the file cannot be opened or is not the database of a region. */
  static open(options: SqliteStoreOptions): SqliteStore {
    const { path, maxBytes } = options;
    const db = openDatabase({ path, ...REGION_DATABASE, ...(maxBytes === null ? {} : { maxBytes }) });
    return new SqliteStore(db, options);
  }

  /** @param db opened with {@link REGION_DATABASE}; `path` names it in messages. */
  constructor(db: Database, options: { readonly path: string; readonly newStoreId: Uint8Array }) {
    this.#path = options.path;
    this.#db = db;
    const streams = new SqliteStreams(db);
    const series = new SqliteSeries(db);
    const windows = new SqliteWindows(db, streams);
    const schema = new SqliteSchema(db);
    const operators = new SqliteOperators(db);
    const conflicts = new SqliteConflicts(db, windows);
    const rows = new SqliteRowWriter(db, { streams, series, operators, conflicts, schema });
    this.#streams = streams;
    this.#batches = new SqliteBatches(db);
    this.#series = series;
    this.#rows = rows;
    this.#reader = new SqliteReader(db, { windows, series, streams });
    this.#schema = schema;
    this.#operators = operators;
    this.#conflicts = conflicts;
    this.#digests = new SqliteDigests(db);
    this.#dump = new SqliteDump(db, { streams, schema, series, conflicts, windows });
    this.#snapshotReader = new SqliteSnapshotReader(db, streams);
    this.#snapshotWriter = new SqliteSnapshotWriter(db, { rows, streams });
    this.storeId = storeIdentity(db, options.newStoreId);
    this.#applyHeld();
    while (this.#transaction(() => conflicts.settleOld(HELD_PER_TRANSACTION)));
    while (this.#transaction(() => schema.settleOld(JOINED_PER_TRANSACTION)));
  }

  async apply(batches: readonly ArrivedBatch[]): Promise<ApplyResult> {
    const opened = batches.map((batch) => openBatch(batch));
    return this.#transaction(() => {
      const outcomes = batches.map((batch, index) => this.#applyOne(batch, opened[index]!));
      const streamIds = new Set<StreamId>();
      for (const [index, { streamId }] of batches.entries())
        if (outcomes[index]!.kind !== "invalid") streamIds.add(streamId);
      return { outcomes, sets: [...streamIds].map((streamId) => this.#streams.set(streamId)) };
    });
  }

  async recordVoid(range: VoidedBatches): Promise<void> {
    this.#transaction(() => this.#streams.insertVoid(range));
  }

  async have(streamIds: readonly StreamId[]): Promise<readonly StreamSet[]> {
    return this.#read(() => streamIds.map((streamId) => this.#streams.set(streamId)));
  }

  async batches(request: BatchRequest): Promise<HeldBatches> {
    return this.#read(() => this.#batches.held(request, this.#streams.set(request.streamId).have));
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
    return this.#read(() => this.#streams.page(query));
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

  async prunable(request: PruneRequest): Promise<Page<BatchId, PruneKey>> {
    return this.#read(() => this.#batches.prunable(request));
  }

  async prune(batches: readonly BatchId[]): Promise<number> {
    return this.#transaction(() => this.#batches.prune(batches));
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
      for (const { counts, ...batch } of batches) {
        const change = enterBatch({ ...batch, sealedBy: null }, counts, this.#factsOf(batch));
        if (change !== null) this.#writeBatch({ ...batch, bytes: NO_BYTES }, change, receivedMs);
      }
      const joined = new Set(batches.map(({ streamId }) => streamId));
      const sets = [...joined].map((streamId) => this.#streams.set(streamId));
      return { sets, more: batches.length === JOINED_PER_TRANSACTION };
    });
  }

  async hashes(request: HashRequest): Promise<readonly BatchHash[]> {
    return this.#read(() => this.#batches.hashes(request));
  }

  async lackedVariants(streamId: StreamId, theirs: readonly BatchHash[]): Promise<readonly Seq[]> {
    return this.#read(() => this.#batches.lackedVariants(streamId, theirs));
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
    const { outcome, change } = applyBatch(batch, opened, this.#factsOf(batch));
    if (change !== null) {
      this.#writeBatch(batch, change, batch.receivedMs);
      if (opened.kind === "ok") this.#rows.write(rowsOfBatch(batch, opened));
    }
    return outcome;
  }

  #factsOf(batch: BatchId): BatchFacts {
    return { stream: this.#streams.set(batch.streamId), variants: this.#batches.variants(batch) };
  }

  #writeBatch(batch: SealedBatch, { stream, counts, counters, forks }: BatchChange, receivedMs: number): void {
    this.#streams.writeSet(stream, receivedMs);
    const id = this.#streams.idOf(stream.streamId, stream.gateway);
    this.#batches.insert(id, batch, { counts, receivedMs });
    for (const counter of counters) this.#streams.count(id, counter);
    for (const hash48 of forks) this.#batches.insertFork(batch, hash48);
  }

  /** Applies the held batches that an earlier version of this software could not read. */
  #applyHeld(): void {
    for (let after = 0; ;) {
      const held = this.#batches.unapplied(after, HELD_PER_TRANSACTION);
      const end = held.at(-1);
      if (end === undefined) return;
      after = end.row;
      this.#transaction(() => {
        for (const { row, stream, batch } of held) {
          const opened = openBatch(batch);
          if (opened.kind !== "ok") continue;
          const { counts, counters, gateway } = readHeldBatch(batch, opened, this.#batches.variants(batch));
          this.#batches.markApplied(row, counts);
          this.#streams.rename(stream, gateway);
          for (const counter of counters) this.#streams.count(stream, counter);
          this.#rows.write(rowsOfBatch(batch, opened));
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
      for (const part of [this.#streams, this.#series, this.#schema, this.#operators]) part.forget();
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
/** The identity and the migrations of a region's database, for code that opens one. */
export const REGION_DATABASE: Pick<OpenOptions, "identity" | "migrations"> = {
  identity: { applicationId: APPLICATION_ID, kind: "region" },
  migrations: MIGRATIONS,
};
const HELD_PER_TRANSACTION = 256;
/** About 50 ms of work. */
const JOINED_PER_TRANSACTION = 2_000;
const NO_BYTES = new Uint8Array(0);

/** The id in the database. A new database gets `newStoreId`. */
function storeIdentity(db: Database, newStoreId: Uint8Array): Uint8Array {
  db.prepare<[storeId: Buffer]>(
    "INSERT INTO identity (only, store_id) VALUES (1, ?) ON CONFLICT (only) DO NOTHING",
  ).run(Buffer.from(newStoreId));
  const identity = (db.prepare("SELECT store_id FROM identity").pluck() as Statement<[], Buffer>).get();
  if (identity === undefined) throw new Error("the identity row was just written");
  return new Uint8Array(identity);
}
