import { idsBetween } from "./evidence.ts";
import type { CanaryLog } from "./ledger.ts";
import type { Sample } from "./samples.ts";
import { isWell } from "./samples.ts";
import type { TargetRegion } from "./target.ts";

/**
 * Looks while a drill runs whether readings that were acknowledged, and that no gateway holds any more, are in some
 * region. Only what is in none of them while everything is well and stays so is lost; a moment later is soon enough to
 * stop, and too early would be a false alarm in the middle of a failover.
 */
export class CanaryWatch {
  readonly #logs: readonly CanaryLog[];
  readonly #regions: readonly TargetRegion[];
  /** By device: up to where everything was found. */
  readonly #foundThrough = new Map<string, number>();
  #suspectedTimes = 0;

  constructor(logs: readonly CanaryLog[], regions: readonly TargetRegion[]) {
    this.#logs = logs;
    this.#regions = regions;
  }

  /** @returns what was lost, in one sentence; undefined while nothing is known to be. */
  async look(sample: Sample, nowMs: number): Promise<string | undefined> {
    const all = new Set(this.#regions.map(({ name }) => name));
    const empty = [...sample.gateways.values()].every((gateway) => gateway?.waitingReadings === 0);
    if (!empty || !isWell(sample, all)) {
      this.#suspectedTimes = 0;
      return undefined;
    }
    const untilMs = nowMs - SETTLE_MS;
    for (const log of this.#logs) {
      const lost = await this.#lostOf(log, untilMs);
      if (lost === undefined) continue;
      this.#suspectedTimes++;
      if (this.#suspectedTimes < TIMES) return undefined;
      return `acknowledged readings of ${log.device} are in no region although everything is well: ${lost
        .slice(0, 5)
        .map((id) => `#${id}`)
        .join(", ")}`;
    }
    this.#suspectedTimes = 0;
    return undefined;
  }

  async #lostOf(log: CanaryLog, untilMs: number): Promise<readonly number[] | undefined> {
    const from = this.#foundThrough.get(log.device) ?? 0;
    const ids: number[] = [];
    let through = from;
    for (let i = from; i < log.sentAtMs.length && log.sentAtMs[i]! < untilMs; i++) {
      if (log.acknowledgedAtMs[i] === undefined) break;
      ids.push(i + 1);
      through = i + 1;
    }
    if (ids.length === 0) return undefined;
    const fromMs = log.sentAtMs[from]!;
    const answers = await Promise.all(
      this.#regions.map((region) =>
        idsBetween(region, { device: log.device, fromMs, toMs: untilMs }).catch(() => undefined),
      ),
    );
    // One that does not answer now may be the one that has it.
    if (answers.includes(undefined)) return undefined;
    const there = new Set(answers.flatMap((answer) => answer ?? []));
    const lost = ids.filter((id) => !there.has(id));
    if (lost.length === 0) this.#foundThrough.set(log.device, through);
    return lost.length === 0 ? undefined : lost;
  }
}

/** Windows and seals of a gateway take a second, its status is as old as the last question. */
const SETTLE_MS = 5_000;
const TIMES = 4;
