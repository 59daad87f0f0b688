import { setTimeout as delay } from "node:timers/promises";
import { HttpClient } from "../../proto/runtime/http/client.ts";
import type { GatewayStatus } from "../../proto/wire/http/gateway-status.ts";
import { gatewayStatusSchema } from "../../proto/wire/http/gateway-status.ts";
import type { RegionStatus } from "../../proto/wire/http/region-status.ts";
import { regionStatusSchema } from "../../proto/wire/http/region-status.ts";
import type { DrillTarget } from "./target.ts";
import type { GatewaySample, RegionSample, Sample } from "./samples.ts";

/**
 * Asks every part for its status again and again, each in a separate loop, so that a part that does not answer delays no
 * other. {@link look} returns the latest answers; undefined for a part that does not answer.
 */
export class Observer {
  readonly #target: DrillTarget;
  readonly #abort = new AbortController();
  readonly #gateways = new Map<string, GatewaySample | undefined>();
  readonly #regions = new Map<string, RegionSample | undefined>();
  readonly #loops: Promise<void>[] = [];

  constructor(target: DrillTarget) {
    this.#target = target;
    // Sets the order of the maps: that of the target, not that of the answers.
    for (const { name } of target.gateways) this.#gateways.set(name, undefined);
    for (const { name } of target.regions) this.#regions.set(name, undefined);
  }

  /** Resolves when every part was asked once. */
  async start(): Promise<void> {
    const everyMs = this.#target.gateways.length > 4 ? 250 : 100;
    const asks = [
      ...this.#target.gateways.map(({ name, url }) => {
        const client = new HttpClient(url, { process: "gateway", deadlineMs: ANSWER_MS });
        return async (): Promise<void> => {
          const status = await client.look("/v1/status", gatewayStatusSchema);
          this.#gateways.set(name, status && gatewaySample(status));
        };
      }),
      ...this.#target.regions.map(({ name, url }) => {
        const client = new HttpClient(url, { process: "region", deadlineMs: ANSWER_MS });
        return async (): Promise<void> => {
          const status = await client.look("/v1/status", regionStatusSchema);
          this.#regions.set(name, status && regionSample(status));
        };
      }),
    ];
    await Promise.all(asks.map((ask) => ask()));
    for (const ask of asks) this.#loops.push(this.#repeat(ask, everyMs));
  }

  look(atMs: number): Sample {
    return { atMs, gateways: new Map(this.#gateways), regions: new Map(this.#regions) };
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#loops);
  }

  async #repeat(ask: () => Promise<void>, everyMs: number): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await ask();
    }
  }
}

function gatewaySample(status: GatewayStatus): GatewaySample {
  const { sentence, readings, windows, outbox, uplink, disk } = status;
  return {
    sentence,
    messagesPerS: readings.messages_per_s,
    openWindows: windows.open,
    undurableBatches: outbox.undurable_batches,
    rawWaiting: outbox.raw_waiting,
    waitingReadings: outbox.waiting_readings,
    behindMs: outbox.behind_ms,
    activeRegion: uplink.connected ? uplink.region : null,
    dualSendMs: uplink.dual_send.active_ms,
    dualSentBatches: uplink.dual_send.batches,
    regions: uplink.regions.map((region) => ({
      region: region.region,
      role: region.role,
      link: region.link,
      sentBatches: region.sent_batches,
      sentBytes: region.sent_bytes,
      durableBatches: region.durable_batches,
    })),
    full: disk.pressure === "full",
    fillRatio: disk.fill_ratio,
    usedBytes: disk.used_bytes,
    damage: damageOfGateway(disk),
  };
}

function regionSample(status: RegionStatus): RegionSample {
  return {
    sentence: status.sentence,
    readings: status.readings,
    rawReadings: status.raw_readings,
    twins: status.twins.map(({ gateway }) => gateway),
    damage: damageOfRegion(status),
    peers: status.peers.map(({ name, state, connected, behind_batches: behindBatches, behind_ms: behindMs }) => ({
      name,
      state,
      connected,
      behindBatches,
      behindMs,
    })),
  };
}

function damageOfGateway({ damaged_rows: rows, damage }: GatewayStatus["disk"]): string | null {
  const [newest] = damage;
  if (newest === undefined) return null;
  return `damage ${Object.values(rows).reduce((sum, count) => sum + count, 0)}: ${newest}`;
}

function damageOfRegion(status: RegionStatus): string | null {
  const { lost_batches: lost, damaged_rows: damaged, repaired_rows: repaired } = status;
  if (lost + damaged + repaired === 0) return null;
  return `${lost} batches lost with the write-ahead log, ${damaged} damaged rows, ${repaired} repaired ones`;
}

/** Long enough for a busy machine, short enough to notice a failure. */
const ANSWER_MS = 1_000;
