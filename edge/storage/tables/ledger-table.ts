import type { Database, Statement } from "better-sqlite3";

/** Counts of what happened to messages, since the first start on this disk, and how much of each a batch reports. */
export class LedgerTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  add(kind: LedgerKind, reason: string, by: number): void {
    this.#sql.add.run(kind, reason, by);
  }

  /** Every count up to now is in a sealed batch. */
  markSealed(): void {
    this.#sql.markSealed.run();
  }

  all(): LedgerRow[] {
    return this.#sql.all.all();
  }
}

/**
 * Regions get all kinds but `schema_change`, because they detect changes of types and units themselves, and `damaged`: what was
 * lost with a damaged row is a `discard`.
 */
export type LedgerKind = "redelivered" | "dead_letter" | "ignored" | "discard" | "schema_change" | "damaged";

export type LedgerRow = {
  readonly kind: LedgerKind;
  readonly reason: string;
  readonly total: number;
  readonly sealed: number;
};

type Statements = {
  readonly add: Statement<[string, string, number]>;
  readonly markSealed: Statement<[]>;
  readonly all: Statement<[], LedgerRow>;
};

function prepare(db: Database): Statements {
  return {
    add: db.prepare(
      `INSERT INTO ledger (kind, reason, total, sealed) VALUES (?, ?, ?, 0)
       ON CONFLICT (kind, reason) DO UPDATE SET total = total + excluded.total`,
    ),
    markSealed: db.prepare("UPDATE ledger SET sealed = total WHERE sealed <> total"),
    all: db.prepare("SELECT kind, reason, total, sealed FROM ledger"),
  };
}
