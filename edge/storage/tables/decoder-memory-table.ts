import type { Database, Statement } from "better-sqlite3";

/** Births and discovered units, which the decoder remembers across restarts. */
export class DecoderMemoryTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** Oldest first. */
  all(): readonly (readonly [string, string])[] {
    return this.#sql.all.all().map(({ key, text }) => [key, text] as const);
  }

  /** Replaces what was remembered under the key. @param text undefined: forget the key. */
  put(key: string, text: string | undefined): void {
    this.#sql.drop.run(key);
    if (text !== undefined) this.#sql.add.run(key, text);
  }
}

type Statements = {
  readonly all: Statement<[], { readonly key: string; readonly text: string }>;
  readonly drop: Statement<[string]>;
  readonly add: Statement<[string, string]>;
};

function prepare(db: Database): Statements {
  return {
    all: db.prepare("SELECT key, text FROM decoder_memory ORDER BY id"),
    drop: db.prepare("DELETE FROM decoder_memory WHERE key = ?"),
    add: db.prepare("INSERT INTO decoder_memory (key, text) VALUES (?, ?)"),
  };
}
