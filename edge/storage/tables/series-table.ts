import type { Database, Statement } from "better-sqlite3";
import type { ValueType } from "../../../proto/core/schema.ts";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/** Every series that this gateway has seen, by number. Rows are never deleted. */
export class SeriesTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** In the order of their numbers. Undefined: a row is damaged, and so is its number. */
  *all(): Generator<StoredSeries | undefined> {
    for (const row of this.#sql.all.iterate()) yield isIntactRow(row.crc, seriesChecksum(row)) ? row : undefined;
  }

  /** Adds a series, or replaces a damaged row with its number. */
  add(series: StoredSeries): void {
    this.#sql.add.run({ ...series, crc: seriesChecksum(series) });
  }

  /** Writes everything but the names. */
  update(series: StoredSeries): void {
    this.#sql.update.run({ ...series, crc: seriesChecksum(series) });
  }
}

export type StoredSeries = {
  readonly id: number;
  /** Empty, as is the metric: the row was damaged, and nobody knows whose readings these were. */
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType | null;
  readonly unit: string | null;
  /** How often the metric had changed its type or unit when it became this series. */
  readonly became: number;
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** The states of windows that end at or before this are not kept any more. */
  readonly evicted_end_ms: number | null;
};

function seriesChecksum(series: StoredSeries): number {
  const { id, device, metric, type, unit, became, first_ms, last_ms, evicted_end_ms } = series;
  return rowChecksum("series", [id, device, metric, type, unit, became, first_ms, last_ms, evicted_end_ms]);
}

type CheckedSeries = StoredSeries & { readonly crc: number | null };

type Statements = {
  readonly all: Statement<[], CheckedSeries>;
  readonly add: Statement<[CheckedSeries]>;
  readonly update: Statement<[CheckedSeries]>;
};

function prepare(db: Database): Statements {
  return {
    all: db.prepare(
      "SELECT id, device, metric, type, unit, became, first_ms, last_ms, evicted_end_ms, crc FROM series ORDER BY id",
    ),
    add: db.prepare(
      `INSERT OR REPLACE INTO series (id, device, metric, type, unit, became, first_ms, last_ms, evicted_end_ms, crc)
       VALUES (@id, @device, @metric, @type, @unit, @became, @first_ms, @last_ms, @evicted_end_ms, @crc)`,
    ),
    update: db.prepare(
      `UPDATE series SET type = @type, unit = @unit, became = @became, first_ms = @first_ms, last_ms = @last_ms,
         evicted_end_ms = @evicted_end_ms, crc = @crc
       WHERE id = @id`,
    ),
  };
}
