import type { Database, Statement } from "better-sqlite3";

/** The journal: one row a commit, with the readings of sequences `first_seq` to `first_seq + readings - 1`. */
export class JournalTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  add(row: JournalRow): void {
    this.#sql.add.run(row.first_seq, row.readings, row.crc, row.body);
  }

  /** Adds a row in place of one that is damaged. */
  replace(row: JournalRow): void {
    this.#sql.replace.run(row.first_seq, row.readings, row.crc, row.body);
  }

  /** The newest first. */
  newest(): IterableIterator<JournalRow> {
    return this.#sql.newest.iterate();
  }

  dropRow(firstSeq: number): void {
    this.#sql.dropRow.run(firstSeq);
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
  readonly newest: Statement<[], JournalRow>;
  readonly dropRow: Statement<[number]>;
  readonly add: Statement<[number, number, number, Buffer]>;
  readonly replace: Statement<[number, number, number, Buffer]>;
  readonly after: Statement<[number], JournalRow>;
  readonly drop: Statement<[number, number]>;
};

function prepare(db: Database): Statements {
  return {
    newest: db.prepare("SELECT first_seq, readings, crc, body FROM journal ORDER BY first_seq DESC"),
    dropRow: db.prepare("DELETE FROM journal WHERE first_seq = ?"),
    add: db.prepare("INSERT INTO journal (first_seq, readings, crc, body) VALUES (?, ?, ?, ?)"),
    replace: db.prepare("INSERT OR REPLACE INTO journal (first_seq, readings, crc, body) VALUES (?, ?, ?, ?)"),
    after: db.prepare(
      "SELECT first_seq, readings, crc, body FROM journal WHERE first_seq + readings > ? ORDER BY first_seq",
    ),
    drop: db.prepare(
      `DELETE FROM journal WHERE first_seq IN
         (SELECT first_seq FROM journal WHERE first_seq + readings - 1 <= ? ORDER BY first_seq LIMIT ?)`,
    ),
  };
}
