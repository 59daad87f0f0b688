import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { metricsOf } from "../support/deployment.ts";

/**
 * A real gateway process, and a control client that publishes and subscribes all the time. Whatever other clients do, this
 * must hold: the process lives and logs no error, the broker throws for no client, the control client is served, memory
 * stays limited, and no connection is left when all other clients are gone. At the end a region accepts everything that was
 * stored.
 */
export class FuzzedGateway implements AsyncDisposable {
  readonly #site: LocalDeployment;
  readonly #rssLimit: number;
  readonly #control: MqttClient;
  readonly #echoes = new Map<string, () => void>();
  rssMax = 0;
  controlMessages = 0;
  #slowestMs = 0;

  /**
   * @param options.built use the published package (`npm run build`), for which the memory limit is promised. Otherwise
   *   the sources are used, and removing their types at the start takes additional memory.
   */
  static async start(options: { built: boolean }): Promise<FuzzedGateway> {
    const directory = mkdtempSync(join(tmpdir(), "tidemark-fuzz-"));
    const kind = options.built ? await builtDeployment() : LocalDeployment;
    const site = await kind.prepare({
      directory,
      gateways: ["plant-7"],
      regions: ["eu"],
      edge: {
        windows: [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }],
        // A series takes memory for ever, by design. The configuration limits their number.
        decode: { max_series: 4000 },
        log: { level: "warn", format: "json" },
      },
    });
    try {
      await site.startGateway({ environment: SMALL_MACHINE });
      const control = await connectAsync(site.mqttUrl, { clientId: "control", protocolVersion: 4, reconnectPeriod: 0 });
      const here = new FuzzedGateway(site, control, options.built ? RSS_MAX : RSS_MAX + TYPES_RSS);
      await control.subscribeAsync("control/+", { qos: 1 });
      return here;
    } catch (error) {
      await site.kill();
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(site: LocalDeployment, control: MqttClient, rssLimit: number) {
    this.#site = site;
    this.#rssLimit = rssLimit;
    this.#control = control;
    control.on("message", (_, payload) => this.#echoes.get(payload.toString())?.());
  }

  get address(): { host: string; port: number } {
    return { host: "127.0.0.1", port: this.#site.gateways[0]!.ports.mqtt };
  }

  get slowestMs(): number {
    return this.#slowestMs;
  }

  /** The present problem; undefined: none. */
  async problem(): Promise<string | undefined> {
    const gateway = this.#site.gateway!;
    if (!gateway.running) return `the gateway ${gateway.ending}\n${gateway.output.join("\n")}`;
    const error = gateway.output.find((line) => !HARMLESS.test(line) || line.includes('"reason":"broken"'));
    if (error !== undefined) return `the gateway logged ${error}`;
    const silent = await this.#controlProblem();
    if (silent !== undefined) return silent;
    const broken = await this.#metric('tidemark_edge_mqtt_refusals_total{reason="broken"}');
    if (broken > 0) return `the broker threw ${broken} times`;
    this.rssMax = Math.max(this.rssMax, rssOf(gateway.pid));
    return this.rssMax > this.#rssLimit
      ? `the gateway has ${this.rssMax} bytes in memory, more than ${this.#rssLimit}`
      : undefined;
  }

  /**
   * When only the control client is left: a region must accept everything that was stored, and the gateway must stop in
   * order.
   */
  async afterwards(): Promise<string | undefined> {
    const found = await this.problem();
    if (found !== undefined) return found;
    const left = await this.#until("tidemark_edge_mqtt_connections", (count) => count <= 1, 10_000);
    if (left !== undefined) return `connections of clients that are gone: ${left}`;
    await this.#site.startRegion();
    const undurable = await this.#until("tidemark_edge_undurable_batches", (count) => count === 0, 120_000);
    if (undurable !== undefined) return `${undurable} batches are not durable in the region`;
    const behind = await this.problem();
    if (behind !== undefined) return behind;
    const { code } = await this.#site.gateway!.stop();
    return code === 0 ? undefined : `the gateway ${this.#site.gateway!.ending}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#control.endAsync(true).catch(() => undefined);
    await this.#site.kill();
    rmSync(this.#site.directory, { recursive: true, force: true });
  }

  /** A QoS 1 message must be acknowledged, and must reach its subscriber. */
  async #controlProblem(): Promise<string | undefined> {
    const value = String(++this.controlMessages);
    const startMs = performance.now();
    const echo = new Promise<void>((resolve) => this.#echoes.set(value, resolve));
    const served = (async () => {
      await this.#control.publishAsync("control/count", value, { qos: 1 });
      await echo;
      return undefined;
    })();
    const timeout = new AbortController();
    const late = delay(CONTROL_TIMEOUT_MS, "late" as const, { signal: timeout.signal }).catch(() => undefined);
    const how = await Promise.race([served.catch((error: unknown) => String(error)), late]);
    timeout.abort();
    this.#echoes.delete(value);
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startMs);
    return how === undefined ? undefined : `the control client is not served: ${how}`;
  }

  async #metric(name: string): Promise<number> {
    const line = (await metricsOf(this.#site.gatewayUrl)).split("\n").find((one) => one.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length + 1));
  }

  /** @returns the last value when the deadline passes. */
  async #until(name: string, isIt: (value: number) => boolean, deadlineMs: number): Promise<number | undefined> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const value = await this.#metric(name);
      if (isIt(value)) return undefined;
      if (performance.now() > end) return value;
      await delay(100);
    }
  }
}

async function builtDeployment(): Promise<Pick<typeof LocalDeployment, "prepare">> {
  const built = new URL("../../dist/deploy/sandbox/local-deployment.js", import.meta.url).href;
  const module = (await import(built)) as { LocalDeployment: Pick<typeof LocalDeployment, "prepare"> };
  return module.LocalDeployment;
}

/** The resident memory of a process in bytes; 0 if the system does not say. */
function rssOf(pid: number): number {
  if (process.platform !== "linux") return 0;
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

const RSS_MAX = 256 * 1024 * 1024;
/**
 * The settings that the README recommends for a machine with little memory: V8 collects garbage earlier, and glibc keeps two
 * arenas instead of eight for each core (247 and 227 MiB after the same 70,000 connections).
 */
const SMALL_MACHINE = { NODE_OPTIONS: "--max-old-space-size=128 --max-semi-space-size=8", MALLOC_ARENA_MAX: "2" };
const TYPES_RSS = 96 * 1024 * 1024;
/** Warnings about refused clients, waiting sensors and the missing region are expected. */
const HARMLESS = /^\{"level":(30|40|"info"|"warn")/;
/** Long enough for a busy machine. */
const CONTROL_TIMEOUT_MS = 20_000;
