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
  #held = false;
  #shut = false;
  /** The reader came while the tap was held and will not come again by itself. */
  #turnedAway = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
    const read = stream.read.bind(stream);
    stream.read = (size?: number): unknown => {
      // The stream itself calls read(0) to fill its buffer; that goes on until the buffer is full.
      if (size === 0) return read(size);
      if (this.#shut) return null;
      if (this.#held) {
        this.#turnedAway = true;
        return null;
      }
      return everything(read);
    };
  }

  hold(): void {
    this.#held = true;
  }

  /** For ever: the connection ends, and what comes until then is for nobody. */
  shut(): void {
    this.#shut = true;
  }

  release(): void {
    this.#held = false;
    if (!this.#turnedAway) return;
    this.#turnedAway = false;
    this.#stream.emit("readable");
  }
}

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
