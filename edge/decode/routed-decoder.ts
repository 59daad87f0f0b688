import { Buffer, isUtf8 } from "node:buffer";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { Millis } from "../../proto/core/ids.ts";
import { binaryOf } from "./binary.ts";
import { inflated } from "./compressed.ts";
import { csvLines, looksLikeCsv } from "./csv-lines.ts";
import type { Decoded, DecodedReading, Decoder, IncomingMessage, Outcome, ReadingSink } from "./decoder.ts";
import type { DecoderMemory } from "./decoder-memory.ts";
import { RememberedEntries } from "./decoder-memory.ts";
import type { Family } from "./families/family.ts";
import { lineFields, looksLikeLineProtocol } from "./families/line-protocol.ts";
import { claimOf, familyOf, usualClaim } from "./families/registry.ts";
import { scaled } from "./field-rules.ts";
import { HomeAssistantDiscovery, isDiscovery } from "./home-assistant.ts";
import type { JsonField, JsonLimits, WalkedPart } from "./json-fields.ts";
import { fieldsOf, parsedJson } from "./json-fields.ts";
import { plainValue, simpleNumber } from "./plain-value.ts";
import type { Route, RouteOptions } from "./route.ts";
import { AUTO_ROUTE, isPlausible, routeOf } from "./route.ts";
import { Sparkplug } from "./sparkplug/sparkplug.ts";
import type { SparkplugTopic } from "./sparkplug/sparkplug-topic.ts";
import { sparkplugTopic } from "./sparkplug/sparkplug-topic.ts";
import { instantOf, TimeZone } from "./timestamp.ts";
import { TopicTimes } from "./topic-times.ts";
import type { DecodedPlan, PlannedSeries, TopicPlan } from "./topic-plan.ts";
import { areUsable, badName, deadLetter, namesOf, readingsOf, usableUnit } from "./topic-plan.ts";

/**
 * Decides what a topic's messages are, once per topic, and decodes them: the first route that matches, else the names
 * that topics usually mean (the device is the topic; of a topic with one value, the topic without its last level).
 *
 * What was decided sticks to the topic in a bounded cache, so the second message on a topic costs its payload only.
 */
export function createDecoder(options: DecoderOptions, memory: DecoderMemory = new RememberedEntries()): Decoder {
  return new RoutedDecoder(options, memory);
}

export type DecoderOptions = {
  readonly routes: readonly RouteOptions[];
  /** What happens to a topic that no route matches. */
  readonly unrouted: "auto" | "dead_letter";
  readonly timeZone: string;
  readonly limits: DecodeLimits;
};

export type DecodeLimits = JsonLimits & {
  readonly payloadBytes: number;
  /** As many series as are kept elsewhere are remembered here; by default a million. */
  readonly seriesMax?: number;
};

class RoutedDecoder implements Decoder {
  readonly #routes: readonly Route[];
  readonly #unrouted: Route | undefined;
  readonly #zone: TimeZone;
  readonly #limits: DecodeLimits;
  readonly #plans = new Map<string, TopicPlan>();
  /** What the topics of all plans take together, as {@link sizeOf} has it. */
  #topicsSize = 0;
  /** Series in all plans together, at most. */
  #seriesCached = 0;
  readonly #sparkplug: Sparkplug;
  readonly #discovered: HomeAssistantDiscovery;

  constructor(options: DecoderOptions, memory: DecoderMemory) {
    this.#sparkplug = new Sparkplug(memory);
    this.#discovered = new HomeAssistantDiscovery(memory);
    this.#routes = options.routes.map(routeOf);
    this.#unrouted = options.unrouted === "auto" ? AUTO_ROUTE : undefined;
    this.#zone = new TimeZone(options.timeZone);
    this.#limits = options.limits;
  }

  decode(message: IncomingMessage): Decoded {
    const readings: DecodedReading[] = [];
    let written: { readonly written?: string } = {};
    const outcome = this.decodeInto(message, {
      admits: () => null,
      ignored: () => {},
      written: (_value, text) => {
        written = { written: text };
      },
      reading: ({ device, metric, unit }, timeMs, value, clock, saidMs) => {
        const said = saidMs === undefined ? {} : { saidMs };
        readings.push({ device, metric, unit, timeMs: timeMs as Millis, value, clock, ...written, ...said });
        written = {};
      },
    });
    return outcome.kind === "readings" ? { ...outcome, readings } : outcome;
  }

  decodeInto(message: IncomingMessage, sink: ReadingSink): Outcome {
    const plan = this.#plans.get(message.topic) ?? this.#plan(message.topic);
    if (plan.kind === "refused") return plan.outcome;
    const { payload } = message;
    // A retained message is cleared this way, and some sensors say nothing at all.
    if (payload.length === 0) return { kind: "ignored", what: "empty", route: plan.route.name };
    if (plan.sparkplug !== undefined && payload.length <= this.#limits.payloadBytes) {
      return this.#sparkplugMessage(plan, plan.sparkplug, message, sink);
    }
    if (plan.claim?.topic.kind === "ignored") {
      return { kind: "ignored", what: plan.claim.topic.what, route: plan.route.name };
    }
    if (payload.length > this.#limits.payloadBytes) {
      return deadLetter(plan, "too_large", `${payload.length} bytes, more than ${this.#limits.payloadBytes}`);
    }
    if (plan.isDiscovery) return this.#discovery(plan, message);
    const { decoder } = plan.route;
    if (decoder === "value" || (message.format === undefined && plan.route.families.length > 0)) {
      const number = simpleNumber(payload);
      if (!Number.isNaN(number))
        return this.#bare(plan, { value: number, unit: null, decoder: "value" }, message, sink);
    }
    const opened = inflated(payload, this.#limits.payloadBytes);
    if (opened.kind === "dead_letter") return deadLetter(plan, opened.reason, opened.detail);
    return opened.kind === "inflated"
      ? this.#open(plan, { ...message, payload: opened.bytes }, sink)
      : this.#open(plan, message, sink);
  }

  /** What devices say of themselves for a home automation; a broken one harms nobody. */
  #discovery(plan: DecodedPlan, { payload }: IncomingMessage): Outcome {
    const parsed = isUtf8(payload) ? parsedJson(textOf(payload)) : undefined;
    const topic = parsed?.kind === "json" ? this.#discovered.learn(parsed.json) : undefined;
    // Its series are looked up anew, with the unit.
    if (topic !== undefined && this.#plans.delete(topic)) this.#topicsSize -= sizeOf(topic);
    return { kind: "ignored", what: "discovery", route: plan.route.name };
  }

  #sparkplugMessage(plan: DecodedPlan, topic: SparkplugTopic, message: IncomingMessage, sink: ReadingSink): Outcome {
    const decoded = this.#sparkplug.decode(topic, message.payload, {
      nowMs: message.arrivedMs,
      again: message.again === true,
    });
    if (decoded.kind === "ignored") return { kind: "ignored", what: decoded.what, route: plan.route.name };
    if (decoded.kind === "syntax") return deadLetter(plan, "syntax", decoded.detail);
    for (const request of decoded.requests) sink.request?.(request);
    if (decoded.kind === "unknown_alias") return deadLetter(plan, "unknown_alias", decoded.detail);
    const { fields, nulls, identifiers, bornSinceMs } = decoded;
    if (bornSinceMs !== undefined && topic.kind === "message") {
      const { node, group } = topic;
      sink.understands?.({
        reason: "unknown_alias",
        sinceMs: bornSinceMs,
        node,
        topicPrefix: `spBv1.0/${group}/`,
      });
    }
    if (fields.length === 0) {
      return { kind: "ignored", what: nulls > 0 ? "null" : "identifier", route: plan.route.name };
    }
    if (fields.length > this.#limits.values) {
      return deadLetter(plan, "too_many_values", `more than ${this.#limits.values} values in one message`);
    }
    const bad = fields.find(({ value }) => typeof value === "number" && !Number.isFinite(value));
    if (bad !== undefined) return deadLetter(plan, "not_finite", `${bad.path} is ${String(bad.value)}`);
    const outcome = this.#give(plan, fields, { decoder: "sparkplug_b", message, sink });
    if (outcome.kind !== "readings") return outcome;
    if (nulls > 0) sink.ignored("null", nulls);
    if (identifiers > 0) sink.ignored("identifier", identifiers);
    return outcome;
  }

  /** Whatever is more than a plain number. */
  #open(plan: DecodedPlan, message: IncomingMessage, sink: ReadingSink): Outcome {
    const { payload } = message;
    const isOpen = plan.route.families.length > 0;
    const decoder = (isOpen ? message.format : undefined) ?? plan.route.decoder;
    const isAuto = isOpen && message.format === undefined;
    if (decoder === "cbor" || decoder === "msgpack") {
      const binary = binaryOf(payload, decoder);
      if (binary === undefined) return deadLetter(plan, "syntax", `the payload is no ${decoder}`);
      return this.#structured(plan, binary, message, sink);
    }
    if (!isUtf8(payload)) {
      const binary = isAuto ? binaryOf(payload) : undefined;
      if (binary !== undefined) return this.#structured(plan, binary, message, sink);
      return deadLetter(plan, "invalid_utf8", "the payload is not UTF-8, and neither CBOR nor MessagePack");
    }
    const text = textOf(payload);
    const quoted = isAuto ? quotedText(text) : undefined;
    if (quoted !== undefined) {
      const plain = plainValue(quoted);
      if (plain.kind === "not_finite") return deadLetter(plan, "not_finite", `the value is ${text}`);
      return this.#bare(plan, { ...plain, decoder: "value", written: quoted }, message, sink);
    }
    if (decoder === "csv" || (isAuto && plan.claim === undefined && looksLikeCsv(text))) {
      return this.#table(plan, text, message, sink);
    }
    if (decoder === "json" || (isAuto && startsJson(text))) {
      const parsed = parsedJson(text);
      if (parsed.kind === "dead_letter") return deadLetter(plan, parsed.reason, parsed.detail);
      return this.#structured(plan, { json: parsed.json, decoder: "json" }, message, sink);
    }
    if (decoder === "text") return this.#bare(plan, { value: text, unit: null, decoder }, message, sink);
    if (decoder === "line_protocol" || (isAuto && plan.claim === undefined && looksLikeLineProtocol(text))) {
      return this.#lines(plan, text, message, sink);
    }
    const plain = plainValue(text);
    if (plain.kind === "not_finite") return deadLetter(plan, "not_finite", `the value is ${text.trim()}`);
    if (plain.value === "") return { kind: "ignored", what: "empty", route: plan.route.name };
    return this.#bare(
      plan,
      typeof plain.value === "boolean"
        ? { ...plain, decoder: "value", written: text.trim() }
        : { ...plain, decoder: "value" },
      message,
      sink,
    );
  }

  #bare(
    plan: DecodedPlan,
    bare: { readonly value: Value; readonly unit: string | null; readonly decoder: string; readonly written?: string },
    message: IncomingMessage,
    sink: ReadingSink,
  ): Outcome {
    const { value } = bare;
    const unusable = typeof value === "string" ? unusableText(plan, value, "") : undefined;
    if (unusable !== undefined) return unusable;
    const topic = plan.claim?.topic;
    const unit = bare.unit ?? (topic?.kind === "value" && typeof value !== "string" ? topic.unit : null);
    const series = this.#series(plan, { device: undefined, path: "", unit }, sink);
    if (series === undefined) return badName(plan, "");
    if (series === "left_out") return { kind: "ignored", what: "not_picked", route: plan.route.name };
    const { ref, rule } = series;
    const refused = sink.admits(ref, value);
    if (refused !== null) return deadLetter(plan, refused.reason, refused.detail);
    const clock = message.clockPlausible ? "none" : "suspect";
    if (bare.written !== undefined && typeof value !== "string") sink.written?.(value, bare.written);
    sink.reading(ref, Math.trunc(message.arrivedMs), rule === undefined ? value : scaled(value, rule), clock);
    return readingsOf(plan, plan.claim?.family.name ?? bare.decoder);
  }

  /** JSON, or what another format says in the same way. */
  #structured(
    plan: DecodedPlan,
    given: { readonly json: unknown; readonly decoder: string },
    message: IncomingMessage,
    sink: ReadingSink,
  ): Outcome {
    const { json } = given;
    const family = this.#familyOf(plan, json);
    if (family?.parts === undefined) {
      const path = plan.claim?.topic.kind === "value" ? plan.claim.topic.metric : "";
      return this.#walk(
        plan,
        { parts: [{ value: json, path }], decoder: family?.name ?? given.decoder },
        message,
        sink,
      );
    }
    const names = namesOf(plan, undefined, "");
    const outcome = family.parts(json, {
      levels: plan.levels,
      clientId: message.clientId,
      arrivedMs: message.arrivedMs,
      // What it calls the device is for it to say; where it cannot, the whole topic is the device.
      device: plan.claim?.topic.kind === "json" ? plan.claim.topic.device : plan.levels.join("/"),
      metric: plan.claim?.topic.kind === "json" ? plan.claim.topic.metric : names.metric,
    });
    switch (outcome.kind) {
      case "ignored":
        return { kind: "ignored", what: outcome.what, route: plan.route.name };
      case "no_value":
        return deadLetter(plan, "no_value", outcome.detail);
      case "parts": {
        const walked = this.#walk(plan, { parts: outcome.parts, decoder: family.name }, message, sink);
        if (walked.kind !== "readings") return walked;
        for (const { ignored } of outcome.parts) for (const [what, count] of ignored ?? []) sink.ignored(what, count);
        return walked;
      }
    }
  }

  /** What a topic was first is what it stays, so that a message that looks otherwise does not rename its series. */
  #familyOf(plan: DecodedPlan, json: unknown): Family | undefined {
    if (plan.claim !== undefined) return plan.claim.family;
    if (plan.sticky === undefined) {
      plan.sticky = plan.route.decoder === "auto" ? (familyOf(json) ?? "none") : (plan.route.families[0] ?? "none");
    }
    return plan.sticky === "none" ? undefined : plan.sticky;
  }

  #walk(
    plan: DecodedPlan,
    given: { readonly parts: readonly WalkedPart[]; readonly decoder: string },
    message: IncomingMessage,
    sink: ReadingSink,
  ): Outcome {
    plan.times.begin(message);
    const parsed = fieldsOf(given.parts, {
      time: plan.route.time,
      times: plan.times,
      isAllText: given.decoder === "csv",
      limits: this.#limits,
      ...(plan.route.split === undefined ? {} : { split: plan.route.split }),
    });
    if (parsed.kind === "dead_letter") return deadLetter(plan, parsed.reason, parsed.detail);
    const { nulls, noTimes, identifiers } = parsed;
    if (parsed.fields.length === 0) {
      const what = nulls > 0 ? "null" : identifiers > 0 ? "identifier" : undefined;
      if (what !== undefined) return { kind: "ignored", what, route: plan.route.name };
    }
    const outcome = this.#give(plan, parsed.fields, { decoder: given.decoder, message, sink });
    if (outcome.kind !== "readings") return outcome;
    if (nulls > 0) sink.ignored("null", nulls);
    if (noTimes > 0) sink.ignored("not_a_time", noTimes);
    if (identifiers > 0) sink.ignored("identifier", identifiers);
    return outcome;
  }

  #table(plan: DecodedPlan, text: string, message: IncomingMessage, sink: ReadingSink): Outcome {
    const parsed = csvLines(text, plan.route.columns);
    if (parsed.kind === "syntax") return deadLetter(plan, "syntax", parsed.detail);
    const parts = parsed.rows.map((row) => ({ value: row, path: "" }));
    return this.#walk(plan, { parts, decoder: "csv" }, message, sink);
  }

  #lines(plan: DecodedPlan, text: string, message: IncomingMessage, sink: ReadingSink): Outcome {
    plan.times.begin(message);
    const parsed = lineFields(text, (digits) => plan.times.timeOf("", BigInt(digits), "auto"));
    if (parsed.kind === "syntax") return deadLetter(plan, "syntax", parsed.detail);
    if (parsed.fields.length > this.#limits.values) {
      return deadLetter(plan, "too_many_values", `more than ${this.#limits.values} values in one message`);
    }
    const device = plan.levels.join("/");
    const fields = parsed.fields.map((field): JsonField => ({
      device: field.device ?? device,
      path: field.metric,
      value: field.value,
      unit: null,
      timeMs: field.timeMs,
    }));
    return this.#give(plan, fields, { decoder: "line_protocol", message, sink });
  }

  /** Names are checked for all before the first is given away: a dead letter leaves no reading behind. */
  #give(
    plan: DecodedPlan,
    fields: readonly JsonField[],
    { decoder, message, sink }: { decoder: string; message: IncomingMessage; sink: ReadingSink },
  ): Outcome {
    if (fields.length === 0) return deadLetter(plan, "no_value", "there is no value in the payload");
    const arrivedMs = Math.trunc(message.arrivedMs);
    const series: Exclude<PlannedSeries, "left_out">[] = [];
    const picked: JsonField[] = [];
    let noTimes = 0;
    for (const field of fields) {
      const { device, path, value, unit } = field;
      const planned_ = this.#series(plan, { device, path, unit }, sink);
      if (planned_ === undefined) return badName(plan, path);
      if (planned_ === "left_out") continue;
      const { ref } = planned_;
      const unusable = typeof value === "string" ? unusableText(plan, value, `${path}: `) : undefined;
      if (unusable !== undefined) return unusable;
      const saidMs = instantOf(field.timeMs);
      if (field.timeMs !== undefined && saidMs === undefined) noTimes++;
      const { plausible } = plan.route;
      if (
        plausible.otherwise === "dead_letter" &&
        message.clockPlausible &&
        !isPlausible(saidMs, arrivedMs, plausible)
      ) {
        const said = new Date(saidMs!).toISOString();
        return deadLetter(plan, "bad_timestamp", `${path} has the time ${said}, too far from that of its arrival`);
      }
      const refused = sink.admits(ref, value);
      if (refused !== null) return deadLetter(plan, refused.reason, refused.detail);
      series.push(planned_);
      picked.push(field);
    }
    if (picked.length === 0) return { kind: "ignored", what: "not_picked", route: plan.route.name };
    if (picked.length < fields.length) sink.ignored("not_picked", fields.length - picked.length);
    if (noTimes > 0) sink.ignored("not_a_time", noTimes);
    for (const [i, field] of picked.entries()) {
      // Families and formats compute times from what they find: here it is decided whether that is one.
      let timeMs = instantOf(field.timeMs);
      let clock: ClockSource = "device";
      let saidMs: number | undefined;
      if (timeMs === undefined) {
        timeMs = arrivedMs;
        clock = message.clockPlausible ? "none" : "suspect";
      } else if (message.clockPlausible && !isPlausible(timeMs, arrivedMs, plan.route.plausible)) {
        clock = "suspect";
        saidMs = timeMs;
        if (plan.route.plausible.otherwise === "arrival") timeMs = arrivedMs;
      }
      const { ref, rule } = series[i]!;
      if (field.written !== undefined) sink.written?.(field.value, field.written);
      sink.reading(ref, timeMs, rule === undefined ? field.value : scaled(field.value, rule), clock, saidMs);
    }
    return readingsOf(plan, decoder);
  }

  #plan(topic: string): TopicPlan {
    const size = sizeOf(topic);
    if (this.#plans.size >= TOPICS_CACHED || this.#topicsSize + size > TOPICS_SIZE_MAX) this.#forget();
    this.#topicsSize += size;
    const plan = this.#planOf(topic);
    this.#plans.set(topic, plan);
    return plan;
  }

  #planOf(topic: string): TopicPlan {
    for (const route of this.#routes) {
      const captured = route.pattern?.match(topic);
      if (captured !== undefined) return this.#planned(topic, route, captured);
    }
    if (this.#unrouted !== undefined) return this.#planned(topic, this.#unrouted, new Map());
    const detail = `no route matches the topic ${topic.slice(0, 200)}`;
    return { kind: "refused", outcome: { kind: "dead_letter", reason: "no_route", detail, route: "" } };
  }

  #planned(topic: string, route: Route, captured: ReadonlyMap<string, string>): DecodedPlan {
    const levels = topic.split("/").filter((level) => level !== "");
    const isAuto = route.decoder === "auto";
    return {
      kind: "decoded",
      topic,
      route,
      captured,
      levels,
      claim: claimOf(levels, route.families) ?? (route === AUTO_ROUTE ? usualClaim(levels) : undefined),
      sparkplug: isAuto || route.decoder === "sparkplug_b" ? sparkplugTopic(levels) : undefined,
      isDiscovery: isAuto && isDiscovery(levels),
      times: new TopicTimes(this.#zone),
      described: this.#discovered.describedBy(topic),
      sticky: undefined,
      series: new Map(),
      outcomes: new Map(),
    };
  }

  /** The series of a path; undefined when its names are not usable. @param device undefined: as the topic names it. */
  #series(
    plan: DecodedPlan,
    { device, path, unit: payloadUnit }: Pick<JsonField, "device" | "path" | "unit">,
    sink: ReadingSink,
  ): PlannedSeries | undefined {
    // NUL cannot be in names that passed `usable`. The common case, a path alone, costs no new string.
    const key = payloadUnit === null && device === undefined ? path : `${path}\0${payloadUnit ?? ""}\0${device ?? ""}`;
    const known = plan.series.get(key);
    if (known !== undefined) return known;
    const rule = plan.route.fields?.find(({ pattern }) => pattern.matches(path));
    if (plan.route.fields !== undefined && rule === undefined) return this.#remembered(plan, key, "left_out");
    const described = plan.described?.get(path);
    const usual = namesOf(plan, device, path, rule?.metric);
    // Who says what a device is called comes first: a route, a family; then what a series is called already.
    const isNamed =
      device !== undefined ||
      plan.claim !== undefined ||
      rule?.metric !== undefined ||
      plan.route.device !== undefined ||
      plan.route.metric !== undefined;
    const discovered = isNamed ? null : (described?.names ?? null);
    const names = discovered === null || !areUsable(discovered) || sink.knows?.(usual) === true ? usual : discovered;
    if (!areUsable(names)) return undefined;
    const { unit } = plan.route;
    const routeUnit = typeof unit === "string" ? unit : unit?.get(names.metric);
    const unitOfPath = usableUnit(payloadUnit ?? described?.unit ?? null);
    const ref = { ...names, unit: rule?.unit ?? routeUnit ?? unitOfPath, id: -1 };
    return this.#remembered(plan, key, { ref, rule });
  }

  /** Names come from outside: neither their number nor their length must become our memory. */
  #remembered(plan: DecodedPlan, key: string, series: PlannedSeries): PlannedSeries {
    if (key.length > KEY_MAX || plan.series.size >= SERIES_PER_TOPIC_CACHED) return series;
    // A unit may change, and then there are two of a series.
    if (this.#seriesCached >= 2 * (this.#limits.seriesMax ?? SERIES_CACHED)) this.#forget();
    this.#seriesCached++;
    plan.series.set(key, series);
    return series;
  }

  #forget(): void {
    this.#plans.clear();
    this.#topicsSize = 0;
    this.#seriesCached = 0;
  }
}

/** What a plan keeps of its topic, about: its characters, and a text for each of its levels. */
function sizeOf(topic: string): number {
  let size = topic.length;
  for (let at = topic.indexOf("/"); at >= 0; at = topic.indexOf("/", at + 1)) size += LEVEL_SIZE;
  return size;
}

function textOf(payload: Uint8Array): string {
  // Some firmware sends the C string with its end, or the whole buffer in which it stands.
  let end = payload.length;
  while (end > 0 && payload[end - 1] === 0) end--;
  return Buffer.from(payload.buffer, payload.byteOffset, end).toString("utf8");
}

/** @param place in front of the detail */
function unusableText(plan: DecodedPlan, text: string, place: string): Outcome | undefined {
  if (!text.isWellFormed()) return deadLetter(plan, "invalid_utf8", `${place}a text with half a character`);
  if (text.length <= TEXT_MAX) return undefined;
  return deadLetter(plan, "too_large", `${place}a text of ${text.length} characters, more than ${TEXT_MAX}`);
}

/** A text between quotes, as JSON writes it; undefined: it is none. */
function quotedText(text: string): string | undefined {
  if (!text.startsWith('"') || !text.trimEnd().endsWith('"')) return undefined;
  const parsed = parsedJson(text);
  return parsed.kind === "json" && typeof parsed.json === "string" ? parsed.json : undefined;
}

function startsJson(text: string): boolean {
  const first = text.trimStart()[0];
  return first === "{" || first === "[" || text.trim() === "null";
}

const TOPICS_CACHED = 100_000;
/** Enough for as many topics as are cached, of 80 characters in six levels; topics come from outside and may be longer. */
const TOPICS_SIZE_MAX = 16 * 1024 * 1024;
const LEVEL_SIZE = 16;
const SERIES_PER_TOPIC_CACHED = 1000;
const SERIES_CACHED = 1_000_000;
/** A device, a metric and a unit of full length, and a little. */
const KEY_MAX = 1024;
const TEXT_MAX = 4096;
