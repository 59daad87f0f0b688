import type { TimeUnit, TimeZone } from "./timestamp.ts";
import { fromNumber, numberIn, timeOf, unitBySize } from "./timestamp.ts";

/**
 * Times as one topic writes them. The unit of a number shows by its size, but a device without a clock counts from its
 * start, and eleven days in milliseconds look like seconds of the year 2000: so what the unit was first it stays, by
 * field. Another one is believed only where it says about now, as after an update of the device's software.
 */
export class TopicTimes {
  readonly #zone: TimeZone;
  /** By the name of the field: how many of its units make a millisecond. */
  readonly #perMs = new Map<string, number>();
  /** Of the message that is being decoded; undefined: not known. */
  #arrivedMs: number | undefined;

  constructor(zone: TimeZone) {
    this.#zone = zone;
  }

  /** To be called before the first time of a message is asked for. */
  begin({ arrivedMs, clockPlausible }: { arrivedMs: number; clockPlausible: boolean }): void {
    this.#arrivedMs = clockPlausible ? arrivedMs : undefined;
  }

  /** @returns whole milliseconds since 1970, or undefined when the value is no time. */
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

  /** Whether a value could be a time under some name. */
  isTime(value: unknown, unit: TimeUnit): boolean {
    return timeOf(value, unit, this.#zone) !== undefined;
  }

  #isAboutNow(timeMs: number): boolean {
    return this.#arrivedMs !== undefined && Math.abs(timeMs - this.#arrivedMs) < ABOUT_NOW_MS;
  }
}

const ABOUT_NOW_MS = 86_400_000;
const NAMES_MAX = 32;
