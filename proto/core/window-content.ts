import type { ClockSource, Value } from "./reading.ts";

/**
 * What a row of a window says about its single readings, beside its summary. Regions use it to recognise readings that
 * two rows have in common, so that each reading counts once (proto/core/unite.ts).
 *
 * `none`: nothing. This is the content of rows of old formats, and of windows with many readings where the window rule
 * does not name a pair of gateways.
 *
 * `readings`: every reading. The summary of the row is the summary of these readings
 * (proto/core/summary-of-readings.ts).
 *
 * `cells`: counts and sums of short times, for windows with more readings than a row may carry.
 */
export type WindowContent =
  | { readonly kind: "none" }
  | {
      readonly kind: "readings";
      /** In order of time; among equal times, in order of arrival. */
      readonly readings: readonly WindowReading[];
      /** Two readings that are dated by arrival, with one value, may be one reading if less time is between them. */
      readonly arrivalToleranceMs: number;
      /** Whether the summary has a sketch. */
      readonly quantiles: boolean;
    }
  | {
      readonly kind: "cells";
      /** In order of time. The times of two cells do not overlap. */
      readonly cells: readonly WindowCell[];
      readonly arrivalToleranceMs: number;
    };

export type WindowSpan = { readonly windowStartMs: number; readonly windowMs: number };

/** `timeMs` is an absolute time. */
export type WindowReading = { readonly timeMs: number; readonly value: Value; readonly clock: ClockSource };

/** The readings of one slice of a window whose times are in `firstMs..lastMs`, both included. */
export type WindowCell = {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  /** The readings that are numbers or booleans; `sum` is over these. */
  readonly numericCount: number;
  readonly sum: number;
  /** The sum of their hashes (proto/core/reading-hash.ts), modulo 2^32: two cells with one hash hold the same readings. */
  readonly hash: number;
  /** Whether at least one of the readings is dated by its arrival. */
  readonly byArrival: boolean;
};

export const NO_CONTENT: WindowContent = { kind: "none" };

/** A window with at most so many readings carries them: they take no more bytes than its statistics and sketch. */
export const READINGS_ALWAYS = 16;
/** A window of a pair of gateways carries at most so many readings, and cells when it has more. */
export const READINGS_OF_PAIR = 1024;
export const CELLS_MAX = 256;
/** A window is divided into so many slices of equal length, one for each bit of `coverage`. A cell is in one slice. */
export const SLICES = 32;

/** The slice of a time that is `offsetMs` after the start of its window. */
export function sliceOf(offsetMs: number, windowMs: number): number {
  return Math.floor((offsetMs * SLICES) / windowMs);
}

export const ARRIVAL_TOLERANCE_DEFAULT_MS = 500;
export const ARRIVAL_TOLERANCE_MAX_MS = 60_000;

/** Whether the time of a reading is the time of its arrival at the gateway. */
export function datedByArrival(clock: ClockSource): boolean {
  return clock !== "device";
}
