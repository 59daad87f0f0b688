import type { Duplex } from "node:stream";
import type { Clock } from "../../proto/runtime/clock.ts";
import { ClientError } from "../core/mqtt/client-error.ts";
import type { AclQuestion } from "../core/mqtt/acl-file.ts";
import { BrokerCounters } from "../core/mqtt/broker-counters.ts";
import { completeLimits, type MqttLimits } from "../core/mqtt/limits.ts";
import type { PacketProblem } from "../core/mqtt/packet-bytes.ts";
import { ConnectProblem } from "../core/mqtt/packet-check.ts";
import type { Publish, ReceivedPacket } from "../core/mqtt/packets.ts";
import { REASON } from "../core/mqtt/reasons.ts";
import type { Intake } from "../storage/intake.ts";
import { AedesBroker, type PacketHandlers } from "./aedes/aedes-broker.ts";
import { type Authenticate, ConnectHandler } from "./connect-handler.ts";
import { ConnectQueue } from "./connect-queue.ts";
import { Connection, type Origin } from "./connection.ts";
import { Connections, SURPLUS_MAX } from "./connections.ts";
import type { MqttEvents } from "./events.ts";
import { Listener, type ListenerAddress, type ListenerOptions } from "./listeners.ts";
import type { MqttClient } from "./mqtt-client.ts";
import { publishBytes } from "./packet-encoding.ts";
import { PublishHandler } from "./publish-handler.ts";
import { SessionDelivery } from "./session-delivery.ts";
import { type RecoveredWill, RecoveredWills } from "./sessions/recovered-wills.ts";
import { SessionIntake } from "./sessions/session-intake.ts";
import type { SessionStore } from "./sessions/session-store.ts";
import { SubscribeHandler } from "./subscribe-handler.ts";
import { SysTopics } from "./sys-topics.ts";

/**
 * The MQTT side of a gateway: a broker for the plant network that acknowledges only messages that are on disk.
 *
 * Promises (P1): a PUBACK or PUBREC is written from the commit callback of the intake and from nowhere else, in order
 * per client. When the storage fails, no acknowledgement follows. Refusals come in the same order. A message that is
 * retained or queued for a session is in `sessions.db`, too, before it is acknowledged.
 *
 * A client has at most one read of messages (64 KiB) in the broker: aedes reads the next bytes when all packets of the
 * last read are done. While the storage is congested, no connection is read (`FlowControl`), and TCP makes the sensors
 * wait.
 */
export class MqttBroker {
  readonly #deps: MqttBrokerDeps;
  readonly #events: MqttEvents;
  readonly #limits: MqttLimits;
  readonly #listeners: readonly Listener[];
  readonly #aedes: AedesBroker;
  readonly #counters = new BrokerCounters();
  readonly #connections: Connections;
  readonly #connectHandler: ConnectHandler;
  readonly #publishHandler: PublishHandler;
  readonly #subscribeHandler: SubscribeHandler;
  readonly #delivery: SessionDelivery;
  readonly #sysTopics: SysTopics;
  readonly #recoveredWills: RecoveredWills;

  /** @throws Fault when a listener's certificate cannot be used. */
  constructor(deps: MqttBrokerDeps, options: MqttBrokerOptions) {
    const { events, clock, allows, sessions: store } = deps;
    const limits = completeLimits(options.limits);
    const sessionExpiryS = Math.floor(options.sessions.expireAfterMs / 1000);
    this.#deps = deps;
    this.#events = events;
    this.#limits = limits;
    this.#connections = new Connections(limits);
    const listenerLimits = { ...limits, socketsMax: limits.maxConnections + SURPLUS_MAX };
    this.#listeners = options.listeners.map(
      (listener) =>
        new Listener(listener, listenerLimits, {
          accept: (stream, origin) => this.#accept(stream, origin),
          dropped: (address) => this.#reportSurplus(address),
        }),
    );
    const sessions = new SessionIntake(store, {
      expiryS: sessionExpiryS,
      incomingMax: limits.inFlight,
      onRetainedRefused: (topic) => {
        const detail = `there is no room to retain ${topic}; the message is stored as a reading only`;
        events.refused({ reason: "retained_quota", client: "", detail });
      },
    });
    const queue = new ConnectQueue({ perTurn: CONNECTS_PER_TURN });
    this.#connectHandler = new ConnectHandler(
      { events, connections: this.#connections, queue, authenticate: deps.authenticate, sessions },
      limits,
    );
    this.#publishHandler = new PublishHandler(
      { intake: deps.intake, sessions, events, clock, counters: this.#counters, allows },
      limits,
    );
    this.#subscribeHandler = new SubscribeHandler({ events, sessions }, limits);
    this.#delivery = new SessionDelivery(
      { store, events, mayRead: (client, topic) => this.#mayRead(client, topic) },
      options.sessions,
    );
    this.#aedes = new AedesBroker(
      { sessions: { store, intake: sessions }, handlers: this.#packetHandlers() },
      { limits, sessionExpiryS },
    );
    this.#sysTopics = new SysTopics(
      {
        publish: (packet) => this.#aedes.publish(packet),
        counters: this.#counters,
        clock,
        clients: () => this.#connections.connected(),
        stats: () => store.stats(),
        traffic: () => this.#connections.traffic(),
      },
      options.sysIntervalMs ?? 0,
    );
    this.#recoveredWills = new RecoveredWills(store.wills, (will) => this.#publishRecoveredWill(will));
  }

  /** @throws Fault when a port cannot be opened. */
  async listen(): Promise<readonly ListenerAddress[]> {
    const { intake, sessions } = this.#deps;
    sessions.onCongestion((isCongested) => this.#hold("sessions", isCongested));
    intake.onCongestion((isCongested) => this.#onCongestion(isCongested));
    this.#onCongestion(intake.congested());
    this.#delivery.start();
    await this.#aedes.start();
    this.#sysTopics.start();
    // A client that comes back may revoke its will, so this is done before any client can connect.
    this.#recoveredWills.publish();
    const addresses: ListenerAddress[] = [];
    for (const listener of this.#listeners) addresses.push(await listener.listen());
    return addresses;
  }

  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Publishes a message of the gateway itself, at QoS 0 [MQTT-4.3.1]. A client that is absent misses it, and gets the next
   * request.
   */
  send(topic: string, payload: Uint8Array): void {
    this.#aedes.publish({ cmd: "publish", topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false });
  }

  /** Closes the connections of users that do not exist any more. The others stay. */
  closeUsers(isGone: (user: string) => boolean): void {
    this.#connectHandler.closeUsers(isGone);
  }

  /** Accepts no new connections and reads no more bytes. Messages that were read before are still acknowledged. */
  stopAccepting(): void {
    for (const listener of this.#listeners) listener.stopAccepting();
    this.#connections.hold("stopping");
  }

  /** Closes all connections. May be called twice. */
  async close(): Promise<void> {
    this.stopAccepting();
    this.#sysTopics.stop();
    this.#recoveredWills.stop();
    if (!this.#aedes.isClosed) await this.#aedes.close();
    // aedes only closes the clients that have their CONNACK.
    for (const { connection } of this.#connections.all()) connection.stream.destroy();
  }

  #packetHandlers(): PacketHandlers {
    const events = this.#events;
    return {
      connect: (client, request, answer) => this.#connectHandler.check(client, request, answer),
      authenticate: (client, credentials, answer) => {
        void this.#connectHandler.authenticate(client, credentials, answer);
      },
      publish: (client, message, done) => this.#publishHandler.publish(client, message, done),
      will: (client, will, done) => this.#publishHandler.publishWill(client, will, done),
      forward: (client, message) => this.#forward(client, message),
      received: (client, packet) => this.#received(client, packet),
      read: ({ connection, id }) => {
        if (connection.settleRead(this.#deps.clock.monotonicMs())) events.slowed?.({ client: id });
      },
      invalid: (client, problem) => this.#closeInvalid(client, problem),
      connected: ({ id, version }) => events.connected({ client: id, protocol: version }),
      ready: (client) => this.#ready(client),
      disconnected: (client) => {
        this.#delivery.remove(client);
        events.disconnected({ client: client.id, protocol: client.version });
      },
      subscribed: (client, filters) => this.#sysTopics.subscribed(client, filters),
      failed: ({ id }, { reason, detail }) => events.refused({ reason, client: id, detail }),
      broken: (client, error) => {
        events.refused({ reason: "broken", client: client?.id ?? "", detail: String(error) });
      },
    };
  }

  #accept(stream: Duplex, origin: Origin): void {
    const admission = this.#connections.admissionOf(origin.address);
    if (admission === "drop") {
      this.#reportSurplus(origin.address);
      stream.destroy();
      return;
    }
    const isSurplus = admission === "refuse";
    this.#counters.connections++;
    const nowMs = this.#deps.clock.monotonicMs();
    const client = this.#aedes.accept(new Connection(stream, origin, { limits: this.#limits, nowMs, isSurplus }));
    this.#connections.add(client);
    if (isSurplus) this.#closeSurplusSoon(client);
  }

  /** Closes a connection above a limit if its CONNECT does not come soon. */
  #closeSurplusSoon(client: MqttClient): void {
    const { connection } = client;
    const timer = setTimeout(() => {
      if (client.isClosed || connection.version !== undefined) return;
      this.#reportSurplus(connection.origin.address);
      connection.stream.destroy();
    }, SURPLUS_TIMEOUT_MS);
    timer.unref();
  }

  #reportSurplus(address: string): void {
    const detail = this.#connections.limitExceeded(address);
    this.#events.refused({ reason: "too_many_connections", client: "", detail });
  }

  /**
   * Closes a connection over an invalid packet. The client gets the reason, if its version of MQTT has a code for it.
   */
  #closeInvalid(client: MqttClient, problem: PacketProblem): void {
    this.#events.refused({ reason: "protocol", client: client.id, detail: problem.message });
    const isConnect = problem instanceof ConnectProblem;
    if (isConnect) client.connection.writeLast(problem.answer);
    client.fail(new ClientError(problem.message, isConnect ? undefined : problem.reason));
  }

  #received(client: MqttClient, packet: ReceivedPacket): boolean {
    const counters = this.#counters;
    counters.received++;
    switch (packet.cmd) {
      case "publish":
        counters.publishReceived++;
        return true;
      case "pubrel":
        client.connection.inFlight.released(packet.messageId ?? 0);
        counters.sent++;
        return true;
      case "subscribe":
        counters.sent++;
        return this.#subscribeHandler.subscribe(client, packet);
      case "unsubscribe":
        for (const filter of packet.unsubscriptions) client.connection.filters.delete(filter);
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

  #ready(client: MqttClient): void {
    if (!client.isClosed && (!client.clean || this.#deps.sessions.has(client.id))) this.#delivery.add(client);
    this.#counters.sent++;
    this.#counters.clientsMax = Math.max(this.#counters.clientsMax, this.#aedes.connectedClients);
    // A resumed session has its filters already.
    for (const { filter } of client.subscriptions()) client.connection.filters.add(filter);
  }

  #mayRead(client: MqttClient, topic: string): boolean {
    const { allows } = this.#deps;
    const { connection, id } = client;
    if (allows !== undefined && !allows({ access: "read", topic, user: connection.user, client: id })) return false;
    this.#counters.sent++;
    this.#counters.publishSent++;
    return true;
  }

  /** Whether a message is sent to a connected subscriber, outside of its session. */
  #forward(client: MqttClient, message: Publish): boolean {
    if (!this.#mayRead(client, message.topic)) return false;
    const { maxPacketBytes, connection } = client;
    // [MQTT-3.1.2-24], and it counts as sent [MQTT-3.1.2-25]. aedes does not look at the maximum.
    if (maxPacketBytes !== undefined && publishBytes(message) > maxPacketBytes) return false;
    return connection.stream.writableLength <= this.#limits.sendBufferBytes || this.#sendsOverflowing(client, message);
  }

  /**
   * A client whose send buffer is full loses QoS 0 messages. If it must get every message, it is closed. It finds the
   * messages in its session when it comes back.
   */
  #sendsOverflowing(client: MqttClient, message: Publish): boolean {
    const isClosed = message.qos > 0 && expectsEveryMessage(client);
    const outcome = isClosed ? "it is closed" : "a message is dropped";
    const detail = `${this.#limits.sendBufferBytes} bytes wait for the client; ${outcome}`;
    this.#counters.dropped++;
    this.#events.refused({ reason: "slow_subscriber", client: client.id, detail });
    if (isClosed) client.fail(new ClientError(detail, REASON.quotaExceeded));
    return isClosed;
  }

  #publishRecoveredWill(will: RecoveredWill): Promise<void> {
    return new Promise((resolve) => {
      this.#publishHandler.publishRecoveredWill(will, (isAccepted) => {
        if (isAccepted) this.#aedes.publish(will.message, resolve);
        else resolve();
      });
    });
  }

  #onCongestion(isCongested: boolean): void {
    if (isCongested === this.#connections.isHeld("congested")) return;
    this.#events.paused(isCongested);
    this.#hold("congested", isCongested);
  }

  #hold(reason: "congested" | "sessions", isHeld: boolean): void {
    if (isHeld) this.#connections.hold(reason);
    else this.#connections.release(reason);
  }
}

/** Whether one of its subscriptions is above QoS 0. */
function expectsEveryMessage(client: MqttClient): boolean {
  for (const { qos } of client.subscriptions()) if (qos > 0) return true;
  return false;
}

export type MqttBrokerDeps = {
  readonly intake: Intake;
  /** The state that the broker keeps for its clients, connected or not. */
  readonly sessions: SessionStore;
  readonly events: MqttEvents;
  readonly clock: Pick<Clock, "nowMs" | "monotonicMs">;
  readonly authenticate: Authenticate;
  /** The ACL. Undefined: every client may publish and read everything. */
  readonly allows?: Allows | undefined;
};

export type MqttBrokerOptions = {
  readonly listeners: readonly ListenerOptions[];
  readonly limits: Partial<MqttLimits>;
  readonly sessions: BrokerSessionOptions;
  /** 0: no `$SYS` topics. */
  readonly sysIntervalMs?: number;
};

/** Whether a client may do this. */
export type Allows = (question: AclQuestion) => boolean;

/** When sessions end, and how many messages of a session are sent at a time. */
export type BrokerSessionOptions = {
  /** The longest expiry, also for sessions whose client asks for none, as in MQTT 3.1.1. */
  readonly expireAfterMs: number;
  /** The most unacknowledged messages to one session. */
  readonly inFlight: number;
  /** A client that reads nothing of its session's messages for this long is closed; by default a minute. */
  readonly drainTimeoutMs?: number;
};

const SURPLUS_TIMEOUT_MS = 1000;
/** Some 10 ms of work. */
const CONNECTS_PER_TURN = 64;
