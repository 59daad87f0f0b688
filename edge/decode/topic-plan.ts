import type { DeadLetterReason, Outcome, SeriesRef } from "./decoder.ts";
import type { Family } from "./families/family.ts";
import type { Claim } from "./families/registry.ts";
import type { FieldRule } from "./field-rules.ts";
import type { Described } from "./home-assistant.ts";
import type { Route } from "./route.ts";
import type { TopicTimes } from "./topic-times.ts";
import type { SparkplugTopic } from "./sparkplug/sparkplug-topic.ts";

/** A series of a topic, and what the route does to its values; `left_out` by the route. */
export type PlannedSeries = { readonly ref: SeriesRef; readonly rule: FieldRule | undefined } | "left_out";

/** What is known about a topic after its first message. */
export type TopicPlan =
  | { readonly kind: "refused"; readonly outcome: Outcome }
  | {
      readonly kind: "decoded";
      readonly topic: string;
      readonly route: Route;
      readonly captured: ReadonlyMap<string, string>;
      /** Without empty ones. */
      readonly levels: readonly string[];
      readonly claim: Claim | undefined;
      readonly sparkplug: SparkplugTopic | undefined;
      readonly isDiscovery: boolean;
      readonly times: TopicTimes;
      /** What was discovered, by path. */
      readonly described: ReadonlyMap<string, Described> | undefined;
      /** Of a topic that no family claims: what its first JSON was. */
      sticky: Family | "none" | undefined;
      /** By device, path and unit; the empty path is a bare value. */
      readonly series: Map<string, PlannedSeries>;
      /** By the name of the decoder. */
      readonly outcomes: Map<string, Outcome>;
    };
export type DecodedPlan = Extract<TopicPlan, { kind: "decoded" }>;

/**
 * Device and metric of a value at `path`, by the route's templates, by its family, or by what topics usually mean.
 * @param ofFamily what a family calls the device, where it said so.
 */
export function namesOf(
  plan: DecodedPlan,
  ofFamily: string | undefined,
  path: string,
  renamed?: string,
): { device: string; metric: string } {
  const { route, captured, levels } = plan;
  const claimed = plan.claim?.topic.kind === "ignored" ? undefined : plan.claim?.topic;
  // A topic of one level that carries one bare value has no level left for the device.
  const lastIsMetric = path === "" && levels.length > 1;
  const usual = {
    device: ofFamily ?? claimed?.device ?? (lastIsMetric ? levels.slice(0, -1) : levels).join("/"),
    field: renamed ?? (path !== "" ? path : (claimed?.metric ?? (lastIsMetric ? levels.at(-1)! : "value"))),
  };
  const known = (name: string): string | undefined =>
    name === "field"
      ? usual.field
      : name === "topic"
        ? levels.join("/")
        : (captured.get(name) ?? (name === "device" ? usual.device : undefined));
  // With a template for the device, the last level is still the metric of a bare value.
  return {
    device: route.device?.expand(known) ?? usual.device,
    metric: route.metric?.expand(known) ?? usual.field,
  };
}

/** Whether both names can be kept and shown. */
export function areUsable({ device, metric }: { device: string; metric: string }): boolean {
  return usable(device, DEVICE_MAX) && usable(metric, METRIC_MAX);
}

/** A unit that cannot be shown, or is a text without end, is none: the value counts all the same. */
export function usableUnit(unit: string | null): string | null {
  return unit !== null && usable(unit, UNIT_MAX) ? unit : null;
}

function usable(name: string, max: number): boolean {
  if (name.length === 0 || name.length > max) return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  }
  return name.isWellFormed();
}

export function readingsOf(plan: DecodedPlan, decoder: string): Outcome {
  let outcome = plan.outcomes.get(decoder);
  if (outcome === undefined) {
    outcome = { kind: "readings", decoder, route: plan.route.name };
    plan.outcomes.set(decoder, outcome);
  }
  return outcome;
}

export function deadLetter(plan: DecodedPlan, reason: DeadLetterReason, detail: string): Outcome {
  // Names out of the payload stand in it, which may be as long as the payload.
  const shown = detail.length <= DETAIL_MAX ? detail : `${detail.slice(0, DETAIL_MAX - 3)}...`;
  return { kind: "dead_letter", reason, detail: shown, route: plan.route.name };
}

export function badName(plan: DecodedPlan, path: string): Outcome {
  const { device, metric } = namesOf(plan, undefined, path);
  const shown = JSON.stringify(`${device} ${metric}`).slice(0, 120);
  const rule = `names are 1 to ${DEVICE_MAX} (device) or ${METRIC_MAX} (metric) characters without control characters`;
  return deadLetter(plan, "bad_name", `${shown}: ${rule}`);
}

const DEVICE_MAX = 512;
const METRIC_MAX = 256;
const UNIT_MAX = 64;
const DETAIL_MAX = 500;
