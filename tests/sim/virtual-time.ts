import type { Clock } from "../../proto/runtime/clock.ts";
import { millis, monotonicMs } from "../../proto/core/ids.ts";

/**
 * Time that passes only when there is nothing left to do. Events of one moment happen in the order in which they were planned,
 * so the seed alone decides a run.
 */
export class VirtualTime {
  #nowMs = 0;
  #planned = 0;
  readonly #heap: Planned[] = [];

  /** Milliseconds since the start of the run. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** @returns a function that cancels it. */
  after(ms: number, work: () => unknown): () => void {
    const item: Planned = { atMs: this.#nowMs + Math.max(0, ms), order: this.#planned++, work };
    push(this.#heap, item);
    return () => {
      item.work = undefined;
    };
  }

  /** Calls `work` again and again until it returns false. */
  every(ms: number, work: () => boolean): void {
    this.after(ms, () => {
      if (work()) this.every(ms, work);
    });
  }

  /** The clock of a machine whose wall clock is wrong by `offsetMs`. */
  clock(offsetMs: () => number): Clock {
    return {
      nowMs: () => millis(Math.floor(EPOCH_MS + this.#nowMs + offsetMs())),
      monotonicMs: () => monotonicMs(this.#nowMs),
    };
  }

  /** Runs everything that is planned until then, promises included. */
  async run(untilMs: number): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= untilMs; next = this.#heap[0]) {
      pop(this.#heap);
      this.#nowMs = next.atMs;
      if (next.work === undefined) continue;
      next.work();
      // Continuations of promises run before time passes. Their chains are a few steps long.
      for (let turn = 0; turn < PROMISE_TURNS; turn++) await SETTLED;
    }
    this.#nowMs = untilMs;
  }
}

/**
 * The wall clock at the start of a run. All readings of a run, except late ones, are in one minute, which ends soon after the
 * last reading. So its windows close before the first check.
 */
export const EPOCH_MS: number = Date.UTC(2026, 10, 20, 12, 0, 28);
const PROMISE_TURNS = 12;
const SETTLED = Promise.resolve();

type Planned = { readonly atMs: number; readonly order: number; work: (() => unknown) | undefined };

function before(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Planned[], item: Planned): void {
  heap.push(item);
  for (let at = heap.length - 1; at > 0;) {
    const up = (at - 1) >> 1;
    if (!before(heap[at]!, heap[up]!)) return;
    [heap[at], heap[up]] = [heap[up]!, heap[at]!];
    at = up;
  }
}

function pop(heap: Planned[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
    }
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
}
