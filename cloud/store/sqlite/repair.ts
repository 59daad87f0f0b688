import { createHash } from "node:crypto";
import type { Database, Statement } from "better-sqlite3";

import { hash48Of } from "../../../proto/core/hash48.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import { compareSlotVersions } from "../../../proto/core/slot-version.ts";
import type { SlotVersion } from "../../../proto/core/slot-version.ts";
import { openBatch } from "../../../proto/wire/batch-codec.ts";
import { countsOf } from "../../core/apply.ts";
import { rowsOfBatch } from "../../core/apply-rows.ts";
import type { ArrivingRows } from "../../core/apply-rows.ts";
import { CHECKED } from "./checked-rows.ts";
import type { DamagedPlace, RowPlace } from "./checked-rows.ts";
import type { CheckedTableRows, CheckedTables, TableRow } from "./checked-table.ts";
import { columnsChecksum } from "./row-checksums.ts";
import type { SqliteOperators } from "./operators.ts";
import type { SqliteRowWriter } from "./row-writer.ts";
import type { SqliteSchema } from "./schema.ts";
import type { SqliteSeries } from "./series.ts";
import { storedCounts } from "./stored-counts.ts";
import type { SqliteStreams } from "./streams.ts";

/**
 * Repairs damaged rows from what this file still has (I44). A row that follows from a batch is deleted, and the batch is
 * applied again. Names come from the indexes, sets from the batches. A row whose batch has no bytes here stays damaged,
 * and is named until it is repaired from elsewhere. Runs inside the transaction of the caller, which is undone when the
 * row could not be repaired.
 */
export class SqliteRepair {
  readonly #db: Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #parts: Parts;

  constructor(db: Database, parts: Parts) {
    this.#db = db;
    this.#sql = prepare(db);
    this.#parts = parts;
  }

  /** @returns whether the row is whole now, or superfluous and gone. */
  repair({ table, key, isMisplaced }: DamagedPlace): boolean {
    const rows = this.#parts.tables.of(table);
    const row = rows.one(key);
    // The key of the row is damaged, so that its page is out of order. The walk still meets it, and it stays named.
    if (row === undefined) return false;
    if (isMisplaced === true && rows.count(key) === 1) return false;
    if (rows.isWhole(row) && rows.count(key) === 1) {
      if (rows.isIndexed(row)) return table !== "stream" || this.#repairSet(Number(row["id"]));
      this.#db.exec(`REINDEX ${table}`);
      return true;
    }
    switch (table) {
      case "record":
      case "revision_log":
        return this.#applyAgain(rows, { row, key }, { stream: row["stream"], seq: row["ver"], hash48: row["hash48"] });
      case "raw_block":
      case "operator_row":
      case "member":
      case "erased":
        return this.#applyAgain(rows, { row, key }, { stream: row["stream"], seq: row["seq"], hash48: row["hash48"] });
      case "series_schema":
        rows.delete(key);
        return this.#parts.schema.noteAgain(Number(row["series"]));
      case "series":
        return this.#repairSeries(row);
      case "stream":
        return this.#repairNames(row);
      case "batch":
        return this.#repairBatch(row);
    }
  }

  /** Deletes the row and applies its batch again, or, when the row does not say which, those of its stream. */
  #applyAgain(
    rows: CheckedTableRows,
    { row, key }: { readonly row: TableRow; readonly key: RowPlace },
    from: { readonly stream: unknown; readonly seq: unknown; readonly hash48: unknown },
  ): boolean {
    const { stream, seq, hash48 } = from;
    // The number of the stream may be the damaged column.
    const named = this.#sql.batch.all(Number(stream), Number(seq), Number(hash48));
    const exact = this.#batches(named.length > 0 ? named : this.#sql.batchByHash.all(Number(seq), Number(hash48)));
    this.#delete(rows, key);
    this.#parts.operators.forget();
    if (exact.length > 0) {
      for (const batch of exact) this.#parts.rows.write(batch);
      this.#promote(row);
      return true;
    }
    const changes = this.#sql.changes.get() ?? 0;
    for (let after = Number.MAX_SAFE_INTEGER; ;) {
      const some = this.#sql.batchesBefore.all(Number(stream), after, BATCHES_AT_ONCE);
      for (const batch of this.#batches(some)) {
        this.#parts.rows.write(batch);
        if ((this.#sql.changes.get() ?? 0) === changes) continue;
        this.#promote(row);
        return true;
      }
      if (some.length < BATCHES_AT_ONCE) return false;
      after = some.at(-1)!.seq;
    }
  }

  /**
   * A damaged version may have looked newer than it was, so that a newer row went to the log. The newest row of the slot
   * belongs to `record`.
   */
  #promote(row: TableRow): void {
    if (row["part"] === undefined) return;
    const slot = CHECKED.record.key.map((name) => Number(row[name])) as Slot;
    const [logged, present] = [this.#sql.inLog.get(...slot), this.#sql.inRecord.get(...slot)];
    if (logged === undefined || (present !== undefined && compareSlotVersions(version(logged), version(present)) <= 0))
      return;
    const columns = [...CHECKED.record.columns, "checksum"];
    const { ver, hash48, revision } = version(logged);
    this.#sql.deleteLogged.run(...slot, ver, hash48, revision);
    if (present !== undefined) this.#sql.insertLog.run(...columns.map((name) => present[name]));
    this.#sql.insertRecord.run(...columns.map((name) => logged[name]));
  }

  /** The rows of these batches, of those that are whole. */
  #batches(found: readonly BatchSqlRow[]): readonly ArrivingRows[] {
    return found.flatMap(({ stream, seq, sha256, bytes }) => {
      if (bytes.length === 0 || !createHash("sha256").update(bytes).digest().equals(sha256)) return [];
      const batch = { streamId: this.#parts.streams.name(stream).streamId, seq: toSeq(seq), sha256, bytes };
      const opened = openBatch(batch);
      return opened.kind === "ok" ? [rowsOfBatch(batch, opened)] : [];
    });
  }

  #delete(rows: CheckedTableRows, key: RowPlace): void {
    this.#withIndex(rows.name, () => rows.delete(key));
  }

  /** Two indexes have the names, too. The longest block says the span. */
  #repairSeries(row: TableRow): boolean {
    const id = Number(row["id"]);
    const names = [row, this.#sql.nameIndex.get(id), this.#sql.metricIndex.get(id)].flatMap((one) =>
      typeof one?.["device"] === "string" && typeof one["metric"] === "string" ? [[one["device"], one["metric"]]] : [],
    );
    const agreed = names.find(
      ([device, metric]) => names.filter((one) => one[0] === device && one[1] === metric).length > 1,
    );
    if (agreed === undefined) return false;
    const [device, metric] = agreed;
    const span = Math.max(0, this.#sql.span.get(id) ?? 0);
    this.#db.exec("REINDEX series");
    this.#sql.setSeries.run(device!, metric!, span, columnsChecksum([id, device!, metric!, span]), id);
    this.#parts.series.forget();
    return true;
  }

  #repairNames(row: TableRow): boolean {
    const id = Number(row["id"]);
    const indexed = this.#sql.streamIndex.get(id);
    if (indexed === undefined) return false;
    const checksum = columnsChecksum([id, indexed.stream_id, indexed.gateway]);
    const isSame =
      row["gateway"] === indexed.gateway &&
      row["stream_id"] instanceof Uint8Array &&
      indexed.stream_id.equals(row["stream_id"]);
    // Either the index has the names that belong to the checksum, or both have the same and the checksum is damaged.
    if (checksum !== row["checksum"] && !isSame) return false;
    this.#db.exec("REINDEX stream");
    this.#sql.setNames.run(indexed.stream_id, indexed.gateway, checksum, id);
    this.#parts.streams.forget();
    return true;
  }

  #repairSet(id: number): boolean {
    this.#parts.streams.writeRebuilt(id);
    return true;
  }

  /**
   * The hash belongs to the bytes, and the counts follow from them. The index has the number as well: the one that belongs
   * to the checksum is right. If both have the same, the checksum itself is damaged.
   */
  #repairBatch(row: TableRow): boolean {
    const batch = this.#sql.batchRow.get(Number(row["row"]));
    if (batch === undefined || batch.bytes.length === 0) return false;
    const sha256 = createHash("sha256").update(batch.bytes).digest();
    const hash48 = hash48Of(sha256);
    if (!sha256.equals(batch.sha256) && hash48 !== batch.hash48) return false;
    const indexed = this.#sql.batchIndex.get(batch.row) ?? batch;
    for (const { stream, seq } of [batch, indexed]) {
      const id = { streamId: this.#parts.streams.name(stream).streamId, seq: toSeq(seq) };
      const opened = openBatch({ ...id, sha256, bytes: batch.bytes });
      const applied = opened.kind === "ok" ? 1 : 0;
      const counts = opened.kind === "ok" ? storedCounts(countsOf(opened)) : null;
      const checksum = columnsChecksum([stream, seq, hash48, sha256, applied, counts]);
      const agree = batch.stream === indexed.stream && batch.seq === indexed.seq;
      if (checksum !== row["checksum"] && !agree) continue;
      this.#withIndex("batch", () =>
        this.#sql.setBatch.run(stream, seq, hash48, sha256, applied, counts, checksum, batch.row),
      );
      return true;
    }
    return false;
  }

  /** If the index lacks the row, because the row or the index is damaged, the index is made anew first. */
  #withIndex(table: DamagedPlace["table"], work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.#db.exec(`REINDEX ${table}`);
      work();
    }
  }
}

type Parts = {
  readonly tables: CheckedTables;
  readonly rows: SqliteRowWriter;
  readonly series: SqliteSeries;
  readonly streams: SqliteStreams;
  readonly schema: SqliteSchema;
  readonly operators: SqliteOperators;
};

/** A slot by local ids. */
type Slot = [series: number, windowMs: number, windowStartMs: number, stream: number, part: number];
type BatchSqlRow = {
  readonly row: number;
  readonly stream: number;
  readonly seq: number;
  readonly hash48: number;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
};
type NamesSqlRow = { readonly device: string; readonly metric: string };

const BATCHES_AT_ONCE = 32;

function version(row: TableRow): SlotVersion {
  return { ver: toSeq(Number(row["ver"])), hash48: Number(row["hash48"]), revision: Number(row["revision"]) };
}

function isCorrupt(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_CORRUPT");
}

const BATCH = "SELECT rowid AS row, stream, seq, hash48, sha256, bytes FROM batch";
const SLOT = "series = ? AND window_ms = ? AND window_start_ms = ? AND stream = ? AND part = ?";
const NEWEST = "ORDER BY ver DESC, hash48 DESC, revision DESC LIMIT 1";

function prepare(db: Database) {
  const columns = [...CHECKED.record.columns, "checksum"].join();
  return {
    batch: db.prepare<[stream: number, seq: number, hash48: number], BatchSqlRow>(
      `${BATCH} WHERE stream = ? AND seq = ? AND hash48 = ?`,
    ),
    batchByHash: db.prepare<[seq: number, hash48: number], BatchSqlRow>(
      `${BATCH} WHERE rowid IN (SELECT rowid FROM batch INDEXED BY batch_id
         WHERE stream >= 0 AND seq = ? AND hash48 = ?)`,
    ),
    batchRow: db.prepare<[row: number], BatchSqlRow>(`${BATCH} WHERE rowid = ?`),
    batchesBefore: db.prepare<[stream: number, beforeSeq: number, limit: number], BatchSqlRow>(
      `${BATCH} WHERE stream = ? AND seq < ? AND length(bytes) > 0 ORDER BY seq DESC LIMIT ?`,
    ),
    batchIndex: db.prepare<[row: number], { stream: number; seq: number }>(
      "SELECT stream, seq FROM batch INDEXED BY batch_id WHERE stream >= 0 AND rowid = ?",
    ),
    setBatch: db.prepare<
      [
        stream: number,
        seq: number,
        hash48: number,
        sha256: Uint8Array,
        applied: number,
        counts: string | null,
        checksum: number,
        row: number,
      ]
    >(
      `UPDATE batch SET stream = ?, seq = ?, hash48 = ?, sha256 = ?, applied = ?, counts = ?, checksum = ?
       WHERE rowid = ?`,
    ),
    changes: db.prepare("SELECT total_changes()").pluck() as Statement<[], number>,
    nameIndex: db.prepare<[id: number], NamesSqlRow>(
      "SELECT device, metric FROM series INDEXED BY series_name WHERE device >= '' AND id = ?",
    ),
    metricIndex: db.prepare<[id: number], NamesSqlRow>(
      "SELECT device, metric FROM series INDEXED BY series_metric WHERE metric >= '' AND id = ?",
    ),
    span: db.prepare("SELECT max(max_ms - min_ms) FROM raw_block WHERE series = ?").pluck() as Statement<
      [series: number],
      number | null
    >,
    setSeries: db.prepare<[device: string, metric: string, spanMs: number, checksum: number, id: number]>(
      "UPDATE series SET device = ?, metric = ?, raw_span_ms = ?, checksum = ? WHERE id = ?",
    ),
    streamIndex: db.prepare<[id: number], { stream_id: Buffer; gateway: string }>(
      "SELECT stream_id, gateway FROM stream INDEXED BY stream_gateway WHERE gateway >= '' AND id = ?",
    ),
    setNames: db.prepare<[streamId: Uint8Array, gateway: string, checksum: number, id: number]>(
      "UPDATE stream SET stream_id = ?, gateway = ?, checksum = ? WHERE id = ?",
    ),
    inLog: db.prepare<Slot, TableRow>(`SELECT ${columns} FROM revision_log WHERE ${SLOT} ${NEWEST}`),
    inRecord: db.prepare<Slot, TableRow>(`SELECT ${columns} FROM record WHERE ${SLOT}`),
    insertRecord: db.prepare<unknown[]>(
      `INSERT OR REPLACE INTO record (${columns}) VALUES (${[...CHECKED.record.columns, 0].map(() => "?").join()})`,
    ),
    insertLog: db.prepare<unknown[]>(
      `INSERT OR REPLACE INTO revision_log (${columns}) VALUES (${[...CHECKED.record.columns, 0].map(() => "?").join()})`,
    ),
    deleteLogged: db.prepare<[...Slot, ver: number, hash48: number, revision: number]>(
      `DELETE FROM revision_log WHERE ${SLOT} AND ver = ? AND hash48 = ? AND revision = ?`,
    ),
  };
}
