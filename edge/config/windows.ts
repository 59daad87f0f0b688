import { z } from "zod";
import { duration } from "../../proto/runtime/options/fields.ts";
import type { SchemaChangePolicy, WindowRule } from "../core/storage/window-plan.ts";

/** An entry of `windows`. It becomes a rule when `schema.on_change` is known, which is its default. */
export function windowRule(): z.ZodType<(usual: SchemaChangePolicy) => WindowRule> {
  return z
    .strictObject({
      match: z
        .strictObject({
          device: z.string().default("*").describe("A pattern for the device."),
          metric: z.string().default("*").describe("A pattern for the metric."),
        })
        .prefault({})
        .describe("Which series the rule is for. `*` in a pattern matches any characters."),
      lengths: z
        .array(duration({ min: "100ms", max: "31d" }), "expected a list such as [10s, 1m]")
        .prefault(["10s", "1m"])
        .meta({ limits: "100ms to 31d each, at most 8" })
        .describe("The lengths of the windows. May be empty where `raw` is true."),
      raw: z.boolean("expected true or false").default(false).describe("Every reading is forwarded as well."),
      quantiles: z
        .boolean("expected true or false")
        .default(true)
        .describe("Windows have a sketch, from which regions compute quantiles."),
      out_of_orderness: duration({ max: "31d" })
        .prefault("5s")
        .describe("How far a reading may be behind the newest reading of its device and still find its window open."),
      idle_timeout: duration({ min: "100ms", max: "31d" })
        .prefault("10s")
        .describe("The windows of a device are closed when it sends nothing for this time."),
      allowed_lateness: duration({ max: "31d" })
        .prefault("1h")
        .describe("How long after its close a window can be revised by late readings."),
      ha_mode: z
        .enum(["auto", "mirror", "partition"])
        .default("auto")
        .describe(
          "How the windows of one series from two gateways are combined. `mirror`: both gateways saw all readings. `partition`: each saw a part, and the parts are added. `auto`: every reading counts once, also where both saw it.",
        ),
      pair: z
        .boolean("expected true or false")
        .default(false)
        .describe(
          "Two gateways may receive the readings of these series. Windows carry up to 1,024 readings, so that regions can unite them exactly. Windows of other series carry up to 16.",
        ),
      arrival_tolerance: duration({ min: "1ms", max: "1m" })
        .prefault("500ms")
        .describe(
          "Two gateways that receive one reading without a time date it by its arrival. Two such readings with the same value count once if less time than this is between them.",
        ),
      on_schema_change: schemaPolicy().optional().describe("As `schema.on_change`, for these series."),
    })
    .superRefine((given, context) => {
      if (given.lengths.length === 0 && !given.raw) {
        context.addIssue({
          code: "custom",
          message: "no lengths and raw: false would forward nothing",
          path: ["lengths"],
        });
      }
      if (given.lengths.length > 8) {
        context.addIssue({ code: "custom", message: "expected at most 8 window lengths", path: ["lengths"] });
      }
      if (new Set(given.lengths).size !== given.lengths.length) {
        context.addIssue({ code: "custom", message: "a window length is listed twice", path: ["lengths"] });
      }
    })
    .transform((given) => (usual: SchemaChangePolicy): WindowRule => ({
      match: given.match,
      plan: {
        lengthsMs: given.lengths,
        raw: given.raw,
        quantiles: given.quantiles,
        outOfOrdernessMs: given.out_of_orderness,
        idleTimeoutMs: given.idle_timeout,
        allowedLatenessMs: given.allowed_lateness,
        haMode: given.ha_mode,
        pair: given.pair,
        arrivalToleranceMs: given.arrival_tolerance,
        onSchemaChange: given.on_schema_change ?? usual,
      },
    }));
}

/** The rule for series that no other rule matches: all keys have their defaults. */
export function catchAll(onSchemaChange: SchemaChangePolicy): WindowRule {
  return windowRule().parse({})(onSchemaChange);
}

/** What happens when a metric changes its type or unit. */
export function schemaPolicy(): z.ZodEnum<{ accept: "accept"; dead_letter: "dead_letter" }> {
  return z.enum(["accept", "dead_letter"], "expected accept or dead_letter");
}
