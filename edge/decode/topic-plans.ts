import type { ReadingSink } from "./decoder.ts";
import { familyByTopic, usualTopic } from "./families/registry.ts";
import type { HomeAssistantDiscovery } from "./home-assistant.ts";
import { isDiscovery } from "./home-assistant.ts";
import type { JsonField } from "./json-fields.ts";
import type { TopicRoute } from "./route.ts";
import { AUTO_ROUTE } from "./route.ts";
import { sparkplugTopic } from "./sparkplug/sparkplug-topic.ts";
import type { TimeZone } from "./timestamp.ts";
import { TopicTimes } from "./topic-times.ts";
import type { DecodedPlan, PlannedSeries, TopicPlan } from "./topic-plan.ts";
import { areUsable, namesOf, usableUnit } from "./topic-plan.ts";

/**
 * The plan of each topic: its route, its family, its series. A plan is made once per topic and cached, so that for later
 * messages only the payload costs time.
 *
 * Topics and names come from outside, so their number and their length must not decide how much memory is used. When a
 * limit is reached, all plans are forgotten and made again. Only time is lost.
 */
export class TopicPlans {
  readonly #routes: readonly TopicRoute[];
  readonly #unrouted: TopicRoute | undefined;
  readonly #zone: TimeZone;
  readonly #discovery: HomeAssistantDiscovery;
  readonly #seriesMax: number;
  readonly #plans = new Map<string, TopicPlan>();
  /** The sum of {@link sizeOf} over all topics. */
  #topicsSize = 0;
  /** An upper bound of the series in all plans. */
  #seriesCached = 0;

  /** @param options `unrouted` is the route of topics that no route matches; undefined: they are refused. */
  constructor(options: {
    readonly routes: readonly TopicRoute[];
    readonly unrouted: TopicRoute | undefined;
    readonly zone: TimeZone;
    readonly discovery: HomeAssistantDiscovery;
    /** The most series of the gateway. It limits the cache. */
    readonly seriesMax: number | undefined;
  }) {
    this.#routes = options.routes;
    this.#unrouted = options.unrouted;
    this.#zone = options.zone;
    this.#discovery = options.discovery;
    // A unit may change, and then there are two plans for one series.
    this.#seriesMax = 2 * (options.seriesMax ?? SERIES_CACHED);
  }

  planOf(topic: string): TopicPlan {
    return this.#plans.get(topic) ?? this.#add(topic);
  }

  /** Forgets the plan of a topic after a change. The next message makes it again. */
  forget(topic: string): void {
    if (this.#plans.delete(topic)) this.#topicsSize -= sizeOf(topic);
  }

  /**
   * The series of a path in the payloads of a topic; undefined when its names are not usable.
   * @param field `device` undefined: the topic names the device.
   */
  seriesOf(
    plan: DecodedPlan,
    { device, path, unit: payloadUnit }: Pick<JsonField, "device" | "path" | "unit">,
    sink: ReadingSink,
  ): PlannedSeries | undefined {
    // Usable names have no NUL. In the common case the path is the key, and no new string is made.
    const key = payloadUnit === null && device === undefined ? path : `${path}\0${payloadUnit ?? ""}\0${device ?? ""}`;
    const known = plan.series.get(key);
    if (known !== undefined) return known;
    const rule = plan.route.fields?.find(({ pattern }) => pattern.matches(path));
    if (plan.route.fields !== undefined && rule === undefined) return this.#remembered(plan, key, "left_out");
    const discovered = plan.discovered?.get(path);
    const usual = namesOf(plan, device, path, rule?.metric);
    // The names of a route or a family come first, then the names that the series has already, then discovered names.
    const isNamed =
      device !== undefined ||
      plan.family !== undefined ||
      rule?.metric !== undefined ||
      plan.route.device !== undefined ||
      plan.route.metric !== undefined;
    const own = isNamed ? null : (discovered?.names ?? null);
    const names = own === null || !areUsable(own) || sink.hasSeries?.(usual) === true ? usual : own;
    if (!areUsable(names)) return undefined;
    const { unit } = plan.route;
    const routeUnit = typeof unit === "string" ? unit : unit?.get(names.metric);
    const pathUnit = usableUnit(payloadUnit ?? discovered?.unit ?? null);
    const ref = { ...names, unit: rule?.unit ?? routeUnit ?? pathUnit, id: -1 };
    return this.#remembered(plan, key, { ref, rule });
  }

  #add(topic: string): TopicPlan {
    const size = sizeOf(topic);
    if (this.#plans.size >= TOPICS_CACHED || this.#topicsSize + size > TOPICS_SIZE_MAX) this.#forgetAll();
    this.#topicsSize += size;
    const plan = this.#routed(topic);
    this.#plans.set(topic, plan);
    return plan;
  }

  #routed(topic: string): TopicPlan {
    for (const route of this.#routes) {
      const captured = route.pattern?.match(topic);
      if (captured !== undefined) return this.#planned(topic, route, captured);
    }
    if (this.#unrouted !== undefined) return this.#planned(topic, this.#unrouted, new Map());
    const detail = `no route matches the topic ${topic.slice(0, 200)}`;
    return { kind: "refused", outcome: { kind: "dead_letter", reason: "no_route", detail, route: "" } };
  }

  #planned(topic: string, route: TopicRoute, captured: ReadonlyMap<string, string>): DecodedPlan {
    const levels = topic.split("/").filter((level) => level !== "");
    const isAuto = route.decoder === "auto";
    return {
      kind: "decoded",
      topic,
      route,
      captured,
      levels,
      family: familyByTopic(levels, route.families) ?? (route === AUTO_ROUTE ? usualTopic(levels) : undefined),
      sparkplug: isAuto || route.decoder === "sparkplug_b" ? sparkplugTopic(levels) : undefined,
      isDiscovery: isAuto && isDiscovery(levels),
      times: new TopicTimes(this.#zone),
      discovered: this.#discovery.valuesOf(topic),
      familyByPayload: undefined,
      series: new Map(),
      outcomes: new Map(),
    };
  }

  #remembered(plan: DecodedPlan, key: string, series: PlannedSeries): PlannedSeries {
    if (key.length > KEY_MAX || plan.series.size >= SERIES_PER_TOPIC_CACHED) return series;
    if (this.#seriesCached >= this.#seriesMax) this.#forgetAll();
    this.#seriesCached++;
    plan.series.set(key, series);
    return series;
  }

  #forgetAll(): void {
    this.#plans.clear();
    this.#topicsSize = 0;
    this.#seriesCached = 0;
  }
}

/** The approximate size of the topic in its plan: its characters, and a text for each level. */
function sizeOf(topic: string): number {
  let size = topic.length;
  for (let at = topic.indexOf("/"); at >= 0; at = topic.indexOf("/", at + 1)) size += LEVEL_SIZE;
  return size;
}

const TOPICS_CACHED = 100_000;
/** Enough for all cached topics with 80 characters in six levels. Topics come from outside and may be longer. */
const TOPICS_SIZE_MAX = 16 * 1024 * 1024;
const LEVEL_SIZE = 16;
const SERIES_PER_TOPIC_CACHED = 1000;
const SERIES_CACHED = 1_000_000;
/** A device, a metric and a unit of the greatest length, and a little more. */
const KEY_MAX = 1024;
