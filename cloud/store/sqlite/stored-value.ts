import type { Value } from "../../../proto/core/reading.ts";

/**
 * A reading's value in a column of type ANY: REAL a number, TEXT a text, BLOB a value without a type in SQLite (x'00'
 * false, x'01' true, x'02' and the digits of an integer beyond 2^53).
 */
export type StoredValue = number | string | Buffer;

const FALSE = 0;
const TRUE = 1;
const BIG = 2;

export function storedValue(value: Value): StoredValue {
  if (typeof value === "boolean") return Buffer.of(value ? TRUE : FALSE);
  if (typeof value === "bigint") return Buffer.concat([Buffer.of(BIG), Buffer.from(value.toString(), "latin1")]);
  return value;
}

export function loadedValue(stored: StoredValue | null): Value {
  // SQLite has no NaN and keeps NULL in its place.
  if (stored === null) return Number.NaN;
  if (!Buffer.isBuffer(stored)) return stored;
  return stored[0] === BIG ? BigInt(stored.toString("latin1", 1)) : stored[0] === TRUE;
}
