import type { Buffer } from "node:buffer";
import type { Database, Statement } from "better-sqlite3";

/** What the disk damaged: the newest entries. */
export class DamagedRowTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** Deletes the oldest beyond a limit. */
  add(row: DamagedRow): void {
    this.#sql.add.run({ ...row, bytes: row.bytes instanceof Uint8Array ? row.bytes.subarray(0, BYTES_KEPT) : null });
    this.#sql.prune.run(ROWS_KEPT);
  }

  /** The newest first. */
  newest(limit: number): readonly Omit<DamagedRow, "bytes">[] {
    return this.#sql.newest.all(limit);
  }
}

export type DamagedRow = {
  readonly foundMs: number;
  /** The table, and the key of the row in it. */
  readonly place: string;
  readonly key: string;
  readonly reason: string;
  /** How many were lost, and of what. */
  readonly lost: number;
  readonly of: LostThing;
  /** The damaged bytes; null: there are none. */
  readonly bytes: Buffer | null;
};

export type LostThing = "reading" | "held_message" | "dead_letter" | "nothing";

type Statements = {
  readonly add: Statement<[DamagedRow]>;
  readonly prune: Statement<[number]>;
  readonly newest: Statement<[number], Omit<DamagedRow, "bytes">>;
};

const ROWS_KEPT = 1000;
const BYTES_KEPT = 4096;

function prepare(db: Database): Statements {
  return {
    add: db.prepare(
      `INSERT INTO damaged_row (found_ms, place, key, reason, lost, of, bytes)
       VALUES (@foundMs, @place, @key, @reason, @lost, @of, @bytes)`,
    ),
    prune: db.prepare("DELETE FROM damaged_row WHERE id <= (SELECT max(id) FROM damaged_row) - ?"),
    newest: db.prepare(
      `SELECT found_ms AS foundMs, place, key, reason, lost, of FROM damaged_row ORDER BY id DESC LIMIT ?`,
    ),
  };
}
