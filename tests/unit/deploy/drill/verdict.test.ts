import { expect, test } from "vitest";
import type { Ledger } from "../../../../deploy/drill/ledger.ts";
import type { Findings } from "../../../../deploy/drill/outcome.ts";
import { judge, measurementsOf } from "../../../../deploy/drill/verdict.ts";

const LIMITS = { rtoMs: 5000, repairMs: 20_000, backHomeMs: 30_000, noticedMs: null };
const region = { region: "us", readings: 10, digest: "00ff", missing: [], twice: [], neverSent: 0, miscounted: [] };
const CLEAN: Ledger = { sent: 10, acknowledged: 10, regions: [region], windowsDiffer: [] };
const sighting = (durableAtMs: number | null): Findings["events"][number]["sightings"][number] => ({
  gateway: "plant-1",
  durableAtMs,
  region: "us",
  replicatedAtMs: durableAtMs,
});
const event = (more: Partial<Findings["events"][number]> = {}): Findings["events"][number] => ({
  sentence: "eu is killed",
  measured: true,
  parts: ["eu"],
  beganAtMs: 5000,
  endedAtMs: 13_000,
  detectedAtMs: 5100,
  sightings: [sighting(5800), sighting(6200)],
  ...more,
});
const WHOLE: Findings = {
  events: [event()],
  healedAtMs: 13_000,
  caughtUpAtMs: 13_500,
  repairedAtMs: 14_000,
  backHomeAtMs: 19_000,
  setsEqualAtMs: 22_000,
  ledger: CLEAN,
  lostMeanwhile: null,
  aborted: null,
};
const reading = { device: "drill/run/plant-1/0", id: 7, acknowledgedAt: "2026-11-21T00:00:00.000Z" };

test("a drill that ran to its end and kept every promise and limit has passed", () => {
  expect(judge(WHOLE, LIMITS)).toEqual({
    verdict: "passed",
    reasons: [],
    sentence:
      "All 10 acknowledged readings are in us, each once; new ones were durable 1.20 s after the injection, and everything was repaired 1.00 s after it ended.",
  });
  expect(measurementsOf(WHOLE)).toMatchObject({ rtoP50Ms: 800, rtoP95Ms: 1200, detectedMs: 100, backHomeMs: 6000 });
});

test.each<[string, Partial<Findings>, RegExp]>([
  ["that no part reported", { events: [event({ detectedAtMs: null })] }, /^no part reported this: eu is killed$/],
  ["that was reported too late", { events: [event({ detectedAtMs: 8100 })] }, /took 3.10 s, the limit is 3.00 s: eu/],
])("an injection %s fails a drill that asks for a report", (_, found, reason) => {
  const limits = { ...LIMITS, noticedMs: 3000 };
  expect(judge(WHOLE, limits).verdict).toBe("passed");
  const { verdict, reasons } = judge({ ...WHOLE, ...found }, limits);
  expect(verdict).toBe("failed");
  expect(reasons[0]).toMatch(reason);
});

test.each<[string, Partial<Findings>]>([
  ["no repair", { repairedAtMs: null }],
  ["no return to the home region", { backHomeAtMs: null }],
  ["no comparison of the ids", { ledger: null }],
  ["regions that do not agree in the end", { setsEqualAtMs: null }],
  ["an injection that was not ended", { healedAtMs: null }],
  ["a deployment that does not recover", { caughtUpAtMs: null }],
  ["nothing that became durable", { events: [event({ sightings: [sighting(null)] })] }],
  ["no measured injection at all", { events: [event({ measured: false })] }],
  ["an abort", { aborted: "stopped by the operator" }],
])("%s makes it incomplete, never passed", (_, missing) => {
  expect(judge({ ...WHOLE, ...missing }, LIMITS).verdict).toBe("incomplete");
});

test.each<[string, Partial<Ledger>, RegExp]>([
  ["a missing reading", { regions: [{ ...region, missing: [reading] }] }, /missing in us: drill\/run\/plant-1\/0 #7/],
  ["a doubled reading", { regions: [{ ...region, twice: [reading] }] }, /more than once in us: .* #7/],
  ["a reading that was never sent", { regions: [{ ...region, neverSent: 1 }] }, /never sent/],
  [
    "a window with a wrong count",
    { regions: [{ ...region, miscounted: [{ device: "d", windows: 3, readings: 2 }] }] },
    /count 3 readings/,
  ],
  ["windows that differ", { windowsDiffer: [{ device: "d", start: "t0", answers: {} }] }, /differ between regions/],
])("%s is a named failure, even where other figures are missing", (_, broken, reason) => {
  const ledger = { ...CLEAN, ...broken };
  expect(judge({ ...WHOLE, ledger }, LIMITS)).toMatchObject({ verdict: "failed" });
  const judged = judge({ ...WHOLE, ledger, setsEqualAtMs: null, repairedAtMs: null, aborted: "by hand" }, LIMITS);
  expect(judged.verdict).toBe("failed");
  expect(judged.reasons[0]).toMatch(reason);
});

test("[I17] a loss that was seen while it ran is a failure, even though the drill was stopped for it", () => {
  const lostMeanwhile = "acknowledged readings of d are in no region: #7";
  const judged = judge({ ...WHOLE, ledger: null, lostMeanwhile, aborted: lostMeanwhile }, LIMITS);
  expect(judged).toMatchObject({
    verdict: "failed",
    reasons: [lostMeanwhile, `the drill was stopped: ${lostMeanwhile}`],
  });
});

test.each<[keyof typeof LIMITS, string]>([
  ["rtoMs", "the first new durable reading took 1.20 s"],
  ["repairMs", "the repair took 1.00 s"],
  ["backHomeMs", "the return to the home region took 6.00 s"],
])("beyond %s is a failure", (limit, message) => {
  const judged = judge(WHOLE, { ...LIMITS, [limit]: 500 });
  expect(judged.verdict).toBe("failed");
  expect(judged.reasons[0]).toContain(message);
});

test("a drill whose home region does not come back can pass", () => {
  expect(judge({ ...WHOLE, backHomeAtMs: null }, { ...LIMITS, backHomeMs: null }).verdict).toBe("passed");
});
