import type { Clock } from "../../../proto/runtime/clock.ts";
import { levelsMatch } from "../../core/mqtt/topic-filter.ts";
import { RetainedQuota } from "../retained-quota.ts";
import type { StoredPublish } from "./session-protocol.ts";
import type { SessionWriter } from "./session-writer.ts";

/**
 * The last retained message of each topic, in memory and on disk. What is retained below `$SYS` (bridges tell their state
 * there) is in memory only: it is said anew after a start.
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

  /** What was on disk at the start. */
  restore(image: readonly StoredPublish[]): void {
    for (const message of image) {
      // What a lowered limit has no room for stays until its topic is said again: it was accepted once.
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
   * An empty message deletes what its topic retains [MQTT-3.3.1-10].
   * @param packet what is given back instead of a packet made of `message`, as long as this process lives.
   * @returns false where there is no room; what the topic retained before goes then, for it is not the last any more.
   */
  put(message: StoredPublish, packet?: object): boolean {
    const { topic, payload } = message;
    const own = topic.startsWith("$SYS/");
    const isAdmitted = payload.length > 0 && this.#quota.admit(topic, payload.length);
    if (!isAdmitted) {
      this.#quota.admit(topic, 0);
      if (this.#messages.delete(topic) && !own) this.#writer.write({ op: "unretain", topic });
      return payload.length === 0;
    }
    this.#messages.set(topic, { message, packet });
    if (!own) this.#writer.write({ op: "retain", message }, topic.length + payload.length);
    return true;
  }

  /** Those that match any of the filters, each once for each filter that it matches. */
  *matching(filters: readonly string[]): Iterable<RetainedMessage> {
    for (const filter of filters) {
      if (!/[+#]/.test(filter)) {
        const found = this.#messages.get(filter);
        if (found !== undefined && !this.#isOver(found)) yield found;
        continue;
      }
      const levels = filter.split("/");
      for (const found of this.#messages.values()) {
        if (levelsMatch(levels, found.message.topic.split("/")) && !this.#isOver(found)) yield found;
      }
    }
  }

  #isOver({ message }: RetainedMessage): boolean {
    if (message.expiresMs === null || message.expiresMs > this.#clock.nowMs()) return false;
    this.put({ ...message, payload: new Uint8Array(0) });
    return true;
  }
}

type RetainedMessage = { readonly message: StoredPublish; readonly packet: object | undefined };
