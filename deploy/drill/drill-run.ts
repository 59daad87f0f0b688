import { setTimeout as delay } from "node:timers/promises";
import { Fault as UserFault } from "../../proto/core/fault.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import { Canaries } from "./canaries.ts";
import { CanaryWatch } from "./canary-watch.ts";
import type { Drill } from "./drill-file.ts";
import type { PlannedStep } from "./drill-plan.ts";
import { AWAITED, planSteps, stepSentence } from "./drill-plan.ts";
import { batchesOf, conflictsByKind, deviceContents, hasReadingSince, idsOf, streamSets } from "./evidence.ts";
import type { Fault } from "./faults.ts";
import { faultDurationMs, faultsSentence, hits, partsOf } from "./faults.ts";
import { formatMs } from "./figures.ts";
import type { Ledger } from "./ledger.ts";
import { acknowledgedBefore, acknowledgedIds, ledgerOf } from "./ledger.ts";
import { Observer } from "./observer.ts";
import type { FaultEvent, Figures, Findings, Mark } from "./outcome.ts";
import type { Sample } from "./samples.ts";
import { answering, growth, isWell, peak, whatAils } from "./samples.ts";
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
  readonly #steps: readonly PlannedStep[];
  readonly #observer: Observer;
  readonly #startMs: number;
  readonly #startWallMs: number;
  readonly #abort = new AbortController();
  readonly #samples: (Sample & { readonly acknowledged: number })[] = [];
  readonly #marks: Mark[] = [];
  readonly #events: MutableEvent[] = [];
  readonly #active = new Map<Fault, { readonly end: () => Promise<void> }>();
  readonly #background = new Set<Promise<void>>();
  readonly #lostForEver = new Set<string>();
  readonly #run: string;
  #canaries: Canaries | undefined;
  readonly #recovered = Promise.withResolvers<Pick<Findings, "caughtUpAtMs" | "repairedAtMs" | "backHomeAtMs">>();
  #probesArrived = false;
  #noMoreFaults = false;
  #recovering = false;
  #aborted: string | null = null;
  #lostMeanwhile: string | null = null;
  #over = false;

  constructor(
    deps: {
      drill: Drill;
      target: DrillTarget;
      clock: Clock;
      random: () => number;
      onMark: (mark: Mark) => void;
    },
    options: { run: string },
  ) {
    this.#drill = deps.drill;
    this.#target = deps.target;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#onMark = deps.onMark;
    this.#run = options.run;
    this.#steps = planSteps(deps.drill, {
      regions: deps.target.regions.map(({ name }) => name),
      gateways: deps.target.gateways.map(({ name }) => name),
    });
    this.#observer = new Observer(deps.target);
    // Where the drill is stopped before, nobody waits for it.
    this.#recovered.promise.catch(() => undefined);
    this.#startMs = deps.clock.monotonicMs();
    this.#startWallMs = deps.clock.nowMs();
  }

  get steps(): readonly PlannedStep[] {
    return this.#steps;
  }

  /** What a view shows while it runs. */
  get progress(): DrillProgress {
    const logs = this.#canaries?.logs ?? [];
    const sent = logs.reduce((sum, log) => sum + log.sentAtMs.length, 0);
    const acknowledged = logs.reduce((sum, log) => sum + acknowledgedIds(log).length, 0);
    return {
      atMs: this.#now(),
      sample: this.#samples.at(-1),
      samples: this.#samples,
      sent,
      acknowledged,
      active: [...this.#active.keys()],
      lostForEver: this.#lostForEver,
    };
  }

  /** Ends all faults now; the drill goes on from there. */
  async healNow(): Promise<void> {
    await Promise.all([...this.#active.values()].map(({ end }) => end()));
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
    const { load } = this.#drill;
    await this.#observer.start();
    const sampling = this.#sampleAll();
    let found: Found = {
      caughtUpAtMs: null,
      repairedAtMs: null,
      backHomeAtMs: null,
      setsEqualAtMs: null,
      ledger: null,
    };
    try {
      this.#canaries = await Canaries.open(this.#target.gateways, {
        load,
        run: this.#run,
        clock: this.#clock,
        random: this.#random,
      });
      this.#canaries.start();
      if (this.#target.kind === "deployment") this.#canaries.announce(this.#run);
      if (this.#drill.stopIf.canaryLost) this.#watchCanaries(this.#canaries);
      await this.#steady();
      const lastFault = this.#steps.findLastIndex(({ kind }) => kind === "faults" || kind === "loop");
      for (const [i, step] of this.#steps.entries()) {
        await this.#take(step);
        if (i === lastFault) this.#allBegun();
      }
      this.#canaries.pause(false);
      found = { ...found, ...(await this.#recovered.promise) };
      found = await this.#comparison(found);
    } catch (error) {
      if (!(error instanceof DrillStopped)) {
        if (!(error instanceof UserFault)) throw error;
        // Trouble is an outcome as long as something was begun; before, it is a mistake of the caller.
        if (this.#canaries === undefined) throw error;
        this.stop(error.message);
      }
    } finally {
      this.#over = true;
      await this.healNow().catch(() => undefined);
      this.#abort.abort();
      await Promise.all(this.#background);
      await this.#canaries?.close();
      await sampling;
    }
    const findings: Findings = {
      ...found,
      events: this.#events.map(findingOf),
      healedAtMs: this.#healedAtMs(),
      lostMeanwhile: this.#lostMeanwhile,
      aborted: this.#aborted,
    };
    const figures = await this.#figures().catch(() => noFigures(this.#samples));
    await this.#observer.stop();
    return {
      findings,
      figures,
      marks: this.#marks,
      samples: this.#samples,
      steps: this.#steps.map(stepSentence),
      durationMs: this.#now(),
      logs: this.#canaries?.logs ?? [],
    };
  }

  // The phases.

  async #steady(): Promise<void> {
    this.#own(this.#lookForProbes());
    const wellSince = { atMs: undefined as number | undefined };
    await this.#until(
      () => {
        const sample = this.#look();
        const well = isWell(sample, this.#counted()) && this.#atHome(sample) && this.progress.acknowledged > 0;
        wellSince.atMs = well ? (wellSince.atMs ?? this.#now()) : undefined;
        return wellSince.atMs !== undefined && this.#now() - wellSince.atMs >= this.#drill.steadyMs;
      },
      this.#drill.steadyMs + PATIENCE_MS,
      () => `the deployment is not steady: ${this.#unsteady()}`,
    );
    await this.#until(
      () => this.#probesArrived,
      PATIENCE_MS,
      () => NO_RAW_CANARIES,
    );
    const { acknowledged } = this.progress;
    this.#mark("steady", `steady: ${acknowledged} canary readings acknowledged so far`);
  }

  async #take(step: PlannedStep): Promise<void> {
    switch (step.kind) {
      case "wait":
        await this.#pause(step.ms);
        return;
      case "wait_for":
        this.#mark("step", stepSentence(step));
        await this.#waitFor(step.what, step.withinMs);
        this.#mark("step", `so it is: ${AWAITED[step.what]}`);
        return;
      case "load":
        this.#mark("step", stepSentence(step));
        this.#canaries!.pause(step.load === "pause");
        return;
      case "move":
        this.#mark("step", stepSentence(step));
        await this.#canaries!.move(step.from, step.to);
        return;
      case "copy_disk":
        this.#mark("step", stepSentence(step));
        await this.#target.copyDisk(step.part);
        return;
      case "faults":
        await this.#begin(step.faults, step.measured);
        return;
      case "loop":
        for (let i = 0; i < step.times; i++) {
          await this.#begin([step.fault], true);
          await this.#pause(step.everyMs);
          // What starts slowly is not killed before it is there.
          await this.#waitFor("healed", PATIENCE_MS);
        }
    }
  }

  /** Faults that one step begins together: one event on the timeline, ended each at its own time. */
  async #begin(faults: readonly Fault[], measured: boolean): Promise<void> {
    const sentence = faultsSentence(faults);
    const event: MutableEvent = {
      faults,
      sentence,
      measured,
      parts: [...new Set(faults.flatMap(partsOf))],
      beganAtMs: this.#now(),
      endedAtMs: null,
      detectedAtMs: null,
      sightings: [],
    };
    this.#events.push(event);
    this.#mark("fault", sentence);
    if (measured) this.#lookForNewReadings(event, this.#clock.nowMs());
    await Promise.all(
      faults.map(async (fault) => {
        const durationMs = faultDurationMs(fault);
        if (durationMs === Infinity) this.#lostForEver.add(partsOf(fault)[0]!);
        else this.#own(this.#endLater(fault, event, durationMs));
        await this.#target.begin(fault);
        if (durationMs === 0 && fault.kind !== "kill") this.#ended(fault, event);
      }),
    );
  }

  #endLater(fault: Fault, event: MutableEvent, durationMs: number): Promise<void> {
    const healed = Promise.withResolvers<void>();
    let ending: Promise<void> | undefined;
    const end = (): Promise<void> => {
      ending ??= (async () => {
        await this.#target.end(fault);
        this.#ended(fault, event);
        healed.resolve();
      })().catch((error: unknown) => {
        this.#active.delete(fault);
        this.stop(`a fault could not be ended: ${error instanceof Error ? error.message : String(error)}`);
        healed.resolve();
      });
      return ending;
    };
    const momentary = durationMs === 0 && fault.kind !== "kill";
    this.#active.set(fault, momentary ? { end: () => Promise.resolve() } : { end });
    if (momentary) return Promise.resolve();
    void delay(durationMs, undefined, { signal: this.#abort.signal }).then(end, end);
    return healed.promise;
  }

  #ended(fault: Fault, event: MutableEvent): void {
    this.#active.delete(fault);
    if (!event.faults.some((one) => this.#active.has(one))) {
      event.endedAtMs = this.#now();
      this.#mark("healed", `ended: ${event.sentence}`);
    }
    this.#healed();
  }

  /** No step brings another fault: what comes after the last healing is the recovery, whatever steps still wait for. */
  #allBegun(): void {
    this.#noMoreFaults = true;
    this.#healed();
  }

  #healed(): void {
    if (!this.#noMoreFaults || this.#active.size > 0 || this.#recovering) return;
    this.#recovering = true;
    this.#recovery().then(this.#recovered.resolve, this.#recovered.reject);
  }

  async #waitFor(what: "durable" | "replicated" | "full" | "healed", withinMs: number): Promise<void> {
    await this.#until(
      () => {
        const sample = this.#look();
        switch (what) {
          case "healed":
            return this.#active.size === 0;
          case "full":
            return answering(sample).some(({ full }) => full);
          case "durable":
            return nothingWaits(sample);
          case "replicated":
            return nothingWaits(sample) && this.#nobodyBehind(sample);
        }
      },
      withinMs,
      () => `waited ${formatMs(withinMs)} in vain (wait_for: ${what})`,
    );
  }

  /** Under load: until everything flows again, every region has what it missed, and batches go where they went before. */
  async #recovery(): Promise<Pick<Findings, "caughtUpAtMs" | "repairedAtMs" | "backHomeAtMs">> {
    const { repairMs, backHomeMs } = this.#drill.pass;
    const found = {
      caughtUpAtMs: null as number | null,
      repairedAtMs: null as number | null,
      backHomeAtMs: null as number | null,
    };
    const healedAtMs = this.#healedAtMs() ?? this.#now();
    // Beyond the limits nobody waits here: what comes later is seen when the account is made.
    this.#own(
      this.#repaired(healedAtMs, healedAtMs + repairMs).then((atMs) => {
        found.repairedAtMs = atMs;
      }),
    );
    for (;;) {
      const sample = this.#look();
      const sinceMs = this.#now() - healedAtMs;
      if (found.caughtUpAtMs === null && isWell(sample, this.#counted())) {
        found.caughtUpAtMs = this.#now();
        this.#mark("caught_up", "everything flows again");
      }
      if (found.backHomeAtMs === null && backHomeMs !== null && this.#atHome(sample)) {
        found.backHomeAtMs = this.#now();
        this.#mark("back_home", "every gateway sends its batches to its home region");
      }
      const repaired = (found.caughtUpAtMs !== null && found.repairedAtMs !== null) || sinceMs > repairMs;
      const home = backHomeMs === null || found.backHomeAtMs !== null || sinceMs > backHomeMs;
      if (repaired && home) return { ...found };
      await this.#pause(POLL_MS);
    }
  }

  /** When every reading that was acknowledged until the healing is in every region that lives; null: not in time. */
  async #repaired(healedAtMs: number, endMs: number): Promise<number | null> {
    const wanted = new Map(
      this.#canaries!.logs.map((log) => [log.device, acknowledgedBefore(log, this.#startWallMs + healedAtMs)]),
    );
    while (!this.#abort.signal.aborted && this.#now() < endMs) {
      for (const [device, ids] of wanted) {
        const answers = await Promise.all(this.#living().map((region) => idsOf(region, device).catch(() => new Set())));
        if (answers.every((there) => ids.every((id) => there.has(id)))) wanted.delete(device);
        else break;
      }
      if (wanted.size === 0) {
        this.#mark("repaired", "every region has every reading that was acknowledged until then");
        return this.#now();
      }
      await delay(POLL_MS);
    }
    return null;
  }

  /**
   * Silence, then the account: again and again, because the last batches travel, until it is clean, or nothing travels
   * any more, or the time is over.
   */
  async #comparison(before: Found): Promise<Found> {
    const canaries = this.#canaries!;
    await canaries.stop(PATIENCE_MS);
    const endMs = this.#now() + this.#drill.pass.repairMs + PATIENCE_MS;
    let stillSinceMs: number | undefined;
    for (;;) {
      const ledger = await this.#account(canaries);
      const equal = await this.#setsEqual();
      if (equal && isSettled(ledger)) {
        this.#mark("sets_equal", "every region holds the same, and every acknowledged reading once");
        return { ...this.#late(before), ledger, setsEqualAtMs: this.#now() };
      }
      const still = equal && nothingWaits(this.#look());
      stillSinceMs = still ? (stillSinceMs ?? this.#now()) : undefined;
      const over = this.#now() > endMs || (stillSinceMs !== undefined && this.#now() - stillSinceMs > STILL_MS);
      if (over) return { ...this.#late(before), ledger, setsEqualAtMs: equal ? this.#now() : null };
      await this.#pause(COMPARE_EVERY_MS);
    }
  }

  /** What did not come within its limit, and came after all: late is something else than never. */
  #late({ caughtUpAtMs, repairedAtMs, backHomeAtMs, ...rest }: Found): Found {
    const sample = this.#look();
    const isClean = isWell(sample, this.#counted());
    return {
      ...rest,
      caughtUpAtMs: caughtUpAtMs ?? (isClean ? this.#now() : null),
      repairedAtMs: repairedAtMs ?? (isClean ? this.#now() : null),
      backHomeAtMs: backHomeAtMs ?? (this.#drill.pass.backHomeMs !== null && this.#atHome(sample) ? this.#now() : null),
    };
  }

  async #account(canaries: Canaries): Promise<Ledger> {
    const contents = [];
    for (const region of this.#living()) {
      for (const { device } of canaries.logs) {
        this.#check();
        contents.push(await deviceContents(region, device, this.#windowText()));
      }
    }
    return ledgerOf(canaries.logs, contents);
  }

  /** Of a deployment that others use, the sets never stand still; there the account of the canaries has to do. */
  async #setsEqual(): Promise<boolean> {
    if (this.#target.kind === "deployment") return true;
    const [first, ...others] = await Promise.all(this.#living().map(streamSets));
    return others.every(
      (other) => other.size === first!.size && [...first!].every(([stream, set]) => other.get(stream) === set),
    );
  }

  // What goes on beside the phases.

  async #sampleAll(): Promise<void> {
    while (!this.#over) {
      const sample = { ...this.#look(), acknowledged: this.progress.acknowledged };
      if (this.#samples.length < SAMPLES_MAX) this.#samples.push(sample);
      this.#detect(sample);
      if (this.#events.length > 0) {
        const hit = new Set(this.#events.flatMap(({ parts }) => parts));
        const reason = stopReason(this.#samples, { conditions: this.#drill.stopIf, expected: hit });
        if (reason !== undefined) this.stop(reason);
      }
      await delay(SAMPLE_MS);
    }
  }

  #detect(sample: Sample): void {
    for (const event of this.#events) {
      if (event.detectedAtMs !== null || event.endedAtMs !== null) continue;
      const by = whoNotices(event.faults, sample);
      if (by === undefined) continue;
      event.detectedAtMs = this.#now();
      this.#mark("detected", `${by} notices after ${formatMs(this.#now() - event.beganAtMs)}`);
    }
  }

  /** For every gateway: when the first reading that was taken after the fault is in a region that it did not hit. */
  #lookForNewReadings(event: MutableEvent, sinceWallMs: number): void {
    const named = this.#target.gateways.filter(({ name }) => event.parts.includes(name));
    for (const { name } of named.length > 0 ? named : this.#target.gateways) {
      const missed = (region: TargetRegion): boolean => event.faults.some((fault) => hits(fault, name, region.name));
      const spared = this.#target.regions.filter((region) => !missed(region) && !this.#lostForEver.has(region.name));
      const regions = spared.length > 0 ? spared : this.#target.regions;
      const sighting = { gateway: name, durableAtMs: null, region: null, replicatedAtMs: null };
      event.sightings.push(sighting);
      this.#own(this.#lookFor(event, sighting, { regions, sinceWallMs }));
    }
  }

  async #lookFor(
    event: MutableEvent,
    sighting: MutableSighting,
    { regions, sinceWallMs }: { regions: readonly TargetRegion[]; sinceWallMs: number },
  ): Promise<void> {
    const device = this.#canaries!.probeOf(sighting.gateway);
    const copies = Math.min(2, regions.length);
    while (!this.#abort.signal.aborted) {
      const answers = await Promise.all(
        regions.map(async (region) => ({
          region,
          has: await hasReadingSince(region, { device, fromMs: sinceWallMs, timeoutMs: 1000 }),
        })),
      );
      const holders = answers.filter(({ has }) => has === true);
      if (holders.length > 0 && sighting.durableAtMs === null) {
        sighting.durableAtMs = this.#now();
        sighting.region = holders[0]!.region.name;
        const text = `${sighting.gateway}: a new reading is durable in ${sighting.region} after ${formatMs(this.#now() - event.beganAtMs)}`;
        this.#mark("durable", text);
      }
      if (holders.length >= copies) {
        sighting.replicatedAtMs = this.#now();
        this.#mark(
          "replicated",
          `${sighting.gateway}: and in ${copies} regions after ${formatMs(this.#now() - event.beganAtMs)}`,
        );
        return;
      }
      await delay(this.#target.gateways.length > 4 ? 4 * POLL_MS : POLL_MS);
    }
  }

  /** Whether the ids of canaries can be compared at all: each gateway's must arrive in a region as raw readings. */
  async #lookForProbes(): Promise<void> {
    for (const { name } of this.#target.gateways) {
      const device = this.#canaries!.probeOf(name);
      for (;;) {
        if (this.#abort.signal.aborted) return;
        const question = { device, fromMs: this.#startWallMs - 1000, timeoutMs: 1000 };
        const answers = await Promise.all(this.#target.regions.map((region) => hasReadingSince(region, question)));
        if (answers.includes(true)) break;
        await delay(POLL_MS);
      }
    }
    this.#probesArrived = true;
  }

  #watchCanaries(canaries: Canaries): void {
    const watch = new CanaryWatch(canaries.logs, this.#target.regions);
    const loop = async (): Promise<void> => {
      while (!this.#abort.signal.aborted) {
        await delay(CANARY_CHECK_MS, undefined, { signal: this.#abort.signal }).catch(() => undefined);
        if (this.#abort.signal.aborted) return;
        const lost = await watch.look(this.#look(), this.#clock.nowMs());
        if (lost === undefined) continue;
        this.#lostMeanwhile = lost;
        this.stop(lost);
      }
    };
    this.#own(loop());
  }

  // Small questions.

  #unsteady(): string {
    const sample = this.#look();
    const ailment = whatAils(sample, this.#counted());
    if (ailment !== undefined) return ailment;
    return this.#atHome(sample)
      ? "no canary was acknowledged"
      : "a gateway does not send its batches to its home region";
  }

  #living(): readonly TargetRegion[] {
    return this.#target.regions.filter(({ name }) => !this.#lostForEver.has(name));
  }

  #counted(): ReadonlySet<string> {
    return new Set(this.#living().map(({ name }) => name));
  }

  #atHome({ gateways }: Sample): boolean {
    return [...gateways.values()].every(
      (gateway) => gateway !== undefined && gateway.carrier !== null && gateway.carrier === gateway.regions[0]?.region,
    );
  }

  #nobodyBehind({ regions }: Sample): boolean {
    const counted = this.#counted();
    return [...counted].every((name) =>
      regions.get(name)?.peers.every((peer) => !counted.has(peer.name) || (peer.connected && peer.behindBatches === 0)),
    );
  }

  /** The sandbox makes windows of one second; a deployment has those that it has. */
  #windowText(): string {
    return this.#target.kind === "sandbox" ? "1s" : "10s";
  }

  #healedAtMs(): number | null {
    if (this.#events.length === 0) return null;
    const ends = this.#events.map(({ faults, beganAtMs, endedAtMs }) =>
      faults.every((fault) => faultDurationMs(fault) === Infinity) ? beganAtMs : endedAtMs,
    );
    return ends.includes(null) ? null : Math.max(...ends.map((ms) => ms ?? 0));
  }

  async #figures(): Promise<Figures> {
    const samples = this.#samples;
    const living = this.#living()[0]!;
    const gateways = new Set(this.#target.gateways.map(({ name }) => name));
    const sent = sumOverGateways(samples, gateways, "sentBatches");
    const sentBytes = sumOverGateways(samples, gateways, "sentBytes");
    // Only a sandbox begins with nothing, so that all batches that there are were sent in this drill.
    const resent = this.#target.kind === "sandbox" ? Math.max(0, sent - (await batchesOf(living, gateways))) : 0;
    return {
      ...noFigures(samples),
      resentBatches: resent,
      resentBytes: sent === 0 ? 0 : Math.round((sentBytes / sent) * resent),
      conflicts: await conflictsByKind(living, { prefix: `drill/${this.#run}/`, fromMs: this.#startWallMs - 60_000 }),
    };
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

  #check(): void {
    if (this.#abort.signal.aborted) throw new DrillStopped();
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined);
    this.#check();
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
  readonly samples: readonly (Sample & { readonly acknowledged: number })[];
  readonly steps: readonly string[];
  readonly durationMs: number;
  readonly logs: Canaries["logs"];
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

/** What is waited for after the faults. */
type Found = Omit<Findings, "events" | "aborted" | "lostMeanwhile" | "healedAtMs">;

type MutableSighting = {
  gateway: string;
  durableAtMs: number | null;
  region: string | null;
  replicatedAtMs: number | null;
};
type MutableEvent = {
  -readonly [Key in keyof Omit<FaultEvent, "sightings">]: FaultEvent[Key];
} & { readonly faults: readonly Fault[]; readonly sightings: MutableSighting[] };

function findingOf({
  sentence,
  measured,
  parts,
  beganAtMs,
  endedAtMs,
  detectedAtMs,
  sightings,
}: MutableEvent): FaultEvent {
  return { sentence, measured, parts, beganAtMs, endedAtMs, detectedAtMs, sightings };
}

/** Who says that something is wrong with what was hit. */
function whoNotices(faults: readonly Fault[], { gateways, regions }: Sample): string | undefined {
  for (const [name, gateway] of gateways) {
    const troubled = gateway?.regions.find(
      ({ region, link }) => link === "waiting" && faults.some((fault) => hits(fault, name, region)),
    );
    if (troubled !== undefined) return `gateway ${name}`;
    const left = gateway !== undefined && gateway.carrier !== gateway.regions[0]?.region;
    if (left && faults.some((fault) => hits(fault, name, gateway.regions[0]?.region ?? ""))) return `gateway ${name}`;
  }
  for (const [name, region] of regions) {
    const lost = region?.peers.find(
      ({ name: peer, connected }) =>
        !connected && faults.some((fault) => hits(fault, name, peer) || partsOf(fault).includes(peer)),
    );
    if (lost !== undefined) return `region ${name}`;
  }
  return undefined;
}

function nothingWaits(sample: Sample): boolean {
  return [...sample.gateways.values()].every(
    (gateway) =>
      gateway !== undefined &&
      gateway.waitingReadings === 0 &&
      gateway.undurableBatches === 0 &&
      gateway.rawWaiting === 0,
  );
}

function sumOverGateways(
  samples: readonly Sample[],
  gateways: ReadonlySet<string>,
  key: "sentBatches" | "sentBytes",
): number {
  let sum = 0;
  for (const name of gateways) {
    sum += growth(samples, (sample) => {
      const gateway = sample.gateways.get(name);
      return gateway?.regions.reduce((total, region) => total + region[key], 0);
    });
  }
  return sum;
}

/** What is known without asking anybody. */
function noFigures(samples: readonly Sample[]): Figures {
  const names = new Set(samples.flatMap(({ gateways }) => [...gateways.keys()]));
  let dualSendMs = 0;
  for (const name of names) dualSendMs += growth(samples, ({ gateways }) => gateways.get(name)?.dualSendMs);
  return {
    peakBufferBytes: peak(samples, (sample) => answering(sample).map(({ usedBytes }) => usedBytes)),
    peakBufferShare: peak(samples, (sample) => answering(sample).map(({ fillRatio }) => fillRatio)),
    peakWaitingReadings: peak(samples, (sample) => answering(sample).map(({ waitingReadings }) => waitingReadings)),
    resentBatches: 0,
    resentBytes: 0,
    dualSendMs,
    conflicts: {},
  };
}

const NO_RAW_CANARIES =
  'canary readings do not arrive one by one; the gateways need this as the first of their `windows`: { match: { device: "drill/*" }, raw: true }';
const PATIENCE_MS = 30_000;
const POLL_MS = 50;
const SAMPLE_MS = 250;
const COMPARE_EVERY_MS = 250;
/** Windows of a second are closed and sealed two seconds after the last reading. */
const STILL_MS = 5_000;
const CANARY_CHECK_MS = 2_000;
/** An hour and a half. */
const SAMPLES_MAX = 20_000;
