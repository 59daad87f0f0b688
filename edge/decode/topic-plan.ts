import type { DeadLetterReason, DecodeOutcome, SeriesRef } from "./decoder.ts";
import type { Family } from "./families/family.ts";
import type { FamilyMatch } from "./families/registry.ts";
import type { FieldRule } from "./field-rules.ts";
import type { DiscoveredValue } from "./home-assistant.ts";
import type { TopicRoute } from "./route.ts";
import type { TopicTimes } from "./topic-times.ts";
import type { SparkplugTopic } from "./sparkplug/sparkplug-topic.ts";

/** A series of a topic, and the rule of the route for its values. `left_out`: the route does not pick the field. */
export type PlannedSeries = { readonly ref: SeriesRef; readonly rule: FieldRule | undefined } | "left_out";

/** Everything that the decoder knows about a topic after its first message. */
export type TopicPlan =
  | { readonly kind: "refused"; readonly outcome: DecodeOutcome }
  | {
      readonly kind: "decoded";
      readonly topic: string;
      readonly route: TopicRoute;
      readonly captured: ReadonlyMap<string, string>;
      /** The levels of the topic, without empty ones. */
      readonly levels: readonly string[];
      readonly family: FamilyMatch | undefined;
      readonly sparkplug: SparkplugTopic | undefined;
      readonly isDiscovery: boolean;
      readonly times: TopicTimes;
      /** Discovered units and names, by path. */
      readonly discovered: ReadonlyMap<string, DiscoveredValue> | undefined;
      /** If the topic does not tell the family: the family of the first structured payload; undefined: not decided yet. */
      familyByPayload: Family | "none" | undefined;
      /** By device, path and unit. The empty path is a payload with a single value. */
      readonly series: Map<string, PlannedSeries>;
      /** By the name of the decoder. */
      readonly outcomes: Map<string, DecodeOutcome>;
    };
export type DecodedPlan = Extract<TopicPlan, { kind: "decoded" }>;

/**
 * Device and metric of a value at `path`: by the templates of the route, by the family, or by the topic.
 * @param familyDevice the device that the family names; undefined: the family does not name it.
 */
export function namesOf(
  plan: DecodedPlan,
  familyDevice: string | undefined,
  path: string,
  renamed?: string,
): { device: string; metric: string } {
  const { route, captured, levels } = plan;
  const byTopic = plan.family?.topic.kind === "ignored" ? undefined : plan.family?.topic;
  // The last level is the metric of a single value. A topic with one level has no level left for that.
  const lastIsMetric = path === "" && levels.length > 1;
  const usual = {
    device: familyDevice ?? byTopic?.device ?? (lastIsMetric ? levels.slice(0, -1) : levels).join("/"),
    field: renamed ?? (path !== "" ? path : (byTopic?.metric ?? (lastIsMetric ? levels.at(-1)! : "value"))),
  };
  const known = (name: string): string | undefined =>
    name === "field"
      ? usual.field
      : name === "topic"
        ? levels.join("/")
        : (captured.get(name) ?? (name === "device" ? usual.device : undefined));
  // The last level stays the metric of a single value, even if a template names the device.
  return {
    device: route.device?.expand(known) ?? usual.device,
    metric: route.metric?.expand(known) ?? usual.field,
  };
}

/** Whether both names can be stored and shown. */
export function areUsable({ device, metric }: { device: string; metric: string }): boolean {
  return usable(device, DEVICE_MAX) && usable(metric, METRIC_MAX);
}

/** Null for a unit that cannot be shown or is too long. Then the reading has no unit. */
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

export function readingsOf(plan: DecodedPlan, decoder: string): DecodeOutcome {
  let outcome = plan.outcomes.get(decoder);
  if (outcome === undefined) {
    outcome = { kind: "readings", decoder, route: plan.route.name };
    plan.outcomes.set(decoder, outcome);
  }
  return outcome;
}

export function deadLetter(plan: DecodedPlan, reason: DeadLetterReason, detail: string): DecodeOutcome {
  // The detail may contain names from the payload, which can be as long as the payload.
  const shown = detail.length <= DETAIL_MAX ? detail : `${detail.slice(0, DETAIL_MAX - 3)}...`;
  return { kind: "dead_letter", reason, detail: shown, route: plan.route.name };
}

export function badName(plan: DecodedPlan, path: string): DecodeOutcome {
  const { device, metric } = namesOf(plan, undefined, path);
  const shown = JSON.stringify(`${device} ${metric}`).slice(0, 120);
  const rule = `expected 1 to ${DEVICE_MAX} characters for a device, 1 to ${METRIC_MAX} for a metric, none of them a control character`;
  return deadLetter(plan, "bad_name", `${shown}: ${rule}`);
}

const DEVICE_MAX = 512;
const METRIC_MAX = 256;
const UNIT_MAX = 64;
const DETAIL_MAX = 500;
