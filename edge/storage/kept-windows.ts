import type { Recall, StoredWindow } from "../core/storage/window-table.ts";
import { emptyWindow } from "../core/storage/window-table.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { Journal } from "./journal.ts";
import type { WindowStateTable } from "./tables/window-state-table.ts";

/**
 * Reads the kept states of closed windows, for late readings. The window of a damaged state was forwarded already. So an empty
 * supplement takes its place: it counts later readings, and not those of the journal, which the damaged state had counted.
 */
export class KeptWindows implements Recall {
  readonly #table: WindowStateTable;
  readonly #journal: Journal;
  readonly #damage: DiskDamage;
  readonly #nowMs: () => number;

  constructor(parts: { table: WindowStateTable; journal: Journal; damage: DiskDamage; nowMs: () => number }) {
    this.#table = parts.table;
    this.#journal = parts.journal;
    this.#damage = parts.damage;
    this.#nowMs = parts.nowMs;
  }

  window(series: number, windowMs: number, startMs: number): StoredWindow | undefined {
    const found = this.#table.get(series, windowMs, startMs);
    if (found === undefined || found.kind === "intact") return found?.window;
    const { row, state } = found;
    const throughSeq = this.#journal.writtenSeq;
    const supplement = { ...emptyWindow(series, windowMs, startMs, throughSeq + 1), throughSeq };
    this.#damage.add(
      {
        place: "window_state",
        key: `series ${series}, ${windowMs} ms from ${startMs}`,
        reason: "the kept state does not match its checksum: late readings of the window make a supplement",
        lost: 0,
        of: "nothing",
        bytes: state,
      },
      () => {
        this.#table.drop(row);
        this.#table.put(supplement, Math.trunc(this.#nowMs()) + SUPPLEMENT_KEPT_MS);
      },
    );
    return supplement;
  }

  newestStartMs(series: number, windowMs: number): number {
    return this.#table.newestClosedStartMs(series, windowMs);
  }
}

const SUPPLEMENT_KEPT_MS = 86_400_000;
