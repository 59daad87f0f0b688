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
  /** The reader came while the tap was held and will not come again by itself. */
  #turnedAway = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
    const read = stream.read.bind(stream);
    stream.read = (size?: number): unknown => {
      // The stream itself calls read(0) to fill its buffer; that goes on until the buffer is full.
      if (!this.#held || size === 0) return read(size);
      this.#turnedAway = true;
      return null;
    };
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    if (!this.#turnedAway) return;
    this.#turnedAway = false;
    this.#stream.emit("readable");
  }
}
