import { QuantileSketch } from "./sketch.ts";
import type { Millis } from "./ids.ts";
import type { Value } from "./reading.ts";

/**
 * The state of one window: always the whole state, never a delta, so that a higher version replaces a lower one and
 * delivering twice changes nothing (I4 in proto/SPEC.md).
 */
export type WindowSummary = {
  /** All readings counted, of whatever type. */
  readonly count: number;
  /** The readings that are numbers or booleans; sum, min, max, mean and m2 are over these. */
  readonly numericCount: number;
  /** Compensated (Neumaier) sum; 0 where numericCount is 0, as are min, max, mean and m2. */
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of squared distances from the mean (Welford); variance = m2 / numericCount. */
  readonly m2: number;
  /** By event time; among equal times, by arrival (the earliest first, the latest last). */
  readonly firstMs: Millis;
  readonly first: Value;
  readonly lastMs: Millis;
  readonly last: Value;
  /** Bit i is set when a reading fell into the i-th 1/32 of the window. An unsigned 32-bit integer. */
  readonly coverage: number;
  /** The bytes of a `QuantileSketch`, or null where the rule asks for none or there is no number. */
  readonly sketch: Uint8Array | null;
};

/**
 * The summary of the readings of both. Counts, minima and maxima are exact in any order, sums and moments up to rounding.
 * First and last follow event time. With equal times the smaller value is the `first` and the larger one the `last`, so that
 * the result does not depend on the order of the arguments.
 */
export function mergeSummaries(a: WindowSummary, b: WindowSummary): WindowSummary {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const numericCount = a.numericCount + b.numericCount;
  const delta = b.mean - a.mean;
  const first = a.firstMs !== b.firstMs ? (a.firstMs < b.firstMs ? a : b) : rank(a.first) <= rank(b.first) ? a : b;
  const last = a.lastMs !== b.lastMs ? (a.lastMs > b.lastMs ? a : b) : rank(a.last) >= rank(b.last) ? a : b;
  const bothNumeric = a.numericCount > 0 && b.numericCount > 0;
  const numericSide = a.numericCount > 0 ? a : b;
  return {
    count: a.count + b.count,
    numericCount,
    sum: a.sum + b.sum,
    min: bothNumeric ? Math.min(a.min, b.min) : numericSide.min,
    max: bothNumeric ? Math.max(a.max, b.max) : numericSide.max,
    // T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm" (1979).
    mean: bothNumeric ? (a.mean * a.numericCount + b.mean * b.numericCount) / numericCount : numericSide.mean,
    m2: bothNumeric ? a.m2 + b.m2 + (delta * delta * a.numericCount * b.numericCount) / numericCount : numericSide.m2,
    firstMs: first.firstMs,
    first: first.first,
    lastMs: last.lastMs,
    last: last.last,
    coverage: (a.coverage | b.coverage) >>> 0,
    sketch: mergeSketches(a, b),
  };
}

/** Population standard deviation; NaN where there is no number. */
export function standardDeviation(summary: WindowSummary): number {
  return Math.sqrt(summary.m2 / summary.numericCount);
}

/** A sketch of both, or none: a sketch of one side would answer for readings that are not in it. */
function mergeSketches(a: WindowSummary, b: WindowSummary): Uint8Array | null {
  if (a.numericCount === 0) return b.sketch;
  if (b.numericCount === 0) return a.sketch;
  if (a.sketch === null || b.sketch === null) return null;
  const merged = QuantileSketch.fromBytes(a.sketch);
  merged.merge(QuantileSketch.fromBytes(b.sketch));
  return merged.toBytes();
}

/** An order among values of all types. It has no meaning, and makes the result deterministic. */
function rank(value: WindowSummary["first"]): string {
  return `${typeof value}:${String(value)}`;
}
