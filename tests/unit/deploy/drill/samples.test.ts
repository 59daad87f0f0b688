import { describe, expect, test } from "vitest";
import { objections } from "../../../../deploy/drill/guards.ts";
import { growth, isWell, troubleIn } from "../../../../deploy/drill/samples.ts";
import type { Sample } from "../../../../deploy/drill/samples.ts";
import { stopReason } from "../../../../deploy/drill/stop-conditions.ts";
import { gatewaySample, regionSample, drillSample } from "./samples.ts";

const BOTH = new Set(["eu", "us"]);

describe("whether a deployment is well", () => {
  test("is true when everything flows", () => expect(isWell(drillSample({}), BOTH)).toBe(true));

  test.each<[string, Sample]>([
    ["gateway plant-1 does not answer", drillSample({ gateway: undefined })],
    ["gateway plant-1 is not connected to any region", drillSample({ gateway: gatewaySample({ activeRegion: null }) })],
    ["gateway plant-1 is full", drillSample({ gateway: gatewaySample({ full: true }) })],
    ["gateway plant-1 is 9 s behind", drillSample({ gateway: gatewaySample({ behindMs: 9000 }) })],
    ["region eu does not answer", drillSample({ eu: undefined })],
    ["region eu has no connection to us", drillSample({ eu: regionSample("us", { connected: false }) })],
    ["region us is behind eu", drillSample({ eu: regionSample("us", { behindBatches: 3, behindMs: 9000 }) })],
  ])("is false: %s", (trouble, given) => expect(troubleIn(given, BOTH)).toBe(trouble));

  test("ignores regions that need not be well", () => {
    const one = drillSample({ eu: undefined, us: regionSample("eu", { connected: false }) });
    expect(isWell(one, new Set(["us"]))).toBe(true);
  });
});

test("the growth of a counter is the sum over all processes", () => {
  const counts = [3, 10, undefined, 2, 5];
  const samples = counts.map((n, atMs) =>
    drillSample({ atMs, gateway: n === undefined ? undefined : gatewaySample({ dualSendMs: n }) }),
  );
  const counter = ({ gateways }: Sample): number | undefined => gateways.get("plant-1")?.dualSendMs;
  expect(growth(samples, counter, { fromNothing: true })).toBe(15);
  expect(growth(samples, counter, { fromNothing: false })).toBe(12);
});

describe("a drill is stopped", () => {
  const conditions = { bufferUsed: 0.8, peerRegionUnhealthy: true, canaryLost: true };
  const gone = [
    drillSample({ atMs: 0 }),
    drillSample({ atMs: 1000, us: undefined }),
    drillSample({ atMs: 7000, us: undefined }),
  ];

  test("when a buffer is too full, unless that is what the drill tests", () => {
    const full = [drillSample({ gateway: gatewaySample({ fillRatio: 0.81 }) })];
    expect(stopReason(full, { conditions, expected: new Set() })).toMatch(/buffer of plant-1 is 81% full/);
    expect(
      stopReason(full, { conditions: { ...conditions, bufferUsed: Infinity }, expected: new Set() }),
    ).toBeUndefined();
  });

  test("when a region that no injection hit has not answered for 5 s", () => {
    expect(stopReason(gone.slice(0, 2), { conditions, expected: new Set(["eu"]) })).toBeUndefined();
    expect(stopReason(gone, { conditions, expected: new Set(["eu"]) })).toMatch(/region us has not answered/);
    expect(stopReason(gone, { conditions, expected: new Set(["us"]) })).toBeUndefined();
  });
});

describe("a drill may begin", () => {
  test("on a deployment that is well", () => expect(objections(drillSample({}), ["eu", "us"])).toEqual([]));

  test.each<[RegExp, Sample]>([
    [/plant-1 does not answer/, drillSample({ gateway: undefined })],
    [/buffer of plant-1 is 50% full/, drillSample({ gateway: gatewaySample({ fillRatio: 0.5 }) })],
    [/readings from 11 s ago that no region has/, drillSample({ gateway: gatewaySample({ behindMs: 11_000 }) })],
    [/us does not answer/, drillSample({ us: undefined })],
    [/sees us as joining/, drillSample({ eu: regionSample("us", { state: "joining" }) })],
    [/no connection to eu/, drillSample({ us: regionSample("eu", { connected: false }) })],
    [/us is 12 s behind eu/, drillSample({ eu: regionSample("us", { behindBatches: 1, behindMs: 12_000 }) })],
  ])("but not while %s", (objection, given) => {
    expect(objections(given, ["eu", "us"]).join("\n")).toMatch(objection);
  });

  test("but not when the regions are not in the first gateway's order of preference", () => {
    expect(objections(drillSample({}), ["us", "eu"])).toEqual([
      "the first gateway prefers eu, us; write the regions of the deployment in this order",
    ]);
  });
});
