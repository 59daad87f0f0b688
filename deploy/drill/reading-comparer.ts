import { setTimeout as delay } from "node:timers/promises";
import { deviceContents, idsOf, streamSets } from "./evidence.ts";
import type { CanaryLog, DeviceContents, Ledger } from "./ledger.ts";
import { acknowledgedBefore, ledgerOf } from "./ledger.ts";
import type { TargetRegion } from "./target.ts";

/** Compares what canaries noted with what regions answer: every id, in every region. */
export class ReadingComparer {
  readonly #logs: readonly CanaryLog[];
  readonly #kind: "sandbox" | "deployment";
  readonly #sendTo: "own" | "both";

  constructor(logs: readonly CanaryLog[], of: { kind: "sandbox" | "deployment"; sendTo: "own" | "both" }) {
    this.#logs = logs;
    this.#kind = of.kind;
    this.#sendTo = of.sendTo;
  }

  /** @throws Fault when a region does not answer. */
  async ledger(regions: readonly TargetRegion[], signal: AbortSignal): Promise<Ledger> {
    const contents: DeviceContents[] = [];
    // The sandbox has windows of one second. A deployment has windows of ten seconds by default.
    const window = this.#kind === "sandbox" ? "1s" : "10s";
    // Every copy is listed where there must be one, because a drill must see a reading that is there twice.
    const dedupe = this.#sendTo === "both";
    for (const region of regions) {
      for (const { device } of this.#logs) {
        signal.throwIfAborted();
        contents.push(await deviceContents(region, device, { window, dedupe }));
      }
    }
    return ledgerOf(this.#logs, contents);
  }

  /**
   * Whether all regions hold the same batches. In a deployment that others use, the sets change all the time; there the ledger
   * must suffice. @throws Fault when a region does not answer.
   */
  async setsEqual(regions: readonly TargetRegion[]): Promise<boolean> {
    if (this.#kind === "deployment") return true;
    const [first, ...others] = await Promise.all(regions.map(streamSets));
    return others.every(
      (other) => other.size === first!.size && [...first!].every(([stream, set]) => other.get(stream) === set),
    );
  }

  /**
   * Resolves with true when every reading that was acknowledged before a time is in every region; with false when the signal
   * fires first.
   */
  async repaired(
    regions: readonly TargetRegion[],
    given: { beforeWallMs: number; signal: AbortSignal },
  ): Promise<boolean> {
    const wanted = new Map(this.#logs.map((log) => [log.device, acknowledgedBefore(log, given.beforeWallMs)]));
    while (!given.signal.aborted) {
      for (const [device, ids] of wanted) {
        const answers = await Promise.all(regions.map((region) => idsOf(region, device).catch(() => new Set())));
        if (!answers.every((there) => ids.every((id) => there.has(id)))) break;
        wanted.delete(device);
      }
      if (wanted.size === 0) return true;
      await delay(ASK_AGAIN_MS);
    }
    return false;
  }
}

const ASK_AGAIN_MS = 50;
