import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { DrillTarget } from "./target.ts";
import type { GatewaySample, RegionSample, Sample } from "./samples.ts";

/**
 * Asks every part how it is, each in a rhythm of its own, so that one that does not answer holds up nobody. What was
 * heard last is there to be looked at; a part that does not answer is undefined.
 */
export class Observer {
  readonly #target: DrillTarget;
  readonly #abort = new AbortController();
  readonly #gateways = new Map<string, GatewaySample | undefined>();
  readonly #regions = new Map<string, RegionSample | undefined>();
  readonly #loops: Promise<void>[] = [];

  constructor(target: DrillTarget) {
    this.#target = target;
    // In the order of the target, whoever answers first.
    for (const { name } of target.gateways) this.#gateways.set(name, undefined);
    for (const { name } of target.regions) this.#regions.set(name, undefined);
  }

  /** Resolves when every part was asked once. */
  async start(): Promise<void> {
    const everyMs = this.#target.gateways.length > 4 ? 250 : 100;
    const asks = [
      ...this.#target.gateways.map(({ name, url }) => async () => {
        this.#gateways.set(name, await answer(`${url}/v1/status`, gatewaySchema));
      }),
      ...this.#target.regions.map(({ name, url }) => async () => {
        this.#regions.set(name, await answer(`${url}/v1/status`, regionSchema));
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

async function answer<T>(url: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    return schema.parse(await response.json());
  } catch {
    // Down, frozen, or busy: it is seen as not answering, which is what people would see.
    return undefined;
  }
}

/** Long enough for a busy machine, short enough to notice. */
const ANSWER_MS = 1_000;

const gatewaySchema: z.ZodType<GatewaySample> = z
  .object({
    sentence: z.string(),
    readings: z.object({ messagesPerSecond: z.number() }),
    windows: z.object({ open: z.number() }),
    outbox: z.object({
      undurableBatches: z.number(),
      rawWaiting: z.number(),
      waitingReadings: z.number(),
      behindMs: z.number().nullable(),
    }),
    uplink: z.object({
      connected: z.boolean(),
      region: z.string().nullable(),
      dualSend: z.object({ batches: z.number(), activeMs: z.number() }),
      regions: z.array(
        z.object({
          region: z.string(),
          role: z.string(),
          link: z.string(),
          sentBatches: z.number(),
          sentBytes: z.number(),
          durableBatches: z.number(),
        }),
      ),
    }),
    disk: z.object({ pressure: z.string(), fillRatio: z.number(), usedBytes: z.number() }),
    uptimeS: z.number(),
  })
  .transform(({ sentence, readings, windows, outbox, uplink, disk }) => ({
    sentence,
    messagesPerS: readings.messagesPerSecond,
    openWindows: windows.open,
    undurableBatches: outbox.undurableBatches,
    rawWaiting: outbox.rawWaiting,
    waitingReadings: outbox.waitingReadings,
    behindMs: outbox.behindMs,
    carrier: uplink.connected ? uplink.region : null,
    dualSendMs: uplink.dualSend.activeMs,
    dualSentBatches: uplink.dualSend.batches,
    regions: uplink.regions,
    full: disk.pressure === "full",
    fillRatio: disk.fillRatio,
    usedBytes: disk.usedBytes,
  }));

const regionSchema: z.ZodType<RegionSample> = z
  .object({
    sentence: z.string(),
    readings: z.number(),
    raw_readings: z.number(),
    peers: z.array(
      z.object({
        name: z.string(),
        state: z.string(),
        connected: z.boolean(),
        behind_batches: z.number(),
        behind_ms: z.number().nullable(),
      }),
    ),
  })
  .transform(({ sentence, readings, raw_readings, peers }) => ({
    sentence,
    readings,
    rawReadings: raw_readings,
    peers: peers.map(({ behind_batches, behind_ms, ...peer }) => ({
      ...peer,
      behindBatches: behind_batches,
      behindMs: behind_ms,
    })),
  }));
