/**
 * Whether a gateway knows what time it is.
 *
 *     waiting ──the clock is set──▶ known ──the clock shows an impossible time──▶ known, by the monotonic clock
 *        │                            ▲
 *        └──max_wait──▶ given_up ─────┘ the clock is set after all
 *
 * A machine without a battery for its clock boots in 1970, or with the time of its last stop. Until the clock is set,
 * only monotonic time orders the readings. That time belongs to one boot of the machine, so each boot has an id. Once
 * the offset between both clocks is known, it dates earlier messages as well as later ones.
 *
 * Pure: the clocks are arguments. `elapsedMs` is monotonic within a boot and the same for all processes of it.
 */
export type GatewayTime =
  /** `behind`: the clock shows a time before the newest time that an earlier boot stored on this disk. */
  | { readonly kind: "waiting"; readonly why: WaitingFor; readonly sinceMs: number; readonly offsetMs: number }
  /** `offsetMs`: wall clock minus monotonic time of this boot. */
  | { readonly kind: "known"; readonly offsetMs: number }
  /** The clock was not set in time. Readings get the time that it shows, and are marked. */
  | { readonly kind: "given_up"; readonly offsetMs: number };

export type WaitingFor = "unset" | "behind" | "not_synchronized";

export type TimeRules = {
  /** A clock that shows an earlier time was never set. */
  readonly notBeforeMs: number;
  /** How long messages are held while the clock is not set; Infinity: as long as the disk has room. */
  readonly maxWaitMs: number;
  /** How long to wait for a clock that is behind the newest time of an earlier boot. */
  readonly behindWaitMs: number;
};

/** This software did not exist before 2026. A clock that is behind has ten minutes to be set. */
export const TIME_RULES: TimeRules = {
  notBeforeMs: 1_767_225_600_000,
  maxWaitMs: Infinity,
  behindWaitMs: 600_000,
};

/** Both clocks at one moment. */
export type ClocksShown = {
  readonly wallMs: number;
  readonly elapsedMs: number;
  /** Whether the machine says that its clock is synchronized; undefined: the machine was not asked. */
  readonly synchronized: boolean | undefined;
};

export type DiskTime = {
  /** Offset of this boot, if an earlier process in it knew the time. */
  readonly offsetMs: number | undefined;
  /** The newest time that was known to a boot before this one. */
  readonly newestKnownMs: number;
};

/** At the start of a process. */
export function timeAtStart(shown: ClocksShown, disk: DiskTime, rules: TimeRules): GatewayTime {
  const offsetMs = shown.wallMs - shown.elapsedMs;
  if (disk.offsetMs !== undefined) return nextTime({ kind: "known", offsetMs: disk.offsetMs }, shown, disk, rules);
  return nextTime({ kind: "waiting", why: "unset", sinceMs: shown.elapsedMs, offsetMs }, shown, disk, rules);
}

/**
 * A clock that steps while it is watched was set, and is trusted. A clock that starts behind the newest known time has
 * two explanations. Either it shows a saved time and will be set soon. Or an earlier clock was ahead and was corrected
 * since; then the clock is right and will not be set. So the wait ends after some time.
 */
export function nextTime(time: GatewayTime, shown: ClocksShown, disk: DiskTime, rules: TimeRules): GatewayTime {
  const offsetMs = shown.wallMs - shown.elapsedMs;
  const isPossible = shown.wallMs >= rules.notBeforeMs;
  switch (time.kind) {
    case "known":
      return !isPossible || Math.abs(offsetMs - time.offsetMs) < JITTER_MS ? time : { kind: "known", offsetMs };
    case "given_up":
      return isPossible && shown.synchronized !== false ? { kind: "known", offsetMs } : { kind: "given_up", offsetMs };
    case "waiting": {
      const waitedMs = shown.elapsedMs - time.sinceMs;
      const why = whyWaiting(time, shown, disk, rules);
      if (why === undefined) return { kind: "known", offsetMs };
      if (why === "behind" && waitedMs >= rules.behindWaitMs) return { kind: "known", offsetMs };
      if (waitedMs >= rules.maxWaitMs) return { kind: "given_up", offsetMs };
      return why === time.why ? time : { ...time, why };
    }
  }
}

function whyWaiting(
  { offsetMs: firstOffsetMs }: Extract<GatewayTime, { kind: "waiting" }>,
  { wallMs, elapsedMs, synchronized }: ClocksShown,
  { newestKnownMs }: DiskTime,
  { notBeforeMs }: TimeRules,
): WaitingFor | undefined {
  if (wallMs < notBeforeMs) return "unset";
  if (synchronized !== undefined) return synchronized ? undefined : "not_synchronized";
  const wasSet = Math.abs(wallMs - elapsedMs - firstOffsetMs) > STEP_MS;
  return wasSet || wallMs >= newestKnownMs - BEHIND_MS ? undefined : "behind";
}

/**
 * When a message arrived, on the monotonic clock of this boot.
 * @param arrivedMs on the wall clock as it was then. If that clock was set since, the difference does not show how long
 *   ago the message came. Then the present time is used, because the storage accepts each message soon after it came.
 */
export function elapsedAtArrival(arrivedMs: number, { wallMs, elapsedMs }: ClocksShown): number {
  const agoMs = wallMs - arrivedMs;
  return elapsedMs - (agoMs >= 0 && agoMs <= ACCEPTED_WITHIN_MS ? agoMs : 0);
}

/** A boot with held messages. */
export type HeldBoot = {
  readonly boot: number;
  /** Monotonic: its start, and the newest moment that is known of it. */
  readonly beganMs: number;
  readonly lastMs: number;
  /** Undefined: it ended before its time was known. */
  readonly offsetMs: number | undefined;
};

/**
 * Estimates offsets for boots that ended before their time was known. It is not known how long the machine was off. So
 * such a boot is assumed to have ended when the next one began, the latest possible time. Differences inside a boot
 * stay exact.
 * @param ended oldest first.
 * @param current the boot that knows the time.
 */
export function estimatedOffsets(
  ended: readonly HeldBoot[],
  current: { readonly beganMs: number; readonly offsetMs: number },
): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>();
  let nextBeganMs = current.offsetMs + current.beganMs;
  for (const { boot, beganMs, lastMs, offsetMs } of ended.toReversed()) {
    const bootOffsetMs = offsetMs ?? nextBeganMs - lastMs;
    if (offsetMs === undefined) offsets.set(boot, bootOffsetMs);
    nextBeganMs = bootOffsetMs + beganMs;
  }
  return offsets;
}

/** The wall clock has whole milliseconds and the monotonic clock is finer. A smaller difference is not a step. */
const JITTER_MS = 5;
const STEP_MS = 1000;
/** The newest known time is written every ten seconds, and a good clock is off by less than this. */
const BEHIND_MS = 60_000;
const ACCEPTED_WITHIN_MS = 60_000;
