import type { Aedes, Client } from "aedes";
import type { Clock } from "../../proto/runtime/clock.ts";
import { SOFTWARE } from "../../proto/runtime/software.ts";
import type { BrokerCounters, BrokerTotals } from "../core/mqtt/broker-counters.ts";
import { topicMatches } from "../core/mqtt/topic-filter.ts";
import type { SessionStats } from "./sessions/session-store.ts";

/**
 * The broker's counters under `$SYS/broker`, every interval, as long as somebody subscribed to them. Who subscribes gets the
 * present values at once, as if they were retained; they are not, and nothing of them reaches a disk.
 */
export class SysTopics {
  readonly #deps: SysTopicsDeps;
  readonly #intervalMs: number;
  readonly #startedMs: number;
  #tickedMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param intervalMs 0: there are none. */
  constructor(deps: SysTopicsDeps, intervalMs: number) {
    this.#deps = deps;
    this.#intervalMs = intervalMs;
    this.#startedMs = deps.clock.monotonicMs();
    this.#tickedMs = this.#startedMs;
  }

  start(): void {
    if (this.#intervalMs === 0) return;
    this.#timer = setInterval(() => this.#tick(), this.#intervalMs);
    this.#timer.unref();
    this.#deps.aedes.on("subscribe", (subscriptions, client) => {
      const filters = subscriptions.map(({ topic }) => topic).filter((topic) => topic.startsWith("$SYS/"));
      if (filters.length > 0) this.#greet(client, filters);
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    const totals = this.#totals(nowMs);
    this.#deps.counters.tick(totals, Math.max(1, nowMs - this.#tickedMs));
    this.#tickedMs = nowMs;
    if (!this.#isRead()) return;
    for (const [topic, value] of this.#deps.counters.topics(totals)) {
      const packet = { cmd: "publish", topic, payload: Buffer.from(value), qos: 0, retain: false, dup: false } as const;
      this.#deps.aedes.publish(packet, () => undefined);
    }
  }

  #greet(client: Client, filters: readonly string[]): void {
    for (const [topic, value] of this.#deps.counters.topics(this.#totals(this.#deps.clock.monotonicMs()))) {
      if (!filters.some((filter) => topicMatches(filter, topic))) continue;
      const packet = { cmd: "publish", topic, payload: Buffer.from(value), qos: 0, retain: true, dup: false } as const;
      client.publish(packet, () => undefined);
    }
  }

  #isRead(): boolean {
    for (const client of this.#deps.clients()) {
      for (const filter of subscriptionsOf(client).keys()) if (filter.startsWith("$SYS/")) return true;
    }
    return false;
  }

  #totals(nowMs: number): BrokerTotals {
    let [connected, subscriptions] = [0, 0];
    for (const client of this.#deps.clients()) {
      connected++;
      subscriptions += subscriptionsOf(client).size;
    }
    const stats = this.#deps.stats();
    return {
      ...this.#deps.traffic(),
      version: `tidemark version ${SOFTWARE}`,
      uptimeMs: nowMs - this.#startedMs,
      connected,
      waiting: stats.waiting,
      subscriptions,
      retained: stats.retainedTopics,
    };
  }
}

export type SysTopicsDeps = {
  readonly aedes: Aedes;
  readonly counters: BrokerCounters;
  readonly clock: Pick<Clock, "monotonicMs">;
  /** Those that are connected. */
  readonly clients: () => Iterable<Client>;
  readonly stats: () => Pick<SessionStats, "waiting" | "retainedTopics">;
  /** Bytes since the start, open connections included. */
  readonly traffic: () => { readonly bytesReceived: number; readonly bytesSent: number };
};

/** Filters and their QoS; the types of aedes do not show them. */
export function subscriptionsOf(client: Client): ReadonlyMap<string, number> {
  const { subscriptions } = client as Client & { readonly subscriptions?: Record<string, { readonly qos: number }> };
  return new Map(Object.entries(subscriptions ?? {}).map(([filter, { qos }]) => [filter, qos]));
}
