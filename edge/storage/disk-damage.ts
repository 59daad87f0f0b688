import { Buffer } from "node:buffer";
import type { LedgerCounts } from "./ledger-counts.ts";
import { DEAD_LETTER_LOST } from "./ledger-counts.ts";
import type { DamagedRow, DamagedRowTable, LostThing } from "./tables/damaged-row-table.ts";

/**
 * What the disk of the gateway damaged. Each damage is named and counted in the ledger, which goes to the regions, in the
 * transaction that puts the damaged row aside. The gateway continues without it.
 */
export class DiskDamage {
  readonly #table: DamagedRowTable;
  readonly #counts: LedgerCounts;
  #found: Damage[] = [];
  readonly #putAside: (() => void)[] = [];
  #latest: readonly string[];
  #named: string[] = [];
  #lostReadings = 0;
  /** No more readings than these were only on this disk. */
  #waitingReadings = Infinity;

  constructor(parts: { table: DamagedRowTable; counts: LedgerCounts }) {
    this.#table = parts.table;
    this.#counts = parts.counts;
    this.#latest = parts.table.newest(NAMED_MAX).map(damageText);
  }

  /** Readings that regions held already are not lost. @param readings that were only on this disk, before the damage. */
  limitLost(readings: number): void {
    this.#waitingReadings = readings;
  }

  /** The limit that is left; infinite: it is not known. */
  get waitingReadings(): number {
    return this.#waitingReadings;
  }

  /** {@link write} writes it. @param putAside takes the row out of its table; runs in the same transaction. */
  add(damage: Damage, putAside?: () => void): void {
    if (putAside !== undefined) this.#putAside.push(putAside);
    const lost = damage.of === "reading" ? Math.min(damage.lost, this.#waitingReadings) : damage.lost;
    if (damage.of === "reading") {
      this.#waitingReadings -= lost;
      this.#lostReadings += lost;
    }
    this.#found.push({ ...damage, lost });
  }

  /** Whether there is something to write or to report. */
  get due(): boolean {
    return this.#found.length > 0 || this.#named.length > 0;
  }

  /** Since the start of the process. */
  get lostReadings(): number {
    return this.#lostReadings;
  }

  /** Runs inside a transaction, before the counts are written. */
  write(nowMs: number): void {
    if (this.#found.length === 0) return;
    for (const putAside of this.#putAside.splice(0)) putAside();
    for (const damage of this.#found) {
      this.#table.add({ foundMs: Math.trunc(nowMs), bytes: null, ...damage });
      this.#counts.add("damaged", damage.place);
      const reason = LOST_REASONS[damage.of];
      if (reason !== null && damage.lost > 0) this.#counts.add("discard", reason, damage.lost);
      if (this.#named.length < NAMED_MAX) this.#named.push(damageText(damage));
    }
    this.#latest = [...this.#found.map(damageText).toReversed(), ...this.#latest].slice(0, NAMED_MAX);
    this.#found = [];
  }

  /** What was found since the last call, in words; only the first of very many. */
  takeNamed(): readonly string[] {
    const named = this.#named;
    if (named.length > 0) this.#named = [];
    return named;
  }

  /** The newest, in words, also those of earlier process lives. */
  get latest(): readonly string[] {
    return this.#latest;
  }
}

export type Damage = Omit<DamagedRow, "foundMs" | "bytes"> & { readonly bytes?: Buffer };

/** The reasons under which the ledger counts what is lost. */
const LOST_REASONS: Readonly<Record<LostThing, string | null>> = {
  reading: "lost_by_disk",
  held_message: "held_message_lost_by_disk",
  dead_letter: DEAD_LETTER_LOST,
  nothing: null,
};

function damageText({ place, key, reason, lost, of }: Omit<DamagedRow, "foundMs" | "bytes">): string {
  const what = of === "nothing" ? "" : `; ${lost} ${of.replace("_", " ")}${lost === 1 ? " is" : "s are"} lost`;
  return `${place} ${key}: ${reason}${what}`;
}

const NAMED_MAX = 20;
