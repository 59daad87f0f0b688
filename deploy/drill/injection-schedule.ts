import { setTimeout as delay } from "node:timers/promises";
import type { Injection } from "./injections/injection.ts";
import { injectionsSentence, partsHitBy } from "./injections/injection.ts";
import type { InjectionEvent, Sighting } from "./outcome.ts";
import type { DrillTarget } from "./target.ts";

/**
 * The injections of a drill: begins them, ends each at its time, and records when each began and ended. {@link endAll} ends
 * everything that began. No injection is ended before it has begun completely.
 */
export class InjectionSchedule {
  readonly #target: DrillTarget;
  readonly #now: () => number;
  readonly #listener: ScheduleListener;
  readonly #signal: AbortSignal;
  readonly #events: OngoingEvent[] = [];
  readonly #active = new Map<Injection, () => Promise<void>>();
  readonly #lostForEver = new Set<string>();

  /**
   * @param deps.now milliseconds since the drill began.
   * @param deps.signal when it fires every injection ends at once.
   */
  constructor(deps: { target: DrillTarget; now: () => number; signal: AbortSignal; listener: ScheduleListener }) {
    this.#target = deps.target;
    this.#now = deps.now;
    this.#signal = deps.signal;
    this.#listener = deps.listener;
  }

  get active(): readonly Injection[] {
    return [...this.#active.keys()];
  }

  get events(): readonly OngoingEvent[] {
    return this.#events;
  }

  /** Parts that were killed and do not come back. */
  get lostForEver(): ReadonlySet<string> {
    return this.#lostForEver;
  }

  /**
   * When the last injection ended; for one that never ends, when it began. Null before the first, and while one is active.
   */
  get healedAtMs(): number | null {
    const ends = this.#events.map(({ injections, beganAtMs, endedAtMs }) =>
      injections.every(({ durationMs }) => durationMs === Infinity) ? beganAtMs : endedAtMs,
    );
    return ends.length === 0 || ends.includes(null) ? null : Math.max(...ends.map((ms) => ms ?? 0));
  }

  /**
   * Begins the injections of one step together: one event, and each ends at its own time. Resolves when all have begun.
   * @throws Fault when one cannot be begun.
   */
  async begin(injections: readonly Injection[], measured: boolean): Promise<void> {
    const event: OngoingEvent = {
      injections,
      sentence: injectionsSentence(injections),
      measured,
      parts: [...new Set(injections.flatMap(partsHitBy))],
      beganAtMs: this.#now(),
      endedAtMs: null,
      detectedAtMs: null,
      sightings: [],
    };
    this.#events.push(event);
    this.#listener.began(event);
    await Promise.all(injections.map((injection) => this.#begin(injection, event)));
  }

  /** Ends all active injections. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#active.values()].map((end) => end()));
  }

  async #begin(injection: Injection, event: OngoingEvent): Promise<void> {
    const { durationMs } = injection;
    const begun = this.#target.begin(injection);
    if (durationMs === Infinity) {
      this.#lostForEver.add(partsHitBy(injection)[0]!);
      return begun;
    }
    let ending: Promise<void> | undefined;
    const end = (): Promise<void> => (ending ??= this.#end(injection, { event, begun }));
    this.#active.set(injection, end);
    // An injection without a duration is over as soon as it has happened. A part that is killed for 0 s starts at once.
    if (durationMs === 0) void begun.then(end, end);
    else void delay(durationMs, undefined, { signal: this.#signal }).then(end, end);
    return begun;
  }

  async #end(injection: Injection, { event, begun }: { event: OngoingEvent; begun: Promise<void> }): Promise<void> {
    try {
      await begun.catch(() => undefined);
      await this.#target.end(injection);
    } catch (error) {
      this.#active.delete(injection);
      const reason = error instanceof Error ? error.message : String(error);
      this.#listener.stuck(`an injection could not be ended: ${reason}`);
      return;
    }
    this.#active.delete(injection);
    if (event.injections.some((one) => this.#active.has(one))) return;
    event.endedAtMs = this.#now();
    this.#listener.ended(event);
  }
}

export type ScheduleListener = {
  readonly began: (event: OngoingEvent) => void;
  readonly ended: (event: OngoingEvent) => void;
  /** An injection could not be ended. */
  readonly stuck: (reason: string) => void;
};

/** An event that is not over yet. */
export type OngoingEvent = {
  -readonly [Key in keyof Omit<InjectionEvent, "sightings">]: InjectionEvent[Key];
} & { readonly injections: readonly Injection[]; readonly sightings: OngoingSighting[] };

export type OngoingSighting = { -readonly [Key in keyof Sighting]: Sighting[Key] };

export function eventOf(ongoing: OngoingEvent): InjectionEvent {
  const { sentence, measured, parts, beganAtMs, endedAtMs, detectedAtMs, sightings } = ongoing;
  return { sentence, measured, parts, beganAtMs, endedAtMs, detectedAtMs, sightings };
}
