import type { Limits } from "./drill-file.ts";
import type { ReadingComparer } from "./reading-comparer.ts";
import type { Findings } from "./outcome.ts";
import type { RunControl } from "./run-control.ts";
import { POLL_MS } from "./run-control.ts";
import type { RunWatch } from "./run-watch.ts";
import { allAtHome, isWell } from "./samples.ts";

/** When a deployment was as before the injections; null: not within the limits. */
export type Recovered = Pick<Findings, "caughtUpAtMs" | "repairedAtMs" | "backHomeAtMs">;

/**
 * Waits, under load, until everything flows again, every region has what it missed, and batches go to their home regions.
 * It does not wait beyond the limits: what comes later is seen when readings are compared.
 * @param given.healedAtMs when the last injection ended. @throws DrillStopped
 */
export async function recovery(
  deps: { control: RunControl; watch: RunWatch; comparer: ReadingComparer },
  given: { limits: Limits; healedAtMs: number },
): Promise<Recovered> {
  const { control, watch, comparer } = deps;
  const { healedAtMs } = given;
  const { repairMs, backHomeMs } = given.limits;
  const found: { -readonly [Key in keyof Recovered]: Recovered[Key] } = {
    caughtUpAtMs: null,
    repairedAtMs: null,
    backHomeAtMs: null,
  };
  const tooLate = AbortSignal.any([control.signal, AbortSignal.timeout(repairMs)]);
  const beforeWallMs = control.startWallMs + healedAtMs;
  control.own(
    comparer.repaired(watch.livingRegions(), { beforeWallMs, signal: tooLate }).then((repaired) => {
      if (!repaired) return;
      found.repairedAtMs = control.nowMs;
      control.mark("repaired", "every region has every reading that was acknowledged until then");
    }),
  );
  for (;;) {
    const sample = watch.look();
    if (found.caughtUpAtMs === null && isWell(sample, watch.livingNames())) {
      found.caughtUpAtMs = control.nowMs;
      control.mark("caught_up", "everything flows again");
    }
    if (found.backHomeAtMs === null && backHomeMs !== null && allAtHome(sample)) {
      found.backHomeAtMs = control.nowMs;
      control.mark("back_home", "every gateway sends its batches to its home region");
    }
    const sinceMs = control.nowMs - healedAtMs;
    const isRepaired = found.caughtUpAtMs !== null && found.repairedAtMs !== null;
    const isHome = backHomeMs === null || found.backHomeAtMs !== null;
    if ((isRepaired || sinceMs > repairMs) && (isHome || sinceMs > backHomeMs)) return found;
    await control.pause(POLL_MS);
  }
}
