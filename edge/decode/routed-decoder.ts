import { isUtf8 } from "node:buffer";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { Millis } from "../../proto/core/ids.ts";
import { binaryOf } from "./binary.ts";
import { inflated } from "./compressed.ts";
import { csvLines, looksLikeCsv } from "./csv-lines.ts";
import type { Decoded, DecodedReading, DecodeOutcome, Decoder, IncomingMessage, ReadingSink } from "./decoder.ts";
import type { DecoderMemory } from "./decoder-memory.ts";
import { RememberedEntries } from "./decoder-memory.ts";
import type { Family } from "./families/family.ts";
import { lineFields, looksLikeLineProtocol } from "./families/line-protocol.ts";
import { familyByPayload } from "./families/registry.ts";
import { scaled } from "./field-rules.ts";
import { HomeAssistantDiscovery } from "./home-assistant.ts";
import type { JsonField, JsonLimits, WalkedPart } from "./json-fields.ts";
import { fieldsOf, parsedJson } from "./json-fields.ts";
import { quotedText, startsJson, payloadText } from "./payload-text.ts";
import { plainValue, simpleNumber } from "./plain-value.ts";
import type { RouteOptions } from "./route.ts";
import { AUTO_ROUTE, isPlausible, routeOf } from "./route.ts";
import { Sparkplug } from "./sparkplug/sparkplug.ts";
import type { SparkplugTopic } from "./sparkplug/sparkplug-topic.ts";
import { instantOf, TimeZone } from "./timestamp.ts";
import type { DecodedPlan, PlannedSeries } from "./topic-plan.ts";
import { badName, deadLetter, namesOf, readingsOf } from "./topic-plan.ts";
import { TopicPlans } from "./topic-plans.ts";

/**
 * Decodes messages. The first of these decides how a payload is read: the route of the topic, the content type of the
 * message, the shape of the topic, the bytes. Without a route, the topic is the device. If the payload is a single value,
 * the last level of the topic is the metric.
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
  /** The most series of the gateway; by default a million. It limits the caches. */
  readonly seriesMax?: number;
};

class RoutedDecoder implements Decoder {
  readonly #limits: DecodeLimits;
  readonly #sparkplug: Sparkplug;
  readonly #discovery: HomeAssistantDiscovery;
  readonly #plans: TopicPlans;

  constructor(options: DecoderOptions, memory: DecoderMemory) {
    this.#limits = options.limits;
    this.#sparkplug = new Sparkplug(memory);
    this.#discovery = new HomeAssistantDiscovery(memory);
    this.#plans = new TopicPlans({
      routes: options.routes.map(routeOf),
      unrouted: options.unrouted === "auto" ? AUTO_ROUTE : undefined,
      zone: new TimeZone(options.timeZone),
      discovery: this.#discovery,
      seriesMax: options.limits.seriesMax,
    });
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
      reading: ({ device, metric, unit }, timeMs, value, clock, payloadTimeMs) => {
        const payloadTime = payloadTimeMs === undefined ? {} : { payloadTimeMs };
        readings.push({ device, metric, unit, timeMs: timeMs as Millis, value, clock, ...written, ...payloadTime });
        written = {};
      },
    });
    return outcome.kind === "readings" ? { ...outcome, readings } : outcome;
  }

  decodeInto(message: IncomingMessage, sink: ReadingSink): DecodeOutcome {
    const plan = this.#plans.planOf(message.topic);
    if (plan.kind === "refused") return plan.outcome;
    const { payload } = message;
    // An empty payload clears a retained message, and some sensors send it when they have no value.
    if (payload.length === 0) return { kind: "ignored", what: "empty", route: plan.route.name };
    if (plan.sparkplug !== undefined && payload.length <= this.#limits.payloadBytes) {
      return this.#sparkplugMessage(plan, plan.sparkplug, message, sink);
    }
    if (plan.family?.topic.kind === "ignored") {
      return { kind: "ignored", what: plan.family.topic.what, route: plan.route.name };
    }
    if (payload.length > this.#limits.payloadBytes) {
      return deadLetter(plan, "too_large", `${payload.length} bytes, more than ${this.#limits.payloadBytes}`);
    }
    if (plan.isDiscovery) return this.#discoveryMessage(plan, message);
    const { decoder } = plan.route;
    // The fast path: most messages are one plain number.
    if (decoder === "value" || (message.format === undefined && plan.route.families.length > 0)) {
      const number = simpleNumber(payload);
      if (!Number.isNaN(number)) {
        return this.#singleValue(plan, { value: number, unit: null, decoder: "value" }, message, sink);
      }
    }
    const opened = inflated(payload, this.#limits.payloadBytes);
    if (opened.kind === "dead_letter") return deadLetter(plan, opened.reason, opened.detail);
    return opened.kind === "inflated"
      ? this.#payload(plan, { ...message, payload: opened.bytes }, sink)
      : this.#payload(plan, message, sink);
  }

  /** A discovery message of Home Assistant. A broken one is ignored, too. */
  #discoveryMessage(plan: DecodedPlan, { payload }: IncomingMessage): DecodeOutcome {
    const parsed = isUtf8(payload) ? parsedJson(payloadText(payload)) : undefined;
    const topic = parsed?.kind === "json" ? this.#discovery.add(parsed.json) : undefined;
    // The series of this topic get their discovered unit and names.
    if (topic !== undefined) this.#plans.forget(topic);
    return { kind: "ignored", what: "discovery", route: plan.route.name };
  }

  #sparkplugMessage(
    plan: DecodedPlan,
    topic: SparkplugTopic,
    message: IncomingMessage,
    sink: ReadingSink,
  ): DecodeOutcome {
    const decoded = this.#sparkplug.decode(topic, message.payload, {
      nowMs: message.arrivedMs,
      isRetry: message.isRetry === true,
    });
    if (decoded.kind === "ignored") return { kind: "ignored", what: decoded.what, route: plan.route.name };
    if (decoded.kind === "syntax") return deadLetter(plan, "syntax", decoded.detail);
    for (const request of decoded.requests) sink.request?.(request);
    if (decoded.kind === "unknown_alias") return deadLetter(plan, "unknown_alias", decoded.detail);
    const { fields, nulls, identifiers, bornSinceMs } = decoded;
    if (bornSinceMs !== undefined && topic.kind === "message") {
      const { node, group } = topic;
      sink.retryHint?.({
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
    const outcome = this.#readings(plan, fields, { decoder: "sparkplug_b", message, sink });
    if (outcome.kind !== "readings") return outcome;
    if (nulls > 0) sink.ignored("null", nulls);
    if (identifiers > 0) sink.ignored("identifier", identifiers);
    return outcome;
  }

  /** A payload that is not a plain number. */
  #payload(plan: DecodedPlan, message: IncomingMessage, sink: ReadingSink): DecodeOutcome {
    const { payload } = message;
    const isOpen = plan.route.families.length > 0;
    const decoder = (isOpen ? message.format : undefined) ?? plan.route.decoder;
    const isAuto = isOpen && message.format === undefined;
    if (decoder === "cbor" || decoder === "msgpack") {
      const binary = binaryOf(payload, decoder);
      if (binary === undefined) return deadLetter(plan, "syntax", `the payload is not ${decoder}`);
      return this.#structured(plan, binary, message, sink);
    }
    if (!isUtf8(payload)) {
      const binary = isAuto ? binaryOf(payload) : undefined;
      if (binary !== undefined) return this.#structured(plan, binary, message, sink);
      return deadLetter(plan, "invalid_utf8", "the payload is not UTF-8 text, CBOR or MessagePack");
    }
    const text = payloadText(payload);
    const quoted = isAuto ? quotedText(text) : undefined;
    if (quoted !== undefined) {
      const plain = plainValue(quoted);
      if (plain.kind === "not_finite") return deadLetter(plan, "not_finite", `the value is ${text}`);
      return this.#singleValue(plan, { ...plain, decoder: "value", written: quoted }, message, sink);
    }
    if (decoder === "csv" || (isAuto && plan.family === undefined && looksLikeCsv(text))) {
      return this.#csv(plan, text, message, sink);
    }
    if (decoder === "json" || (isAuto && startsJson(text))) {
      const parsed = parsedJson(text);
      if (parsed.kind === "dead_letter") return deadLetter(plan, parsed.reason, parsed.detail);
      return this.#structured(plan, { json: parsed.json, decoder: "json" }, message, sink);
    }
    if (decoder === "text") return this.#singleValue(plan, { value: text, unit: null, decoder }, message, sink);
    if (decoder === "line_protocol" || (isAuto && plan.family === undefined && looksLikeLineProtocol(text))) {
      return this.#lineProtocol(plan, text, message, sink);
    }
    const plain = plainValue(text);
    if (plain.kind === "not_finite") return deadLetter(plan, "not_finite", `the value is ${text.trim()}`);
    if (plain.value === "") return { kind: "ignored", what: "empty", route: plan.route.name };
    return this.#singleValue(
      plan,
      typeof plain.value === "boolean"
        ? { ...plain, decoder: "value", written: text.trim() }
        : { ...plain, decoder: "value" },
      message,
      sink,
    );
  }

  #singleValue(
    plan: DecodedPlan,
    single: {
      readonly value: Value;
      readonly unit: string | null;
      readonly decoder: string;
      readonly written?: string;
    },
    message: IncomingMessage,
    sink: ReadingSink,
  ): DecodeOutcome {
    const { value } = single;
    const unusable = typeof value === "string" ? unusableText(plan, value, "") : undefined;
    if (unusable !== undefined) return unusable;
    const topic = plan.family?.topic;
    const unit = single.unit ?? (topic?.kind === "value" && typeof value !== "string" ? topic.unit : null);
    const series = this.#plans.seriesOf(plan, { device: undefined, path: "", unit }, sink);
    if (series === undefined) return badName(plan, "");
    if (series === "left_out") return { kind: "ignored", what: "not_picked", route: plan.route.name };
    const { ref, rule } = series;
    const refused = sink.admits(ref, value);
    if (refused !== null) return deadLetter(plan, refused.reason, refused.detail);
    const clock = message.clockPlausible ? "none" : "suspect";
    if (single.written !== undefined && typeof value !== "string") sink.written?.(value, single.written);
    sink.reading(ref, Math.trunc(message.arrivedMs), rule === undefined ? value : scaled(value, rule), clock);
    return readingsOf(plan, plan.family?.family.name ?? single.decoder);
  }

  /** JSON, or another format with the same structure. */
  #structured(
    plan: DecodedPlan,
    given: { readonly json: unknown; readonly decoder: string },
    message: IncomingMessage,
    sink: ReadingSink,
  ): DecodeOutcome {
    const { json } = given;
    const family = this.#familyOf(plan, json);
    if (family?.parts === undefined) {
      const path = plan.family?.topic.kind === "value" ? plan.family.topic.metric : "";
      const parts = [{ value: json, path }];
      return this.#parts(plan, { parts, decoder: family?.name ?? given.decoder }, message, sink);
    }
    const names = namesOf(plan, undefined, "");
    const outcome = family.parts(json, {
      levels: plan.levels,
      clientId: message.clientId,
      arrivedMs: message.arrivedMs,
      // The family may name the device. If it does not, the whole topic is the device.
      device: plan.family?.topic.kind === "json" ? plan.family.topic.device : plan.levels.join("/"),
      metric: plan.family?.topic.kind === "json" ? plan.family.topic.metric : names.metric,
    });
    switch (outcome.kind) {
      case "ignored":
        return { kind: "ignored", what: outcome.what, route: plan.route.name };
      case "no_value":
        return deadLetter(plan, "no_value", outcome.detail);
      case "parts": {
        const decoded = this.#parts(plan, { parts: outcome.parts, decoder: family.name }, message, sink);
        if (decoded.kind !== "readings") return decoded;
        for (const { ignored } of outcome.parts) for (const [what, count] of ignored ?? []) sink.ignored(what, count);
        return decoded;
      }
    }
  }

  /** The first payload of a topic decides its family for ever, so that a later payload does not rename its series. */
  #familyOf(plan: DecodedPlan, json: unknown): Family | undefined {
    if (plan.family !== undefined) return plan.family.family;
    if (plan.familyByPayload === undefined) {
      plan.familyByPayload =
        plan.route.decoder === "auto" ? (familyByPayload(json) ?? "none") : (plan.route.families[0] ?? "none");
    }
    return plan.familyByPayload === "none" ? undefined : plan.familyByPayload;
  }

  #parts(
    plan: DecodedPlan,
    given: { readonly parts: readonly WalkedPart[]; readonly decoder: string },
    message: IncomingMessage,
    sink: ReadingSink,
  ): DecodeOutcome {
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
    const outcome = this.#readings(plan, parsed.fields, { decoder: given.decoder, message, sink });
    if (outcome.kind !== "readings") return outcome;
    if (nulls > 0) sink.ignored("null", nulls);
    if (noTimes > 0) sink.ignored("not_a_time", noTimes);
    if (identifiers > 0) sink.ignored("identifier", identifiers);
    return outcome;
  }

  #csv(plan: DecodedPlan, text: string, message: IncomingMessage, sink: ReadingSink): DecodeOutcome {
    const parsed = csvLines(text, plan.route.columns);
    if (parsed.kind === "syntax") return deadLetter(plan, "syntax", parsed.detail);
    const parts = parsed.rows.map((row) => ({ value: row, path: "" }));
    return this.#parts(plan, { parts, decoder: "csv" }, message, sink);
  }

  #lineProtocol(plan: DecodedPlan, text: string, message: IncomingMessage, sink: ReadingSink): DecodeOutcome {
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
    return this.#readings(plan, fields, { decoder: "line_protocol", message, sink });
  }

  /** Checks all fields before the sink gets the first reading: a dead letter leaves no reading behind. */
  #readings(
    plan: DecodedPlan,
    fields: readonly JsonField[],
    { decoder, message, sink }: { decoder: string; message: IncomingMessage; sink: ReadingSink },
  ): DecodeOutcome {
    if (fields.length === 0) return deadLetter(plan, "no_value", "there is no value in the payload");
    const arrivedMs = Math.trunc(message.arrivedMs);
    const series: Exclude<PlannedSeries, "left_out">[] = [];
    const picked: JsonField[] = [];
    let noTimes = 0;
    for (const field of fields) {
      const { device, path, value, unit } = field;
      const planned = this.#plans.seriesOf(plan, { device, path, unit }, sink);
      if (planned === undefined) return badName(plan, path);
      if (planned === "left_out") continue;
      const { ref } = planned;
      const unusable = typeof value === "string" ? unusableText(plan, value, `${path}: `) : undefined;
      if (unusable !== undefined) return unusable;
      const payloadTimeMs = instantOf(field.timeMs);
      if (field.timeMs !== undefined && payloadTimeMs === undefined) noTimes++;
      const { plausible } = plan.route;
      if (
        plausible.otherwise === "dead_letter" &&
        message.clockPlausible &&
        !isPlausible(payloadTimeMs, arrivedMs, plausible)
      ) {
        const time = new Date(payloadTimeMs!).toISOString();
        return deadLetter(plan, "bad_timestamp", `${path} has the time ${time}, too far from the time of arrival`);
      }
      const refused = sink.admits(ref, value);
      if (refused !== null) return deadLetter(plan, refused.reason, refused.detail);
      series.push(planned);
      picked.push(field);
    }
    if (picked.length === 0) return { kind: "ignored", what: "not_picked", route: plan.route.name };
    if (picked.length < fields.length) sink.ignored("not_picked", fields.length - picked.length);
    if (noTimes > 0) sink.ignored("not_a_time", noTimes);
    for (const [i, field] of picked.entries()) {
      // Families and formats compute times from the payload. This decides whether the result is a time.
      let timeMs = instantOf(field.timeMs);
      let clock: ClockSource = "device";
      let payloadTimeMs: number | undefined;
      if (timeMs === undefined) {
        timeMs = arrivedMs;
        clock = message.clockPlausible ? "none" : "suspect";
      } else if (message.clockPlausible && !isPlausible(timeMs, arrivedMs, plan.route.plausible)) {
        clock = "suspect";
        payloadTimeMs = timeMs;
        if (plan.route.plausible.otherwise === "arrival") timeMs = arrivedMs;
      }
      const { ref, rule } = series[i]!;
      if (field.written !== undefined) sink.written?.(field.value, field.written);
      sink.reading(ref, timeMs, rule === undefined ? field.value : scaled(field.value, rule), clock, payloadTimeMs);
    }
    return readingsOf(plan, decoder);
  }
}

/** @param place is put in front of the detail. */
function unusableText(plan: DecodedPlan, text: string, place: string): DecodeOutcome | undefined {
  if (!text.isWellFormed()) return deadLetter(plan, "invalid_utf8", `${place}a text with half of a character`);
  if (text.length <= TEXT_MAX) return undefined;
  return deadLetter(plan, "too_large", `${place}a text of ${text.length} characters, more than ${TEXT_MAX}`);
}

const TEXT_MAX = 4096;
