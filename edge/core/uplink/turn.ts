import type { UplinkEffect, UplinkReport } from "./uplink-events.ts";
import type { RegionState, UplinkState } from "./uplink-state.ts";

/** One call of `stepUplink` while it runs: the state so far, and the effects in their order. */
export class Turn {
  readonly nowMs: number;
  /** One draw from [0, 1). */
  readonly random: number;
  readonly effects: UplinkEffect[] = [];
  #state: UplinkState;

  constructor(state: UplinkState, nowMs: number, random: number) {
    this.#state = state;
    this.nowMs = nowMs;
    this.random = random;
  }

  get state(): UplinkState {
    return this.#state;
  }

  change(changes: Partial<UplinkState>): void {
    this.#state = { ...this.#state, ...changes };
  }

  /** Puts the region in place of its earlier state. */
  put(region: RegionState): void {
    this.change({ regions: new Map(this.#state.regions).set(region.region, region) });
  }

  /** A new number for a session or a read. */
  nextNumber(): number {
    this.change({ lastNumber: this.#state.lastNumber + 1 });
    return this.#state.lastNumber;
  }

  emit(effect: UplinkEffect): void {
    this.effects.push(effect);
  }

  report(report: UplinkReport): void {
    this.emit({ kind: "report", report });
  }
}
