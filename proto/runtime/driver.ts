import type { Step } from "../core/step.ts";

/**
 * Runs one reducer (proto/core/step.ts): feeds it events, carries out its effects, keeps its timers and its promises.
 *
 *     feed --> queue --> step --> effects --> run --.
 *       ^                                           |
 *       '------ timers, answers, callbacks <--------'
 *
 * Promises:
 * - Events are processed one after the other, in the order of `feed`. An event that is fed from inside an effect
 *   waits until all effects of the current step have run.
 * - After `stop` no event is accepted, no timer fires, and no promise of the driver is pending.
 * - When a step, an effect or an owned promise fails, `onFault` is called once and the driver accepts no further
 *   event. The state then describes something that did not happen, so no decision may use it.
 */
export class Driver<State, Event, Effect> {
  readonly #deps: DriverDeps<State, Event, Effect>;
  readonly #after: (ms: number, work: () => void) => () => void;
  readonly #queue: Event[] = [];
  /** By key: the function that cancels the timer. */
  readonly #timers = new Map<string, () => void>();
  readonly #owned = new Set<Promise<void>>();
  #state: State;
  #phase: "running" | "stopped" | "failed" = "running";
  #working = false;
  #stopping: Promise<void> | undefined;

  constructor(deps: DriverDeps<State, Event, Effect>, options: DriverOptions = {}) {
    this.#deps = deps;
    this.#after = options.after ?? afterFrames;
    this.#state = deps.initial;
  }

  get state(): State {
    return this.#state;
  }

  feed(event: Event): void {
    if (this.#phase !== "running") return;
    this.#queue.push(event);
    if (!this.#working) this.#processQueue();
  }

  /** Feeds the event after `inMs`. Replaces an earlier timer with the same key. */
  setTimer(key: string, inMs: number, event: Event): void {
    this.cancelTimer(key);
    if (this.#phase !== "running") return;
    const fire = (): void => {
      this.#timers.delete(key);
      this.feed(event);
    };
    this.#timers.set(key, this.#after(Math.max(0, Math.ceil(inMs)), fire));
  }

  /** Feeds the event every `everyMs`, from now on until `stop`. */
  repeat(key: string, everyMs: number, event: Event): void {
    this.cancelTimer(key);
    if (this.#phase !== "running") return;
    const fire = (): void => {
      this.repeat(key, everyMs, event);
      this.feed(event);
    };
    this.#timers.set(key, this.#after(everyMs, fire));
  }

  cancelTimer(key: string): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
  }

  /** Feeds the event with which the promise resolves. `stop` waits for the promise. */
  own(work: Promise<Event | undefined>): void {
    const owned: Promise<void> = work
      .then(
        (event) => {
          if (event !== undefined) this.feed(event);
        },
        (error: unknown) => this.#fail(error),
      )
      .finally(() => this.#owned.delete(owned));
    this.#owned.add(owned);
  }

  /**
   * Processes `last`, cancels all timers and waits for all owned promises. Their answers are ignored, and so is every
   * event that comes later. May be called twice.
   */
  stop(last?: Event): Promise<void> {
    this.#stopping ??= this.#stop(last);
    return this.#stopping;
  }

  async #stop(last: Event | undefined): Promise<void> {
    if (last !== undefined) this.feed(last);
    if (this.#phase === "running") this.#phase = "stopped";
    this.#cancelTimers();
    while (this.#owned.size > 0) await Promise.all(this.#owned);
  }

  #processQueue(): void {
    const { step, run, clock, onIdle } = this.#deps;
    this.#working = true;
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const nowMs = clock.monotonicMs();
        const { state, effects } = step(this.#state, event, nowMs);
        this.#state = state;
        for (const effect of effects) run(effect, nowMs);
      }
    } catch (error) {
      this.#fail(error);
      return;
    } finally {
      this.#working = false;
    }
    onIdle?.();
  }

  #fail(error: unknown): void {
    if (this.#phase === "failed") return;
    this.#phase = "failed";
    this.#queue.length = 0;
    this.#cancelTimers();
    this.#deps.onFault(error);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }
}

export type DriverDeps<State, Event, Effect> = {
  readonly initial: State;
  readonly step: (state: State, event: Event, nowMs: number) => Step<State, Effect>;
  /**
   * Carries out one effect. It may feed events and must not wait. For work that takes time it calls {@link Driver.own}.
   */
  readonly run: (effect: Effect, nowMs: number) => void;
  readonly clock: { monotonicMs(): number };
  /** A step or an effect threw, or an owned promise was rejected. */
  readonly onFault: (error: unknown) => void;
  /** Called each time the queue is empty again. */
  readonly onIdle?: () => void;
};

export type DriverOptions = {
  /** Calls `work` after `ms` milliseconds, unless the returned function is called before. */
  readonly after?: (ms: number, work: () => void) => () => void;
};

/** When the time is over, frames that are already in the socket are read first. */
function afterFrames(ms: number, work: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timeout = setTimeout(() => (immediate = setImmediate(work)), ms);
  return () => {
    clearTimeout(timeout);
    clearImmediate(immediate);
  };
}
