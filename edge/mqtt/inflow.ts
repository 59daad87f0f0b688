import type { Duplex } from "node:stream";

/**
 * A tap on the bytes of one connection. While it is held, the reader finds nothing, the stream's buffer fills up and TCP
 * makes the sensor wait. What was read before goes its way and is acknowledged.
 *
 * Not `pause()` of the aedes client: that one also stops counting the messages that are done meanwhile, and the client
 * that was paused with messages in flight is never read again. Holding back `read()` leaves its arithmetic alone.
 */
export class Inflow {
  readonly #stream: Duplex;
  readonly #readBytes: number;
  /** One bit for each reason. */
  #reasons = 0;
  /** The reader came while the tap was held and will not come again by itself. */
  #turnedAway = false;
  #discarding = false;
  #taken = 0;

  /** @param readBytes the most that is given at once; Infinity: all there is. */
  constructor(stream: Duplex, readBytes: number = Infinity) {
    this.#stream = stream;
    this.#readBytes = readBytes;
    const read = stream.read.bind(stream);
    stream.read = (size?: number): unknown => {
      // The stream itself calls read(0) to fill its buffer; that goes on until the buffer is full.
      if (size === 0 || this.#discarding) return read(size);
      if (this.held) {
        this.#turnedAway = true;
        return null;
      }
      const bytes = stream.readableLength > this.#readBytes ? this.#part(read) : everything(read);
      if (Buffer.isBuffer(bytes)) this.#taken += bytes.length;
      return bytes;
    };
  }

  get held(): boolean {
    return this.#reasons !== 0;
  }

  /** Bytes that were given since `takeCount` was asked last. */
  get taken(): number {
    return this.#taken;
  }

  takeCount(): number {
    const bytes = this.#taken;
    this.#taken = 0;
    return bytes;
  }

  hold(reason: HoldReason): void {
    this.#reasons |= BIT[reason];
  }

  /** Reading goes on when the last reason is gone. */
  release(reason: HoldReason): void {
    this.#reasons &= ~BIT[reason];
    if (this.held || !this.#turnedAway) return;
    this.#turnedAway = false;
    this.#stream.emit("readable");
  }

  /** Whatever still comes is read and thrown away: the connection is being closed. */
  discard(): void {
    this.#discarding = true;
    this.#stream.removeAllListeners("readable");
    this.#stream.resume();
  }

  /** The rest is announced again: a reader that finds half a packet would wait for bytes that are here already. */
  #part(read: (size?: number) => unknown): unknown {
    const part = read(this.#readBytes);
    setImmediate(() => {
      if (this.#stream.destroyed || this.#discarding) return;
      if (this.held) this.#turnedAway = true;
      else this.#stream.emit("readable");
    });
    return part;
  }
}

export type HoldReason =
  | "congested"
  /** What sessions are owed waits for the disk. */
  | "sessions"
  | "stopping"
  /** Its CONNECT is not answered yet. */
  | "connect"
  /** Its client sends more than it may. */
  | "pace"
  /** Its client has too much in flight. */
  | "window"
  /** Its client does not read what it is given. */
  | "unread"
  /** An answer of the broker's own is under way. */
  | "answer";

const BIT: Readonly<Record<HoldReason, number>> = {
  congested: 1,
  stopping: 2,
  pace: 4,
  window: 8,
  unread: 16,
  answer: 32,
  sessions: 64,
  connect: 128,
};

/**
 * All that is buffered. A stream may give one piece of it at a time and not come again for the rest (a WebSocket's does),
 * and aedes reads once: half a packet would then wait for bytes that are here already.
 */
function everything(read: () => unknown): unknown {
  const first = read();
  if (!Buffer.isBuffer(first)) return first;
  const pieces = [first];
  for (let next = read(); Buffer.isBuffer(next); next = read()) pieces.push(next);
  return pieces.length === 1 ? first : Buffer.concat(pieces);
}
