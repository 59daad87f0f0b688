import type { LedgerKind, LedgerTable } from "./tables/ledger-table.ts";

/** Counts since the last commit. The next commit adds them to the ledger. */
export class LedgerCounts {
  readonly #counted = new Map<LedgerKind, Map<string, number>>();

  add(kind: LedgerKind, reason: string, by = 1): void {
    let reasons = this.#counted.get(kind);
    if (reasons === undefined) {
      reasons = new Map();
      this.#counted.set(kind, reasons);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + by);
  }

  /** Runs inside the transaction. @returns whether there was anything to write. */
  write(table: LedgerTable): boolean {
    if (this.#counted.size === 0) return false;
    for (const [kind, reasons] of this.#counted) {
      for (const [reason, count] of reasons) table.add(kind, reason, count);
    }
    this.#counted.clear();
    return true;
  }
}
