/**
 * A family of devices or systems whose topics and payloads are documented: it knows what the device is called, what is a
 * reading and what is not, and which units its documentation states. Pure and total, as all decoding is.
 *
 * A family speaks of parts; the fields in them are found as in any JSON payload (json-fields.ts).
 */
export interface Family {
  /** As routes and `tidemark decode` name it. */
  readonly name: string;
  /** What every message on this topic is, by the shape of the topic; undefined: the topic is not of this family. */
  readonly topic?: (levels: readonly string[]) => FamilyTopic | undefined;
  /** Of a topic that no family claims, whether this payload is of this family: parsed JSON. */
  readonly payload?: (json: unknown) => boolean;
  /** What a JSON payload of this family is. */
  readonly parts?: (json: unknown, given: FamilyContext) => FamilyOutcome;
}

export type FamilyTopic =
  /** One value, as text; the names are those of the family. */
  | { readonly kind: "value"; readonly device: string; readonly metric: string; readonly unit: string | null }
  /** JSON, of which {@link Family.parts} makes sense; a bare value that is none gets these names. */
  | { readonly kind: "json"; readonly device: string; readonly metric: string }
  /** No readings, by its nature. */
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
  /** Without empty ones. */
  readonly levels: readonly string[];
  readonly clientId: string;
  readonly arrivedMs: number;
  /** Device and metric that the topic gives. */
  readonly device: string;
  readonly metric: string;
};

export type FamilyOutcome =
  | { readonly kind: "parts"; readonly parts: readonly JsonPart[] }
  | { readonly kind: "ignored"; readonly what: IgnoredKind }
  /** It should have been a reading and has none: what is missing. */
  | { readonly kind: "no_value"; readonly detail: string };

/** A piece of JSON with readings of one device. */
export type JsonPart = {
  readonly device: string;
  readonly value: unknown;
  /** In front of the paths in it; empty for none. */
  readonly path: string;
  /** The time of all in it that has no time of its own. */
  readonly timeMs?: number | undefined;
  /** What the documentation of the family says of the path; null: nothing. */
  readonly unitOf?: (path: string) => string | null;
  /** Paths that are no readings (identifiers): they and what is below them are left out, and counted. */
  readonly isIdentifier?: (path: string) => boolean;
  /** What was left out already, by kind. */
  readonly ignored?: ReadonlyMap<IgnoredKind, number>;
};

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text at a path of keys; undefined where there is none. */
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
