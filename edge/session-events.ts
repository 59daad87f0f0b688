import type { Registry } from "@prometheus-io/client";
import { Counter, Gauge } from "@prometheus-io/client";
import { LogLimit } from "../proto/runtime/log-limit.ts";
import type { Logger } from "../proto/runtime/log.ts";
import type { DroppedMessage } from "./mqtt/sessions/message-queues.ts";
import type { SessionStats } from "./mqtt/sessions/session-store.ts";

/** Log lines and metrics of the sessions of local subscribers. */
export class SessionEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof sessionMetrics>;
  readonly #logLimit: LogLimit;

  constructor(deps: { log: Logger; registry: Registry; clock: { monotonicMs(): number } }) {
    this.#log = deps.log;
    this.#metrics = sessionMetrics(deps.registry);
    this.#logLimit = new LogLimit(deps.clock);
  }

  /** Logs once a minute for one client and reason, because a full queue drops every message. */
  readonly dropped = ({ reason, client, topic }: DroppedMessage): void => {
    this.#metrics.dropped.inc({ reason });
    if (!this.#logLimit.allows(`${reason} ${client}`)) return;
    this.#log.warn(
      { reason, client, topic },
      `the session of ${client} does not get a message on ${topic}: ${WHY[reason]}`,
    );
  };

  /** Rows that do not match their checksums, found at the start; {@link GatewayEvents.diskDamaged} logs them. */
  damaged(rows: number): void {
    this.#metrics.damaged.inc(rows);
  }

  /** Updates the gauges. Called for each scrape. */
  refresh(stats: SessionStats): void {
    const metrics = this.#metrics;
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
  not_allowed: "the client may not read it (acl_file)",
  too_large: "it is larger than the client accepts",
};

function sessionMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `tidemark_edge_${name}`, help, registers });
  return {
    sessions: gauge("mqtt_sessions", "Sessions that outlive their connection and keep something."),
    queuedMessages: gauge(
      "mqtt_queued_messages",
      "Messages that wait for sessions. A message that two sessions wait for counts twice.",
    ),
    queuedBytes: gauge("mqtt_queued_bytes", "Bytes of the messages that wait for sessions."),
    retainedTopics: gauge("mqtt_retained_topics", "Topics with a retained message."),
    retainedBytes: gauge("mqtt_retained_bytes", "Bytes of the retained messages."),
    damaged: new Counter({
      name: "tidemark_edge_session_damage_total",
      help: "Rows of sessions that the disk damaged, as they are named in the status.",
      registers,
    }),
    dropped: new Counter({
      name: "tidemark_edge_mqtt_dropped_total",
      help: "Messages that a session did not get. Their readings are stored nevertheless.",
      labelNames: ["reason"],
      registers,
    }),
  };
}
