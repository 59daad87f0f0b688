import type { Client, PublishPacket } from "aedes";
import type { Clock } from "../../proto/runtime/clock.ts";
import type { AclQuestion } from "../core/acl-file.ts";
import type { BrokerCounters } from "../core/broker-counters.ts";
import type { Intake } from "../journal/intake.ts";
import type { Connection } from "./connection.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import { type Problem, publishProblem } from "./guards.ts";
import type { MqttLimits } from "../core/mqtt-limits.ts";
import { REASON, ToldError } from "./reason-codes.ts";

/**
 * Where a PUBLISH becomes a message for the storage, or is refused. aedes asks here before it acknowledges, so this is
 * where a message waits for its commit (P1).
 *
 * What is refused never reaches the storage, and the client hears of it in its place in the order of acknowledgements.
 * Of one message only: MQTT 5 has reason codes in PUBACK and PUBREC; in MQTT 3.1.1 the client is closed, because an
 * acknowledgement would say that the reading is kept. Only what the ACL forbids is acknowledged and dropped there, as
 * Mosquitto does it: the client would send it again for ever.
 */
export class PublishDoor {
  readonly #deps: PublishDoorDeps;
  readonly #limits: MqttLimits;

  constructor(deps: PublishDoorDeps, limits: MqttLimits) {
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
    if (packet.topic.charCodeAt(0) === DOLLAR) {
      done();
      return;
    }
    if (qos > 0 && connection !== undefined && !this.#hasRoom(who, packet, qos === 1 ? 1 : 2)) return;
    const { payload } = packet;
    this.#deps.intake.offer(
      {
        clientId: client?.id ?? "",
        topic: packet.topic,
        payload: typeof payload === "string" ? Buffer.from(payload) : payload,
        qos,
        dup: packet.dup,
        packetId: qos === 0 ? 0 : (packet.messageId ?? 0),
        arrivedMs: this.#deps.clock.nowMs(),
      },
      () => {
        // One client's trouble must not keep the acknowledgements of the others from being written.
        who.guarded(done);
        if (qos > 0 && connection !== undefined) this.#committed(connection, qos === 1 ? 1 : 2);
      },
    );
  }

  #committed(connection: Connection, qos: 1 | 2): void {
    this.#deps.counters.sent++;
    const { inFlight, inflow } = connection;
    inFlight.committed(qos);
    if (inflow.held && inFlight.pending <= this.#limits.inFlight / 2) inflow.release("window");
  }

  #refusalOf(client: Client | null, packet: PublishPacket): Refusal | undefined {
    const { topic } = packet;
    if (topic.charCodeAt(0) === DOLLAR && !isBridgeState(topic)) {
      // Others of them are the business of no broker, and might be thought to be kept.
      const isSys = topic.startsWith("$SYS/");
      return { ...(isSys ? SYS_IS_READ_ONLY : DOLLAR_RESERVED), isForbidden: isSys };
    }
    const problem = publishProblem(packet, this.#limits);
    if (problem !== undefined) return { kind: "bad_publish", isForbidden: false, ...problem };
    if (client === null || this.#deps.allows === undefined) return undefined;
    if (this.#deps.allows(client, "write", topic)) return undefined;
    const detail = `not allowed to publish to ${topic.slice(0, 200)}`;
    return { kind: "not_allowed", isForbidden: true, detail, reason: REASON.notAuthorized };
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
    const isOfOneMessage = reason === REASON.topicInvalid || reason === REASON.notAuthorized;
    if (!isOfOneMessage || (client.version !== 5 && !isForbidden)) {
      client.emit("error", new ToldError(detail, reason));
      return;
    }
    connection.inFlight.inTurn(() =>
      guarded(() => {
        this.#deps.drop(packet);
        if (qos > 0) this.#deps.counters.sent++;
        if (qos > 0 && client.version === 5) {
          const answer = { messageId: packet.messageId ?? 0, reasonCode: reason };
          connection.write(qos === 1 ? { cmd: "puback", ...answer } : { cmd: "pubrec", ...answer });
          // It is answered: nothing is left for aedes to acknowledge.
          packet.qos = 0;
        }
        done();
      }),
    );
  }

  /** Counts the message. A client of MQTT 5 that was told the window is closed; another one is read more slowly. */
  #hasRoom({ client, connection }: Publisher, packet: PublishPacket, qos: 1 | 2): boolean {
    if (client === null || connection === undefined) return true;
    connection.inFlight.offered(qos, packet.messageId ?? 0);
    const { inFlight } = this.#limits;
    if (client.version === 5) {
      if (connection.inFlight.count <= inFlight) return true;
      const detail = `more than ${inFlight} messages in flight, which is Receive Maximum`;
      this.#deps.events.refused({ reason: "in_flight", client: client.id, detail });
      client.emit("error", new ToldError(detail, REASON.receiveMaximumExceeded));
      return false;
    }
    if (connection.inFlight.pending >= inFlight) connection.inflow.hold("window");
    return true;
  }
}

export type Publisher = {
  readonly client: Client | null;
  readonly connection: Connection | undefined;
  /** Does something for this client; what goes wrong with it ends the client and nobody else. */
  readonly guarded: (work: () => void) => void;
};

export type PublishDoorDeps = {
  readonly intake: Intake;
  readonly events: MqttEvents;
  readonly clock: Pick<Clock, "nowMs">;
  readonly counters: BrokerCounters;
  /** Undefined: everybody everything. */
  readonly allows: ((client: Client, access: AclQuestion["access"], topic: string) => boolean) | undefined;
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
  return /^\$SYS\/broker\/connection\/[^/]+\/state$/.test(topic);
}

const DOLLAR = 0x24;
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
