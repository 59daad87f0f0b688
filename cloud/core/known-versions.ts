import type { SchemaVersion } from "../../proto/core/schema.ts";

/**
 * The types and units that a series has had, from the types and units of its rows. Rows without a unit belong to the first
 * unit of their type: a unit that became known later is not another version.
 *
 * @param seen in the order of the earliest reading.
 * @returns in the same order.
 */
export function knownVersions<Seen extends DatedVersion>(seen: readonly Seen[]): readonly Seen[] {
  const known = seen.filter(
    ({ type, unit }) => unit !== null || !seen.some((other) => other.type === type && other.unit !== null),
  );
  return known
    .map((version) => {
      const first = known.find(({ type }) => type === version.type);
      const unitless = seen.find(({ type, unit }) => unit === null && type === version.type);
      if (first !== version || unitless === undefined) return version;
      const isOnly = known.every(({ type, unit }) => type !== version.type || unit === version.unit);
      const lastMs = isOnly ? Math.max(version.lastMs, unitless.lastMs) : version.lastMs;
      return { ...version, firstMs: Math.min(version.firstMs, unitless.firstMs), lastMs };
    })
    .toSorted((a, b) => a.firstMs - b.firstMs);
}

type DatedVersion = SchemaVersion & { readonly firstMs: number; readonly lastMs: number };
