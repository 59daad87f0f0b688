import type { Clock } from "../../../proto/runtime/clock.ts";
import { levelsMatch } from "../../core/mqtt/topic-filter.ts";
import { RetainedQuota } from "./retained-quota.ts";
import type { StoredPublish } from "./session-protocol.ts";
import type { SessionWriter } from "./session-writer.ts";

/**
 * The last retained message of each topic, in memory and on disk. Messages below `$SYS` (the state of bridges) are in memory
 * only: they are published again after a start.
 */
export class RetainedStore {
  readonly #writer: Pick<SessionWriter, "write">;
  readonly #messages = new Map<string, RetainedMessage>();
  readonly #quota: RetainedQuota;
  readonly #clock: Pick<Clock, "nowMs">;

  constructor(
    writer: Pick<SessionWriter, "write">,
    options: { limits: { bytes: number; topics: number }; clock: Pick<Clock, "nowMs"> },
  ) {
    this.#writer = writer;
    this.#clock = options.clock;
    this.#quota = new RetainedQuota(options.limits);
  }

  /** Restores the messages that were on disk at the start. */
  restore(image: readonly StoredPublish[]): void {
    for (const message of image) {
      // If the limit was lowered, older messages may exceed it. They stay until their topic is published again.
      this.#quota.take(message.topic, message.payload.length);
      this.#messages.set(message.topic, { message, packet: undefined });
    }
  }

  get topics(): number {
    return this.#messages.size;
  }

  get bytes(): number {
    return this.#quota.bytes;
  }

  /**
   * Retains a message. An empty one deletes the retained message of its topic [MQTT-3.3.1-10].
   * @param packet returned later instead of a packet made from `message`, as long as this process lives.
   * @returns false if there is no room. Then the older message is deleted, because it is not the last one any more.
   */
  put(message: StoredPublish, packet?: object): boolean {
    const { topic, payload } = message;
    const isMemoryOnly = topic.startsWith("$SYS/");
    const isAdmitted = payload.length > 0 && this.#quota.admit(topic, payload.length);
    if (!isAdmitted) {
      this.#quota.admit(topic, 0);
      if (this.#messages.delete(topic) && !isMemoryOnly) this.#writer.write({ op: "unretain", topic });
      return payload.length === 0;
    }
    this.#messages.set(topic, { message, packet });
    if (!isMemoryOnly) this.#writer.write({ op: "retain", message }, topic.length + payload.length);
    return true;
  }

  /** The messages that match the filters. A message comes once for each filter that it matches. */
  *matching(filters: readonly string[]): Iterable<RetainedMessage> {
    for (const filter of filters) {
      if (!/[+#]/.test(filter)) {
        const found = this.#messages.get(filter);
        if (found !== undefined && !this.#hasExpired(found)) yield found;
        continue;
      }
      const levels = filter.split("/");
      for (const found of this.#messages.values()) {
        if (levelsMatch(levels, found.message.topic.split("/")) && !this.#hasExpired(found)) yield found;
      }
    }
  }

  #hasExpired({ message }: RetainedMessage): boolean {
    if (message.expiresMs === null || message.expiresMs > this.#clock.nowMs()) return false;
    this.put({ ...message, payload: new Uint8Array(0) });
    return true;
  }
}

type RetainedMessage = { readonly message: StoredPublish; readonly packet: object | undefined };
