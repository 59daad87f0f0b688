import type { RawBuffer } from "../core/storage/raw-buffer.ts";
import type { WindowTable } from "../core/storage/window-table.ts";
import type { GatewayMark } from "./gateway-disk.ts";
import type { HeldMessages } from "./held-messages.ts";
import type { StoredMark } from "./high-water-mark.ts";
import type { Journal } from "./journal.ts";
import type { LedgerCounts } from "./ledger-counts.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

/** Writes the mark after every commit, before the commit is reported. */
export class MarkKeeper {
  readonly #parts: MarkedParts;
  #written: StoredMark | undefined;
  #synced: StoredMark | undefined;
  #syncedAtMs = -Infinity;

  constructor(parts: MarkedParts) {
    this.#parts = parts;
  }

  /** Runs after a commit, because everything up to the mark must be on disk. */
  write(): void {
    const { mark, journal, held, counts } = this.#parts;
    const journalSeq = journal.lastSeq;
    const waitingReadings = waiting(this.#parts);
    const { heldSeq } = held;
    const { deadLetters } = counts;
    const before = this.#written;
    if (
      before !== undefined &&
      before.journalSeq === journalSeq &&
      before.waitingReadings === waitingReadings &&
      before.heldSeq === heldSeq &&
      before.deadLetters === deadLetters
    )
      return;
    this.#written = { journalSeq, waitingReadings, heldSeq, deadLetters };
    mark.write(this.#written);
  }

  /** Whether the mark on the disk itself is behind and old enough. `atMs` is monotonic. */
  syncDue(atMs: number): boolean {
    return this.#written !== this.#synced && atMs - this.#syncedAtMs >= SYNC_EVERY_MS;
  }

  sync(atMs: number): void {
    this.#parts.mark.sync();
    this.#synced = this.#written;
    this.#syncedAtMs = atMs;
  }
}

/** Readings that are only on this disk: in open windows, waiting to be sealed, or in batches that no region holds. */
export function waiting({ windows, raw, outbox }: Pick<MarkedParts, "windows" | "raw" | "outbox">): number {
  return windows.unforwarded + raw.readingsOfRawOnly + outbox.undurableReadings;
}

type MarkedParts = {
  readonly mark: GatewayMark;
  readonly journal: Journal;
  readonly windows: WindowTable;
  readonly raw: RawBuffer;
  readonly outbox: SqliteOutbox;
  readonly held: HeldMessages;
  readonly counts: LedgerCounts;
};

/** After a power cut the mark is at most this old. */
const SYNC_EVERY_MS = 10_000;
