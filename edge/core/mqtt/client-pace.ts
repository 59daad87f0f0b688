/**
 * How fast one client may send: two token buckets, one for messages and one for bytes, each with room for one second.
 *
 * A read takes its tokens when it is done, because the number of its messages is known only then. So a bucket may go below
 * zero, and the client waits until it is at zero again. No message is dropped. Times are monotonic.
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

  /** Takes the tokens of a read. @returns how long the client must wait, in ms; 0: not at all. */
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
  // Without a limit the bucket is always full. Infinity times 0 would be NaN.
  return perSecond === Infinity ? Infinity : Math.min(perSecond, level + (passedMs * perSecond) / 1000);
}

function waitMs(level: number, perSecond: number): number {
  return level < 0 ? (-level * 1000) / perSecond : 0;
}

/** Both may be Infinity: no limit. */
export type PaceLimits = { readonly messagesPerSecond: number; readonly bytesPerSecond: number };

/**
 * The most bytes that are read at once. It keeps the waiting time of a fast client at seconds instead of minutes: a read has
 * no more bytes than the client may send in a quarter of a second, and no more than 16 for each message that it may send in a
 * second. The shortest PUBLISH has 8.
 */
export function readSize({ messagesPerSecond, bytesPerSecond }: PaceLimits): number {
  const bytes = Math.max(1024, Math.min(messagesPerSecond * 16, bytesPerSecond / 4));
  return bytes >= READ_MAX_BYTES ? Infinity : Math.floor(bytes);
}

/** The most that a socket of this platform buffers, so no read is larger. */
const READ_MAX_BYTES = 65_536;
