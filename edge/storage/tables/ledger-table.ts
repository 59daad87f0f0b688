import type { Database, Statement } from "better-sqlite3";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/** Counts of what happened to messages, since the first start on this disk, and how much of each a batch reports. */
export class LedgerTable {
  readonly #sql: Statements;
  /** The rows as they are on disk. There are few, and a checksum covers a whole row. */
  readonly #rows = new Map<string, LedgerRow>();
  readonly #damaged: DamagedCount[] = [];

  constructor(db: Database) {
    this.#sql = prepare(db);
    for (const { crc, ...row } of this.#sql.all.all()) {
      if (isIntactRow(crc, ledgerChecksum(row))) this.#rows.set(keyOf(row), row);
      else this.#damaged.push(row);
    }
  }

  add(kind: LedgerKind, reason: string, by: number): void {
    const row = this.#rows.get(keyOf({ kind, reason })) ?? { kind, reason, total: 0, sealed: 0 };
    this.#write({ ...row, total: row.total + by });
  }

  /** Every count up to now is in a sealed batch. */
  markSealed(): void {
    for (const row of this.#rows.values()) if (row.sealed !== row.total) this.#write({ ...row, sealed: row.total });
  }

  all(): readonly LedgerRow[] {
    return [...this.#rows.values()];
  }

  /** Rows that do not match their checksums. Their counts begin anew. */
  get damaged(): readonly DamagedCount[] {
    return this.#damaged;
  }

  drop({ kind, reason }: DamagedCount): void {
    this.#sql.drop.run(kind, reason);
  }

  #write(row: LedgerRow): void {
    this.#rows.set(keyOf(row), row);
    this.#sql.write.run({ ...row, crc: ledgerChecksum(row) });
  }
}

function keyOf({ kind, reason }: Pick<LedgerRow, "kind" | "reason">): string {
  return `${kind} ${reason}`;
}

function ledgerChecksum({ kind, reason, total, sealed }: LedgerRow): number {
  return rowChecksum("ledger", [kind, reason, total, sealed]);
}

export type DamagedCount = { readonly kind: string; readonly reason: string };

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

type CheckedRow = LedgerRow & { readonly crc: number | null };

type Statements = {
  readonly write: Statement<[CheckedRow]>;
  readonly drop: Statement<[string, string]>;
  readonly all: Statement<[], CheckedRow>;
};

function prepare(db: Database): Statements {
  return {
    write: db.prepare(
      `INSERT OR REPLACE INTO ledger (kind, reason, total, sealed, crc) VALUES (@kind, @reason, @total, @sealed, @crc)`,
    ),
    drop: db.prepare("DELETE FROM ledger WHERE kind = ? AND reason = ?"),
    all: db.prepare("SELECT kind, reason, total, sealed, crc FROM ledger"),
  };
}
