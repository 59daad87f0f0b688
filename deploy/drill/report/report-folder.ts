import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { CanaryLog } from "../ledger.ts";
import type { DrillOutcome } from "../outcome.ts";
import type { EarlierRun } from "./html-report.ts";
import { htmlReport } from "./html-report.ts";
import { junitReport } from "./junit-report.ts";
import { summaryTable } from "./summary-report.ts";

/**
 * The reports of drills, all below one folder:
 *
 *     drill-reports/
 *       region-frozen-20261121-081743-4f/   report.html report.json junit.xml canaries.csv processes.log
 *       20261121-081743-4f/                 several drills of one command: summary.md junit.xml
 */
export class ReportFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns the path of the page. */
  write(
    outcome: DrillOutcome,
    evidence: { readonly logs: readonly CanaryLog[]; readonly processes: ReadonlyMap<string, readonly string[]> },
  ): string {
    const folder = join(this.#path, `${outcome.drill}-${outcome.run}`);
    mkdirSync(folder, { recursive: true });
    const earlier = this.#earlierRuns(outcome);
    writeFileSync(join(folder, "report.json"), `${JSON.stringify(jsonReport(outcome))}\n`);
    writeFileSync(join(folder, "junit.xml"), junitReport([outcome]));
    writeFileSync(join(folder, "canaries.csv"), canaryLines(evidence.logs));
    if (evidence.processes.size > 0) writeFileSync(join(folder, "processes.log"), processLines(evidence.processes));
    const page = join(folder, "report.html");
    writeFileSync(page, htmlReport(outcome, earlier));
    return page;
  }

  /** @returns the path of the table of all drills. */
  writeSummary(outcomes: readonly DrillOutcome[], run: string): string {
    const folder = join(this.#path, run);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "junit.xml"), junitReport(outcomes));
    const page = join(folder, "summary.md");
    writeFileSync(page, `${summaryTable(outcomes)}\n`);
    return page;
  }

  /** Runs of the same drill, the newest first. Folders that hold no report are skipped. */
  #earlierRuns({ drill, run }: DrillOutcome): EarlierRun[] {
    return readdirSync(this.#path)
      .filter((name) => name.startsWith(`${drill}-`) && name !== `${drill}-${run}`)
      .toSorted()
      .toReversed()
      .slice(0, EARLIER_MAX)
      .flatMap((name) => {
        try {
          return [earlierSchema.parse(JSON.parse(readFileSync(join(this.#path, name, "report.json"), "utf8")))];
        } catch {
          return [];
        }
      })
      .filter((earlier) => earlier.drill === drill);
  }
}

/** The outcome with maps as plain objects. */
export function jsonReport(outcome: DrillOutcome): object {
  return {
    ...outcome,
    samples: outcome.samples.map((sample) => ({
      ...sample,
      gateways: Object.fromEntries(sample.gateways),
      regions: Object.fromEntries(sample.regions),
    })),
  };
}

function canaryLines(logs: readonly CanaryLog[]): string {
  const time = (ms: number | undefined): string => (ms === undefined ? "" : new Date(ms).toISOString());
  const lines = logs.flatMap(({ device, sentAtMs, acknowledgedAtMs }) =>
    sentAtMs.map((sentMs, i) => `${device},${i + 1},${time(sentMs)},${time(acknowledgedAtMs[i])}`),
  );
  return `${["device,id,sent,acknowledged", ...lines].join("\n")}\n`;
}

function processLines(processes: ReadonlyMap<string, readonly string[]>): string {
  return [...processes].map(([name, lines]) => `== ${name}\n${lines.join("\n")}\n`).join("\n");
}

const EARLIER_MAX = 10;
const nullable = z.number().nullable();
const earlierSchema = z.object({
  drill: z.string(),
  run: z.string(),
  startedAt: z.string(),
  verdict: z.enum(["passed", "failed", "incomplete"]),
  measured: z.object({
    rtoMs: z.array(nullable),
    rtoP50Ms: nullable,
    rtoP95Ms: nullable,
    rtoMaxMs: nullable,
    replicatedMaxMs: nullable,
    detectedMs: nullable,
    caughtUpMs: nullable,
    repairMs: nullable,
    backHomeMs: nullable,
  }),
});
