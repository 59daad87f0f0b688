import { millis } from "../../../proto/core/ids.ts";
import type { WindowSummary } from "../../../proto/core/summary.ts";
import { loadedValue, storedValue } from "./stored-value.ts";
import type { StoredValue } from "./stored-value.ts";

/** The columns of a summary, in the order of {@link StoredSummary}. */
export const SUMMARY_COLUMN_NAMES = [
  "count",
  "numeric_count",
  "sum",
  "min",
  "max",
  "mean",
  "m2",
  "first_ms",
  "first",
  "last_ms",
  "last",
  "coverage",
  "sketch",
] as const;
export const SUMMARY_COLUMNS: string = SUMMARY_COLUMN_NAMES.join(", ");

export type StoredSummary = [
  count: number,
  numericCount: number,
  sum: number,
  min: number,
  max: number,
  mean: number,
  m2: number,
  firstMs: number,
  first: StoredValue,
  lastMs: number,
  last: StoredValue,
  coverage: number,
  sketch: Uint8Array | null,
];

export type SummaryRow = {
  readonly count: number;
  readonly numeric_count: number;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly m2: number | null;
  readonly first_ms: number;
  readonly first: StoredValue | null;
  readonly last_ms: number;
  readonly last: StoredValue | null;
  readonly coverage: number;
  readonly sketch: Buffer | null;
};

/** The summary columns of a command. A `clear` has no summary. */
export type CommandSummaryRow = { readonly [Column in keyof SummaryRow]: SummaryRow[Column] | null };

export function hasSummary<Row extends CommandSummaryRow>(row: Row): row is Row & SummaryRow {
  return row.count !== null;
}

export function storedSummary(summary: WindowSummary): StoredSummary {
  return [
    summary.count,
    summary.numericCount,
    summary.sum,
    summary.min,
    summary.max,
    summary.mean,
    summary.m2,
    summary.firstMs,
    storedValue(summary.first),
    summary.lastMs,
    storedValue(summary.last),
    summary.coverage,
    summary.sketch,
  ];
}

/** SQLite has no NaN and keeps NULL in its place. */
export function loadedSummary(row: SummaryRow): WindowSummary {
  return {
    count: row.count,
    numericCount: row.numeric_count,
    sum: row.sum ?? Number.NaN,
    min: row.min ?? Number.NaN,
    max: row.max ?? Number.NaN,
    mean: row.mean ?? Number.NaN,
    m2: row.m2 ?? Number.NaN,
    firstMs: millis(row.first_ms),
    first: loadedValue(row.first),
    lastMs: millis(row.last_ms),
    last: loadedValue(row.last),
    coverage: row.coverage,
    sketch: row.sketch,
  };
}
