import type { Database } from "better-sqlite3";

import type { DamagedPlace } from "./checked-rows.ts";
import type { CheckedTables } from "./checked-table.ts";

/** Names damaged rows for people: the table, the series, the time, and the key of the row. */
export class DamagedNames {
  readonly #series: ReturnType<typeof prepare>;
  readonly #tables: CheckedTables;

  constructor(db: Database, tables: CheckedTables) {
    this.#series = prepare(db);
    this.#tables = tables;
  }

  of({ table, key }: DamagedPlace): string {
    const row = this.#tables.of(table).one(key);
    const series = row === undefined ? undefined : this.#series.get(Number(row["series"] ?? row["id"] ?? 0));
    const start = row?.["window_start_ms"] ?? row?.["min_ms"];
    return [
      table,
      ...(series === undefined || table === "stream" ? [] : [`${series.device} ${series.metric}`]),
      ...(typeof start === "number" && Math.abs(start) < LAST_DATE_MS ? [new Date(start).toISOString()] : []),
      `(${key.map(String).join(" ")})`,
    ].join(" ");
  }
}

/** The last time that a `Date` can hold. */
const LAST_DATE_MS = 8_640_000_000_000_000;

function prepare(db: Database) {
  return db.prepare<[id: number], { device: string; metric: string }>("SELECT device, metric FROM series WHERE id = ?");
}
