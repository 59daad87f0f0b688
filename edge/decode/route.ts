import type { Family } from "./families/family.ts";
import { FAMILIES } from "./families/registry.ts";
import type { FieldRule, FieldRuleOptions } from "./field-rules.ts";
import { fieldRule } from "./field-rules.ts";
import type { JsonTime } from "./json-fields.ts";
import { Template } from "./template.ts";
import type { TimeUnit } from "./timestamp.ts";
import { TopicPattern } from "./topic-pattern.ts";

/** A route as configured. Plain data, because it is sent to another thread. */
export type RouteOptions = {
  readonly topic: string;
  readonly device?: string | undefined;
  readonly metric?: string | undefined;
  /** `auto`, a format, or the name of a family. */
  readonly decoder: string;
  readonly timestamp: "arrival" | { readonly field?: string | undefined; readonly unit: TimeUnit };
  /** One unit for all metrics, or a unit by metric. */
  readonly unit?: string | Readonly<Record<string, string>> | undefined;
  /** Only these fields become readings, each by its rule; undefined: all fields, unchanged. */
  readonly fields?: readonly FieldRuleOptions[] | undefined;
  readonly plausible: PlausibleTimes;
  /** The columns of CSV payloads; undefined: the first line of each payload names them. */
  readonly columns?: readonly string[] | undefined;
  /** Arrays whose elements are readings of one series: the milliseconds between two elements, by path. */
  readonly split?: ReadonlyMap<string, number> | undefined;
};

/** How far the time of a reading may be from its arrival, and what happens to other times. */
export type PlausibleTimes = {
  readonly aheadMs: number;
  readonly behindMs: number;
  /** `arrival`: the time of arrival counts. `accept`: the time of the device counts. Both are marked as suspect. */
  readonly otherwise: "arrival" | "accept" | "dead_letter";
};

/** At most an hour ahead. No limit behind, because a device may send readings that it kept for years. */
export const PLAUSIBLE: PlausibleTimes = { aheadMs: 3_600_000, behindMs: Infinity, otherwise: "arrival" };

export function isPlausible(
  timeMs: number | undefined,
  arrivedMs: number,
  { aheadMs, behindMs }: PlausibleTimes,
): boolean {
  return timeMs === undefined || (timeMs <= arrivedMs + aheadMs && timeMs >= arrivedMs - behindMs);
}

/** A route with compiled patterns and templates. */
export type TopicRoute = {
  readonly name: string;
  readonly pattern: TopicPattern | undefined;
  readonly device: Template | undefined;
  readonly metric: Template | undefined;
  readonly decoder: string;
  /** The families that are tried. Only one if the route names it. */
  readonly families: readonly Family[];
  readonly time: JsonTime;
  readonly unit: string | ReadonlyMap<string, string> | undefined;
  readonly fields: readonly FieldRule[] | undefined;
  readonly plausible: PlausibleTimes;
  readonly columns: readonly string[] | undefined;
  readonly split: ReadonlyMap<string, number> | undefined;
};

export function routeOf(options: RouteOptions): TopicRoute {
  const { timestamp, unit } = options;
  const time: JsonTime =
    timestamp === "arrival"
      ? { kind: "arrival" }
      : timestamp.field === undefined
        ? { kind: "auto", unit: timestamp.unit }
        : { kind: "field", field: timestamp.field, unit: timestamp.unit };
  return {
    name: options.topic,
    pattern: new TopicPattern(options.topic),
    device: options.device === undefined ? undefined : new Template(options.device),
    metric: options.metric === undefined ? undefined : new Template(options.metric),
    decoder: options.decoder,
    families: options.decoder === "auto" ? FAMILIES : FAMILIES.filter(({ name }) => name === options.decoder),
    time,
    unit: typeof unit === "object" ? new Map(Object.entries(unit)) : unit,
    fields: options.fields?.map(fieldRule),
    plausible: options.plausible,
    columns: options.columns,
    split: options.split,
  };
}

/** The route of topics that no configured route matches: topics and payloads have their usual meaning. */
export const AUTO_ROUTE: TopicRoute = {
  name: "auto",
  pattern: undefined,
  device: undefined,
  metric: undefined,
  decoder: "auto",
  families: FAMILIES,
  time: { kind: "auto", unit: "auto" },
  unit: undefined,
  fields: undefined,
  plausible: PLAUSIBLE,
  columns: undefined,
  split: undefined,
};
