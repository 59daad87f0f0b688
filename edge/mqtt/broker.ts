import type { Duplex } from "node:stream";
import type { AuthenticateError, Client, PublishPacket } from "aedes";
import type { IConnectPacket } from "mqtt-packet";
import type { Clock } from "../../proto/runtime/clock.ts";
import type { Intake } from "../journal/intake.ts";
import type { MqttEvents } from "./events.ts";
import { connectProblem, publishProblem } from "./guards.ts";
import type { ListenerAddress, ListenerOptions } from "./listeners.ts";
import { Listener } from "./listeners.ts";
import { QuietAedes } from "./quiet-aedes.ts";

/**
 * The MQTT side of a gateway: a broker for the plant network that acknowledges only what is on disk.
 *
 * Promises (P1): a PUBACK or PUBREC is written from the commit callback of the intake and from nowhere else, in order
 * per client; when the storage fails, no acknowledgement follows.
 *
 * How: aedes asks `authorizePublish` before it writes either, so that is where a message waits for its commit. aedes
 * reads the next bytes of a client when all packets of the last ones are done, so a client has one read of messages in
 * here at most (64 KiB), and a paused client sends us nothing at all.
 */
export class MqttBroker {
  readonly #intake: Intake;
  readonly #events: MqttEvents;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #authenticate: Authenticate;
  readonly #limits: BrokerLimits;
  readonly #listeners: readonly Listener[];
  readonly #aedes: QuietAedes;
  /** Past their CONNECT; only these may be paused, because aedes itself pauses a client while it authenticates. */
  readonly #ready = new Set<PausableClient>();
  #connections = 0;
  #congested = false;

  /** @throws Fault when a listener's certificate cannot be used. */
  constructor(
    deps: { intake: Intake; events: MqttEvents; clock: Pick<Clock, "nowMs">; authenticate: Authenticate },
    options: { listeners: readonly ListenerOptions[]; limits: BrokerLimits },
  ) {
    this.#intake = deps.intake;
    this.#events = deps.events;
    this.#clock = deps.clock;
    this.#authenticate = deps.authenticate;
    this.#limits = options.limits;
    this.#listeners = options.listeners.map(
      (listener) => new Listener(listener, options.limits, (stream) => this.#accept(stream)),
    );
    this.#aedes = new QuietAedes({
      maximumPacketSize: options.limits.maxPacketBytes,
      connectTimeout: options.limits.connectTimeoutMs,
      maxClientsIdLength: 256,
      maxTopicLevels: 32,
      topicAliasMaximum: 16,
      receiveMaximum: 1000,
      sessionExpiryIntervalLimit: SESSION_EXPIRY_MAX_S,
      pendingSessionsLimit: options.limits.maxConnections,
      queueLimit: 64,
      preConnect: (client, packet, done) => this.#preConnect(client, packet, done),
      authenticate: (client, username, password, done) => {
        void this.#check(client, username, password, done);
      },
      authorizePublish: (client, packet, done) => this.#take(client, packet, done),
    });
    this.#watch();
    deps.intake.onCongestion((congested) => this.#onCongestion(congested));
  }

  /** @throws Fault when a port cannot be had. */
  async listen(): Promise<readonly ListenerAddress[]> {
    await this.#aedes.listen();
    const addresses: ListenerAddress[] = [];
    for (const listener of this.#listeners) addresses.push(await listener.listen());
    return addresses;
  }

  get connections(): number {
    return this.#connections;
  }

  /** No new connections and no further bytes from those that are open; what came in is still acknowledged. */
  stopAccepting(): void {
    for (const listener of this.#listeners) listener.stopAccepting();
    this.#congested = true;
    for (const client of this.#ready) client.pause();
  }

  /** Ends all connections. May come twice. */
  async close(): Promise<void> {
    this.stopAccepting();
    if (this.#aedes.closed) return;
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
  }

  #accept(stream: Duplex): void {
    if (this.#connections >= this.#limits.maxConnections) {
      const detail = `more than ${this.#limits.maxConnections} connections`;
      this.#events.refused({ reason: "too_many_connections", client: "", detail });
      stream.destroy();
      return;
    }
    this.#connections++;
    stream.once("close", () => this.#connections--);
    const client = this.#aedes.handle(stream);
    this.#contain(client, stream);
  }

  /**
   * A mistake of the parser or of aedes over the bytes of one client ends that client and nobody else. Its messages that
   * were not acknowledged by then are the client's to send again.
   */
  #contain(client: Client, stream: Duplex): void {
    for (const read of stream.listeners("readable") as (() => void)[]) {
      stream.off("readable", read);
      stream.on("readable", () => this.#guarded(client, read));
    }
  }

  #guarded(client: Client | null, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#events.refused({ reason: "broken", client: client?.id ?? "", detail: String(error) });
      client?.conn.destroy();
    }
  }

  #preConnect(client: Client, packet: IConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    const problem = connectProblem(packet);
    if (problem === undefined) {
      done(null, true);
      return;
    }
    this.#events.refused({ reason: "bad_connect", client: client.id ?? "", detail: problem });
    done(new Error(problem), false);
  }

  async #check(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): Promise<void> {
    const refuse = (returnCode: number, detail: string): void => {
      this.#events.refused({ reason: "unauthorized", client: client.id, detail });
      done(Object.assign(new Error(detail), { returnCode }), false);
    };
    let allowed: boolean;
    try {
      allowed = await this.#authenticate(username, password);
    } catch (error) {
      refuse(SERVER_UNAVAILABLE, `cannot authenticate: ${String(error)}`);
      return;
    }
    if (allowed) done(null, true);
    else if (username === undefined) refuse(NOT_AUTHORIZED, "no user name was given");
    else refuse(BAD_USER_OR_PASSWORD, `user ${username} is unknown or has another password`);
  }

  #take(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    // Topics that begin with $ are the broker's own business, not readings.
    if (packet.topic.charCodeAt(0) === DOLLAR) {
      done(client === null ? null : new Error("topics that begin with $ are reserved"));
      return;
    }
    const problem = publishProblem(packet);
    if (problem !== undefined) {
      this.#events.refused({ reason: "bad_publish", client: client?.id ?? "", detail: problem });
      done(new Error(problem));
      return;
    }
    const { payload } = packet;
    // A will has no packet identifier and is never redelivered.
    const packetId = packet.messageId ?? 0;
    this.#intake.offer(
      {
        clientId: client?.id ?? "",
        topic: packet.topic,
        payload: typeof payload === "string" ? Buffer.from(payload) : payload,
        qos: packetId === 0 ? 0 : packet.qos,
        dup: packet.dup,
        packetId,
        arrivedMs: this.#clock.nowMs(),
      },
      // One client's trouble must not keep the acknowledgements of the others from being written.
      () => this.#guarded(client, done),
    );
  }

  #onCongestion(congested: boolean): void {
    if (congested === this.#congested) return;
    this.#congested = congested;
    this.#events.paused(congested);
    for (const client of this.#ready) {
      if (congested) client.pause();
      else this.#guarded(client, () => client.resume());
    }
  }

  #watch(): void {
    const events = this.#events;
    this.#aedes.on("clientReady", (client) => {
      if (!isPausable(client)) throw new TypeError("this aedes has no pause() on its clients");
      this.#ready.add(client);
      client.conn.once("close", () => this.#ready.delete(client));
      if (this.#congested) client.pause();
    });
    this.#aedes.on("client", (client) => events.connected({ client: client.id, protocol: client.version }));
    this.#aedes.on("clientDisconnect", (client) =>
      events.disconnected({ client: client.id, protocol: client.version }),
    );
    const trouble = (client: Client, error: Error): void => {
      const reason = error.message === "packet too large" ? "packet_too_large" : "protocol";
      events.refused({ reason, client: client.id ?? "", detail: error.message });
    };
    this.#aedes.on("clientError", trouble);
    this.#aedes.on("connectionError", trouble);
  }
}

/** aedes' clients have these, its types do not. */
type PausableClient = Client & { pause(): void; resume(): void };

function isPausable(client: Client): client is PausableClient {
  return "pause" in client && typeof client.pause === "function" && "resume" in client;
}

/** Whether a client may connect. `undefined` where it gave no name or password. */
export type Authenticate = (username: string | undefined, password: Uint8Array | undefined) => Promise<boolean>;

export type BrokerLimits = {
  /** Larger MQTT packets are refused before they are buffered, also before CONNECT. */
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
};

// CONNACK return codes [MQTT-3.2.2.3]; aedes translates them for MQTT 5.
const SERVER_UNAVAILABLE = 3;
const BAD_USER_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;
const DOLLAR = 0x24;
const SESSION_EXPIRY_MAX_S = 86_400;
