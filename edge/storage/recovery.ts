import type { RawBuffer } from "../core/storage/raw-buffer.ts";
import type { Watermarks } from "../core/storage/watermarks.ts";
import type { WindowTable } from "../core/storage/window-table.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { Journal } from "./journal.ts";
import type { ReadingIntake } from "./reading-intake.ts";
import type { Sealer } from "./sealer.ts";
import type { SeriesRegistry } from "./series-registry.ts";

/**
 * Rebuilds open windows and waiting raw readings from the disk: the windows as of their last checkpoint, then the journal
 * after it. Every stored window has the sequence through which it counted, so no reading is counted twice. What is damaged is
 * left out and named.
 */
export function recoverReadings(parts: {
  readonly db: GatewayDatabase;
  readonly journal: Journal;
  readonly registry: SeriesRegistry;
  readonly windows: WindowTable;
  readonly watermarks: Watermarks;
  readonly raw: RawBuffer;
  readonly readings: ReadingIntake;
  readonly sealer: Sealer;
  readonly damage: DiskDamage;
}): void {
  const { db, journal, registry, windows, watermarks, raw, readings, sealer, damage } = parts;
  const checkpointSeq = db.meta.get("checkpoint_seq");
  const sealedRawSeq = db.meta.get("sealed_raw_seq");
  for (const window of db.windows.open()) {
    const entry = registry.get(window.series);
    if (!entry.plan.lengthsMs.includes(window.windowMs)) {
      sealer.forwardOrphan(window);
      continue;
    }
    windows.restore(window);
    watermarks.expect(entry.deviceNumber, window.windowStartMs + window.windowMs);
  }
  journal.replay(Math.min(checkpointSeq, sealedRawSeq), damage, (seq, series, timeMs, value, clock) => {
    const entry = registry.get(series);
    if (seq > checkpointSeq) readings.apply(series, entry.deviceNumber, timeMs, value, clock, seq);
    if (seq > sealedRawSeq && entry.plan.raw) raw.add(series, entry, timeMs, value, clock);
  });
}
