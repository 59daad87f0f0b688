import type { Clock } from "../../proto/runtime/clock.ts";
import { ClientError } from "../core/mqtt/client-error.ts";
import type { AclQuestion } from "../core/mqtt/acl-file.ts";
import type { BrokerCounters } from "../core/mqtt/broker-counters.ts";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import { type PacketRefusal, publishProblem } from "../core/mqtt/packet-validation.ts";
import type { Publish } from "../core/mqtt/packets.ts";
import { REASON, type Reason } from "../core/mqtt/reasons.ts";
import { contentFormat } from "../decode/content-type.ts";
import type { Intake } from "../storage/intake.ts";
import type { Connection } from "./connection.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import type { MqttClient } from "./mqtt-client.ts";
import { AcknowledgementOrder } from "./sessions/acknowledgement-order.ts";
import type { RecoveredWill } from "./sessions/recovered-wills.ts";
import type { MessageSource, SessionIntake } from "./sessions/session-intake.ts";

/**
 * Passes a PUBLISH to the storage, or refuses it. When the message is on disk, the handler calls `done`, and the packet
 * reader acknowledges the message (P1).
 *
 * A refused message never reaches the storage. The client learns of it in the order of its acknowledgements. To refuse
 * one message, MQTT 5 has reason codes in PUBACK and PUBREC. A client of MQTT 3.1.1 is closed, because an
 * acknowledgement would say that the reading is kept. Only a message that the ACL forbids is acknowledged and dropped,
 * as in Mosquitto, because the client would otherwise send it again for ever.
 */
export class PublishHandler {
  readonly #deps: PublishHandlerDeps;
  readonly #limits: MqttLimits;
  readonly #order = new AcknowledgementOrder();

  constructor(deps: PublishHandlerDeps, limits: MqttLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** @param done called in the order of the client's messages; not at all when the client is closed instead. */
  publish(client: MqttClient, message: Publish, done: PublishDone): void {
    const refusal = this.#refusalOf(client, message);
    if (refusal !== undefined) {
      this.#refuse(client, message, refusal, done);
      return;
    }
    const { connection } = client;
    if (isBridgeState(message.topic)) {
      connection.inFlight.inTurn(() => client.guarded(() => done("accepted")));
      return;
    }
    const { qos } = message;
    if (qos !== 0) {
      if (this.#failsWindow(client, message)) return;
      const detail = this.#deps.sessions.incomingProblem(client, message);
      if (detail !== undefined) {
        this.#refuse(client, message, { kind: "sessions", mustAcknowledge: false, detail, reason: FULL }, done);
        return;
      }
      this.#countOffered(client, message);
    }
    this.#store(client, message, () => {
      // If this client fails here, the acknowledgements of other clients must still be written.
      client.guarded(() => done("accepted"));
      if (qos !== 0) this.#countCommitted(connection, qos);
    });
  }

  /** The will of a client. @param client null if it is not known any more. */
  publishWill(client: MqttClient | null, will: Publish, done: (refusal?: ClientError) => void): void {
    const refusal = client === null ? this.#problemOf(will) : this.#refusalOf(client, will);
    if (refusal !== undefined) {
      this.#countRefused(client, refusal);
      done(new ClientError(refusal.detail, refusal.reason));
    } else if (isBridgeState(will.topic)) done();
    else {
      this.#store(client ?? UNKNOWN, will, () => {
        if (client === null) done();
        else client.guarded(done);
      });
    }
  }

  /**
   * The will of a client that was connected when the last process died. The present limits and ACL apply.
   * @param done whether subscribers get it; called when it is on disk.
   */
  publishRecoveredWill({ client, user, message }: RecoveredWill, done: (isAccepted: boolean) => void): void {
    const { topic } = message;
    const problem = this.#problemOf(message);
    const refusal =
      problem ?? (this.#isForbidden({ access: "write", topic, user, client }) ? forbidden(topic) : undefined);
    if (refusal !== undefined) {
      this.#deps.counters.dropped++;
      this.#deps.events.refused({ reason: refusal.kind, client, detail: refusal.detail });
      done(false);
    } else if (isBridgeState(topic)) done(true);
    else this.#store({ id: client, clean: true }, message, () => done(true));
  }

  /** @param done called when everything of the message is on disk: journal, retained message, sessions. */
  #store(source: MessageSource, message: Publish, done: () => void): void {
    const { payload, qos } = message;
    // A will has no packet identifier and is never sent again.
    const packetId = message.messageId ?? 0;
    // [MQTT-4.3.3-10] Until its PUBREL it is the same message, whatever its DUP flag says.
    const isRepeated = qos === 2 && packetId !== 0 && this.#deps.sessions.isNoted(source, packetId);
    const offered = {
      clientId: source.id,
      topic: message.topic,
      payload: typeof payload === "string" ? Buffer.from(payload) : payload,
      qos: packetId === 0 ? 0 : qos,
      dup: message.dup === true || isRepeated,
      packetId,
      format: message.properties === undefined ? undefined : contentFormat(message.properties.contentType),
      arrivedMs: this.#deps.clock.nowMs(),
    };
    const mustWait = this.#deps.sessions.accept(source, message);
    if (!mustWait && !this.#order.has(source)) {
      this.#deps.intake.offer(offered, done);
      return;
    }
    const turn = this.#order.join(source, mustWait ? 2 : 1, done);
    this.#deps.intake.offer(offered, turn.arrived);
    if (mustWait) this.#deps.sessions.durable(turn.arrived);
  }

  #countCommitted({ inFlight, flow }: Connection, qos: 1 | 2): void {
    this.#deps.counters.sent++;
    inFlight.committed(qos);
    if (flow.held && inFlight.pending <= this.#limits.inFlight / 2) flow.release("window");
  }

  #refusalOf(client: MqttClient, message: Publish): PublishRefusal | undefined {
    const problem = this.#problemOf(message);
    if (problem !== undefined || this.#deps.allows === undefined) return problem;
    const { topic } = message;
    const question = { access: "write", topic, user: client.connection.user, client: client.id } as const;
    return this.#isForbidden(question) ? forbidden(topic) : undefined;
  }

  /** The ACL need not name the state of a bridge: a bridge whose notification is refused never connects. */
  #isForbidden(question: AclQuestion): boolean {
    const { allows } = this.#deps;
    return allows !== undefined && !isBridgeState(question.topic) && !allows(question);
  }

  /** Problems of a message that do not depend on its client. */
  #problemOf(message: Publish): PublishRefusal | undefined {
    const { topic } = message;
    if (topic.charCodeAt(0) === DOLLAR && !isBridgeState(topic) && !CLOUD_TOPICS.test(topic)) {
      return topic.startsWith("$SYS/") ? SYS_IS_READ_ONLY : DOLLAR_RESERVED;
    }
    const problem = publishProblem(message, this.#limits);
    return problem === undefined ? undefined : { kind: "bad_publish", mustAcknowledge: false, ...problem };
  }

  #countRefused(client: MqttClient | null, { kind, detail }: PublishRefusal): void {
    this.#deps.counters.dropped++;
    if (client !== null) this.#deps.events.refused({ reason: kind, client: client.id, detail });
  }

  #refuse(client: MqttClient, message: Publish, refusal: PublishRefusal, done: PublishDone): void {
    const { detail, reason, mustAcknowledge } = refusal;
    this.#countRefused(client, refusal);
    const isV5 = client.version === 5;
    if (!ACKNOWLEDGEMENT_REASONS.has(reason) || (!isV5 && !mustAcknowledge)) {
      client.fail(new ClientError(detail, reason));
      return;
    }
    const { connection } = client;
    const { qos, messageId = 0 } = message;
    connection.inFlight.inTurn(() =>
      client.guarded(() => {
        if (qos === 0 || !isV5) {
          if (qos > 0) this.#deps.counters.sent++;
          done("dropped");
          return;
        }
        this.#deps.counters.sent++;
        const properties = connection.wantsReasons ? { properties: { reasonString: detail } } : {};
        connection.write({ cmd: qos === 1 ? "puback" : "pubrec", messageId, reasonCode: reason, ...properties });
        done("answered");
      }),
    );
  }

  /** Closes a client of MQTT 5 that exceeds Receive Maximum. */
  #failsWindow(client: MqttClient, message: Publish): boolean {
    if (client.version !== 5) return false;
    const { inFlight } = client.connection;
    const { inFlight: limit } = this.#limits;
    const isKnown = message.qos === 2 && inFlight.isUnreleased(message.messageId ?? 0);
    if (inFlight.count < limit || isKnown) return false;
    const detail = `more than ${limit} messages in flight, which is Receive Maximum`;
    this.#deps.events.refused({ reason: "in_flight", client: client.id, detail });
    client.fail(new ClientError(detail, REASON.receiveMaximumExceeded));
    return true;
  }

  /** MQTT 3.1.1 has no Receive Maximum: a client above the limit is read more slowly. */
  #countOffered({ version, connection }: MqttClient, message: Publish): void {
    const { inFlight, flow } = connection;
    inFlight.offered(message.qos === 1 ? 1 : 2, message.messageId ?? 0);
    if (version !== 5 && inFlight.pending >= this.#limits.inFlight) flow.hold("window");
  }
}

/** What the packet reader does with the message. */
export type PublishOutcome =
  /** Acknowledge the message and pass it to subscribers: it is on disk. */
  | "accepted"
  /** Acknowledge the message, and pass it to no subscriber. */
  | "dropped"
  /** Nothing: the message was refused, and the client has its answer. */
  | "answered";

export type PublishDone = (outcome: PublishOutcome) => void;

export type PublishHandlerDeps = {
  readonly intake: Intake;
  readonly sessions: SessionIntake;
  readonly events: Pick<MqttEvents, "refused">;
  readonly clock: Pick<Clock, "nowMs">;
  readonly counters: BrokerCounters;
  /** Undefined: every client may publish everything. */
  readonly allows: ((question: AclQuestion) => boolean) | undefined;
};

/** `mustAcknowledge`: a client of MQTT 3.1.1 gets an acknowledgement. */
type PublishRefusal = PacketRefusal & { readonly kind: RefusalReason; readonly mustAcknowledge: boolean };

/**
 * A Mosquitto bridge publishes its state below `$SYS`, as its will and retained, and brokers allow it
 * (mosquitto.conf(5), `notifications`). The state is for subscribers. It is not a reading.
 */
function isBridgeState(topic: string): boolean {
  return topic.charCodeAt(0) === DOLLAR && /^\$SYS\/broker\/connection\/[^/]+\/state$/.test(topic);
}

function forbidden(topic: string): PublishRefusal {
  const detail = `not allowed to publish to ${topic.slice(0, 200)}`;
  return { kind: "not_allowed", mustAcknowledge: true, detail, reason: REASON.notAuthorized };
}

const FULL = REASON.quotaExceeded;
/** The reasons that PUBACK and PUBREC can give. */
const ACKNOWLEDGEMENT_REASONS: ReadonlySet<Reason> = new Set([REASON.topicInvalid, REASON.notAuthorized, FULL]);
const UNKNOWN: MessageSource = { id: "", clean: true };
const DOLLAR = 0x24;
/** Devices made for AWS and Azure publish here. Their messages have readings like others. */
const CLOUD_TOPICS = /^\$(?:aws|iothub)\//;
const SYS_IS_READ_ONLY: PublishRefusal = {
  kind: "not_allowed",
  mustAcknowledge: true,
  detail: "only the broker publishes below $SYS",
  reason: REASON.notAuthorized,
};
/** Other topics with `$` have a special meaning in other brokers, and a client might rely on it. */
const DOLLAR_RESERVED: PublishRefusal = {
  kind: "bad_publish",
  mustAcknowledge: false,
  detail: "topics that begin with $ are reserved",
  reason: REASON.topicInvalid,
};
