import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../deploy/sandbox/free-port.ts";
import { type Child, cpuSecondsOf, memoryOf, type IpcChild } from "../children.ts";
import type { Quantiles } from "../latencies.ts";
import { type Figure, median, type Section } from "../report.ts";
import type { Arrivals, FleetOptions, Published } from "../sensor-fleet.ts";
import type { FleetAnswer, FleetOrder } from "../sensor-fleet-process.ts";
import {
  type Bench,
  type Gateway,
  gatewayStatusWhen,
  type Region,
  launchGateway,
  launchRegion,
  windowsOf,
} from "../servers.ts";

const FLEET = fileURLToPath(new URL("../sensor-fleet-process.ts", import.meta.url));
const SETTLE_MS = 5_000;
const SAMPLES = 5;
const SAMPLE_MS = 500;
/** A sensor's first message creates its series and opens their windows. That happens once and is measured separately. */
const FIRST_S = 10;
const PROBE_MS = 50;
/** Sensors are installed one after the other, so at most a few hundred connect for the first time at once. */
const AT_ONCE = 256;
/** Files and sockets of a process besides those of its sensors. */
const OTHER_DESCRIPTORS = 200;

/**
 * Ten thousand sensors with a message a second each, on a gateway with a region: what a connection costs, how long a PUBACK
 * takes, and what happens when all of them lose their connections and reconnect at once, while the gateway runs and after
 * it was killed. At the end every acknowledged message must be in the region once, or there is no report.
 */
export async function sensors(bench: Bench): Promise<Section> {
  const count = bench.quick ? 1_000 : 10_000;
  const seconds = bench.quick ? 5 : 60;
  checkDescriptors(count);
  const regionPort = await freePort();
  const region = await launchRegion(bench, { name: "sensors-region", ingestPort: regionPort });
  const options = { name: "sensors", raw: false, regionPort };
  const gateway = await launchGateway(bench, options);
  const fleet = new Fleet(bench, { host: "127.0.0.1", port: gateway.mqttPort, sensors: count, prefix: "sensor" });

  await sleep(SETTLE_MS);
  const emptyBytes = await settledBytes(gateway.child);
  const connectMs = await fleet.connect(AT_ONCE);
  await sleep(SETTLE_MS);
  const idleBytes = await settledBytes(gateway.child);

  const firstMessages = await fleet.publish(bench.quick ? 3 : FIRST_S);
  const load = await underLoad(gateway, () => fleet.publish(seconds));
  const loadedBytes = await settledBytes(gateway.child);
  const storm = await underLoad(gateway, () => fleet.arrive("storm"));

  const back = fleet.arrive("outlive");
  await sleep(2_000);
  await bench.children.kill(gateway.child);
  const again = await launchGateway(bench, { ...options, mqttPort: gateway.mqttPort });
  const restart = await underLoad(again, () => back);
  const messages = await everythingOnce(fleet, again, region);
  await bench.children.stop(fleet.child);
  await bench.children.stop(again.child);
  await bench.children.stop(region.child);

  const perConnection = (bytes: number): number => (bytes - emptyBytes) / count;
  return {
    workload: "sensors",
    about: `${count.toLocaleString("en")} connections, one QoS 1 message of 100 bytes a second each for ${seconds} s; 4 series each`,
    figures: [
      { name: "all connected, 256 at a time", value: connectMs / 1_000, unit: "s" },
      { name: "gateway before", value: emptyBytes / 1e6, unit: "MB" },
      { name: "gateway with all connected, idle", value: idleBytes / 1e6, unit: "MB" },
      { name: "per connection, idle", value: perConnection(idleBytes), unit: "B" },
      { name: "PUBACK max while all series begin", value: firstMessages.puback.maxMs, unit: "ms" },
      { name: "messages under load", value: load.result.messages / seconds, unit: "msg/s" },
      ...latencyFigures("PUBACK", load.result.puback),
      { name: "gateway", value: 100 * load.cpuShare, unit: "% of a core" },
      { name: "sensors", value: 100 * load.result.cpuShare, unit: "% of a core" },
      { name: "sensors late with their write, p99", value: load.result.lateness.p99Ms, unit: "ms" },
      { name: "gateway, peak under load", value: load.peakBytes / 1e6, unit: "MB" },
      { name: "gateway after the load", value: loadedBytes / 1e6, unit: "MB" },
      {
        name: "per connection, its 4 series and what load left behind included",
        value: perConnection(loadedBytes),
        unit: "B",
      },
      ...arrivalFigures("all reset at once", storm),
      ...arrivalFigures("gateway killed and restarted", restart),
      { name: "messages acknowledged, each in the region once", value: messages, unit: "" },
    ],
  };
}

class Fleet {
  readonly #process: IpcChild;

  constructor(bench: Bench, options: FleetOptions) {
    this.#process = bench.children.startWithIpc("sensor fleet", FLEET, [JSON.stringify(options)]);
  }

  get child(): Child {
    return this.#process.child;
  }

  async connect(atOnce: number): Promise<number> {
    return (await this.#ask({ order: "connect", atOnce })) as number;
  }

  async publish(seconds: number): Promise<Published> {
    return (await this.#ask({ order: "publish", seconds })) as Published;
  }

  async arrive(order: "storm" | "outlive"): Promise<Arrivals> {
    return (await this.#ask({ order })) as Arrivals;
  }

  /** By device. */
  async acknowledged(): Promise<Map<string, number>> {
    return new Map((await this.#ask({ order: "acknowledged" })) as [string, number][]);
  }

  async #ask(order: FleetOrder): Promise<unknown> {
    const answer = (await this.#process.ask(order)) as FleetAnswer;
    if (answer.kind === "failed") throw new Error(`the sensors: ${answer.reason}`);
    return answer.result;
  }
}

type Observed<T> = {
  readonly result: T;
  readonly cpuShare: number;
  readonly peakBytes: number;
  /** The slowest answer of `/healthz`. */
  readonly healthMaxMs: number;
};

/** Works, and looks at the gateway meanwhile. @throws Error when `/healthz` does not answer with 200 in ten seconds. */
async function underLoad<T>(gateway: Gateway, work: () => Promise<T>): Promise<Observed<T>> {
  let over = false;
  let peakBytes = 0;
  let healthMaxMs = 0;
  const startMs = performance.now();
  const startCpu = cpuSecondsOf(gateway.child);
  const working = work().finally(() => (over = true));
  const watching = (async () => {
    while (!over) {
      const askedMs = performance.now();
      const answer = await fetch(`http://127.0.0.1:${gateway.httpPort}/healthz`, {
        signal: AbortSignal.timeout(10_000),
      });
      await answer.body?.cancel();
      if (answer.status !== 200) throw new Error(`the gateway's health answers ${answer.status}`);
      healthMaxMs = Math.max(healthMaxMs, performance.now() - askedMs);
      peakBytes = Math.max(peakBytes, memoryOf(gateway.child)?.residentBytes ?? Number.NaN);
      await sleep(PROBE_MS);
    }
  })();
  const [result] = await Promise.all([working, watching]);
  const cpuShare = (cpuSecondsOf(gateway.child) - startCpu) / ((performance.now() - startMs) / 1_000);
  return { result, cpuShare, peakBytes, healthMaxMs };
}

/** The median of some samples, so that a garbage collection in between does not decide. */
async function settledBytes(child: Child): Promise<number> {
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    samples.push(memoryOf(child)?.residentBytes ?? Number.NaN);
    await sleep(SAMPLE_MS);
  }
  return median(samples);
}

/**
 * Waits until the gateway has forwarded every window, and compares with what the sensors know. Messages are numbered from
 * 1. So after n messages of a device, the counts of its windows must add up to n, and their sums to n (n + 1) / 2.
 * @returns how many messages there were.
 */
async function everythingOnce(fleet: Fleet, gateway: Gateway, region: Region): Promise<number> {
  await gatewayStatusWhen(gateway, {
    what: "forward every window",
    timeoutMs: 60_000,
    met: ({ windows, outbox }) => windows.open === 0 && outbox.undurable_batches === 0,
  });
  const found = new Map<string, { count: number; sum: number }>();
  for await (const { device, count, sum } of windowsOf(region, { metric: "n", window: "10s" })) {
    const before = found.get(device);
    found.set(device, { count: (before?.count ?? 0) + count, sum: (before?.sum ?? 0) + (sum ?? 0) });
  }
  let messages = 0;
  for (const [device, n] of await fleet.acknowledged()) {
    const there = found.get(device);
    if (there?.count !== n || there.sum !== (n * (n + 1)) / 2) {
      throw new Error(`${device}: ${n} messages acknowledged, the region has ${JSON.stringify(there)}`);
    }
    messages += n;
  }
  return messages;
}

function latencyFigures(name: string, { p50Ms, p99Ms, p999Ms, maxMs }: Quantiles): readonly Figure[] {
  return [
    { name: `${name} p50`, value: p50Ms, unit: "ms" },
    { name: `${name} p99`, value: p99Ms, unit: "ms" },
    { name: `${name} p99.9`, value: p999Ms, unit: "ms" },
    { name: `${name} max`, value: maxMs, unit: "ms" },
  ];
}

function arrivalFigures(name: string, { result, peakBytes, healthMaxMs }: Observed<Arrivals>): readonly Figure[] {
  const reasons = result.reasons.length === 0 ? "" : ` (${result.reasons.join(", ")})`;
  return [
    { name: `${name}: half have a CONNACK`, value: result.connack.p50Ms / 1_000, unit: "s" },
    { name: `${name}: all have a CONNACK`, value: result.connack.maxMs / 1_000, unit: "s" },
    { name: `${name}: all have a PUBACK`, value: result.puback.maxMs / 1_000, unit: "s" },
    { name: `${name}: attempts that failed${reasons}`, value: result.failures, unit: "" },
    { name: `${name}: gateway's peak`, value: peakBytes / 1e6, unit: "MB" },
    { name: `${name}: slowest answer of /healthz`, value: healthMaxMs, unit: "ms" },
  ];
}

/** @throws Error when a process may not open as many sockets; Node itself raises the soft limit to the hard one. */
function checkDescriptors(sensorsWanted: number): void {
  let limits: string;
  try {
    limits = readFileSync("/proc/self/limits", "utf8");
  } catch {
    return; // not Linux: the kernel will say it
  }
  const hard = /^Max open files +\S+ +(\d+)/m.exec(limits)?.[1];
  if (hard === undefined || Number(hard) >= sensorsWanted + OTHER_DESCRIPTORS) return;
  const wanted = sensorsWanted + OTHER_DESCRIPTORS;
  throw new Error(`a process may open ${hard} files here and ${wanted} are needed: raise the hard limit (ulimit -Hn)`);
}
