import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { ClockSource, Value } from "../../proto/core/reading.ts";

/**
 * The readings of one commit as one journal row: 21 bytes for each reading, in columns, then the values that are not
 * numbers, as JSON. With one row for each commit SQLite takes 0.3 µs for a reading; with one row for each reading it takes 2 µs.
 *
 *     i32 series[n] | f64 time ms[n] | f64 value[n] | u8 kind + clock[n] | others (JSON array)
 */
export class JournalChunkWriter {
  #capacity = 1024;
  #series = new Int32Array(this.#capacity);
  #timesMs = new Float64Array(this.#capacity);
  #values = new Float64Array(this.#capacity);
  #kinds = new Uint8Array(this.#capacity);
  #others: (string | boolean)[] = [];
  #count = 0;

  get readings(): number {
    return this.#count;
  }

  add(series: number, timeMs: number, value: Value, clock: ClockSource): void {
    if (this.#count === this.#capacity) this.#grow();
    const at = this.#count++;
    this.#series[at] = series;
    this.#timesMs[at] = timeMs;
    if (typeof value === "number") {
      this.#values[at] = value;
      this.#kinds[at] = CLOCK_CODE[clock] << 4;
    } else {
      this.#values[at] = 0;
      this.#kinds[at] = (CLOCK_CODE[clock] << 4) | (typeof value === "bigint" ? KIND_INTEGER : KIND_JSON);
      this.#others.push(typeof value === "bigint" ? value.toString() : value);
    }
  }

  /** The row's bytes; the writer is empty afterwards. */
  take(): Buffer {
    const n = this.#count;
    const others = this.#others.length === 0 ? null : Buffer.from(JSON.stringify(this.#others));
    const bytes = Buffer.allocUnsafe(n * READING_BYTES + (others?.length ?? 0));
    let at = 0;
    for (const column of [this.#series, this.#timesMs, this.#values, this.#kinds]) {
      const length = n * column.BYTES_PER_ELEMENT;
      bytes.set(new Uint8Array(column.buffer, 0, length), at);
      at += length;
    }
    if (others !== null) bytes.set(others, at);
    this.#count = 0;
    if (others !== null) this.#others = [];
    return bytes;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    this.#series = filled(new Int32Array(capacity), this.#series);
    this.#timesMs = filled(new Float64Array(capacity), this.#timesMs);
    this.#values = filled(new Float64Array(capacity), this.#values);
    this.#kinds = filled(new Uint8Array(capacity), this.#kinds);
    this.#capacity = capacity;
  }
}

function filled<Column extends Int32Array | Float64Array | Uint8Array>(column: Column, from: Column): Column {
  column.set(from);
  return column;
}

/**
 * Checksum of a row. It covers the bytes and the position, so that a row in the wrong position is noticed, too.
 */
export function journalChecksum(firstSeq: number, readings: number, bytes: Uint8Array): number {
  return crc32(bytes, crc32(`${firstSeq}/${readings}`));
}

/** @throws RangeError when the bytes do not hold `readings` readings. */
export function readJournalChunk(
  bytes: Uint8Array,
  readings: number,
  each: (index: number, series: number, timeMs: number, value: Value, clock: ClockSource) => void,
): void {
  if (bytes.length < readings * READING_BYTES)
    throw new RangeError(`a journal row of ${bytes.length} bytes is too short`);
  // SQLite's blobs are not aligned for typed arrays: one copy is cheaper than a DataView for every number.
  const aligned = new Uint8Array(bytes).buffer;
  const series = new Int32Array(aligned, 0, readings);
  const doubles = aligned.slice(readings * 4, readings * 20);
  const timesMs = new Float64Array(doubles, 0, readings);
  const values = new Float64Array(doubles, readings * 8, readings);
  const kinds = new Uint8Array(aligned, readings * 20, readings);
  const others =
    bytes.length === readings * READING_BYTES
      ? []
      : (JSON.parse(Buffer.from(aligned, readings * READING_BYTES).toString()) as (string | boolean)[]);
  let other = 0;
  for (let i = 0; i < readings; i++) {
    const kind = kinds[i]! & 15;
    const clock = CLOCKS[kinds[i]! >> 4] ?? "none";
    if (kind === KIND_NUMBER) each(i, series[i]!, timesMs[i]!, values[i]!, clock);
    else {
      const text = others[other++]!;
      each(i, series[i]!, timesMs[i]!, kind === KIND_INTEGER ? BigInt(text) : text, clock);
    }
  }
}

/** The least that a reading takes. */
export const READING_BYTES = 21;
const KIND_NUMBER = 0;
const KIND_INTEGER = 1;
const KIND_JSON = 2;
const CLOCKS: readonly ClockSource[] = ["device", "none", "suspect"];
const CLOCK_CODE: Readonly<Record<ClockSource, number>> = { device: 0, none: 1, suspect: 2 };
