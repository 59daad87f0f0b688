/**
 * How fast one client may send: two buckets, one of messages and one of bytes, each with room for one second.
 *
 * A read is paid for when it is done, because how many messages are in it is known only then; so a bucket may go below
 * zero, and the client waits until it is not. Nothing is thrown away. Times are monotonic.
 */
export class ClientPace {
  readonly #limits: PaceLimits;
  #messages: number;
  #bytes: number;
  #atMs: number;

  constructor(limits: PaceLimits, nowMs: number) {
    this.#limits = limits;
    this.#messages = limits.messagesPerSecond;
    this.#bytes = limits.bytesPerSecond;
    this.#atMs = nowMs;
  }

  /** Pays for a read. @returns how long nothing more may be read, in ms; 0 while there is room. */
  spend(messages: number, bytes: number, nowMs: number): number {
    const { messagesPerSecond, bytesPerSecond } = this.#limits;
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs += passedMs;
    this.#messages = levelAfter(this.#messages, messagesPerSecond, passedMs) - messages;
    this.#bytes = levelAfter(this.#bytes, bytesPerSecond, passedMs) - bytes;
    return Math.ceil(Math.max(waitMs(this.#messages, messagesPerSecond), waitMs(this.#bytes, bytesPerSecond)));
  }
}

function levelAfter(level: number, perSecond: number, passedMs: number): number {
  // Without a limit the bucket is never empty, and nothing is added: Infinity times 0 is no number.
  return perSecond === Infinity ? Infinity : Math.min(perSecond, level + (passedMs * perSecond) / 1000);
}

function waitMs(level: number, perSecond: number): number {
  return level < 0 ? (-level * 1000) / perSecond : 0;
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
