import { decode as decodeMessagePack } from "@msgpack/msgpack";
import { decode as decodeCbor } from "cborg";
import { senmlOf } from "./families/senml.ts";

/**
 * CBOR (RFC 8949) and MessagePack as JSON values: maps with text keys, lists, numbers, texts. What JSON cannot express
 * (undefined, bytes) becomes null, so that it is counted and not mistaken for a value.
 */
export type Binary = { readonly decoder: "cbor" | "msgpack"; readonly json: unknown };

/**
 * @param format undefined: try both. Then only a map or a list is accepted, and only if the whole payload decodes: a few
 *   random bytes are often a valid number in both formats.
 */
export function binaryOf(payload: Uint8Array, format?: "cbor" | "msgpack"): Binary | undefined {
  const found =
    (format !== "msgpack" ? cborOf(payload) : undefined) ?? (format !== "cbor" ? messagePackOf(payload) : undefined);
  if (found === undefined || (format === undefined && !isStructured(found.json))) return undefined;
  return found;
}

function cborOf(payload: Uint8Array): Binary | undefined {
  try {
    const value: unknown = decodeCbor(payload, {
      useMaps: true,
      allowUndefined: true,
      allowNaN: true,
      allowInfinity: true,
      tags: TAGS,
    });
    return { decoder: "cbor", json: plain(senmlOf(value) ?? value) };
  } catch {
    // Not CBOR, or broken. The caller reports it.
    return undefined;
  }
}

function messagePackOf(payload: Uint8Array): Binary | undefined {
  try {
    return { decoder: "msgpack", json: plain(decodeMessagePack(payload, { useBigInt64: true })) };
  } catch {
    return undefined;
  }
}

/** Self-described CBOR and the two kinds of times (RFC 8949, 3.4). */
const TAGS: Record<number, (inner: () => unknown) => unknown> = {
  0: (inner) => inner(),
  1: (inner) => inner(),
  55799: (inner) => inner(),
};

function isStructured(json: unknown): boolean {
  return typeof json === "object" && json !== null;
}

/** @throws TypeError for the symbol that the library returns for an end of a list without a list. */
function plain(value: unknown): unknown {
  if (typeof value === "symbol") throw new TypeError("the end of a list without a list");
  if (value === undefined || value instanceof Uint8Array) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    return Object.fromEntries([...(value as Map<unknown, unknown>)].map(([key, inner]) => [keyOf(key), plain(inner)]));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}

function keyOf(key: unknown): string {
  return typeof key === "string" || typeof key === "number" || typeof key === "bigint" ? String(key) : "";
}
