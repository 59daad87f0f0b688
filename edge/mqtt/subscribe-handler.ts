import { ClientError } from "../core/mqtt/client-error.ts";
import { filterProblem, type PacketRefusal } from "../core/mqtt/packet-validation.ts";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import { isLostAmongFilters } from "../core/mqtt/lost-filters.ts";
import type { FilterRequest, SubscribeRequest } from "../core/mqtt/packets.ts";
import { REASON, SUBACK_FAILURE } from "../core/mqtt/reasons.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import type { MqttClient } from "./mqtt-client.ts";
import type { SessionIntake } from "./sessions/session-intake.ts";

/**
 * Grants or refuses a SUBSCRIBE, filter by filter. A filter is granted also if the ACL forbids its messages: they are not
 * sent, as in Mosquitto.
 *
 * aedes has one code for all refusals. So a SUBSCRIBE with a refused filter is answered here, and aedes gets the granted
 * filters only.
 */
export class SubscribeHandler {
  readonly #events: Pick<MqttEvents, "refused">;
  readonly #sessions: Sessions;
  readonly #limits: MqttLimits;

  constructor(deps: { events: Pick<MqttEvents, "refused">; sessions: Sessions }, limits: MqttLimits) {
    this.#events = deps.events;
    this.#sessions = deps.sessions;
    this.#limits = limits;
  }

  /** @returns whether all filters are granted and nothing was answered: the caller handles the packet. */
  subscribe(client: MqttClient, request: SubscribeRequest): boolean {
    const problems = request.subscriptions.map((filter, _, all) => {
      if (isLostAmongFilters(filter.topic, all.length)) return LOST_AMONG_OTHERS;
      return this.#problemOf(client, filter);
    });
    const malformed = problems.find((problem) => problem?.reason === REASON.malformedPacket);
    if (malformed !== undefined) {
      this.#events.refused({ reason: "bad_filter", client: client.id, detail: malformed.detail });
      client.fail(new ClientError(malformed.detail, REASON.malformedPacket));
      return false;
    }
    if (problems.every((problem) => problem === undefined)) return true;
    for (const problem of problems) {
      if (problem === undefined) continue;
      this.#events.refused({ reason: problem.kind ?? "bad_filter", client: client.id, detail: problem.detail });
    }
    this.#answer(client, request, problems);
    return false;
  }

  #answer(client: MqttClient, request: SubscribeRequest, problems: readonly (FilterRefusal | undefined)[]): void {
    const { messageId = 0, ...rest } = request;
    const granted = request.subscriptions.map(({ qos }, i) => {
      const problem = problems[i];
      if (problem === undefined) return qos;
      return client.version === 5 ? problem.reason : SUBACK_FAILURE;
    });
    const { connection } = client;
    // No other packet of this client is handled before this one is answered.
    connection.flow.hold("answer");
    const answer = (error?: Error | null): void => {
      client.guarded(() => {
        if (error instanceof Error) client.fail(error);
        else connection.write({ cmd: "suback", messageId, granted });
        connection.flow.release("answer");
      });
    };
    const subscriptions = request.subscriptions.filter((_, i) => problems[i] === undefined);
    if (subscriptions.length === 0) answer();
    else client.subscribe({ ...rest, subscriptions }, answer);
  }

  /** A filter without a problem counts as one of its client's filters from now on. */
  #problemOf(client: MqttClient, filter: FilterRequest): FilterRefusal | undefined {
    const { topic } = filter;
    const { filters } = client.connection;
    const problem = filterProblem(filter, this.#limits);
    if (problem !== undefined) return problem;
    // In MQTT 3.1.1 it is an ordinary filter, which matches nothing.
    if (topic.startsWith("$share/")) return SHARED;
    if (filters.has(topic)) return undefined;
    const { subscriptionsPerClient } = this.#limits;
    if (filters.size >= subscriptionsPerClient) {
      const detail = `more than ${subscriptionsPerClient} subscriptions`;
      return { kind: "too_many_subscriptions", detail, reason: REASON.quotaExceeded };
    }
    const detail = this.#sessions.subscriptionProblem(client, topic);
    if (detail !== undefined) return { kind: "sessions", detail, reason: REASON.quotaExceeded };
    filters.add(topic);
    return undefined;
  }
}

type Sessions = Pick<SessionIntake, "subscriptionProblem">;
/** @property kind by default a bad filter. */
type FilterRefusal = PacketRefusal & { readonly kind?: RefusalReason };

const LOST_AMONG_OTHERS: FilterRefusal = { detail: "the filter __proto__ among others", reason: REASON.filterInvalid };
const SHARED: FilterRefusal = { detail: "shared subscriptions are not supported", reason: REASON.sharedNotSupported };
