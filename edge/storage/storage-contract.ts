import type { StorageMetricValues } from "../core/storage/storage-metrics.ts";
import type { NamedDeviceClock } from "./reading-intake.ts";
import type { GatewayTime, TimeRules } from "../core/storage/gateway-time.ts";
import type { PressureLevel } from "../core/storage/disk-pressure.ts";
import type { WindowRule } from "../core/storage/window-plan.ts";
import type { VoidedRange } from "../core/uplink/session.ts";
import type { DeviceRequest } from "../decode/decoder.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { TimeNote } from "./held-messages.ts";
import type { OutboxTotals } from "./sqlite-outbox.ts";
import type { SchemaChange } from "./schema-policy.ts";
import type { SealedBatchNote } from "./sealer.ts";

export type EngineOptions = {
  readonly gateway: string;
  readonly directory: string;
  readonly maxBytes: number;
  readonly deadLetterBytes: number;
  /** How long a replicated batch stays as one more copy while the disk has room. */
  readonly keepReplicatedMs: number;
  /** The most series. A reading of another one becomes a dead letter, because a series takes memory for ever. */
  readonly seriesMax: number;
  /** A power of two. */
  readonly deliveriesRemembered: number;
  readonly sealBytes: number;
  readonly sealAfterMs: number;
  readonly rules: readonly WindowRule[];
  /** When the clock is believed; by default {@link TIME_RULES}. */
  readonly time?: TimeRules;
};

export type CommitResult = {
  readonly sealed: readonly SealedBatchNote[];
  /** New types and units of metrics, and refused ones; only the first of very many. */
  readonly schemaChanges: readonly SchemaChange[];
  /** Questions to devices, now that their messages are on disk. */
  readonly requests: readonly DeviceRequest[];
  /** `full`: nothing more may be taken until batches are trimmed. */
  readonly pressure: PressureLevel;
  /** News about the wait for the time. */
  readonly time: TimeNote | undefined;
  /** What the disk damaged, in words, as it was noticed. */
  readonly damage: readonly string[];
  /** Batches of the outbox that it damaged. */
  readonly voided: readonly VoidedRange[];
};

export type DeadLetterRetry = {
  readonly looked: number;
  /** Those that are no longer dead letters. */
  readonly retried: number;
  readonly readings: number;
  /** Those that stay because their payloads were cut when they were stored. */
  readonly cut: number;
  /** The last id that was looked at. */
  readonly last: number;
  readonly isEnd: boolean;
  readonly commit: CommitResult;
};

export type EngineStatus = {
  readonly journalSeq: number;
  /** Since the start of the process, as are the next two. */
  readonly messages: number;
  readonly commits: number;
  readonly readings: number;
  /** Since the first start on this disk, as are the next three. */
  readonly redelivered: number;
  readonly deadLetters: ReadonlyMap<string, number>;
  readonly ignored: ReadonlyMap<string, number>;
  readonly discards: ReadonlyMap<string, number>;
  /** By kind. A change that made its message a dead letter is counted in `deadLetters` instead. */
  readonly schemaChanges: ReadonlyMap<string, number>;
  /** Rows that the disk damaged, by table. */
  readonly damagedRows: ReadonlyMap<string, number>;
  /** The newest of them in words, the newest first. */
  readonly damage: readonly string[];
  /** Readings that were lost with them, since the start of the process. */
  readonly lostReadings: number;
  /** Since the start of the process. */
  readonly lastSchemaChange: SchemaChange | null;
  readonly time: GatewayTime;
  /** Messages on disk that will be decoded when the time is known. */
  readonly heldMessages: number;
  /** Since the start of the process: numbers that payloads write as texts, and readings whose time was not believed. */
  readonly numericTexts: number;
  readonly suspectTimes: number;
  /** The devices whose clocks are furthest off. */
  readonly deviceClocks: readonly NamedDeviceClock[];
  readonly series: number;
  /** All devices that ever had a reading, and those that had one within the last minute. */
  readonly devices: number;
  readonly devicesSending: number;
  /** Since the last reading of any device; null: none since the start of the process. */
  readonly silentMs: number | null;
  readonly openWindows: number;
  /** Raw readings in the journal that are not sealed yet. */
  readonly rawWaiting: number;
  /** Readings that are only on this disk: in open windows, waiting to be sealed, or in batches without a copy in a region. */
  readonly waitingReadings: number;
  readonly outbox: OutboxTotals;
  readonly oldestUndurableMs: number | null;
  readonly streamId: StreamId | null;
  readonly pressure: PressureLevel;
  readonly fillRatio: number;
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** The storage metrics for `/metrics`; see `edge/core/storage/storage-metrics.ts`. */
  readonly metrics: StorageMetricValues;
};
