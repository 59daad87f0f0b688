const UNITS: readonly (readonly [string, number])[] = [
  ["TiB", 2 ** 40],
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
  ["B", 1],
];
const UNIT_BYTES: ReadonlyMap<string, number> = new Map(UNITS);

/**
 * A size as people write it, in powers of two: `512KiB`, `64MiB`, `2GiB`.
 * @returns whole bytes.
 * @throws RangeError that says what is accepted.
 */
export function parseSize(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)\s?(B|KiB|MiB|GiB|TiB)$/.exec(text.trim());
  const bytes = match === null ? Number.NaN : Math.round(Number(match[1]) * UNIT_BYTES.get(match[2]!)!);
  if (!Number.isSafeInteger(bytes)) throw new RangeError("expected a size such as 512KiB, 64MiB or 2GiB");
  return bytes;
}

/** The shortest exact form, in one unit: 262144 -> `256KiB`. */
export function formatExactSize(bytes: number): string {
  for (const [unit, unitBytes] of UNITS) {
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`;
  }
  return `${bytes}B`;
}
