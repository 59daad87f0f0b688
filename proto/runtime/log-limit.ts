/**
 * Limits the log lines for events that a client or a peer can repeat at will: one line a minute for each cause, or one in
 * another time. Metrics count every event.
 */
export class LogLimit {
  readonly #clock: { monotonicMs(): number };
  readonly #pauseMs: number;
  readonly #loggedMs = new Map<string, number>();

  constructor(clock: { monotonicMs(): number }, pauseMs: number = MINUTE_MS) {
    this.#clock = clock;
    this.#pauseMs = pauseMs;
  }

  /** True at most once in the pause for the same cause. */
  allows(cause: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - (this.#loggedMs.get(cause) ?? -Infinity) < this.#pauseMs) return false;
    // Causes contain names from outside. When there are too many, all are forgotten, and each is logged once more.
    if (this.#loggedMs.size >= CAUSES_MAX) this.#loggedMs.clear();
    this.#loggedMs.set(cause, nowMs);
    return true;
  }
}

const MINUTE_MS = 60_000;
const CAUSES_MAX = 10_000;
