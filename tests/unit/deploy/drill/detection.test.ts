import { expect, test } from "vitest";
import { detectingPart } from "../../../../deploy/drill/detection.ts";
import { drillStep } from "../../../../deploy/drill/drill-step.ts";
import type { Injection } from "../../../../deploy/drill/injections/injection.ts";
import { drillSample, gatewaySample, regionSample } from "./samples.ts";

function injectionsOf(given: object): readonly Injection[] {
  const step = drillStep().parse(given);
  if (step.kind !== "injection") throw new Error("expected an injection");
  return step.plan({ regions: ["eu", "us"], gateways: ["plant-1"] }).injections;
}

const WELL = drillSample({});
const WITHOUT_HOME = drillSample({
  gateway: gatewaySample({ activeRegion: "us" }),
  us: regionSample("eu", { connected: false }),
});

test("an injection is noticed by the part that lost a connection", () => {
  const kill = injectionsOf({ kill: { part: "home", for: "8s" } });
  expect(detectingPart(kill, WELL)).toBeUndefined();
  expect(detectingPart(kill, WITHOUT_HOME)).toBe("gateway plant-1");
});

test("a copy of a gateway is noticed by the region that names two of them, and by nothing else", () => {
  const clone = injectionsOf({ clone: { part: "first", for: "8s" } });
  expect(detectingPart(clone, WELL)).toBeUndefined();
  expect(detectingPart(clone, drillSample({ us: { ...regionSample("eu"), twins: ["plant-2"] } }))).toBeUndefined();
  expect(detectingPart(clone, drillSample({ us: { ...regionSample("eu"), twins: ["plant-1"] } }))).toBe("region us");
});

test("a damaged disk is noticed by the part that reports the damage, not by those that see it start again", () => {
  const rot = injectionsOf({ rot: { part: "home", file: "log" } });
  expect(detectingPart(rot, WITHOUT_HOME)).toBeUndefined();
  const damaged = { ...regionSample("us"), damage: "3 batches were lost" };
  expect(detectingPart(rot, drillSample({ eu: damaged }))).toBe("region eu");
  expect(detectingPart(rot, drillSample({ us: damaged }))).toBeUndefined();
});
