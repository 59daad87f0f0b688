import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../proto/runtime/clock.ts";
import type { Mark } from "./outcome.ts";

/**
 * What every phase of a drill needs: its time, its marks on the timeline, waiting, and the way to stop it. Waiting ends with
 * {@link DrillStopped} when the drill is stopped.
 */
export class RunControl {
  readonly #clock: Clock;
  readonly #startMs: number;
  /** When the drill began, by the clock that canaries put into their readings. */
  readonly startWallMs: number;
  readonly #onMark: (mark: Mark) => void;
  readonly #abort = new AbortController();
  readonly #marks: Mark[] = [];
  /** Work beside the steps; awaited at the end. */
  readonly #background = new Set<Promise<void>>();
  #stopReason: string | null = null;
  #over = false;

  constructor(clock: Clock, onMark: (mark: Mark) => void) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    this.startWallMs = clock.nowMs();
    this.#onMark = onMark;
  }

  /** Since the drill began. */
  get nowMs(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }

  get wallMs(): number {
    return this.#clock.nowMs();
  }

  /** Fires when the drill is stopped, or over. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** Why it was stopped before its end; null when it was not. */
  get stopReason(): string | null {
    return this.#stopReason;
  }

  get over(): boolean {
    return this.#over;
  }

  mark(kind: Mark["kind"], text: string): void {
    const mark = { atMs: this.nowMs, kind, text };
    this.#marks.push(mark);
    this.#onMark(mark);
  }

  stop(reason: string): void {
    if (this.#stopReason !== null || this.#over) return;
    this.#stopReason = reason;
    this.mark("aborted", reason);
    this.#abort.abort();
  }

  /** Owns work that runs beside the steps. */
  own(work: Promise<void>): void {
    const owned = work.finally(() => this.#background.delete(owned));
    this.#background.add(owned);
  }

  /** From now on a stop changes nothing. */
  end(): void {
    this.#over = true;
  }

  /** Ends the work beside the steps. */
  async endBackground(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#background);
  }

  /** @throws DrillStopped */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.signal }).catch(() => undefined);
    if (this.signal.aborted) throw new DrillStopped();
  }

  /** Waits; stops the drill with this complaint when the time is over. @throws DrillStopped */
  async until(met: () => boolean, withinMs: number, complaint: () => string): Promise<void> {
    const endMs = this.nowMs + withinMs;
    while (!met()) {
      if (this.nowMs > endMs) {
        this.stop(complaint());
        throw new DrillStopped();
      }
      await this.pause(POLL_MS);
    }
  }
}

/** Not an error: it ends whatever is waited for. {@link RunControl.stopReason} has the reason. */
export class DrillStopped extends Error {}

export const POLL_MS = 50;
