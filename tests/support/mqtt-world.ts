import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { generate, type Packet, parser } from "mqtt-packet";
import type { Intake, PublishedMessage } from "../../edge/storage/intake.ts";
import { type Allows, MqttBroker } from "../../edge/mqtt/broker.ts";
import type { Authenticate } from "../../edge/mqtt/connect-handler.ts";
import { millis } from "../../proto/core/ids.ts";
import { type Clock, systemClock } from "../../proto/runtime/clock.ts";
import type { SessionStore } from "../../edge/mqtt/sessions/session-store.ts";
import type { MqttLimits } from "../../edge/core/mqtt/limits.ts";
import type { RefusalReason } from "../../edge/mqtt/events.ts";
import type { ListenerAddress, ListenerOptions } from "../../edge/mqtt/listeners.ts";
import { SessionWorld } from "./session-world.ts";

/** An intake that keeps the offered messages until the test commits them. */
export class HeldIntake implements Intake {
  readonly offered: PublishedMessage[] = [];
  /** Commits each message at once. */
  immediate = false;
  #waiting: (() => void)[] = [];
  #congested = false;
  #listener: ((congested: boolean) => void) | undefined;

  offer(message: PublishedMessage, committed: () => void): void {
    this.offered.push(message);
    if (this.immediate) setImmediate(committed);
    else this.#waiting.push(committed);
  }

  congested(): boolean {
    return this.#congested;
  }

  onCongestion(listener: (congested: boolean) => void): void {
    this.#listener = listener;
  }

  congest(congested: boolean): void {
    this.#congested = congested;
    this.#listener?.(congested);
  }

  /** The oldest `count` are on disk now. */
  commit(count: number = this.#waiting.length): void {
    for (const committed of this.#waiting.splice(0, count)) committed();
  }
}

/** A broker on a free port of this machine, and the events that it reported. */
export class MqttWorld implements AsyncDisposable {
  readonly intake: HeldIntake = new HeldIntake();
  readonly refusals: { reason: RefusalReason; client: string; detail: string }[] = [];
  /** Clients that had to wait because they sent faster than they may. */
  readonly slowed: string[] = [];
  /** Clients that were reported as connected, and not yet as disconnected. */
  readonly here: Set<string> = new Set();
  readonly broker: MqttBroker;
  addresses: readonly ListenerAddress[] = [];

  readonly sessions: SessionWorld;
  readonly store: SessionStore;

  static async open(options: MqttWorldOptions = {}): Promise<MqttWorld> {
    const sessions = options.sessions ?? new SessionWorld();
    const world = new MqttWorld(options, sessions, await sessions.open(options.sessionClock));
    world.intake.immediate = options.commitsAtOnce === true;
    world.addresses = await world.broker.listen();
    return world;
  }

  private constructor(options: MqttWorldOptions, sessions: SessionWorld, store: SessionStore) {
    this.sessions = sessions;
    this.store = store;
    this.broker = new MqttBroker(
      {
        intake: this.intake,
        sessions: store,
        events: {
          connected: ({ client }) => this.here.add(client),
          disconnected: ({ client }) => this.here.delete(client),
          refused: (what) => this.refusals.push(what),
          paused: () => {},
          slowed: ({ client }) => this.slowed.push(client),
        },
        clock: { nowMs: () => millis(1_800_000_000_000), monotonicMs: systemClock.monotonicMs },
        authenticate: options.authenticate ?? (async () => true),
        allows: options.allows,
      },
      {
        listeners: [{ protocol: "tcp", host: "127.0.0.1", port: 0, ...options.listener }],
        limits: { maxPacketBytes: 4096, maxConnections: 100, connectTimeoutMs: 60_000, ...options.limits },
        sessions: { expireAfterMs: 86_400_000, inFlight: 20, ...options.sessionLimits },
        sysIntervalMs: options.sysIntervalMs ?? 0,
      },
    );
  }

  get port(): number {
    return this.addresses[0]!.port;
  }

  /** A connection that speaks raw bytes. */
  async dial(version: 4 | 5 = 4): Promise<RawClient> {
    const socket = connect(this.port, "127.0.0.1");
    await once(socket, "connect");
    return new RawClient(socket, version);
  }

  async client(id: string, version: 4 | 5 = 4): Promise<RawClient> {
    const client = await this.dial(version);
    client.send({
      cmd: "connect",
      clientId: id,
      protocolId: "MQTT",
      protocolVersion: version,
      clean: true,
      keepalive: 0,
    });
    await client.next("connack");
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.broker.close();
    await this.sessions[Symbol.asyncDispose]();
  }
}

export type MqttWorldOptions = {
  readonly authenticate?: Authenticate;
  readonly allows?: Allows;
  readonly listener?: Partial<ListenerOptions>;
  /** By default a folder of its own, deleted with the world. */
  readonly sessions?: SessionWorld;
  /** By default a clock that stands still. */
  readonly sessionClock?: Clock;
  /** Each message is committed at once, from the start on. */
  readonly commitsAtOnce?: boolean;
  readonly sessionLimits?: { inFlight?: number; drainTimeoutMs?: number };
  readonly limits?: Partial<MqttLimits>;
  readonly sysIntervalMs?: number;
};

/** A sensor made of a socket and a packet parser. It can send packets that no library would send. */
export class RawClient {
  readonly received: Packet[] = [];
  readonly closed: Promise<void>;
  readonly #socket: Duplex;
  readonly #version: 4 | 5;
  #woken: () => void = () => {};

  constructor(socket: Duplex, version: 4 | 5) {
    this.#socket = socket;
    this.#version = version;
    const packets = parser({ protocolVersion: version });
    packets.on("packet", (packet: Packet) => {
      this.received.push(packet);
      this.#woken();
    });
    packets.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => packets.parse(bytes));
    socket.on("error", () => {});
    // If the other side closes a WebSocket, its stream ends but does not close by itself.
    this.closed = Promise.race(
      ["end", "close"].map((event) => new Promise<void>((resolve) => socket.once(event, () => resolve()))),
    );
  }

  /** Connects with a session that outlives the connection; in MQTT 5 for `expiryS` seconds. */
  async connectLasting(clientId: string, expiryS: number, more: object = {}): Promise<void> {
    this.send({
      cmd: "connect",
      clientId,
      protocolId: "MQTT",
      protocolVersion: this.#version,
      clean: false,
      keepalive: 0,
      ...(this.#version === 5 ? { properties: { sessionExpiryInterval: expiryS } } : {}),
      ...more,
    });
    await this.next("connack");
  }

  send(...packets: Packet[]): void {
    this.bytes(Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: this.#version }))));
  }

  bytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Publishes QoS 1 messages with the given packet identifiers. */
  publish(...ids: number[]): void {
    this.send(...ids.map((messageId) => reading(messageId)));
  }

  /** Sends packets, and waits until the broker has handled all of them: it answers the PINGREQ after them. */
  async deliver(...packets: Packet[]): Promise<void> {
    const answers = this.received.filter(({ cmd }) => cmd === "pingresp").length;
    this.send(...packets, { cmd: "pingreq" });
    await this.next("pingresp", answers + 1);
  }

  /** Waits until `count` packets of a kind have arrived. */
  async next(cmd: Packet["cmd"], count = 1): Promise<void> {
    while (this.received.filter((packet) => packet.cmd === cmd).length < count) {
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
      });
    }
  }

  ids(cmd: "puback" | "pubrec"): number[] {
    return this.received.flatMap((packet) => (packet.cmd === cmd ? [packet.messageId ?? -1] : []));
  }

  /** Reads nothing from its socket any more. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.destroy();
  }
}

export function reading(messageId: number, more: { qos?: 0 | 1 | 2; dup?: boolean; topic?: string } = {}): Packet {
  return { cmd: "publish", topic: "plant/1/t", payload: "21.5", qos: 1, dup: false, retain: false, messageId, ...more };
}
