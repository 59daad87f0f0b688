import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import pc from "picocolors";
import { systemClock } from "../../proto/runtime/clock.ts";
import { loadConfig } from "../../proto/runtime/options/load-config.ts";
import { DeploymentTarget } from "./deployment-target.ts";
import type { DeploymentFile } from "./deployment-file.ts";
import { deploymentSchema } from "./deployment-file.ts";
import type { Drill } from "./drill-file.ts";
import { blastRadius, planSteps } from "./drill-plan.ts";
import { DrillSession } from "./drill-session.ts";
import { ALL, allDrills, findDrill } from "./shipped-drills.ts";
import { drillText, sandboxParts } from "./drill-text.ts";
import { formatMs } from "../terminal/figures.ts";
import { inability, objections, objectionsOfRegions } from "./guards.ts";
import type { DrillView } from "./live-view.ts";
import { LiveView, PlainView } from "./live-view.ts";
import { Observer } from "./observer.ts";
import type { DrillOutcome } from "./outcome.ts";
import type { ReportFolder } from "./report/report-folder.ts";
import { summaryTable } from "./report/summary-report.ts";
import { SandboxTarget } from "./sandbox-target.ts";
import { seededRandom } from "../sandbox/seeded-random.ts";
import { columnsOf, wrapText } from "../terminal/terminal-text.ts";
import type { DrillTarget } from "./target.ts";

/**
 * `tidemark drill run`: runs one drill or all, each on a new target, judges it and writes its report.
 * @returns the exit code: 0 all passed, 1 one failed, 2 one was incomplete, stopped or not begun.
 * @throws Fault for a mistake in the arguments.
 */
export async function runDrills(name: string, options: RunOptions): Promise<number> {
  const deployment = options.target === "sandbox" ? undefined : readDeployment(options.target);
  const drills = chosen(name, deployment);
  if (options.dryRun) return dryRun(drills, deployment, options);
  if (deployment?.file.production === true && !(await confirmed(deployment, drills, options))) {
    say(
      options,
      `${deployment.file.target} was not confirmed; nothing was done. Give --confirm ${deployment.file.target}\n`,
    );
    return EXIT.incomplete;
  }
  const operator = new Operator();
  const outcomes: DrillOutcome[] = [];
  const runs = new Set<string>();
  let notBegun = 0;
  try {
    for (const drill of drills) {
      if (operator.stopped) break;
      const outcome = await runOne(drill, deployment, { options, operator, runs });
      if (outcome === undefined) {
        notBegun++;
        if (operator.stopped) say(options, `${indented(`not begun  ${STOPPED}`)}\n`);
      } else outcomes.push(outcome);
    }
  } finally {
    operator.leave();
  }
  if (drills.length > 1 && outcomes.length > 0) {
    const page = (await reportFolder(options)).writeSummary(outcomes, outcomes[0]!.run);
    say(options, `\n${summaryTable(outcomes)}\n\n${page}\n`);
  }
  if (options.json)
    process.stdout.write(`${JSON.stringify({ drills: outcomes.map((outcome) => ({ ...outcome, samples: [] })) })}\n`);
  if (outcomes.some(({ verdict }) => verdict === "failed")) return EXIT.failed;
  const complete = notBegun === 0 && outcomes.length === drills.length;
  return complete && outcomes.every(({ verdict }) => verdict === "passed") ? EXIT.passed : EXIT.incomplete;
}

export type RunOptions = {
  /** `sandbox`, or the path of a deployment's file. */
  readonly target: string;
  readonly seed: number;
  readonly out: string;
  readonly confirm: string | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
};

/** Prints what would be done. @returns the exit code: 2 if the deployment cannot do it. */
function dryRun(drills: readonly Drill[], deployment: Deployment | undefined, options: RunOptions): number {
  const target = deployment === undefined ? undefined : new DeploymentTarget(deployment.file, deployment.folder);
  const unable = target === undefined ? [] : drills.flatMap((drill) => inabilities(drill, target));
  if (unable.length > 0) {
    for (const why of unable) say(options, `${inWidth(why)}\n`);
    return EXIT.incomplete;
  }
  for (const drill of drills)
    say(options, `${drillText(drill, partNamesOf(drill, deployment), columnsOf(process.stdout)).join("\n")}\n\n`);
  return EXIT.passed;
}

/** @returns undefined when the drill was not begun. Then the reasons were printed. */
async function runOne(
  drill: Drill,
  deployment: Deployment | undefined,
  { options, operator, runs }: { options: RunOptions; operator: Operator; runs: Set<string> },
): Promise<DrillOutcome | undefined> {
  const clock = systemClock;
  const random = seededRandom(options.seed);
  const run = runName(clock.nowMs());
  say(options, `\n${inWidth(`${drill.drill}  ${drill.hypothesis}`).replace(drill.drill, pc.bold(drill.drill))}\n`);
  const target =
    deployment === undefined
      ? await sandboxFor(drill, { random, operator })
      : new DeploymentTarget(deployment.file, deployment.folder);
  if (target === undefined) return undefined;
  try {
    if (deployment !== undefined) {
      const against = await guard(drill, target, { nowMs: clock.nowMs(), own: runs });
      if (against.length > 0) {
        for (const objection of against)
          say(options, `${indented(`not begun  ${objection}`).replace("not begun", pc.yellow)}\n`);
        return undefined;
      }
      say(options, `${indented(`hits ${blastRadius(planSteps(drill, partNamesOf(drill, deployment)))}`)}\n`);
    }
    if (operator.stopped) return undefined;
    let view: DrillView | undefined;
    const session = new DrillSession(
      { drill, target, clock, random, onMark: (mark) => view?.mark(mark) },
      { run, seed: options.seed, command: commandOf(drill, options) },
    );
    const stream = options.json ? process.stderr : process.stdout;
    view = stream.isTTY
      ? new LiveView(`drill ${drill.drill} on ${target.name}`, () => session.run.progress, stream)
      : new PlainView((text) => stream.write(text));
    operator.watches(session);
    runs.add(run);
    try {
      const { outcome, logs } = await session.outcome();
      view.close();
      const processes = target instanceof SandboxTarget ? target.logs() : new Map<string, readonly string[]>();
      const page = (await reportFolder(options)).write(outcome, { logs, processes });
      say(options, `${verdictLine(outcome)}\n${pc.dim(page)}\n`);
      return outcome;
    } finally {
      view.close();
      operator.watches(undefined);
    }
  } finally {
    await target.close();
  }
}

/** @returns undefined when the operator stopped its start. */
async function sandboxFor(
  drill: Drill,
  { random, operator }: { random: () => number; operator: Operator },
): Promise<SandboxTarget | undefined> {
  try {
    return await SandboxTarget.open(drill, { random, stop: operator.stop });
  } catch (error) {
    // A process that the signal reached, too, may fail before the signal is noticed here.
    if (operator.stopped) return undefined;
    throw error;
  }
}

/** Loaded late: it brings a chart library, and a mistake in the arguments should be reported at once. */
async function reportFolder({ out }: RunOptions): Promise<ReportFolder> {
  const { ReportFolder } = await import("./report/report-folder.ts");
  return new ReportFolder(resolve(out));
}

type Deployment = { readonly file: DeploymentFile; readonly folder: string };

function readDeployment(path: string): Deployment {
  const what = "the description of a deployment";
  return { file: loadConfig({ path, schema: deploymentSchema, what }), folder: dirname(resolve(path)) };
}

/** @throws Fault when there is no such drill. */
function chosen(name: string, deployment: Deployment | undefined): readonly Drill[] {
  if (name !== ALL) return [findDrill(name)];
  if (deployment === undefined) return allDrills();
  // All drills for which the deployment has the commands.
  const target = new DeploymentTarget(deployment.file, deployment.folder);
  return allDrills().filter((drill) => isAble(drill, target));
}

function isAble(drill: Drill, target: DrillTarget): boolean {
  try {
    return inabilities(drill, target).length === 0;
  } catch {
    // No part has one of its roles.
    return false;
  }
}

/** Why the deployment cannot carry out the drill. @throws Fault when no part has one of its roles. */
function inabilities(drill: Drill, target: DrillTarget): string[] {
  const names = (parts: readonly { name: string }[]): string[] => parts.map(({ name }) => name);
  const steps = planSteps(drill, { regions: names(target.regions), gateways: names(target.gateways) });
  const reasons = inability(target, steps);
  if (reasons.length === 0 && drill.onlySandbox) reasons.push(`${drill.drill} is for the sandbox only`);
  return reasons.map((why) => `${target.name} cannot do this: ${why}`);
}

function partNamesOf(
  drill: Drill,
  deployment: Deployment | undefined,
): { regions: readonly string[]; gateways: readonly string[] } {
  if (deployment === undefined) return sandboxParts(drill);
  const { regions, gateways } = deployment.file;
  return { regions: regions.map(({ name }) => name), gateways: gateways.map(({ name }) => name) };
}

/** All reasons why the drill must not begin. */
async function guard(
  drill: Drill,
  target: DrillTarget,
  given: { readonly nowMs: number; readonly own: ReadonlySet<string> },
): Promise<string[]> {
  const regions = target.regions.map(({ name }) => name);
  const unable = inabilities(drill, target);
  if (unable.length > 0) return unable;
  const observer = new Observer(target);
  await observer.start();
  try {
    return [...objections(observer.look(0), regions), ...(await objectionsOfRegions(target.regions, given))];
  } finally {
    await observer.stop();
  }
}

/** Shows what will be hit; then a person types the name of the target. */
async function confirmed(deployment: Deployment, drills: readonly Drill[], options: RunOptions): Promise<boolean> {
  const { file } = deployment;
  for (const drill of drills)
    say(options, `${drill.drill} hits ${blastRadius(planSteps(drill, partNamesOf(drill, deployment)))}\n`);
  if (options.confirm !== undefined) return options.confirm === file.target;
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${file.target} is in production. Type its name to continue: `);
    return answer.trim() === file.target;
  } finally {
    terminal.close();
  }
}

/** The person at the terminal: Ctrl-C and `q` stop and heal, `h` heals and continues; a second Ctrl-C ends at once. */
class Operator {
  #session: DrillSession | undefined;
  readonly #stopping = new AbortController();
  readonly #onSignal = (): void => this.#stop();
  readonly #onKey = (key: Buffer): void => {
    const text = key.toString();
    if (text === "h") void this.#session?.run.healNow();
    else if (text === "q" || text === "\u0003") this.#stop();
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    if (!process.stdin.isTTY || !process.stdout.isTTY) return;
    process.stdin.setRawMode(true).resume().on("data", this.#onKey);
  }

  /** Aborted when the person stops. */
  get stop(): AbortSignal {
    return this.#stopping.signal;
  }

  get stopped(): boolean {
    return this.stop.aborted;
  }

  watches(session: DrillSession | undefined): void {
    this.#session = session;
    if (this.stopped) session?.run.stop(STOPPED);
  }

  leave(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    if (process.stdin.isTTY && process.stdout.isTTY) process.stdin.setRawMode(false);
    process.stdin.off("data", this.#onKey).pause();
  }

  #stop(): void {
    // The watchdog cleans up.
    if (this.stopped) process.exit(EXIT.incomplete);
    this.#stopping.abort(new Error(STOPPED));
    this.#session?.run.stop(STOPPED);
  }
}

function verdictLine({ verdict, sentence, measured, durationMs }: DrillOutcome): string {
  const paint = { passed: pc.green, failed: pc.red, incomplete: pc.yellow }[verdict];
  const rto = measured.rtoMaxMs === null ? "" : `  RTO ${formatMs(measured.rtoMaxMs)}`;
  const word = verdict.toUpperCase();
  return inWidth(`${word}${rto}  ${sentence} (${formatMs(durationMs)})`).replace(word, paint(pc.bold(word)));
}

/** Wraps a paragraph to the terminal. */
function inWidth(text: string): string {
  return wrapText(text, columnsOf(process.stdout)).join("\n");
}

function indented(text: string): string {
  return wrapText(text, columnsOf(process.stdout) - 2)
    .map((line) => `  ${line}`)
    .join("\n");
}

function commandOf({ drill }: Drill, { target, seed }: RunOptions): string {
  return `npx tidemark drill run ${drill}${target === "sandbox" ? "" : ` --target ${target}`} --seed ${seed}`;
}

/** The time, so that folders sort, and the process id, so that two runs of one second differ. */
function runName(nowMs: number): string {
  const [date, time] = new Date(nowMs).toISOString().split(/[T.]/u);
  return `${date!.replaceAll("-", "")}-${time!.replaceAll(":", "")}-${process.pid % 10_000}`;
}

function say({ json }: RunOptions, text: string): void {
  (json ? process.stderr : process.stdout).write(text);
}

const STOPPED = "stopped by the operator";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const EXIT = { passed: 0, failed: 1, incomplete: 2 } as const;
