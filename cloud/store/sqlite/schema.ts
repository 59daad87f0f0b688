import type { Database } from "better-sqlite3";

import { typeOfSummary } from "../../../proto/core/schema.ts";
import type { SchemaVersion, ValueType } from "../../../proto/core/schema.ts";
import { typesOfRawColumns } from "../../../proto/wire/batch-codec.ts";
import type { Answers } from "./answers.ts";
import type { CheckedRows } from "./checked-rows.ts";
import { schemaChecksum, schemaTimes } from "./row-checksums.ts";
import type { SqliteSeries } from "./series.ts";
import { SERIES_PER_PAGE } from "./series.ts";
import { loadedSummary, SUMMARY_COLUMNS } from "./stored-summary.ts";
import type { SummaryRow } from "./stored-summary.ts";
import type { SchemaRow, SchemaSpan } from "../store.ts";

/**
 * The types and units that the readings of a series have had, with the earliest and latest time of each. Every arriving row
 * counts, also one that is replaced, so the order of arrival does not matter. A snapshot carries this table, because it does
 * not carry the rows that were replaced.
 *
 * The table is written once in each transaction, because the batches of a group contain the same series again and
 * again.
 */
export class SqliteSchema {
  readonly #sql: Statements;
  readonly #series: SqliteSeries;
  readonly #checked: CheckedRows;
  /** The last version of each series, as it is written now or will be when the transaction ends. */
  readonly #known = new Map<number, Seen>();
  #unwritten: Seen[] = [];

  readonly answers: Answers<"schema"> = {
    schema: (query) => {
      const rows: SchemaRow[] = [];
      let visited = 0;
      for (const { id, device, metric } of this.#series.walk(query, query.after, "after")) {
        const versions = this.#sql.ofSeries
          .all(id)
          .filter((row) => this.#checked.isWholeSchema(row))
          .map(seenVersion);
        // A series with commands only has no version.
        if (versions.length > 0) {
          if (rows.length === query.limit) {
            const { device: lastDevice, metric: lastMetric } = rows.at(-1)!;
            return { rows, next: { device: lastDevice, metric: lastMetric } };
          }
          rows.push({ device, metric, versions });
        }
        if ((visited += 1) === SERIES_PER_PAGE) return { rows, next: { device, metric } };
      }
      return { rows, next: null };
    },
  };

  constructor(db: Database, { series, checked }: { series: SqliteSeries; checked: CheckedRows }) {
    this.#sql = prepare(db);
    this.#series = series;
    this.#checked = checked;
  }

  /** Notes a row. The caller calls {@link write} before it commits. */
  saw(series: number, { type, unit }: SchemaVersion, { firstMs, lastMs }: TimeSpan): void {
    let seen = this.#known.get(series);
    if (seen === undefined || seen.type !== type || seen.unit !== unit) {
      seen = { series, type, unit, firstMs, lastMs, isWritten: true };
      this.#known.set(series, seen);
    } else if (firstMs >= seen.firstMs && lastMs <= seen.lastMs) return;
    seen.firstMs = Math.min(seen.firstMs, firstMs);
    seen.lastMs = Math.max(seen.lastMs, lastMs);
    if (!seen.isWritten) return;
    seen.isWritten = false;
    this.#unwritten.push(seen);
  }

  /** How many of the noted versions the table lacks, or has with a shorter time. The others need not be written. */
  lacking(): number {
    this.#unwritten = this.#unwritten.filter(({ series, type, unit, firstMs, lastMs }) => {
      return this.#sql.covers.get(series, type, unit ?? "", firstMs, lastMs) === undefined;
    });
    return this.#unwritten.length;
  }

  write(): void {
    if (this.#unwritten.length === 0) return;
    for (const seen of this.#unwritten) {
      const row = {
        series: seen.series,
        type: seen.type,
        unit: seen.unit ?? "",
        first_ms: seen.firstMs,
        last_ms: seen.lastMs,
      };
      this.#sql.widen.run(row.series, row.type, row.unit, row.first_ms, row.last_ms, schemaChecksum(row));
      seen.isWritten = true;
    }
    this.#unwritten = [];
    if (this.#known.size > SERIES_CACHED) this.#known.clear();
  }

  /** For use after a rollback, and after series were erased. */
  forget(): void {
    this.#known.clear();
    this.#unwritten = [];
  }

  /** Notes the types of all rows of a series again, after one of its types was damaged. */
  noteAgain(series: number): boolean {
    this.#known.delete(series);
    for (const row of this.#sql.windowsOf.iterate(series, series)) {
      const summary = loadedSummary(row);
      this.saw(series, { type: typeOfSummary(summary), unit: row.unit }, summary);
    }
    for (const { unit, min_ms: firstMs, max_ms: lastMs, columns } of this.#sql.blocksOf.iterate(series)) {
      for (const type of typesOfRawColumns(columns)) this.saw(series, { type, unit }, { firstMs, lastMs });
    }
    return true;
  }

  /** Notes the types of blocks that an earlier version of this software stored. @returns whether there are more. */
  settleOld(limit: number): boolean {
    const blocks = this.#sql.untyped.all(limit);
    for (const { block, series, unit, min_ms: firstMs, max_ms: lastMs, columns } of blocks) {
      for (const type of typesOfRawColumns(columns)) this.saw(series, { type, unit }, { firstMs, lastMs });
      this.#sql.typed.run(block);
    }
    return blocks.length === limit;
  }
}

type TimeSpan = { readonly firstMs: number; readonly lastMs: number };
type Seen = SchemaVersion & { readonly series: number; firstMs: number; lastMs: number; isWritten: boolean };

/** About 30 MB. A full cache is cleared. */
const SERIES_CACHED = 250_000;

type SchemaSqlRow = {
  readonly series: number;
  readonly checksum: number | null;
  readonly type: ValueType;
  readonly unit: string;
  readonly first_ms: number;
  readonly last_ms: number;
};
type WindowTypeRow = SummaryRow & { readonly unit: string | null };
type UntypedRow = {
  readonly block: number;
  readonly series: number;
  readonly unit: string | null;
  readonly min_ms: number;
  readonly max_ms: number;
  readonly columns: Buffer;
};

function seenVersion({ type, unit, first_ms: firstMs, last_ms: lastMs }: SchemaSqlRow): SchemaSpan {
  return { type, unit: unit === "" ? null : unit, firstMs, lastMs };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    widen: db.prepare<
      [series: number, type: ValueType, unit: string, firstMs: number, lastMs: number, checksum: number]
    >(
      `INSERT INTO series_schema (series, type, unit, first_ms, last_ms, checksum) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (series, type, unit) DO UPDATE
         SET first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms),
           checksum = excluded.checksum
             + ${schemaTimes("min(first_ms, excluded.first_ms)", "max(last_ms, excluded.last_ms)")}
             - ${schemaTimes("excluded.first_ms", "excluded.last_ms")}`,
    ),
    covers: db.prepare<[series: number, type: ValueType, unit: string, firstMs: number, lastMs: number]>(
      "SELECT 1 FROM series_schema WHERE series = ? AND type = ? AND unit = ? AND first_ms <= ? AND last_ms >= ?",
    ),
    ofSeries: db.prepare<[series: number], SchemaSqlRow>(
      `SELECT series, type, unit, first_ms, last_ms, checksum FROM series_schema WHERE series = ?
       ORDER BY first_ms, type, unit`,
    ),
    windowsOf: db.prepare<[series: number, again: number], WindowTypeRow>(
      `SELECT unit, ${SUMMARY_COLUMNS} FROM record WHERE series = ?
       UNION ALL SELECT unit, ${SUMMARY_COLUMNS} FROM revision_log WHERE series = ?`,
    ),
    blocksOf: db.prepare<[series: number], UntypedRow>(
      "SELECT 0 AS block, series, unit, min_ms, max_ms, columns FROM raw_block WHERE series = ?",
    ),
    untyped: db.prepare<[limit: number], UntypedRow>(
      `SELECT block, series, unit, min_ms, max_ms, columns
       FROM untyped_block JOIN raw_block ON raw_block.rowid = untyped_block.block ORDER BY block LIMIT ?`,
    ),
    typed: db.prepare<[block: number]>("DELETE FROM untyped_block WHERE block = ?"),
  };
}
