import { planFor } from "../../edge/core/storage/window-plan.ts";
import type { WindowPlan, WindowRule } from "../../edge/core/storage/window-plan.ts";

/** Short, so that many windows close. */
const TEN_SECONDS_MS = 10_000;
const MINUTE_MS = 60_000;

/** Windows that accept very late readings, and every raw reading. */
const PLAN: WindowPlan = {
  lengthsMs: [TEN_SECONDS_MS],
  raw: true,
  quantiles: false,
  outOfOrdernessMs: 1000,
  idleTimeoutMs: 3000,
  allowedLatenessMs: 600_000,
  haMode: "auto",
  pair: false,
  arrivalToleranceMs: 500,
  onSchemaChange: "accept",
};

/** With these words the names of devices begin whose readings may come through both gateways. */
export const NAMED_PAIR = "pair-";
/** The same, but no rule says so. */
export const NO_NAMED_PAIR = "both-";

const LONG_TOO: WindowPlan = { ...PLAN, lengthsMs: [TEN_SECONDS_MS, MINUTE_MS] };

/** The rules of the simulated gateways. */
export const WINDOW_RULES: readonly WindowRule[] = [
  { match: { device: "plant/g*", metric: "*" }, plan: PLAN },
  { match: { device: `plant/${NAMED_PAIR}*`, metric: "*" }, plan: { ...LONG_TOO, pair: true } },
  { match: { device: "*", metric: "*" }, plan: LONG_TOO },
];

export function isOfNamedPair(device: string): boolean {
  return device.startsWith(`plant/${NAMED_PAIR}`);
}

export function windowLengthsOf(device: string): readonly number[] {
  return planFor(WINDOW_RULES, device, "*").lengthsMs;
}
