import type { Client, PublishPacket } from "aedes";
import type { Clock } from "../../proto/runtime/clock.ts";
import type { AclQuestion } from "../core/mqtt/acl-file.ts";
import type { BrokerCounters } from "../core/mqtt/broker-counters.ts";
import { contentFormat } from "../decode/content-type.ts";
import type { Intake } from "../storage/intake.ts";
import type { Connection } from "./connection.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import { type Problem, publishProblem } from "./guards.ts";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import { REASON, type Reason } from "../core/mqtt/reasons.ts";
import { ToldError } from "./reason-codes.ts";
import { AcknowledgementOrder } from "./sessions/acknowledgement-order.ts";
import type { BrokerPersistence, Publisher as SessionPublisher } from "./sessions/broker-persistence.ts";
import type { LeftWill } from "./sessions/left-wills.ts";

/**
 * Where a PUBLISH becomes a message for the storage, or is refused. aedes asks here before it acknowledges, so this is
 * where a message waits for its commit (P1).
 *
 * What is refused never reaches the storage, and the client hears of it in its place in the order of acknowledgements.
 * Of one message only: MQTT 5 has reason codes in PUBACK and PUBREC; in MQTT 3.1.1 the client is closed, because an
 * acknowledgement would say that the reading is kept. Only what the ACL forbids is acknowledged and dropped there, as
 * Mosquitto does it: the client would send it again for ever.
 */
export class PublishHandler {
  readonly #deps: PublishHandlerDeps;
  readonly #limits: MqttLimits;
  readonly #lines = new AcknowledgementOrder();

  constructor(deps: PublishHandlerDeps, limits: MqttLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** @param connection undefined when the broker itself publishes, and for the will of a client that is gone. */
  take(who: Publisher, packet: PublishPacket, done: Done): void {
    const { client, connection } = who;
    // A will has no command, and nobody waits for an answer to it.
    const isWill = packet.cmd !== "publish";
    const qos = isWill ? 0 : packet.qos;
    const refusal = this.#refusalOf(client, packet);
    if (refusal !== undefined) {
      this.#refuse(who, { packet, qos, isWill }, refusal, done);
      return;
    }
    if (isBridgeState(packet.topic)) {
      if (connection === undefined || isWill) done();
      else connection.inFlight.inTurn(() => who.guarded(done));
      return;
    }
    if (qos > 0 && connection !== undefined) {
      if (this.#isBeyondWindow(who, packet)) return;
      const noRoom = client === null ? undefined : this.#deps.sessions.incomingProblem(client, packet);
      if (noRoom !== undefined) {
        const tooMuch = { kind: "sessions", isForbidden: false, detail: noRoom, reason: REASON.quotaExceeded } as const;
        this.#refuse(who, { packet, qos, isWill }, tooMuch, done);
        return;
      }
      this.#offered(who, connection, packet);
    }
    this.#store(client ?? NOBODY, packet, () => {
      // One client's trouble must not keep the acknowledgements of the others from being written.
      who.guarded(done);
      if (qos > 0 && connection !== undefined) this.#committed(connection, qos === 1 ? 1 : 2);
    });
  }

  /**
   * The will of a client that was lost with the last process, under the rules of now.
   * @param done whether it is to be given to subscribers; when it is on disk
   */
  takeLeft({ client, user, packet }: LeftWill, done: (isTaken: boolean) => void): void {
    const { topic } = packet;
    let refusal = this.#problemOf(packet);
    if (refusal === undefined && !isBridgeState(topic)) {
      const isAllowed = this.#deps.allowsAbsent?.({ access: "write", topic, user, client }) ?? true;
      if (!isAllowed) refusal = notAllowed(topic);
    }
    if (refusal !== undefined) {
      this.#deps.counters.dropped++;
      this.#deps.events.refused({ reason: refusal.kind, client, detail: refusal.detail });
      done(false);
    } else if (isBridgeState(topic)) done(true);
    else this.#store({ id: client, clean: true }, packet, () => done(true));
  }

  /** @param done when the message is on disk, for everybody who is to have it: the journal, subscribers and sessions. */
  #store(publisher: SessionPublisher, packet: PublishPacket, done: () => void): void {
    const { payload } = packet;
    // A will has no packet identifier and is never redelivered.
    const packetId = packet.messageId ?? 0;
    // [MQTT-4.3.3-10] Until its PUBREL it is the same message, whatever its client says of it.
    const isAgain = packet.qos === 2 && packetId !== 0 && this.#deps.sessions.isNoted(publisher, packetId);
    const message = {
      clientId: publisher.id,
      topic: packet.topic,
      payload: typeof payload === "string" ? Buffer.from(payload) : payload,
      qos: packetId === 0 ? 0 : packet.qos,
      dup: packet.dup || isAgain,
      packetId,
      format: packet.properties === undefined ? undefined : contentFormat(packet.properties.contentType),
      arrivedMs: this.#deps.clock.nowMs(),
    };
    const isToWait = this.#deps.sessions.admit(publisher, packet);
    if (!isToWait && !this.#lines.has(publisher)) {
      this.#deps.intake.offer(message, done);
      return;
    }
    const turn = this.#lines.join(publisher, isToWait ? 2 : 1, done);
    this.#deps.intake.offer(message, turn.arrived);
    if (isToWait) this.#deps.sessions.durable(turn.arrived);
  }

  #committed(connection: Connection, qos: 1 | 2): void {
    this.#deps.counters.sent++;
    const { inFlight, inflow } = connection;
    inFlight.committed(qos);
    if (inflow.held && inFlight.pending <= this.#limits.inFlight / 2) inflow.release("window");
  }

  #refusalOf(client: Client | null, packet: PublishPacket): Refusal | undefined {
    const problem = this.#problemOf(packet);
    if (problem !== undefined) return problem;
    const { topic } = packet;
    // No ACL needs to name it: a bridge whose notification is refused never connects.
    if (client === null || this.#deps.allows === undefined || isBridgeState(topic)) return undefined;
    return this.#deps.allows(client, "write", topic) ? undefined : notAllowed(topic);
  }

  /** What is wrong with it, whoever sends it. */
  #problemOf(packet: PublishPacket): Refusal | undefined {
    const { topic } = packet;
    if (topic.charCodeAt(0) === DOLLAR && !isBridgeState(topic) && !OF_CLOUDS.test(topic)) {
      // Others of them are the business of no broker, and might be thought to be kept.
      const isSys = topic.startsWith("$SYS/");
      return { ...(isSys ? SYS_IS_READ_ONLY : DOLLAR_RESERVED), isForbidden: isSys };
    }
    const problem = publishProblem(packet, this.#limits);
    return problem === undefined ? undefined : { kind: "bad_publish", isForbidden: false, ...problem };
  }

  #refuse(
    { client, connection, guarded }: Publisher,
    { packet, qos, isWill }: { packet: PublishPacket; qos: 0 | 1 | 2; isWill: boolean },
    { kind, detail, reason, isForbidden }: Refusal,
    done: Done,
  ): void {
    this.#deps.counters.dropped++;
    if (client !== null) this.#deps.events.refused({ reason: kind, client: client.id, detail });
    if (client === null || connection === undefined || isWill) {
      // aedes ends its own work on errors of wills quietly, and has none of its own here.
      done(isWill ? new ToldError(detail, reason) : null);
      return;
    }
    const isOfOneMessage = OF_ONE_MESSAGE.has(reason);
    if (!isOfOneMessage || (client.version !== 5 && !isForbidden)) {
      client.emit("error", new ToldError(detail, reason));
      return;
    }
    connection.inFlight.inTurn(() =>
      guarded(() => {
        this.#deps.drop(packet);
        if (qos > 0) this.#deps.counters.sent++;
        if (qos > 0 && client.version === 5) {
          const properties = connection.wantsReasons ? { properties: { reasonString: detail } } : {};
          const answer = { messageId: packet.messageId ?? 0, reasonCode: reason, ...properties };
          connection.write(qos === 1 ? { cmd: "puback", ...answer } : { cmd: "pubrec", ...answer });
          // It is answered: nothing is left for aedes to acknowledge.
          packet.qos = 0;
        }
        done();
      }),
    );
  }

  /** Closes a client of MQTT 5 that goes beyond the window it was told. */
  #isBeyondWindow({ client, connection }: Publisher, packet: PublishPacket): boolean {
    if (client?.version !== 5 || connection === undefined) return false;
    const { inFlight } = this.#limits;
    const isKnown = packet.qos === 2 && connection.inFlight.isUnreleased(packet.messageId ?? 0);
    if (connection.inFlight.count < inFlight || isKnown) return false;
    const detail = `more than ${inFlight} messages in flight, which is Receive Maximum`;
    this.#deps.events.refused({ reason: "in_flight", client: client.id, detail });
    client.emit("error", new ToldError(detail, REASON.receiveMaximumExceeded));
    return true;
  }

  /** Counts the message. Who was not told of a window is read more slowly beyond it. */
  #offered({ client }: Publisher, { inFlight, inflow }: Connection, packet: PublishPacket): void {
    inFlight.offered(packet.qos === 1 ? 1 : 2, packet.messageId ?? 0);
    if (client?.version !== 5 && inFlight.pending >= this.#limits.inFlight) inflow.hold("window");
  }
}

export type Publisher = {
  readonly client: Client | null;
  readonly connection: Connection | undefined;
  /** Does something for this client; what goes wrong with it ends the client and nobody else. */
  readonly guarded: (work: () => void) => void;
};

export type PublishHandlerDeps = {
  readonly intake: Intake;
  readonly sessions: BrokerPersistence;
  readonly events: MqttEvents;
  readonly clock: Pick<Clock, "nowMs">;
  readonly counters: BrokerCounters;
  /** Undefined: everybody everything. */
  readonly allows: ((client: Client, access: AclQuestion["access"], topic: string) => boolean) | undefined;
  /** The same, of a client without a connection. */
  readonly allowsAbsent: ((question: AclQuestion) => boolean) | undefined;
  /** The packet goes on through aedes and reaches nobody. */
  readonly drop: (packet: PublishPacket) => void;
};

type Done = (error?: Error | null) => void;
type Refusal = Problem & { readonly kind: RefusalReason; readonly isForbidden: boolean };

/**
 * A bridge of Mosquitto tells its state under the broker's own topics, as its will and retained, and brokers let it
 * (mosquitto.conf(5), `notifications`). It is for subscribers and no reading.
 */
function isBridgeState(topic: string): boolean {
  return topic.charCodeAt(0) === DOLLAR && /^\$SYS\/broker\/connection\/[^/]+\/state$/.test(topic);
}

function notAllowed(topic: string): Refusal {
  const detail = `not allowed to publish to ${topic.slice(0, 200)}`;
  return { kind: "not_allowed", isForbidden: true, detail, reason: REASON.notAuthorized };
}

/** Reasons that PUBACK and PUBREC can give. */
const OF_ONE_MESSAGE: ReadonlySet<Reason> = new Set([REASON.topicInvalid, REASON.notAuthorized, REASON.quotaExceeded]);
/** The broker itself. */
const NOBODY: SessionPublisher = { id: "", clean: true };
const DOLLAR = 0x24;
/** Where devices that were made for AWS and Azure publish; they have readings like others. */
const OF_CLOUDS = /^\$(?:aws|iothub)\//;
const SYS_IS_READ_ONLY = {
  kind: "not_allowed",
  detail: "topics below $SYS are the broker's own",
  reason: REASON.notAuthorized,
} as const;
const DOLLAR_RESERVED = {
  kind: "bad_publish",
  detail: "topics that begin with $ are reserved",
  reason: REASON.topicInvalid,
} as const;
