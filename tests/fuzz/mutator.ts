import { seededRandom } from "../../deploy/sandbox/seeded-random.ts";

/**
 * Damages bytes as faulty senders, bad cables and attackers do. The same seed does the same damage, so that a finding can be
 * reproduced.
 */
export class Mutator {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** 0 to `below` - 1. */
  int(below: number): number {
    return Math.floor(this.random() * below);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(from.length)]!;
  }

  chance(of: number): boolean {
    return this.random() < of;
  }

  /** A damaged copy. @param donors pieces of these are inserted. */
  bytes(original: Uint8Array, donors: readonly Uint8Array[]): Buffer {
    let bytes = Buffer.from(original);
    // Mostly one or two steps: much damage finds nothing more than little damage.
    for (let steps = 1 + this.int(1 + this.int(5)); steps > 0; steps--) bytes = this.#step(bytes, donors);
    return bytes;
  }

  #step(bytes: Buffer, donors: readonly Uint8Array[]): Buffer<ArrayBuffer> {
    const at = this.int(bytes.length + 1);
    const copy = (...pieces: Uint8Array[]): Buffer<ArrayBuffer> => Buffer.concat(pieces);
    switch (this.int(9)) {
      case 0:
        if (bytes.length === 0) return copy(bytes);
        bytes[at % bytes.length]! ^= 1 << this.int(8);
        return copy(bytes);
      case 1:
        if (bytes.length === 0) return copy(bytes);
        bytes[at % bytes.length] = this.int(256);
        return copy(bytes);
      case 2:
        return copy(bytes.subarray(0, at), Buffer.of(this.int(256)), bytes.subarray(at));
      case 3:
        return copy(bytes.subarray(0, at), bytes.subarray(at + 1 + this.int(4)));
      case 4:
        return copy(bytes.subarray(0, at));
      case 5: {
        const donor = this.pick(donors);
        return copy(bytes.subarray(0, at), donor.subarray(this.int(donor.length)));
      }
      case 6: {
        // Sometimes many times, for nesting and repetition without end.
        const piece = bytes.subarray(at, at + 1 + this.int(8));
        const times = this.chance(0.02) ? this.int(5000) : this.int(20);
        const head = bytes.subarray(0, at);
        return copy(head, ...Array.from({ length: times }, () => piece), bytes.subarray(at));
      }
      case 7:
        return this.#otherNumber(bytes, at);
      default:
        return copy(bytes.subarray(0, at), Buffer.from(this.pick(PIECES), "latin1"), bytes.subarray(at));
    }
  }

  /** Replaces the first digits after a position by an unexpected number. */
  #otherNumber(bytes: Buffer, from: number): Buffer<ArrayBuffer> {
    const digit = (at: number): boolean => bytes[at]! >= 0x30 && bytes[at]! <= 0x39;
    let start = from;
    while (start < bytes.length && !digit(start)) start++;
    let end = start;
    while (end < bytes.length && digit(end)) end++;
    return Buffer.concat([bytes.subarray(0, start), Buffer.from(this.pick(NUMBERS)), bytes.subarray(end)]);
  }
}

const NUMBERS = [
  "0",
  "-0",
  "-1",
  "1e999",
  "-1e999",
  "1e308",
  "1.7976931348623157e308",
  "5e-324",
  "NaN",
  "Infinity",
  "9007199254740993",
  "9223372036854775807",
  "18446744073709551616",
  "99999999999999999999999999999999999999999999",
  "2147483648",
  "946684800",
  "253402300800",
  "8640000000000000",
  "8640000000000001",
  "90000000000000000",
  "1700000000",
  "1700000000000",
  "1700000000000000000",
  "0x10",
  "1_000",
  "1,5",
  "٣",
];

/** Texts that break parsers. They are latin1, so bytes above 0x7f stay as they are. */
const PIECES = [
  "\0",
  "\xef\xbb\xbf",
  "\xed\xa0\x80",
  "\xf0\x9f\x92\xa9",
  "\xff",
  "\xc0\x80",
  '"__proto__":{"x":1},',
  '"constructor":{"prototype":1},',
  '"toString":1,',
  "\\u0000",
  "\\ud800",
  "{",
  "[",
  "}",
  "]",
  '"',
  ",",
  ":",
  "\r\n",
  "\x1f\x8b\x08\x00",
  "\x78\x9c",
  "\x9f",
  "\xbf",
  "\xdf\xff\xff\xff\xff",
  "\xdd\xff\xff\xff\xff",
  "\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
  "\x9b\x00\x00\x00\x00\xff\xff\xff\xff",
  "\xc2\x5a\xff\xff\xff\xff",
  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
  "/",
  "+",
  "#",
  "$",
  "..",
];
