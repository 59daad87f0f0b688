/**
 * Bounds what retained messages take. The broker keeps the last one of each topic in memory for ever, for subscribers
 * that may never come; without a limit two thousand large ones took 440 MB.
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

  /** Whether the message may be retained. An empty one deletes what its topic retains, and always may. */
  admit(topic: string, payloadBytes: number): boolean {
    const before = this.#sizes.get(topic) ?? 0;
    if (payloadBytes === 0) {
      this.#sizes.delete(topic);
      this.#bytes -= before;
      return true;
    }
    const size = payloadBytes + topic.length + PACKET_BYTES;
    const fits = this.#bytes - before + size <= this.#limits.bytes;
    if (!fits || (before === 0 && this.#sizes.size >= this.#limits.topics)) return false;
    this.#sizes.set(topic, size);
    this.#bytes += size - before;
    return true;
  }
}

/** The object around a retained payload, roughly. */
const PACKET_BYTES = 200;
