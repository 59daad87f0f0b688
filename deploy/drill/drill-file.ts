import { z } from "zod";
import { duration, size, wholeNumber } from "../../proto/runtime/options/fields.ts";

/**
 * A drill as an operator writes it down: what is believed, what is done, and what must hold. Parts are named by their
 * role, so that one file fits every deployment; {@link DrillPlan} finds out who plays it.
 */
export function drillSchema(): z.ZodType<Drill> {
  return z
    .strictObject({
      drill: z.string(NAME).regex(/^[a-z0-9][a-z0-9-]{0,62}$/, NAME),
      hypothesis: z.string("expected a sentence that says what is believed").min(10),
      not_tested: z.array(z.string()).default([]).describe("what this drill says nothing about"),
      only: z.enum(["sandbox"]).optional().describe("never on a running deployment, and why not is in the hypothesis"),
      sandbox: z
        .strictObject({
          regions: wholeNumber(2, 5).default(3),
          gateways: wholeNumber(1, 32).default(2),
          gateway: z.record(z.string(), z.unknown()).default({}).describe("keys of the gateways' configuration"),
          region: z.record(z.string(), z.unknown()).default({}).describe("keys of the regions' configuration"),
        })
        .prefault({}),
      load: z
        .strictObject({
          rate: rate().prefault("200/s").describe("canary readings a second, each gateway"),
          canaries: wholeNumber(1, 100).default(4).describe("sensors, each gateway"),
          padding: size({ max: "32KiB" }).prefault("0B").describe("so much more in every message"),
          time: z.enum(["sensor", "arrival"]).default("sensor").describe("whose clock says when a reading was taken"),
        })
        .prefault({})
        .transform(({ rate: perSecond, padding, ...rest }) => ({ ...rest, perSecond, paddingBytes: padding })),
      steady_state: z
        .strictObject({ for: duration({ max: "10m" }).prefault("3s") })
        .prefault({})
        .transform((steady) => ({ forMs: steady.for })),
      steps: z.array(step(), "expected a list of steps").min(1, "expected at least one step"),
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
        rto: duration().describe("from a fault to the first new reading that is durable in a region it did not hit"),
        repair: duration().describe("from the last healing until every region has everything that was sent"),
        back_home: duration().or(z.literal("never")).describe("from the last healing until batches go home again"),
        // No drill may lose or double an acknowledged reading and pass; they stand there to be read.
        missing: z.literal(0).default(0).describe("acknowledged readings that a region lacks"),
        twice: z.literal(0).default(0).describe("acknowledged readings that a region counts twice"),
        windows_differ: z.literal(0).default(0).describe("windows that regions answer differently"),
      }),
    })
    .superRefine(({ steps }, context) => {
      if (steps.some((one) => one.kind === "fault")) return;
      context.addIssue({ code: "custom", message: "no step is a fault: there is nothing to prove", path: ["steps"] });
    })
    .transform(({ not_tested, only, steady_state, stop_if, pass, ...rest }) => ({
      ...rest,
      notTested: not_tested,
      onlySandbox: only === "sandbox",
      steadyMs: steady_state.forMs,
      stopIf: stop_if,
      pass: { rtoMs: pass.rto, repairMs: pass.repair, backHomeMs: pass.back_home === "never" ? null : pass.back_home },
    }));
}

const NAME = "expected a name of lower-case letters, digits and dashes such as region-loss";

export type Drill = {
  readonly drill: string;
  readonly hypothesis: string;
  readonly notTested: readonly string[];
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
};

/** A part, or several, by the role that it plays for the first gateway. */
export type Role = (typeof ROLES)[number];
const ROLES = ["home", "standby", "third", "others", "regions", "first", "second", "gateways", "sensors"] as const;
const role: z.ZodType<Role> = z.enum(ROLES, `expected a role: ${ROLES.join(", ")} (others: regions that are not home)`);

export type Way = "both" | "there" | "back";

/** What a drill does to a deployment, with the parts by role. `forMs` null: for ever. */
export type RoleFault =
  | { readonly kind: "kill"; readonly part: Role; readonly forMs: number | null }
  | { readonly kind: "kill_loop"; readonly part: Role; readonly times: number; readonly everyMs: number }
  | { readonly kind: "freeze"; readonly part: Role; readonly forMs: number }
  | { readonly kind: "isolate"; readonly part: Role; readonly forMs: number }
  | { readonly kind: "cut_link"; readonly from: Role; readonly to: Role; readonly way: Way; readonly forMs: number }
  | {
      readonly kind: "slow_link";
      readonly from: Role;
      readonly to: Role;
      readonly way: Way;
      readonly forMs: number;
      readonly latencyMs: number;
      readonly jitterMs: number;
      readonly bytesPerS: number | null;
    }
  | { readonly kind: "reset_link"; readonly from: Role; readonly to: Role }
  | { readonly kind: "evacuate"; readonly part: Role; readonly forMs: number }
  | { readonly kind: "restore"; readonly part: Role }
  | { readonly kind: "rebuild"; readonly part: Role }
  | { readonly kind: "shift_clock"; readonly part: Role; readonly byMs: number; readonly forMs: number };

export type DrillStep =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "wait_for"; readonly what: Awaited; readonly withinMs: number }
  | { readonly kind: "load"; readonly load: "pause" | "resume" }
  /** Canary sensors of one gateway go to another one, as devices that move; then back. */
  | { readonly kind: "move"; readonly from: Role; readonly to: Role }
  | { readonly kind: "copy_disk"; readonly part: Role }
  /** `measured` false: a condition under which others are measured. */
  | { readonly kind: "fault"; readonly fault: RoleFault; readonly measured: boolean };

/** What a step may wait for: everything sent is durable, or replicated; a gateway takes nothing more; all faults ended. */
export type Awaited = (typeof AWAITED)[number];
const AWAITED = ["durable", "replicated", "full", "healed"] as const;
const awaited: z.ZodType<Awaited> = z.enum(AWAITED, `expected one of ${AWAITED.join(", ")}`);

function step(): z.ZodType<DrillStep> {
  return z
    .strictObject({
      wait: duration({ max: "1h" }).optional(),
      wait_for: z
        .strictObject({ what: awaited, within: duration({ max: "1h" }) })
        .transform(({ what, within }) => ({ what, withinMs: within }))
        .optional(),
      load: z.enum(["pause", "resume"], "expected pause or resume").optional(),
      move: z.strictObject({ from: role, to: role }).optional(),
      copy_disk: z.strictObject({ part: role }).optional(),
      kill: fault({ part: role, for: duration().or(z.literal("ever")) }),
      kill_loop: fault({ part: role, times: wholeNumber(1, 100), every: duration({ min: "500ms" }) }),
      freeze: fault({ part: role, for: forTime() }),
      isolate: fault({ part: role, for: forTime() }),
      cut_link: fault({ from: role, to: role, way: way(), for: forTime() }),
      slow_link: fault({
        from: role,
        to: role,
        way: way(),
        for: forTime(),
        latency: duration({ max: "1m" }).prefault("0ms"),
        jitter: duration({ max: "1m" }).prefault("0ms"),
        bandwidth: size({ min: "1B" }).optional().describe("bytes a second"),
      }),
      reset_link: fault({ from: role, to: role }),
      evacuate: fault({ part: role, for: forTime() }),
      restore: fault({ part: role }),
      rebuild: fault({ part: role }),
      shift_clock: fault({ part: role, by: signedDuration(), for: forTime() }),
    })
    .transform((given, context): DrillStep => {
      const keys = Object.entries(given).filter(([, value]) => value !== undefined);
      if (keys.length !== 1) {
        context.addIssue({ code: "custom", message: "expected one step behind each dash, such as `- wait: 3s`" });
        return z.NEVER;
      }
      return stepOf(given);
    });
}

type Given = {
  [Key in keyof StepKeys]?: StepKeys[Key] | undefined;
};
type Measured<T> = T & { readonly measured: boolean };
type StepKeys = {
  wait: number;
  wait_for: { what: Awaited; withinMs: number };
  load: "pause" | "resume";
  move: { from: Role; to: Role };
  copy_disk: { part: Role };
  kill: Measured<{ part: Role; for: number | "ever" }>;
  kill_loop: Measured<{ part: Role; times: number; every: number }>;
  freeze: Measured<{ part: Role; for: number }>;
  isolate: Measured<{ part: Role; for: number }>;
  cut_link: Measured<{ from: Role; to: Role; way: Way; for: number }>;
  slow_link: Measured<{
    from: Role;
    to: Role;
    way: Way;
    for: number;
    latency: number;
    jitter: number;
    bandwidth?: number | undefined;
  }>;
  reset_link: Measured<{ from: Role; to: Role }>;
  evacuate: Measured<{ part: Role; for: number }>;
  restore: Measured<{ part: Role }>;
  rebuild: Measured<{ part: Role }>;
  shift_clock: Measured<{ part: Role; by: number; for: number }>;
};

function stepOf(given: Given): DrillStep {
  if (given.wait !== undefined) return { kind: "wait", ms: given.wait };
  if (given.wait_for !== undefined) return { kind: "wait_for", ...given.wait_for };
  if (given.load !== undefined) return { kind: "load", load: given.load };
  if (given.move !== undefined) return { kind: "move", ...given.move };
  if (given.copy_disk !== undefined) return { kind: "copy_disk", ...given.copy_disk };
  const { fault: found, measured } = faultOf(given);
  return { kind: "fault", fault: found, measured };
}

function faultOf(given: Given): { readonly fault: RoleFault; readonly measured: boolean } {
  const { kill, kill_loop, freeze, isolate, cut_link, slow_link, reset_link, evacuate, restore, rebuild } = given;
  const measured = (of: { readonly measured: boolean }, found: RoleFault): { fault: RoleFault; measured: boolean } => ({
    fault: found,
    measured: of.measured,
  });
  if (kill) return measured(kill, { kind: "kill", part: kill.part, forMs: kill.for === "ever" ? null : kill.for });
  if (kill_loop) {
    const { part, times, every } = kill_loop;
    return measured(kill_loop, { kind: "kill_loop", part, times, everyMs: every });
  }
  if (freeze) return measured(freeze, { kind: "freeze", part: freeze.part, forMs: freeze.for });
  if (isolate) return measured(isolate, { kind: "isolate", part: isolate.part, forMs: isolate.for });
  if (cut_link) {
    const { from, to, way: cutWay, for: forMs } = cut_link;
    return measured(cut_link, { kind: "cut_link", from, to, way: cutWay, forMs });
  }
  if (slow_link) {
    const { from, to, way: slowWay, for: forMs, latency, jitter, bandwidth } = slow_link;
    const speed = { latencyMs: latency, jitterMs: jitter, bytesPerS: bandwidth ?? null };
    return measured(slow_link, { kind: "slow_link", from, to, way: slowWay, forMs, ...speed });
  }
  if (reset_link) return measured(reset_link, { kind: "reset_link", from: reset_link.from, to: reset_link.to });
  if (evacuate) return measured(evacuate, { kind: "evacuate", part: evacuate.part, forMs: evacuate.for });
  if (restore) return measured(restore, { kind: "restore", part: restore.part });
  if (rebuild) return measured(rebuild, { kind: "rebuild", part: rebuild.part });
  const { part, by, for: forMs, measured: counts } = given.shift_clock!;
  return { fault: { kind: "shift_clock", part, byMs: by, forMs }, measured: counts };
}

/** Every fault may say that it is a condition and not what is measured. */
function fault<Shape extends z.ZodRawShape>(shape: Shape) {
  const measured = z
    .boolean("expected true or false")
    .default(true)
    .describe("false: a condition, not what is measured");
  return z.strictObject({ ...shape, measured }).optional();
}

function way(): z.ZodType<Way, Way | undefined> {
  return z.enum(["both", "there", "back"], "expected both, there or back").default("both");
}

/** Every fault that ends has its end in it: what is cut cannot be told to heal. */
function forTime(): z.ZodType<number, string> {
  return duration({ min: "100ms", max: "1h" });
}

function signedDuration(): z.ZodType<number, string> {
  const plain = duration({ max: "366d" });
  return z.string("expected a duration such as 1h or -1h").transform((text, context) => {
    const back = text.startsWith("-");
    const parsed = plain.safeParse(back ? text.slice(1) : text);
    if (parsed.success) return back ? -parsed.data : parsed.data;
    context.addIssue({ code: "custom", message: "expected a duration such as 1h or -1h" });
    return z.NEVER;
  });
}

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
