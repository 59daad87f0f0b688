import type { Database, Statement } from "better-sqlite3";

/** Single numbers by name; 0 if a number was never written. */
export class MetaTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  get(name: MetaName): number {
    return this.#sql.get.get(name)?.value ?? 0;
  }

  set(name: MetaName, value: number): void {
    this.#sql.set.run(name, value);
  }
}

/**
 * - `checkpoint_seq`: the stored state of every open window includes the journal up to here.
 * - `sealed_raw_seq`: raw readings up to here are in sealed batches.
 * - `sealed_readings`: readings up to here are counted in sealed batches.
 * - `journal_seq`: the last sequence that was given to a reading, so that an emptied journal continues from it.
 * - `held_seq`: messages that were ever held until the time was known.
 * - `known_ms`: the newest time of the wall clock at which the time was known.
 */
export type MetaName =
  | "checkpoint_seq"
  | "sealed_raw_seq"
  | "sealed_readings"
  | "journal_seq"
  | "held_seq"
  | "known_ms";

type Statements = {
  readonly get: Statement<[string], { readonly value: number }>;
  readonly set: Statement<[string, number]>;
};

function prepare(db: Database): Statements {
  return {
    get: db.prepare("SELECT value FROM meta WHERE name = ?"),
    set: db.prepare(
      "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ),
  };
}
