import type { Value } from "./reading.ts";
import type { WindowSummary } from "./summary.ts";

/**
 * The type and the unit of the readings of a series. Two versions of one metric are never added up: the mean of degrees
 * Celsius and Fahrenheit, or of numbers and switches, has no meaning.
 *
 * A version is identified by its type and unit, not by a number: two gateways that forward one series would number
 * their versions differently, but "a number in °C" means the same in both.
 */
export type SchemaVersion = {
  readonly type: ValueType;
  /** Null: not known. */
  readonly unit: string | null;
};

/** An integer beyond 2^53 is a number. */
export type ValueType = (typeof VALUE_TYPES)[number];
export const VALUE_TYPES = ["number", "boolean", "text"] as const;

export function typeOfValue(value: Value): ValueType {
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return "boolean";
    default:
      return "number";
  }
}

/**
 * The exact type of a window of one version. A window of an older gateway may hold several types. Then the result is
 * the type that can be summed up.
 */
export function typeOfSummary({ numericCount, first, last }: WindowSummary): ValueType {
  if (numericCount === 0) return "text";
  const ends = [typeOfValue(first), typeOfValue(last)];
  return ends.includes("boolean") && !ends.includes("number") ? "boolean" : "number";
}

/** Names a version, and orders the versions of a metric: the same in every region. */
export function schemaKey({ type, unit }: SchemaVersion): string {
  return unit === null ? type : `${type} ${unit}`;
}

/** For people: `number in °C`, `text`. */
export function schemaText({ type, unit }: SchemaVersion): string {
  return unit === null ? type : `${type} in ${unit}`;
}
