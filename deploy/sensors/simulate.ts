import { setTimeout as sleep } from "node:timers/promises";
import { type BrokerTarget, SensorClient } from "./sensor-client.ts";
import { sample, type SimulatedDevice, simulatedSite } from "./simulated-site.ts";

export type SimulateOptions = {
  readonly broker: BrokerTarget;
  readonly devices: number;
  readonly periodMs: number;
  readonly seed: number;
  /** Begins the names of the devices, so that two sites stay two. */
  readonly site?: string;
  readonly qos: 0 | 1 | 2;
  /** Stop after this time; default: when the signal fires. */
  readonly durationMs?: number;
  /** Stop after this many messages of all devices together. */
  readonly count?: number;
  readonly connectTimeoutMs?: number;
};

export type SimulateProgress = {
  readonly devices: number;
  readonly published: number;
  readonly acknowledged: number;
  /** Samples that were not sent because the device's window was full or its connection lost: a sensor forgets them. */
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
 * Runs the devices of a simulated site, each as an MQTT client of its own, until the signal fires, the time is over or
 * the messages are sent; then waits up to five seconds for the acknowledgements in flight. A broker that goes away later
 * does not end it: each device connects again and repeats what was not acknowledged.
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

  /** Sends what the device says now; ends the run with its last message. @throws Fault once the broker refuses it. */
  const say = (device: SimulatedDevice, client: SensorClient, timeMs: number): void => {
    if (client.failure !== undefined) throw client.failure;
    for (const message of sample(device, timeMs)) {
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
        // Devices are not in step: each has its own place in the period.
        const phaseMs = Math.floor((index * options.periodMs) / site.length);
        for await (const timeMs of moments({ phaseMs, periodMs: options.periodMs, signal: stop })) {
          say(device, clients[index]!, timeMs);
        }
      }),
    );
    // Each wait ends with the acknowledgements or after its patience; what is missing then shows in the numbers.
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
    `${count(result.published)} messages from ${count(result.devices)} devices`,
    `${count(result.acknowledged)} acknowledged in ${result.seconds.toFixed(1)} s`,
  ];
  if (result.skipped > 0) parts.push(`${count(result.skipped)} not sent while the broker was away or slow`);
  if (result.resent > 0) parts.push(`${count(result.resent)} sent again after a lost connection`);
  return parts.join(", ");
}

const NEVER = new AbortController().signal;

/** The times at which a device samples, each waited for. Times that passed while the machine slept are left out. */
async function* moments(options: { phaseMs: number; periodMs: number; signal: AbortSignal }): AsyncGenerator<number> {
  let dueMs = Date.now() + options.phaseMs;
  while (!options.signal.aborted) {
    try {
      await sleep(Math.max(0, dueMs - Date.now()), undefined, { signal: options.signal });
    } catch {
      return; // the signal: the only reason for which this sleep rejects
    }
    yield dueMs;
    const behindMs = Math.max(0, Date.now() - dueMs);
    dueMs += options.periodMs * (1 + Math.floor(behindMs / options.periodMs));
  }
}

/** Connects the devices a group at a time: a broker's backlog is finite. */
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

function count(value: number): string {
  return value.toLocaleString("en");
}
