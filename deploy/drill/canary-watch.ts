import { idsBetween } from "./evidence.ts";
import type { CanaryLog } from "./ledger.ts";
import type { Sample } from "./samples.ts";
import { isWell } from "./samples.ts";
import type { TargetRegion } from "./target.ts";

/**
 * Looks for lost readings while a drill runs: acknowledged, no longer in a gateway, and in no region. To avoid a false alarm
 * in the middle of a failover, readings count as lost only if this is seen several times while everything is well.
 */
export class CanaryWatch {
  readonly #logs: readonly CanaryLog[];
  readonly #regions: readonly TargetRegion[];
  /** By device: all ids up to this one were found. */
  readonly #foundThrough = new Map<string, number>();
  #suspectedTimes = 0;

  constructor(logs: readonly CanaryLog[], regions: readonly TargetRegion[]) {
    this.#logs = logs;
    this.#regions = regions;
  }

  /** @returns what was lost, in one sentence; undefined when nothing is known to be lost. */
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
    // A region that does not answer now may have the reading.
    if (answers.includes(undefined)) return undefined;
    const there = new Set(answers.flatMap((answer) => answer ?? []));
    const lost = ids.filter((id) => !there.has(id));
    if (lost.length === 0) this.#foundThrough.set(log.device, through);
    return lost.length === 0 ? undefined : lost;
  }
}

/** Windows and seals take a second each, and the last status may be a second old. */
const SETTLE_MS = 5_000;
const TIMES = 4;
