import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { AuthenticateError, Client, PublishPacket } from "aedes";
import type { IConnectPacket } from "mqtt-packet";
import type { Clock } from "../../proto/runtime/clock.ts";
import type { AclQuestion } from "../core/acl-file.ts";
import type { Intake } from "../journal/intake.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import { connectProblem, publishProblem } from "./guards.ts";
import { Inflow } from "./inflow.ts";
import type { ListenerAddress, ListenerOptions } from "./listeners.ts";
import { Listener } from "./listeners.ts";
import { QuietAedes } from "./quiet-aedes.ts";
import { AcknowledgementLines } from "./sessions/acknowledgement-lines.ts";
import type { Publisher } from "./sessions/broker-persistence.ts";
import { BrokerPersistence } from "./sessions/broker-persistence.ts";
import type { LeftWill } from "./sessions/left-wills.ts";
import { LeftWills } from "./sessions/left-wills.ts";
import { SessionDelivery } from "./sessions/session-delivery.ts";
import type { SessionStore } from "./sessions/session-store.ts";

/**
 * The MQTT side of a gateway: a broker for the plant network that acknowledges only what is on disk.
 *
 * Promises (P1): a PUBACK or PUBREC is written from the commit callback of the intake and from nowhere else, in order
 * per client; when the storage fails, no acknowledgement follows. A message that is retained, or that a session waits
 * for, is on disk for these, too, before it is acknowledged.
 *
 * How: aedes asks `authorizePublish` before it writes either, so that is where a message waits for its commit. aedes
 * reads the next bytes of a client when all packets of the last ones are done, so a client has one read of messages in
 * here at most (64 KiB). Under congestion nothing is read from anybody (`Inflow`), and TCP makes the sensors wait.
 */
export class MqttBroker {
  readonly #intake: Intake;
  readonly #events: MqttEvents;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #authenticate: Authenticate;
  readonly #allows: Allows;
  /** By which name each client came in; undefined: by none. */
  readonly #users = new WeakMap<Client, string | undefined>();
  readonly #limits: BrokerLimits;
  readonly #listeners: readonly Listener[];
  readonly #aedes: QuietAedes;
  readonly #sessions: BrokerPersistence;
  readonly #lines = new AcknowledgementLines();
  readonly #leftWills: LeftWills;
  /** Every open connection, also before its CONNECT. */
  readonly #connections = new Map<Duplex, Inflow>();
  /** Why nothing is read; reading goes on when the last reason is gone. */
  readonly #holdReasons = new Set<HoldReason>();

  /** @throws Fault when a listener's certificate cannot be used. */
  constructor(
    deps: {
      intake: Intake;
      /** What clients are owed, whether they are here or not. */
      sessions: SessionStore;
      events: MqttEvents;
      clock: Pick<Clock, "nowMs">;
      authenticate: Authenticate;
      /** Who may publish and read what; by default everybody everything. */
      allows?: Allows | undefined;
    },
    options: { listeners: readonly ListenerOptions[]; limits: BrokerLimits },
  ) {
    this.#intake = deps.intake;
    this.#events = deps.events;
    this.#clock = deps.clock;
    this.#authenticate = deps.authenticate;
    this.#allows = deps.allows ?? (() => true);
    this.#limits = options.limits;
    this.#listeners = options.listeners.map(
      (listener) => new Listener(listener, options.limits, (stream) => this.#accept(stream)),
    );
    const { sessions } = options.limits;
    const expiryS = Math.floor(sessions.expireAfterMs / 1000);
    const persistence = new BrokerPersistence(deps.sessions, {
      expiryS,
      incomingMax: RECEIVE_MAX,
      userOf: (client) => this.#users.get(client as Client),
      onRetainedRefused: (topic) =>
        this.#events.refused({
          reason: "retained_quota",
          client: "",
          detail: `no room to retain ${topic}; it is a reading`,
        }),
    });
    const mayRead = (client: Client, topic: string): boolean => this.#may(client, "read", topic);
    const delivery = new SessionDelivery({ store: deps.sessions, mayRead }, sessions);
    this.#sessions = persistence;
    this.#aedes = new QuietAedes(
      {
        maximumPacketSize: options.limits.maxPacketBytes,
        connectTimeout: options.limits.connectTimeoutMs,
        maxClientsIdLength: 256,
        maxTopicLevels: 32,
        topicAliasMaximum: 16,
        receiveMaximum: RECEIVE_MAX,
        sessionExpiryIntervalLimit: expiryS,
        pendingSessionsLimit: options.limits.maxConnections,
        queueLimit: 64,
        persistence,
        preConnect: (client, packet, done) => this.#preConnect(client, packet, done),
        authenticate: (client, username, password, done) => {
          void this.#check(client, username, password, done);
        },
        authorizePublish: (client, packet, done) => this.#take(client, packet, done),
        authorizeSubscribe: (client, subscription, done) => {
          const problem = persistence.subscriptionProblem(client as Client & { subscriptions: object }, subscription);
          if (problem !== undefined && problem !== "") {
            this.#events.refused({ reason: "subscriptions", client: client.id, detail: problem });
          }
          done(null, problem === undefined ? subscription : null);
        },
        // A subscription may ask for more than its client may read; what it may not is not given to it.
        authorizeForward: (client, packet) => (this.#may(client, "read", packet.topic) ? packet : null),
      },
      { store: deps.sessions, persistence, delivery },
    );
    this.#leftWills = new LeftWills(deps.sessions.wills, (will) => this.#publishLeft(will));
    deps.sessions.congestionListener = (congested) => {
      if (congested) this.#hold("sessions");
      else this.#release("sessions");
    };
    this.#watch();
    deps.intake.onCongestion((congested) => this.#onCongestion(congested));
  }

  /** @throws Fault when a port cannot be had. */
  async listen(): Promise<readonly ListenerAddress[]> {
    await this.#aedes.listen();
    // Before anybody comes back and says otherwise.
    await this.#leftWills.publish();
    const addresses: ListenerAddress[] = [];
    for (const listener of this.#listeners) addresses.push(await listener.listen());
    return addresses;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Publishes something of the gateway's own, at QoS 0 [MQTT-4.3.1]: whoever is not there will be asked again. */
  send(topic: string, payload: Uint8Array): void {
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false } as const;
    this.#aedes.publish(packet, () => undefined);
  }

  /** No new connections and no further bytes from those that are open; what came in is still acknowledged. */
  stopAccepting(): void {
    for (const listener of this.#listeners) listener.stopAccepting();
    this.#hold("stopping");
  }

  /** Ends all connections. May come twice. */
  async close(): Promise<void> {
    this.stopAccepting();
    if (!this.#aedes.closed) await new Promise<void>((resolve) => this.#aedes.close(resolve));
    // aedes knows only those that are past their CONNECT.
    for (const stream of this.#connections.keys()) stream.destroy();
  }

  #accept(stream: Duplex): void {
    if (this.#connections.size >= this.#limits.maxConnections) {
      const detail = `more than ${this.#limits.maxConnections} connections`;
      this.#events.refused({ reason: "too_many_connections", client: "", detail });
      stream.destroy();
      return;
    }
    const inflow = new Inflow(stream);
    if (this.#holdReasons.size > 0) inflow.hold();
    this.#connections.set(stream, inflow);
    stream.once("close", () => this.#connections.delete(stream));
    const client = this.#aedes.handle(stream);
    this.#aedes.attend(client);
    this.#contain(client, stream);
  }

  /**
   * A mistake of the parser or of aedes over the bytes of one client ends that client and nobody else. Its messages that
   * were not acknowledged by then are the client's to send again. aedes reads on when the socket has something, and when
   * the packets of the last read are done; both ways lead through here.
   */
  #contain(client: Client, stream: Duplex): void {
    if (!hasNextBatch(client)) throw new TypeError("this aedes reads its clients in another way");
    const next = client._nextBatch;
    const guarded = (error?: Error | null): void => this.#guarded(client, () => next(error));
    client._nextBatch = guarded;
    stream.removeListener("readable", next);
    stream.on("readable", () => guarded());
  }

  #guarded(client: Client | null, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#events.refused({ reason: "broken", client: client?.id ?? "", detail: String(error) });
      client?.conn.destroy();
    }
  }

  /** Tells the refusal and gives aedes an error that is not told a second time. */
  #refuse(what: { reason: RefusalReason; client: string; detail: string }): Error {
    this.#events.refused(what);
    return new ToldError(what.detail);
  }

  #preConnect(client: Client, packet: IConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    const problem = connectProblem(packet) ?? this.#sessions.willProblem(packet);
    if (problem === undefined) {
      done(null, true);
      return;
    }
    done(this.#refuse({ reason: "bad_connect", client: client.id ?? "", detail: problem }), false);
  }

  async #check(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): Promise<void> {
    const refuse = (returnCode: number, detail: string): void => {
      const error = this.#refuse({ reason: "unauthorized", client: client.id, detail });
      done(Object.assign(error, { returnCode }), false);
    };
    let allowed: boolean;
    try {
      allowed = await this.#authenticate(username, password);
    } catch (error) {
      refuse(SERVER_UNAVAILABLE, `cannot authenticate: ${String(error)}`);
      return;
    }
    if (allowed) {
      this.#users.set(client, username);
      done(null, true);
    } else if (username === undefined) refuse(NOT_AUTHORIZED, "no user name was given");
    else refuse(BAD_USER_OR_PASSWORD, `user ${username} is unknown or has another password`);
  }

  #take(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    // Topics that begin with $ are the broker's own business, not readings.
    if (packet.topic.charCodeAt(0) === DOLLAR) {
      const detail = "topics that begin with $ are reserved";
      done(client === null ? null : this.#refuse({ reason: "bad_publish", client: client.id, detail }));
      return;
    }
    const problem = publishProblem(packet);
    if (problem !== undefined) {
      done(this.#refuse({ reason: "bad_publish", client: client?.id ?? "", detail: problem }));
      return;
    }
    if (client !== null && !this.#may(client, "write", packet.topic)) {
      const detail = `not allowed to publish to ${packet.topic.slice(0, 200)}`;
      done(this.#refuse({ reason: "not_allowed", client: client.id, detail }));
      return;
    }
    const tooMany = client === null ? undefined : this.#sessions.incomingProblem(client, packet);
    if (client !== null && tooMany !== undefined) {
      done(this.#refuse({ reason: "sessions", client: client.id, detail: tooMany }));
      return;
    }
    this.#offer(client ?? NOBODY, packet, () => this.#guarded(client, done));
  }

  /** @param done when the message is on disk, for everybody who is to have it. */
  #offer(client: Publisher, packet: PublishPacket, done: () => void): void {
    const { payload } = packet;
    // A will has no packet identifier and is never redelivered.
    const packetId = packet.messageId ?? 0;
    const message = {
      clientId: client.id,
      topic: packet.topic,
      payload: typeof payload === "string" ? Buffer.from(payload) : payload,
      qos: packetId === 0 ? 0 : packet.qos,
      dup: packet.dup,
      packetId,
      arrivedMs: this.#clock.nowMs(),
    };
    const isToWait = this.#sessions.admit(client, packet);
    if (!isToWait && !this.#lines.has(client)) {
      // One client's trouble must not keep the acknowledgements of the others from being written.
      this.#intake.offer(message, done);
      return;
    }
    const turn = this.#lines.join(client, isToWait ? 2 : 1, done);
    this.#intake.offer(message, turn.arrived);
    if (isToWait) this.#sessions.durable(turn.arrived);
  }

  /** The will of a client that was lost with the last process, under the rules of now. */
  #publishLeft({ client, user, packet }: LeftWill): Promise<void> {
    const isAllowed = this.#allows({ access: "write", topic: packet.topic, user, client });
    if (!isAllowed || publishProblem(packet) !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#offer({ id: client, clean: true }, packet, () => this.#aedes.publish(packet, () => resolve()));
    });
  }

  #may(client: Client, access: "read" | "write", topic: string): boolean {
    return this.#allows({ access, topic, user: this.#users.get(client), client: client.id });
  }

  #onCongestion(congested: boolean): void {
    if (congested === this.#holdReasons.has("congested")) return;
    this.#events.paused(congested);
    if (congested) this.#hold("congested");
    else this.#release("congested");
  }

  #hold(reason: HoldReason): void {
    this.#holdReasons.add(reason);
    for (const inflow of this.#connections.values()) inflow.hold();
  }

  #release(reason: HoldReason): void {
    this.#holdReasons.delete(reason);
    if (this.#holdReasons.size > 0) return;
    for (const inflow of this.#connections.values()) inflow.release();
  }

  #watch(): void {
    const events = this.#events;
    this.#aedes.on("client", (client) => events.connected({ client: client.id, protocol: client.version }));
    this.#aedes.on("clientDisconnect", (client) =>
      events.disconnected({ client: client.id, protocol: client.version }),
    );
    const trouble = (client: Client, error: NodeJS.ErrnoException): void => {
      // Told already, or a connection that broke: that is how sensors leave.
      if (error instanceof ToldError || error.syscall !== undefined) return;
      const reason = error.message === "packet too large" ? "packet_too_large" : "protocol";
      events.refused({ reason, client: client.id ?? "", detail: error.message });
    };
    this.#aedes.on("clientError", trouble);
    this.#aedes.on("connectionError", trouble);
    // Of the broker's own memory for subscribers, not of the storage; without a listener it would end the process.
    const emitter: EventEmitter = this.#aedes;
    emitter.on("error", (error: unknown) => events.refused({ reason: "broken", client: "", detail: String(error) }));
  }
}

type HoldReason = "congested" | "sessions" | "stopping";

/** A refusal that was told where it was decided. */
class ToldError extends Error {}

/** What aedes calls to read on; its types do not show it. */
type ReadingClient = Client & { _nextBatch: (error?: Error | null) => void };

function hasNextBatch(client: Client): client is ReadingClient {
  return "_nextBatch" in client && typeof client._nextBatch === "function";
}

/** Whether a client may connect. `undefined` where it gave no name or password. */
export type Authenticate = (username: string | undefined, password: Uint8Array | undefined) => Promise<boolean>;

/** Whether a client may do this. */
export type Allows = (question: AclQuestion) => boolean;

export type BrokerLimits = {
  /** Larger MQTT packets are refused before they are buffered, also before CONNECT. */
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly sessions: {
    /** Of sessions that ask for no less, or for more, or cannot ask [MQTT 3.1.1]. */
    readonly expireAfterMs: number;
    /** Messages on the way to one session that were not acknowledged. */
    readonly inFlight: number;
  };
};

// CONNACK return codes [MQTT-3.2.2.3]; aedes translates them for MQTT 5.
const SERVER_UNAVAILABLE = 3;
const BAD_USER_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;
const DOLLAR = 0x24;
/** Messages of one client that were not acknowledged; what MQTT 5 clients are told. */
const RECEIVE_MAX = 1000;
const NOBODY: Publisher = { id: "", clean: true };
