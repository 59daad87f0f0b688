import { expect, test } from "vitest";
import type { DrillStep } from "../../../../deploy/drill/drill-file.ts";
import { blastRadius, faultsIn, planSteps, stepSentence } from "../../../../deploy/drill/drill-plan.ts";
import { hits } from "../../../../deploy/drill/injections.ts";

const CAST = { regions: ["eu", "us", "ap"], gateways: ["plant-1", "plant-2"] };
const fault = (given: Extract<DrillStep, { kind: "fault" }>["fault"]): DrillStep => ({
  kind: "fault",
  fault: given,
  measured: true,
});
const cut = fault({ kind: "cut_link", from: "home", to: "others", way: "both", forMs: 5000 });

test("roles get their names, and a link between two regions is both connections", () => {
  const links = faultsIn(planSteps({ steps: [cut] }, CAST)).map((one) =>
    "link" in one ? `${one.link.from}>${one.link.to}` : "",
  );
  expect(links).toEqual(["eu>us", "us>eu", "eu>ap", "ap>eu"]);
});

test("many links that suffer the same are one sentence", () => {
  const steps = planSteps(
    { steps: [fault({ kind: "cut_link", from: "gateways", to: "regions", way: "there", forMs: 5000 })] },
    CAST,
  );
  expect(stepSentence(steps[0]!)).toBe(
    "the links plant-1 > eu, plant-1 > us, plant-1 > ap, plant-2 > eu, 2 more are cut in this direction only for 5s, silently",
  );
});

test("the blast radius names everything that is hit, and the longest time", () => {
  const kill = fault({ kind: "kill", part: "first", forMs: 90_000 });
  expect(blastRadius(planSteps({ steps: [kill, cut] }, CAST))).toBe(
    "plant-1, eu > us, us > eu, eu > ap, ap > eu, for at most 90s at a time",
  );
  const lost = fault({ kind: "kill", part: "home", forMs: null });
  expect(blastRadius(planSteps({ steps: [lost] }, CAST))).toBe("eu, for ever");
});

test("a role that nobody plays is refused before anything is begun", () => {
  const steps = [fault({ kind: "kill", part: "third", forMs: 1000 })];
  expect(() => planSteps({ steps }, { regions: ["eu", "us"], gateways: ["plant-1"] })).toThrow(/nobody here is third/);
});

test("a fault spares the regions that can still take new readings", () => {
  const [between] = faultsIn(planSteps({ steps: [cut] }, CAST));
  expect(hits(between!, "plant-1", "eu")).toBe(false);
  expect(hits({ kind: "freeze", part: "eu", forMs: 1 }, "plant-1", "eu")).toBe(true);
  const link = { kind: "cut_link", link: { from: "plant-1", to: "eu" }, way: "both", forMs: 1 } as const;
  expect([hits(link, "plant-1", "eu"), hits(link, "plant-2", "eu")]).toEqual([true, false]);
});
