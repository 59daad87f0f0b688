import type { MetricValues } from "../../../proto/core/metric-values.ts";

/**
 * The metrics that come from the storage thread of a gateway. A new metric has an entry here, and one place where its
 * value comes from: with `counted: true` the place where the event happens increases it ({@link StorageCounters}).
 * Every other metric is read in `edge/storage/engine-status.ts`. The compiler asks for that place.
 *
 * With a `label` the value is one number for each value of the label.
 */
export const STORAGE_METRICS = {
  readings: { kind: "counter", help: "Readings journaled on this disk." },
  redelivered: { kind: "counter", help: "Messages recognised as redelivered and not counted again." },
  dead_letters: {
    kind: "counter",
    label: "reason",
    help: "Undecodable messages.",
  },
  discards: {
    kind: "counter",
    label: "reason",
    help: "Messages and readings that were dropped on purpose, or lost by the disk.",
  },
  schema_changes: { kind: "counter", label: "kind", help: "Times that a metric changed its type or unit." },
  damaged_rows: { kind: "counter", label: "table", help: "Rows that the disk damaged. They were put aside." },
  numeric_texts: { kind: "counter", counted: true, help: "Numbers that were sent as text." },
  suspect_times: { kind: "counter", counted: true, help: "Readings whose device time was implausible." },
  open_windows: { kind: "gauge", help: "Windows in memory." },
  series: { kind: "gauge", help: "Series ever seen on this disk." },
  outbox_bytes: { kind: "gauge", help: "Bytes of sealed batches on disk." },
  undurable_batches: { kind: "gauge", help: "Sealed batches that no region is known to hold." },
  undurable_readings: { kind: "gauge", help: "Readings in those batches." },
  behind_seconds: { kind: "gauge", help: "Age of the oldest of those batches." },
  device_clock_skew_seconds: { kind: "gauge", help: "The largest clock error of a device." },
  time_known: { kind: "gauge", help: "1 once the gateway knows what time it is." },
  held_messages: { kind: "gauge", help: "Messages on disk that wait until the time is known." },
  disk_used_bytes: { kind: "gauge", help: "Bytes used of the quota." },
  disk_quota_bytes: { kind: "gauge", help: "The quota of the gateway's disk." },
} as const;

type Table = typeof STORAGE_METRICS;
type Counted = { [N in keyof Table]: Table[N] extends { counted: true } ? N : never }[keyof Table];

/** Since the start of the process. */
export type StorageCounters = { [N in Counted]: number };

export type StorageMetricValues = MetricValues<Table>;

/** Metrics that are read at each request. */
export type ReadStorageMetrics = Omit<StorageMetricValues, Counted>;

export function newStorageCounters(): StorageCounters {
  return { numeric_texts: 0, suspect_times: 0 };
}
