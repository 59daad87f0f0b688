import { z } from "zod";
import { duration, wholeNumber } from "../../proto/runtime/options/fields.ts";
import type { Role } from "./injections/roles.ts";
import { role } from "./injections/roles.ts";
import type { InjectionStep } from "./injections/injection-kind.ts";
import { INJECTIONS } from "./injections/registry.ts";

/** One step of a drill file. Parts are named by role. */
export type DrillStep =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "wait_for"; readonly what: AwaitedState; readonly withinMs: number }
  | { readonly kind: "load"; readonly load: "pause" | "resume" }
  /** The canary sensors of one gateway connect to another one, as devices that move. */
  | ({ readonly kind: "move"; readonly from: Role; readonly to: Role } & MoveTimes)
  /** Keeps a copy of the disk for a later `restore`. */
  | { readonly kind: "copy_disk"; readonly part: Role }
  | InjectionStep;

/** They move `times` times, one time every `everyMs`: there, back, there... */
export type MoveTimes = { readonly times: number; readonly everyMs: number };

/** What a step may wait for. */
export type AwaitedState = (typeof AWAITED)[number];
const AWAITED = ["durable", "replicated", "full", "healed"] as const;

/** In words that follow "until". */
export const AWAITED_TEXT: Readonly<Record<AwaitedState, string>> = {
  durable: "every reading is in a region",
  replicated: "every region has everything",
  full: "a gateway is full and accepts nothing more",
  healed: "all injections have ended",
};

/** A step is one key with its values: `wait: 2s`, `kill: { part: home, for: 8s }`. */
export function drillStep(): z.ZodType<DrillStep> {
  const injections = Object.entries(INJECTIONS).map(([kind, { stepSchema }]) => [kind, stepSchema(kind)] as const);
  const schemas: Record<string, z.ZodType<DrillStep>> = { ...plainSteps(), ...Object.fromEntries(injections) };
  const keys = Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, schema.optional()]));
  return z.strictObject(keys).transform((given, context): DrillStep => {
    const [step, ...more] = Object.values(given).filter((value) => value !== undefined);
    if (step !== undefined && more.length === 0) return step;
    context.addIssue({ code: "custom", message: "expected one step behind each dash, such as `- wait: 3s`" });
    return z.NEVER;
  });
}

function plainSteps(): Record<Exclude<DrillStep["kind"], "injection">, z.ZodType<DrillStep>> {
  return {
    wait: duration({ max: "1h" }).transform((ms): DrillStep => ({ kind: "wait", ms })),
    wait_for: z
      .strictObject({
        what: z.enum(AWAITED, `expected one of ${AWAITED.join(", ")}`),
        within: duration({ max: "1h" }),
      })
      .transform(({ what, within }): DrillStep => ({ kind: "wait_for", what, withinMs: within })),
    load: z
      .enum(["pause", "resume"], "expected pause or resume")
      .transform((load): DrillStep => ({ kind: "load", load })),
    move: z
      .strictObject({
        from: role(),
        to: role(),
        times: wholeNumber(1, 1000).default(1),
        every: duration({ min: "500ms", max: "1h" }).prefault("1s"),
      })
      .transform(({ every, ...given }): DrillStep => ({ kind: "move", ...given, everyMs: every })),
    copy_disk: z.strictObject({ part: role() }).transform(({ part }): DrillStep => ({ kind: "copy_disk", part })),
  };
}
