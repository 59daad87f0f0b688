import type { Value } from "./reading.ts";

/**
 * A 32-bit hash of one reading. Sums of it, modulo 2^32, show whether two cells hold the same readings, in any order.
 *
 * The time of an arrival is different in two gateways, so the hash of a reading that is dated by its arrival is the hash
 * of its value alone.
 *
 * The hash is part of the batch format: gateways and regions of all versions must compute the same one.
 */
export function readingHash(timeMs: number, value: Value, byArrival: boolean): number {
  const hash = valueHash(value);
  if (byArrival) return mixed(hash);
  return mixed(mixed(hash ^ (timeMs >>> 0)) + Math.floor(timeMs / 2 ** 32));
}

function valueHash(value: Value): number {
  switch (typeof value) {
    case "number":
      // The sum of 0 and -0 is 0: they are one value.
      WORDS.setFloat64(0, Number.isNaN(value) ? Number.NaN : value + 0);
      return mixed(mixed(NUMBER ^ WORDS.getUint32(0)) ^ WORDS.getUint32(4));
    case "boolean":
      return mixed(value ? TRUE : FALSE);
    case "bigint":
      return textHash(INTEGER, String(value));
    default:
      return textHash(TEXT, value);
  }
}

const [NUMBER, FALSE, TRUE, INTEGER, TEXT] = [1, 2, 3, 4, 5] as const;
const WORDS = new DataView(new ArrayBuffer(8));

/** FNV-1a over the UTF-16 code units. */
function textHash(seed: number, text: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}

/** The last steps of MurmurHash3 (A. Appleby): each bit of the input changes each bit of the output with half a chance. */
function mixed(hash: number): number {
  let h = hash >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
