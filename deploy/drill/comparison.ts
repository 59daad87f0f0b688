import type { ReadingComparer } from "./reading-comparer.ts";
import type { Limits } from "./drill-file.ts";
import { isClean } from "./ledger.ts";
import type { Findings } from "./outcome.ts";
import type { Recovered } from "./recovery.ts";
import type { RunControl } from "./run-control.ts";
import type { RunWatch } from "./run-watch.ts";
import { allAtHome, isWell, nothingWaits } from "./samples.ts";
import { isSettled } from "./verdict.ts";

export type Compared = Recovered & Pick<Findings, "setsEqualAtMs" | "ledger">;

/**
 * Compares every id that was acknowledged with what the regions answer. The canaries are silent by now, but the last batches
 * may still be on their way. So it compares again until nothing is wrong, nothing has been on its way for some seconds, or
 * the time is over.
 * @throws Fault when a region does not answer. @throws DrillStopped
 */
export async function comparison(
  deps: { control: RunControl; watch: RunWatch; comparer: ReadingComparer },
  given: { limits: Limits; recovered: Recovered; patienceMs: number },
): Promise<Compared> {
  const { control, watch, comparer } = deps;
  const endMs = control.nowMs + given.limits.repairMs + given.patienceMs;
  let stillSinceMs: number | undefined;
  for (;;) {
    const ledger = await comparer.ledger(watch.livingRegions(), control.signal);
    const isEqual = await comparer.setsEqual(watch.livingRegions());
    const isStill = isEqual && nothingWaits(watch.look());
    stillSinceMs = isStill ? (stillSinceMs ?? control.nowMs) : undefined;
    const isOver = control.nowMs > endMs || (stillSinceMs !== undefined && control.nowMs - stillSinceMs > STILL_MS);
    if ((isEqual && isSettled(ledger)) || isOver) {
      if (!isOver) control.mark("sets_equal", "every region holds the same, and every acknowledged reading once");
      const recovered = lateRecovery(deps, { ...given, isComplete: isClean(ledger) });
      return { ...recovered, ledger, setsEqualAtMs: isEqual ? control.nowMs : null };
    }
    await control.pause(COMPARE_EVERY_MS);
  }
}

/** Fills in what was not reached within its limit but is reached now, because late is not the same as never. */
function lateRecovery(
  { control, watch }: { control: RunControl; watch: RunWatch },
  given: { limits: Limits; recovered: Recovered; isComplete: boolean },
): Recovered {
  const { caughtUpAtMs, repairedAtMs, backHomeAtMs } = given.recovered;
  const sample = watch.look();
  const nowIf = (is: boolean): number | null => (is ? control.nowMs : null);
  return {
    caughtUpAtMs: caughtUpAtMs ?? nowIf(isWell(sample, watch.livingNames())),
    repairedAtMs: repairedAtMs ?? nowIf(given.isComplete),
    backHomeAtMs: backHomeAtMs ?? nowIf(given.limits.backHomeMs !== null && allAtHome(sample)),
  };
}

const COMPARE_EVERY_MS = 250;
/** Windows of one second are closed and sealed two seconds after the last reading. */
const STILL_MS = 5_000;
