import type { Database, Statement } from "better-sqlite3";

import { CHECKED } from "./checked-rows.ts";
import type { DamagedPlace, RowPlace } from "./checked-rows.ts";
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
  readonly #exact: Statement<StoredColumn[], { readonly [column: string]: StoredColumn | bigint }>;
  readonly #indexes: readonly {
    readonly columns: readonly string[];
    readonly find: Statement<StoredColumn[], number>;
  }[];

  constructor(db: Database, table: DamagedPlace["table"]) {
    this.name = table;
    const columns: readonly string[] = table === "series_schema" ? SCHEMA : CHECKED[table].columns;
    this.#columns = columns;
    this.#order = table === "series_schema" ? SCHEMA.slice(0, 3) : CHECKED[table].key;
    const all = [...columns, "checksum", ...(this.#order[0] === "row" ? ["rowid AS row"] : [])].join();
    const order = this.#order.map((name) => (name === "row" ? "rowid" : name));
    const at = order.map((name) => `${name} = ?`).join(" AND ");
    const page = `SELECT ${all} FROM ${table} WHERE (${order.join()}) > (${order.map(() => "?").join()})
       ORDER BY ${order.join()} LIMIT ?`;
    this.#page = db.prepare(page);
    this.#exact = db.prepare<StoredColumn[], { [column: string]: StoredColumn | bigint }>(page).safeIntegers();
    this.#one = db.prepare(`SELECT ${all} FROM ${table} NOT INDEXED WHERE ${at}`);
    this.#sign = db.prepare(`UPDATE ${table} SET checksum = ? WHERE ${at}`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE ${at}`);
    this.#indexes = (INDEXES[table] ?? []).map(({ name, columns: indexed }) => ({
      columns: indexed,
      find: db
        .prepare(
          `SELECT rowid FROM ${table} INDEXED BY ${name} WHERE ${indexed.map((column) => `${column} = ?`).join(" AND ")}`,
        )
        .pluck() as Statement<StoredColumn[], number>,
    }));
  }

  /** @param after null for the beginning. */
  page(after: readonly StoredColumn[] | null, limit: number): readonly TableRow[] {
    return this.#page.all(...this.#from(after), limit);
  }

  /** The places of the rows of a page. A damaged number may be too large for a double, and must still find its row. */
  exactPlaces(after: readonly StoredColumn[] | null, limit: number): readonly RowPlace[] {
    return this.#exact
      .all(...this.#from(after), limit)
      .map((row) =>
        this.#order.map((name) => (typeof row[name] === "bigint" ? shortened(row[name]) : (row[name] ?? null))),
      );
  }

  one(place: RowPlace): TableRow | undefined {
    return this.#one.get(...(place as StoredColumn[]));
  }

  /** Whether the order of the table has the first row before the second. */
  isBefore(first: TableRow, second: TableRow): boolean {
    for (const name of this.#order) {
      const order = compareColumns(first[name] ?? null, second[name] ?? null);
      if (order !== 0) return order < 0;
    }
    return false;
  }

  /** How often the row is there. A page that is out of order may have taken a row twice. */
  count(place: RowPlace): number {
    return this.#one.all(...(place as StoredColumn[])).length;
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

  /** Whether every index of the table finds the row. */
  isIndexed(row: TableRow): boolean {
    const number = Number(row[this.#order[0]!]);
    return this.#indexes.every(({ columns, find }) =>
      find.all(...columns.map((name) => row[name] ?? null)).includes(number),
    );
  }

  sign(row: TableRow): void {
    this.#sign.run(this.#checksum(row), ...this.placeOf(row));
  }

  delete(place: RowPlace): void {
    this.#delete.run(...(place as StoredColumn[]));
  }

  #from(after: readonly StoredColumn[] | null): readonly StoredColumn[] {
    return after ?? this.#order.map((name) => (TEXTS.has(name) ? "" : Number.MIN_SAFE_INTEGER));
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
  readonly [Table in DamagedPlace["table"]]?: readonly {
    readonly name: string;
    readonly columns: readonly string[];
  }[];
} = {
  raw_block: [
    { name: "raw_block_id", columns: ["series", "stream", "seq", "position"] },
    { name: "raw_block_time", columns: ["series", "min_ms", "max_ms"] },
  ],
  series: [
    { name: "series_name", columns: ["device", "metric"] },
    { name: "series_metric", columns: ["metric", "device"] },
  ],
  stream: [
    { name: "stream_gateway", columns: ["gateway", "stream_id"] },
    { name: "sqlite_autoindex_stream_1", columns: ["stream_id"] },
  ],
  batch: [{ name: "batch_id", columns: ["stream", "seq", "hash48"] }],
};
const TEXTS: ReadonlySet<string> = new Set(["rank", "region", "device", "type", "unit"]);

function shortened(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Texts are in the order of their bytes, as SQLite has them. */
function compareColumns(a: StoredColumn, b: StoredColumn): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
