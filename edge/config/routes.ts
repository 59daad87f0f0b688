import { z } from "zod";
import { formatDuration } from "../../proto/runtime/options/duration.ts";
import { duration } from "../../proto/runtime/options/fields.ts";
import { DECODERS } from "../decode/decoders.ts";
import type { RouteOptions } from "../decode/route.ts";
import { PLAUSIBLE } from "../decode/route.ts";
import { Template } from "../decode/template.ts";
import { topicPatternProblem } from "../decode/topic-pattern.ts";

/** An entry of `routes`. */
export function route(): z.ZodType<RouteOptions> {
  return z
    .strictObject({
      topic: z
        .string("expected a topic pattern")
        .superRefine((text, context) => {
          const problem = topicPatternProblem(text);
          if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
        })
        .meta({ kind: "topic pattern" })
        .describe(
          "Which topics the route is for. `{name}` matches one level and names it. `+` and `#` are as in MQTT.",
        ),
      device: z
        .string("expected a template such as {line}/{device}")
        .meta({ kind: "template" })
        .optional()
        .describe(
          "The device of the readings. `{name}` is a level of the topic, `{topic}` the whole topic, `{device}` the device that the route would have without this key.",
        ),
      metric: z
        .string("expected a template such as {field}")
        .meta({ kind: "template" })
        .optional()
        .describe("The metric of a reading. `{field}` is the path of the value in the payload, joined by dots."),
      decoder: z
        .enum(DECODERS)
        .default("auto")
        .describe("A format, or a family of devices. `auto` decides by the topic and the payload."),
      timestamp: z
        .union([z.literal("arrival"), timestamp()], "expected arrival, or a group with field and unit")
        .prefault({})
        .describe("Where the time of a reading comes from. `arrival`: the time at which the message arrived."),
      unit: z
        .union([z.string(), z.record(z.string(), z.string())], "expected a unit, or a group of metric: unit")
        .meta({ kind: "unit, or group of `metric: unit`" })
        .optional()
        .describe("One unit for all metrics, or a unit for each. It replaces a unit in the payload."),
      fields: z
        .record(z.string(), fieldOptions(), "expected paths in the payload, such as temp: { scale: 0.1 }")
        .meta({ kind: "group by path" })
        .optional()
        .describe(
          "Only these fields of the payload become readings. A key is a path in the payload, joined by dots. `*` matches any characters.",
        ),
      plausible: plausibleTimes().describe("Which times in payloads are believed."),
      columns: z
        .array(z.string("expected the name of a column"), "expected the names of the columns")
        .min(1, "expected the names of the columns")
        .optional()
        .describe("The columns of CSV payloads. By default the first line of each payload names them."),
      split: z
        .record(z.string(), duration({ max: "31d" }), "expected paths of arrays, such as samples: 100ms")
        .meta({ kind: "group of `path: duration`" })
        .optional()
        .describe("Arrays whose elements are readings of one series, and the time between two elements."),
    })
    .superRefine((given, context) => {
      const known = new Set([
        "field",
        "topic",
        "device",
        ...given.topic.matchAll(/\{(\w+)\}/g).map((match) => match[1]!),
      ]);
      for (const key of ["device", "metric"] as const) {
        const unknown = new Template(given[key] ?? "").names.find((used) => !known.has(used));
        if (unknown === undefined) continue;
        const message = `{${unknown}} is not known here; expected ${[...known].map((one) => `{${one}}`).join(", ")}`;
        context.addIssue({ code: "custom", message, path: [key] });
      }
    })
    .transform(({ fields, split, ...given }) => ({
      ...given,
      fields: fields && Object.entries(fields).map(([path, options]) => ({ path, ...options })),
      split: split && new Map(Object.entries(split)),
    }));
}

function timestamp() {
  return z.strictObject({
    field: z
      .string("expected the name of a field, or its path joined by dots such as meta.at")
      .regex(/^[^$].*$/, "expected a key, or keys joined by dots such as meta.at; no $ in front")
      .meta({ kind: "path in the payload" })
      .optional()
      .describe("The field with the time. By default the field that has a usual name, such as `ts` or `timestamp`."),
    unit: z
      .enum(["auto", "s", "ms", "iso"])
      .default("auto")
      .describe(
        "How the time is written: seconds or milliseconds since 1970, or ISO 8601. `auto` decides by its form.",
      ),
  });
}

function fieldOptions() {
  return z.strictObject({
    metric: z
      .string("expected a name")
      .min(1, "expected a name")
      .optional()
      .describe("The metric. By default as the route names it."),
    unit: z.string("expected a unit").optional().describe("The unit."),
    scale: z.number("expected a number").default(1).describe("The value is multiplied by it."),
    offset: z.number("expected a number").default(0).describe("It is added to the value after `scale`."),
  });
}

function plausibleTimes() {
  return z
    .strictObject({
      ahead: duration({ max: "366d" })
        .prefault(formatDuration(PLAUSIBLE.aheadMs))
        .describe("How far a time may be ahead of the arrival."),
      behind: duration().optional().describe("How far a time may be behind the arrival. By default without limit."),
      otherwise: z
        .enum(["arrival", "accept", "dead_letter"])
        .default(PLAUSIBLE.otherwise)
        .describe(
          "What happens to other times. `arrival`: the time of arrival counts. `accept`: the time of the payload counts. Both are marked as suspect. `dead_letter`: the message is a dead letter.",
        ),
    })
    .prefault({})
    .transform(({ ahead, behind, otherwise }) => ({ aheadMs: ahead, behindMs: behind ?? Infinity, otherwise }));
}
