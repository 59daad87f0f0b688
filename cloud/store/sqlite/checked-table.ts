import type { Database, Statement } from "better-sqlite3";

import { CHECKED } from "./checked-rows.ts";
import type { DamagedPlace } from "./checked-rows.ts";
import { checksumOf, schemaChecksum } from "./row-checksums.ts";
import type { SchemaColumns, StoredColumn } from "./row-checksums.ts";

/** The rows of one table in the order of its key, with their checksums, for code that works on all tables alike. */
export class CheckedTableRows {
  readonly name: DamagedPlace["table"];
  readonly #columns: readonly string[];
  /** The key in the order of the rows, and the one that names a row. */
  readonly #order: readonly string[];
  readonly #page: Statement<StoredColumn[], TableRow>;
  readonly #one: Statement<StoredColumn[], TableRow>;
  readonly #sign: Statement<StoredColumn[]>;
  readonly #delete: Statement<StoredColumn[]>;
  readonly #index: { readonly columns: readonly string[]; readonly find: Statement<StoredColumn[], number> } | null;

  constructor(db: Database, table: DamagedPlace["table"]) {
    this.name = table;
    const columns: readonly string[] = table === "series_schema" ? SCHEMA : CHECKED[table].columns;
    this.#columns = columns;
    this.#order = table === "series_schema" ? SCHEMA.slice(0, 3) : CHECKED[table].key;
    const all = [...columns, "checksum", ...(this.#order[0] === "row" ? ["rowid AS row"] : [])].join();
    const order = this.#order.map((name) => (name === "row" ? "rowid" : name));
    const at = order.map((name) => `${name} = ?`).join(" AND ");
    this.#page = db.prepare(
      `SELECT ${all} FROM ${table} WHERE (${order.join()}) > (${order.map(() => "?").join()})
       ORDER BY ${order.join()} LIMIT ?`,
    );
    this.#one = db.prepare(`SELECT ${all} FROM ${table} NOT INDEXED WHERE ${at}`);
    this.#sign = db.prepare(`UPDATE ${table} SET checksum = ? WHERE ${at}`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE ${at}`);
    const index = INDEXES[table];
    this.#index =
      index === undefined
        ? null
        : {
            columns: index.columns,
            find: db
              .prepare(
                `SELECT rowid FROM ${table} INDEXED BY ${index.name}
                 WHERE ${index.columns.map((name) => `${name} = ?`).join(" AND ")}`,
              )
              .pluck() as Statement<StoredColumn[], number>,
          };
  }

  /** @param after null for the beginning. */
  page(after: readonly StoredColumn[] | null, limit: number): readonly TableRow[] {
    const from = after ?? this.#order.map((name) => (TEXTS.has(name) ? "" : Number.MIN_SAFE_INTEGER));
    return this.#page.all(...from, limit);
  }

  one(place: readonly StoredColumn[]): TableRow | undefined {
    return this.#one.get(...place);
  }

  keyOf(row: TableRow): (number | string)[] {
    return this.placeOf(row).map((part) => (typeof part === "string" ? part : Number(part)));
  }

  /** The columns that find the row again. */
  placeOf(row: TableRow): StoredColumn[] {
    return this.#order.map((name) => row[name] ?? null);
  }

  isWhole(row: TableRow): boolean {
    return row["checksum"] === this.#checksum(row);
  }

  /** Whether the index of the table finds the row. */
  isIndexed(row: TableRow): boolean {
    if (this.#index === null) return true;
    const { columns, find } = this.#index;
    return find.all(...columns.map((name) => row[name] ?? null)).includes(Number(row[this.#order[0]!]));
  }

  sign(row: TableRow): void {
    this.#sign.run(this.#checksum(row), ...this.placeOf(row));
  }

  delete(place: readonly StoredColumn[]): void {
    this.#delete.run(...place);
  }

  #checksum(row: TableRow): number {
    if (this.name === "series_schema") return schemaChecksum(row as unknown as SchemaColumns);
    return checksumOf(row, this.#columns);
  }
}

/** The tables by name, each prepared when it is first needed. */
export class CheckedTables {
  readonly #db: Database;
  readonly #tables = new Map<DamagedPlace["table"], CheckedTableRows>();

  constructor(db: Database) {
    this.#db = db;
  }

  of(table: DamagedPlace["table"]): CheckedTableRows {
    let rows = this.#tables.get(table);
    if (rows === undefined) this.#tables.set(table, (rows = new CheckedTableRows(this.#db, table)));
    return rows;
  }
}

export type TableRow = { readonly [column: string]: StoredColumn };

const SCHEMA: readonly string[] = ["series", "type", "unit", "first_ms", "last_ms"];
const INDEXES: {
  readonly [Table in DamagedPlace["table"]]?: { readonly name: string; readonly columns: readonly string[] };
} = {
  raw_block: { name: "raw_block_time", columns: ["series", "min_ms", "max_ms"] },
  series: { name: "series_name", columns: ["device", "metric"] },
  stream: { name: "stream_gateway", columns: ["gateway", "stream_id"] },
};
const TEXTS: ReadonlySet<string> = new Set(["rank", "region", "device", "type", "unit"]);
