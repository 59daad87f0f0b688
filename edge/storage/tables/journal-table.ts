import type { Database, Statement } from "better-sqlite3";

/** The journal: one row a commit, with the readings of sequences `first_seq` to `first_seq + readings - 1`. */
export class JournalTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** The last sequence in the journal, 0 when it is empty. */
  lastSeq(): number {
    const row = this.#sql.last.get();
    return row === undefined ? 0 : row.first_seq + row.readings - 1;
  }

  add(row: JournalRow): void {
    this.#sql.add.run(row.first_seq, row.readings, row.crc, row.body);
  }

  /** Rows that hold a sequence above `seq`, in order. */
  after(seq: number): IterableIterator<JournalRow> {
    return this.#sql.after.iterate(seq);
  }

  /** Deletes up to `limit` rows whose sequences are all at or below `seq`. @returns rows deleted. */
  drop(seq: number, limit: number): number {
    return this.#sql.drop.run(seq, limit).changes;
  }
}

export type JournalRow = {
  readonly first_seq: number;
  readonly readings: number;
  readonly crc: number;
  readonly body: Buffer;
};

type Statements = {
  readonly last: Statement<[], { readonly first_seq: number; readonly readings: number }>;
  readonly add: Statement<[number, number, number, Buffer]>;
  readonly after: Statement<[number], JournalRow>;
  readonly drop: Statement<[number, number]>;
};

function prepare(db: Database): Statements {
  return {
    last: db.prepare("SELECT first_seq, readings FROM journal ORDER BY first_seq DESC LIMIT 1"),
    add: db.prepare("INSERT INTO journal (first_seq, readings, crc, body) VALUES (?, ?, ?, ?)"),
    after: db.prepare(
      "SELECT first_seq, readings, crc, body FROM journal WHERE first_seq + readings > ? ORDER BY first_seq",
    ),
    drop: db.prepare(
      `DELETE FROM journal WHERE first_seq IN
         (SELECT first_seq FROM journal WHERE first_seq + readings - 1 <= ? ORDER BY first_seq LIMIT ?)`,
    ),
  };
}
