import type { SchemaVersion } from "../../proto/core/schema.ts";

/**
 * What a series has been, from what its rows said. A unit that was learned later is no other version: rows without one
 * belong to the first unit that readings of their type had.
 *
 * @param seen in order of the earliest reading.
 * @returns in the same order.
 */
export function knownVersions<Seen extends Seeing>(seen: readonly Seen[]): readonly Seen[] {
  const known = seen.filter(
    ({ type, unit }) => unit !== null || !seen.some((other) => other.type === type && other.unit !== null),
  );
  return known
    .map((version) => {
      const first = known.find(({ type }) => type === version.type);
      const unsaid = seen.find(({ type, unit }) => unit === null && type === version.type);
      if (first !== version || unsaid === undefined) return version;
      const isOnly = known.every(({ type, unit }) => type !== version.type || unit === version.unit);
      const lastMs = isOnly ? Math.max(version.lastMs, unsaid.lastMs) : version.lastMs;
      return { ...version, firstMs: Math.min(version.firstMs, unsaid.firstMs), lastMs };
    })
    .toSorted((a, b) => a.firstMs - b.firstMs);
}

type Seeing = SchemaVersion & { readonly firstMs: number; readonly lastMs: number };
