/**
 * The time of a reading, as payloads write it. The size of a number tells its unit: 10 digits are seconds, 13
 * milliseconds, 16 microseconds, 19 nanoseconds. Any other number is not a time (zero, an uptime, 1970). A text is ISO
 * 8601. If it has no offset, it is in the time zone of the gateway.
 */
export type TimeUnit = "auto" | "s" | "ms" | "iso";

/** @returns whole milliseconds since 1970; undefined: the value is not a time. */
export function timeOf(value: unknown, unit: TimeUnit, zone: TimeZone): number | undefined {
  const number = numberIn(value);
  if (number !== undefined && (unit !== "iso" || typeof value !== "string")) {
    return unit === "iso" ? undefined : fromNumber(number, unit);
  }
  if (typeof value !== "string" || value.length > 64) return undefined;
  return unit === "s" || unit === "ms" ? undefined : fromIso(value, zone);
}

/** The number in a value: a number, or a text with as many digits as a time has; undefined: neither. */
export function numberIn(value: unknown): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value !== "string" || !/^\d{9,20}(\.\d{1,9})?$/.test(value)) return undefined;
  return value.includes(".") ? Number(value) : BigInt(value);
}

/** Whether a text has the form of a time, even if the time is not valid: 1970, the 31st of February. */
export function isTimeText(value: unknown): boolean {
  return typeof value === "string" && (value.trim() === "" || /^\d+(\.\d+)?$/.test(value) || ISO.test(value));
}

/** The offsets of one time zone, from the tables of the system. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat | undefined;

  /** @throws RangeError when the system does not know the zone. */
  constructor(name: string) {
    if (name === "UTC") return;
    this.#format = new Intl.DateTimeFormat("en-GB", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** The instant at which the zone's clocks show `wallMs`, given as if it were UTC. */
  instantMs(wallMs: number): number {
    // The offset depends on the instant, and the instant on the offset. A second step is enough.
    const first = wallMs - this.#offsetMs(wallMs);
    return wallMs - this.#offsetMs(first);
  }

  #offsetMs(instantMs: number): number {
    if (this.#format === undefined) return 0;
    const shown = new Map(this.#format.formatToParts(instantMs).map((part) => [part.type, Number(part.value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
    const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
    return wall - Math.floor(instantMs / 1000) * 1000;
  }
}

/** A computed time in whole milliseconds; undefined: it is outside the range that {@link timeOf} accepts. */
export function instantOf(timeMs: number | undefined): number | undefined {
  return timeMs !== undefined && timeMs >= EARLIEST_MS && timeMs < LATEST_MS ? Math.trunc(timeMs) : undefined;
}

/** A time before the year 2000 comes from a clock that was never set. */
export const EARLIEST_MS = 946_684_800_000;

/** @returns undefined: the number is not a time in this unit. */
export function fromNumber(value: number | bigint, unit: TimeUnit): number | undefined {
  const size = Number(value);
  if (!Number.isFinite(size)) return undefined;
  const perMs = unit === "s" ? 1e-3 : unit === "ms" ? 1 : unitBySize(size);
  if (perMs === undefined) return undefined;
  const timeMs = typeof value === "bigint" && perMs > 1 ? Number(value / BigInt(perMs)) : Math.round(size / perMs);
  return timeMs >= EARLIEST_MS && timeMs < LATEST_MS ? timeMs : undefined;
}

/** How many units make a millisecond, by the size of a number; undefined: it is not a time in any unit. */
export function unitBySize(size: number): number | undefined {
  for (const perMs of [1e-3, 1, 1e3, 1e6]) {
    if (size >= EARLIEST_MS * perMs && size < LATEST_MS * perMs) return perMs;
  }
  return undefined;
}

function fromIso(text: string, zone: TimeZone): number | undefined {
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  const wallMs = Date.UTC(+year!, +month! - 1, +day!, +(hour ?? 0), +(minute ?? 0), +(second ?? 0));
  const back = new Date(wallMs);
  // Date.UTC turns the 31st of February into a day in March, so the date is read back and compared.
  if (back.getUTCMonth() !== +month! - 1 || back.getUTCDate() !== +day! || +(hour ?? 0) > 23 || +(minute ?? 0) > 59) {
    return undefined;
  }
  const withFraction = wallMs + Math.floor(Number(`0.${fraction ?? 0}`) * 1000);
  const timeMs = offset === undefined ? zone.instantMs(withFraction) : withFraction - offsetMs(offset);
  return timeMs >= EARLIEST_MS ? timeMs : undefined;
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === "Z") return 0;
  const sign = offset.startsWith("-") ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2))) * 60_000;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Seconds, milliseconds, microseconds and nanoseconds do not overlap below this. */
const LATEST_MS = 9e13;
