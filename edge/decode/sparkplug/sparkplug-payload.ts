import protobuf from "protobufjs/minimal.js";
import type { Value } from "../../../proto/core/reading.ts";

/**
 * The payload of a Sparkplug B message, read by the field numbers of the published schema (Eclipse Sparkplug 3.0.0,
 * section 6.4; eclipse-tahu/tahu sparkplug_b.proto). No library reads it, because the meaning of a value depends on a
 * datatype that may be in another message. Libraries that decode values without the datatype turn valid values into nulls.
 */
export type SparkplugPayload = {
  readonly timestampMs: number | undefined;
  readonly seq: number | undefined;
  readonly metrics: readonly SparkplugMetric[];
};

export type SparkplugMetric = {
  readonly name: string | undefined;
  readonly alias: number | undefined;
  readonly timestampMs: number | undefined;
  readonly datatype: number | undefined;
  readonly isNull: boolean;
  /** From the property that tools use for units; undefined: the metric has no such property. */
  readonly unit: string | undefined;
  readonly raw: RawValue;
};

/** A value from the wire. {@link valueOf} interprets it. */
export type RawValue =
  | { readonly kind: "none" }
  /** `int_value` and `long_value`, still without a sign. */
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "template"; readonly isDefinition: boolean; readonly metrics: readonly SparkplugMetric[] }
  /** Data sets, bytes and files. They are not readings. */
  | { readonly kind: "opaque" };

/** @throws Error when the bytes are not a Sparkplug B payload. */
export function readSparkplugPayload(bytes: Uint8Array): SparkplugPayload {
  const reader = protobuf.Reader.create(bytes);
  const metrics: SparkplugMetric[] = [];
  let timestampMs: number | undefined;
  let seq: number | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    switch (tag >>> 3) {
      case 1:
        timestampMs = Number(uint64(reader));
        break;
      case 2:
        metrics.push(readMetric(protobuf.Reader.create(reader.bytes()), 0));
        break;
      case 3:
        seq = Number(uint64(reader));
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  return { timestampMs, seq, metrics };
}

function readMetric(reader: protobuf.Reader, depth: number): SparkplugMetric {
  if (depth > DEPTH_MAX) throw new Error(`templates are nested in more than ${DEPTH_MAX} levels`);
  let name: string | undefined;
  let alias: number | undefined;
  let timestampMs: number | undefined;
  let datatype: number | undefined;
  let isNull = false;
  let unit: string | undefined;
  let raw: RawValue = { kind: "none" };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    switch (tag >>> 3) {
      case 1:
        name = reader.string();
        break;
      case 2:
        alias = Number(uint64(reader));
        break;
      case 3:
        timestampMs = Number(uint64(reader));
        break;
      case 4:
        datatype = reader.uint32();
        break;
      case 7:
        isNull = reader.bool();
        break;
      case 9:
        unit = unitIn(protobuf.Reader.create(reader.bytes()));
        break;
      case 10:
        raw = { kind: "integer", value: BigInt(reader.uint32()) };
        break;
      case 11:
        raw = { kind: "integer", value: uint64(reader) };
        break;
      case 12:
        raw = { kind: "value", value: nearestDecimal(reader.float()) };
        break;
      case 13:
        raw = { kind: "value", value: reader.double() };
        break;
      case 14:
        raw = { kind: "value", value: reader.bool() };
        break;
      case 15:
        raw = { kind: "value", value: reader.string() };
        break;
      case 18:
        raw = readTemplate(protobuf.Reader.create(reader.bytes()), depth + 1);
        break;
      case 16:
      case 17:
      case 19:
        reader.skipType(tag & 7);
        raw = { kind: "opaque" };
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  return { name, alias, timestampMs, datatype, isNull, unit, raw };
}

function readTemplate(reader: protobuf.Reader, depth: number): RawValue {
  const metrics: SparkplugMetric[] = [];
  let isDefinition = false;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 2) metrics.push(readMetric(protobuf.Reader.create(reader.bytes()), depth));
    else if (tag >>> 3 === 5) isDefinition = reader.bool();
    else reader.skipType(tag & 7);
  }
  return { kind: "template", isDefinition, metrics };
}

/** The unit in a property set: keys are field 1, values field 2. Field 8 of a value is its text. */
function unitIn(reader: protobuf.Reader): string | undefined {
  const keys: string[] = [];
  const values: (string | undefined)[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) keys.push(reader.string());
    else if (tag >>> 3 === 2) values.push(textOf(protobuf.Reader.create(reader.bytes())));
    else reader.skipType(tag & 7);
  }
  const found = keys.findIndex((key) => UNIT_PROPERTIES.has(key.toLowerCase()));
  return found < 0 || values[found] === "" ? undefined : values[found];
}

function textOf(reader: protobuf.Reader): string | undefined {
  let text: string | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 8) text = reader.string();
    else reader.skipType(tag & 7);
  }
  return text;
}

/**
 * Interprets a raw value by its datatype (Sparkplug 3.0.0, table of data types). Integers have no sign on the wire.
 * Undefined: it is not a reading.
 */
export function valueOf(raw: RawValue, datatype: number | undefined): Value | undefined {
  switch (raw.kind) {
    case "value":
      return raw.value;
    case "integer": {
      const bits = SIGNED_BITS.get(datatype ?? 0);
      const signed = bits === undefined ? raw.value : BigInt.asIntN(bits, raw.value);
      if (datatype === BOOLEAN) return signed !== 0n;
      return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
    }
    case "none":
    case "template":
    case "opaque":
      return undefined;
  }
}

/** The float 0.1 is 0.10000000149011612 as a double. The value that the device meant is the shortest decimal for the float. */
function nearestDecimal(float: number): number {
  return Number.isFinite(float) ? Number(float.toPrecision(7)) : float;
}

/**
 * A varint of up to 64 bits. `reader.uint64()` is exact only if protobufjs knows `Long`, which is one setting for the whole
 * process (proto/wire/protobuf-numbers.ts turns it off): -1 would become 0.
 * @throws RangeError when the bytes end before the varint does, or it has more than ten bytes.
 */
function uint64(reader: protobuf.Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (reader.pos >= reader.len) break;
    const byte = reader.buf[reader.pos++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new RangeError("a 64-bit number is cut off or too long");
}

const UNIT_PROPERTIES: ReadonlySet<string> = new Set([
  "engunit",
  "engineering units",
  "engineeringunits",
  "unit",
  "units",
]);
/** Int8, Int16, Int32, Int64. */
const SIGNED_BITS: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [2, 16],
  [3, 32],
  [4, 64],
]);
const BOOLEAN = 11;
const DEPTH_MAX = 8;
