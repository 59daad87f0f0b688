import type { Value } from "../../proto/core/reading.ts";

/**
 * A single value as sensors write it: a number, a number with a unit, a word for a boolean, or any other text.
 */
export type PlainValue =
  | { readonly kind: "value"; readonly value: Value; readonly unit: string | null }
  | { readonly kind: "not_finite" };

export function plainValue(text: string): PlainValue {
  const trimmed = text.trim();
  // No digit may match two repetitions: `\d+\.?\d*` takes time quadratic in the length if the rest does not match.
  const number =
    /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?:\s*([^\d\s.,:;+\-/\p{C}][^\d\p{C}]{0,15}))?$/u.exec(trimmed);
  if (number !== null) {
    const value = exactNumber(number[1]!);
    if (value === undefined) return { kind: "not_finite" };
    return { kind: "value", value, unit: number[2]?.trim() ?? null };
  }
  if (/^[+-]?(nan|inf|infinity)$/i.test(trimmed)) return { kind: "not_finite" };
  const word = BOOLEANS.get(trimmed.toLowerCase());
  return { kind: "value", value: word ?? trimmed, unit: null };
}

/** An integer beyond 2^53 stays exact as a bigint. Undefined when the number is larger than any double. */
export function exactNumber(text: string): number | bigint | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[+-]?\d+$/.test(text))
    return BigInt(text.replace("+", ""));
  return value;
}

/**
 * The number in the bytes, if it is a simple one such as `-12.34` with up to 15 digits; otherwise NaN.
 *
 * An integer with up to 15 digits is an exact double. A power of ten up to 10^22 is exact, too. A division of two exact
 * doubles rounds once. So the result is that of `Number()` (W. D. Clinger, "How to Read Floating Point Numbers Accurately",
 * 1990). It is faster because no string is made: 25 ns instead of 110 ns for `21.57`.
 */
export function simpleNumber(bytes: Uint8Array): number {
  let at = 0;
  const end = bytes.length;
  const negative = bytes[0] === MINUS;
  if (negative) at = 1;
  let digits = 0;
  let whole = 0;
  let decimals = -1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= ZERO && byte <= NINE) {
      whole = whole * 10 + byte - ZERO;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === DOT && decimals < 0 && digits > 0) decimals = 0;
    else return Number.NaN;
  }
  if (digits === 0 || digits > 15 || decimals === 0) return Number.NaN;
  const value = decimals > 0 ? whole / POWERS[decimals]! : whole;
  return negative ? -value : value;
}

const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const POWERS = Array.from({ length: 16 }, (_, n) => 10 ** n);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["on", true],
  ["off", false],
  ["true", true],
  ["false", false],
  ["open", true],
  ["closed", false],
  ["online", true],
  ["offline", false],
]);
