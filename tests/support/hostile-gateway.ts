import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { connectAsync } from "mqtt";
import { generate } from "mqtt-packet";
import { onTestFinished } from "vitest";
import { freePort } from "../../deploy/sandbox/free-port.ts";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { deployment, metricsOf, statusOf } from "./deployment.ts";
import type { HostileMessage } from "./hostile-messages.ts";
import type { HostileId, HostilePackets } from "./hostile-packets.ts";

/**
 * Sends hostile input to a real gateway, one case at a time, and describes the answer in the words of
 * `edge/HOSTILE-INPUT.md`: what the connection saw (served, closed), the reason in the gateway's metrics, and the gateway's
 * counts of messages.
 */
export class HostileGateway {
  readonly #site: LocalDeployment;
  readonly #webPort: number;

  static async start(): Promise<HostileGateway> {
    const site = await deployment({
      edge: {
        windows: [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }],
        log: { level: "warn", format: "json" },
      },
    });
    // The gateway waits for a silent client. The tests need not wait as long as the default.
    const { file } = site.gateways[0]!;
    const webPort = await freePort();
    const configuration = readFileSync(file, "utf8")
      .replace(/^( +)allow_anonymous:/m, "$1connect_timeout: 1s\n$&")
      .replace(/^( +)listeners:\n( +)- /m, `$&{ protocol: ws, host: 127.0.0.1, port: ${webPort} }\n$2- `);
    writeFileSync(file, configuration);
    await site.startGateway();
    return new HostileGateway(site, webPort);
  }

  constructor(site: LocalDeployment, webPort: number) {
    this.#site = site;
    this.#webPort = webPort;
  }

  async packets({ bytes, after, silent, isWeb }: HostilePackets): Promise<string> {
    const port = isWeb === true ? this.#webPort : this.#site.gateways[0]!.ports.mqtt;
    return this.#answer(port, async (client) => {
      if (after !== undefined) await client.connect(after, `hostile-${after}`);
      client.send(bytes);
      if (silent !== true) client.send(PINGREQ);
      return (await client.isServed()) ? "served" : "closed";
    });
  }

  async message({ topic, payload }: Pick<HostileMessage, "topic" | "payload">): Promise<string> {
    return this.#answer(this.#site.gateways[0]!.ports.mqtt, async (client) => {
      await client.connect(4, "hostile");
      const publish = {
        cmd: "publish",
        topic,
        payload: Buffer.from(payload),
        qos: 1,
        messageId: 1,
        dup: false,
        retain: false,
      } as const;
      client.send(topic === "" ? Buffer.from([0x32, 5, 0, 0, 0, 1, 0x31]) : generate(publish));
      return (await client.until("puback")) ? "acknowledged" : "closed";
    });
  }

  async id({ clientId, clean, username }: HostileId): Promise<string> {
    return this.#answer(this.#site.gateways[0]!.ports.mqtt, async (client) => {
      const name = username === undefined ? [] : [text(username)];
      const flags = (clean === false ? 0 : 2) | (username === undefined ? 0 : 0x80);
      const body = Buffer.concat([text("MQTT"), Buffer.from([4, flags, 0, 0]), text(clientId), ...name]);
      client.send(Buffer.concat([Buffer.of(0x10), lengthBytes(body.length), body, PINGREQ]));
      return (await client.isServed()) ? "served" : "closed";
    });
  }

  /** The gateway must live, serve other clients, have thrown for no client, and not have grown. @returns what is wrong. */
  async complaints(): Promise<string[]> {
    const gateway = this.#site.gateway!;
    if (!gateway.running) return [`the gateway ${gateway.ending}`, ...gateway.output];
    const witness = await connectAsync(this.#site.mqttUrl, { reconnectPeriod: 0 });
    await witness.publishAsync("witness/t", "1", { qos: 1 });
    await witness.endAsync();
    const broken = (await this.#counts()).get("refused broken") ?? 0;
    const megabytes = rssOf(gateway.pid);
    return [
      // Only warnings are allowed: about refusals and the missing region.
      ...gateway.output.filter((line) => !line.startsWith('{"level":"warn"')),
      ...(broken === 0 ? [] : [`the broker threw for ${broken} connections`]),
      ...(megabytes < RSS_MAX_MIB ? [] : [`the gateway has ${megabytes} MiB in memory`]),
    ];
  }

  async #answer(port: number, talk: (client: ByteClient) => Promise<string>): Promise<string> {
    const before = await this.#counts();
    const client = new ByteClient(port);
    onTestFinished(() => client.end());
    const seen = await talk(client);
    client.end();
    const after = await this.#counts();
    const changes = [...after].flatMap(([what, count]) => {
      const more = count - (before.get(what) ?? 0);
      if (more === 0) return [];
      // The parser and aedes may both report one packet.
      if (what.startsWith("refused")) return [what];
      return [what === "readings" ? `${more} reading${more === 1 ? "" : "s"}` : more === 1 ? what : `${more} ${what}`];
    });
    return [seen, ...changes.toSorted()].join(", ");
  }

  /** The public counts of the gateway: readings, dead letters by reason, ignored by kind, refusals by reason. */
  async #counts(): Promise<ReadonlyMap<string, number>> {
    const { readings } = await statusOf({ url: this.#site.gatewayUrl });
    const metrics = await metricsOf(this.#site.gatewayUrl);
    const refusals = [...metrics.matchAll(/^tidemark_edge_mqtt_refusals_total\{reason="(\w+)"\} (\d+)$/gm)];
    return new Map([
      ["readings", readings.total],
      ...Object.entries(readings.dead_letters).map(([reason, count]) => [`dead letter ${reason}`, count] as const),
      ...Object.entries(readings.ignored).map(([kind, count]) => [`ignored ${kind}`, count] as const),
      ...refusals.map(([, reason, count]) => [`refused ${reason}`, Number(count)] as const),
    ]);
  }
}

/** A socket that sends bytes. */
class ByteClient {
  readonly #socket: ReturnType<typeof connect>;
  readonly #closed: Promise<false>;
  #received: Buffer = Buffer.alloc(0);
  #woken: () => void = () => {};

  constructor(port: number) {
    this.#socket = connect({ host: "127.0.0.1", port });
    this.#socket.on("data", (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#woken();
    });
    this.#socket.on("error", () => {});
    this.#closed = new Promise((resolve) => this.#socket.once("close", () => resolve(false)));
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  async connect(version: 4 | 5, clientId: string): Promise<void> {
    this.send(
      generate({ cmd: "connect", clientId, protocolId: "MQTT", protocolVersion: version, clean: true, keepalive: 1 }),
    );
    if (!(await this.until("connack"))) throw new Error("a valid CONNECT was refused");
  }

  /** Waits for the answer of a PINGREQ, and sends another one: a client that is being closed may get the first answer. */
  async isServed(): Promise<boolean> {
    if (!(await this.until("pingresp"))) return false;
    const answers = this.#types().filter((type) => type === TYPES.pingresp).length;
    this.send(PINGREQ);
    return this.until("pingresp", answers + 1);
  }

  /** Waits for packets of this kind. @returns whether they came before the connection was closed. */
  async until(kind: keyof typeof TYPES, count = 1): Promise<boolean> {
    const came = async (): Promise<boolean> => {
      while (this.#types().filter((type) => type === TYPES[kind]).length < count) {
        await new Promise<void>((resolve) => {
          this.#woken = resolve;
        });
      }
      return true;
    };
    return Promise.race([came(), this.#closed]);
  }

  end(): void {
    this.#socket.destroy();
  }

  #types(): number[] {
    const types: number[] = [];
    for (let at = 0; at + 1 < this.#received.length;) {
      let length = 0;
      let end = at + 1;
      for (let shift = 0; ; shift += 7, end++) {
        const byte = this.#received[end] ?? 0;
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      types.push(this.#received[at]! >>> 4);
      at = end + 1 + length;
    }
    return types;
  }
}

/** Resident memory in MiB; 0 if the system does not say. */
function rssOf(pid: number): number {
  if (process.platform !== "linux") return 0;
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

function lengthBytes(length: number): Buffer {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const TYPES = { connack: 2, puback: 4, pingresp: 13 } as const;
const PINGREQ = Buffer.from([0xc0, 0]);
/** For the sources, whose types are removed at the start. The built package needs 60 MB less. */
const RSS_MAX_MIB = 256;
