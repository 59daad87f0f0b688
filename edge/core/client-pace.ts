/**
 * How fast one client may send: two buckets, one of messages and one of bytes, each with room for one second.
 *
 * A read is paid for when it is done, because how many messages are in it is known only then; so a bucket may go below
 * zero, and the client waits until it is not. Nothing is thrown away. Times are monotonic.
 */
export class ClientPace {
  readonly #buckets: readonly { readonly perMs: number; readonly room: number; level: number }[];
  #atMs: number;

  constructor(limits: PaceLimits, nowMs: number) {
    this.#buckets = [limits.messagesPerSecond, limits.bytesPerSecond].map((perSecond) => ({
      perMs: perSecond / 1000,
      room: perSecond,
      level: perSecond,
    }));
    this.#atMs = nowMs;
  }

  /** Pays for a read. @returns how long nothing more may be read, in ms; 0 while there is room. */
  spend(messages: number, bytes: number, nowMs: number): number {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs += passedMs;
    let waitMs = 0;
    for (const [i, bucket] of this.#buckets.entries()) {
      // Without a limit there is nothing to count, and Infinity - Infinity is no number.
      if (bucket.room === Infinity) continue;
      bucket.level = Math.min(bucket.room, bucket.level + passedMs * bucket.perMs) - (i === 0 ? messages : bytes);
      if (bucket.level < 0) waitMs = Math.max(waitMs, -bucket.level / bucket.perMs);
    }
    return Math.ceil(waitMs);
  }
}

/** Both may be Infinity: no limit. */
export type PaceLimits = { readonly messagesPerSecond: number; readonly bytesPerSecond: number };

/**
 * The most that is read at once, so that what a slow client has to wait for is seconds and not minutes: no more bytes than
 * it may send in a quarter of a second, and no more than sixteen for each message it may send in a second. The shortest
 * PUBLISH has eight.
 */
export function readSize({ messagesPerSecond, bytesPerSecond }: PaceLimits): number {
  const bytes = Math.max(1024, Math.min(messagesPerSecond * 16, bytesPerSecond / 4));
  return bytes >= READ_MAX_BYTES ? Infinity : Math.floor(bytes);
}

/** What a socket of this platform buffers, at most; a larger read does not happen. */
const READ_MAX_BYTES = 65_536;
