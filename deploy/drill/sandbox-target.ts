import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecret } from "../../proto/runtime/secret-file.ts";
import { sourceFile } from "../../proto/runtime/source-file.ts";
import { RegionCommands } from "../operator/region-commands.ts";
import { flipBits } from "../sandbox/flipped-bits.ts";
import { FaultyLinks } from "../sandbox/faulty-links.ts";
import type { LocalGateway, LocalRegion } from "../sandbox/local-deployment.ts";
import { LocalDeployment } from "../sandbox/local-deployment.ts";
import type { ManagedProcess } from "../sandbox/managed-process.ts";
import { Watchdog } from "../sandbox/watchdog.ts";
import type { Drill } from "./drill-file.ts";
import type { Injection, SandboxControl } from "./injections/injection.ts";
import type { DrillTarget, TargetGateway, TargetRegion } from "./target.ts";

/**
 * Regions, gateways and the network between them, made for one drill and removed after it: real processes on loopback
 * ports, in a temporary folder, with a fault-injecting proxy on every link, those of the sensors included.
 */
export class SandboxTarget implements DrillTarget {
  readonly name = "sandbox";
  readonly kind = "sandbox";
  readonly production = false;
  readonly copiesDisks = true;
  readonly regions: readonly TargetRegion[];
  readonly gateways: readonly TargetGateway[];
  readonly #folder: string;
  readonly #site: LocalDeployment;
  readonly #links: FaultyLinks;
  readonly #watchdog: Watchdog;
  readonly #environments: SandboxEnvironments;
  readonly #random: () => number;
  readonly #control: SandboxControl;
  /** By the name of the gateway. */
  readonly #clones = new Map<string, LocalGateway>();
  /** The report has the last lines of each of these. */
  readonly #started: ManagedProcess[] = [];
  #closed: Promise<void> | undefined;

  private constructor(
    folder: string,
    site: LocalDeployment,
    links: FaultyLinks,
    watchdog: Watchdog,
    given: { environments: SandboxEnvironments; random: () => number },
  ) {
    this.#folder = folder;
    this.#site = site;
    this.#links = links;
    this.#watchdog = watchdog;
    this.#environments = given.environments;
    this.#random = given.random;
    this.#control = {
      kill: (part) => this.#kill(part),
      start: (part) => this.#start(this.#part(part)),
      signal: (part, signal) => this.#part(part).process?.signal(signal),
      restartWithDisk: (part, disk) => this.#replaceDisk(part, disk === "copied" ? this.#copyOf(part) : undefined),
      restartAfterRot: (part, rot) => this.#restartAfterRot(part, rot),
      startClone: (part) => this.#startClone(part),
      stopClone: async (part) => void (await this.#clones.get(part)?.process?.kill()),
      setClock: (part, byMs) => writeFileSync(this.#clockFile(part), String(byMs)),
      linksOf: (part) => links.all.filter(({ from, to }) => from === part || to === part),
      setLink: (link, faults) => links.set(link, faults),
      resetLink: (link) => links.reset(link),
      setMember: (region, state) => this.#setMember(region, state),
    };
    this.regions = site.regions.map(({ name, url }) => ({ name, url }));
    this.gateways = site.gateways.map(({ name, url, mqttUrl }) => ({ name, url, mqtt: { url: mqttUrl } }));
  }

  /**
   * @param options.random for the jitter of slow links, and for the bits that are flipped.
   * @param options.environments additional environment variables; tests start broken builds with them.
   * @param options.stop ends the start.
   * @throws Fault when a process does not start; the reason of `stop` when it is aborted.
   */
  static async open(
    drill: Pick<Drill, "sandbox" | "steps">,
    options: { random: () => number; environments?: SandboxEnvironments; stop?: AbortSignal },
  ): Promise<SandboxTarget> {
    const watchdog = new Watchdog();
    const folder = mkdtempSync(join(tmpdir(), "tidemark-drill-"));
    watchdog.folder(folder);
    const links = new FaultyLinks(options.random);
    let target: SandboxTarget | undefined;
    try {
      const site = await LocalDeployment.prepare({
        directory: folder,
        regions: REGIONS.slice(0, drill.sandbox.regions),
        gateways: Array.from({ length: drill.sandbox.gateways }, (_, i) => `plant-${i + 1}`),
        oneHome: true,
        linkPort: (link, port) => links.add(link, port),
        edge: { ...GATEWAY_KEYS, ...drill.sandbox.gateway },
        cloud: drill.sandbox.region,
      });
      const shiftClocks = drill.steps.some((step) => step.kind === "injection" && step.shiftsClock);
      const environments = { ...options.environments, shiftClocks };
      target = new SandboxTarget(folder, site, links, watchdog, { environments, random: options.random });
      // Regions first: a gateway that starts before its home would begin with another region.
      await Promise.all(site.regions.map((part) => target!.#start(part, options.stop)));
      await Promise.all(site.gateways.map((part) => target!.#start(part, options.stop)));
      return target;
    } catch (error) {
      await (target?.close() ?? links.close().then(() => watchdog.dismiss()));
      throw error;
    }
  }

  inabilityTo(): undefined {
    return undefined;
  }

  async begin(injection: Injection): Promise<void> {
    await injection.sandbox.begin(this.#control);
  }

  async end(injection: Injection): Promise<void> {
    await injection.sandbox.end?.(this.#control);
  }

  /**
   * The disk of a region is copied while the region is paused, like a backup of a running system. A gateway is stopped first,
   * as for an image of its card: otherwise the gateway and its restored copy would both forward the readings that were not
   * yet sealed.
   */
  async copyDisk(part: string): Promise<void> {
    const found = this.#part(part);
    const isRegion = found === this.#site.regions.find(({ name }) => name === part);
    if (isRegion) found.process?.signal("SIGSTOP");
    else await found.process?.stop();
    cpSync(join(this.#folder, part), this.#copyOf(part), { recursive: true });
    if (isRegion) found.process?.signal("SIGCONT");
    else await this.#start(found);
  }

  /** The last lines of each process, the newest last. */
  logs(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#started.map((process) => [`${process.name} (${process.pid})`, process.output]));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // SIGKILL ends frozen processes, too, and nothing here is needed any more.
    await Promise.all([...this.#clones.values()].map(async ({ process }) => process?.kill()));
    await this.#site.kill();
    await this.#links.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    await this.#watchdog.dismiss();
  }

  async #start(part: LocalGateway | LocalRegion, stop?: AbortSignal): Promise<void> {
    const started = await this.#launch(part);
    await started?.ready(part.url, { deadlineMs: START_MS, stop });
  }

  /** Starts a process, and does not wait until it is ready. @returns undefined when the target is closed. */
  async #launch(part: LocalGateway | LocalRegion): Promise<ManagedProcess | undefined> {
    if (this.#closed !== undefined) return undefined;
    const isGateway = this.#site.gateways.some(({ name }) => name === part.name);
    const environment = { ...(isGateway ? this.#environments.gateway : this.#environments.region) };
    if (isGateway && this.#environments.shiftClocks === true) {
      environment["TIDEMARK_SANDBOX_CLOCK"] = this.#clockFile(part.name);
      environment["NODE_OPTIONS"] = `${environment["NODE_OPTIONS"] ?? ""} --import ${SHIFTED_CLOCK}`.trim();
    }
    const started = await part.start({ environment, waitReady: false });
    this.#started.push(started);
    if (this.#started.length > STARTS_KEPT) this.#started.shift();
    this.#watchdog.watch(started.pid);
    void started.exit.then(() => this.#watchdog.gone(started.pid));
    return started;
  }

  async #kill(part: string): Promise<void> {
    await this.#part(part).process?.kill();
  }

  async #replaceDisk(part: string, copy: string | undefined): Promise<void> {
    await this.#kill(part);
    const disk = join(this.#folder, part);
    rmSync(disk, { recursive: true, force: true });
    if (copy !== undefined) cpSync(copy, disk, { recursive: true });
    await this.#start(this.#part(part));
  }

  async #restartAfterRot(part: string, { file, bits }: { file: "database" | "log"; bits: number }): Promise<void> {
    const found = this.#part(part);
    // An orderly stop writes the log into the database. A kill leaves it.
    await (file === "log" ? found.process?.kill() : found.process?.stop());
    const database = this.#site.gateways.some(({ name }) => name === part) ? "gateway.db" : "region.db";
    const path = join(this.#folder, part, file === "log" ? `${database}-wal` : database);
    flipBits({ path, kind: file }, { bits, random: this.#random });
    await this.#start(found);
  }

  async #startClone(part: string): Promise<void> {
    const gateway = this.#site.gateways.find(({ name }) => name === part)!;
    const clone = await this.#site.cloneOf(gateway);
    this.#clones.set(part, clone);
    gateway.process?.signal("SIGSTOP");
    cpSync(join(this.#folder, part), join(this.#folder, `${part}-clone`), { recursive: true });
    gateway.process?.signal("SIGCONT");
    // Regions may refuse it, so nobody waits until it is ready.
    await this.#launch(clone);
  }

  /** A region whose state changes does not get the command itself: another region does. */
  async #setMember(region: string, state: "leaving" | "member"): Promise<void> {
    const other = this.#site.regions.find(({ name }) => name !== region);
    const commands = new RegionCommands(other!.url, readSecret(this.#site.operatorTokenFile));
    await commands.send({ command: "set_member", region, state, reason: "failover drill", actor: "drill" });
  }

  #clockFile(part: string): string {
    return join(this.#folder, `${part}.clock`);
  }

  #copyOf(part: string): string {
    const copies = join(this.#folder, "copies");
    mkdirSync(copies, { recursive: true });
    return join(copies, part);
  }

  #part(name: string): LocalGateway | LocalRegion {
    return [...this.#site.regions, ...this.#site.gateways].find((part) => part.name === name)!;
  }
}

/** Environment variables of all gateways or all regions. */
export type SandboxEnvironments = {
  readonly gateway?: Readonly<Record<string, string>>;
  readonly region?: Readonly<Record<string, string>>;
  /** Whether the clocks of the gateways can be shifted. */
  readonly shiftClocks?: boolean;
};

const REGIONS = ["eu", "us", "ap", "sa", "af"];
/** Short times, so that a drill need not wait, and canaries that arrive one by one. Everything else has its default. */
const GATEWAY_KEYS = {
  windows: [{ match: { device: "drill/*" }, lengths: ["1s"], raw: true, out_of_orderness: "1s", idle_timeout: "1s" }],
  failover: { return_after: "5s" },
};
const STARTS_KEPT = 100;
const START_MS = 30_000;
const SHIFTED_CLOCK = sourceFile("../sandbox/shifted-clock", import.meta.url).href;
