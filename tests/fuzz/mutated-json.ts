import { encode as encodeMessagePack } from "@msgpack/msgpack";
import { encode as encodeCbor } from "cborg";
import type { Mutator } from "./mutator.ts";

/**
 * A well-formed message with other values, names, positions and sizes, as JSON, CBOR or MessagePack. A parser stops most
 * damaged bytes; this tests the code behind it.
 */
export function mutatedJson(mutator: Mutator, original: unknown): Uint8Array {
  let value: unknown = original;
  for (let steps = 1 + mutator.int(4); steps > 0; steps--) value = changed(mutator, value, 0);
  switch (mutator.int(4)) {
    case 0:
      return encodeCbor(value, { ignoreUndefinedProperties: true });
    case 1:
      return encodeMessagePack(value, { useBigInt64: true, maxDepth: 200 });
    default:
      return Buffer.from(
        JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? Number(inner) : inner)) ?? "null",
      );
  }
}

function changed(mutator: Mutator, value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth > 8 || mutator.chance(0.15)) return replaced(mutator, value);
  if (Array.isArray(value)) {
    const items: unknown[] = [...(value as unknown[])];
    const at = mutator.int(items.length + 1);
    if (at === items.length || mutator.chance(0.2)) items.splice(at, mutator.int(2), replaced(mutator, items[0]));
    else items[at] = changed(mutator, items[at], depth + 1);
    return items;
  }
  const entries = Object.entries(value);
  const at = mutator.int(entries.length + 1);
  const entry = entries[at];
  if (entry === undefined) entries.push([mutator.pick(KEYS), replaced(mutator, 1)]);
  else if (mutator.chance(0.2)) entry[0] = mutator.pick(KEYS);
  else if (mutator.chance(0.1)) entries.splice(at, 1);
  else entry[1] = changed(mutator, entry[1], depth + 1);
  return Object.fromEntries(entries);
}

function replaced(mutator: Mutator, value: unknown): unknown {
  switch (mutator.int(8)) {
    case 0:
      return [value, value];
    case 1:
      return { [mutator.pick(KEYS)]: value };
    case 2: {
      let nested = value;
      for (let depth = mutator.int(40); depth > 0; depth--) nested = depth % 2 === 0 ? [nested] : { value: nested };
      return nested;
    }
    case 3:
      return mutator.pick(KEYS).repeat(1 + mutator.int(mutator.chance(0.05) ? 1000 : 4));
    case 4:
      return Array.from({ length: mutator.int(mutator.chance(0.02) ? 3000 : 5) }, () => mutator.pick(VALUES));
    default:
      return mutator.pick(VALUES);
  }
}

const VALUES: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -0,
  -1,
  1.5,
  Number.NaN,
  Infinity,
  -Infinity,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  2 ** 53,
  -(2 ** 53),
  2n ** 63n - 1n,
  2n ** 64n - 1n,
  946_684_800,
  1_700_000_000,
  1_700_000_000_000,
  8.64e15,
  9e16,
  1e22,
  "",
  " ",
  "on",
  "NaN",
  "1e999",
  "12345678901234567890123",
  "21.5 °C",
  "1 \u0000",
  "\u202e",
  "\ud800",
  "�",
  "2026-11-20T11:59:00Z",
  "9999-12-31T23:59:59.999999999+14:00",
  "0000-00-00T00:00:00",
  "2026-02-30T00:00:00Z",
  "../../etc/passwd",
  "%s%n",
  "${jndi:ldap://x}",
  "'; DROP TABLE journal; --",
  {},
  [],
];

/** Names with a meaning in a format, a language or a file system. */
const KEYS = [
  "",
  "value",
  "val",
  "ts",
  "time",
  "timestamp",
  "t",
  "Time",
  "SourceTimestamp",
  "n",
  "v",
  "vs",
  "vb",
  "vd",
  "s",
  "u",
  "bn",
  "bt",
  "bv",
  "bs",
  "bu",
  "bver",
  "constructor",
  "toString",
  "hasOwnProperty",
  "length",
  "unit",
  "Value",
  "Payload",
  "Messages",
  "MessageType",
  "params",
  "src",
  "values",
  "uplink_message",
  "decoded_payload",
  "object",
  "_type",
  "a.b",
  "*",
  "{device}",
  "\u0000",
  "\u0085",
  "\ud800",
  "é",
  "😀",
  "k".repeat(257),
];
