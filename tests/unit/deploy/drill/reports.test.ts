import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freezeOf } from "../../../../deploy/drill/injections/freeze.ts";
import { liveLines, sparkline } from "../../../../deploy/drill/live-view.ts";
import type { DrillOutcome } from "../../../../deploy/drill/outcome.ts";
import { htmlReport } from "../../../../deploy/drill/report/html-report.ts";
import { junitReport } from "../../../../deploy/drill/report/junit-report.ts";
import { lanesOf, rateCurve } from "../../../../deploy/drill/report/lanes.ts";
import { ReportFolder } from "../../../../deploy/drill/report/report-folder.ts";
import { summaryTable } from "../../../../deploy/drill/report/summary-report.ts";
import { gatewaySample, drillSample } from "./samples.ts";

const reading = { device: "drill/<run>/plant-1/0", id: 7, acknowledgedAt: "2026-11-21T00:00:00.000Z" };
const samples = [
  { ...drillSample({ atMs: 0 }), acknowledged: 0 },
  { ...drillSample({ atMs: 1000, eu: undefined }), acknowledged: 200 },
  { ...drillSample({ atMs: 2000, eu: undefined, gateway: gatewaySample({ activeRegion: "us" }) }), acknowledged: 400 },
  { ...drillSample({ atMs: 3000, gateway: undefined }), acknowledged: 400 },
];
const OUTCOME: DrillOutcome = {
  verdict: "failed",
  sentence: "A promise or a limit was broken: 1 reading is missing.",
  reasons: ["1 acknowledged readings are missing in us"],
  drill: "region-lost",
  hypothesis: "Nothing is lost & all is well.",
  notTested: ["<two> regions"],
  run: "20261121-000000-1",
  target: "sandbox",
  seed: 1,
  software: "tidemark 0",
  command: "npx tidemark drill run region-lost --seed 1",
  startedAt: "2026-11-21T00:00:00.000Z",
  durationMs: 3000,
  steps: ["eu is killed, for ever"],
  regions: ["eu", "us"],
  gateways: ["plant-1"],
  limits: { rtoMs: 5000, repairMs: 20_000, backHomeMs: null, noticedMs: null },
  measured: {
    rtoMs: [800, null],
    rtoP50Ms: 800,
    rtoP95Ms: 800,
    rtoMaxMs: 800,
    replicatedMaxMs: 900,
    detectedMs: 100,
    caughtUpMs: 0,
    repairMs: 21_000,
    backHomeMs: null,
  },
  marks: [
    { atMs: 1000, kind: "injection", text: "eu is killed, for ever" },
    { atMs: 1800, kind: "durable", text: "plant-1: durable in us" },
  ],
  findings: {
    events: [
      {
        sentence: "eu is killed",
        measured: true,
        parts: ["eu"],
        beganAtMs: 1000,
        endedAtMs: null,
        detectedAtMs: 1100,
        sightings: [],
      },
    ],
    healedAtMs: 1000,
    caughtUpAtMs: 1000,
    repairedAtMs: 22_000,
    backHomeAtMs: null,
    setsEqualAtMs: null,
    ledger: {
      sent: 401,
      acknowledged: 400,
      regions: [
        { region: "us", readings: 399, digest: "00ff", missing: [reading], twice: [], neverSent: 0, miscounted: [] },
      ],
      windowsDiffer: [],
    },
    lostMeanwhile: null,
    aborted: null,
  },
  figures: {
    peakBufferBytes: 2048,
    peakBufferShare: 0.1,
    peakWaitingReadings: 12,
    resentBatches: 3,
    resentBytes: 3000,
    dualSendMs: 0,
    conflicts: { carry: { count: 2, example: "carry d id 1s" } },
  },
  samples,
};

test("the lanes of a timeline show what each part did, from one change to the next", () => {
  expect(lanesOf(OUTCOME)).toEqual([
    {
      name: "eu",
      spans: [
        { fromMs: 0, toMs: 1000, state: "up" },
        { fromMs: 1000, toMs: 3000, state: "no answer" },
        { fromMs: 3000, toMs: 3000, state: "up" },
      ],
    },
    { name: "us", spans: [{ fromMs: 0, toMs: 3000, state: "up" }] },
    {
      name: "plant-1",
      spans: [
        { fromMs: 0, toMs: 2000, state: "eu" },
        { fromMs: 2000, toMs: 3000, state: "us" },
        { fromMs: 3000, toMs: 3000, state: "no answer" },
      ],
    },
  ]);
  expect(rateCurve("", samples, (_, i) => samples[i]!.acknowledged).points).toEqual([
    [1, 200],
    [2, 200],
    [3, 0],
  ]);
  const counts = [100, 300, undefined, 500];
  expect(rateCurve("", samples, (_, i) => counts[i]).points).toEqual([
    [1, 200],
    [2, null],
  ]);
});

test("the page loads nothing, begins with the answer, and escapes names", () => {
  const page = htmlReport(OUTCOME, [{ ...OUTCOME, run: "before", measured: { ...OUTCOME.measured, repairMs: 900 } }]);
  expect(page).toContain("<h1>A promise or a limit was broken: 1 reading is missing.</h1>");
  expect(page).toContain("<svg");
  expect(page).toContain("drill/&lt;run&gt;/plant-1/0</td><td>#7");
  expect(page).not.toMatch(/<script|<link|src=|drill\/<run>/);
  expect(page).toContain("before (failed)");
  expect(page).toContain("<h3>Missing in us</h3>");
  expect(page).toContain("<p>More than once in us: none</p>");
});

test("JUnit XML has a failure for a failed drill and an error for an incomplete one", () => {
  const xml = junitReport([
    OUTCOME,
    { ...OUTCOME, drill: "a", verdict: "passed", reasons: [] },
    { ...OUTCOME, drill: "b", verdict: "incomplete" },
  ]);
  expect(xml).toContain('tests="3" failures="1" errors="1"');
  expect(xml).toMatch(/<testcase classname="drill" name="region-lost"[^>]*>\s*<failure message="A promise/);
  expect(xml).toMatch(/name="a"[^>]*>\s*<system-out>/);
  expect(xml).toMatch(/name="b"[^>]*>\s*<error /);
});

test("a folder of reports holds all evidence, and a report shows the runs before", () => {
  const path = mkdtempSync(join(tmpdir(), "tidemark-reports-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const folder = new ReportFolder(path);
  const logs = [{ device: "d", home: "plant-1", sentAtMs: [0, 1], acknowledgedAtMs: [5, undefined] }];
  const evidence = { logs, processes: new Map([["region eu (1)", ["a line"]]]) };
  folder.write(OUTCOME, evidence);
  const page = folder.write({ ...OUTCOME, run: "20261121-000001-1" }, evidence);
  expect(readFileSync(page, "utf8")).toContain("20261121-000000-1 (failed)");
  expect(readdirSync(join(path, "region-lost-20261121-000000-1")).toSorted()).toEqual([
    "canaries.csv",
    "junit.xml",
    "processes.log",
    "report.html",
    "report.json",
  ]);
  const csv = readFileSync(join(path, "region-lost-20261121-000000-1", "canaries.csv"), "utf8");
  expect(csv).toBe(
    "device,id,sent,acknowledged\nd,1,1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.005Z\nd,2,1970-01-01T00:00:00.001Z,\n",
  );
});

test("the table of several drills has RTO, RPO and repair time", () => {
  expect(summaryTable([OUTCOME]).split("\n")[2]).toBe(
    "| region-lost | failed | 0.80 s | 0.80 s | 1 | 0 | 21.0 s | - |",
  );
});

test("the live view shows what is hit, which region took over, and the ledger so far, in any width", () => {
  const linesAt = (width: number): string[] =>
    liveLines({ title: "drill region-lost on sandbox", width }, PROGRESS, OUTCOME.marks);
  const lines = linesAt(120).join("\n");
  expect(lines).toContain("eu is frozen for 10s 00:01.0 / 00:10.0");
  expect(lines).toMatch(/^eu .*no answer \(expected\)/m);
  expect(lines).toMatch(/^plant-1 .*to us, nothing waits/m);
  expect(lines).toMatch(/^ledger +sent 401, acknowledged 400, in flight 1, not sent yet 0$/m);
  expect(sparkline([0, 50, 100])).toBe("▁▅█");
  for (const width of [60, 80]) expect(linesAt(width).filter((line) => line.length > width)).toEqual([]);
});

test("the live view fits when a gateway is full and has no region", () => {
  const [name, gateway] = [...PROGRESS.sample!.gateways].find(([, one]) => one !== undefined)!;
  const alone = { ...gateway!, activeRegion: null, behindMs: 200_000, full: true };
  const sample = { ...PROGRESS.sample!, gateways: new Map([[name, alone]]) };
  const lines = liveLines({ title: "drill herd on sandbox", width: 60 }, { ...PROGRESS, sample }, OUTCOME.marks);
  expect(lines.join("\n")).toContain("to no region, oldest waits 3 min 20 s, full");
  expect(lines.filter((line) => line.length > 60)).toEqual([]);
});

const PROGRESS = {
  atMs: 2000,
  sample: samples[2],
  samples: samples.slice(0, 3),
  sent: 401,
  acknowledged: 400,
  active: [freezeOf("eu", 10_000)],
  lostForEver: new Set<string>(),
};
