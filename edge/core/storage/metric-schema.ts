import type { SchemaVersion, ValueType } from "../../../proto/core/schema.ts";

/**
 * Finds the version of a metric that a reading belongs to. Called when its type or unit differs from the reading before
 * it.
 *
 * - When a unit was unknown, the first unit that comes is learned. That is no change.
 * - A reading without a unit has the unit of the readings of its type before it.
 * - A metric that returns to an earlier type and unit returns to that version. A sensor that alternates between two has
 *   two versions, however often it changes.
 */
export function placementOf(versions: readonly KnownVersion[], current: number, seen: SchemaVersion): Placement {
  const index = indexOf(versions, seen);
  const before = versions[current]!;
  if (index < 0) {
    if (versions.length >= VERSIONS_MAX) return { kind: "too_many" };
    return { kind: "new", change: changeBetween(before, seen) };
  }
  if (index === current) return { kind: "known", index, change: null };
  return { kind: "known", index, change: changeBetween(before, seen) };
}

export type Placement =
  /** An existing version, which may have learned its type or unit. `change` null: it is the current version. */
  | { readonly kind: "known"; readonly index: number; readonly change: SchemaChangeKind | null }
  | { readonly kind: "new"; readonly change: SchemaChangeKind }
  | { readonly kind: "too_many" };

export type SchemaChangeKind = "type" | "unit";

/** A type and unit that the metric has had. */
export type KnownVersion = {
  /** Null: stored by an earlier version of this software, which did not record it. */
  readonly type: ValueType | null;
  readonly unit: string | null;
  /** Grows each time a version becomes the current one. */
  readonly became: number;
};

/** Type and unit of a version after a reading that belongs to it. */
export function learned(version: Pick<KnownVersion, "type" | "unit">, seen: SchemaVersion): SchemaVersion {
  return { type: version.type ?? seen.type, unit: version.unit ?? seen.unit };
}

/** Each version takes a kilobyte of memory for ever. A metric with more versions has no schema. */
export const VERSIONS_MAX = 16;

function indexOf(versions: readonly KnownVersion[], seen: SchemaVersion): number {
  if (seen.unit === null) {
    const ofType = versions.filter(({ type }) => type === seen.type || type === null);
    const last = ofType.toSorted((a, b) => b.became - a.became)[0];
    return last === undefined ? -1 : versions.indexOf(last);
  }
  const same = versions.findIndex(({ type, unit }) => (type === seen.type || type === null) && unit === seen.unit);
  if (same >= 0) return same;
  return versions.findIndex(({ type, unit }) => (type === seen.type || type === null) && unit === null);
}

function changeBetween(before: KnownVersion, seen: SchemaVersion): SchemaChangeKind {
  return before.type !== null && before.type !== seen.type ? "type" : "unit";
}
