import { z } from "zod";
import { duration } from "../../proto/runtime/options/fields.ts";
import { DECODERS } from "../decode/decoders.ts";
import type { RouteOptions } from "../decode/route.ts";
import { PLAUSIBLE } from "../decode/route.ts";
import { Template } from "../decode/template.ts";
import { topicPatternProblem } from "../decode/topic-pattern.ts";

/** One of `routes`. */
export function route(): z.ZodType<RouteOptions> {
  const time = z.strictObject({
    field: z
      .string("expected the name of a field, or its path joined by dots such as meta.at")
      .regex(/^[^$].*$/, "expected a key, or keys joined by dots such as meta.at; no $ in front")
      .optional(),
    unit: z.enum(["auto", "s", "ms", "iso"]).default("auto"),
  });
  return z
    .strictObject({
      topic: z.string("expected a topic pattern").superRefine((text, context) => {
        const problem = topicPatternProblem(text);
        if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
      }),
      device: z.string("expected a template such as {line}/{device}").optional(),
      metric: z.string("expected a template such as {field}").optional(),
      decoder: z.enum(DECODERS).default("auto").describe("a format, or the family of devices that speak it"),
      timestamp: z.union([z.literal("arrival"), time], "expected arrival, or a group with field and unit").prefault({}),
      unit: z
        .union([z.string(), z.record(z.string(), z.string())], "expected a unit, or a group of metric: unit")
        .optional(),
      fields: z
        .record(
          z.string(),
          z.strictObject({
            metric: z.string("expected a name").min(1, "expected a name").optional(),
            unit: z.string("expected a unit").optional(),
            scale: z.number("expected a number").default(1),
            offset: z.number("expected a number").default(0),
          }),
          "expected paths in the payload, such as temp: { scale: 0.1 }",
        )
        .optional()
        .describe("only these fields of the payload, by path; * stands for anything; value * scale + offset"),
      plausible: z
        .strictObject({
          ahead: duration({ max: "366d" }).prefault("1h"),
          behind: duration().optional().describe("without it a reading may be as old as it likes"),
          otherwise: z.enum(["arrival", "accept", "dead_letter"]).default("arrival"),
        })
        .optional()
        .describe("how far from its arrival a time may be, and what becomes of one that is further away"),
      columns: z
        .array(z.string("expected the name of a column"), "expected the names of the columns")
        .min(1, "expected the names of the columns")
        .optional()
        .describe("of CSV lines; without it the first line of each payload names them"),
      split: z
        .record(z.string(), duration({ max: "31d" }), "expected paths of arrays, such as samples: 100ms")
        .optional()
        .describe("arrays whose elements are readings of one series, so far apart"),
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
    .transform((given): RouteOptions => ({
      topic: given.topic,
      device: given.device,
      metric: given.metric,
      decoder: given.decoder,
      timestamp:
        given.timestamp === "arrival" ? "arrival" : { field: given.timestamp.field, unit: given.timestamp.unit },
      unit: given.unit,
      fields:
        given.fields &&
        Object.entries(given.fields).map(([path, { metric, unit, scale, offset }]) => ({
          path,
          metric,
          unit,
          scale,
          offset,
        })),
      plausible:
        given.plausible === undefined
          ? PLAUSIBLE
          : {
              aheadMs: given.plausible.ahead,
              behindMs: given.plausible.behind ?? Infinity,
              otherwise: given.plausible.otherwise,
            },
      columns: given.columns,
      split: given.split && new Map(Object.entries(given.split)),
    }));
}
