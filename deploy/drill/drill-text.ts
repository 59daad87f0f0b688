import { formatDuration } from "../../proto/runtime/options/duration.ts";
import type { Drill } from "./drill-file.ts";
import type { Cast } from "./cast.ts";
import { blastRadius, planSteps, stepSentence } from "./drill-plan.ts";
import { allDrills, findDrill } from "./shipped-drills.ts";

/** Texts about drills, for `tidemark drill list` and `show`. */
export async function listing({ json }: { json: boolean }): Promise<string> {
  const drills = allDrills();
  if (json) {
    const all = drills.map(({ drill, hypothesis, onlySandbox }) => ({ drill, hypothesis, only_sandbox: onlySandbox }));
    return `${JSON.stringify({ drills: all })}\n`;
  }
  const width = Math.max(...drills.map(({ drill }) => drill.length));
  const lines = drills.map(
    ({ drill, hypothesis, onlySandbox }) =>
      `${drill.padEnd(width)}  ${firstSentence(hypothesis)}${onlySandbox ? " (sandbox only)" : ""}`,
  );
  return `${lines.join("\n")}\n`;
}

export async function shown(name: string, { json }: { json: boolean }): Promise<string> {
  const drill = findDrill(name);
  return json ? `${JSON.stringify(drill)}\n` : `${drillText(drill, sandboxCast(drill)).join("\n")}\n`;
}

/** A drill for one deployment: its hypothesis, its steps and when they end, its limits, and what it does not test. */
export function drillText(drill: Drill, cast: Cast): string[] {
  const { pass, load, stopIf } = drill;
  const steps = planSteps(drill, cast);
  return [
    `${drill.drill}${drill.onlySandbox ? " (sandbox only)" : ""}`,
    "",
    drill.hypothesis,
    "",
    `hits      ${blastRadius(steps)}`,
    `load      ${load.perSecond} canary readings/s from ${load.canaries} devices, each gateway (${cast.gateways.length})`,
    `steps     steady for ${formatDuration(drill.steadyMs)}`,
    ...steps.map((step) => `          ${stepSentence(step)}`),
    "          every injection ends by itself; then the canaries stop, and the drill looks for every id in every region",
    `passes    a new reading is durable elsewhere within ${formatDuration(pass.rtoMs)}, repaired within ${formatDuration(pass.repairMs)},`,
    pass.backHomeMs === null
      ? "          and nothing is missing, twice, or answered differently (home does not come back)"
      : `          back home within ${formatDuration(pass.backHomeMs)}, and nothing is missing, twice, or answered differently`,
    `stops if  ${[
      ...(stopIf.bufferUsed === Infinity ? [] : [`a buffer is over ${Math.round(stopIf.bufferUsed * 100)}%`]),
      ...(stopIf.peerRegionUnhealthy ? ["a region that was not hit does not answer"] : []),
      ...(stopIf.canaryLost ? ["an acknowledged reading is in no region"] : []),
      "you press q",
    ].join(", ")}`,
    ...drill.notTested.map((what, i) => `${i === 0 ? "not tested" : "          "}${i === 0 ? "" : ""} ${what}`),
  ];
}

/** The parts of the sandbox that a drill asks for. */
export function sandboxCast({ sandbox }: Drill): Cast {
  return {
    regions: ["eu", "us", "ap", "sa", "af"].slice(0, sandbox.regions),
    gateways: Array.from({ length: sandbox.gateways }, (_, i) => `plant-${i + 1}`),
  };
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/u.exec(text)?.[0] ?? text;
}
