import { Buffer } from "node:buffer";
import type { Millis } from "../../../proto/core/ids.ts";
import type { Value } from "../../../proto/core/reading.ts";
import type { WindowSummary } from "../../../proto/core/summary.ts";
import type { WindowContent } from "../../../proto/core/window-content.ts";
import { NO_CONTENT } from "../../../proto/core/window-content.ts";
import { decodeWindowContent, encodeWindowContent } from "../../../proto/wire/window-content-codec.ts";

/**
 * The `state` column of a window: twelve doubles, the first and last values where they are not numbers, the sketch, and the
 * single readings or cells.
 *
 *     f64[12] | u32 coverage | u32 length of ends | ends (JSON [first, last], null for a number) | sketch bytes
 *     f64[12] | u32 coverage | u32 length of ends with the highest bit | ends | u32 length of sketch | sketch | content bytes
 *
 * The first form is that of a window without content, and of earlier versions. A number is always among the doubles: JSON
 * would lose the sign of a negative zero.
 */
export type WindowState = {
  readonly summary: WindowSummary;
  readonly plainSum: number;
  readonly compensation: number;
  readonly content: WindowContent;
};

export function encodeWindowState(state: WindowState): { readonly state: Buffer; readonly contentBytes: number } {
  const { summary } = state;
  const bothNumbers = typeof summary.first === "number" && typeof summary.last === "number";
  const ends = bothNumbers ? EMPTY : Buffer.from(JSON.stringify([toText(summary.first), toText(summary.last)]));
  const sketch = summary.sketch ?? EMPTY;
  const content = encodeWindowContent(state.content);
  const contentBytes = content === null ? 0 : content.length;
  const bytes = Buffer.allocUnsafe(
    HEAD_BYTES + ends.length + (content === null ? 0 : LENGTH_BYTES) + sketch.length + contentBytes,
  );
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
  at = bytes.writeUInt32LE(content === null ? ends.length : ends.length + WITH_CONTENT, at);
  bytes.set(ends, at);
  at += ends.length;
  if (content !== null) at = bytes.writeUInt32LE(sketch.length, at);
  bytes.set(sketch, at);
  if (content !== null) bytes.set(content, at + sketch.length);
  return { state: bytes, contentBytes };
}

/** @throws RangeError when the bytes are too short for a state. */
export function decodeWindowState(bytes: Buffer): WindowState {
  if (bytes.length < HEAD_BYTES) throw new RangeError(`a window state of ${bytes.length} bytes is too short`);
  const double = (index: number): number => bytes.readDoubleLE(index * 8);
  const endsField = bytes.readUInt32LE(DOUBLES * 8 + 4);
  const hasContent = endsField >= WITH_CONTENT;
  const endsLength = hasContent ? endsField - WITH_CONTENT : endsField;
  const ends =
    endsLength === 0
      ? undefined
      : (JSON.parse(bytes.toString("utf8", HEAD_BYTES, HEAD_BYTES + endsLength)) as [StoredEnd, StoredEnd]);
  let at = HEAD_BYTES + endsLength;
  const sketchEnd = hasContent ? at + LENGTH_BYTES + bytes.readUInt32LE(at) : bytes.length;
  if (hasContent) at += LENGTH_BYTES;
  const sketch = bytes.subarray(at, sketchEnd);
  const content = hasContent ? decodeWindowContent(bytes.subarray(sketchEnd)) : NO_CONTENT;
  if (content.kind === "readings" && content.readings.length !== double(0))
    throw new RangeError(`a window state of ${double(0)} readings has ${content.readings.length}`);
  return {
    plainSum: double(2),
    compensation: double(3),
    content,
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
const LENGTH_BYTES = 4;
const WITH_CONTENT = 0x80000000;
const EMPTY = Buffer.alloc(0);
