const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];
const UNIT_MS: ReadonlyMap<string, number> = new Map(UNITS);

/**
 * A duration as people write it: `250ms`, `10s`, `1.5h`, `7d`.
 * @returns whole milliseconds.
 * @throws RangeError that says what is accepted.
 */
export function parseDuration(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text.trim());
  // Computed in thousandths, because 1.1 * 3600000 is not a whole number in floating point.
  const ms = match === null ? Number.NaN : (Math.round(Number(match[1]) * 1000) * UNIT_MS.get(match[2]!)!) / 1000;
  if (!Number.isSafeInteger(ms)) throw new RangeError("expected a duration such as 30s, 12h or 7d");
  return ms;
}

/** The shortest exact form, in one unit: 90000 -> `90s`, 3600000 -> `1h`. */
export function formatDuration(ms: number): string {
  for (const [unit, unitMs] of UNITS) {
    if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms}ms`;
}
