import type { LedgerKind, LedgerTable } from "./tables/ledger-table.ts";

/** Counts since the last commit. The next commit adds them to the ledger. */
export class LedgerCounts {
  readonly #counted = new Map<LedgerKind, Map<string, number>>();
  #deadLetters = 0;

  load(table: LedgerTable): void {
    for (const { kind, reason, total } of table.all()) if (isDeadLetter(kind, reason)) this.#deadLetters += total;
  }

  /** Dead letters that were ever counted, also those that the disk lost since. */
  get deadLetters(): number {
    return this.#deadLetters;
  }

  add(kind: LedgerKind, reason: string, by = 1): void {
    let reasons = this.#counted.get(kind);
    if (reasons === undefined) {
      reasons = new Map();
      this.#counted.set(kind, reasons);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + by);
    if (isDeadLetter(kind, reason)) this.#deadLetters += by;
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

/** The reason of dead letters that the disk lost. */
export const DEAD_LETTER_LOST = "dead_letter_lost_by_disk";

function isDeadLetter(kind: LedgerKind, reason: string): boolean {
  return kind === "dead_letter" || (kind === "discard" && reason === DEAD_LETTER_LOST);
}
