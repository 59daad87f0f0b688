import type { Millis, MonotonicMs } from "../core/ids.ts";
import { millis, monotonicMs } from "../core/ids.ts";

/** The two clocks of a process. Instants come from the first, durations only from the second. */
export type Clock = {
  /** The wall clock; may jump. */
  readonly nowMs: () => Millis;
  /** Never goes back and never jumps. Its zero has no meaning. */
  readonly monotonicMs: () => MonotonicMs;
};

export const systemClock: Clock = {
  nowMs: () => millis(Date.now()),
  monotonicMs: () => monotonicMs(performance.now()),
};
