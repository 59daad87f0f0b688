import { fillRatio } from "../core/storage/disk-pressure.ts";
import type { RawBuffer } from "../core/storage/raw-buffer.ts";
import type { ReadStorageMetrics, StorageCounters } from "../core/storage/storage-metrics.ts";
import type { WindowTable } from "../core/storage/window-table.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { DiskWatch } from "./disk-watch.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { HeldMessages } from "./held-messages.ts";
import type { Journal } from "./journal.ts";
import { waiting } from "./mark-keeper.ts";
import type { MessageIntake } from "./message-intake.ts";
import type { ReadingIntake } from "./reading-intake.ts";
import type { Sealer } from "./sealer.ts";
import type { SeriesRegistry } from "./series-registry.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";
import type { EngineStatus } from "./storage-contract.ts";

/** The status of the storage of a gateway, for its page, its metrics and its log. `atMs`: monotonic. */
export function engineStatus(
  parts: StatusParts,
  life: { readonly commits: number; readonly readings: number; readonly atMs: number },
): EngineStatus {
  const { db, journal, messages, readings, registry, windows, raw, held, sealer, outbox, disk, damage, counters } =
    parts;
  const { redelivered, deadLetters, ignored, discards, schemaChanges, damagedRows } = ledgerTotals(db);
  const deviceClocks = readings.worstClocks(CLOCKS_SHOWN);
  const { sending, silentMs } = readings.activeDevices(life.atMs);
  const { totals } = outbox;
  const oldestUndurableMs = outbox.oldestUndurableMs() ?? null;
  const { usedBytes, quotaBytes } = disk.use;
  const read: ReadStorageMetrics = {
    readings: journal.lastSeq,
    redelivered,
    dead_letters: deadLetters,
    discards,
    schema_changes: schemaChanges,
    damaged_rows: damagedRows,
    open_windows: windows.open,
    series: registry.size,
    outbox_bytes: totals.bytes,
    undurable_batches: totals.undurableBatches,
    undurable_readings: totals.undurableReadings,
    behind_seconds: oldestUndurableMs === null ? 0 : Math.max(0, held.nowMs - oldestUndurableMs) / 1000,
    device_clock_skew_seconds: Math.abs(deviceClocks[0]?.skewMs ?? 0) / 1000,
    time_known: held.time.kind === "known" ? 1 : 0,
    held_messages: held.count,
    disk_used_bytes: usedBytes,
    disk_quota_bytes: quotaBytes,
  };
  return {
    journalSeq: journal.lastSeq,
    messages: messages.messages,
    commits: life.commits,
    readings: life.readings,
    redelivered,
    deadLetters,
    ignored,
    discards,
    schemaChanges,
    damagedRows,
    damage: damage.latest,
    lostReadings: damage.lostReadings,
    lastSchemaChange: readings.lastSchemaChange,
    time: held.time,
    heldMessages: held.count,
    numericTexts: counters.numeric_texts,
    suspectTimes: counters.suspect_times,
    deviceClocks,
    series: registry.size,
    devices: registry.devices,
    devicesSending: sending,
    silentMs,
    openWindows: windows.open,
    rawWaiting: raw.readings,
    waitingReadings: waiting(parts),
    outbox: totals,
    oldestUndurableMs,
    streamId: sealer.streamId ?? null,
    pressure: disk.pressure,
    fillRatio: fillRatio(disk.use),
    usedBytes,
    quotaBytes,
    metrics: { ...counters, ...read },
  };
}

export type StatusParts = {
  readonly db: GatewayDatabase;
  readonly journal: Journal;
  readonly messages: MessageIntake;
  readonly readings: ReadingIntake;
  readonly registry: SeriesRegistry;
  readonly windows: WindowTable;
  readonly raw: RawBuffer;
  readonly held: HeldMessages;
  readonly sealer: Sealer;
  readonly outbox: SqliteOutbox;
  readonly disk: DiskWatch;
  readonly damage: DiskDamage;
  readonly counters: StorageCounters;
};

function ledgerTotals(
  db: GatewayDatabase,
): Pick<EngineStatus, "redelivered" | "deadLetters" | "ignored" | "discards" | "schemaChanges" | "damagedRows"> {
  let redelivered = 0;
  const deadLetters = new Map<string, number>();
  const ignored = new Map<string, number>();
  const discards = new Map<string, number>();
  const schemaChanges = new Map<string, number>();
  const damagedRows = new Map<string, number>();
  for (const { kind, reason, total } of db.ledger.all()) {
    switch (kind) {
      case "redelivered":
        redelivered += total;
        break;
      case "dead_letter":
        deadLetters.set(reason, total);
        break;
      case "ignored":
        ignored.set(reason, total);
        break;
      case "discard":
        discards.set(reason, total);
        break;
      case "schema_change":
        schemaChanges.set(reason, total);
        break;
      case "damaged":
        damagedRows.set(reason, total);
        break;
    }
  }
  return { redelivered, deadLetters, ignored, discards, schemaChanges, damagedRows };
}

const CLOCKS_SHOWN = 10;
