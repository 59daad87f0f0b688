import { setTimeout as delay } from "node:timers/promises";
import { Fault as UserFault } from "../../proto/core/fault.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import { Account } from "./account.ts";
import { Canaries } from "./canaries.ts";
import { CanaryWatch } from "./canary-watch.ts";
import { whoNotices } from "./detection.ts";
import type { Awaited, Drill } from "./drill-file.ts";
import type { PlannedStep } from "./drill-plan.ts";
import { AWAITED, planSteps, stepSentence } from "./drill-plan.ts";
import { hasReadingSince } from "./evidence.ts";
import { eventOf, FaultSchedule } from "./fault-schedule.ts";
import type { Fault } from "./injections.ts";
import { formatMs } from "./figures.ts";
import type { CanaryLog } from "./ledger.ts";
import { isClean } from "./ledger.ts";
import { NewReadings } from "./new-readings.ts";
import { Observer } from "./observer.ts";
import type { Figures, Findings, Mark } from "./outcome.ts";
import { figuresOf } from "./run-figures.ts";
import type { Sample } from "./samples.ts";
import { allAtHome, answering, isWell, nobodyBehind, nothingWaits, whatAils } from "./samples.ts";
import { stopReason } from "./stop-conditions.ts";
import type { DrillTarget, TargetRegion } from "./target.ts";
import { isSettled } from "./verdict.ts";

/**
 * One drill on one target, from the first canary to the comparison of every id:
 *
 *     canaries -> steady -> steps (faults begin, and end by themselves) -> well again, back home -> silence -> compare
 *
 * All along it looks at every part, and stops when something happens that the drill says must not. Whatever happens, it
 * ends the faults that it began.
 */
export class DrillRun {
  readonly #drill: Drill;
  readonly #target: DrillTarget;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onMark: (mark: Mark) => void;
  readonly #run: string;
  readonly #steps: readonly PlannedStep[];
  readonly #observer: Observer;
  readonly #schedule: FaultSchedule;
  readonly #startMs: number;
  readonly #startWallMs: number;
  readonly #abort = new AbortController();
  readonly #samples: TimedSample[] = [];
  readonly #marks: Mark[] = [];
  /** What goes on beside the steps; awaited at the end. */
  readonly #background = new Set<Promise<void>>();
  readonly #recovered = Promise.withResolvers<Recovery>();
  #canaries: Canaries | undefined;
  #probesArrived = false;
  /** The recovery begins when no step brings another fault and the last one has ended. */
  #recovery: "faults to come" | "faults to end" | "under way" = "faults to come";
  #aborted: string | null = null;
  #lostMeanwhile: string | null = null;
  #over = false;

  /** @throws Fault when the target has nobody for a role of the drill. */
  constructor(
    deps: { drill: Drill; target: DrillTarget; clock: Clock; random: () => number; onMark: (mark: Mark) => void },
    options: { run: string },
  ) {
    const { drill, target, clock } = deps;
    this.#drill = drill;
    this.#target = target;
    this.#clock = clock;
    this.#random = deps.random;
    this.#onMark = deps.onMark;
    this.#run = options.run;
    this.#steps = planSteps(drill, {
      regions: target.regions.map(({ name }) => name),
      gateways: target.gateways.map(({ name }) => name),
    });
    this.#startMs = clock.monotonicMs();
    this.#startWallMs = clock.nowMs();
    this.#observer = new Observer(target);
    this.#schedule = new FaultSchedule({
      target,
      now: () => this.#now(),
      signal: this.#abort.signal,
      listener: {
        began: (event) => this.#mark("fault", event.sentence),
        ended: (event) => {
          this.#mark("healed", `ended: ${event.sentence}`);
          this.#maybeRecover();
        },
        stuck: (reason) => this.stop(reason),
      },
    });
    // Where the drill is stopped before, nobody waits for it.
    this.#recovered.promise.catch(() => undefined);
  }

  /** What a view shows while it runs. */
  get progress(): DrillProgress {
    return {
      atMs: this.#now(),
      sample: this.#samples.at(-1),
      samples: this.#samples,
      sent: this.#canaries?.sent ?? 0,
      acknowledged: this.#canaries?.acknowledged ?? 0,
      active: this.#schedule.active,
      lostForEver: this.#schedule.lostForEver,
    };
  }

  /** Ends all faults now; the drill goes on from there. */
  async healNow(): Promise<void> {
    await this.#schedule.endAll();
  }

  /** Stops the drill; it heals, and tells that nothing is proved. */
  stop(reason: string): void {
    if (this.#aborted !== null || this.#over) return;
    this.#aborted = reason;
    this.#mark("aborted", reason);
    this.#abort.abort();
  }

  /** @throws Fault when the target does not let canaries in; every other trouble is in the findings. */
  async run(): Promise<DrillRecord> {
    await this.#observer.start();
    const sampling = this.#sampleAll();
    let found = NOTHING_FOUND;
    try {
      const canaries = await this.#openCanaries();
      await this.#steady(canaries);
      await this.#takeSteps(canaries);
      canaries.pause(false);
      found = { ...found, ...(await this.#recovered.promise) };
      found = await this.#comparison(canaries, found);
    } catch (error) {
      if (!(error instanceof DrillStopped) && !this.#abort.signal.aborted) {
        // Trouble is an outcome as long as something was begun; before, it is a mistake of the caller.
        if (!(error instanceof UserFault) || this.#canaries === undefined) throw error;
        this.stop(error.message);
      }
    } finally {
      this.#over = true;
      await this.#schedule.endAll();
      this.#abort.abort();
      await Promise.all(this.#background);
      await this.#canaries?.close();
      await sampling;
      await this.#observer.stop();
    }
    const sinceWallMs = this.#startWallMs - MINUTE_MS;
    const figures = { target: this.#target, region: this.#living()[0]!, run: this.#run, sinceWallMs };
    return {
      findings: {
        ...found,
        events: this.#schedule.events.map(eventOf),
        healedAtMs: this.#schedule.healedAtMs,
        lostMeanwhile: this.#lostMeanwhile,
        aborted: this.#aborted,
      },
      figures: await figuresOf(this.#samples, figures),
      marks: this.#marks,
      samples: this.#samples,
      steps: this.#steps.map(stepSentence),
      durationMs: this.#now(),
      logs: this.#canaries?.logs ?? [],
    };
  }

  // The phases.

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
    if (stopIf.canaryLost) this.#own(this.#watchCanaries(canaries));
    return canaries;
  }

  async #steady(canaries: Canaries): Promise<void> {
    this.#own(this.#lookForProbes(canaries));
    let wellSinceMs: number | undefined;
    await this.#until(
      () => {
        const sample = this.#look();
        const isSteady = isWell(sample, this.#counted()) && allAtHome(sample) && canaries.acknowledged > 0;
        wellSinceMs = isSteady ? (wellSinceMs ?? this.#now()) : undefined;
        return wellSinceMs !== undefined && this.#now() - wellSinceMs >= this.#drill.steadyMs;
      },
      this.#drill.steadyMs + PATIENCE_MS,
      () => `the deployment is not steady: ${this.#whyUnsteady()}`,
    );
    await this.#until(
      () => this.#probesArrived,
      PATIENCE_MS,
      () => NO_RAW_CANARIES,
    );
    this.#mark("steady", `steady: ${canaries.acknowledged} canary readings acknowledged so far`);
  }

  async #takeSteps(canaries: Canaries): Promise<void> {
    const lastFault = this.#steps.findLastIndex(({ kind }) => kind === "faults" || kind === "loop");
    for (const [i, step] of this.#steps.entries()) {
      const isToldByItself = step.kind === "wait" || step.kind === "faults" || step.kind === "loop";
      if (!isToldByItself) this.#mark("step", stepSentence(step));
      await this.#take(step, canaries);
      if (i !== lastFault) continue;
      this.#recovery = "faults to end";
      this.#maybeRecover();
    }
  }

  async #take(step: PlannedStep, canaries: Canaries): Promise<void> {
    switch (step.kind) {
      case "wait":
        return this.#pause(step.ms);
      case "wait_for":
        await this.#waitFor(step.what, step.withinMs);
        return this.#mark("step", `so it is: ${AWAITED[step.what]}`);
      case "load":
        return canaries.pause(step.load === "pause");
      case "move":
        return canaries.move(step.from, step.to);
      case "copy_disk":
        return this.#target.copyDisk(step.part);
      case "faults":
        return this.#begin(step.faults, step.measured);
      case "loop":
        for (let i = 0; i < step.times; i++) {
          await this.#begin([step.fault], true);
          await this.#pause(step.everyMs);
          // What starts slowly is not killed before it is there.
          await this.#until(
            () => !this.#schedule.active.includes(step.fault),
            PATIENCE_MS,
            () => `${step.fault.kind} did not end`,
          );
        }
    }
  }

  async #begin(faults: readonly Fault[], measured: boolean): Promise<void> {
    const sinceWallMs = this.#clock.nowMs();
    const begun = this.#schedule.begin(faults, measured);
    const event = this.#schedule.events.at(-1)!;
    if (measured) {
      const readings = new NewReadings({
        target: this.#target,
        probeOf: (gateway) => this.#canaries!.probeOf(gateway),
        now: () => this.#now(),
        signal: this.#abort.signal,
        mark: (kind, text) => this.#mark(kind, text),
      });
      this.#own(readings.lookFor(event, { sinceWallMs, gone: this.#schedule.lostForEver }));
    }
    await begun;
  }

  async #waitFor(what: Awaited, withinMs: number): Promise<void> {
    const isSo: Record<Awaited, (sample: Sample) => boolean> = {
      healed: () => this.#schedule.active.length === 0,
      full: (sample) => answering(sample).some(({ full }) => full),
      durable: nothingWaits,
      replicated: (sample) => nothingWaits(sample) && nobodyBehind(sample, this.#counted()),
    };
    await this.#until(
      () => isSo[what](this.#look()),
      withinMs,
      () => `waited ${formatMs(withinMs)} in vain until ${AWAITED[what]}`,
    );
  }

  #maybeRecover(): void {
    if (this.#recovery !== "faults to end" || this.#schedule.active.length > 0) return;
    this.#recovery = "under way";
    this.#recover().then(this.#recovered.resolve, this.#recovered.reject);
  }

  /**
   * Under load: until everything flows again, every region has what it missed, and batches go where they went before.
   * Beyond the limits nobody waits here: what comes later is seen when the account is made.
   */
  async #recover(): Promise<Recovery> {
    const { repairMs, backHomeMs } = this.#drill.pass;
    const healedAtMs = this.#schedule.healedAtMs ?? this.#now();
    const found: { -readonly [Key in keyof Recovery]: Recovery[Key] } = {
      caughtUpAtMs: null,
      repairedAtMs: null,
      backHomeAtMs: null,
    };
    const account = new Account(this.#canaries!.logs, this.#target.kind);
    const tooLate = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(repairMs)]);
    this.#own(
      account
        .repaired(this.#living(), { beforeWallMs: this.#startWallMs + healedAtMs, signal: tooLate })
        .then((repaired) => {
          if (!repaired) return;
          found.repairedAtMs = this.#now();
          this.#mark("repaired", "every region has every reading that was acknowledged until then");
        }),
    );
    for (;;) {
      const sample = this.#look();
      if (found.caughtUpAtMs === null && isWell(sample, this.#counted())) {
        found.caughtUpAtMs = this.#now();
        this.#mark("caught_up", "everything flows again");
      }
      if (found.backHomeAtMs === null && backHomeMs !== null && allAtHome(sample)) {
        found.backHomeAtMs = this.#now();
        this.#mark("back_home", "every gateway sends its batches to its home region");
      }
      const sinceMs = this.#now() - healedAtMs;
      const isRepaired = found.caughtUpAtMs !== null && found.repairedAtMs !== null;
      const isHome = backHomeMs === null || found.backHomeAtMs !== null;
      if ((isRepaired || sinceMs > repairMs) && (isHome || sinceMs > backHomeMs)) return found;
      await this.#pause(POLL_MS);
    }
  }

  /**
   * Silence, then the account: again and again, because the last batches travel, until it is clean, or nothing travels
   * any more, or the time is over.
   */
  async #comparison(canaries: Canaries, before: Found): Promise<Found> {
    await canaries.stop(PATIENCE_MS);
    const account = new Account(canaries.logs, this.#target.kind);
    const endMs = this.#now() + this.#drill.pass.repairMs + PATIENCE_MS;
    let stillSinceMs: number | undefined;
    for (;;) {
      const ledger = await account.ledger(this.#living(), this.#abort.signal);
      const isEqual = await account.setsEqual(this.#living());
      const isStill = isEqual && nothingWaits(this.#look());
      stillSinceMs = isStill ? (stillSinceMs ?? this.#now()) : undefined;
      const isOver = this.#now() > endMs || (stillSinceMs !== undefined && this.#now() - stillSinceMs > STILL_MS);
      if ((isEqual && isSettled(ledger)) || isOver) {
        if (!isOver) this.#mark("sets_equal", "every region holds the same, and every acknowledged reading once");
        return { ...this.#late(before, isClean(ledger)), ledger, setsEqualAtMs: isEqual ? this.#now() : null };
      }
      await this.#pause(COMPARE_EVERY_MS);
    }
  }

  /** What did not come within its limit, and came after all: late is something else than never. */
  #late({ caughtUpAtMs, repairedAtMs, backHomeAtMs, ...rest }: Found, isWhole: boolean): Found {
    const sample = this.#look();
    const now = (is: boolean): number | null => (is ? this.#now() : null);
    return {
      ...rest,
      caughtUpAtMs: caughtUpAtMs ?? now(isWell(sample, this.#counted())),
      repairedAtMs: repairedAtMs ?? now(isWhole),
      backHomeAtMs: backHomeAtMs ?? now(this.#drill.pass.backHomeMs !== null && allAtHome(sample)),
    };
  }

  // What goes on beside the phases.

  async #sampleAll(): Promise<void> {
    while (!this.#over) {
      const sample = { ...this.#look(), acknowledged: this.#canaries?.acknowledged ?? 0 };
      if (this.#samples.length < SAMPLES_MAX) this.#samples.push(sample);
      const { events } = this.#schedule;
      for (const event of events) {
        if (event.detectedAtMs !== null || event.endedAtMs !== null) continue;
        const by = whoNotices(event.faults, sample);
        if (by === undefined) continue;
        event.detectedAtMs = this.#now();
        this.#mark("detected", `${by} notices after ${formatMs(this.#now() - event.beganAtMs)}`);
      }
      const expected = new Set(events.flatMap(({ parts }) => parts));
      const reason = stopReason(this.#samples, { conditions: this.#drill.stopIf, expected });
      if (reason !== undefined && events.length > 0) this.stop(reason);
      await delay(SAMPLE_MS);
    }
  }

  /** Whether the ids of canaries can be compared at all: each gateway's must arrive in a region as raw readings. */
  async #lookForProbes(canaries: Canaries): Promise<void> {
    for (const { name } of this.#target.gateways) {
      const question = { device: canaries.probeOf(name), fromMs: this.#startWallMs - 1000, timeoutMs: 1000 };
      for (;;) {
        if (this.#abort.signal.aborted) return;
        const answers = await Promise.all(this.#target.regions.map((region) => hasReadingSince(region, question)));
        if (answers.includes(true)) break;
        await delay(POLL_MS);
      }
    }
    this.#probesArrived = true;
  }

  async #watchCanaries(canaries: Canaries): Promise<void> {
    const { signal } = this.#abort;
    const watch = new CanaryWatch(canaries.logs, this.#target.regions);
    while (!signal.aborted) {
      await delay(CANARY_CHECK_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const lost = await watch.look(this.#look(), this.#clock.nowMs());
      if (lost === undefined) continue;
      this.#lostMeanwhile = lost;
      this.stop(lost);
    }
  }

  // Small questions.

  #whyUnsteady(): string {
    const sample = this.#look();
    const ailment = whatAils(sample, this.#counted());
    if (ailment !== undefined) return ailment;
    return allAtHome(sample) ? "no canary was acknowledged" : "a gateway does not send its batches to its home region";
  }

  #living(): readonly TargetRegion[] {
    return this.#target.regions.filter(({ name }) => !this.#schedule.lostForEver.has(name));
  }

  #counted(): ReadonlySet<string> {
    return new Set(this.#living().map(({ name }) => name));
  }

  #look(): Sample {
    return this.#observer.look(this.#now());
  }

  #now(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }

  #mark(kind: Mark["kind"], text: string): void {
    const mark = { atMs: this.#now(), kind, text };
    this.#marks.push(mark);
    this.#onMark(mark);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined);
    if (this.#abort.signal.aborted) throw new DrillStopped();
  }

  async #until(met: () => boolean, withinMs: number, complaint: () => string): Promise<void> {
    const endMs = this.#now() + withinMs;
    while (!met()) {
      if (this.#now() > endMs) {
        this.stop(complaint());
        throw new DrillStopped();
      }
      await this.#pause(POLL_MS);
    }
  }

  #own(work: Promise<void>): void {
    const owned = work.finally(() => this.#background.delete(owned));
    this.#background.add(owned);
  }
}

/** What a run leaves; the verdict is found from it (verdict.ts). */
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
  readonly active: readonly Fault[];
  readonly lostForEver: ReadonlySet<string>;
};

/** Not an error: the way out of whatever is waited for. The reason is where it was said. */
class DrillStopped extends Error {}

/** With the canary readings that were acknowledged so far. */
type TimedSample = Sample & { readonly acknowledged: number };
type Recovery = Pick<Findings, "caughtUpAtMs" | "repairedAtMs" | "backHomeAtMs">;
type Found = Recovery & Pick<Findings, "setsEqualAtMs" | "ledger">;

const NOTHING_FOUND: Found = {
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
const POLL_MS = 50;
const SAMPLE_MS = 250;
const COMPARE_EVERY_MS = 250;
/** Windows of a second are closed and sealed two seconds after the last reading. */
const STILL_MS = 5_000;
const CANARY_CHECK_MS = 2_000;
/** An hour and a half. */
const SAMPLES_MAX = 20_000;
