import type { Millis } from "./ids.ts";

/**
 * The value of a reading. Integers beyond 2^53 stay exact as `bigint`; in sums they count as the nearest double.
 * Booleans count as 0 and 1; text has no sum, only a count, a first and a last.
 */
export type Value = number | bigint | boolean | string;

/**
 * Where the time of a reading comes from: `device` (the payload said so), `none` (the payload had no usable time, so
 * arrival time), `suspect` (the payload's time or the gateway's own clock was not plausible, so arrival time).
 */
export type ClockSource = "device" | "none" | "suspect";

/** One value of a series at a time. */
export type Reading = {
  readonly device: string;
  readonly metric: string;
  readonly timeMs: Millis;
  readonly value: Value;
  /** From the payload or the route. Null where neither names one. */
  readonly unit: string | null;
  readonly clock: ClockSource;
};

/** The number a value adds to a sum, or `undefined` for text. */
export function numeric(value: Value): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? undefined : Number(value);
}
