import { millis } from "../../proto/core/ids.ts";
import { OPERATOR_RANKS, summaryOfValue } from "../../proto/core/operator-command.ts";
import type { OperatorDraft } from "../../proto/core/operator-command.ts";
import type { SimRegion } from "./sim-region.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** An operator who sends commands now and then, to any region, about devices that no sensor has. */
export class SimOperator {
  /** By reason, which is unique: whether the command was reported as replicated. */
  readonly sent: Map<string, { replicated: boolean }> = new Map();
  readonly #random: () => number;
  readonly #regions: readonly SimRegion[];
  #silent = false;

  constructor(regions: readonly SimRegion[], deps: { time: VirtualTime; random: () => number }) {
    this.#regions = regions;
    this.#random = deps.random;
    deps.time.every(2000, () => {
      if (!this.#silent && this.#random() < 0.5) this.#command();
      return !this.#silent;
    });
  }

  finish(): void {
    this.#silent = true;
  }

  #command(): void {
    const region = this.#pick(this.#regions);
    const reason = `reason ${this.sent.size + 1}`;
    const command = { replicated: false };
    const isSent = region.command(this.#draft(reason), () => (command.replicated = true));
    if (isSent) this.sent.set(reason, command);
  }

  #draft(reason: string): OperatorDraft {
    const signed = { reason, actor: "ann" };
    const device = `${OPERATED}${this.#pick([1, 2, 3])}`;
    if (this.#random() < 0.05) return { kind: "erase_device", device, ...signed };
    const windowStartMs = millis(this.#pick([0, 1, 2]) * WINDOW_MS);
    const window = { device, metric: "temp", windowMs: WINDOW_MS, windowStartMs };
    const rank = this.#pick(OPERATOR_RANKS);
    if (this.#random() < 0.2) return { kind: "clear", rank, window, ...signed };
    return { kind: rank, window, summary: summaryOfValue(this.#random(), windowStartMs), ...signed };
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)]!;
  }
}

/** The names of the devices in commands begin with this. */
export const OPERATED = "operated-";
const WINDOW_MS = 7_000;
