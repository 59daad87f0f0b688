import type { Client } from "aedes";
import type { ISubscribePacket, ISubscription } from "mqtt-packet";
import type { Connection } from "./connection.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import { filterProblem, type Problem } from "./guards.ts";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import { REASON } from "../core/mqtt/reasons.ts";
import { SUBACK_FAILURE, ToldError } from "./reason-codes.ts";
import type { BrokerPersistence } from "./sessions/broker-persistence.ts";

/**
 * Where a SUBSCRIBE is granted or refused, filter by filter. What the ACL forbids to read is no reason: as in Mosquitto,
 * the filter is granted, and its messages are not given.
 *
 * aedes has one code for all refusals, so a SUBSCRIBE with a refused filter is answered here; the others of its filters go
 * to aedes by its own interface.
 */
export class SubscribeHandler {
  readonly #events: MqttEvents;
  readonly #sessions: Sessions;
  readonly #limits: MqttLimits;

  constructor({ events, sessions }: { events: MqttEvents; sessions: Sessions }, limits: MqttLimits) {
    this.#events = events;
    this.#sessions = sessions;
    this.#limits = limits;
  }

  /** @returns whether aedes is to handle all of it. */
  take({ client, connection, guarded }: Subscriber, packet: ISubscribePacket): boolean {
    const problems = packet.subscriptions.map((subscription, _, all) => {
      // aedes takes several filters apart in a plain object.
      if (all.length > 1 && subscription.topic === "__proto__") return PROTO_AMONG_OTHERS;
      return this.#problemOf({ client, connection }, subscription);
    });
    const worst = problems.find((problem) => problem?.reason === REASON.malformedPacket);
    if (worst !== undefined) {
      this.#events.refused({ reason: "bad_filter", client: client.id, detail: worst.detail });
      client.emit("error", new ToldError(worst.detail, REASON.malformedPacket));
      return false;
    }
    if (problems.every((problem) => problem === undefined)) return true;
    for (const problem of problems) {
      if (problem === undefined) continue;
      this.#events.refused({ reason: problem.kind ?? "bad_filter", client: client.id, detail: problem.detail });
    }
    const granted = packet.subscriptions.map(({ qos }, i) => {
      const problem = problems[i];
      if (problem === undefined) return qos;
      return client.version === 5 ? problem.reason : SUBACK_FAILURE;
    });
    // Nothing else of this client is handled before its answer is written.
    connection.inflow.hold("answer");
    const answer = (error?: Error | null): void => {
      guarded(() => {
        if (error instanceof Error) client.emit("error", error);
        else connection.write({ cmd: "suback", messageId: packet.messageId ?? 0, granted });
        connection.inflow.release("answer");
      });
    };
    const subscriptions = packet.subscriptions.filter((_, i) => problems[i] === undefined);
    const { messageId: _, ...rest } = packet;
    if (subscriptions.length === 0) answer();
    else client.subscribe({ ...rest, subscriptions } as unknown as Parameters<Client["subscribe"]>[0], answer);
    return false;
  }

  /** What is granted here is one of its client's filters from now on. */
  #problemOf({ client, connection: { filters } }: Holder, subscription: ISubscription): FilterProblem | undefined {
    const { topic } = subscription;
    const problem = filterProblem(subscription, this.#limits);
    if (problem !== undefined) return problem;
    // To 3.1.1 it is a filter like any other, which matches nothing.
    if (topic.startsWith("$share/")) return SHARED;
    if (filters.has(topic)) return undefined;
    const { subscriptionsPerClient } = this.#limits;
    if (filters.size >= subscriptionsPerClient) {
      const detail = `more than ${subscriptionsPerClient} subscriptions`;
      return { kind: "too_many_subscriptions", detail, reason: REASON.quotaExceeded };
    }
    const noRoom = this.#sessions.subscriptionProblem(client, topic);
    if (noRoom !== undefined) return { kind: "sessions", detail: noRoom, reason: REASON.quotaExceeded };
    filters.add(topic);
    return undefined;
  }
}

export type Subscriber = {
  readonly client: Client;
  readonly connection: Connection;
  readonly guarded: (work: () => void) => void;
};

type Sessions = Pick<BrokerPersistence, "subscriptionProblem">;
type Holder = Pick<Subscriber, "client" | "connection">;
/** @property kind by default a bad filter. */
type FilterProblem = Problem & { readonly kind?: RefusalReason };

const PROTO_AMONG_OTHERS: FilterProblem = { detail: "the filter __proto__ among others", reason: REASON.filterInvalid };
const SHARED: FilterProblem = { detail: "shared subscriptions are not supported", reason: REASON.sharedNotSupported };
