import type { CommitPace } from "../core/storage/recent-commits.ts";
import type { WaitingFor } from "../core/storage/gateway-time.ts";
import { statusSentence } from "../core/status-sentence.ts";
import { schemaText } from "../../proto/core/schema.ts";
import type { EngineStatus } from "../storage/storage-contract.ts";
import type { UplinkStatus } from "../uplink/uplink-driver.ts";

/** How a gateway is, for `GET /v1/status`, the console and people: the sentence first. */
export type GatewayReport = {
  readonly sentence: string;
  readonly gateway: string;
  readonly uptimeS: number;
  readonly mqtt: { readonly connections: number; readonly paused: boolean };
  readonly readings: {
    /** Since the start of the process. */
    readonly journaled: number;
    /** Since the first start on this disk. */
    readonly total: number;
    readonly messages: number;
    readonly messagesPerSecond: number;
    readonly redelivered: number;
    /** Numbers that payloads write as texts; since the start of the process. */
    readonly numericTexts: number;
    readonly deadLetters: Readonly<Record<string, number>>;
    readonly ignored: Readonly<Record<string, number>>;
    readonly discards: Readonly<Record<string, number>>;
  };
  readonly schema: {
    /** How often metrics changed their `type` or `unit`, since the first start on this disk. */
    readonly changes: Readonly<Record<string, number>>;
    /** The last of them in words, those that became dead letters included; null: none since the start of the process. */
    readonly last: string | null;
  };
  readonly journal: { readonly commits: number; readonly waitP50Ms: number | null; readonly waitP99Ms: number | null };
  readonly time: {
    readonly state: EngineStatus["time"]["kind"];
    /** Why the clock is not believed; null: it is. */
    readonly waitingFor: WaitingFor | null;
    readonly heldMessages: number;
    /** Readings whose own time was not believed, since the start of the process. */
    readonly suspectTimes: number;
    /** Of the devices whose clocks are furthest off: how far, in milliseconds, ahead positive; the last time not believed. */
    readonly devices: readonly { readonly device: string; readonly skewMs: number; readonly suspect: string | null }[];
  };
  readonly windows: { readonly open: number; readonly series: number; readonly devices: number };
  readonly outbox: EngineStatus["outbox"] & {
    readonly rawWaiting: number;
    readonly waitingReadings: number;
    readonly behindMs: number | null;
  };
  readonly uplink: {
    readonly connected: boolean;
    readonly region: string | null;
    readonly offlineMs: number;
    readonly drainReadingsPerSecond: number | null;
    readonly dualSend: UplinkStatus["dualSend"];
    readonly regions: UplinkStatus["regions"];
  };
  readonly wire: { readonly bytesSent: number };
  readonly disk: Pick<EngineStatus, "pressure" | "fillRatio" | "usedBytes" | "quotaBytes">;
};

export function gatewayReport(given: {
  gateway: string;
  nowMs: number;
  uptimeMs: number;
  connections: number;
  congested: boolean;
  /** Why the region refuses this gateway, or null. */
  refusal: string | null;
  pace: CommitPace;
  storage: EngineStatus;
  uplink: UplinkStatus;
}): GatewayReport {
  const { storage, uplink, pace, nowMs } = given;
  const { waitingReadings } = storage;
  const behindMs = storage.oldestUndurableMs === null ? null : Math.max(0, nowMs - storage.oldestUndurableMs);
  const home = uplink.regions[0];
  const drainPerSecond = readingsPerSecond(storage, uplink);
  const sentence = statusSentence({
    devices: storage.devices,
    waitingReadings,
    behindMs,
    region: uplink.region ?? home?.region ?? "any region",
    insteadOf: home !== undefined && uplink.connected && home.role === "idle" ? home.region : null,
    connected: uplink.connected,
    offlineMs: uplink.connected ? null : uplink.offlineMs,
    refusal: given.refusal,
    fillRatio: storage.fillRatio,
    full: storage.pressure === "full",
    heldMessages: storage.time.kind === "waiting" ? storage.heldMessages : null,
    drainPerSecond,
    roomMs: roomMs(storage, pace),
  });
  return {
    sentence,
    gateway: given.gateway,
    uptimeS: Math.round(given.uptimeMs / 1000),
    mqtt: { connections: given.connections, paused: given.congested },
    readings: {
      journaled: storage.readings,
      total: storage.journalSeq,
      messages: storage.messages,
      messagesPerSecond: Math.round(pace.messagesPerSecond),
      redelivered: storage.redelivered,
      numericTexts: storage.numericTexts,
      deadLetters: Object.fromEntries(storage.deadLetters),
      ignored: Object.fromEntries(storage.ignored),
      discards: Object.fromEntries(storage.discards),
    },
    schema: { changes: Object.fromEntries(storage.schemaChanges), last: schemaSentence(storage.lastSchemaChange) },
    journal: { commits: storage.commits, waitP50Ms: pace.waitP50Ms, waitP99Ms: pace.waitP99Ms },
    time: {
      state: storage.time.kind,
      waitingFor: storage.time.kind === "waiting" ? storage.time.why : null,
      heldMessages: storage.heldMessages,
      suspectTimes: storage.suspectTimes,
      devices: storage.deviceClocks.map(({ device, skewMs, suspectMs }) => ({
        device,
        skewMs: Math.round(skewMs),
        suspect: suspectMs === null ? null : new Date(suspectMs).toISOString(),
      })),
    },
    windows: { open: storage.openWindows, series: storage.series, devices: storage.devices },
    outbox: { ...storage.outbox, rawWaiting: storage.rawWaiting, waitingReadings, behindMs },
    uplink: {
      connected: uplink.connected,
      region: uplink.region ?? null,
      offlineMs: uplink.offlineMs,
      drainReadingsPerSecond: drainPerSecond === null ? null : Math.round(drainPerSecond),
      dualSend: uplink.dualSend,
      regions: uplink.regions,
    },
    wire: { bytesSent: uplink.regions.reduce((sum, region) => sum + region.sentBytes, 0) },
    disk: {
      pressure: storage.pressure,
      fillRatio: storage.fillRatio,
      usedBytes: storage.usedBytes,
      quotaBytes: storage.quotaBytes,
    },
  };
}

function schemaSentence(change: EngineStatus["lastSchemaChange"]): string | null {
  if (change === null) return null;
  const { device, metric, from, to, outcome } = change;
  const end = outcome === "dead_letter" ? "; the message is a dead letter" : "";
  return `${metric} of ${device} was ${schemaText(from)} and is ${schemaText(to)}${end}.`;
}

/** The drain in readings, by the mean size of what is on disk. */
function readingsPerSecond(storage: EngineStatus, uplink: UplinkStatus): number | null {
  const { bytes, readings } = storage.outbox;
  if (uplink.durableBytesPerS <= 0 || bytes === 0) return null;
  return uplink.durableBytesPerS * (readings / bytes);
}

/** How long the free room lasts at the present pace; null where the pace is too low to tell. */
function roomMs(storage: EngineStatus, pace: CommitPace): number | null {
  const { bytes, readings } = storage.outbox;
  if (readings === 0 || pace.messagesPerSecond < 0.1) return null;
  const bytesPerMs = (pace.messagesPerSecond * (bytes / readings)) / 1000;
  return Math.max(0, storage.quotaBytes - storage.usedBytes) / bytesPerMs;
}
