import type { TimeUnit, TimeZone } from "./timestamp.ts";
import { fromNumber, numberIn, timeOf, unitBySize } from "./timestamp.ts";

/**
 * The times in the messages of one topic. The size of a number tells its unit. But a device without a clock sends the time
 * since its start, and eleven days in milliseconds look like seconds in the year 2000. So each field keeps the unit that
 * it had first. A number in another unit is accepted only if it is a time about now, which an update of the device's
 * software may cause.
 */
export class TopicTimes {
  readonly #zone: TimeZone;
  /** How many units make a millisecond, by the name of the field. */
  readonly #perMs = new Map<string, number>();
  /** The arrival of the current message; undefined: the gateway's clock is not believed. */
  #arrivedMs: number | undefined;

  constructor(zone: TimeZone) {
    this.#zone = zone;
  }

  /** Call it for each message before its first time. */
  begin({ arrivedMs, clockPlausible }: { arrivedMs: number; clockPlausible: boolean }): void {
    this.#arrivedMs = clockPlausible ? arrivedMs : undefined;
  }

  /** @returns whole milliseconds since 1970; undefined: the value is not a time. */
  timeOf(name: string, value: unknown, unit: TimeUnit): number | undefined {
    const number = unit === "auto" ? numberIn(value) : undefined;
    if (number === undefined) return timeOf(value, unit, this.#zone);
    const perMs = unitBySize(Number(number));
    if (perMs === undefined) return undefined;
    const timeMs = fromNumber(number, "auto");
    const sticky = this.#perMs.get(name);
    if (timeMs === undefined || sticky === perMs) return timeMs;
    if (sticky !== undefined && !this.#isAboutNow(timeMs)) return undefined;
    if (this.#perMs.size < NAMES_MAX || sticky !== undefined) this.#perMs.set(name, perMs);
    return timeMs;
  }

  /** Whether a value could be a time. */
  isTime(value: unknown, unit: TimeUnit): boolean {
    return timeOf(value, unit, this.#zone) !== undefined;
  }

  #isAboutNow(timeMs: number): boolean {
    return this.#arrivedMs !== undefined && Math.abs(timeMs - this.#arrivedMs) < ABOUT_NOW_MS;
  }
}

const ABOUT_NOW_MS = 86_400_000;
const NAMES_MAX = 32;
