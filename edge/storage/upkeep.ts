import type { WindowTable } from "../core/storage/window-table.ts";
import type { PressureLevel } from "../core/storage/disk-pressure.ts";
import type { RawBuffer } from "../core/storage/raw-buffer.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { Redeliveries } from "./redeliveries.ts";
import type { SeriesRegistry } from "./series-registry.ts";

/**
 * Keeps the journal short: writes the state of open windows (a checkpoint), so that the journal before it can be deleted,
 * and deletes remembered deliveries and kept window states that have expired.
 *
 * It works in small steps inside commits, so that no acknowledgement waits for a checkpoint of a million windows. A
 * checkpoint may take many steps: every row has the sequence through which it counted, so rows of different moments fit
 * together.
 */
export class Upkeep {
  readonly #parts: UpkeepParts;
  /** First goes through the windows (`row`), then through the series; -1: done. */
  #pass: { readonly journalSeq: number; row: number; series: number } | undefined;
  /** The windows do not need the journal at or below this. */
  #checkpointSeq: number;
  /** The journal up to here is deleted already. */
  #droppedSeq = 0;
  #expiryCheckedAtMs = -Infinity;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#checkpointSeq = parts.db.meta.get("checkpoint_seq");
  }

  /** Whether {@link step} has work. `atMs` is monotonic. */
  due(journalSeq: number, atMs: number, pressure: PressureLevel): boolean {
    return this.#pass !== undefined || this.#checkpointDue(journalSeq, pressure) || this.#expiryDue(atMs);
  }

  /**
   * One bounded step, inside the caller's transaction.
   * @returns whether this step completed a checkpoint.
   */
  step(now: { nowMs: number; atMs: number; journalSeq: number; pressure: PressureLevel }): boolean {
    if (this.#expiryDue(now.atMs)) {
      const full = this.#expire(now.nowMs);
      this.#expiryCheckedAtMs = full ? -Infinity : now.atMs;
      this.#parts.redeliveries.prune();
    }
    if (this.#pass === undefined) {
      if (!this.#checkpointDue(now.journalSeq, now.pressure)) return false;
      this.#pass = { journalSeq: now.journalSeq, row: 0, series: 0 };
    }
    return this.#checkpointStep(now.journalSeq, WINDOWS_PER_STEP);
  }

  /** A complete checkpoint at once, for an orderly stop. */
  checkpoint(journalSeq: number): void {
    this.#pass = { journalSeq, row: 0, series: 0 };
    this.#checkpointStep(journalSeq, Infinity);
  }

  #checkpointStep(journalSeq: number, limit: number): boolean {
    const pass = this.#pass!;
    const { db, windows, raw, registry } = this.#parts;
    if (pass.row >= 0) pass.row = windows.forEachDirty(pass.row, limit, (window) => db.windows.put(window, null));
    if (pass.row >= 0) return false;
    if (pass.series >= 0) pass.series = registry.writeSeen(pass.series, limit);
    if (pass.series >= 0) return false;
    if (raw.readings === 0) db.meta.set("sealed_raw_seq", journalSeq);
    db.meta.set("journal_seq", journalSeq);
    db.meta.set("checkpoint_seq", pass.journalSeq);
    this.#checkpointSeq = pass.journalSeq;
    const through = Math.min(pass.journalSeq, db.meta.get("sealed_raw_seq"));
    if (db.journal.drop(through, ROWS_PER_STEP) === ROWS_PER_STEP) return false;
    this.#droppedSeq = through;
    this.#pass = undefined;
    return true;
  }

  /**
   * A checkpoint writes at most one window for every four journaled readings, or for every reading when room is short. A
   * full gateway takes no more readings, so waiting would not help: every part of the journal that can be deleted must be
   * deleted, or the gateway stays full for ever.
   */
  #checkpointDue(journalSeq: number, pressure: PressureLevel): boolean {
    const since = journalSeq - this.#checkpointSeq;
    const { db, windows } = this.#parts;
    switch (pressure) {
      case "keep_all":
        return since > Math.max(READINGS_PER_CHECKPOINT, 4 * windows.open);
      case "trim_replicated":
      case "force_dual_send":
        return since > Math.max(READINGS_PER_PRESSED_CHECKPOINT, windows.open);
      case "full":
        return Math.min(journalSeq, db.meta.get("sealed_raw_seq")) > this.#droppedSeq;
    }
  }

  #expiryDue(atMs: number): boolean {
    return atMs - this.#expiryCheckedAtMs >= EXPIRY_EVERY_MS;
  }

  /** @returns whether there may be more. */
  #expire(nowMs: number): boolean {
    const { db, windows, registry } = this.#parts;
    const expired = db.windows.expired(nowMs, this.#checkpointSeq, ROWS_PER_STEP);
    const evictedEnd = new Map<number, number>();
    for (const row of expired) {
      db.windows.drop(row);
      const endMs = row.start_ms + row.window_ms;
      evictedEnd.set(row.series, Math.max(evictedEnd.get(row.series) ?? -Infinity, endMs));
    }
    for (const [series, endMs] of evictedEnd) {
      if (!registry.has(series)) continue;
      windows.evicted(series, endMs);
      registry.writeEvicted(series);
    }
    return expired.length === ROWS_PER_STEP;
  }
}

export type UpkeepParts = {
  readonly db: GatewayDatabase;
  readonly windows: WindowTable;
  readonly raw: RawBuffer;
  readonly redeliveries: Redeliveries;
  readonly registry: SeriesRegistry;
};

/** Limits the replay at a start: a million readings take half a second. */
const READINGS_PER_CHECKPOINT = 1_000_000;
const READINGS_PER_PRESSED_CHECKPOINT = 10_000;
const WINDOWS_PER_STEP = 2000;
const ROWS_PER_STEP = 2000;
const EXPIRY_EVERY_MS = 1000;
