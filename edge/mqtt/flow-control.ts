import type { Duplex } from "node:stream";

/**
 * Decides whether the bytes of one connection are read. While it is held, the reader finds nothing, the stream's buffer
 * fills up, and TCP makes the sensor wait. Messages that were read before are still handled and acknowledged.
 *
 * Why not `pause()` of the aedes client: it also stops counting finished messages, so a client that is paused with
 * messages in flight is never read again. Holding back `read()` does not change its counters.
 */
export class FlowControl {
  readonly #stream: Duplex;
  readonly #readBytes: number;
  /** One bit for each reason. */
  #reasons = 0;
  /** The reader found nothing because reading was held. It does not try again by itself. */
  #isReaderWaiting = false;
  #isDiscarding = false;
  #taken = 0;

  /**
   * Puts itself between a stream and its reader.
   * @param readBytes the most that one read returns; Infinity: everything that is buffered.
   */
  static install(stream: Duplex, readBytes: number = Infinity): FlowControl {
    const flow = new FlowControl(stream, readBytes);
    const read = stream.read.bind(stream);
    stream.read = (size?: number): unknown => flow.#read(read, size);
    return flow;
  }

  private constructor(stream: Duplex, readBytes: number) {
    this.#stream = stream;
    this.#readBytes = readBytes;
  }

  get held(): boolean {
    return this.#reasons !== 0;
  }

  /** Bytes that were read since the last `takeCount`. */
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
    if (this.held || !this.#isReaderWaiting) return;
    this.#isReaderWaiting = false;
    this.#stream.emit("readable");
  }

  /** The connection is being closed: bytes that still arrive are read and dropped. */
  discard(): void {
    this.#isDiscarding = true;
    this.#stream.removeAllListeners("readable");
    this.#stream.resume();
  }

  #read(read: Read, size: number | undefined): unknown {
    // The stream itself calls read(0) to fill its buffer. That goes on until the buffer is full.
    if (size === 0 || this.#isDiscarding) return read(size);
    if (this.held) {
      this.#isReaderWaiting = true;
      return null;
    }
    const bytes = this.#stream.readableLength > this.#readBytes ? this.#readPart(read) : readAll(read);
    if (Buffer.isBuffer(bytes)) this.#taken += bytes.length;
    return bytes;
  }

  /** Announces the rest again: a reader that found half a packet would wait for bytes that are here already. */
  #readPart(read: Read): unknown {
    const part = read(this.#readBytes);
    setImmediate(() => {
      if (this.#stream.destroyed || this.#isDiscarding) return;
      if (this.held) this.#isReaderWaiting = true;
      else this.#stream.emit("readable");
    });
    return part;
  }
}

type Read = (size?: number) => unknown;

/** Why a connection is not read. */
export type HoldReason =
  /** The storage cannot keep up. */
  | "congested"
  /** Too many changes of sessions wait for the disk. */
  | "sessions"
  /** The gateway stops. */
  | "stopping"
  /** Its CONNECT is not answered yet. */
  | "connect"
  /** The client sends faster than it may. */
  | "pace"
  /** The client has too many messages in flight. */
  | "window"
  /** The client does not read its own messages. */
  | "unread"
  /** The broker is writing an answer that must come before the next packet is handled. */
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
 * Reads everything that is buffered. A stream may return one piece of it at a time and not announce the rest (the
 * stream of a WebSocket does). aedes reads once, and half a packet would then wait for bytes that are here already.
 */
function readAll(read: Read): unknown {
  const first = read();
  if (!Buffer.isBuffer(first)) return first;
  const pieces = [first];
  for (let next = read(); Buffer.isBuffer(next); next = read()) pieces.push(next);
  return pieces.length === 1 ? first : Buffer.concat(pieces);
}
