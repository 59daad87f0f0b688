import { z } from "zod";
import { duration } from "../../../proto/runtime/options/fields.ts";
import type { PartNames } from "./roles.ts";
import type { Injection, LinkDirection } from "./injection.ts";

/** A kind of injection as drill files know it: how a step is written, and what it becomes in one deployment. */
export type InjectionKind = {
  /** The schema of the values after the kind's name in a drill file, as in `kill: { part: home, for: 8s }`. */
  readonly stepSchema: (kind: string) => z.ZodType<InjectionStep>;
};

/** A step of a drill file that injects something. Plain data, except for {@link plan}. */
export type InjectionStep = {
  readonly kind: "injection";
  readonly injection: string;
  /** What the file says about it, durations in milliseconds and sizes in bytes. */
  readonly values: object;
  /** False: a condition under which others are measured. */
  readonly measured: boolean;
  /** Whether gateways of a sandbox must be started with a clock that can be shifted. */
  readonly shiftsClock: boolean;
  /** With the parts of one deployment. @throws Fault when no part has a role that the step names. */
  readonly plan: (parts: PartNames) => PlannedInjection;
};

export type PlannedInjection = {
  /** They begin together. */
  readonly injections: readonly Injection[];
  /** Begin them `times` times, one time every `everyMs`, but never before the time before has ended. */
  readonly repeat?: { readonly times: number; readonly everyMs: number };
};

/** @param definition.schema of the step; its last key is {@link measured}. */
export function injectionKind<Values extends { readonly measured: boolean }>(definition: {
  readonly schema: z.ZodType<Values>;
  readonly plan: (values: Values, parts: PartNames) => PlannedInjection;
  readonly shiftsClock?: boolean;
}): InjectionKind {
  const { schema, plan, shiftsClock = false } = definition;
  return {
    stepSchema: (kind) =>
      schema.transform((values): InjectionStep => ({
        kind: "injection",
        injection: kind,
        values,
        measured: values.measured,
        shiftsClock,
        plan: (parts) => plan(values, parts),
      })),
  };
}

/** Every injection has this key. `measured: false` makes it a condition under which other injections are measured. */
export function measured(): z.ZodType<boolean, boolean | undefined> {
  return z.boolean("expected true or false").default(true).describe("false: a condition, not what is measured");
}

/** How long an injection lasts. This is fixed at its beginning, because no command reaches a part that is cut off. */
export function limitedTime(): z.ZodType<number, string> {
  return duration({ min: "100ms", max: "1h" });
}

export function direction(): z.ZodType<LinkDirection, LinkDirection | undefined> {
  return z.enum(["both", "there", "back"], "expected both, there or back").default("both");
}
