import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pc from "picocolors";
import { Fault } from "../../proto/core/fault.ts";
import { lockFile, makeFolder } from "../../proto/runtime/sqlite.ts";
import { simulate } from "../sensors/simulate.ts";
import { formatNumber } from "../terminal/figures.ts";
import { columnsOf, wrapText } from "../terminal/terminal-text.ts";
import { DemoMeter } from "./demo-table.ts";
import { writeDrillTarget } from "./drill-target-file.ts";
import { LocalDeployment } from "./local-deployment.ts";
import { RestartedPart } from "./restarted-part.ts";

/**
 * `tidemark demo`: one command starts everything, prints commands to try, and shows the status. It runs the same processes
 * as production, with real MQTT, gRPC and fsync.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const release = lockFolder(options.directory);
  try {
    await runIn(options);
  } finally {
    release();
  }
}

/** Before anything is written: a second demo in the folder would replace the configurations of the first. @returns unlocks it. */
function lockFolder(directory: string): () => void {
  makeFolder(directory);
  try {
    return lockFile(join(directory, "demo.lock"));
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "storage_locked") throw error;
    throw new Fault({
      code: "storage_locked",
      message: `${directory}: another npm start uses this folder`,
      hint: "stop it with Ctrl-C in its terminal",
      cause: error,
    });
  }
}

async function runIn(options: DemoOptions): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  if (options.forMs !== undefined) setTimeout(onSignal, options.forMs).unref();
  printWrapped("Starting three regions and a gateway ...");
  const site = await LocalDeployment.prepare({
    directory: options.directory,
    gateways: ["plant-7"],
    regions: ["eu", "us", "ap"],
    preferredPorts: PORTS,
    edge: {
      windows: [
        // Drills look for the readings of their canaries one by one.
        { match: { device: "drill/*" }, lengths: ["10s"], raw: true, out_of_orderness: "1s", idle_timeout: "1s" },
        { lengths: ["10s", "1m"], idle_timeout: "10s" },
      ],
      failover: { return_after: "20s" },
    },
  });
  try {
    try {
      await Promise.all(site.regions.map((region) => region.start({ stop: stop.signal })));
      await site.startGateway({ stop: stop.signal });
    } catch (error) {
      if (stop.signal.aborted) return;
      throw error;
    }
    const drillTarget = writeDrillTarget(site);
    print(introduction(site, options, drillTarget));
    const sensors = simulate(
      { broker: { url: site.mqttUrl }, devices: options.devices, periodMs: 1000, seed: 7, qos: 1 },
      stop.signal,
    );
    // A failure of the sensors ends the demo at once.
    sensors.catch(onSignal);
    try {
      await watch(site, stop.signal);
    } finally {
      stop.abort();
    }
    print("");
    printWrapped("Stopping: the sensors, then the gateway (it sends what it has), then the regions.");
    const { acknowledged } = await sensors;
    await site.stop();
    printWrapped(
      `Stopped. ${formatNumber(acknowledged)} messages were acknowledged; the data stays in ${options.directory}`,
    );
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

function introduction(site: LocalDeployment, options: DemoOptions, drillTarget: string): string {
  const width = columnsOf(process.stdout);
  const { mqtt } = site.gateways[0]!.ports;
  const query = `${site.regionUrl}/v1/records?device=hello&metric=temp&window=10s`;
  const pids = site.regions.map(({ name, process: running }) => `kill -9 ${running?.pid ?? ""}  # ${name}`);
  const tries: readonly Entry[] = [
    ["send a reading", [`mosquitto_pub -h 127.0.0.1 -p ${mqtt} -q 1 -t hello/temp -m 21.5`]],
    ["ask a region", [`curl '${query}'`]],
    ["ask another one", [`curl '${query.replace(site.regionUrl, site.regions.at(-1)!.url)}'`]],
    ["list the series", [`curl '${site.regionUrl}/v1/series?limit=5'`]],
    ["see the status", [`${site.gatewayUrl}/v1/status`, `${site.regionUrl}/v1/status`]],
    ["try to break it", [`kill -9 ${site.gateway?.pid ?? ""}  # the gateway`, ...pids]],
    ["run a drill", [`npx tidemark drill run region-frozen --target ${drillTarget}`]],
  ];
  return [
    "",
    ...movedPorts(site).flatMap((line) => wrapText(line, width)),
    ...wrapText(
      `${TITLE} runs: gateway plant-7, regions eu (its home), us and ap, ${options.devices} simulated devices.`,
      width,
    ),
    ...wrapText(`Data is in ${options.directory}${options.continues ? ", continued from the last start" : ""}.`, width),
    "",
    ...entryLines(tries, width),
    "",
    ...wrapText("A process that you kill starts again after 10 s. No acknowledged reading is lost.", width),
    ...wrapText("A window is sent when its device has sent something newer than its end, or nothing for 10 s.", width),
    ...wrapText("not sent yet: readings that some window still waits for. The 1-minute windows come last.", width),
    "Ctrl-C stops everything.",
    "",
  ]
    .join("\n")
    .replace(TITLE, pc.bold(TITLE));
}

/** A line for each port that is not the usual one. */
function movedPorts({ gateways, regions }: LocalDeployment): string[] {
  const line = (usual: number, part: string, actual: number): string[] =>
    actual === usual ? [] : [`Port ${usual} is in use by another process: ${part} listens on ${actual} instead.`];
  return [
    ...gateways.flatMap(({ ports }, i) => [
      ...line(PORTS.gateways[i]!.mqtt, "the gateway", ports.mqtt),
      ...line(PORTS.gateways[i]!.http, "the gateway", ports.http),
    ]),
    ...regions.flatMap(({ name, ports }, i) => [
      ...line(PORTS.regions[i]!.ingest, `region ${name}`, ports.ingest),
      ...line(PORTS.regions[i]!.http, `region ${name}`, ports.http),
    ]),
  ];
}

const PORTS = {
  gateways: [{ mqtt: 1883, http: 9101 }],
  regions: [
    { ingest: 7443, http: 8080 },
    { ingest: 7444, http: 8081 },
    { ingest: 7445, http: 8082 },
  ],
};

const TITLE = "Tidemark";

/** A label, and commands to copy. */
type Entry = readonly [label: string, commands: readonly string[]];

/** Labels with their commands beside them, or below them where the terminal is too narrow. A command is never broken. */
function entryLines(entries: readonly Entry[], width: number): string[] {
  const isWide = entries.every(([, commands]) => commands.every((command) => LABEL_WIDTH + command.length <= width));
  return entries.flatMap(([label, commands]) => {
    if (!isWide) return [`  ${label}`, ...commands.map((command) => `    ${command}`)];
    return commands.map((command, i) => `${(i === 0 ? `  ${label}` : "").padEnd(LABEL_WIDTH)}${command}`);
  });
}

const LABEL_WIDTH = 20;

async function watch(site: LocalDeployment, signal: AbortSignal): Promise<void> {
  const terminal = process.stdout.isTTY;
  const everyMs = terminal ? 1000 : 2000;
  const meter = new DemoMeter(site);
  const parts = [...site.gateways, ...site.regions].map((part) => new RestartedPart(part));
  /** Lines of the table that are on the terminal; the next table replaces them. */
  let drawn = 0;
  while (!signal.aborted) {
    for (const part of parts) {
      const news = await part.look(performance.now(), signal);
      if (news === undefined) continue;
      print(pc.yellow(news));
      drawn = 0;
    }
    const table = await meter.read(performance.now());
    const sentence = wrapText(table.sentence, columnsOf(process.stdout));
    if (terminal && drawn > 0) process.stdout.write(`\u001B[${drawn}A\u001B[J`);
    if (terminal || drawn === 0) print([...sentence.map(pc.bold), ...table.lines].join("\n"));
    else print(table.sentence);
    drawn = sentence.length + table.lines.length;
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

function printWrapped(text: string): void {
  print(wrapText(text, columnsOf(process.stdout)).join("\n"));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
