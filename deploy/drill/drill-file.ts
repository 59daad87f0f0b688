import { z } from "zod";
import { duration, size, wholeNumber } from "../../proto/runtime/options/fields.ts";
import type { DrillStep } from "./drill-step.ts";
import { drillStep } from "./drill-step.ts";
import { needsSandbox } from "./sandbox-only.ts";

/**
 * A drill as an operator writes it down: the hypothesis, the steps, and the limits. Steps name parts by their role (roles.ts),
 * so that one file fits every deployment.
 */
export function drillSchema(): z.ZodType<Drill> {
  return z
    .strictObject({
      drill: z.string(NAME).regex(/^[a-z0-9][a-z0-9-]{0,62}$/, NAME),
      hypothesis: z.string("expected a sentence: what the drill is to prove").min(10),
      not_tested: z.array(z.string()).default([]).describe("what this drill does not test"),
      only: z.enum(["sandbox"]).optional().describe("never on a running deployment"),
      sandbox: z
        .strictObject({
          regions: wholeNumber(2, 5).default(3),
          gateways: wholeNumber(1, 32).default(2),
          gateway: z.record(z.string(), z.unknown()).default({}).describe("configuration keys of the gateways"),
          region: z.record(z.string(), z.unknown()).default({}).describe("configuration keys of the regions"),
        })
        .prefault({}),
      load: z
        .strictObject({
          rate: rate().prefault("200/s").describe("canary readings a second, for each gateway"),
          canaries: wholeNumber(1, 100).default(4).describe("sensors for each gateway"),
          padding: size({ max: "32KiB" }).prefault("0B").describe("additional bytes in every message"),
          time: z.enum(["sensor", "arrival"]).default("sensor").describe("which clock dates a reading"),
          send_to: z
            .enum(["own", "both"], "expected own or both")
            .default("own")
            .describe("both: every reading goes to the gateway of the sensor and to the next one"),
        })
        .prefault({})
        .transform(({ rate: perSecond, padding, send_to: sendTo, ...rest }) => ({
          ...rest,
          perSecond,
          paddingBytes: padding,
          sendTo,
        })),
      steady_state: z
        .strictObject({ for: duration({ max: "10m" }).prefault("3s") })
        .prefault({})
        .transform((steady) => ({ forMs: steady.for })),
      steps: z.array(drillStep(), "expected a list of steps").min(1, "expected at least one step"),
      stop_if: z
        .strictObject({
          buffer_used: share().or(z.literal("never")).prefault("80%"),
          peer_region_unhealthy: z.boolean("expected true or false").default(true),
          canary_lost: z.boolean("expected true or false").default(true),
        })
        .prefault({})
        .transform((stop) => ({
          bufferUsed: stop.buffer_used === "never" ? Infinity : stop.buffer_used,
          peerRegionUnhealthy: stop.peer_region_unhealthy,
          canaryLost: stop.canary_lost,
        })),
      pass: z.strictObject({
        rto: duration().describe(
          "from an injection to the first new reading that is durable in a region it did not hit",
        ),
        repair: duration().describe(
          "from the end of the last injection until every region has everything that was sent",
        ),
        back_home: duration()
          .or(z.literal("never"))
          .describe("from the end of the last injection until batches go home again"),
        noticed: duration()
          .optional()
          .describe("from an injection until a part reports it; without this key the drill does not ask"),
        // No drill may lose or double an acknowledged reading and pass. The keys exist so that a file can say so.
        missing: z.literal(0).default(0).describe("acknowledged readings that a region lacks"),
        twice: z.literal(0).default(0).describe("acknowledged readings that a region counts twice"),
        windows_differ: z.literal(0).default(0).describe("windows that regions answer differently"),
      }),
    })
    .superRefine(({ steps, load, sandbox }, context) => {
      const issue = (message: string, path: string[]): void => context.addIssue({ code: "custom", message, path });
      if (!steps.some(({ kind }) => kind === "injection"))
        issue("no step injects anything: nothing would be proved", ["steps"]);
      if (load.sendTo === "own") return;
      if (steps.some(({ kind }) => kind === "move")) issue("a sensor that sends to both cannot move", ["steps"]);
      if (sandbox.gateways < 2) issue("a sensor that sends to both needs two gateways", ["sandbox", "gateways"]);
    })
    .transform(({ not_tested, only, steady_state, stop_if, pass, ...rest }) => ({
      ...rest,
      notTested: not_tested,
      onlySandbox: only === "sandbox" || needsSandbox(rest.steps),
      steadyMs: steady_state.forMs,
      stopIf: stop_if,
      pass: {
        rtoMs: pass.rto,
        repairMs: pass.repair,
        backHomeMs: pass.back_home === "never" ? null : pass.back_home,
        noticedMs: pass.noticed ?? null,
      },
    }));
}

const NAME = "expected a name of lower-case letters, digits and dashes such as region-loss";

export type Drill = {
  readonly drill: string;
  readonly hypothesis: string;
  readonly notTested: readonly string[];
  /** Because the file says so, or because no deployment can do one of the steps. */
  readonly onlySandbox: boolean;
  readonly sandbox: {
    readonly regions: number;
    readonly gateways: number;
    readonly gateway: Readonly<Record<string, unknown>>;
    readonly region: Readonly<Record<string, unknown>>;
  };
  readonly load: {
    /** For each gateway. */
    readonly perSecond: number;
    readonly canaries: number;
    readonly paddingBytes: number;
    readonly time: "sensor" | "arrival";
    /** `both`: every reading goes to the gateway of the sensor and to the next one. */
    readonly sendTo: "own" | "both";
  };
  readonly steadyMs: number;
  readonly steps: readonly DrillStep[];
  readonly stopIf: StopConditions;
  readonly pass: Limits;
};

export type StopConditions = {
  /** Share of a gateway's quota, or Infinity. */
  readonly bufferUsed: number;
  readonly peerRegionUnhealthy: boolean;
  readonly canaryLost: boolean;
};

export type Limits = {
  readonly rtoMs: number;
  readonly repairMs: number;
  /** Null: the home region does not come back. */
  readonly backHomeMs: number | null;
  /** Null: it does not matter whether a part reports the injections. */
  readonly noticedMs: number | null;
};

function rate(): z.ZodType<number, string> {
  const expected = "expected a rate such as 200/s, at most 20000/s";
  return z
    .string(expected)
    .regex(/^\d{1,5}\/s$/, expected)
    .transform((text) => Number(text.slice(0, -2)))
    .refine((perSecond) => perSecond > 0 && perSecond <= 20_000, expected);
}

function share(): z.ZodType<number, string> {
  const expected = "expected a share such as 80%, or never";
  return z
    .string(expected)
    .regex(/^\d{1,3}%$/, expected)
    .transform((text) => Number(text.slice(0, -1)) / 100)
    .refine((value) => value > 0 && value <= 1, expected);
}
