import { setTimeout as sleep } from "node:timers/promises";
import { formatNumber } from "../terminal/figures.ts";
import { type BrokerTarget, SensorClient } from "./sensor-client.ts";
import { messagesAt, type SimulatedDevice, simulatedSite } from "./simulated-site.ts";

export type SimulateOptions = {
  readonly broker: BrokerTarget;
  readonly devices: number;
  readonly periodMs: number;
  readonly seed: number;
  /** First level of the device names, so that two sites have different devices. */
  readonly site?: string;
  readonly qos: 0 | 1 | 2;
  /** Stop after this time; by default when the signal fires. */
  readonly durationMs?: number;
  /** Stop after so many messages of all devices together. */
  readonly count?: number;
  readonly connectTimeoutMs?: number;
};

export type SimulateProgress = {
  readonly devices: number;
  readonly published: number;
  readonly acknowledged: number;
  /** Messages that were not sent, because too many were unacknowledged or the connection was lost. */
  readonly skipped: number;
  /** Messages repeated after a lost connection. */
  readonly resent: number;
};

export type SimulateResult = SimulateProgress & { readonly seconds: number };

const IN_FLIGHT_MAX = 16;
const CONNECT_TIMEOUT_MS = 10_000;
const CONNECTING_AT_ONCE = 50;
const STOP_PATIENCE_MS = 5_000;

/**
 * Runs the devices of a simulated site, each as an MQTT client of its own, until the signal fires, the time is over or the
 * messages are sent. Then it waits up to five seconds for the acknowledgements in flight. A lost connection does not end it:
 * the device connects again and repeats its unacknowledged messages.
 *
 * @throws Fault when a device cannot connect at the start, or is refused later.
 */
export async function simulate(
  options: SimulateOptions,
  signal: AbortSignal,
  onProgress: (progress: () => SimulateProgress) => void = () => undefined,
): Promise<SimulateResult> {
  const site = simulatedSite(options);
  const clients = await openAll(site.length, options, signal);
  const over = new AbortController();
  const stop = AbortSignal.any([
    signal,
    over.signal,
    ...(options.durationMs === undefined ? [] : [AbortSignal.timeout(options.durationMs)]),
  ]);
  const counted = { published: 0, skipped: 0 };
  const progress = (): SimulateProgress => ({
    devices: site.length,
    ...counted,
    acknowledged: total(clients, (client) => client.acknowledged),
    resent: total(clients, (client) => client.resent),
  });

  /** Sends the messages of a device; ends the run after the last message. @throws Fault when the broker refuses it. */
  const send = (device: SimulatedDevice, client: SensorClient, timeMs: number): void => {
    if (client.failure !== undefined) throw client.failure;
    for (const message of messagesAt(device, timeMs)) {
      if (stop.aborted) return;
      if (!client.ready) {
        counted.skipped++;
        continue;
      }
      client.publish({ ...message, qos: options.qos });
      counted.published++;
      if (counted.published === options.count) over.abort();
    }
  };

  const startMs = performance.now();
  try {
    onProgress(progress);
    await Promise.all(
      site.map(async (device, index) => {
        // Devices do not send at the same moment: each has its own place in the period.
        const phaseMs = Math.floor((index * options.periodMs) / site.length);
        for await (const timeMs of moments({ phaseMs, periodMs: options.periodMs, signal: stop })) {
          send(device, clients[index]!, timeMs);
        }
      }),
    );
    // Each wait ends with the acknowledgements or after the time limit. Missing acknowledgements show in the result.
    await Promise.allSettled(
      clients.map((client) => client.whenAcknowledged({ patienceMs: STOP_PATIENCE_MS, signal: NEVER })),
    );
    return { ...progress(), seconds: (performance.now() - startMs) / 1_000 };
  } finally {
    over.abort();
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** "12,040 messages from 43 devices, 12,040 acknowledged in 60.0 s" */
export function simulateSentence(result: SimulateResult): string {
  const parts = [
    `${formatNumber(result.published)} messages from ${formatNumber(result.devices)} devices`,
    `${formatNumber(result.acknowledged)} acknowledged in ${result.seconds.toFixed(1)} s`,
  ];
  if (result.skipped > 0) parts.push(`${formatNumber(result.skipped)} not sent while the broker was away or slow`);
  if (result.resent > 0) parts.push(`${formatNumber(result.resent)} sent again after a lost connection`);
  return parts.join(", ");
}

const NEVER = new AbortController().signal;

/** The times at which a device sends; waits for each. Times that passed while the machine slept are skipped. */
async function* moments(options: { phaseMs: number; periodMs: number; signal: AbortSignal }): AsyncGenerator<number> {
  let dueMs = Date.now() + options.phaseMs;
  while (!options.signal.aborted) {
    try {
      await sleep(Math.max(0, dueMs - Date.now()), undefined, { signal: options.signal });
    } catch {
      // Only the signal makes this sleep reject.
      return;
    }
    yield dueMs;
    const behindMs = Math.max(0, Date.now() - dueMs);
    dueMs += options.periodMs * (1 + Math.floor(behindMs / options.periodMs));
  }
}

/** Connects the devices in groups, because a broker accepts only so many new connections at once. */
async function openAll(
  devices: number,
  options: SimulateOptions,
  signal: AbortSignal,
): Promise<readonly SensorClient[]> {
  const clients: SensorClient[] = [];
  try {
    while (clients.length < devices && !signal.aborted) {
      const group = Math.min(CONNECTING_AT_ONCE, devices - clients.length);
      const opened = await Promise.allSettled(
        Array.from({ length: group }, (_, index) =>
          SensorClient.open(options.broker, {
            name: `sim-${clients.length + index + 1}`,
            inFlightMax: IN_FLIGHT_MAX,
            connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
            signal,
          }),
        ),
      );
      for (const result of opened) if (result.status === "fulfilled") clients.push(result.value);
      for (const result of opened) if (result.status === "rejected") throw result.reason;
    }
    return clients;
  } catch (error) {
    await Promise.all(clients.map((client) => client.close()));
    throw error;
  }
}

function total(clients: readonly SensorClient[], of: (client: SensorClient) => number): number {
  return clients.reduce((sum, client) => sum + of(client), 0);
}
