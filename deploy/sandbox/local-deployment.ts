import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";

/**
 * A region and a gateway as processes of their own, in one folder, on loopback ports: what `tidemark demo` shows and
 * what the system tests torment. The folder keeps data and configuration, so that a second start continues.
 */
export class LocalDeployment {
  readonly directory: string;
  readonly ports: DeploymentPorts;
  readonly #options: DeploymentOptions;
  #region: ManagedProcess | undefined;
  #gateway: ManagedProcess | undefined;

  private constructor(ports: DeploymentPorts, options: DeploymentOptions) {
    this.directory = options.directory;
    this.ports = ports;
    this.#options = options;
  }

  /** Picks the ports and writes the configurations. */
  static async prepare(options: DeploymentOptions): Promise<LocalDeployment> {
    const preferred = options.preferredPorts;
    const ports = {
      mqtt: await freePort(preferred?.mqtt),
      gatewayHttp: await freePort(preferred?.gatewayHttp),
      ingest: await freePort(preferred?.ingest),
      regionHttp: await freePort(preferred?.regionHttp),
    };
    const deployment = new LocalDeployment(ports, options);
    deployment.#writeConfigurations();
    return deployment;
  }

  get regionUrl(): string {
    return `http://127.0.0.1:${this.ports.regionHttp}`;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.ports.gatewayHttp}`;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.ports.mqtt}`;
  }

  get region(): ManagedProcess | undefined {
    return this.#region;
  }

  get gateway(): ManagedProcess | undefined {
    return this.#gateway;
  }

  async startRegion(how: StartOptions = {}): Promise<ManagedProcess> {
    const region = ManagedProcess.start({
      name: `region ${this.#options.region}`,
      args: ["cloud", "--config", join(this.directory, "cloud.yaml")],
      ...how,
    });
    this.#region = region;
    if (how.waitReady !== false) await region.ready(`${this.regionUrl}/readyz`);
    return region;
  }

  async startGateway(how: StartOptions = {}): Promise<ManagedProcess> {
    const gateway = ManagedProcess.start({
      name: `gateway ${this.#options.gateway}`,
      args: ["edge", "--config", join(this.directory, "edge.yaml")],
      ...how,
    });
    this.#gateway = gateway;
    if (how.waitReady !== false) await gateway.ready(`${this.gatewayUrl}/readyz`);
    return gateway;
  }

  /** Stops the gateway first, so that it can hand over what it has. May come twice. */
  async stop(): Promise<void> {
    await this.#gateway?.stop();
    await this.#region?.stop();
  }

  #writeConfigurations(): void {
    const { gateway, region, edge, cloud } = this.#options;
    mkdirSync(this.directory, { recursive: true });
    const host = "127.0.0.1";
    const edgeConfiguration = {
      gateway,
      data_dir: join(this.directory, gateway),
      mqtt: { listeners: [{ protocol: "tcp", host, port: this.ports.mqtt }], allow_anonymous: true },
      regions: [{ name: region, url: `http://${host}:${this.ports.ingest}` }],
      http: { host, port: this.ports.gatewayHttp },
      ...edge,
    };
    const cloudConfiguration = {
      region,
      data_dir: join(this.directory, region),
      ingest: { host, port: this.ports.ingest },
      http: { host, port: this.ports.regionHttp },
      ...cloud,
    };
    writeFileSync(join(this.directory, "edge.yaml"), stringify(edgeConfiguration));
    writeFileSync(join(this.directory, "cloud.yaml"), stringify(cloudConfiguration));
  }
}

export type DeploymentPorts = {
  readonly mqtt: number;
  readonly gatewayHttp: number;
  readonly ingest: number;
  readonly regionHttp: number;
};

export type DeploymentOptions = {
  /** Holds the configurations and one data folder each. */
  readonly directory: string;
  readonly gateway: string;
  readonly region: string;
  readonly preferredPorts?: DeploymentPorts;
  /** Configuration keys that replace the written ones. */
  readonly edge?: Readonly<Record<string, unknown>>;
  readonly cloud?: Readonly<Record<string, unknown>>;
};

type StartOptions = {
  readonly wrapper?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** False: do not wait until it listens. */
  readonly waitReady?: boolean;
};
