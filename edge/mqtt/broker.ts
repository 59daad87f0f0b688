import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { Client } from "aedes";
import type { ISubscribePacket, Packet } from "mqtt-packet";
import type { Clock } from "../../proto/runtime/clock.ts";
import type { AclQuestion } from "../core/mqtt/acl-file.ts";
import { BrokerCounters } from "../core/mqtt/broker-counters.ts";
import type { PacketProblem } from "../core/mqtt/packet-bytes.ts";
import { ConnectProblem } from "../core/mqtt/packet-check.ts";
import type { Intake } from "../storage/intake.ts";
import { Admission } from "./admission.ts";
import { type Authenticate, ConnectHandler } from "./connect-handler.ts";
import { ClientFlow } from "./client-flow.ts";
import { fitsClient } from "./client-limits.ts";
import { Connection, type Origin } from "./connection.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import { completeLimits, type MqttLimits } from "../core/mqtt/limits.ts";
import type { ListenerAddress, ListenerOptions } from "./listeners.ts";
import { Listener } from "./listeners.ts";
import { type Peer, Peers, SURPLUS_MAX } from "./peers.ts";
import { PublishHandler, type Publisher } from "./publish-handler.ts";
import { PatchedAedes } from "./aedes/patched-aedes.ts";
import { REASON } from "../core/mqtt/reasons.ts";
import { ToldError } from "./reason-codes.ts";
import { BrokerPersistence } from "./sessions/broker-persistence.ts";
import type { LeftWill } from "./sessions/left-wills.ts";
import { LeftWills } from "./sessions/left-wills.ts";
import { SessionDelivery } from "./sessions/session-delivery.ts";
import type { SessionStore } from "./sessions/session-store.ts";
import { StrictParser } from "./strict-parser.ts";
import { SubscribeHandler } from "./subscribe-handler.ts";
import { subscriptionsOf, SysTopics } from "./sys-topics.ts";

/**
 * The MQTT side of a gateway: a broker for the plant network that acknowledges only what is on disk.
 *
 * Promises (P1): a PUBACK or PUBREC is written from the commit callback of the intake and from nowhere else, in order
 * per client; when the storage fails, no acknowledgement follows. What was refused is refused in the same order. A message
 * that is retained, or that a session waits for, is on disk for these, too, before it is acknowledged.
 *
 * How: aedes asks `authorizePublish` before it writes either, so that is where a message waits for its commit
 * (`PublishHandler`). aedes reads the next bytes of a client when all packets of the last ones are done, so a client has one
 * read of messages in here at most (64 KiB). Under congestion nothing is read from anybody (`Inflow`), and TCP makes the
 * sensors wait.
 */
export class MqttBroker {
  readonly #events: MqttEvents;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #limits: MqttLimits;
  readonly #listeners: readonly Listener[];
  readonly #aedes: PatchedAedes;
  readonly #counters = new BrokerCounters();
  readonly #connectDoor: ConnectHandler;
  readonly #publishDoor: PublishHandler;
  readonly #subscribeDoor: SubscribeHandler;
  readonly #sysTopics: SysTopics;
  readonly #leftWills: LeftWills;
  readonly #peers: Peers;

  /** @throws Fault when a listener's certificate cannot be used. */
  constructor(
    deps: {
      intake: Intake;
      /** What clients are owed, whether they are here or not. */
      sessions: SessionStore;
      events: MqttEvents;
      clock: Pick<Clock, "nowMs" | "monotonicMs">;
      authenticate: Authenticate;
      /** Who may publish and read what; by default everybody everything. */
      allows?: Allows | undefined;
    },
    options: {
      listeners: readonly ListenerOptions[];
      limits: Partial<MqttLimits>;
      sessions: BrokerSessionOptions;
      sysIntervalMs?: number;
    },
  ) {
    this.#events = deps.events;
    this.#clock = deps.clock;
    const { allows } = deps;
    const may =
      allows &&
      ((client: Client, access: AclQuestion["access"], topic: string) => allows(this.#ask(client, access, topic)));
    const limits = completeLimits(options.limits);
    this.#limits = limits;
    const peers = new Peers(limits);
    this.#peers = peers;
    const ofListeners = { ...limits, socketsMax: limits.maxConnections + SURPLUS_MAX };
    this.#listeners = options.listeners.map(
      (listener) =>
        new Listener(listener, ofListeners, {
          accept: (stream, origin) => this.#accept(stream, origin),
          dropped: (address) => this.#refuseAnother(address),
        }),
    );
    const { sessions } = options;
    const expiryS = Math.floor(sessions.expireAfterMs / 1000);
    const persistence = new BrokerPersistence(deps.sessions, {
      expiryS,
      incomingMax: limits.inFlight,
      userOf: (client) => this.#connectDoor.userOf(client as Client),
      onRetainedRefused: (topic) =>
        this.#events.refused({
          reason: "retained_quota",
          client: "",
          detail: `no room to retain ${topic}; it is a reading`,
        }),
    });
    const admission = new Admission({ perTurn: CONNECTS_PER_TURN });
    this.#connectDoor = new ConnectHandler(
      { events: deps.events, peers, admission, authenticate: deps.authenticate, sessions: persistence },
      limits,
    );
    const mayRead = (client: Client, topic: string): boolean => {
      if (may !== undefined && !may(client, "read", topic)) return false;
      this.#counters.sent++;
      this.#counters.publishSent++;
      return true;
    };
    const broken = (client: Client, error: unknown): void => this.#broken(client, error);
    const delivery = new SessionDelivery({ store: deps.sessions, mayRead, broken }, sessions);
    this.#aedes = new PatchedAedes(
      {
        maximumPacketSize: limits.maxPacketBytes,
        connectTimeout: limits.connectTimeoutMs,
        keepaliveLimit: limits.keepAliveMaxS,
        maxClientsIdLength: limits.clientIdLength,
        topicAliasMaximum: 16,
        receiveMaximum: Math.min(limits.inFlight, 65_535),
        sessionExpiryIntervalLimit: expiryS,
        pendingSessionsLimit: limits.maxConnections,
        persistence,
        preConnect: (client, packet, done) => this.#connectDoor.check(client, packet, done),
        authenticate: (client, username, password, done) => {
          void this.#connectDoor.authenticate(client, username, password, done);
        },
        authorizePublish: (client, packet, done) => {
          const peer = client === null ? undefined : peers.of(client);
          this.#publishDoor.take(peer ?? { ...NOBODY, client }, packet, done);
        },
        // What may not be had was refused by the SubscribeHandler.
        authorizeSubscribe: (_client, subscription, done) => {
          done(null, persistence.grant(subscription) ? subscription : null);
        },
        // A subscription may ask for more than its client may read; what it may not is not given to it.
        authorizeForward: (client, packet) => {
          if (packet.topic.charCodeAt(0) === DOLLAR && packet.topic.startsWith(`$SYS/${this.#aedes.id}/`)) return null;
          if (!mayRead(client, packet.topic) || !fitsClient(client, packet)) return null;
          return (client.conn as Duplex).writableLength > limits.sendBufferBytes
            ? this.#overflow(client, packet)
            : packet;
        },
      },
      { store: deps.sessions, persistence, delivery },
    );
    this.#publishDoor = new PublishHandler(
      {
        intake: deps.intake,
        sessions: persistence,
        events: deps.events,
        clock: deps.clock,
        counters: this.#counters,
        allows: may,
        allowsAbsent: allows,
        drop: (packet) => this.#aedes.drop(packet),
      },
      limits,
    );
    this.#subscribeDoor = new SubscribeHandler({ events: deps.events, sessions: persistence }, limits);
    this.#sysTopics = new SysTopics(
      {
        aedes: this.#aedes,
        counters: this.#counters,
        clock: deps.clock,
        clients: () => peers.clients(),
        stats: () => deps.sessions.stats(),
        traffic: () => peers.traffic(),
      },
      options.sysIntervalMs ?? 0,
    );
    this.#leftWills = new LeftWills(deps.sessions.wills, (will) => this.#publishLeft(will));
    deps.sessions.congestionListener = (congested) => {
      if (congested) peers.hold("sessions");
      else peers.release("sessions");
    };
    this.#watch();
    deps.intake.onCongestion((congested) => this.#onCongestion(congested));
  }

  /** @throws Fault when a port cannot be had. */
  async listen(): Promise<readonly ListenerAddress[]> {
    await this.#aedes.listen();
    this.#sysTopics.start();
    // Before anybody comes back and says otherwise.
    this.#leftWills.publish();
    const addresses: ListenerAddress[] = [];
    for (const listener of this.#listeners) addresses.push(await listener.listen());
    return addresses;
  }

  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  get connections(): number {
    return this.#peers.size;
  }

  /** Publishes something of the gateway's own, at QoS 0 [MQTT-4.3.1]: whoever is not there will be asked again. */
  send(topic: string, payload: Uint8Array): void {
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false } as const;
    this.#aedes.publish(packet, () => undefined);
  }

  /** Closes the connections of users that are no more; the others stay. */
  closeUsers(isGone: (user: string) => boolean): void {
    this.#connectDoor.closeUsers(isGone);
  }

  /** No new connections and no further bytes from those that are open; what came in is still acknowledged. */
  stopAccepting(): void {
    for (const listener of this.#listeners) listener.stopAccepting();
    this.#peers.hold("stopping");
  }

  /** Ends all connections. May come twice. */
  async close(): Promise<void> {
    this.stopAccepting();
    this.#sysTopics.stop();
    this.#leftWills.stop();
    if (!this.#aedes.closed) await new Promise<void>((resolve) => this.#aedes.close(resolve));
    // aedes knows only those that are past their CONNECT.
    for (const { connection } of this.#peers.all()) connection.stream.destroy();
  }

  #accept(stream: Duplex, origin: Origin): void {
    const place = this.#peers.placeFor(origin.address);
    if (place === "none") {
      this.#refuseAnother(origin.address);
      stream.destroy();
      return;
    }
    const isSurplus = place === "surplus";
    this.#counters.connections++;
    const nowMs = this.#clock.monotonicMs();
    const connection = new Connection(stream, origin, { limits: this.#limits, nowMs, isSurplus });
    const client = this.#aedes.handle(stream);
    this.#aedes.attend(client);
    const gate = new ClientFlow(client, connection, {
      packet: (packet) => this.#onPacket(peer, packet),
      read: () => {
        if (connection.hasRead && connection.settleRead(this.#clock.monotonicMs()))
          this.#events.slowed?.({ client: client.id ?? "" });
      },
      broken: (error) => this.#broken(client, error),
    });
    const peer: Peer = { client, connection, guarded: (work) => gate.guarded(work) };
    new StrictParser(client, (problem) => this.#onProblem(peer, problem));
    this.#peers.add(peer);
    if (isSurplus) this.#refuseSoon(peer);
  }

  #broken(client: Client, error: unknown): void {
    this.#events.refused({ reason: "broken", client: client.id ?? "", detail: String(error) });
  }

  /** Ends a connection over a packet that is none, after the word that the client's version of MQTT has for it. */
  #onProblem({ client, connection }: Peer, problem: PacketProblem): void {
    this.#events.refused({ reason: "protocol", client: client.id ?? "", detail: problem.message });
    const isConnect = problem instanceof ConnectProblem;
    if (isConnect) connection.farewell(problem.answer);
    client.emit("error", new ToldError(problem.message, isConnect ? undefined : problem.reason));
  }

  /** One connection too many keeps its place only as long as a CONNECT takes that comes at once. */
  #refuseSoon({ client, connection }: Peer): void {
    const timer = setTimeout(() => {
      if (client.closed || connection.version !== undefined) return;
      this.#refuseAnother(connection.origin.address);
      connection.stream.destroy();
    }, SURPLUS_PATIENCE_MS);
    timer.unref();
  }

  #refuseAnother(address: string): void {
    this.#events.refused({ reason: "too_many_connections", client: "", detail: this.#peers.tooMany(address) });
  }

  #onPacket(peer: Peer, packet: Packet): boolean {
    const counters = this.#counters;
    counters.received++;
    switch (packet.cmd) {
      case "publish":
        counters.publishReceived++;
        return true;
      case "pubrel":
        peer.connection.inFlight.released(packet.messageId ?? 0);
        counters.sent++;
        return true;
      case "subscribe":
        counters.sent++;
        return this.#subscribeDoor.take(peer, packet as ISubscribePacket);
      case "unsubscribe":
        for (const filter of packet.unsubscriptions) peer.connection.filters.delete(filter);
        counters.sent++;
        return true;
      case "pingreq":
      case "pubrec":
        counters.sent++;
        return true;
      default:
        return true;
    }
  }

  /** Of what does not wait for the client, it lacks some; a client that is owed every message is closed, and comes back. */
  #overflow<P extends { readonly qos: number }>(client: Client, packet: P): P | null {
    const isOwed = packet.qos > 0 && [...subscriptionsOf(client).values()].some((qos) => qos > 0);
    const detail = `${this.#limits.sendBufferBytes} bytes wait for it; ${isOwed ? "it is closed" : "a message is dropped"}`;
    this.#counters.dropped++;
    this.#events.refused({ reason: "slow_subscriber", client: client.id, detail });
    if (!isOwed) return null;
    client.emit("error", new ToldError(detail, REASON.quotaExceeded));
    return packet;
  }

  #ask(client: Client, access: AclQuestion["access"], topic: string): AclQuestion {
    return { access, topic, user: this.#connectDoor.userOf(client), client: client.id };
  }

  #publishLeft(will: LeftWill): Promise<void> {
    return new Promise((resolve) => {
      this.#publishDoor.takeLeft(will, (isTaken) => {
        if (isTaken) this.#aedes.publish(will.packet, () => resolve());
        else resolve();
      });
    });
  }

  #onCongestion(congested: boolean): void {
    if (congested === this.#peers.isHeld("congested")) return;
    this.#events.paused(congested);
    if (congested) this.#peers.hold("congested");
    else this.#peers.release("congested");
  }

  #watch(): void {
    const events = this.#events;
    this.#aedes.on("client", (client) => events.connected({ client: client.id, protocol: client.version }));
    this.#aedes.on("clientReady", (client) => {
      this.#counters.sent++;
      this.#counters.clientsMax = Math.max(this.#counters.clientsMax, this.#aedes.connectedClients);
      // A session that is resumed brings its filters along.
      const connection = this.#peers.of(client)?.connection;
      for (const filter of subscriptionsOf(client).keys()) connection?.filters.add(filter);
    });
    this.#aedes.on("clientDisconnect", (client) =>
      events.disconnected({ client: client.id, protocol: client.version }),
    );
    const trouble = (client: Client, error: NodeJS.ErrnoException): void => {
      // Told already, or a connection that broke: that is how sensors leave.
      if (error instanceof ToldError || error.syscall !== undefined || error.code !== undefined) return;
      const reason = REFUSAL_BY_MESSAGE.get(error.message) ?? "protocol";
      events.refused({ reason, client: client.id ?? "", detail: error.message });
    };
    this.#aedes.on("clientError", trouble);
    this.#aedes.on("connectionError", trouble);
    // Of the broker's own memory for subscribers, not of the storage; without a listener it would end the process.
    const emitter: EventEmitter = this.#aedes;
    emitter.on("error", (error: unknown) => events.refused({ reason: "broken", client: "", detail: String(error) }));
  }
}

/** Whether a client may do this. */
export type Allows = (question: AclQuestion) => boolean;

/** How sessions of this broker's clients end, and how much of one is on the way at a time. */
export type BrokerSessionOptions = {
  /** Of sessions that ask for no less, or for more, or cannot ask [MQTT 3.1.1]. */
  readonly expireAfterMs: number;
  /** Messages on the way to one session that were not acknowledged. */
  readonly inFlight: number;
  /** For a client that reads nothing of what its session is sent; by default a minute. */
  readonly drainTimeoutMs?: number;
};

/** Whoever publishes without a connection: the broker, and wills of clients that are gone. */
const NOBODY: Omit<Publisher, "client"> = { connection: undefined, guarded: (work) => work() };
/** How aedes names what is told apart from other breaches of the protocol. */
const REFUSAL_BY_MESSAGE: ReadonlyMap<string, RefusalReason> = new Map([
  ["packet too large", "packet_too_large"],
  ["keep alive timeout", "keep_alive"],
  ["connect did not arrive in time", "connect_timeout"],
  ["drain timeout", "slow_subscriber"],
]);
const SURPLUS_PATIENCE_MS = 1000;
const DOLLAR = 0x24;
/** Some 10 ms of work. */
const CONNECTS_PER_TURN = 64;
