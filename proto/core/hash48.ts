/**
 * The first 48 bits of a batch's SHA-256, as a number. It is a safe integer, and 48 bits are enough to order the two
 * sides of a fork and to compare sets of batches between regions.
 */
export function hash48Of(sha256: Uint8Array): number {
  let hash48 = 0;
  for (let i = 0; i < BYTES; i++) hash48 = hash48 * 256 + sha256[i]!;
  return hash48;
}

/** Twelve hexadecimal digits. */
export function hash48Text(hash48: number): string {
  return hash48.toString(16).padStart(2 * BYTES, "0");
}

/** The sum of a stream's hashes after one more batch, modulo 2^48. It does not depend on the order of the batches. */
export function addHash48(sum: number, hash48: number): number {
  return (sum + hash48) % MODULUS;
}

const BYTES = 6;
const MODULUS = 2 ** (8 * BYTES);
