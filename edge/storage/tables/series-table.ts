import type { Database, Statement } from "better-sqlite3";
import type { ValueType } from "../../../proto/core/schema.ts";

/** Every series that this gateway has seen, by number. Rows are never deleted. */
export class SeriesTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** In the order of their numbers. */
  all(): IterableIterator<LoadedSeries> {
    return this.#sql.all.iterate();
  }

  add(series: StoredSeries): void {
    this.#sql.add.run(series);
  }

  /** Writes everything but the names. */
  update(series: StoredSeries): void {
    this.#sql.update.run(series);
  }

  /** The states of windows that end at or before `endMs` are not kept any more. */
  setEvicted(series: number, endMs: number): void {
    this.#sql.setEvicted.run(endMs, series);
  }
}

export type StoredSeries = {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType | null;
  readonly unit: string | null;
  /** How often the metric had changed its type or unit when it became this series. */
  readonly became: number;
  readonly first_ms: number | null;
  readonly last_ms: number | null;
};

export type LoadedSeries = StoredSeries & { readonly evicted_end_ms: number | null };

type Statements = {
  readonly all: Statement<[], LoadedSeries>;
  readonly add: Statement<[StoredSeries]>;
  readonly update: Statement<[StoredSeries]>;
  readonly setEvicted: Statement<[number, number]>;
};

function prepare(db: Database): Statements {
  return {
    all: db.prepare(
      "SELECT id, device, metric, type, unit, became, first_ms, last_ms, evicted_end_ms FROM series ORDER BY id",
    ),
    add: db.prepare(
      `INSERT INTO series (id, device, metric, type, unit, became, first_ms, last_ms)
       VALUES (@id, @device, @metric, @type, @unit, @became, @first_ms, @last_ms)`,
    ),
    update: db.prepare(
      `UPDATE series SET type = @type, unit = @unit, became = @became, first_ms = @first_ms, last_ms = @last_ms
       WHERE id = @id`,
    ),
    setEvicted: db.prepare("UPDATE series SET evicted_end_ms = ? WHERE id = ?"),
  };
}
