import type { Client } from "aedes";
import type { ISubscribePacket, ISubscription } from "mqtt-packet";
import type { Connection } from "./connection.ts";
import type { MqttEvents } from "./events.ts";
import { filterProblem, type Problem } from "./guards.ts";
import type { MqttLimits } from "../core/mqtt-limits.ts";
import { REASON } from "../core/mqtt-reasons.ts";
import { SHARED_NOT_SUPPORTED, SUBACK_FAILURE, ToldError } from "./reason-codes.ts";

/**
 * Where a SUBSCRIBE is granted or refused, filter by filter. What the ACL forbids to read is no reason: as in Mosquitto,
 * the filter is granted, and its messages are not given.
 *
 * aedes has one code for all refusals, so a SUBSCRIBE with a refused filter is answered here; the others of its filters go
 * to aedes by its own interface.
 */
export class SubscribeDoor {
  readonly #events: MqttEvents;
  readonly #limits: MqttLimits;

  constructor(events: MqttEvents, limits: MqttLimits) {
    this.#events = events;
    this.#limits = limits;
  }

  /** @returns whether aedes is to handle all of it. */
  take({ client, connection, guarded }: Subscriber, packet: ISubscribePacket): boolean {
    const problems = packet.subscriptions.map((subscription, _, all) => {
      // aedes takes several filters apart in a plain object.
      if (all.length > 1 && subscription.topic === "__proto__") return PROTO_AMONG_OTHERS;
      return this.#problemOf(connection, subscription);
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
      const reason = problem.reason === REASON.quotaExceeded ? "too_many_subscriptions" : "bad_filter";
      this.#events.refused({ reason, client: client.id, detail: problem.detail });
    }
    const granted = packet.subscriptions.map(({ qos, topic }, i) => {
      const problem = problems[i];
      if (client.version !== 5) return problem === undefined ? qos : SUBACK_FAILURE;
      if (problem !== undefined) return problem.reason;
      return topic.startsWith("$share/") ? SHARED_NOT_SUPPORTED : qos;
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

  #problemOf({ filters }: Connection, subscription: ISubscription): Problem | undefined {
    const problem = filterProblem(subscription, this.#limits);
    if (problem !== undefined || filters.has(subscription.topic)) return problem;
    const { subscriptionsPerClient } = this.#limits;
    if (filters.size >= subscriptionsPerClient) {
      return { detail: `more than ${subscriptionsPerClient} subscriptions`, reason: REASON.quotaExceeded };
    }
    filters.add(subscription.topic);
    return undefined;
  }
}

export type Subscriber = {
  readonly client: Client;
  readonly connection: Connection;
  readonly guarded: (work: () => void) => void;
};

const PROTO_AMONG_OTHERS: Problem = { detail: "the filter __proto__ among others", reason: REASON.filterInvalid };
