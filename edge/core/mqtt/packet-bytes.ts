import { REASON, type Reason } from "./reasons.ts";

/** A packet that breaks the specification, with the reason code that MQTT 5 has for it. */
export class PacketProblem extends Error {
  /** The reason code that a client of MQTT 5 gets; undefined: none. */
  readonly reason: Reason | undefined;

  constructor(detail: string, reason: Reason | undefined) {
    super(detail);
    this.reason = reason;
  }
}

export function malformed(detail: string): PacketProblem {
  return new PacketProblem(detail, REASON.malformedPacket);
}

export function protocolError(detail: string): PacketProblem {
  return new PacketProblem(detail, REASON.protocolError);
}

/** Reads the fields of a packet. A field that is longer than the rest of the packet makes it malformed. */
export class PacketReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, position = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#position = position;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#position;
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  twoBytes(): number {
    const at = this.#take(2);
    return this.#bytes[at]! * 0x100 + this.#bytes[at + 1]!;
  }

  fourBytes(): number {
    return this.twoBytes() * 0x10000 + this.twoBytes();
  }

  /** One to four bytes, as few as possible [MQTT-1.5.5-1]. */
  variableByteInteger(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (byte === 0 && shift > 0) throw malformed("an integer has more bytes than it needs");
        return value;
      }
    }
    throw malformed("an integer has more than four bytes");
  }

  binary(): Uint8Array {
    const length = this.twoBytes();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** A reader for the next part of the packet. */
  part(length: number): PacketReader {
    const at = this.#take(length);
    return new PacketReader(this.#bytes, at, at + length);
  }

  /** @param what the name of the field, for the error message */
  text(what: string): string {
    return decodeText(this.binary(), what);
  }

  /**
   * Skips a text of printable ASCII without decoding it, as nearly every topic is. @returns undefined if it was skipped
   */
  textUnlessPlain(what: string): string | undefined {
    const bytes = this.binary();
    for (const byte of bytes) {
      if (byte < 0x20 || byte > 0x7e || byte === HASH || byte === PLUS) return decodeText(bytes, what);
    }
    return bytes.length === 0 ? "" : undefined;
  }

  #take(length: number): number {
    const at = this.#position;
    if (length > this.#end - at) throw malformed("the packet ends before its fields");
    this.#position += length;
    return at;
  }
}

/**
 * Well-formed UTF-8 [MQTT-1.5.4-1] without U+0000 [MQTT-1.5.4-2] and without the control characters that MQTT
 * discourages.
 */
function decodeText(bytes: Uint8Array, what: string): string {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw malformed(`the ${what} is not UTF-8`);
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) throw malformed(`the ${what} has a control character`);
  }
  return text;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HASH = 0x23;
const PLUS = 0x2b;
