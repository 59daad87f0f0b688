import { formatDuration } from "../../proto/runtime/options/duration.ts";
import type { PartNames } from "./injections/roles.ts";
import { partWithRole } from "./injections/roles.ts";
import type { Drill } from "./drill-file.ts";
import type { AwaitedState, DrillStep, MoveTimes } from "./drill-step.ts";
import { AWAITED_TEXT } from "./drill-step.ts";
import type { Injection } from "./injections/injection.ts";
import { injectionsSentence, placeText } from "./injections/injection.ts";
import type { PlannedInjection } from "./injections/injection-kind.ts";

/** A step for one deployment: its parts have names. */
export type PlannedStep =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "wait_for"; readonly what: AwaitedState; readonly withinMs: number }
  | { readonly kind: "load"; readonly load: "pause" | "resume" }
  | ({ readonly kind: "move"; readonly from: string; readonly to: string } & MoveTimes)
  | { readonly kind: "copy_disk"; readonly part: string }
  | ({ readonly kind: "inject"; readonly measured: boolean } & PlannedInjection);

/** @throws Fault when the deployment has no part for a role of the drill. */
export function planSteps(drill: Pick<Drill, "steps">, parts: PartNames): readonly PlannedStep[] {
  return drill.steps.map((step) => planned(step, parts));
}

function planned(step: DrillStep, parts: PartNames): PlannedStep {
  switch (step.kind) {
    case "wait":
    case "wait_for":
    case "load":
      return step;
    case "move":
      return { ...step, from: partWithRole(step.from, parts), to: partWithRole(step.to, parts) };
    case "copy_disk":
      return { kind: "copy_disk", part: partWithRole(step.part, parts) };
    case "injection":
      return { kind: "inject", measured: step.measured, ...step.plan(parts) };
  }
}

/** What a step does and when it ends, for `--dry-run` and people. */
export function stepSentence(step: PlannedStep): string {
  switch (step.kind) {
    case "wait":
      return `wait ${formatDuration(step.ms)}`;
    case "wait_for":
      return `wait until ${AWAITED_TEXT[step.what]}, at most ${formatDuration(step.withinMs)}`;
    case "load":
      return step.load === "pause" ? "the canaries stop sending" : "the canaries send again";
    case "move":
      return `the canary devices of ${step.from} move to ${step.to}${movesText(step)}`;
    case "copy_disk":
      return `${step.part} is stopped, its disk is copied, and it starts again`;
    case "inject": {
      const { injections, repeat, measured } = step;
      const again = repeat === undefined ? "" : `, ${repeat.times} times, every ${formatDuration(repeat.everyMs)}`;
      return `${injectionsSentence(injections)}${again}${measured ? "" : " (a condition, not measured)"}`;
    }
  }
}

function movesText({ times, everyMs }: MoveTimes): string {
  if (times === 1) return "";
  return ` and back, ${times} moves, one every ${formatDuration(everyMs)}`;
}

/** All injections of a plan; a repeated one is listed once. */
export function injectionsIn(steps: readonly PlannedStep[]): readonly Injection[] {
  return steps.flatMap((step) => (step.kind === "inject" ? step.injections : []));
}

/** What is hit, and for how long at most: the blast radius, in one sentence. */
export function blastRadius(steps: readonly PlannedStep[]): string {
  const injections = injectionsIn(steps);
  const longestMs = Math.max(...injections.map(({ durationMs }) => durationMs));
  const places = new Set(injections.map(placeText));
  return `${[...places].join(", ")}, ${timeText(longestMs)}`;
}

function timeText(durationMs: number): string {
  if (durationMs === Infinity) return "for ever";
  return durationMs === 0 ? "for a moment" : `for at most ${formatDuration(durationMs)} at a time`;
}
