import type { Clock } from "../../proto/runtime/clock.ts";
import { SOFTWARE } from "../../proto/runtime/software.ts";
import type { BrokerCounters, BrokerTotals } from "../core/mqtt/broker-counters.ts";
import type { PublishPacket } from "../core/mqtt/packets.ts";
import { topicMatches } from "../core/mqtt/topic-filter.ts";
import type { MqttClient } from "./mqtt-client.ts";
import type { SessionStats } from "./sessions/session-store.ts";

/**
 * Publishes the broker's counters below `$SYS/broker` every interval, as long as a client subscribes to them. A new
 * subscriber gets the present values at once, as if they were retained. They are not: nothing of this is written to a disk.
 */
export class SysTopics {
  readonly #deps: SysTopicsDeps;
  readonly #intervalMs: number;
  readonly #startedMs: number;
  #tickedMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param intervalMs 0: there are no `$SYS` topics. */
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
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Sends the present values to a client that has just subscribed. */
  subscribed(client: MqttClient, filters: readonly string[]): void {
    if (this.#intervalMs === 0) return;
    const own = filters.filter((filter) => filter.startsWith("$SYS/"));
    if (own.length === 0) return;
    for (const [topic, value] of this.#deps.counters.topics(this.#totals(this.#deps.clock.monotonicMs()))) {
      if (own.some((filter) => topicMatches(filter, topic))) client.send(sysPacket(topic, value, { retain: true }));
    }
  }

  #tick(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    const totals = this.#totals(nowMs);
    this.#deps.counters.tick(totals, Math.max(1, nowMs - this.#tickedMs));
    this.#tickedMs = nowMs;
    if (!this.#hasSubscriber()) return;
    for (const [topic, value] of this.#deps.counters.topics(totals)) {
      this.#deps.publish(sysPacket(topic, value, { retain: false }));
    }
  }

  #hasSubscriber(): boolean {
    for (const client of this.#deps.clients()) {
      for (const { filter } of client.subscriptions()) if (filter.startsWith("$SYS/")) return true;
    }
    return false;
  }

  #totals(nowMs: number): BrokerTotals {
    let [connected, subscriptions] = [0, 0];
    for (const client of this.#deps.clients()) {
      connected++;
      subscriptions += client.subscriptionCount;
    }
    const stats = this.#deps.stats();
    return {
      ...this.#deps.traffic(),
      version: `tidemark version ${SOFTWARE}`,
      uptimeMs: nowMs - this.#startedMs,
      connected,
      absent: stats.absent,
      subscriptions,
      retained: stats.retainedTopics,
    };
  }
}

export type SysTopicsDeps = {
  readonly publish: (packet: PublishPacket) => void;
  readonly counters: BrokerCounters;
  readonly clock: Pick<Clock, "monotonicMs">;
  /** The connected clients. */
  readonly clients: () => Iterable<MqttClient>;
  readonly stats: () => Pick<SessionStats, "absent" | "retainedTopics">;
  /** Bytes since the start, open connections included. */
  readonly traffic: () => { readonly bytesReceived: number; readonly bytesSent: number };
};

function sysPacket(topic: string, value: string, { retain }: { retain: boolean }): PublishPacket {
  return { cmd: "publish", topic, payload: Buffer.from(value), qos: 0, retain, dup: false };
}
