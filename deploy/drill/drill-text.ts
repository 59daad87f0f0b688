import { formatDuration } from "../../proto/runtime/options/duration.ts";
import type { Drill } from "./drill-file.ts";
import type { PartNames } from "./injections/roles.ts";
import { blastRadius, planSteps, stepSentence } from "./drill-plan.ts";
import { labelled, wrapText } from "../terminal/terminal-text.ts";
import { allDrills, findDrill } from "./shipped-drills.ts";

/** Texts about drills, for `tidemark drill list` and `show`. Both are wrapped to a width in columns. */

export function listing({ json, width }: { json: boolean; width: number }): string {
  const drills = allDrills();
  if (json) {
    const all = drills.map(({ drill, hypothesis, onlySandbox }) => ({ drill, hypothesis, only_sandbox: onlySandbox }));
    return `${JSON.stringify({ drills: all })}\n`;
  }
  const labelWidth = Math.max(...drills.map(({ drill }) => drill.length));
  const lines = drills.flatMap(({ drill, hypothesis, onlySandbox }) =>
    labelled(drill, `${firstSentence(hypothesis)}${onlySandbox ? " (sandbox only)" : ""}`, { labelWidth, width }),
  );
  return `${lines.join("\n")}\n`;
}

/** @throws Fault when there is no such drill. */
export function shownDrill(name: string, { json, width }: { json: boolean; width: number }): string {
  const drill = findDrill(name);
  return json ? `${JSON.stringify(drill)}\n` : `${drillText(drill, sandboxParts(drill), width).join("\n")}\n`;
}

/** A drill for one deployment: its hypothesis, its steps and when they end, its limits, and what it does not test. */
export function drillText(drill: Drill, parts: PartNames, width: number): string[] {
  const { pass, load, stopIf, notTested } = drill;
  const steps = planSteps(drill, parts);
  const row = (label: string, texts: readonly string[]): string[] =>
    texts.flatMap((text, i) => labelled(i === 0 ? label : "", text, { labelWidth: "not tested".length, width }));
  const home =
    pass.backHomeMs === null ? "home does not come back" : `back home within ${formatDuration(pass.backHomeMs)}`;
  return [
    `${drill.drill}${drill.onlySandbox ? " (sandbox only)" : ""}`,
    "",
    ...wrapText(drill.hypothesis, width),
    "",
    ...row("hits", [blastRadius(steps)]),
    ...row("load", [
      `${load.perSecond} canary readings/s from ${load.canaries} devices, for ${parts.gateways.length === 1 ? "1 gateway" : `each of ${parts.gateways.length} gateways`}${load.sendTo === "both" ? "; every reading goes to two gateways" : ""}`,
    ]),
    ...row("steps", [
      `steady for ${formatDuration(drill.steadyMs)}`,
      ...steps.map(stepSentence),
      "every injection ends by itself; then the canaries stop, and the drill looks for every id in every region",
    ]),
    ...row("passes if", [
      `a new reading is durable elsewhere within ${formatDuration(pass.rtoMs)}`,
      `everything is repaired within ${formatDuration(pass.repairMs)}`,
      home,
      ...(pass.noticedMs === null ? [] : [`a part reports each injection within ${formatDuration(pass.noticedMs)}`]),
      "nothing is missing, twice, or answered differently",
    ]),
    ...row("stops if", [
      ...(stopIf.bufferUsed === Infinity ? [] : [`a buffer is over ${Math.round(stopIf.bufferUsed * 100)}%`]),
      ...(stopIf.peerRegionUnhealthy ? ["a region that was not hit does not answer"] : []),
      ...(stopIf.canaryLost ? ["an acknowledged reading is in no region"] : []),
      "you press q",
    ]),
    ...row("not tested", notTested),
  ];
}

/** The parts of the sandbox that a drill asks for. */
export function sandboxParts({ sandbox }: Drill): PartNames {
  return {
    regions: ["eu", "us", "ap", "sa", "af"].slice(0, sandbox.regions),
    gateways: Array.from({ length: sandbox.gateways }, (_, i) => `plant-${i + 1}`),
  };
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/u.exec(text)?.[0] ?? text;
}
