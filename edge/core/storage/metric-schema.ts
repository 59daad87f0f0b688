import type { SchemaVersion, ValueType } from "../../../proto/core/schema.ts";

/**
 * Which version of a metric a reading belongs to, when it does not simply say what the one before said.
 *
 * - A unit that was unknown and is said now is learned, and no change.
 * - A reading without a unit has that of the readings of its type before it.
 * - A metric that goes back to what it was before goes back to that version: a sensor that flips between two makes two,
 *   however often it flips.
 */
export function placed(versions: readonly KnownVersion[], current: number, said: SchemaVersion): Placement {
  const index = indexOf(versions, said);
  const before = versions[current]!;
  if (index < 0) {
    if (versions.length >= VERSIONS_MAX) return { kind: "too_many" };
    return { kind: "new", change: changeBetween(before, said) };
  }
  if (index === current) return { kind: "known", index, change: null };
  return { kind: "known", index, change: changeBetween(before, said) };
}

export type Placement =
  /** Of the versions that there are; it may have learned its type or unit. `change` null: it is the current one. */
  | { readonly kind: "known"; readonly index: number; readonly change: SchemaChangeKind | null }
  | { readonly kind: "new"; readonly change: SchemaChangeKind }
  | { readonly kind: "too_many" };

export type SchemaChangeKind = "type" | "unit";

/** One that a gateway has met. */
export type KnownVersion = {
  /** Null: of an earlier version of this software, which did not look. */
  readonly type: ValueType | null;
  readonly unit: string | null;
  /** Orders the versions by when they were current last. */
  readonly became: number;
};

/** What a version is after a reading that belongs to it. */
export function learned(version: Pick<KnownVersion, "type" | "unit">, said: SchemaVersion): SchemaVersion {
  return { type: version.type ?? said.type, unit: version.unit ?? said.unit };
}

/** Each takes a kilobyte of memory for ever: what has had so many has no schema. */
export const VERSIONS_MAX = 16;

function indexOf(versions: readonly KnownVersion[], said: SchemaVersion): number {
  if (said.unit === null) {
    const ofType = versions.filter(({ type }) => type === said.type || type === null);
    const last = ofType.toSorted((a, b) => b.became - a.became)[0];
    return last === undefined ? -1 : versions.indexOf(last);
  }
  const same = versions.findIndex(({ type, unit }) => (type === said.type || type === null) && unit === said.unit);
  if (same >= 0) return same;
  return versions.findIndex(({ type, unit }) => (type === said.type || type === null) && unit === null);
}

function changeBetween(before: KnownVersion, said: SchemaVersion): SchemaChangeKind {
  return before.type !== null && before.type !== said.type ? "type" : "unit";
}
