import type { Database, Statement } from "better-sqlite3";

/** Hashes of accepted deliveries, one row a commit. They recognise redelivered messages. */
export class DeliveryTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** @returns the id of the row, for {@link drop}. */
  add(deliveries: number, body: Buffer): number {
    return Number(this.#sql.add.run(deliveries, body).lastInsertRowid);
  }

  /** Oldest first. */
  all(): IterableIterator<DeliveryRow> {
    return this.#sql.all.iterate();
  }

  drop(throughId: number): void {
    this.#sql.drop.run(throughId);
  }
}

export type DeliveryRow = { readonly id: number; readonly deliveries: number; readonly body: Buffer };

type Statements = {
  readonly add: Statement<[number, Buffer]>;
  readonly all: Statement<[], DeliveryRow>;
  readonly drop: Statement<[number]>;
};

function prepare(db: Database): Statements {
  return {
    add: db.prepare("INSERT INTO delivery (deliveries, body) VALUES (?, ?)"),
    all: db.prepare("SELECT id, deliveries, body FROM delivery ORDER BY id"),
    drop: db.prepare("DELETE FROM delivery WHERE id <= ?"),
  };
}
