import type { HaMode } from "../../../proto/core/record.ts";

/**
 * How the readings of one series are treated: their windows, how long these wait for late readings, and whether raw
 * readings are forwarded as well. The first rule of the configuration whose patterns match the series decides.
 */
export type WindowPlan = {
  /** Window lengths in milliseconds; may be empty when `raw` is set. */
  readonly lengthsMs: readonly number[];
  readonly raw: boolean;
  readonly quantiles: boolean;
  /** How far a reading may be behind the newest event time of its device and still find its window open. */
  readonly outOfOrdernessMs: number;
  /** A device that is silent for this long (arrival time) has its windows closed. */
  readonly idleTimeoutMs: number;
  /** How long after its close a window keeps its state, so that a late reading makes a revision of it. */
  readonly allowedLatenessMs: number;
  /** How a region combines this series with the same series of another gateway. */
  readonly haMode: HaMode;
  /** Two gateways may receive the readings of the series, so its windows carry more of them. */
  readonly pair: boolean;
  /** Two readings of two gateways that are dated by arrival, with one value, may be one if less time is between them. */
  readonly arrivalToleranceMs: number;
  /** What happens with a message that changes the type or unit of a series. */
  readonly onSchemaChange: SchemaChangePolicy;
};

/** `accept`: the metric continues in a new series. `dead_letter`: the message waits until a person looks at it. */
export type SchemaChangePolicy = "accept" | "dead_letter";

export type WindowRule = {
  /** Patterns in which `*` matches any number of characters. */
  readonly match: { readonly device: string; readonly metric: string };
  readonly plan: WindowPlan;
};

/**
 * The plan of the first rule that matches. The configuration ends its list with a rule for everything, so one is
 * always found.
 */
export function planFor(rules: readonly WindowRule[], device: string, metric: string): WindowPlan {
  for (const rule of rules) {
    if (matches(rule.match.device, device) && matches(rule.match.metric, metric)) return rule.plan;
  }
  throw new RangeError("the window rules have no last rule that matches everything");
}

/** Wildcard match in linear time: the names come from outside, so neither side ever becomes a regular expression. */
export function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern[p] === "*") p++;
  return p === pattern.length;
}
