import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { NetworkLink } from "./faulty-links.ts";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";

/**
 * Regions and gateways as child processes, in one folder, on loopback ports: for the demo, drills and system tests. The folder
 * keeps data and configuration, so that a second start continues.
 *
 * Many callers have one gateway and one region: `region`, `startGateway` and the like are about the first.
 */
export class LocalDeployment {
  readonly directory: string;
  readonly regions: readonly LocalRegion[];
  readonly gateways: readonly LocalGateway[];

  private constructor(directory: string, regions: readonly LocalRegion[], gateways: readonly LocalGateway[]) {
    this.directory = directory;
    this.regions = regions;
    this.gateways = gateways;
  }

  /** Chooses the ports and writes the configurations. */
  static async prepare(options: DeploymentOptions): Promise<LocalDeployment> {
    const { directory, preferredPorts } = options;
    const linkPort = options.linkPort ?? ((_link, port) => Promise.resolve(port));
    mkdirSync(directory, { recursive: true });
    const regions: LocalRegion[] = [];
    for (const [i, name] of options.regions.entries()) {
      const preferred = preferredPorts?.regions[i];
      const ports = { ingest: await freePort(preferred?.ingest), http: await freePort(preferred?.http) };
      const file = join(directory, options.regions.length === 1 ? "cloud.yaml" : `${name}.yaml`);
      regions.push(new LocalRegion(name, ports, file));
    }
    const gateways: LocalGateway[] = [];
    for (const [i, name] of options.gateways.entries()) {
      const preferred = preferredPorts?.gateways[i];
      const ports = { mqtt: await freePort(preferred?.mqtt), http: await freePort(preferred?.http) };
      const file = join(directory, options.gateways.length === 1 ? "edge.yaml" : `${name}.yaml`);
      gateways.push(new LocalGateway(name, ports, await linkPort({ from: "sensors", to: name }, ports.mqtt), file));
    }
    const reach = async (from: string, to: LocalRegion): Promise<Reachable> => ({
      name: to.name,
      url: `http://${HOST}:${await linkPort({ from, to: to.name }, to.ports.ingest)}`,
    });
    const tokenFile = operatorToken(directory);
    for (const region of regions) {
      const others: Reachable[] = [];
      for (const other of regions) if (other !== region) others.push(await reach(region.name, other));
      writeFileSync(
        region.file,
        stringify({
          ...regionConfiguration(directory, region, others),
          operators: { token_file: tokenFile },
          ...options.cloud,
        }),
      );
    }
    for (const [i, gateway] of gateways.entries()) {
      const preference: Reachable[] = [];
      for (let step = 0; step < regions.length; step++) {
        // Gateways have different homes, so that all regions get load.
        const region = regions[(options.oneHome === true ? step : i + step) % regions.length]!;
        preference.push(await reach(gateway.name, region));
      }
      writeFileSync(
        gateway.file,
        stringify({
          ...gatewayConfiguration(directory, gateway, preference),
          operators: { token_file: tokenFile },
          ...options.edge,
        }),
      );
    }
    return new LocalDeployment(directory, regions, gateways);
  }

  /** File with the operators' token. */
  get operatorTokenFile(): string {
    return operatorToken(this.directory);
  }

  /** A second gateway with the name and the configuration of another one, on ports and with a data folder of its own. */
  async cloneOf(gateway: LocalGateway): Promise<LocalGateway> {
    const ports = { mqtt: await freePort(), http: await freePort() };
    const file = join(this.directory, `${gateway.name}-clone.yaml`);
    const clone = new LocalGateway(gateway.name, ports, ports.mqtt, file);
    const configuration = parse(readFileSync(gateway.file, "utf8")) as object;
    writeFileSync(
      file,
      stringify({ ...configuration, ...ownKeys(join(this.directory, `${gateway.name}-clone`), clone) }),
    );
    return clone;
  }

  get region(): ManagedProcess | undefined {
    return this.regions[0]!.process;
  }

  get gateway(): ManagedProcess | undefined {
    return this.gateways[0]!.process;
  }

  get regionUrl(): string {
    return this.regions[0]!.url;
  }

  get gatewayUrl(): string {
    return this.gateways[0]!.url;
  }

  get mqttUrl(): string {
    return this.gateways[0]!.mqttUrl;
  }

  startRegion(how: StartOptions = {}): Promise<ManagedProcess> {
    return this.regions[0]!.start(how);
  }

  startGateway(how: StartOptions = {}): Promise<ManagedProcess> {
    return this.gateways[0]!.start(how);
  }

  /** Stops the gateways first, so that they can send what they have. May be called twice. */
  async stop(): Promise<void> {
    await Promise.all(this.gateways.map(async (gateway) => gateway.process?.stop()));
    await Promise.all(this.regions.map(async (region) => region.process?.stop()));
  }

  async kill(): Promise<void> {
    await Promise.all([...this.gateways, ...this.regions].map(async (part) => part.process?.kill()));
  }
}

/** A process with a configuration. It can be started again and again. */
class LocalPart {
  readonly name: string;
  /** Its configuration. */
  readonly file: string;
  readonly #kind: "gateway" | "region";
  readonly #httpPort: number;
  #process: ManagedProcess | undefined;

  protected constructor(kind: "gateway" | "region", name: string, httpPort: number, file: string) {
    this.#kind = kind;
    this.name = name;
    this.#httpPort = httpPort;
    this.file = file;
  }

  get url(): string {
    return `http://${HOST}:${this.#httpPort}`;
  }

  /** File with the process id of the last start. */
  get pidFile(): string {
    return `${this.file.replace(/\.yaml$/, "")}.pid`;
  }

  /** The process of the last start. */
  get process(): ManagedProcess | undefined {
    return this.#process;
  }

  async start(how: StartOptions = {}): Promise<ManagedProcess> {
    const { waitReady = true, stop, ...options } = how;
    const started = ManagedProcess.start({
      name: `${this.#kind} ${this.name}`,
      args: [this.#kind === "gateway" ? "edge" : "cloud", "--config", this.file],
      ...options,
    });
    this.#process = started;
    if (waitReady) await started.ready(this.url, { stop });
    // Not before it is ready: drills send signals to this process.
    writeFileSync(this.pidFile, `${started.pid}\n`);
    return started;
  }
}

export class LocalRegion extends LocalPart {
  readonly ports: RegionPorts;

  constructor(name: string, ports: RegionPorts, file: string) {
    super("region", name, ports.http, file);
    this.ports = ports;
  }
}

export class LocalGateway extends LocalPart {
  readonly ports: GatewayPorts;
  /** Where sensors reach it. */
  readonly mqttUrl: string;

  constructor(name: string, ports: GatewayPorts, mqttPort: number, file: string) {
    super("gateway", name, ports.http, file);
    this.ports = ports;
    this.mqttUrl = `mqtt://${HOST}:${mqttPort}`;
  }
}

export type RegionPorts = { readonly ingest: number; readonly http: number };
export type GatewayPorts = { readonly mqtt: number; readonly http: number };

export type DeploymentOptions = {
  /** Holds the configurations and one data folder each. */
  readonly directory: string;
  readonly gateways: readonly string[];
  readonly regions: readonly string[];
  /** Used if they are free; in the order of the names. */
  readonly preferredPorts?: { readonly regions: readonly RegionPorts[]; readonly gateways: readonly GatewayPorts[] };
  /** The port at which `link.from` reaches `link.to`, which listens on `port`; by default `port` itself. */
  readonly linkPort?: (link: NetworkLink, port: number) => Promise<number>;
  /** True: all gateways have the first region as home. Otherwise they have different homes. */
  readonly oneHome?: boolean;
  /** Configuration keys for all gateways, or all regions. They replace those that are written by default. */
  readonly edge?: Readonly<Record<string, unknown>>;
  readonly cloud?: Readonly<Record<string, unknown>>;
};

export type StartOptions = {
  readonly wrapper?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** False: do not wait until it listens. */
  readonly waitReady?: boolean;
  /** Ends the waiting. */
  readonly stop?: AbortSignal;
};

const HOST = "127.0.0.1";

/** File with the operators' token; created at the first start. */
function operatorToken(directory: string): string {
  const file = join(directory, "operator.token");
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(16).toString("hex")}\n`, { mode: 0o600 });
  return file;
}

function ingestUrl(region: LocalRegion): string {
  return `http://${HOST}:${region.ports.ingest}`;
}

/** A region, and the address at which one part reaches it. */
type Reachable = { readonly name: string; readonly url: string };

function regionConfiguration(directory: string, region: LocalRegion, peers: readonly Reachable[]): object {
  return {
    region: region.name,
    data_dir: join(directory, region.name),
    ingest: { host: HOST, port: region.ports.ingest, gateway_url: ingestUrl(region) },
    http: { host: HOST, port: region.ports.http },
    ...(peers.length === 0 ? {} : { replication: { peers } }),
  };
}

function gatewayConfiguration(directory: string, gateway: LocalGateway, regions: readonly Reachable[]): object {
  return { gateway: gateway.name, regions, ...ownKeys(join(directory, gateway.name), gateway) };
}

/** The keys in which two gateways on one machine must differ. */
function ownKeys(dataFolder: string, { ports }: LocalGateway): object {
  return {
    data_dir: dataFolder,
    mqtt: { listeners: [{ protocol: "tcp", host: HOST, port: ports.mqtt }], allow_anonymous: true },
    http: { host: HOST, port: ports.http },
  };
}
