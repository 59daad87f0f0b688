import { describe, expect, test } from "vitest";
import { Detection } from "../../../../deploy/drill/detection.ts";
import { drillStep } from "../../../../deploy/drill/drill-step.ts";
import type { Injection } from "../../../../deploy/drill/injections/injection.ts";
import type { Sample } from "../../../../deploy/drill/samples.ts";
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

/** Who notices it, in each of these samples, until somebody does. */
function noticed(given: object, before: Sample, ...samples: readonly Sample[]): (string | undefined)[] {
  const detection = new Detection(injectionsOf(given), before);
  return samples.map((sample) => detection.look(sample));
}

test("an injection is noticed by the part that lost a connection", () => {
  const kill = { kill: { part: "home", for: "8s" } };
  expect(noticed(kill, WELL, WELL, WITHOUT_HOME)).toEqual([undefined, "gateway plant-1"]);
});

test("a copy of a gateway is noticed by the region that names two of them, and by nothing else", () => {
  const clone = { clone: { part: "first", for: "8s" } };
  const named = (gateway: string): Sample => drillSample({ us: { ...regionSample("eu"), twins: [gateway] } });
  expect(noticed(clone, WELL, WITHOUT_HOME, named("plant-2"), named("plant-1"))).toEqual([
    undefined,
    undefined,
    "region us",
  ]);
});

describe("a damaged disk is noticed by the part that reports the damage", () => {
  const rot = { rot: { part: "home", file: "database" } };
  const damaged = (region: "eu" | "us", damage: string): Sample =>
    drillSample({ [region]: { ...regionSample("us"), damage } });

  test("not by those that see it start again, and not by another part", () => {
    expect(noticed(rot, WELL, WITHOUT_HOME, damaged("us", "1 row"), damaged("eu", "1 row"))).toEqual([
      undefined,
      undefined,
      "region eu",
    ]);
    const log = { rot: { part: "first", file: "log" } };
    const gateway = gatewaySample({ damage: "log after reading 7: 3 commits in it cannot be read" });
    expect(noticed(log, WELL, damaged("eu", "1 row"), drillSample({ gateway }))).toEqual([
      undefined,
      "gateway plant-1",
    ]);
  });

  test("not by what it reported before, unless it says so again after a start", () => {
    const [once, twice] = [damaged("eu", "1 row"), damaged("eu", "2 rows")];
    const down = drillSample({ eu: undefined });
    expect(noticed(rot, once, once, down, once)).toEqual([undefined, undefined, undefined]);
    expect(noticed(rot, once, down, twice)).toEqual([undefined, "region eu"]);
    expect(noticed(rot, once, down, WELL, once)).toEqual([undefined, undefined, "region eu"]);
  });
});
