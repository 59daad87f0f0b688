import { SOFTWARE } from "../../proto/runtime/software.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import type { Drill } from "./drill-file.ts";
import { DrillRun } from "./drill-run.ts";
import type { CanaryLog } from "./ledger.ts";
import type { DrillOutcome, Mark } from "./outcome.ts";
import type { DrillTarget } from "./target.ts";
import { judge, measurementsOf } from "./verdict.ts";

/** A drill that runs: watch it, stop it, wait for its outcome. */
export class DrillSession {
  readonly run: DrillRun;
  readonly #drill: Drill;
  readonly #target: DrillTarget;
  readonly #given: { run: string; seed: number; command: string };
  readonly #startedAt: string;

  /** @throws Fault when the target has no part for a role of the drill. */
  constructor(
    deps: {
      drill: Drill;
      target: DrillTarget;
      clock: Clock;
      random: () => number;
      onMark: (mark: Mark) => void;
    },
    given: { run: string; seed: number; command: string },
  ) {
    this.#drill = deps.drill;
    this.#target = deps.target;
    this.#given = given;
    this.#startedAt = new Date(deps.clock.nowMs()).toISOString();
    this.run = new DrillRun(deps, { run: given.run });
  }

  /** @throws Fault when it cannot begin. */
  async outcome(): Promise<{ readonly outcome: DrillOutcome; readonly logs: readonly CanaryLog[] }> {
    const { findings, figures, marks, samples, steps, durationMs, logs } = await this.run.run();
    const { drill, hypothesis, notTested, pass } = this.#drill;
    const outcome: DrillOutcome = {
      ...judge(findings, pass),
      drill,
      hypothesis,
      notTested,
      ...this.#given,
      target: this.#target.name,
      software: SOFTWARE,
      startedAt: this.#startedAt,
      durationMs,
      steps,
      regions: this.#target.regions.map(({ name }) => name),
      gateways: this.#target.gateways.map(({ name }) => name),
      limits: pass,
      measured: measurementsOf(findings),
      marks,
      findings,
      figures,
      samples,
    };
    return { outcome, logs };
  }
}
