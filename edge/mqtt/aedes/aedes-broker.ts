import type { EventEmitter } from "node:events";
import type { AuthenticateError, Client } from "aedes";
import type { ClientError } from "../../core/mqtt/client-error.ts";
import type { PacketProblem } from "../../core/mqtt/packet-bytes.ts";
import type { MqttLimits } from "../../core/mqtt/limits.ts";
import type { ConnectRequest, Publish, PublishPacket, ReceivedPacket } from "../../core/mqtt/packets.ts";
import { RETURN_CODE } from "../../core/mqtt/reasons.ts";
import type { ConnectAnswer } from "../connect-handler.ts";
import type { Connection } from "../connection.ts";
import type { RefusalReason } from "../events.ts";
import type { MqttClient } from "../mqtt-client.ts";
import type { PublishDone } from "../publish-handler.ts";
import { AedesClient } from "./aedes-client.ts";
import { refusalOf } from "./aedes-errors.ts";
import { BrokerPersistence } from "./broker-persistence.ts";
import { ClientPatches } from "./client-patches.ts";
import { type AedesSessions, PatchedAedes } from "./patched-aedes.ts";
import { StrictParser } from "./strict-parser.ts";

/**
 * aedes behind an interface of our own: it parses packets, keeps the state of the protocol, writes acknowledgements and
 * passes messages to connected subscribers. The {@link PacketHandlers} decide what it accepts.
 *
 * aedes asks `authorizePublish` before it writes a PUBACK or PUBREC. So a message waits for its commit there.
 */
export class AedesBroker {
  readonly #aedes: PatchedAedes;
  readonly #handlers: PacketHandlers;
  /** Topics that aedes uses between its own instances. Clients do not get them. */
  readonly #ownPrefix: string;

  constructor(deps: { sessions: AedesSessions; handlers: PacketHandlers }, options: AedesBrokerOptions) {
    const { handlers, sessions } = deps;
    const { limits, sessionExpiryS } = options;
    this.#handlers = handlers;
    const persistence = new BrokerPersistence(sessions, {
      expiryS: sessionExpiryS,
      sourceOf: clientOf,
      userOf: (client) => AedesClient.of(client)?.connection.user,
    });
    this.#aedes = new PatchedAedes(
      {
        maximumPacketSize: limits.maxPacketBytes,
        connectTimeout: limits.connectTimeoutMs,
        keepaliveLimit: limits.keepAliveMaxS,
        maxClientsIdLength: limits.clientIdLength,
        topicAliasMaximum: TOPIC_ALIAS_MAX,
        receiveMaximum: Math.min(limits.inFlight, 65_535),
        sessionExpiryIntervalLimit: sessionExpiryS,
        pendingSessionsLimit: limits.maxConnections,
        persistence,
        preConnect: (client, packet, done) => {
          handlers.connect(clientOf(client), packet, (refusal) => done(refusal ?? null, refusal === undefined));
        },
        authenticate: (client, username, password, done) => {
          handlers.authenticate(clientOf(client), { username, password }, (refusal) => {
            if (refusal === undefined) done(null, true);
            else done(withReturnCode(refusal), false);
          });
        },
        authorizePublish: (client, packet, done) => this.#publishFrom(client, packet, done),
        // The SUBSCRIBE handler has already refused the filters that are not allowed.
        authorizeSubscribe: (_client, subscription, done) => {
          done(null, persistence.grant(subscription) ? subscription : null);
        },
        // A subscription may match messages that its client may not read. They are not sent.
        authorizeForward: (client, packet) => {
          if (packet.topic.charCodeAt(0) === DOLLAR && packet.topic.startsWith(this.#ownPrefix)) return null;
          return handlers.forward(clientOf(client), packet) ? packet : null;
        },
      },
      sessions,
    );
    this.#ownPrefix = `$SYS/${this.#aedes.id}/`;
    this.#listenToEvents();
  }

  get isClosed(): boolean {
    return this.#aedes.closed;
  }

  /** Clients that have their CONNACK. */
  get connectedClients(): number {
    return this.#aedes.connectedClients;
  }

  async start(): Promise<void> {
    await this.#aedes.listen();
  }

  /** Closes all clients that have their CONNACK. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#aedes.close(resolve));
  }

  /** Begins to read MQTT from a connection. */
  accept(connection: Connection): MqttClient {
    const inner = this.#aedes.handle(connection.stream);
    const client = AedesClient.attach(inner, connection, this.#handlers.broken);
    this.#aedes.patchDelivery(inner);
    ClientPatches.apply(inner, client, {
      packet: (packet) => this.#handlers.received(client, packet),
      read: () => this.#handlers.read(client),
    });
    StrictParser.install(inner, (problem) => this.#handlers.invalid(client, problem));
    return client;
  }

  /** Passes a message to subscribers, without asking the handlers. */
  publish(packet: PublishPacket, done: () => void = () => undefined): void {
    this.#aedes.publish(packet as Parameters<PatchedAedes["publish"]>[0], done);
  }

  #publishFrom(client: Client | null, packet: Publish & { readonly cmd?: string }, done: AedesDone): void {
    // A will has no command.
    if (packet.cmd !== "publish" || client === null) {
      this.#handlers.will(client === null ? null : clientOf(client), packet, done);
      return;
    }
    this.#handlers.publish(clientOf(client), packet, (outcome) => {
      if (outcome !== "accepted") this.#aedes.drop(packet);
      // aedes acknowledges nothing at QoS 0.
      if (outcome === "answered") Object.assign(packet, { qos: 0 });
      done();
    });
  }

  #listenToEvents(): void {
    const handlers = this.#handlers;
    this.#aedes.on("client", (client) => handlers.connected(clientOf(client)));
    this.#aedes.on("clientReady", (client) => handlers.ready(clientOf(client)));
    this.#aedes.on("clientDisconnect", (client) => handlers.disconnected(clientOf(client)));
    this.#aedes.on("subscribe", (subscriptions, client) => {
      const filters = subscriptions.map(({ topic }) => topic);
      handlers.subscribed(clientOf(client), filters);
    });
    const failed = (client: Client, error: Error): void => {
      const reason = refusalOf(error);
      if (reason !== undefined) handlers.failed(clientOf(client), { reason, detail: error.message });
    };
    this.#aedes.on("clientError", failed);
    this.#aedes.on("connectionError", failed);
    // An error of the persistence. Without a listener it would end the process.
    const emitter: EventEmitter = this.#aedes;
    emitter.on("error", (error: unknown) => handlers.broken(null, error));
  }
}

/** The callbacks that decide about the packets of clients. */
export type PacketHandlers = {
  readonly connect: (client: MqttClient, request: ConnectRequest, answer: ConnectAnswer) => void;
  readonly authenticate: (
    client: MqttClient,
    credentials: { username: string | undefined; password: Uint8Array | undefined },
    answer: ConnectAnswer,
  ) => void;
  readonly publish: (client: MqttClient, message: Publish, done: PublishDone) => void;
  /** @param client null if it is not known any more. */
  readonly will: (client: MqttClient | null, will: Publish, done: (refusal?: ClientError) => void) => void;
  /** Whether a message is sent to a subscriber. */
  readonly forward: (client: MqttClient, message: Publish) => boolean;
  /** Before any packet is handled. @returns whether it is handled further. */
  readonly received: (client: MqttClient, packet: ReceivedPacket) => boolean;
  /** Bytes were read. */
  readonly read: (client: MqttClient) => void;
  /** The bytes are not a valid packet. Nothing more is read from this client. */
  readonly invalid: (client: MqttClient, problem: PacketProblem) => void;
  /** Before the CONNACK. */
  readonly connected: (client: MqttClient) => void;
  /** After the CONNACK. */
  readonly ready: (client: MqttClient) => void;
  readonly disconnected: (client: MqttClient) => void;
  readonly subscribed: (client: MqttClient, filters: readonly string[]) => void;
  /** aedes closes a client for an error of the protocol. */
  readonly failed: (client: MqttClient, refusal: { reason: RefusalReason; detail: string }) => void;
  /** Something threw. @param client null if it does not belong to one client. */
  readonly broken: (client: MqttClient | null, error: unknown) => void;
};

export type AedesBrokerOptions = {
  readonly limits: MqttLimits;
  /** The longest session expiry, also for sessions whose client asks for none. In seconds. */
  readonly sessionExpiryS: number;
};

function clientOf(inner: object): AedesClient {
  const client = AedesClient.of(inner);
  if (client === undefined) throw new TypeError("aedes has a client that this broker did not attach");
  return client;
}

type AedesDone = (error?: Error | null) => void;

/** aedes writes the return code into the CONNACK. */
function withReturnCode(refusal: ClientError): AuthenticateError {
  const returnCode = refusal.reason === undefined ? undefined : RETURN_CODE.get(refusal.reason);
  return Object.assign(refusal, { returnCode: returnCode ?? 0 });
}

const TOPIC_ALIAS_MAX = 16;
const DOLLAR = 0x24;
