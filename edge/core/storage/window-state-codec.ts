import { Buffer } from "node:buffer";
import type { Millis } from "../../../proto/core/ids.ts";
import type { Value } from "../../../proto/core/reading.ts";
import type { WindowSummary } from "../../../proto/core/summary.ts";

/**
 * The `state` column of a window: twelve doubles, the first and last values where they are not numbers, the sketch.
 *
 *     f64[12] | u32 coverage | u32 length of ends | ends (JSON [first, last], null for a number) | sketch bytes
 *
 * A number is always among the doubles: JSON would lose the sign of a negative zero.
 */
export type WindowState = {
  readonly summary: WindowSummary;
  readonly plainSum: number;
  readonly compensation: number;
};

export function encodeWindowState(state: WindowState): Buffer {
  const { summary } = state;
  const bothNumbers = typeof summary.first === "number" && typeof summary.last === "number";
  const ends = bothNumbers ? EMPTY : Buffer.from(JSON.stringify([toText(summary.first), toText(summary.last)]));
  const sketch = summary.sketch ?? EMPTY;
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + ends.length + sketch.length);
  let at = 0;
  for (const double of [
    summary.count,
    summary.numericCount,
    state.plainSum,
    state.compensation,
    summary.min,
    summary.max,
    summary.mean,
    summary.m2,
    summary.firstMs,
    summary.lastMs,
    typeof summary.first === "number" ? summary.first : 0,
    typeof summary.last === "number" ? summary.last : 0,
  ]) {
    at = bytes.writeDoubleLE(double, at);
  }
  at = bytes.writeUInt32LE(summary.coverage, at);
  at = bytes.writeUInt32LE(ends.length, at);
  bytes.set(ends, at);
  bytes.set(sketch, at + ends.length);
  return bytes;
}

/** @throws RangeError when the bytes are too short for a state. */
export function decodeWindowState(bytes: Buffer): WindowState {
  if (bytes.length < HEAD_BYTES) throw new RangeError(`a window state of ${bytes.length} bytes is too short`);
  const double = (index: number): number => bytes.readDoubleLE(index * 8);
  const endsLength = bytes.readUInt32LE(DOUBLES * 8 + 4);
  const ends =
    endsLength === 0
      ? undefined
      : (JSON.parse(bytes.toString("utf8", HEAD_BYTES, HEAD_BYTES + endsLength)) as [StoredEnd, StoredEnd]);
  const sketch = bytes.subarray(HEAD_BYTES + endsLength);
  return {
    plainSum: double(2),
    compensation: double(3),
    summary: {
      count: double(0),
      numericCount: double(1),
      sum: double(2) + double(3),
      min: double(4),
      max: double(5),
      mean: double(6),
      m2: double(7),
      firstMs: double(8) as Millis,
      lastMs: double(9) as Millis,
      first: fromText(ends?.[0]) ?? double(10),
      last: fromText(ends?.[1]) ?? double(11),
      coverage: bytes.readUInt32LE(DOUBLES * 8),
      sketch: sketch.length === 0 ? null : new Uint8Array(sketch),
    },
  };
}

type StoredEnd = null | boolean | string | { readonly integer: string };

function toText(value: Value): StoredEnd {
  if (typeof value === "number") return null;
  return typeof value === "bigint" ? { integer: value.toString() } : value;
}

function fromText(end: StoredEnd | undefined): Value | undefined {
  if (end === null || end === undefined) return undefined;
  return typeof end === "object" ? BigInt(end.integer) : end;
}

const DOUBLES = 12;
const HEAD_BYTES = DOUBLES * 8 + 8;
const EMPTY = Buffer.alloc(0);
