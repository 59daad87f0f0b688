import { setTimeout as delay } from "node:timers/promises";
import type { Canaries } from "./canaries.ts";
import { CanaryWatch } from "./canary-watch.ts";
import { Detection } from "./detection.ts";
import type { StopConditions } from "./drill-file.ts";
import { hasReadingSince } from "./evidence.ts";
import { formatMs } from "../terminal/figures.ts";
import type { InjectionSchedule, OngoingEvent } from "./injection-schedule.ts";
import type { Injection } from "./injections/injection.ts";
import { Observer } from "./observer.ts";
import type { RunControl } from "./run-control.ts";
import { POLL_MS } from "./run-control.ts";
import type { Sample } from "./samples.ts";
import { stopReason } from "./stop-conditions.ts";
import type { DrillTarget, TargetRegion } from "./target.ts";

/**
 * Looks at every part while a drill runs: keeps samples, notes which part first reports an injection, and stops the drill
 * when something happens that it must not cause.
 */
export class RunWatch {
  readonly #target: DrillTarget;
  readonly #control: RunControl;
  readonly #schedule: InjectionSchedule;
  readonly #observer: Observer;
  readonly #samples: TimedSample[] = [];
  readonly #detections = new Map<OngoingEvent, Detection>();
  #sampling: Promise<void> = Promise.resolve();
  #canaries: Canaries | undefined;
  #probesArrived = false;
  #lostMeanwhile: string | null = null;

  constructor(deps: { target: DrillTarget; control: RunControl; schedule: InjectionSchedule }) {
    this.#target = deps.target;
    this.#control = deps.control;
    this.#schedule = deps.schedule;
    this.#observer = new Observer(deps.target);
  }

  get samples(): readonly TimedSample[] {
    return this.#samples;
  }

  /** Whether each gateway's canary readings arrive in a region one by one, so that their ids can be compared. */
  get probesArrived(): boolean {
    return this.#probesArrived;
  }

  /** Acknowledged readings that were in no region while everything was well, in one sentence. */
  get lostMeanwhile(): string | null {
    return this.#lostMeanwhile;
  }

  /** Resolves when every part was asked once. */
  async start(conditions: StopConditions): Promise<void> {
    await this.#observer.start();
    this.#sampling = this.#sample(conditions);
  }

  /** Watches the readings of the canaries, too. */
  follow(canaries: Canaries, options: { readonly stopWhenLost: boolean }): void {
    this.#canaries = canaries;
    this.#control.own(this.#lookForProbes(canaries));
    if (options.stopWhenLost) this.#control.own(this.#lookForLoss(canaries));
  }

  /** Resolves when nothing is asked any more; call it when the drill is over. */
  async stop(): Promise<void> {
    await this.#sampling;
    await this.#observer.stop();
  }

  look(): Sample {
    return this.#observer.look(this.#control.nowMs);
  }

  /** The regions that were not lost for ever. */
  livingRegions(): readonly TargetRegion[] {
    return this.#target.regions.filter(({ name }) => !this.#schedule.lostForEver.has(name));
  }

  livingNames(): ReadonlySet<string> {
    return new Set(this.livingRegions().map(({ name }) => name));
  }

  #detectionOf(event: OngoingEvent): Detection {
    let detection = this.#detections.get(event);
    if (detection === undefined) {
      const before = this.#samples.findLast(({ atMs }) => atMs <= event.beganAtMs) ?? this.look();
      this.#detections.set(event, (detection = new Detection(event.injections, before)));
    }
    return detection;
  }

  async #sample(conditions: StopConditions): Promise<void> {
    const { events } = this.#schedule;
    while (!this.#control.over) {
      const sample = { ...this.look(), acknowledged: this.#canaries?.acknowledged ?? 0 };
      if (this.#samples.length < SAMPLES_MAX) this.#samples.push(sample);
      for (const event of events) {
        if (event.detectedAtMs !== null) continue;
        if (event.endedAtMs !== null && !mayBeReportedLater(event.injections)) continue;
        const by = this.#detectionOf(event).look(sample);
        if (by === undefined) continue;
        event.detectedAtMs = this.#control.nowMs;
        this.#control.mark("detected", `${by} notices after ${formatMs(event.detectedAtMs - event.beganAtMs)}`);
      }
      const expected = new Set(events.flatMap(({ parts }) => parts));
      const reason = stopReason(this.#samples, { conditions, expected });
      if (reason !== undefined && events.length > 0) this.#control.stop(reason);
      await delay(SAMPLE_MS);
    }
  }

  async #lookForProbes(canaries: Canaries): Promise<void> {
    for (const { name } of this.#target.gateways) {
      const fromMs = this.#control.startWallMs - 1000;
      const question = { device: canaries.probeOf(name), fromMs, timeoutMs: 1000 };
      for (;;) {
        if (this.#control.signal.aborted) return;
        const answers = await Promise.all(this.#target.regions.map((region) => hasReadingSince(region, question)));
        if (answers.includes(true)) break;
        await delay(POLL_MS);
      }
    }
    this.#probesArrived = true;
  }

  async #lookForLoss(canaries: Canaries): Promise<void> {
    const { signal } = this.#control;
    const watch = new CanaryWatch(canaries.logs, this.#target.regions);
    while (!signal.aborted) {
      await delay(LOSS_CHECK_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const lost = await watch.look(this.look(), this.#control.wallMs);
      if (lost === undefined) continue;
      this.#lostMeanwhile = lost;
      this.#control.stop(lost);
    }
  }
}

function mayBeReportedLater(injections: readonly Injection[]): boolean {
  return injections.some(({ reported }) => reported !== undefined);
}

/** With the number of canary readings that were acknowledged by then. */
export type TimedSample = Sample & { readonly acknowledged: number };

const SAMPLE_MS = 250;
const LOSS_CHECK_MS = 2_000;
/** An hour and a half. */
const SAMPLES_MAX = 20_000;
