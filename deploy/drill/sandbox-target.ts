import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecret } from "../../proto/runtime/secret-file.ts";
import { RegionCommands } from "../operator/region-commands.ts";
import type { LinkFaults } from "../sandbox/fault-proxy.ts";
import type { Link } from "../sandbox/faulty-links.ts";
import { FaultyLinks } from "../sandbox/faulty-links.ts";
import type { LocalGateway, LocalRegion } from "../sandbox/local-deployment.ts";
import { LocalDeployment } from "../sandbox/local-deployment.ts";
import type { ManagedProcess } from "../sandbox/managed-process.ts";
import { Warden } from "../sandbox/warden.ts";
import type { Drill, Way } from "./drill-file.ts";
import type { Fault } from "./injections.ts";
import type { DrillTarget, TargetGateway, TargetRegion } from "./target.ts";

/**
 * Regions, gateways and the network between them, made for one drill and gone after it: real processes on loopback
 * ports, in a temporary folder, with a fault-injecting proxy on every link, that of the sensors included.
 */
export class SandboxTarget implements DrillTarget {
  readonly name = "sandbox";
  readonly kind = "sandbox";
  readonly production = false;
  readonly regions: readonly TargetRegion[];
  readonly gateways: readonly TargetGateway[];
  readonly #folder: string;
  readonly #site: LocalDeployment;
  readonly #links: FaultyLinks;
  readonly #warden: Warden;
  readonly #environments: SandboxEnvironments;
  /** Of every start, the last word of what it printed is in the report. */
  readonly #started: ManagedProcess[] = [];
  #closed: Promise<void> | undefined;

  private constructor(
    folder: string,
    site: LocalDeployment,
    links: FaultyLinks,
    warden: Warden,
    env: SandboxEnvironments,
  ) {
    this.#folder = folder;
    this.#site = site;
    this.#links = links;
    this.#warden = warden;
    this.#environments = env;
    this.regions = site.regions.map(({ name, url }) => ({ name, url }));
    this.gateways = site.gateways.map(({ name, url, mqttUrl }) => ({ name, url, mqtt: { url: mqttUrl } }));
  }

  /**
   * @param options.random for the jitter of slow links.
   * @param options.environments what the processes are given besides; tests break promises with it.
   * @throws Fault when a process does not start.
   */
  static async open(
    drill: Pick<Drill, "sandbox" | "steps">,
    options: { random: () => number; environments?: SandboxEnvironments },
  ): Promise<SandboxTarget> {
    const warden = new Warden();
    const folder = mkdtempSync(join(tmpdir(), "tidemark-drill-"));
    warden.folder(folder);
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
      const clocks = drill.steps.some((step) => step.kind === "fault" && step.fault.kind === "shift_clock");
      const environments = { ...options.environments, clocks };
      target = new SandboxTarget(folder, site, links, warden, environments);
      // A gateway that finds its home not yet there would begin at another one.
      await Promise.all(site.regions.map((part) => target!.#start(part)));
      await Promise.all(site.gateways.map((part) => target!.#start(part)));
      return target;
    } catch (error) {
      await (target?.close() ?? links.close().then(() => warden.dismiss()));
      throw error;
    }
  }

  unable(): undefined {
    return undefined;
  }

  async begin(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case "kill":
        await this.#kill(fault.part);
        return;
      case "freeze":
        this.#part(fault.part).process?.signal("SIGSTOP");
        return;
      case "isolate":
        for (const link of this.#linksOf(fault.part)) this.#links.set(link, faultsOf("both", { cut: true }));
        return;
      case "cut_link":
        this.#links.set(fault.link, faultsOf(fault.way, { cut: true }));
        return;
      case "slow_link": {
        const { latencyMs, jitterMs, bytesPerS } = fault;
        const slow = { latencyMs, jitterMs, ...(bytesPerS === null ? {} : { bytesPerS }) };
        this.#links.set(fault.link, faultsOf(fault.way, slow));
        return;
      }
      case "reset_link":
        this.#links.reset(fault.link);
        return;
      case "evacuate":
        await this.#setMember(fault.part, "leaving");
        return;
      case "restore":
        await this.#replaceDisk(fault.part, this.#copyOf(fault.part));
        return;
      case "rebuild":
        await this.#replaceDisk(fault.part, undefined);
        return;
      case "shift_clock":
        this.#setClock(fault.part, fault.byMs);
    }
  }

  async end(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case "kill":
        await this.#start(this.#part(fault.part));
        return;
      case "freeze":
        this.#part(fault.part).process?.signal("SIGCONT");
        return;
      case "isolate":
        for (const link of this.#linksOf(fault.part)) this.#links.set(link, {});
        return;
      case "cut_link":
      case "slow_link":
        this.#links.set(fault.link, {});
        return;
      case "evacuate":
        await this.#setMember(fault.part, "member");
        return;
      case "shift_clock":
        this.#setClock(fault.part, 0);
        return;
      case "reset_link":
      case "restore":
      case "rebuild":
    }
  }

  /**
   * A region's as a backup of a running system finds it, between two of its writes; a gateway's after an orderly stop, as
   * an image of its card is made: what it had taken and not yet sealed would be forwarded by both of its lives.
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

  /** The last lines that each process printed, the youngest last. */
  logs(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#started.map((process) => [`${process.name} (${process.pid})`, process.output]));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // SIGKILL reaches frozen ones, too, and nothing here is needed any more.
    await this.#site.kill();
    await this.#links.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    await this.#warden.dismiss();
  }

  async #start(part: LocalGateway | LocalRegion): Promise<void> {
    if (this.#closed !== undefined) return;
    const isGateway = this.#site.gateways.some(({ name }) => name === part.name);
    const environment = { ...(isGateway ? this.#environments.gateway : this.#environments.region) };
    if (isGateway && this.#environments.clocks === true) {
      environment["TIDEMARK_SANDBOX_CLOCK"] = this.#clockFile(part.name);
      environment["NODE_OPTIONS"] = `${environment["NODE_OPTIONS"] ?? ""} --import ${SHIFTED_CLOCK}`.trim();
    }
    const started = await part.start({ environment, waitReady: false });
    this.#started.push(started);
    if (this.#started.length > STARTS_KEPT) this.#started.shift();
    this.#warden.watch(started.pid);
    void started.exit.then(() => this.#warden.gone(started.pid));
    await started.ready(`${part.url}/readyz`, START_MS);
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

  /** Commanded in another region than the one that it is about. */
  async #setMember(region: string, state: "leaving" | "member"): Promise<void> {
    const other = this.#site.regions.find(({ name }) => name !== region);
    const commands = new RegionCommands(other!.url, readSecret(this.#site.operatorTokenFile));
    await commands.send({ command: "set_member", region, state, reason: "failover drill", actor: "drill" });
  }

  #setClock(part: string, byMs: number): void {
    writeFileSync(this.#clockFile(part), String(byMs));
  }

  #clockFile(part: string): string {
    return join(this.#folder, `${part}.clock`);
  }

  #copyOf(part: string): string {
    const copies = join(this.#folder, "copies");
    mkdirSync(copies, { recursive: true });
    return join(copies, part);
  }

  #linksOf(part: string): readonly Link[] {
    return this.#links.all.filter(({ from, to }) => from === part || to === part);
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
  readonly clocks?: boolean;
};

function faultsOf(way: Way, fault: LinkFaults["there"] & object): LinkFaults {
  return { ...(way === "back" ? {} : { there: fault }), ...(way === "there" ? {} : { back: fault }) };
}

const REGIONS = ["eu", "us", "ap", "sa", "af"];
/** What a drill cannot wait for, and canaries that can be told apart; all else is as a gateway comes. */
const GATEWAY_KEYS = {
  windows: [{ match: { device: "drill/*" }, lengths: ["1s"], raw: true, out_of_orderness: "1s", idle_timeout: "1s" }],
  failover: { return_after: "5s" },
};
const STARTS_KEPT = 100;
const START_MS = 30_000;
const SHIFTED_CLOCK = new URL(
  import.meta.url.endsWith(".ts") ? "../sandbox/shifted-clock.ts" : "../sandbox/shifted-clock.js",
  import.meta.url,
).href;
