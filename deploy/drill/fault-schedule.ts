import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./injections.ts";
import { faultDurationMs, faultsSentence, partsOf } from "./injections.ts";
import type { FaultEvent, Sighting } from "./outcome.ts";
import type { DrillTarget } from "./target.ts";

/**
 * The faults of a drill: begins them, ends each at its time, and remembers what began and ended when. Whatever began is
 * ended by {@link endAll}, and never before its beginning is through.
 */
export class FaultSchedule {
  readonly #target: DrillTarget;
  readonly #now: () => number;
  readonly #listener: FaultListener;
  readonly #signal: AbortSignal;
  readonly #events: OngoingEvent[] = [];
  readonly #active = new Map<Fault, () => Promise<void>>();
  readonly #lostForEver = new Set<string>();

  /**
   * @param deps.now milliseconds since the drill began.
   * @param deps.signal when it fires every fault ends at once.
   */
  constructor(deps: { target: DrillTarget; now: () => number; signal: AbortSignal; listener: FaultListener }) {
    this.#target = deps.target;
    this.#now = deps.now;
    this.#signal = deps.signal;
    this.#listener = deps.listener;
  }

  get active(): readonly Fault[] {
    return [...this.#active.keys()];
  }

  get events(): readonly OngoingEvent[] {
    return this.#events;
  }

  /** Parts that were killed and do not come back. */
  get lostForEver(): ReadonlySet<string> {
    return this.#lostForEver;
  }

  /** When the last fault ended, or for what never ends began; null while one goes on, or none was begun. */
  get healedAtMs(): number | null {
    const ends = this.#events.map(({ faults, beganAtMs, endedAtMs }) =>
      faults.every((fault) => faultDurationMs(fault) === Infinity) ? beganAtMs : endedAtMs,
    );
    return ends.length === 0 || ends.includes(null) ? null : Math.max(...ends.map((ms) => ms ?? 0));
  }

  /**
   * Faults that one step begins together: one event, each ended at its own time. Resolves when all of them have begun.
   * @throws Fault when one cannot be begun.
   */
  async begin(faults: readonly Fault[], measured: boolean): Promise<void> {
    const event: OngoingEvent = {
      faults,
      sentence: faultsSentence(faults),
      measured,
      parts: [...new Set(faults.flatMap(partsOf))],
      beganAtMs: this.#now(),
      endedAtMs: null,
      detectedAtMs: null,
      sightings: [],
    };
    this.#events.push(event);
    this.#listener.began(event);
    await Promise.all(faults.map((fault) => this.#begin(fault, event)));
  }

  /** Ends everything that goes on. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#active.values()].map((end) => end()));
  }

  async #begin(fault: Fault, event: OngoingEvent): Promise<void> {
    const durationMs = faultDurationMs(fault);
    const begun = this.#target.begin(fault);
    if (durationMs === Infinity) {
      this.#lostForEver.add(partsOf(fault)[0]!);
      return begun;
    }
    let ending: Promise<void> | undefined;
    const end = (): Promise<void> => (ending ??= this.#end(fault, { event, begun }));
    this.#active.set(fault, end);
    // What happens in a moment is over when it has happened; what was killed for no time is started at once.
    if (durationMs === 0) void begun.then(end, end);
    else void delay(durationMs, undefined, { signal: this.#signal }).then(end, end);
    return begun;
  }

  async #end(fault: Fault, { event, begun }: { event: OngoingEvent; begun: Promise<void> }): Promise<void> {
    try {
      await begun.catch(() => undefined);
      await this.#target.end(fault);
    } catch (error) {
      this.#active.delete(fault);
      this.#listener.stuck(`a fault could not be ended: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    this.#active.delete(fault);
    if (event.faults.some((one) => this.#active.has(one))) return;
    event.endedAtMs = this.#now();
    this.#listener.ended(event);
  }
}

export type FaultListener = {
  readonly began: (event: OngoingEvent) => void;
  readonly ended: (event: OngoingEvent) => void;
  readonly stuck: (reason: string) => void;
};

/** An event that still unfolds. */
export type OngoingEvent = {
  -readonly [Key in keyof Omit<FaultEvent, "sightings">]: FaultEvent[Key];
} & { readonly faults: readonly Fault[]; readonly sightings: OngoingSighting[] };

export type OngoingSighting = { -readonly [Key in keyof Sighting]: Sighting[Key] };

export function eventOf(ongoing: OngoingEvent): FaultEvent {
  const { sentence, measured, parts, beganAtMs, endedAtMs, detectedAtMs, sightings } = ongoing;
  return { sentence, measured, parts, beganAtMs, endedAtMs, detectedAtMs, sightings };
}
