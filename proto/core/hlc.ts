import type { Millis } from "./ids.ts";

/**
 * Versions of operator commands: a hybrid logical clock in one safe integer (I28 in proto/SPEC.md).
 *
 *     42 bits ms since 2020-01-01 | 6 bits logical | 5 bits region = 53 bits
 *
 * A new version is above every version that the region has seen. So a later command wins everywhere, even when the clock of
 * its region is behind.
 */
export const HLC_EPOCH_MS = 1_577_836_800_000;

/** One step of the time and the logical counter. Adding it does not change the region. */
const STEP = 32;
const LOGICAL = 64;

/**
 * @param seen the highest version this region has seen, 0 for none.
 * @param region 0 to 31.
 * @throws RangeError when the region does not fit, or the clock is outside 2020 to 2159.
 */
export function mintHlc(nowMs: Millis, seen: number, region: number): number {
  if (!Number.isInteger(region) || region < 0 || region >= STEP) throw new RangeError(`not a region number: ${region}`);
  const clock = (nowMs - HLC_EPOCH_MS) * LOGICAL * STEP;
  const floor = Math.max(clock, seen - (seen % STEP) + STEP);
  const version = floor + region;
  if (nowMs < HLC_EPOCH_MS || !Number.isSafeInteger(version)) throw new RangeError(`no version for the time ${nowMs}`);
  return version;
}

/** The wall-clock part of a version. */
export function hlcMs(version: number): number {
  return Math.floor(version / (LOGICAL * STEP)) + HLC_EPOCH_MS;
}

export function hlcRegion(version: number): number {
  return version % STEP;
}
