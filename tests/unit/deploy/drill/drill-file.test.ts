import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { drillSchema } from "../../../../deploy/drill/drill-file.ts";
import type { Drill } from "../../../../deploy/drill/drill-file.ts";
import { allDrills, findDrill } from "../../../../deploy/drill/shipped-drills.ts";
import { drillText, sandboxParts } from "../../../../deploy/drill/drill-text.ts";
import { Fault } from "../../../../proto/core/fault.ts";
import { loadConfig } from "../../../../proto/runtime/options/load-config.ts";

function parsed(text: string): Drill | string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-drill-file-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "drill.yaml");
  writeFileSync(path, text);
  try {
    return loadConfig({ path, schema: drillSchema });
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

const GOOD = `drill: mine
hypothesis: Nothing is lost when home goes away.
steps:
  - wait: 2s
  - kill: { part: home, for: 8s }
pass: { rto: 5s, repair: 20s, back_home: never }
`;

test("a drill file needs only a hypothesis, steps and limits", () => {
  expect(parsed(GOOD)).toMatchObject({
    drill: "mine",
    load: { perSecond: 200, canaries: 4, paddingBytes: 0, time: "sensor", sendTo: "own" },
    steps: [
      { kind: "wait", ms: 2000 },
      { kind: "injection", injection: "kill", values: { part: "home", forMs: 8000 }, measured: true },
    ],
    stopIf: { bufferUsed: 0.8, peerRegionUnhealthy: true, canaryLost: true },
    pass: { rtoMs: 5000, repairMs: 20_000, backHomeMs: null, noticedMs: null },
  });
});

test.each<[string, string, string]>([
  ["an unknown role", GOOD.replace("home, for", "hone, for"), "expected home, standby, third"],
  [
    "an injection without an end",
    GOOD.replace("kill: { part: home, for: 8s }", "freeze: { part: home }"),
    "steps[1].freeze.for",
  ],
  ["a limit that allows loss", GOOD.replace("rto: 5s", "rto: 5s, missing: 3"), "pass.missing: expected 0"],
  ["a drill without an injection", GOOD.replace("  - kill: { part: home, for: 8s }\n", ""), "no step injects anything"],
  ["two steps in one", GOOD.replace("- wait: 2s", "- wait: 2s\n    load: pause"), "expected one step behind each dash"],
  ["an unknown step", GOOD.replace("wait: 2s", "wiat: 2s"), "did you mean wait?"],
  [
    "a sensor that moves and sends to both gateways",
    GOOD.replace("steps:", "load: { send_to: both }\nsteps:\n  - move: { from: first, to: second }"),
    "a sensor that sends to both cannot move",
  ],
  [
    "a sensor that sends to both gateways, of one gateway",
    GOOD.replace("steps:", "load: { send_to: both }\nsandbox: { gateways: 1 }\nsteps:"),
    "a sensor that sends to both needs two gateways",
  ],
  ["a rate without a unit", GOOD.replace("steps:", "load: { rate: 200 }\nsteps:"), "expected a rate such as 200/s"],
])("%s is a mistake that is shown with its place", (_, text, message) => {
  expect(parsed(text)).toContain(message);
  expect(parsed(text)).toMatch(/^\/.*\/drill\.yaml:\d+:\d+ /);
});

test("every drill that comes with Tidemark has the name of its file, fits its sandbox, and can be shown", () => {
  const drills = allDrills();
  expect(drills.length).toBeGreaterThanOrEqual(21);
  for (const drill of drills) {
    expect(JSON.stringify(findDrill(drill.drill))).toBe(JSON.stringify(drill));
    const text = drillText(drill, sandboxParts(drill), Infinity).join("\n");
    expect(text).toContain(drill.hypothesis);
    expect(text).not.toMatch(/undefined|NaN|\[object|of 1 gateways/);
  }
});

test("the page about drills has a row for each one, and says which are for the sandbox only", () => {
  const page = readFileSync(new URL("../../../../deploy/drills/README.md", import.meta.url), "utf8");
  for (const { drill, onlySandbox } of allDrills()) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${drill}\` `));
    expect(row, drill).toBeDefined();
    expect(/ sandbox only +\|$/.test(row!), drill).toBe(onlySandbox);
  }
});

test.each([
  ["kill: { part: home, for: ever }", true],
  ["cut_link: { from: first, to: home, way: back, for: 8s }", true],
  ["cut_link: { from: first, to: home, for: 8s }", false],
  ["evacuate: { part: home, for: 8s }", false],
])("whether a drill is for the sandbox only follows from its injections: %s", (step, onlySandbox) => {
  expect(parsed(GOOD.replace("kill: { part: home, for: 8s }", step))).toMatchObject({ onlySandbox });
});

test("an unknown drill is reported, and its name never becomes a path", () => {
  expect(() => findDrill("../../etc/passwd")).toThrow(/there is no drill "..\/..\/etc\/passwd"/);
});
