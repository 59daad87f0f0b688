import type { RawBuffer } from "../core/storage/raw-buffer.ts";
import type { Watermarks } from "../core/storage/watermarks.ts";
import type { StoredWindow, WindowTable } from "../core/storage/window-table.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { Journal } from "./journal.ts";
import { waiting } from "./mark-keeper.ts";
import type { ReadingIntake } from "./reading-intake.ts";
import type { Sealer } from "./sealer.ts";
import type { SeriesRegistry } from "./series-registry.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";
import type { FoundWindow } from "./tables/window-state-table.ts";

/**
 * Rebuilds open windows and waiting raw readings from the disk: the windows as of their last checkpoint, then the journal
 * after it. Every stored window has the sequence through which it counted, so no reading is counted twice. What is damaged is
 * left out and named. Runs inside a transaction.
 */
export function recoverReadings(parts: RecoveredParts): void {
  const { db, journal, registry, windows, watermarks, raw, readings, sealer, damage } = parts;
  const checkpointSeq = db.meta.get("checkpoint_seq");
  const sealedRawSeq = db.meta.get("sealed_raw_seq");
  const lost = new LostSeries(registry);
  const damaged: DamagedWindow[] = [];
  for (const found of db.windows.open()) {
    if (found.kind === "damaged") {
      damaged.push(found);
      continue;
    }
    const { window } = found;
    const entry = registry.find(window.series);
    if (entry === undefined) {
      lost.window(window);
    } else if (!entry.plan.lengthsMs.includes(window.windowMs)) {
      sealer.forwardOrphan(window);
    } else {
      windows.restore(window);
      watermarks.expect(entry.deviceNumber, window.windowStartMs + window.windowMs);
    }
  }
  // Before the replay, which would find them as kept states.
  for (const { row } of damaged) db.windows.drop(row);
  journal.replay(Math.min(checkpointSeq, sealedRawSeq), damage, (seq, series, timeMs, value, clock) => {
    const entry = registry.find(series);
    if (entry === undefined) {
      if (seq > checkpointSeq) lost.reading(series, seq);
      return;
    }
    if (seq > checkpointSeq) readings.apply(series, entry.deviceNumber, timeMs, value, clock, seq);
    if (seq > sealedRawSeq && entry.plan.raw) raw.add(series, entry, timeMs, value, clock);
  });
  for (const [series, readingsLost] of lost.counts()) {
    const reason = "the row does not match its checksum, so nobody knows whose readings these are";
    damage.add({ place: "series", key: `series ${series}`, reason, lost: readingsLost, of: "reading" }, () => {
      db.windows.dropSeries(series);
      registry.writeLost(series, journal.lastSeq);
    });
  }
  nameWindows(parts, damaged);
}

/**
 * The journal has the readings since the last checkpoint. How many a damaged state counted before is not known, because its
 * count may be damaged, too. But the mark says how many readings were only on this disk, and the rest of them is there.
 */
function nameWindows({ windows, raw, outbox, damage }: RecoveredParts, damaged: readonly DamagedWindow[]): void {
  for (const { row, state } of damaged) {
    const key = `series ${row.series}, ${row.window_ms} ms from ${row.start_ms}, part ${row.part}`;
    const before = damage.waitingReadings;
    const lost = before === Infinity ? 0 : Math.max(0, before - waiting({ windows, raw, outbox }));
    const unknown = before === Infinity ? ", and there is no mark that says how many readings it counted" : "";
    const reason = `the row does not match its checksum${unknown}`;
    damage.add({ place: "window_state", key, reason, lost, of: "reading", bytes: state });
  }
}

/** The readings of series whose rows are damaged. */
class LostSeries {
  readonly #registry: SeriesRegistry;
  readonly #found = new Map<number, { windows: Map<number, number>; throughSeq: number; journaled: number }>();

  constructor(registry: SeriesRegistry) {
    this.#registry = registry;
  }

  window({ series, windowMs, summary, throughSeq, forwardedIn }: StoredWindow): void {
    const { windows, ...found } = this.#of(series);
    // Windows of one length count each reading once. What was forwarded is not lost.
    if (forwardedIn === null) windows.set(windowMs, (windows.get(windowMs) ?? 0) + summary.count);
    this.#found.set(series, { ...found, windows, throughSeq: Math.max(found.throughSeq, throughSeq) });
  }

  reading(series: number, seq: number): void {
    const found = this.#of(series);
    if (seq > found.throughSeq) found.journaled++;
  }

  /** Those that were not named before. */
  *counts(): Generator<readonly [series: number, readings: number]> {
    for (const [series, named] of this.#registry.lost) {
      const { windows, journaled } = this.#of(series);
      const lost = Math.max(0, ...windows.values()) + journaled;
      if (named < 0 || lost > 0) yield [series, lost];
    }
  }

  #of(series: number): { windows: Map<number, number>; throughSeq: number; journaled: number } {
    let found = this.#found.get(series);
    if (found === undefined) {
      found = { windows: new Map(), throughSeq: this.#registry.lost.get(series) ?? 0, journaled: 0 };
      this.#found.set(series, found);
    }
    return found;
  }
}

type DamagedWindow = Extract<FoundWindow, { kind: "damaged" }>;

type RecoveredParts = {
  readonly db: GatewayDatabase;
  readonly journal: Journal;
  readonly registry: SeriesRegistry;
  readonly windows: WindowTable;
  readonly watermarks: Watermarks;
  readonly raw: RawBuffer;
  readonly outbox: SqliteOutbox;
  readonly readings: ReadingIntake;
  readonly sealer: Sealer;
  readonly damage: DiskDamage;
};
