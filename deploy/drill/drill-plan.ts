import { Fault as UserFault } from "../../proto/core/fault.ts";
import { formatDuration } from "../../proto/runtime/options/duration.ts";
import type { Link } from "../sandbox/faulty-links.ts";
import type { Awaited, Drill, DrillStep, Role, RoleFault } from "./drill-file.ts";
import type { Fault } from "./injections.ts";
import { faultDurationMs, faultsSentence } from "./injections.ts";

/** A drill for one deployment: its roles have names, and every step says what it does. */
export type PlannedStep =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "wait_for"; readonly what: Awaited; readonly withinMs: number }
  | { readonly kind: "load"; readonly load: "pause" | "resume" }
  | { readonly kind: "move"; readonly from: string; readonly to: string }
  | { readonly kind: "copy_disk"; readonly part: string }
  | { readonly kind: "faults"; readonly faults: readonly Fault[]; readonly measured: boolean }
  /** One fault several times: the next one comes `everyMs` after the one before. */
  | { readonly kind: "loop"; readonly fault: Fault; readonly times: number; readonly everyMs: number };

/** Who is there. `regions`: in the order of the first gateway's preference, its home first. */
export type Cast = { readonly regions: readonly string[]; readonly gateways: readonly string[] };

/** @throws Fault when the deployment has nobody for a role. */
export function planSteps(drill: Pick<Drill, "steps">, cast: Cast): readonly PlannedStep[] {
  return drill.steps.map((step): PlannedStep => planned(step, cast));
}

function planned(step: DrillStep, cast: Cast): PlannedStep {
  switch (step.kind) {
    case "wait":
    case "wait_for":
    case "load":
      return step;
    case "move":
      return { kind: "move", from: one(step.from, cast), to: one(step.to, cast) };
    case "copy_disk":
      return { kind: "copy_disk", part: one(step.part, cast) };
    case "fault": {
      const { fault, measured } = step;
      if (fault.kind !== "kill_loop") return { kind: "faults", faults: faultsOf(fault, cast), measured };
      const kill: Fault = { kind: "kill", part: one(fault.part, cast), forMs: 0 };
      return { kind: "loop", fault: kill, times: fault.times, everyMs: fault.everyMs };
    }
  }
}

function faultsOf(fault: Exclude<RoleFault, { kind: "kill_loop" }>, cast: Cast): readonly Fault[] {
  if ("part" in fault) return parts(fault.part, cast).map((part): Fault => ({ ...fault, part }));
  const { from, to, ...rest } = fault;
  return links(from, to, cast).map((link): Fault => ({ ...rest, link }));
}

/** Two regions dial each other: a link between them is two connections, and a fault hits both alike. */
function links(from: Role, to: Role, cast: Cast): readonly Link[] {
  const isRegion = (name: string): boolean => cast.regions.includes(name);
  const found: Link[] = [];
  for (const a of parts(from, cast)) {
    for (const b of parts(to, cast)) {
      if (a === b) continue;
      found.push({ from: a, to: b });
      if (isRegion(a) && isRegion(b)) found.push({ from: b, to: a });
    }
  }
  return found;
}

function one(role: Role, cast: Cast): string {
  return parts(role, cast)[0]!;
}

function parts(role: Role, { regions, gateways }: Cast): readonly string[] {
  const named: Record<Role, readonly (string | undefined)[]> = {
    home: [regions[0]],
    standby: [regions[1]],
    third: [regions[2]],
    others: regions.slice(1),
    regions,
    first: [gateways[0]],
    second: [gateways[1]],
    gateways,
    sensors: ["sensors"],
  };
  const found = named[role].filter((name) => name !== undefined);
  if (found.length > 0) return found;
  throw new UserFault({
    code: "config",
    message: `nobody here is ${role}: there are regions ${regions.join(", ")} and gateways ${gateways.join(", ")}`,
    hint: "this drill needs a larger deployment; the sandbox has one",
  });
}

/** What a step does and when it ends, for `--dry-run` and people. */
export function stepSentence(step: PlannedStep): string {
  switch (step.kind) {
    case "wait":
      return `wait ${formatDuration(step.ms)}`;
    case "wait_for":
      return `wait until ${AWAITED[step.what]}, at most ${formatDuration(step.withinMs)}`;
    case "load":
      return step.load === "pause" ? "the canaries fall silent" : "the canaries go on";
    case "move":
      return `the canary devices of ${step.from} move to ${step.to}`;
    case "copy_disk":
      return `${step.part} is stopped, its disk is copied, and it starts again`;
    case "faults":
      return `${faultsSentence(step.faults)}${step.measured ? "" : " (a condition, not measured)"}`;
    case "loop":
      return `${step.fault.kind === "kill" ? `${step.fault.part} is killed with kill -9 and started again` : faultsSentence([step.fault])}, ${step.times} times, every ${formatDuration(step.everyMs)}`;
  }
}

/** What a step may wait for, in words. */
export const AWAITED: Readonly<Record<Awaited, string>> = {
  durable: "every reading is in a region",
  replicated: "every region has everything",
  full: "a gateway is full and takes nothing more",
  healed: "all faults have ended",
};

/** All faults of a plan; what is looped once. */
export function faultsIn(steps: readonly PlannedStep[]): readonly Fault[] {
  return steps.flatMap((step) => (step.kind === "faults" ? step.faults : step.kind === "loop" ? [step.fault] : []));
}

/** Who is hit, and for how long at most: the blast radius, in one sentence. */
export function blastRadius(steps: readonly PlannedStep[]): string {
  const faults = faultsIn(steps);
  const longestMs = Math.max(...faults.map(faultDurationMs));
  const names = new Set(
    faults.flatMap((fault) => ("link" in fault ? [`${fault.link.from} > ${fault.link.to}`] : [fault.part])),
  );
  const until = longestMs === Infinity ? "for ever" : `for at most ${formatDuration(longestMs)} at a time`;
  return `${[...names].join(", ")}, ${until}`;
}
