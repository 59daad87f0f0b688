import type { Value } from "../../proto/core/reading.ts";
import type { DeadLetterReason } from "./decoder.ts";
import { exactNumber, plainValue } from "./plain-value.ts";
import type { TimeUnit } from "./timestamp.ts";
import { isTimeText } from "./timestamp.ts";
import type { TopicTimes } from "./topic-times.ts";

/**
 * A JSON payload as a flat list of fields: the path joined by dots, the value, and the time of its object.
 *
 * The time in an object is the time of its fields and of those below it. The elements of an array each have their own
 * time. `{"value": x}` only wraps a value, so it adds nothing to the path. Below the root an object may have other fields
 * beside `value`, so that a sensor that sometimes sends its quality does not change its name. Null is not a reading.
 */
export type JsonFields =
  | {
      readonly kind: "fields";
      readonly fields: readonly JsonField[];
      readonly nulls: number;
      /** Fields that have the name of a time and another value, such as an uptime or zero. */
      readonly noTimes: number;
      /** Fields that are identifiers by the documentation of the family. */
      readonly identifiers: number;
    }
  | { readonly kind: "dead_letter"; readonly reason: DeadLetterReason; readonly detail: string };

export type JsonField = {
  /** Undefined: the topic names the device. */
  readonly device: string | undefined;
  /** Empty for a payload with a single value. */
  readonly path: string;
  readonly value: Value;
  readonly unit: string | null;
  /** Undefined: there is no time in the payload. */
  readonly timeMs: number | undefined;
  /** The text in the payload, if it writes a number or a boolean as a text. */
  readonly written?: string;
};

export type JsonLimits = { readonly depth: number; readonly values: number };

/** Parses a text as JSON. For a text that is not JSON it reports the place of the mistake. */
export function parsedJson(
  text: string,
): { readonly kind: "json"; readonly json: unknown } | Extract<JsonFields, { kind: "dead_letter" }> {
  try {
    const json: unknown = JSON.parse(text);
    // The reviver is used only for a text that is known to be JSON. For a deeply nested text that is not JSON,
    // JSON.parse with any reviver writes beyond its memory (Node 26.10.0: "free(): invalid next size").
    return { kind: "json", json: LONG_DIGITS.test(text) ? JSON.parse(text, exactIntegers) : json };
  } catch (error) {
    return syntaxFault(text, error);
  }
}

/** The fields of all parts of a payload. The limits hold for all parts together. */
export function fieldsOf(parts: readonly WalkedPart[], options: WalkOptions): JsonFields {
  const walk = new Walk(options);
  try {
    for (const part of parts) walk.part(part);
  } catch (error) {
    if (error instanceof NotAccepted) return { kind: "dead_letter", reason: error.reason, detail: error.message };
    throw error;
  }
  return {
    kind: "fields",
    fields: walk.fields,
    nulls: walk.nulls,
    noTimes: walk.noTimes,
    identifiers: walk.identifiers,
  };
}

export type WalkOptions = {
  readonly time: JsonTime;
  readonly times: TopicTimes;
  /** The format writes every value as a text, so a text is not worth reporting. */
  readonly isAllText?: boolean;
  readonly limits: JsonLimits;
  /** Arrays whose elements are readings of one series: the milliseconds between two elements, by path. */
  readonly split?: ReadonlyMap<string, number>;
};

/** A part of a payload to walk through, and what is known about it. */
export type WalkedPart = {
  /** Undefined: the topic names the device. */
  readonly device?: string;
  readonly value: unknown;
  readonly path: string;
  readonly timeMs?: number | undefined;
  readonly unitOf?: (path: string) => string | null;
  readonly isIdentifier?: (path: string) => boolean;
};

/**
 * The place of the time: none (`arrival`), the field that the route names (a key, or a path joined by dots), or the first
 * field with a usual name.
 */
export type JsonTime =
  | { readonly kind: "arrival" }
  | { readonly kind: "field"; readonly field: string; readonly unit: TimeUnit }
  | { readonly kind: "auto"; readonly unit: TimeUnit };

/** In the order of preference. `t` is a time only if its value looks like one. Otherwise it is a temperature. */
const TIME_NAMES = [
  "ts",
  "timestamp",
  "time",
  "Time",
  "tst",
  "measured_at",
  "created_at",
  "SourceTimestamp",
  "last_seen",
  "t",
];
const TIME_NAME_SET: ReadonlySet<string> = new Set(TIME_NAMES);
const WRAPPERS: ReadonlySet<string> = new Set(["value", "val"]);
const LONG_DIGITS = /\d{16}/;

class Walk {
  readonly fields: JsonField[] = [];
  nulls = 0;
  noTimes = 0;
  identifiers = 0;
  #part: WalkedPart = { value: null, path: "" };
  /** The paths of times that are not in the object itself, but below it. */
  readonly #timePaths = new Set<string>();
  readonly #time: JsonTime;
  readonly #times: TopicTimes;
  readonly #isAllText: boolean;
  readonly #limits: JsonLimits;
  readonly #split: ReadonlyMap<string, number> | undefined;

  constructor(options: WalkOptions) {
    this.#split = options.split;
    this.#time = options.time;
    this.#times = options.times;
    this.#isAllText = options.isAllText ?? false;
    this.#limits = options.limits;
  }

  part(part: WalkedPart): void {
    this.#part = part;
    this.#timePaths.clear();
    this.#value(part.value, part.path, part.timeMs, 0);
  }

  #value(value: unknown, path: string, timeMs: number | undefined, depth: number): void {
    if (this.#part.isIdentifier?.(path) === true) {
      this.identifiers++;
      return;
    }
    if (depth > this.#limits.depth)
      throw new NotAccepted("too_deep", `more than ${this.#limits.depth} levels at ${path}`);
    if (value === null) this.nulls++;
    else if (this.#timePaths.has(path)) return;
    else if (Array.isArray(value)) this.#array(value, path, timeMs, depth);
    else if (typeof value === "object") this.#object(value as Record<string, unknown>, path, timeMs, depth);
    else this.#leaf(value, path, timeMs);
  }

  #leaf(value: unknown, path: string, timeMs: number | undefined): void {
    if (this.fields.length >= this.#limits.values) {
      throw new NotAccepted("too_many_values", `more than ${this.#limits.values} values in one message`);
    }
    if (typeof value === "string") {
      const plain = plainValue(value);
      if (plain.kind === "not_finite")
        throw new NotAccepted("not_finite", `${path === "" ? "the value" : path} is ${value}`);
      this.#add(path, plain.value, plain.unit, timeMs);
      if (typeof plain.value === "string" || this.#isAllText) return;
      this.fields.push({ ...this.fields.pop()!, written: value });
    } else if (typeof value === "number" && !Number.isFinite(value)) {
      throw new NotAccepted("not_finite", `${path === "" ? "the value" : path} is too large for a number`);
    } else {
      this.#add(path, value as Value, null, timeMs);
    }
  }

  #add(path: string, value: Value, ownUnit: string | null, timeMs: number | undefined): void {
    const { device, unitOf } = this.#part;
    const unit = ownUnit ?? (unitOf === undefined || typeof value === "string" ? null : unitOf(path));
    this.fields.push({ device, path, value, unit, timeMs });
  }

  #array(items: readonly unknown[], path: string, timeMs: number | undefined, depth: number): void {
    const everyMs = this.#split?.get(path);
    if (everyMs !== undefined) {
      for (const [i, item] of items.entries()) {
        this.#value(item, path, timeMs === undefined ? undefined : timeMs + i * everyMs, depth + 1);
      }
      return;
    }
    // In a list of objects with times, each element is one more reading of the same series, not another series.
    const dated = items.length > 0 && items.every((item) => isObject(item) && this.#timeIn(item, path) !== undefined);
    for (const [i, item] of items.entries()) {
      this.#value(item, dated ? path : joined(path, String(i)), timeMs, depth + 1);
    }
  }

  #object(object: Record<string, unknown>, path: string, timeMs: number | undefined, depth: number): void {
    const found = this.#timeIn(object, path);
    const ownTimeMs = found?.timeMs ?? timeMs;
    let wraps = 0;
    let others = 0;
    for (const key in object) {
      if (this.#isTime(key, object[key], found?.name)) continue;
      if (WRAPPERS.has(key)) wraps++;
      else others++;
    }
    const wrapper = wraps === 1 && (others === 0 || path !== "");
    for (const key in object) {
      if (key === "__proto__") throw new NotAccepted("forbidden_key", `the key __proto__ at ${joined(path, key)}`);
      const value = object[key];
      if (this.#isTime(key, value, found?.name)) {
        if (key !== found?.name && (found === undefined || !this.#times.isTime(value, "auto"))) this.noTimes++;
        continue;
      }
      this.#value(value, wrapper && WRAPPERS.has(key) ? path : joined(path, key), ownTimeMs, depth + 1);
    }
  }

  /** The time in an object, and the name of its field. `timeMs` undefined: the field exists but is not a time. */
  #timeIn(
    object: Record<string, unknown>,
    path: string,
  ): { readonly name: string; readonly timeMs: number | undefined } | undefined {
    const time = this.#time;
    if (time.kind === "arrival") return undefined;
    if (time.kind === "field") {
      const found = fieldAt(object, time.field);
      if (found === undefined) return undefined;
      const timeMs = this.#times.timeOf(time.field, found.value, time.unit);
      if (timeMs === undefined && found.value !== null) {
        throw new NotAccepted("bad_timestamp", `${time.field} is ${excerpt(jsonOf(found.value))}`);
      }
      if (found.below) this.#timePaths.add(joined(path, time.field));
      return { name: time.field, timeMs };
    }
    for (const name of TIME_NAMES) {
      if (!Object.hasOwn(object, name)) continue;
      const timeMs = this.#times.timeOf(name, object[name], time.unit);
      if (timeMs !== undefined) return { name, timeMs };
    }
    return undefined;
  }

  #isTime(key: string, value: unknown, chosen: string | undefined): boolean {
    if (key === chosen) return true;
    if (this.#time.kind !== "auto" || !TIME_NAME_SET.has(key)) return false;
    if (key === "t") return this.#times.isTime(value, this.#time.unit);
    // An uptime, a zero or a time in 1970 in such a field is not a reading, either.
    return typeof value === "number" || typeof value === "bigint" || isTimeText(value);
  }
}

class NotAccepted extends Error {
  readonly reason: DeadLetterReason;

  constructor(reason: DeadLetterReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** A reviver that keeps integers beyond 2^53 exact. It is slow, so it is used only for texts with so many digits. */
function exactIntegers(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && context?.source !== undefined ? (exactNumber(context.source) ?? value) : value;
}

/** The message of V8 with the payload and the column: `{"t": 21.5 "h": 40}`: expected ',' or '}' at column 12. */
function syntaxFault(text: string, error: unknown): Extract<JsonFields, { kind: "dead_letter" }> {
  const message = error instanceof Error ? error.message : String(error);
  const position = /at position (\d+)/.exec(message)?.[1];
  const notANumber = /[:[,\s]([+-]?(?:NaN|Infinity|nan|inf))\b/.exec(text);
  if (notANumber !== null && message.startsWith("Unexpected token")) {
    const column = notANumber.index + 2;
    return { kind: "dead_letter", reason: "not_finite", detail: `${excerpt(text)}: not a number at column ${column}` };
  }
  const what =
    /^(Expected .*?) in JSON/.exec(message)?.[1] ?? /^(Unexpected .*?)(?:,| in JSON|$)/.exec(message)?.[1] ?? message;
  const end = message.startsWith("Unexpected end") ? ` at column ${text.length + 1}` : "";
  const where = position === undefined ? end : ` at column ${Number(position) + 1}`;
  const detail = `${excerpt(text)}: ${what[0]!.toLowerCase()}${what.slice(1)}${where}`;
  return { kind: "dead_letter", reason: "syntax", detail };
}

/** A field by its key, or by its path of keys joined by dots. */
function fieldAt(
  object: Record<string, unknown>,
  field: string,
): { readonly value: unknown; readonly below: boolean } | undefined {
  if (Object.hasOwn(object, field)) return { value: object[field], below: false };
  if (!field.includes(".")) return undefined;
  let value: unknown = object;
  for (const key of field.split(".")) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return { value, below: true };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Integers beyond 2^53 are bigints here. JSON.stringify does not accept them. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "";
}

function excerpt(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
