import { z } from "zod";
import { duration } from "../../proto/runtime/options/fields.ts";
import type { SchemaChangePolicy, WindowPlan, WindowRule } from "../core/storage/window-plan.ts";

/** One of `windows`; it becomes a rule when the policy is known that holds where the rule says nothing. */
export function windowRule(): z.ZodType<(usual: SchemaChangePolicy) => WindowRule> {
  return z
    .strictObject({
      match: z
        .strictObject({ device: z.string().default("*"), metric: z.string().default("*") })
        .prefault({})
        .describe("patterns in which * stands for anything"),
      lengths: z
        .array(duration({ min: "100ms", max: "31d" }), "expected a list such as [10s, 1m]")
        .prefault(["10s", "1m"]),
      raw: z.boolean("expected true or false").default(false).describe("forward every reading as well"),
      quantiles: z.boolean("expected true or false").default(DEFAULT_PLAN.quantiles),
      out_of_orderness: duration({ max: "31d" }).prefault("5s"),
      idle_timeout: duration({ min: "100ms", max: "31d" }).prefault("10s"),
      allowed_lateness: duration({ max: "31d" }).prefault("1h"),
      ha_mode: z
        .enum(["auto", "mirror", "partition"])
        .default(DEFAULT_PLAN.haMode)
        .describe("where two gateways forward a series: both saw all of it (mirror), each a part (partition)"),
      on_schema_change: schemaPolicy().optional().describe("as schema.on_change, for these series"),
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
        context.addIssue({ code: "custom", message: "each window length may stand there once", path: ["lengths"] });
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
        onSchemaChange: given.on_schema_change ?? usual,
      },
    }));
}

/** The rule of what no other matches. */
export function catchAll(onSchemaChange: SchemaChangePolicy): WindowRule {
  return { match: { device: "*", metric: "*" }, plan: { ...DEFAULT_PLAN, onSchemaChange } };
}

/** What happens when a metric changes its type or unit. */
export function schemaPolicy(): z.ZodEnum<{ accept: "accept"; dead_letter: "dead_letter" }> {
  return z.enum(["accept", "dead_letter"], "expected accept or dead_letter");
}

const DEFAULT_PLAN: WindowPlan = {
  lengthsMs: [10_000, 60_000],
  raw: false,
  quantiles: true,
  outOfOrdernessMs: 5000,
  idleTimeoutMs: 10_000,
  allowedLatenessMs: 3_600_000,
  haMode: "auto",
  onSchemaChange: "accept",
};
