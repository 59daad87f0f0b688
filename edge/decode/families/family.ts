/**
 * A family of devices or systems with documented topics and payloads. It knows the name of the device, which values are
 * readings, and the units in the documentation. Pure and total, as all decoding is.
 *
 * A family splits a payload into parts. `json-fields.ts` finds the fields in them, as in any JSON payload, so that limits,
 * times and nulls are handled in one place.
 */
export interface Family {
  /** The name in routes and in `tidemark decode`. */
  readonly name: string;
  /** The kind of all messages on this topic, from the shape of the topic; undefined: the topic is not of this family. */
  readonly topic?: (levels: readonly string[]) => FamilyTopic | undefined;
  /** Whether a JSON payload belongs to this family. Called if the topic belongs to no family. */
  readonly payload?: (json: unknown) => boolean;
  /** The parts of a JSON payload of this family. */
  readonly parts?: (json: unknown, given: FamilyContext) => FamilyOutcome;
}

export type FamilyTopic =
  /** A single value as text, with the names of the family. */
  | { readonly kind: "value"; readonly device: string; readonly metric: string; readonly unit: string | null }
  /** JSON for {@link Family.parts}. A payload with a single value gets these names. */
  | { readonly kind: "json"; readonly device: string; readonly metric: string }
  /** Messages on this topic are not readings. */
  | { readonly kind: "ignored"; readonly what: IgnoredKind };

export type IgnoredKind =
  | "availability"
  | "bridge_state"
  | "discovery"
  | "join"
  | "command"
  | "event"
  | "log"
  | "identifier"
  | "attributes"
  | "bad_status"
  | "downlink"
  | "null";

export type FamilyContext = {
  /** The levels of the topic, without empty ones. */
  readonly levels: readonly string[];
  readonly clientId: string;
  readonly arrivedMs: number;
  /** Device and metric by the topic. */
  readonly device: string;
  readonly metric: string;
};

export type FamilyOutcome =
  | { readonly kind: "parts"; readonly parts: readonly JsonPart[] }
  | { readonly kind: "ignored"; readonly what: IgnoredKind }
  /** The message lacks the readings that it should contain. `detail` names what is missing. */
  | { readonly kind: "no_value"; readonly detail: string };

/** A part of a JSON payload with the readings of one device. */
export type JsonPart = {
  readonly device: string;
  readonly value: unknown;
  /** A prefix for the paths in the part; may be empty. */
  readonly path: string;
  /** The time of all readings in the part that have no own time. */
  readonly timeMs?: number | undefined;
  /** The unit of a path by the documentation of the family; null: the documentation names none. */
  readonly unitOf?: (path: string) => string | null;
  /** Paths that are identifiers and not readings. They, and what is below them, are counted and left out. */
  readonly isIdentifier?: (path: string) => boolean;
  /** Values that the family left out itself, counted by kind. */
  readonly ignored?: ReadonlyMap<IgnoredKind, number>;
};

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text at a path of keys; undefined: it is missing or empty. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/** The last key of a path. */
export function leafOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
