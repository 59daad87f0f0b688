import { Buffer, isUtf8 } from "node:buffer";
import type { ClockSource, Reading, Value } from "../../proto/core/reading.ts";
import type { Millis } from "../../proto/core/ids.ts";
import type {
  DeadLetterReason,
  Decoded,
  Decoder,
  IncomingMessage,
  Outcome,
  ReadingSink,
  SeriesRef,
} from "./decoder.ts";
import type { JsonLimits, JsonTime } from "./json-fields.ts";
import { jsonFields } from "./json-fields.ts";
import { plainValue, simpleNumber } from "./plain-value.ts";
import { Template } from "./template.ts";
import type { TimeUnit } from "./timestamp.ts";
import { TimeZone } from "./timestamp.ts";
import { TopicPattern } from "./topic-pattern.ts";

/**
 * Decides what a topic's messages are, once per topic, and decodes them: the first route that matches, else the names
 * that topics usually mean (the device is the topic; of a topic with one value, the topic without its last level).
 *
 * What was decided sticks to the topic in a bounded cache, so the second message on a topic costs its payload only.
 */
export function createDecoder(options: DecoderOptions): Decoder {
  return new RoutedDecoder(options);
}

export type DecoderOptions = {
  readonly routes: readonly RouteOptions[];
  /** What happens to a topic that no route matches. */
  readonly unrouted: "auto" | "dead_letter";
  readonly timeZone: string;
  readonly limits: DecodeLimits;
};

export type DecodeLimits = JsonLimits & { readonly payloadBytes: number };

export type RouteOptions = {
  readonly topic: string;
  readonly device: string | undefined;
  readonly metric: string | undefined;
  readonly decoder: "auto" | "json" | "value" | "text";
  readonly timestamp: "arrival" | { readonly field: string | undefined; readonly unit: TimeUnit };
  /** One unit for all, or by metric. */
  readonly unit: string | Readonly<Record<string, string>> | undefined;
};

type Route = {
  readonly name: string;
  readonly pattern: TopicPattern | undefined;
  readonly device: Template | undefined;
  readonly metric: Template | undefined;
  readonly decoder: RouteOptions["decoder"];
  readonly time: JsonTime;
  readonly unit: string | ReadonlyMap<string, string> | undefined;
};

/** What is known about a topic after its first message. */
type TopicPlan =
  | { readonly kind: "refused"; readonly outcome: Outcome }
  | {
      readonly kind: "decoded";
      readonly topic: string;
      readonly route: Route;
      readonly captured: ReadonlyMap<string, string>;
      /** By path in the payload; the empty path is a bare value. */
      readonly series: Map<string, SeriesRef>;
      readonly json: Outcome;
      readonly value: Outcome;
    };
type DecodedPlan = Extract<TopicPlan, { kind: "decoded" }>;

class RoutedDecoder implements Decoder {
  readonly #routes: readonly Route[];
  readonly #unrouted: Route | undefined;
  readonly #zone: TimeZone;
  readonly #limits: DecodeLimits;
  readonly #plans = new Map<string, TopicPlan>();

  constructor(options: DecoderOptions) {
    this.#routes = options.routes.map(routeOf);
    this.#unrouted = options.unrouted === "auto" ? AUTO_ROUTE : undefined;
    this.#zone = new TimeZone(options.timeZone);
    this.#limits = options.limits;
  }

  decode(message: IncomingMessage): Decoded {
    const readings: Reading[] = [];
    const outcome = this.decodeInto(message, {
      admits: () => true,
      ignored: () => {},
      reading: ({ device, metric, unit }, timeMs, value, clock) =>
        readings.push({ device, metric, unit, timeMs: timeMs as Millis, value, clock }),
    });
    return outcome.kind === "readings" ? { ...outcome, readings } : outcome;
  }

  decodeInto(message: IncomingMessage, sink: ReadingSink): Outcome {
    const plan = this.#plans.get(message.topic) ?? this.#plan(message.topic);
    if (plan.kind === "refused") return plan.outcome;
    const { payload } = message;
    if (payload.length === 0) return deadLetter(plan, "empty", "the payload is empty");
    if (payload.length > this.#limits.payloadBytes) {
      return deadLetter(plan, "too_large", `${payload.length} bytes, more than ${this.#limits.payloadBytes}`);
    }
    const { decoder } = plan.route;
    if (decoder === "auto" || decoder === "value") {
      const number = simpleNumber(payload);
      if (!Number.isNaN(number)) return this.#bare(plan, number, null, message, sink);
    }
    if (!isUtf8(payload)) return deadLetter(plan, "invalid_utf8", "the payload is not UTF-8");
    const text = textOf(payload);
    if (decoder === "json" || (decoder === "auto" && startsJson(text))) return this.#json(plan, text, message, sink);
    if (decoder === "text") return this.#bare(plan, text, null, message, sink);
    const plain = plainValue(text);
    if (plain.kind === "not_finite") return deadLetter(plan, "not_finite", `the value is ${text.trim()}`);
    if (plain.value === "") return deadLetter(plan, "empty", "the payload is blank");
    return this.#bare(plan, plain.value, plain.unit, message, sink);
  }

  #bare(plan: DecodedPlan, value: Value, unit: string | null, message: IncomingMessage, sink: ReadingSink): Outcome {
    if (typeof value === "string" && value.length > TEXT_MAX) {
      return deadLetter(plan, "too_large", `a text of ${value.length} characters, more than ${TEXT_MAX}`);
    }
    const series = this.#series(plan, "", unit);
    if (series === undefined) return badName(plan, "");
    if (series.id < 0 && !sink.admits(series)) return tooManySeries(plan);
    sink.reading(series, Math.trunc(message.arrivedMs), value, message.clockPlausible ? "none" : "suspect");
    return plan.value;
  }

  #json(plan: DecodedPlan, text: string, message: IncomingMessage, sink: ReadingSink): Outcome {
    const parsed = jsonFields(text, { time: plan.route.time, zone: this.#zone, limits: this.#limits });
    if (parsed.kind === "dead_letter") return deadLetter(plan, parsed.reason, parsed.detail);
    const { fields } = parsed;
    if (fields.length === 0) {
      if (parsed.nulls > 0) return { kind: "ignored", what: "null", route: plan.route.name };
      return deadLetter(plan, "no_value", "there is no value in the payload");
    }
    // Names are checked for all before the first is given away: a dead letter leaves no reading behind.
    const series: SeriesRef[] = [];
    for (const { path, value, unit } of fields) {
      const ref = this.#series(plan, path, unit);
      if (ref === undefined) return badName(plan, path);
      if (typeof value === "string" && value.length > TEXT_MAX) {
        return deadLetter(plan, "too_large", `${path}: a text of ${value.length} characters, more than ${TEXT_MAX}`);
      }
      if (ref.id < 0 && !sink.admits(ref)) return tooManySeries(plan);
      series.push(ref);
    }
    if (parsed.nulls > 0) sink.ignored("null", parsed.nulls);
    if (parsed.noTimes > 0) sink.ignored("not_a_time", parsed.noTimes);
    const arrivedMs = Math.trunc(message.arrivedMs);
    for (const [i, field] of fields.entries()) {
      let timeMs = field.timeMs;
      let clock: ClockSource = "device";
      if (timeMs === undefined) {
        timeMs = arrivedMs;
        clock = message.clockPlausible ? "none" : "suspect";
      } else if (message.clockPlausible && timeMs > arrivedMs + FUTURE_MS) {
        timeMs = arrivedMs;
        clock = "suspect";
      }
      sink.reading(series[i]!, timeMs, field.value, clock);
    }
    return plan.json;
  }

  #plan(topic: string): TopicPlan {
    if (this.#plans.size >= TOPICS_CACHED) this.#plans.clear();
    const plan = this.#planOf(topic);
    this.#plans.set(topic, plan);
    return plan;
  }

  #planOf(topic: string): TopicPlan {
    for (const route of this.#routes) {
      const captured = route.pattern?.match(topic);
      if (captured !== undefined) return planned(topic, route, captured);
    }
    if (this.#unrouted !== undefined) return planned(topic, this.#unrouted, new Map());
    const detail = `no route matches the topic ${topic.slice(0, 200)}`;
    return { kind: "refused", outcome: { kind: "dead_letter", reason: "no_route", detail, route: "" } };
  }

  /** The series of a path; undefined when its names are not usable. */
  #series(plan: DecodedPlan, path: string, payloadUnit: string | null): SeriesRef | undefined {
    // A unit from the payload makes another entry: NUL cannot be in a path that passed `usable`.
    const key = payloadUnit === null ? path : `${path}\0${payloadUnit}`;
    const known = plan.series.get(key);
    if (known !== undefined) return known;
    const { device, metric } = namesOf(plan, path);
    if (!usable(device, DEVICE_MAX) || !usable(metric, METRIC_MAX)) return undefined;
    const { unit } = plan.route;
    const routeUnit = typeof unit === "string" ? unit : unit?.get(metric);
    const series = { device, metric, unit: routeUnit ?? payloadUnit, id: -1 };
    if (plan.series.size < SERIES_PER_TOPIC_CACHED) plan.series.set(key, series);
    return series;
  }
}

/** Device and metric of a value at `path`, by the route's templates or by what topics usually mean. */
function namesOf(plan: DecodedPlan, path: string): { device: string; metric: string } {
  const { route, captured, topic } = plan;
  const levels = topic.split("/").filter((level) => level !== "");
  // A topic of one level that carries one bare value has no level left for the device.
  const lastIsMetric = path === "" && levels.length > 1;
  const usual = {
    device: (lastIsMetric ? levels.slice(0, -1) : levels).join("/"),
    field: path !== "" ? path : lastIsMetric ? levels.at(-1)! : "value",
  };
  const known = (name: string): string | undefined =>
    name === "field" ? usual.field : name === "topic" ? levels.join("/") : captured.get(name);
  // With a template for the device, the last level is still the metric of a bare value.
  return {
    device: route.device?.expand(known) ?? usual.device,
    metric: route.metric?.expand(known) ?? usual.field,
  };
}

function usable(name: string, max: number): boolean {
  if (name.length === 0 || name.length > max) return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  }
  return name.isWellFormed();
}

function planned(topic: string, route: Route, captured: ReadonlyMap<string, string>): DecodedPlan {
  const readings = (decoder: string): Outcome => ({ kind: "readings", decoder, route: route.name });
  const value = readings(route.decoder === "text" ? "text" : "value");
  return { kind: "decoded", topic, route, captured, series: new Map(), json: readings("json"), value };
}

function routeOf(options: RouteOptions): Route {
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
    time,
    unit: typeof unit === "object" ? new Map(Object.entries(unit)) : unit,
  };
}

const AUTO_ROUTE: Route = {
  name: "auto",
  pattern: undefined,
  device: undefined,
  metric: undefined,
  decoder: "auto",
  time: { kind: "auto", unit: "auto" },
  unit: undefined,
};

function textOf(payload: Uint8Array): string {
  // Some firmware sends the C string with its end.
  const end = payload.at(-1) === 0 ? payload.length - 1 : payload.length;
  return Buffer.from(payload.buffer, payload.byteOffset, end).toString("utf8");
}

function startsJson(text: string): boolean {
  const first = text.trimStart()[0];
  return first === "{" || first === "[" || text.trim() === "null";
}

function deadLetter(plan: DecodedPlan, reason: DeadLetterReason, detail: string): Outcome {
  return { kind: "dead_letter", reason, detail, route: plan.route.name };
}

function tooManySeries(plan: DecodedPlan): Outcome {
  return deadLetter(plan, "too_many_series", "a series that was never seen, and there is no room for more");
}

function badName(plan: DecodedPlan, path: string): Outcome {
  const { device, metric } = namesOf(plan, path);
  const shown = JSON.stringify(`${device} ${metric}`).slice(0, 120);
  const rule = `names are 1 to ${DEVICE_MAX} (device) or ${METRIC_MAX} (metric) characters without control characters`;
  return deadLetter(plan, "bad_name", `${shown}: ${rule}`);
}

const TOPICS_CACHED = 100_000;
const SERIES_PER_TOPIC_CACHED = 1000;
const DEVICE_MAX = 512;
const METRIC_MAX = 256;
const TEXT_MAX = 4096;
/** Clocks drift by minutes; an hour ahead is wrong. */
const FUTURE_MS = 3_600_000;
