import { expect, test } from "vitest";
import type { DrillStep } from "../../../../deploy/drill/drill-step.ts";
import { drillStep } from "../../../../deploy/drill/drill-step.ts";
import { blastRadius, injectionsIn, planSteps, stepSentence } from "../../../../deploy/drill/drill-plan.ts";
import { cutOf } from "../../../../deploy/drill/injections/cut-link.ts";
import { freezeOf } from "../../../../deploy/drill/injections/freeze.ts";
import { keepsReadingsFrom } from "../../../../deploy/drill/injections/injection.ts";

const PARTS = { regions: ["eu", "us", "ap"], gateways: ["plant-1", "plant-2"] };
const step = (given: object): DrillStep => drillStep().parse(given);
const cut = step({ cut_link: { from: "home", to: "others", for: "5s" } });

test("roles become names of parts, and a link between two regions becomes two connections", () => {
  const links = injectionsIn(planSteps({ steps: [cut] }, PARTS)).map(({ place }) =>
    place.kind === "link" ? `${place.link.from}>${place.link.to}` : "",
  );
  expect(links).toEqual(["eu>us", "us>eu", "eu>ap", "ap>eu"]);
});

test("many links with the same injection are one sentence", () => {
  const given = step({ cut_link: { from: "gateways", to: "regions", way: "there", for: "5s" } });
  expect(stepSentence(planSteps({ steps: [given] }, PARTS)[0]!)).toBe(
    "the links plant-1 > eu, plant-1 > us, plant-1 > ap, plant-2 > eu, 2 more are cut in this direction only for 5s, silently",
  );
});

test.each([
  [{ from: "first", to: "second" }, "the canary devices of plant-1 move to plant-2"],
  [
    { from: "first", to: "second", times: 20, every: "3s" },
    "the canary devices of plant-1 move to plant-2 and back, 20 moves, one every 3s",
  ],
])("a move says whether the devices come back: %j", (move, sentence) => {
  expect(stepSentence(planSteps({ steps: [step({ move })] }, PARTS)[0]!)).toBe(sentence);
});

test("the blast radius names everything that is hit, and the longest time", () => {
  const kill = step({ kill: { part: "first", for: "90s" } });
  expect(blastRadius(planSteps({ steps: [kill, cut] }, PARTS))).toBe(
    "plant-1, eu > us, us > eu, eu > ap, ap > eu, for at most 90s at a time",
  );
  const lost = step({ kill: { part: "home", for: "ever" } });
  expect(blastRadius(planSteps({ steps: [lost] }, PARTS))).toBe("eu, for ever");
});

test("a role that no part has is refused before anything begins", () => {
  const steps = [step({ kill: { part: "third", for: "1s" } })];
  expect(() => planSteps({ steps }, { regions: ["eu", "us"], gateways: ["plant-1"] })).toThrow(
    /no part has the role third/,
  );
});

test("an injection keeps new readings only from the regions that it hits", () => {
  const [between] = injectionsIn(planSteps({ steps: [cut] }, PARTS));
  expect(keepsReadingsFrom(between!, "plant-1", "eu")).toBe(false);
  expect(keepsReadingsFrom(freezeOf("eu", 1), "plant-1", "eu")).toBe(true);
  const link = cutOf({ from: "plant-1", to: "eu" }, { way: "both", forMs: 1 });
  expect([keepsReadingsFrom(link, "plant-1", "eu"), keepsReadingsFrom(link, "plant-2", "eu")]).toEqual([true, false]);
});
