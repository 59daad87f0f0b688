import { readFileSync } from "node:fs";
import type { Database, Statement } from "better-sqlite3";

import { Fault } from "../../../proto/core/fault.ts";
import type { StreamId } from "../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import type { OpenOptions } from "../../../proto/runtime/sqlite.ts";
import { openDatabase, storageFault } from "../../../proto/runtime/sqlite.ts";
import { openBatch } from "../../../proto/wire/batch-codec.ts";
import type { OpenedBatch } from "../../../proto/wire/batch-codec.ts";
import { decodeSnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import type { SnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { applyBatch, enterBatch, readHeldBatch } from "../../core/apply.ts";
import type { ApplyOutcome, ArrivedBatch, BatchChange, BatchFacts } from "../../core/apply.ts";
import { rowsOfBatch } from "../../core/apply-rows.ts";
import type { BatchId, Page, Store } from "../store.ts";
import { promised } from "./answers.ts";
import type { Answers } from "./answers.ts";
import { SqliteBatchAges } from "./batch-ages.ts";
import { pruneKey, SqliteBatches } from "./batches.ts";
import { CheckedRows } from "./checked-rows.ts";
import { CheckedTables } from "./checked-table.ts";
import { CommitMark } from "./commit-mark.ts";
import { SqliteCommits } from "./commits.ts";
import { SqliteConflicts } from "./conflicts.ts";
import { DamagedNames } from "./damaged-names.ts";
import { SqliteDigests } from "./digests.ts";
import { SqliteDump } from "./dump.ts";
import { SqliteOperators } from "./operators.ts";
import { SqliteReader } from "./reader.ts";
import { SqliteRepair } from "./repair.ts";
import { SqliteRowWriter } from "./row-writer.ts";
import { SqliteSchema } from "./schema.ts";
import { SqliteScrub } from "./scrub.ts";
import { SqliteSeries } from "./series.ts";
import { SqliteSnapshotReader } from "./snapshot-reader.ts";
import { SqliteSnapshotWriter } from "./snapshot-writer.ts";
import { SqliteStreams } from "./streams.ts";
import { SqliteWindows } from "./windows.ts";

/**
 * Opens the `Store` of a region on one machine: one SQLite file, one connection.
 *
 * `cloud/core/apply.ts` and `apply-rows.ts` decide about batches and rows. The store reads the facts for them and writes
 * their decisions.
 *
 * The methods do their work before they return. They return promises only because the contract says so. A region runs
 * the store in a thread of its own (`store-worker.ts`), tests use it directly.
 *
 * @throws Fault when the file cannot be opened or is not the database of a region.
 */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const { path, maxBytes } = options;
  const db = openDatabase({ path, ...REGION_DATABASE, ...(maxBytes === null ? {} : { maxBytes }) });
  try {
    return openSqliteStoreIn(db, { ...options, markPath: `${path.replace(/\.db$/, "")}.mark` });
  } catch (error) {
    db.close();
    throw unknownSchema(error, path) ?? storageFault(error, path);
  }
}

/**
 * The same in an open database. First it writes what an earlier version of this software left to do.
 * @param db opened with {@link REGION_DATABASE}; `path` names it in messages. `markPath`: the file beside the database that
 * shows lost commits; without it they are not noticed.
 */
export function openSqliteStoreIn(
  db: Database,
  { path, newStoreId, markPath }: Pick<SqliteStoreOptions, "path" | "newStoreId"> & { readonly markPath?: string },
): Store {
  const storeId = storeIdentity(db, newStoreId);
  const commits = new SqliteCommits(db, markPath === undefined ? null : new CommitMark(markPath, storeId));
  const checked = new CheckedRows(db);
  const streams = new SqliteStreams(db, checked);
  const series = new SqliteSeries(db, checked);
  const windows = new SqliteWindows(db, { streams, checked });
  const batches = new SqliteBatches(db, { streams, commits });
  const schema = new SqliteSchema(db, { series, checked });
  const operators = new SqliteOperators(db, checked);
  const conflicts = new SqliteConflicts(db, { windows, series });
  const writer = new SqliteWriter(db, path, { streams, series, batches, schema, operators, conflicts, commits });
  const reader = new SqliteReader(db, { windows, series, streams, checked });
  const digests = new SqliteDigests(db);
  const dump = new SqliteDump(db, { streams, schema, conflicts, windows });
  const snapshot = new SqliteSnapshotReader(db, { streams, checked });

  writer.applyHeld();
  writer.settleOld();

  const tables = new CheckedTables(db);
  const names = new DamagedNames(db, tables);
  const repair = new SqliteRepair(db, { tables, rows: writer.rows, series, streams, schema, operators });
  const scrub = new SqliteScrub(db, { checked, tables, names, repair, rows: writer.rows, streams, batches, schema });

  const questions: Answers<Exclude<keyof Store, "storeId" | "close" | keyof SqliteWriter["answers"]>> = {
    ...streams.answers,
    ...batches.answers,
    ...reader.answers,
    ...schema.answers,
    ...conflicts.answers,
    ...operators.answers,
    ...snapshot.answers,
    ...digests.answers,
    ...dump.answers,
    scrub: (after) => scrub.step(after, (work) => writer.write(work)),
    damaged: () => checked.count,
    lost: () => commits.lost((streamId) => streams.set(streamId).have),
  };
  const read = (work: () => unknown): unknown => {
    try {
      checked.beginPage();
      const answer = work();
      // An answer says which rows it leaves out.
      const damaged = checked.page.map((place) => names.of(place));
      return damaged.length > 0 && isPage(answer) ? { ...answer, damaged } : answer;
    } catch (error) {
      throw storageFault(error, path);
    }
  };
  return {
    storeId,
    ...promised(writer.answers),
    ...promised(questions, read),
    close: async () => {
      if (!db.open) return;
      db.close();
      commits.close();
    },
  };
}

/**
 * Everything that writes. Batches are verified and decoded before the transaction begins. So the transaction consists of
 * statements only, and a batch that cannot be read leaves nothing behind.
 */
class SqliteWriter {
  readonly #db: Database;
  readonly #path: string;
  readonly #parts: Parts;
  readonly rows: SqliteRowWriter;
  readonly #snapshot: SqliteSnapshotWriter;
  readonly #ages: SqliteBatchAges;
  /** Set by the first failure; after it nothing is committed any more. */
  #fault: Fault | null = null;

  readonly answers: Answers<"apply" | "recordVoid" | "aged" | "prune" | "mergeSnapshot" | "joinSnapshot"> = {
    apply: (batches) => {
      const opened = batches.map((batch) => openBatch(batch));
      return this.#transaction(() => {
        const outcomes = batches.map((batch, index) => this.#applyOne(batch, opened[index]!));
        const streamIds = new Set<StreamId>();
        for (const [index, { streamId }] of batches.entries())
          if (outcomes[index]!.kind !== "invalid") streamIds.add(streamId);
        const sets = [...streamIds].map((streamId) => this.#parts.streams.set(streamId));
        return { outcomes, sets, approximate: this.#parts.conflicts.takeApproximate() };
      });
    },

    recordVoid: (range) => {
      this.#transaction(() => this.#parts.streams.insertVoid(range));
    },

    aged: (age) => {
      const row = this.#transaction(() => this.#ages.ran(age));
      return row === null ? null : pruneKey(row);
    },

    prune: (batches) => this.#transaction(() => this.#parts.batches.prune(batches)),

    mergeSnapshot: ({ body, first }) => {
      let part: SnapshotPart;
      try {
        part = decodeSnapshotPart(body);
      } catch (error) {
        if (error instanceof Fault) return { kind: "invalid", message: error.message };
        throw error;
      }
      this.#transaction(() => {
        if (first) this.#snapshot.begin();
        this.#snapshot.merge(part);
        // They are not new: another region has reported them.
        this.#parts.conflicts.takeApproximate();
      });
      return { kind: "merged" };
    },

    joinSnapshot: (receivedMs) => {
      return this.#transaction(() => {
        const batches = this.#snapshot.take(JOINED_PER_TRANSACTION);
        for (const { counts, ...batch } of batches) {
          const change = enterBatch({ ...batch, sealedBy: null }, counts, this.#factsOf(batch));
          if (change !== null) this.#writeBatch({ ...batch, bytes: NO_BYTES }, change, receivedMs);
        }
        const joined = new Set(batches.map(({ streamId }) => streamId));
        const sets = [...joined].map((streamId) => this.#parts.streams.set(streamId));
        return { sets, more: batches.length === JOINED_PER_TRANSACTION };
      });
    },
  };

  constructor(db: Database, path: string, parts: Parts) {
    this.#db = db;
    this.#path = path;
    this.#parts = parts;
    this.rows = new SqliteRowWriter(db, parts);
    this.#ages = new SqliteBatchAges(db);
    this.#snapshot = new SqliteSnapshotWriter(db, { rows: this.rows, streams: parts.streams });
  }

  /** Applies the held batches that an earlier version of this software could not read. */
  applyHeld(): void {
    for (let after = 0; ;) {
      const held = this.#parts.batches.unapplied(after, HELD_PER_TRANSACTION);
      const end = held.at(-1);
      if (end === undefined) return;
      after = end.row;
      this.#transaction(() => {
        for (const { row, stream, batch } of held) {
          const opened = openBatch(batch);
          if (opened.kind !== "ok") continue;
          const { counts, counters, gateway } = readHeldBatch(batch, opened, this.#parts.batches.variants(batch));
          this.#parts.batches.markApplied(row, counts);
          this.#parts.streams.rename(stream, gateway);
          for (const counter of counters) this.#parts.streams.count(stream, counter);
          this.rows.write(rowsOfBatch(batch, opened));
        }
      });
    }
  }

  /** Finds the conflicts and the types that an earlier version of this software did not note. */
  settleOld(): void {
    while (this.#transaction(() => this.#parts.conflicts.settleOld(HELD_PER_TRANSACTION)));
    // These windows were there before, so no batch made them approximate.
    this.#parts.conflicts.takeApproximate();
    while (this.#transaction(() => this.#parts.schema.settleOld(JOINED_PER_TRANSACTION)));
  }

  /** Runs work in a transaction, which is undone unless the work says that it changed something. */
  write(work: () => boolean): void {
    const undone = new Error("undone");
    let refused: unknown = null;
    const step = this.#db.transaction(() => {
      if (!work()) throw undone;
    });
    this.#transaction(() => {
      try {
        step();
      } catch (error) {
        const isOfDisk = error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_");
        if (isOfDisk && !isContradiction(error)) throw error;
        if (error !== undone) refused = error;
        this.#forget();
      }
    });
    // The step is undone, and the next commit may still succeed.
    if (refused !== null) throw contradiction(refused, this.#path);
  }

  /** After a rollback the caches hold what is not there. */
  #forget(): void {
    const { streams, series, schema, operators, commits } = this.#parts;
    for (const part of [streams, series, schema, operators, commits]) part.forget();
  }

  #applyOne(batch: ArrivedBatch, opened: OpenedBatch): ApplyOutcome {
    const { outcome, change } = applyBatch(batch, opened, this.#factsOf(batch));
    if (change !== null) {
      this.#writeBatch(batch, change, batch.receivedMs);
      if (opened.kind === "ok") this.rows.write(rowsOfBatch(batch, opened));
    }
    return outcome;
  }

  #factsOf(batch: BatchId): BatchFacts {
    return { stream: this.#parts.streams.set(batch.streamId), variants: this.#parts.batches.variants(batch) };
  }

  #writeBatch(batch: SealedBatch, { stream, counts, counters, forks }: BatchChange, receivedMs: number): void {
    this.#parts.streams.writeSet(stream, receivedMs);
    const id = this.#parts.streams.idOf(stream.streamId, stream.gateway);
    this.#parts.batches.insert(id, batch, { counts, receivedMs });
    for (const counter of counters) this.#parts.streams.count(id, counter);
    for (const hash48 of forks) this.#parts.batches.insertFork(batch, hash48);
  }

  #transaction<T>(work: () => T): T {
    if (this.#fault !== null) throw this.#fault;
    const { schema, commits } = this.#parts;
    try {
      const result = this.#db
        .transaction(() => {
          const done = work();
          schema.write();
          commits.count();
          return done;
        })
        .immediate();
      commits.mark();
      return result;
    } catch (error) {
      this.#forget();
      this.#fault = isContradiction(error) ? contradiction(error, this.#path) : storageFault(error, this.#path);
      throw this.#fault;
    }
  }
}

/** Whether a row is where no row can be, or has values that it cannot have: the disk has changed a page. */
function isContradiction(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^SQLITE_(CONSTRAINT|CORRUPT)/.test(String(error.code));
}

function contradiction(error: unknown, path: string): Fault {
  const message = error instanceof Error ? error.message : String(error);
  return new Fault({
    code: "storage_corrupt",
    message: `${path}: a page of the database is damaged: ${message}`,
    hint: "restore the data folder from a copy, or start with an empty one: the other regions fill it",
    cause: error,
  });
}

/** The schema of the file has the right version, but a statement does not fit: the disk has changed the schema. */
function unknownSchema(error: unknown, path: string): Fault | null {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "SQLITE_ERROR") return null;
  return new Fault({
    code: "storage_corrupt",
    message: `${path}: the schema of the database is damaged: ${error.message}`,
    hint: "restore the data folder from a copy, or start with an empty one: the other regions fill it",
    cause: error,
  });
}

function isPage(answer: unknown): answer is Page<unknown, unknown> {
  return typeof answer === "object" && answer !== null && "rows" in answer && "next" in answer;
}

type Parts = {
  readonly streams: SqliteStreams;
  readonly series: SqliteSeries;
  readonly batches: SqliteBatches;
  readonly schema: SqliteSchema;
  readonly operators: SqliteOperators;
  readonly conflicts: SqliteConflicts;
  readonly commits: SqliteCommits;
};

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
  "0007-window-content.sql",
  "0008-checksums.sql",
  "0009-progress.sql",
  "0010-kept-gateways.sql",
  "0011-signed.sql",
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
