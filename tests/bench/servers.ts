import { accessSync, constants } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { HttpClient, isReady } from "../../proto/runtime/http/client.ts";
import type { GatewayStatus } from "../../proto/wire/http/gateway-status.ts";
import { gatewayStatusSchema } from "../../proto/wire/http/gateway-status.ts";
import type { ShownRecord } from "../../proto/wire/http/records.ts";
import { recordSchema } from "../../proto/wire/http/records.ts";
import { freePort } from "../../deploy/sandbox/free-port.ts";
import type { Child, Children } from "./children.ts";
import type { LoadResult } from "./load-generator.ts";

/** The built package, as it is deployed. A process that runs from the sources needs 40 MB more for the compiler. */
const TIDEMARK = fileURLToPath(new URL("../../dist/deploy/tidemark.js", import.meta.url));
const LOAD_GENERATOR = fileURLToPath(new URL("load-generator.ts", import.meta.url));
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 10;
const LISTING_TIMEOUT_MS = 60_000;

/** A folder for one workload, which is removed afterwards, and its processes, which are stopped. */
export type Bench = {
  readonly children: Children;
  readonly folder: string;
  /** Smaller and shorter, to see that everything works; the figures mean little. */
  readonly quick: boolean;
};

export type Server = { readonly child: Child; readonly startedInMs: number };
export type Gateway = Server & { readonly mqttPort: number; readonly httpPort: number; readonly dataDir: string };
export type Region = Server & { readonly ingestPort: number; readonly httpPort: number; readonly dataDir: string };

/**
 * Starts a gateway on free ports and resolves when it is ready. `raw` forwards every reading and makes no windows, else
 * the default windows are made. A region need not listen on `regionPort` yet. A gateway that starts again with the same
 * `name` has the same data, and with the same `mqttPort` its sensors find it.
 */
export async function launchGateway(
  bench: Bench,
  options: { name: string; raw: boolean; regionPort: number; mqttPort?: number },
): Promise<Gateway> {
  const [mqttPort, httpPort] = [options.mqttPort ?? (await freePort()), await freePort()];
  const dataDir = join(bench.folder, options.name);
  const config = await writeConfig(bench, options.name, {
    gateway: "bench",
    data_dir: dataDir,
    mqtt: { listeners: [{ protocol: "tcp", host: "127.0.0.1", port: mqttPort }], allow_anonymous: true },
    ...(options.raw ? { windows: [{ match: { device: "*", metric: "*" }, lengths: [], raw: true }] } : {}),
    buffer: { max_size: "8GiB" },
    regions: [{ name: "bench", url: `http://127.0.0.1:${options.regionPort}` }],
    http: { host: "127.0.0.1", port: httpPort },
    log: { level: "warn" },
  });
  const startMs = performance.now();
  const child = bench.children.start("gateway", process.execPath, [TIDEMARK, "edge", "--config", config]);
  await ready(child, httpPort);
  return { child, startedInMs: performance.now() - startMs, mqttPort, httpPort, dataDir };
}

export async function launchRegion(bench: Bench, options: { name: string; ingestPort: number }): Promise<Region> {
  const httpPort = await freePort();
  const dataDir = join(bench.folder, options.name);
  const config = await writeConfig(bench, options.name, {
    region: "bench",
    data_dir: dataDir,
    min_copies: 1,
    ingest: { host: "127.0.0.1", port: options.ingestPort },
    http: { host: "127.0.0.1", port: httpPort },
    log: { level: "warn" },
  });
  const startMs = performance.now();
  const child = bench.children.start("region", process.execPath, [TIDEMARK, "cloud", "--config", config]);
  await ready(child, httpPort);
  return { child, startedInMs: performance.now() - startMs, ingestPort: options.ingestPort, httpPort, dataDir };
}

/** The records of all windows of one length that a region has of a metric, one by one. */
export function windowsOf(
  region: Region,
  query: { readonly metric: string; readonly window: string },
): AsyncGenerator<ShownRecord> {
  const client = new HttpClient(httpUrl(region), { process: "region", deadlineMs: LISTING_TIMEOUT_MS });
  return client.rows("/v1/records", recordSchema, query);
}

/** The path of Mosquitto; undefined if it is not installed. */
export function findMosquitto(): string | undefined {
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/sbin",
  ];
  return folders.map((folder) => join(folder, "mosquitto")).find(isExecutable);
}

/** Mosquitto with one listener, anonymous clients, and its defaults for everything else (QoS 1 without persistence). */
export async function startMosquitto(bench: Bench, binary: string): Promise<Server & { readonly mqttPort: number }> {
  const mqttPort = await freePort();
  const config = join(bench.folder, "mosquitto.conf");
  await writeFile(config, `listener ${mqttPort} 127.0.0.1\nallow_anonymous true\n`);
  const startMs = performance.now();
  const child = bench.children.start("mosquitto", binary, ["-c", config]);
  await poll(child, "accept connections", () => accepts(mqttPort));
  return { child, startedInMs: performance.now() - startMs, mqttPort };
}

export type Load = { readonly port: number; readonly connections: number; readonly inFlight: number } & (
  | { readonly seconds: number }
  | { readonly messages: number; readonly topics: number; readonly fields: number; readonly firstMs: number }
);

/** Runs the load generator in a process of its own. */
export async function generateLoad(bench: Bench, load: Load): Promise<LoadResult> {
  const flags = ["--port", load.port, "--connections", load.connections, "--in-flight", load.inFlight];
  // With one message in flight per connection there is nothing to collect during a pause; it would only be latency.
  flags.push("--pause-ms", load.inFlight === 1 ? 0 : 0.3);
  if ("seconds" in load) flags.push("--seconds", load.seconds);
  else
    flags.push(
      "--messages",
      load.messages,
      "--topics",
      load.topics,
      "--fields",
      load.fields,
      "--first-ms",
      load.firstMs,
    );
  const output = await bench.children.run("load generator", process.execPath, [LOAD_GENERATOR, ...flags.map(String)]);
  return JSON.parse(output) as LoadResult;
}

export function readStatus(gateway: Gateway): Promise<GatewayStatus> {
  const client = new HttpClient(httpUrl(gateway), { process: "gateway", deadlineMs: 10_000 });
  return client.get("/v1/status", gatewayStatusSchema);
}

function httpUrl({ httpPort }: { readonly httpPort: number }): string {
  return `http://127.0.0.1:${httpPort}`;
}

/** Asks until the status is the wanted one. @throws Error when that takes too long. */
export async function gatewayStatusWhen(
  gateway: Gateway,
  wanted: { what: string; timeoutMs: number; met: (status: GatewayStatus) => boolean },
): Promise<GatewayStatus> {
  const deadlineMs = performance.now() + wanted.timeoutMs;
  for (;;) {
    const status = await readStatus(gateway);
    if (wanted.met(status)) return status;
    if (performance.now() > deadlineMs)
      throw new Error(`the gateway did not ${wanted.what}: ${JSON.stringify(status)}`);
    await sleep(POLL_MS);
  }
}

/** The sum of the lengths of all files in a folder. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
}

/** JSON is YAML. */
async function writeConfig(bench: Bench, name: string, config: object): Promise<string> {
  await mkdir(bench.folder, { recursive: true });
  const file = join(bench.folder, `${name}.yaml`);
  await writeFile(file, JSON.stringify(config, undefined, 2));
  return file;
}

async function ready(child: Child, httpPort: number): Promise<void> {
  await poll(child, "become ready", () => isReady(httpUrl({ httpPort }), { deadlineMs: 5_000 }));
}

async function poll(child: Child, what: string, met: () => Promise<boolean>): Promise<void> {
  let ended: string | undefined;
  void child.ended.then((how) => (ended = how));
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!(await met())) {
    if (ended !== undefined) throw new Error(ended);
    if (performance.now() > deadlineMs)
      throw new Error(`${child.name} did not ${what} in ${START_TIMEOUT_MS / 1_000} s`);
    await sleep(POLL_MS);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not here: the next folder is tried
  }
}
