import type { Registry } from "@prometheus-io/client";
import { Counter, Gauge } from "@prometheus-io/client";
import type { Logger } from "../proto/runtime/log.ts";
import type { DroppedMessage } from "./mqtt/sessions/message-queues.ts";
import type { SessionStats } from "./mqtt/sessions/session-store.ts";

/** What happens to the sessions of local subscribers, in the log and the metrics. */
export class SessionEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof sessionMetrics>;
  readonly #monotonicMs: () => number;
  readonly #loggedMs = new Map<string, number>();

  constructor(deps: { log: Logger; registry: Registry; clock: { monotonicMs(): number } }) {
    this.#log = deps.log;
    this.#metrics = sessionMetrics(deps.registry);
    this.#monotonicMs = () => deps.clock.monotonicMs();
  }

  /** Once a minute for one client and reason: a queue that is full drops every message. */
  readonly dropped = ({ reason, client, topic }: DroppedMessage): void => {
    this.#metrics.dropped.inc({ reason });
    const cause = `${reason} ${client}`;
    const atMs = this.#monotonicMs();
    if (atMs - (this.#loggedMs.get(cause) ?? -Infinity) < LOG_MS) return;
    if (this.#loggedMs.size >= CLIENTS_KNOWN_MAX) this.#loggedMs.clear();
    this.#loggedMs.set(cause, atMs);
    this.#log.warn(
      { reason, client, topic },
      `the session of ${client} does not get a message of ${topic}: ${WHY[reason]}`,
    );
  };

  /** Brings the gauges up to date; called for each scrape. */
  refresh(stats: SessionStats): void {
    const { metrics } = { metrics: this.#metrics };
    metrics.sessions.set(stats.sessions);
    metrics.queuedMessages.set(stats.queuedMessages);
    metrics.queuedBytes.set(stats.queuedBytes);
    metrics.retainedTopics.set(stats.retainedTopics);
    metrics.retainedBytes.set(stats.retainedBytes);
  }
}

const WHY: Readonly<Record<DroppedMessage["reason"], string>> = {
  queue_full: "its queue is full (mqtt.sessions.queue_messages, queue_size)",
  store_full: "all queues together are full (mqtt.sessions.total_queue_size)",
  expired: "the message expired while it waited",
  not_allowed: "it may not be read by this client (acl_file)",
  too_large: "it is larger than what this client takes",
};
const LOG_MS = 60_000;
const CLIENTS_KNOWN_MAX = 10_000;

function sessionMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `tidemark_edge_${name}`, help, registers });
  return {
    sessions: gauge("mqtt_sessions", "Sessions that outlive their connection and hold something."),
    queuedMessages: gauge("mqtt_queued_messages", "Messages that wait for a session, once for each."),
    queuedBytes: gauge("mqtt_queued_bytes", "What these take."),
    retainedTopics: gauge("mqtt_retained_topics", "Topics with a retained message."),
    retainedBytes: gauge("mqtt_retained_bytes", "What these take."),
    dropped: new Counter({
      name: "tidemark_edge_mqtt_dropped_total",
      help: "Messages that a session did not get; each is a reading all the same.",
      labelNames: ["reason"],
      registers,
    }),
  };
}
