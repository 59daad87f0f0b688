/**
 * Limits the memory of retained messages. The broker keeps the last one of each topic for ever, for subscribers that may
 * never come. Without a limit, two thousand large messages took 440 MB.
 */
export class RetainedQuota {
  readonly #limits: { readonly bytes: number; readonly topics: number };
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  constructor(limits: { bytes: number; topics: number }) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get topics(): number {
    return this.#sizes.size;
  }

  /**
   * Whether the message may be retained; if so, it is counted. An empty message is always allowed: it deletes the retained
   * one.
   */
  admit(topic: string, payloadBytes: number): boolean {
    const before = this.#sizes.get(topic) ?? 0;
    if (payloadBytes === 0) {
      this.#sizes.delete(topic);
      this.#bytes -= before;
      return true;
    }
    const fits = this.#bytes - before + sizeOf(topic, payloadBytes) <= this.#limits.bytes;
    if (!fits || (before === 0 && this.#sizes.size >= this.#limits.topics)) return false;
    this.take(topic, payloadBytes);
    return true;
  }

  /** Counts a message that is retained already, also above the limits. */
  take(topic: string, payloadBytes: number): void {
    const size = sizeOf(topic, payloadBytes);
    this.#bytes += size - (this.#sizes.get(topic) ?? 0);
    this.#sizes.set(topic, size);
  }
}

function sizeOf(topic: string, payloadBytes: number): number {
  return payloadBytes + topic.length + PACKET_BYTES;
}

/** Roughly the memory of an object around a retained payload. */
const PACKET_BYTES = 200;
