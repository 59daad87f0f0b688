import { setTimeout as delay } from "node:timers/promises";
import pc from "picocolors";
import { z } from "zod";
import { simulate } from "../sensors/simulate.ts";
import { LocalDeployment } from "./local-deployment.ts";
import type { ManagedProcess } from "./managed-process.ts";

/**
 * The first minute: one command starts everything, says where to look, and shows it working. What runs here is what
 * runs in production: the same processes, real MQTT, real gRPC, real fsync.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  if (options.forMs !== undefined) setTimeout(onSignal, options.forMs).unref();
  const site = await LocalDeployment.prepare({
    directory: options.directory,
    gateways: ["plant-7"],
    regions: ["eu"],
    preferredPorts: { gateways: [{ mqtt: 1883, http: 9101 }], regions: [{ ingest: 7443, http: 8080 }] },
    edge: { windows: [{ lengths: ["10s", "1m"], idle_timeout: "10s" }] },
  });
  try {
    await site.startRegion();
    await site.startGateway();
    print(introduction(site, options));
    const sensors = simulate(
      { broker: { url: site.mqttUrl }, devices: options.devices, periodMs: 1000, seed: 7, qos: 1 },
      stop.signal,
    );
    // A failure of the sensors must not wait for the end to be seen.
    sensors.catch(onSignal);
    try {
      await watch(site, stop.signal);
    } finally {
      stop.abort();
    }
    print(`\nStopping: sensors, then the gateway (it hands over what it has), then the region.`);
    const { acknowledged } = await sensors;
    await site.stop();
    print(`Stopped. ${count(acknowledged)} messages were acknowledged; everything is kept in ${options.directory}`);
  } finally {
    await site.stop();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

export type DemoOptions = {
  readonly directory: string;
  /** Whether the folder was there before. */
  readonly continues: boolean;
  readonly devices: number;
  /** Stop after this time; undefined: run until a signal. */
  readonly forMs: number | undefined;
};

function introduction(site: LocalDeployment, options: DemoOptions): string {
  const { mqtt } = site.gateways[0]!.ports;
  const query = `${site.regionUrl}/v1/records?device=hello&metric=temp&window=10s`;
  return [
    "",
    `${pc.bold("Tidemark")} runs: gateway ${pc.bold("plant-7")}, region ${pc.bold("eu")}, ${options.devices} simulated devices.`,
    `Data is in ${options.directory}${options.continues ? ", continued from the last start" : ""}.`,
    "",
    `  send a reading   mosquitto_pub -h 127.0.0.1 -p ${mqtt} -q 1 -t hello/temp -m 21.5`,
    `  ask the region   curl '${query}'`,
    `  what there is    curl '${site.regionUrl}/v1/series?limit=5'`,
    `  the gateway      ${site.gatewayUrl}/     the region  ${site.regionUrl}/`,
    "",
    `  try to break it  kill -9 ${site.gateway?.pid ?? ""} (the gateway) or kill -9 ${site.region?.pid ?? ""} (the region); each is started again after 10 s`,
    "",
    "A window is in the region when it has ended and its device has moved on, or was silent for 10 s. Ctrl-C stops all.",
    "",
  ].join("\n");
}

/** What the table needs of `GET /v1/status` of the gateway. */
const statusSchema = z.object({
  sentence: z.string(),
  readings: z.object({ total: z.number() }),
  journal: z.object({ waitP50Ms: z.number().nullable(), waitP99Ms: z.number().nullable() }),
  outbox: z.object({ undurableReadings: z.number(), waitingReadings: z.number(), readings: z.number() }),
});

async function watch(site: LocalDeployment, signal: AbortSignal): Promise<void> {
  const terminal = process.stdout.isTTY;
  const everyMs = terminal ? 1000 : 2000;
  let before: { total: number; atMs: number } | undefined;
  let lines = 0;
  const parts = [
    new RestartedPart(
      () => site.gateway,
      async () => site.startGateway(),
    ),
    new RestartedPart(
      () => site.region,
      async () => site.startRegion(),
    ),
  ];
  while (!signal.aborted) {
    for (const part of parts) {
      const news = await part.look(performance.now());
      if (news === undefined) continue;
      print(pc.yellow(news));
      lines = 0;
    }
    const status = await statusOf(site);
    if (status !== undefined) {
      const atMs = performance.now();
      const { total } = status.readings;
      const rate = before === undefined ? undefined : ((total - before.total) / (atMs - before.atMs)) * 1000;
      before = { total, atMs };
      const table = tableOf(status, rate);
      if (terminal && lines > 0) process.stdout.write(`\u001B[${lines}A\u001B[J`);
      if (terminal || lines === 0) print([pc.bold(status.sentence), ...table].join("\n"));
      else print(`${status.sentence} ${table.at(-1)!.trim()}`);
      lines = table.length + 1;
    }
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** A process that somebody kills to see what happens is started again after a while, as a service manager would. */
class RestartedPart {
  readonly #part: () => ManagedProcess | undefined;
  readonly #start: () => Promise<ManagedProcess>;
  #againAtMs: number | undefined;

  constructor(part: () => ManagedProcess | undefined, start: () => Promise<ManagedProcess>) {
    this.#part = part;
    this.#start = start;
  }

  /** @returns what there is to tell. @throws Fault when it cannot be started again. */
  async look(atMs: number): Promise<string | undefined> {
    const part = this.#part();
    if (part === undefined || part.running) return undefined;
    if (this.#againAtMs === undefined) {
      this.#againAtMs = atMs + RESTART_AFTER_MS;
      return `${part.name} ${part.epitaph}. It is started again in ${RESTART_AFTER_MS / 1000} s.`;
    }
    if (atMs < this.#againAtMs) return undefined;
    this.#againAtMs = undefined;
    const { pid } = await this.#start();
    return `${part.name} runs again (pid ${pid}).`;
  }
}

const RESTART_AFTER_MS = 10_000;

function tableOf(status: z.output<typeof statusSchema>, rate: number | undefined): string[] {
  const { journal, outbox, readings } = status;
  const ms = (value: number | null): string => (value === null ? "-" : `${value.toFixed(1)} ms`);
  const columns = [
    ["readings/s", rate === undefined ? "-" : count(rate)],
    ["commit p50", ms(journal.waitP50Ms)],
    ["commit p99", ms(journal.waitP99Ms)],
    ["only here", count(outbox.waitingReadings)],
    ["durable in eu", count(outbox.readings - outbox.undurableReadings)],
    ["journaled", count(readings.total)],
  ] as const;
  return [
    pc.dim(columns.map(([head]) => head.padStart(14)).join("")),
    columns.map(([, value]) => value.padStart(14)).join(""),
  ];
}

async function statusOf(site: LocalDeployment): Promise<z.output<typeof statusSchema> | undefined> {
  try {
    const answer = await fetch(`${site.gatewayUrl}/v1/status`, { signal: AbortSignal.timeout(2000) });
    return statusSchema.parse(await answer.json());
  } catch {
    // Busy or going: the next look tells, and an exit is told above.
    return undefined;
  }
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
