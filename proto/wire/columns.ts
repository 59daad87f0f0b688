import { Buffer } from "node:buffer";

/**
 * Columns of numbers as bytes: varints, zigzag, and decimals. A form is used only where it is exact: every value is checked to
 * be the same after decoding, including the sign of a zero.
 */
export class ByteWriter {
  #bytes: Buffer;
  #end = 0;

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(16, expectedBytes));
  }

  /** Writes a safe integer. Small magnitudes take few bytes. */
  zigzag(value: number): void {
    if (this.#end + 10 > this.#bytes.length) this.#grow();
    if (value >= -0x40000000 && value < 0x40000000) {
      this.#varint32(((value << 1) ^ (value >> 31)) >>> 0);
      return;
    }
    // Twice the value may be too large for an exact double. So the sign is written first, by itself.
    let rest = value >= 0 ? value : -value - 1;
    const low = (rest % 64) * 2 + (value >= 0 ? 0 : 1);
    rest = Math.floor(rest / 64);
    this.#bytes[this.#end++] = rest === 0 ? low : low | 0x80;
    while (rest > 0) {
      const byte = rest % 128;
      rest = Math.floor(rest / 128);
      this.#bytes[this.#end++] = rest === 0 ? byte : byte | 0x80;
    }
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  #varint32(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#end++] = rest;
  }

  #grow(): void {
    const wider = Buffer.allocUnsafe(this.#bytes.length * 2);
    this.#bytes.copy(wider, 0, 0, this.#end);
    this.#bytes = wider;
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** @throws RangeError at the end of the bytes, or when the number is not a safe integer. */
  zigzag(): number {
    const first = this.#byte();
    const negative = (first & 1) === 1;
    let magnitude = (first & 0x7f) >> 1;
    let scale = 64;
    let more = first >= 0x80;
    while (more) {
      const byte = this.#byte();
      magnitude += (byte & 0x7f) * scale;
      scale *= 128;
      more = byte >= 0x80;
      if (scale > 2 ** 62) throw new RangeError("a number in a column is too long");
    }
    const value = negative ? -magnitude - 1 : magnitude;
    if (!Number.isSafeInteger(value)) throw new RangeError("a number in a column is no safe integer");
    return value;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError("a column ends too early");
    return byte;
  }
}

/** Integers as differences from row to row. */
export function encodeDeltas(values: ArrayLike<number>): Buffer {
  const writer = new ByteWriter(values.length * 2);
  let previous = 0;
  for (let i = 0; i < values.length; i++) {
    writer.zigzag(values[i]! - previous);
    previous = values[i]!;
  }
  return writer.take();
}

export function decodeDeltas(bytes: Uint8Array, count: number): Float64Array {
  // Every row takes at least one byte. The check keeps a wrong count from allocating memory.
  if (bytes.length < count) throw new RangeError("a column has fewer rows than its head says");
  const reader = new ByteReader(bytes);
  const values = new Float64Array(count);
  let previous = 0;
  for (let i = 0; i < count; i++) {
    previous += reader.zigzag();
    values[i] = previous;
  }
  if (!reader.done) throw new RangeError("a column has more rows than its head says");
  return values;
}

/** Times of a sensor. The difference of differences is nearly always 0, so a regular series takes a byte a row before zstd. */
export function encodeTimes(timesMs: ArrayLike<number>): Buffer {
  const writer = new ByteWriter(timesMs.length * 2);
  let previous = timesMs.length > 0 ? timesMs[0]! : 0;
  let step = 0;
  for (let i = 1; i < timesMs.length; i++) {
    const next = timesMs[i]! - previous;
    writer.zigzag(next - step);
    step = next;
    previous = timesMs[i]!;
  }
  return writer.take();
}

export function decodeTimes(firstMs: number, bytes: Uint8Array, count: number): Float64Array {
  if (bytes.length < count - 1) throw new RangeError("a column has fewer rows than its head says");
  const reader = new ByteReader(bytes);
  const timesMs = new Float64Array(count);
  let previous = firstMs;
  let step = 0;
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      step += reader.zigzag();
      previous += step;
    }
    timesMs[i] = previous;
  }
  if (!reader.done) throw new RangeError("a column has more rows than its head says");
  return timesMs;
}

export type NumberColumn = { readonly scale: number; readonly decimal: Uint8Array; readonly ieee: Uint8Array };

/**
 * Doubles. Sensors usually send decimals. Where every value is an integer divided by a power of ten, with at most six places,
 * the differences of the integers are stored. Otherwise all values are stored as doubles.
 */
export function encodeNumbers(values: ArrayLike<number>): NumberColumn {
  const scale = decimalScale(values);
  if (scale < 0) {
    const doubles = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) doubles[i] = values[i]!;
    return { scale: 0, decimal: EMPTY, ieee: new Uint8Array(doubles.buffer) };
  }
  const factor = POWERS[scale]!;
  const writer = new ByteWriter(values.length * 2);
  let previous = 0;
  for (let i = 0; i < values.length; i++) {
    const whole = Math.round(values[i]! * factor);
    writer.zigzag(whole - previous);
    previous = whole;
  }
  return { scale, decimal: writer.take(), ieee: EMPTY };
}

/** @throws RangeError when the column does not have `count` rows. */
export function decodeNumbers(column: NumberColumn, count: number): Float64Array {
  if (column.ieee.length > 0) {
    if (column.ieee.length !== count * 8) throw new RangeError("a column of doubles has the wrong length");
    return new Float64Array(new Uint8Array(column.ieee).buffer);
  }
  const factor = POWERS[column.scale];
  if (factor === undefined) throw new RangeError(`a column of decimals with ${column.scale} places`);
  const values = decodeDeltas(column.decimal, count);
  if (factor !== 1) for (let i = 0; i < count; i++) values[i]! /= factor;
  return values;
}

/** The fewest decimal places with which every value is exact, or -1. */
export function decimalScale(values: ArrayLike<number>): number {
  let scale = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    // Negative zero has no decimal form, and large values would lose their exactness.
    if (Object.is(value, -0)) return -1;
    while (!isDecimal(value, POWERS[scale]!)) {
      scale++;
      if (scale === POWERS.length) return -1;
    }
  }
  // In rare cases a value is exact with two places and not with three. So all values are checked with the last scale.
  for (let i = 0; i < values.length; i++) if (!isDecimal(values[i]!, POWERS[scale]!)) return -1;
  return scale;
}

function isDecimal(value: number, factor: number): boolean {
  const whole = Math.round(value * factor);
  return Math.abs(whole) <= WHOLE_MAX && whole / factor === value;
}

const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];
/** The difference of two integers below this is still a safe integer. */
const WHOLE_MAX = 2 ** 51;
const EMPTY = Buffer.alloc(0);
