import type { CommitPace } from "../core/storage/recent-commits.ts";
import { statusSentence } from "../core/status-sentence.ts";
import { schemaText } from "../../proto/core/schema.ts";
import type { GatewayStatus, UplinkRegion } from "../../proto/wire/http/gateway-status.ts";
import type { EngineStatus } from "../storage/storage-contract.ts";
import type { UplinkStatus } from "../uplink/uplink-driver.ts";

/** The answer of `GET /v1/status`, from the states of the gateway's parts. */
export function gatewayStatus(given: {
  gateway: string;
  nowMs: number;
  uptimeMs: number;
  connections: number;
  congested: boolean;
  /** Why the region refuses this gateway, or null. */
  refusal: string | null;
  /** Another gateway of this name, or null. */
  rival: { readonly region: string; readonly address: string } | null;
  pace: CommitPace;
  storage: EngineStatus;
  /** What the disk damaged of the sessions, in words. */
  sessionDamage: readonly string[];
  uplink: UplinkStatus;
}): GatewayStatus {
  const { storage, uplink, pace, nowMs } = given;
  const { waitingReadings } = storage;
  const behindMs = storage.oldestUndurableMs === null ? null : Math.max(0, nowMs - storage.oldestUndurableMs);
  const home = uplink.regions[0];
  const drainPerSecond = readingsPerSecond(storage, uplink);
  const sentence = statusSentence({
    devices: storage.devices,
    devicesSending: storage.devicesSending,
    silentMs: storage.silentMs,
    waitingReadings,
    behindMs,
    region: uplink.region ?? home?.region ?? "any region",
    insteadOf: home !== undefined && uplink.connected && home.role === "idle" ? home.region : null,
    connected: uplink.connected,
    offlineMs: uplink.connected ? null : uplink.offlineMs,
    refusal: given.refusal,
    rival: given.rival?.address ?? null,
    fillRatio: storage.fillRatio,
    full: storage.pressure === "full",
    heldMessages: storage.time.kind === "waiting" ? storage.heldMessages : null,
    drainPerSecond,
    roomMs: roomMs(storage, pace),
    lostReadings: storage.lostReadings,
  });
  return {
    sentence,
    gateway: given.gateway,
    uptime_s: Math.round(given.uptimeMs / 1000),
    mqtt: { connections: given.connections, paused: given.congested },
    readings: {
      journaled: storage.readings,
      total: storage.journalSeq,
      messages: storage.messages,
      messages_per_s: Math.round(pace.messagesPerSecond),
      redelivered: storage.redelivered,
      numeric_texts: storage.numericTexts,
      dead_letters: Object.fromEntries(storage.deadLetters),
      ignored: Object.fromEntries(storage.ignored),
      discards: Object.fromEntries(storage.discards),
    },
    schema: { changes: Object.fromEntries(storage.schemaChanges), last: schemaSentence(storage.lastSchemaChange) },
    journal: { commits: storage.commits, wait_p50_ms: pace.waitP50Ms, wait_p99_ms: pace.waitP99Ms },
    time: {
      state: storage.time.kind,
      waiting_for: storage.time.kind === "waiting" ? storage.time.why : null,
      held_messages: storage.heldMessages,
      suspect_times: storage.suspectTimes,
      devices: storage.deviceClocks.map(({ device, skewMs, suspectMs }) => ({
        device,
        skew_ms: Math.round(skewMs),
        suspect: suspectMs === null ? null : new Date(suspectMs).toISOString(),
      })),
    },
    devices: { known: storage.devices, sending: storage.devicesSending, silent_ms: storage.silentMs },
    windows: { open: storage.openWindows, series: storage.series },
    outbox: {
      batches: storage.outbox.batches,
      bytes: storage.outbox.bytes,
      readings: storage.outbox.readings,
      undurable_batches: storage.outbox.undurableBatches,
      undurable_bytes: storage.outbox.undurableBytes,
      undurable_readings: storage.outbox.undurableReadings,
      raw_waiting: storage.rawWaiting,
      waiting_readings: waitingReadings,
      behind_ms: behindMs,
    },
    uplink: {
      connected: uplink.connected,
      region: uplink.region ?? null,
      offline_ms: uplink.offlineMs,
      drain_readings_per_s: drainPerSecond === null ? null : Math.round(drainPerSecond),
      refusal: given.refusal,
      rival: given.rival?.address ?? null,
      dual_send: { batches: uplink.dualSend.batches, active_ms: uplink.dualSend.activeMs },
      regions: uplink.regions.map(uplinkRegion),
    },
    wire: { bytes_sent: uplink.regions.reduce((sum, region) => sum + region.sentBytes, 0) },
    disk: {
      pressure: storage.pressure,
      fill_ratio: storage.fillRatio,
      used_bytes: storage.usedBytes,
      quota_bytes: storage.quotaBytes,
      damaged_rows: Object.fromEntries(storage.damagedRows),
      damage: [...given.sessionDamage, ...storage.damage],
    },
  };
}

function uplinkRegion(region: UplinkStatus["regions"][number]): UplinkRegion {
  return {
    region: region.region,
    role: region.role,
    link: region.link,
    circuit: region.circuit,
    trouble: region.trouble,
    offline_ms: region.offlineMs,
    in_flight_bytes: region.inFlightBytes,
    credit_bytes: region.creditBytes,
    quarantined_batches: region.quarantinedBatches,
    sent_batches: region.sentBatches,
    sent_bytes: region.sentBytes,
    durable_batches: region.durableBatches,
    durable_bytes: region.durableBytes,
  };
}

function schemaSentence(change: EngineStatus["lastSchemaChange"]): string | null {
  if (change === null) return null;
  const { device, metric, from, to, outcome } = change;
  const end = outcome === "dead_letter" ? "; the message is a dead letter" : "";
  return `${metric} of ${device} was ${schemaText(from)} and is ${schemaText(to)}${end}.`;
}

/** The drain in readings per second, from the mean size of a reading in the outbox. */
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
