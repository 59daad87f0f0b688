import { Fault } from "../../proto/core/fault.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import { ReadingComparer } from "./reading-comparer.ts";
import { Canaries } from "./canaries.ts";
import type { Compared } from "./comparison.ts";
import { comparison } from "./comparison.ts";
import type { Drill } from "./drill-file.ts";
import type { PlannedStep } from "./drill-plan.ts";
import { planSteps, stepSentence } from "./drill-plan.ts";
import type { AwaitedState } from "./drill-step.ts";
import { AWAITED_TEXT } from "./drill-step.ts";
import { formatMs } from "../terminal/figures.ts";
import { eventOf, InjectionSchedule } from "./injection-schedule.ts";
import type { Injection } from "./injections/injection.ts";
import type { PlannedInjection } from "./injections/injection-kind.ts";
import type { CanaryLog } from "./ledger.ts";
import { NewReadings } from "./new-readings.ts";
import type { Figures, Findings, Mark } from "./outcome.ts";
import type { Recovered } from "./recovery.ts";
import { recovery } from "./recovery.ts";
import { DrillStopped, RunControl } from "./run-control.ts";
import { figuresOf } from "./run-figures.ts";
import type { TimedSample } from "./run-watch.ts";
import { RunWatch } from "./run-watch.ts";
import type { Sample } from "./samples.ts";
import { allAtHome, answering, isWell, allCaughtUp, nothingWaits, troubleIn } from "./samples.ts";
import type { DrillTarget } from "./target.ts";

/**
 * One drill on one target, from the first canary to the comparison of every id:
 *
 *     canaries -> steady -> steps (injections begin, and end by themselves) -> recovery -> silence -> comparison
 *
 * RunWatch looks at every part all the time, and stops the drill when something happens that it must not cause. Whatever
 * happens, the drill ends the injections that it began.
 */
export class DrillRun {
  readonly #drill: Drill;
  readonly #target: DrillTarget;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #run: string;
  readonly #steps: readonly PlannedStep[];
  readonly #control: RunControl;
  readonly #schedule: InjectionSchedule;
  readonly #watch: RunWatch;
  readonly #recovered = Promise.withResolvers<Recovered>();
  #canaries: Canaries | undefined;
  /** The recovery begins when no step brings another injection and the last one has ended. */
  #recovery: "injections to come" | "injections to end" | "under way" = "injections to come";

  /** @throws Fault when the target has no part for a role of the drill. */
  constructor(
    deps: { drill: Drill; target: DrillTarget; clock: Clock; random: () => number; onMark: (mark: Mark) => void },
    options: { run: string },
  ) {
    const { drill, target, clock } = deps;
    this.#drill = drill;
    this.#target = target;
    this.#clock = clock;
    this.#random = deps.random;
    this.#run = options.run;
    this.#steps = planSteps(drill, {
      regions: target.regions.map(({ name }) => name),
      gateways: target.gateways.map(({ name }) => name),
    });
    const control = new RunControl(clock, deps.onMark);
    this.#control = control;
    this.#schedule = new InjectionSchedule({
      target,
      now: () => control.nowMs,
      signal: control.signal,
      listener: {
        began: (event) => control.mark("injection", event.sentence),
        ended: (event) => {
          control.mark("healed", `ended: ${event.sentence}`);
          this.#maybeRecover();
        },
        stuck: (reason) => control.stop(reason),
      },
    });
    this.#watch = new RunWatch({ target, control, schedule: this.#schedule });
    // A drill that is stopped earlier never awaits it.
    this.#recovered.promise.catch(() => undefined);
  }

  /** What a view shows while it runs. */
  get progress(): DrillProgress {
    return {
      atMs: this.#control.nowMs,
      sample: this.#watch.samples.at(-1),
      samples: this.#watch.samples,
      sent: this.#canaries?.sent ?? 0,
      acknowledged: this.#canaries?.acknowledged ?? 0,
      active: this.#schedule.active,
      lostForEver: this.#schedule.lostForEver,
    };
  }

  /** Ends all injections now. The drill continues. */
  async healNow(): Promise<void> {
    await this.#schedule.endAll();
  }

  /** Stops the drill. It ends its injections, and the outcome says that nothing is proved. */
  stop(reason: string): void {
    this.#control.stop(reason);
  }

  /** @throws Fault when the target refuses the canaries. Every other failure is in the findings. */
  async run(): Promise<DrillRecord> {
    await this.#watch.start(this.#drill.stopIf);
    let found: Compared = NOTHING_FOUND;
    try {
      const canaries = await this.#openCanaries();
      await this.#steady(canaries);
      await this.#takeSteps(canaries);
      canaries.pause(false);
      const recovered = await this.#recovered.promise;
      found = { ...found, ...recovered };
      await canaries.stop(PATIENCE_MS);
      const given = { limits: this.#drill.pass, recovered, patienceMs: PATIENCE_MS };
      found = await comparison(this.#parts(canaries), given);
    } catch (error) {
      if (!(error instanceof DrillStopped) && !this.#control.signal.aborted) {
        // A fault while the canaries run is an outcome of the drill. An earlier one is a mistake of the caller.
        if (!(error instanceof Fault) || this.#canaries === undefined) throw error;
        this.stop(error.message);
      }
    } finally {
      this.#control.end();
      await this.#schedule.endAll();
      await this.#control.endBackground();
      await this.#canaries?.close();
      await this.#watch.stop();
    }
    const sinceWallMs = this.#control.startWallMs - MINUTE_MS;
    const { samples, lostMeanwhile } = this.#watch;
    const figures = { target: this.#target, region: this.#watch.livingRegions()[0]!, run: this.#run, sinceWallMs };
    return {
      findings: {
        ...found,
        events: this.#schedule.events.map(eventOf),
        healedAtMs: this.#schedule.healedAtMs,
        lostMeanwhile,
        aborted: this.#control.stopReason,
      },
      figures: await figuresOf(samples, figures),
      marks: this.#control.marks,
      samples,
      steps: this.#steps.map(stepSentence),
      durationMs: this.#control.nowMs,
      logs: this.#canaries?.logs ?? [],
    };
  }

  async #openCanaries(): Promise<Canaries> {
    const { load, stopIf } = this.#drill;
    const canaries = await Canaries.open(this.#target.gateways, {
      load,
      run: this.#run,
      clock: this.#clock,
      random: this.#random,
    });
    this.#canaries = canaries;
    canaries.start();
    if (this.#target.kind === "deployment") canaries.announce(this.#run);
    this.#watch.follow(canaries, { stopWhenLost: stopIf.canaryLost });
    return canaries;
  }

  async #steady(canaries: Canaries): Promise<void> {
    const control = this.#control;
    const { steadyMs } = this.#drill;
    let wellSinceMs: number | undefined;
    await control.until(
      () => {
        const sample = this.#watch.look();
        const isSteady = isWell(sample, this.#watch.livingNames()) && allAtHome(sample) && canaries.acknowledged > 0;
        wellSinceMs = isSteady ? (wellSinceMs ?? control.nowMs) : undefined;
        return wellSinceMs !== undefined && control.nowMs - wellSinceMs >= steadyMs;
      },
      steadyMs + PATIENCE_MS,
      () => `the deployment is not steady: ${this.#whyUnsteady()}`,
    );
    await control.until(
      () => this.#watch.probesArrived,
      PATIENCE_MS,
      () => NO_RAW_CANARIES,
    );
    control.mark("steady", `steady: ${canaries.acknowledged} canary readings acknowledged so far`);
  }

  async #takeSteps(canaries: Canaries): Promise<void> {
    const lastInjection = this.#steps.findLastIndex(({ kind }) => kind === "inject");
    for (const [i, step] of this.#steps.entries()) {
      // A wait needs no mark, and an injection marks its own beginning.
      if (step.kind !== "wait" && step.kind !== "inject") this.#control.mark("step", stepSentence(step));
      await this.#take(step, canaries);
      if (i !== lastInjection) continue;
      this.#recovery = "injections to end";
      this.#maybeRecover();
    }
  }

  async #take(step: PlannedStep, canaries: Canaries): Promise<void> {
    switch (step.kind) {
      case "wait":
        return this.#control.pause(step.ms);
      case "wait_for":
        await this.#waitFor(step.what, step.withinMs);
        return this.#control.mark("step", `the wait is over: ${AWAITED_TEXT[step.what]}`);
      case "load":
        return canaries.pause(step.load === "pause");
      case "move":
        return this.#move(step, canaries);
      case "copy_disk":
        return this.#target.copyDisk(step.part);
      case "inject":
        return this.#inject(step, canaries);
    }
  }

  async #move({ from, to, times, everyMs }: Extract<PlannedStep, { kind: "move" }>, canaries: Canaries): Promise<void> {
    for (let i = 0; i < times; i++) {
      if (i > 0) await this.#control.pause(everyMs);
      await canaries.move(from, i % 2 === 0 ? to : from);
    }
  }

  async #inject(
    { injections, repeat, measured }: PlannedInjection & { measured: boolean },
    canaries: Canaries,
  ): Promise<void> {
    if (repeat === undefined) return this.#begin(injections, { measured, canaries });
    for (let i = 0; i < repeat.times; i++) {
      await this.#begin(injections, { measured, canaries });
      await this.#control.pause(repeat.everyMs);
      // A part that starts slowly is not killed before it has started.
      await this.#control.until(
        () => !this.#schedule.active.some((active) => injections.includes(active)),
        PATIENCE_MS,
        () => `${injections[0]!.kind} did not end`,
      );
    }
  }

  async #begin(
    injections: readonly Injection[],
    { measured, canaries }: { measured: boolean; canaries: Canaries },
  ): Promise<void> {
    const sinceWallMs = this.#control.wallMs;
    const begun = this.#schedule.begin(injections, measured);
    const event = this.#schedule.events.at(-1)!;
    if (measured) {
      const readings = new NewReadings({
        target: this.#target,
        probeOf: (gateway) => canaries.probeOf(gateway),
        control: this.#control,
      });
      this.#control.own(readings.lookFor(event, { sinceWallMs, gone: this.#schedule.lostForEver }));
    }
    await begun;
  }

  async #waitFor(what: AwaitedState, withinMs: number): Promise<void> {
    const isReached: Record<AwaitedState, (sample: Sample) => boolean> = {
      healed: () => this.#schedule.active.length === 0,
      full: (sample) => answering(sample).some(({ full }) => full),
      durable: nothingWaits,
      replicated: (sample) => nothingWaits(sample) && allCaughtUp(sample, this.#watch.livingNames()),
    };
    await this.#control.until(
      () => isReached[what](this.#watch.look()),
      withinMs,
      () => `waited ${formatMs(withinMs)}, but not until ${AWAITED_TEXT[what]}`,
    );
  }

  #maybeRecover(): void {
    const canaries = this.#canaries;
    if (this.#recovery !== "injections to end" || this.#schedule.active.length > 0 || canaries === undefined) return;
    this.#recovery = "under way";
    const healedAtMs = this.#schedule.healedAtMs ?? this.#control.nowMs;
    recovery(this.#parts(canaries), { limits: this.#drill.pass, healedAtMs }).then(
      this.#recovered.resolve,
      this.#recovered.reject,
    );
  }

  #parts(canaries: Canaries): { control: RunControl; watch: RunWatch; comparer: ReadingComparer } {
    const comparer = new ReadingComparer(canaries.logs, {
      kind: this.#target.kind,
      sendTo: this.#drill.load.sendTo,
    });
    return { control: this.#control, watch: this.#watch, comparer };
  }

  #whyUnsteady(): string {
    const sample = this.#watch.look();
    const trouble = troubleIn(sample, this.#watch.livingNames());
    if (trouble !== undefined) return trouble;
    return allAtHome(sample) ? "no canary was acknowledged" : "a gateway does not send its batches to its home region";
  }
}

/** The result of a run, which verdict.ts judges. */
export type DrillRecord = {
  readonly findings: Findings;
  readonly figures: Figures;
  readonly marks: readonly Mark[];
  readonly samples: readonly TimedSample[];
  readonly steps: readonly string[];
  readonly durationMs: number;
  readonly logs: readonly CanaryLog[];
};

export type DrillProgress = {
  readonly atMs: number;
  readonly sample: Sample | undefined;
  readonly samples: readonly Sample[];
  readonly sent: number;
  readonly acknowledged: number;
  readonly active: readonly Injection[];
  readonly lostForEver: ReadonlySet<string>;
};

const NOTHING_FOUND: Compared = {
  caughtUpAtMs: null,
  repairedAtMs: null,
  backHomeAtMs: null,
  setsEqualAtMs: null,
  ledger: null,
};
const NO_RAW_CANARIES =
  'canary readings do not arrive one by one; the gateways need this as the first of their `windows`: { match: { device: "drill/*" }, raw: true }';
const PATIENCE_MS = 30_000;
const MINUTE_MS = 60_000;
