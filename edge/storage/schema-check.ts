import type { Database } from "../../proto/runtime/sqlite.ts";

/**
 * The tables of a database with their columns and indexes, as text. A flipped bit in the schema changes how SQLite reads every
 * row, so a start compares it with what the migrations make. The text of the statements is not compared: it depends on the
 * version of SQLite that wrote it.
 */
export function schemaShape(db: Database): string {
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all();
  const shape = tables.map((table) => [
    table,
    db.prepare('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?) ORDER BY cid').raw().all(table),
    db.prepare("SELECT wr, strict FROM pragma_table_list WHERE name = ?").raw().all(table),
    db
      .prepare(
        `SELECT list.name, list."unique", list.partial, info.seqno, info.name, info."desc", info.coll, info.key
         FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS info ORDER BY list.name, info.seqno`,
      )
      .raw()
      .all(table),
  ]);
  return JSON.stringify(shape);
}
