import type { SchemaVersion, ValueType } from "../../proto/core/schema.ts";
import type { Placement, SchemaChangeKind } from "../core/storage/metric-schema.ts";
import { learned, placementOf } from "../core/storage/metric-schema.ts";
import { SeenTimes } from "../core/storage/seen-times.ts";
import type { Watermarks } from "../core/storage/watermarks.ts";
import type { WindowPlan, WindowRule } from "../core/storage/window-plan.ts";
import { planFor } from "../core/storage/window-plan.ts";
import type { WindowTable } from "../core/storage/window-table.ts";
import type { SeriesTable, StoredSeries } from "./tables/series-table.ts";

/**
 * The series this gateway has ever seen, numbered in the order of their first reading. A number is stored before, or in
 * the same transaction as, the first journal row that uses it.
 *
 * A series is a metric of a device in one type and unit. A metric that changes them continues under another number, with
 * separate windows, so that values of different types or units are never added up [I19]. A replay reads these numbers from
 * the journal, so it keeps them apart as well.
 */
export class SeriesRegistry {
  readonly #table: SeriesTable;
  readonly #rules: readonly WindowRule[];
  readonly #windows: WindowTable;
  readonly #watermarks: Watermarks;
  /** device -> metric -> its current series. Maps and not objects, because clients choose the names. */
  readonly #byDevice = new Map<string, DeviceEntry>();
  readonly #devices: DeviceEntry[] = [];
  /** Undefined: the row of the series is damaged. */
  readonly #series: (SeriesEntry | undefined)[] = [];
  readonly #seen = new SeenTimes();
  /** New series that the next commit writes. */
  #unwritten: number[] = [];
  /** Numbers of damaged series, and the reading up to which their loss was named. */
  readonly #lost = new Map<number, number>();
  readonly #changed = new Set<number>();

  constructor(
    parts: { table: SeriesTable; windows: WindowTable; watermarks: Watermarks },
    options: { rules: readonly WindowRule[] },
  ) {
    this.#table = parts.table;
    this.#rules = options.rules;
    this.#windows = parts.windows;
    this.#watermarks = parts.watermarks;
  }

  get size(): number {
    return this.#series.length;
  }

  get devices(): number {
    return this.#byDevice.size;
  }

  load(atMs: number): void {
    let damaged = 0;
    for (const row of this.#table.all()) {
      if (row === undefined) {
        damaged++;
        continue;
      }
      this.#loseBelow(row.id);
      if (row.device === "" && row.metric === "") {
        this.#series[row.id] = undefined;
        this.#lost.set(row.id, row.became);
        continue;
      }
      const entry = this.#add(row.id, row, atMs, row.evicted_end_ms ?? -Infinity);
      if (row.first_ms !== null && row.last_ms !== null) this.#seen.restore(row.id, row.first_ms, row.last_ms);
      entry.became = row.became;
      const current = this.current(row)!;
      if (row.became > current.became) this.#makeCurrent(entry);
    }
    const holes = this.#lost.values().reduce((sum, named) => sum + (named < 0 ? 1 : 0), 0);
    // Damaged rows at the end.
    this.#loseBelow(this.#series.length + Math.max(0, damaged - holes));
  }

  get(series: number): SeriesEntry {
    return this.#series[series]!;
  }

  /**
   * A series that the disk names. Undefined: its row is damaged. Its number is not given to another series, so that no device
   * gets the readings of another one [I41].
   */
  find(series: number): SeriesEntry | undefined {
    if (series < this.#series.length + MISSING_MAX) this.#loseBelow(series + 1);
    return this.#series[series];
  }

  has(series: number): boolean {
    return this.#series[series] !== undefined;
  }

  /** The damaged series, and the reading up to which their loss was named. */
  get lost(): ReadonlyMap<number, number> {
    return this.#lost;
  }

  /** Notes the loss of a series on disk, so that it is named once. Runs inside a transaction. */
  writeLost(series: number, throughSeq: number): void {
    this.#lost.set(series, throughSeq);
    this.#table.add({ ...LOST_SERIES, id: series, became: throughSeq });
  }

  /** The states of its windows are deleted. Runs inside a transaction. */
  writeEvicted(series: number): void {
    this.#table.update(this.#row(series));
  }

  /** The current series of the metric; undefined: the metric was never seen. */
  current({ device, metric }: SeriesName): SeriesEntry | undefined {
    return this.#byDevice.get(device)?.byMetric.get(metric);
  }

  planOf(name: SeriesName): WindowPlan {
    return this.current(name)?.plan ?? planFor(this.#rules, name.device, name.metric);
  }

  /** All series of a device, in the order of their first reading. */
  ofDevice(device: number): readonly number[] {
    return this.#devices[device]!.series;
  }

  /** Finds or adds the series of a reading, makes it the current one, and returns what changed. */
  resolve(name: SeriesName, found: SchemaVersion, atMs: number): Resolved {
    const before = this.current(name);
    if (before === undefined) return { entry: this.#addNew(name, found, 0, atMs), from: null };
    const versions = versionsOf(before);
    const placement = placementOf(versions, versions.indexOf(before), found);
    const known = placement.kind === "known" ? versions[placement.index]! : undefined;
    const from = { type: before.type ?? found.type, unit: before.unit };
    const entry = known ?? this.#addNew(name, found, before.became + 1, atMs);
    const isNew = known === undefined;
    if (known !== undefined) this.#learn(known, found);
    const kind = changeOf(placement);
    if (kind === null) return { entry, from: null };
    if (known !== undefined) known.became = before.became + 1;
    this.#changed.add(entry.id);
    this.#makeCurrent(entry);
    return { entry, from, kind, isNew };
  }

  /**
   * Types and units of metrics, now and before, in the order of their first reading. A page may be short before the end,
   * because it looks at a limited number of series.
   */
  histories({ device, metric, after, limit }: SchemaQuery): { metrics: MetricHistory[]; next: number | null } {
    const metrics: MetricHistory[] = [];
    const end = Math.min(this.#series.length, after + 1 + SERIES_PER_PAGE);
    for (let id = after + 1; id < end; id++) {
      const first = this.#series[id];
      if (first === undefined) continue;
      if (isLater(first) || (device ?? first.device) !== first.device || (metric ?? first.metric) !== first.metric) {
        continue;
      }
      const versions = versionsOf(first);
      const current = this.current(first)!;
      const history = versions.map((entry) => this.#history(entry));
      const { became: changes } = current;
      const shown = { device: first.device, metric: first.metric, changes, versions: history };
      metrics.push({ ...shown, current: history[versions.indexOf(current)]! });
      if (metrics.length === limit) return { metrics, next: id };
    }
    return { metrics, next: end === this.#series.length ? null : end - 1 };
  }

  /** A reading of the series has this time. */
  saw(series: number, timeMs: number): void {
    this.#seen.saw(series, timeMs);
  }

  /** Runs inside the transaction of the commit. */
  write(): void {
    if (this.#unwritten.length > 0) {
      for (const id of this.#unwritten) this.#table.add(this.#row(id));
      this.#unwritten = [];
    }
    if (this.#changed.size > 0) {
      for (const id of this.#changed) this.#table.update(this.#row(id));
      this.#changed.clear();
    }
  }

  /**
   * Writes first and last times of up to `limit` series, starting at `from`. @returns where to continue, or -1 at the end.
   */
  writeSeen(from: number, limit: number): number {
    return this.#seen.forEachChanged(from, limit, (id) => this.#table.update(this.#row(id)));
  }

  #history(entry: SeriesEntry): SeenVersion {
    return { type: entry.type, unit: entry.unit, ...this.#seen.of(entry.id) };
  }

  #learn(entry: SeriesEntry, found: SchemaVersion): void {
    const { type, unit } = learned(entry, found);
    if (type === entry.type && unit === entry.unit) return;
    entry.type = type;
    entry.unit = unit;
    this.#changed.add(entry.id);
  }

  #makeCurrent(entry: SeriesEntry): void {
    const { byMetric } = this.#devices[entry.deviceNumber]!;
    byMetric.get(entry.metric)!.isCurrent = false;
    entry.isCurrent = true;
    byMetric.set(entry.metric, entry);
  }

  /** Numbers are given without holes: a number that no row has belongs to a damaged series. */
  #loseBelow(series: number): void {
    for (let id = this.#series.length; id < series; id++) {
      this.#series[id] = undefined;
      this.#lost.set(id, -1);
    }
  }

  #addNew({ device, metric }: SeriesName, { type, unit }: SchemaVersion, became: number, atMs: number): SeriesEntry {
    const id = this.#series.length;
    const entry = this.#add(id, { device, metric, type, unit }, atMs, undefined);
    entry.became = became;
    this.#unwritten.push(id);
    return entry;
  }

  #add(
    id: number,
    named: SeriesName & { type: ValueType | null; unit: string | null },
    atMs: number,
    evictedEndMs: number | undefined,
  ): SeriesEntry {
    let device = this.#byDevice.get(named.device);
    if (device === undefined) {
      device = { number: this.#watermarks.addDevice(atMs), byMetric: new Map(), series: [] };
      this.#byDevice.set(named.device, device);
      this.#devices[device.number] = device;
    }
    const current = device.byMetric.get(named.metric);
    const plan = planFor(this.#rules, named.device, named.metric);
    device.series.push(id);
    const entry: SeriesEntry = {
      id,
      // All series of a device share one string: a million series may have a thousand devices.
      device: named.device,
      metric: named.metric,
      type: named.type,
      unit: named.unit,
      became: 0,
      isCurrent: current === undefined,
      siblings: null,
      deviceNumber: device.number,
      plan,
    };
    this.#series[id] = entry;
    if (current === undefined) device.byMetric.set(named.metric, entry);
    else join(current, entry);
    this.#windows.addSeries(id, plan, { evictedEndMs, later: current !== undefined });
    this.#watermarks.allow(device.number, plan);
    return entry;
  }

  #row(id: number): StoredSeries {
    const { device, metric, type, unit, became } = this.#series[id]!;
    const { firstMs, lastMs } = this.#seen.of(id);
    const isSeen = firstMs <= lastMs;
    const evictedEndMs = this.#windows.evictedEndMs(id);
    return {
      id,
      device,
      metric,
      type,
      unit,
      became,
      first_ms: isSeen ? firstMs : null,
      last_ms: isSeen ? lastMs : null,
      evicted_end_ms: evictedEndMs === -Infinity ? null : evictedEndMs,
    };
  }
}

/** Whether the metric had another type or unit at first. */
export function isLater(entry: SeriesEntry): boolean {
  return entry.siblings !== null && entry.siblings[0] !== entry;
}

/** The versions of one metric, in the order of their first reading. */
export function versionsOf(entry: SeriesEntry): readonly SeriesEntry[] {
  return entry.siblings ?? [entry];
}

type SeriesName = { readonly device: string; readonly metric: string };

export type SeriesEntry = {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
  /** Null: an earlier version of this software stored the series without a type, and it was not seen since. */
  type: ValueType | null;
  unit: string | null;
  /** How often the metric had changed its type or unit when it became this series. */
  became: number;
  isCurrent: boolean;
  /** All versions of the metric; null: there is only this one. */
  siblings: SeriesEntry[] | null;
  readonly deviceNumber: number;
  readonly plan: WindowPlan;
};

/** `after`: `next` of the page before, -1 for the first page. `device` and `metric` null: any. */
export type SchemaQuery = {
  readonly device: string | null;
  readonly metric: string | null;
  readonly after: number;
  readonly limit: number;
};
/** Types and units of one metric, in the order of their first readings. */
export type MetricHistory = {
  readonly device: string;
  readonly metric: string;
  /** How often the metric changed, also back to an earlier version. */
  readonly changes: number;
  readonly current: SeenVersion;
  readonly versions: readonly SeenVersion[];
};
/** With the times of the first and last reading; infinite where they were not recorded. */
export type SeenVersion = Pick<SeriesEntry, "type" | "unit"> & { readonly firstMs: number; readonly lastMs: number };

/** `from` null: the metric did not change, or is new. */
export type Resolved =
  | { readonly entry: SeriesEntry; readonly from: null }
  | {
      readonly entry: SeriesEntry;
      readonly from: SchemaVersion;
      readonly kind: SchemaChangeKind;
      /** The metric never had this type and unit before. */
      readonly isNew: boolean;
    };

type DeviceEntry = {
  readonly number: number;
  readonly byMetric: Map<string, SeriesEntry>;
  readonly series: number[];
};

/** A number further beyond the last series is not one. */
const MISSING_MAX = 10_000;

const LOST_SERIES = {
  device: "",
  metric: "",
  type: null,
  unit: null,
  first_ms: null,
  last_ms: null,
  evicted_end_ms: null,
};

/** So many take the storage thread a millisecond. */
const SERIES_PER_PAGE = 10_000;

function join(current: SeriesEntry, entry: SeriesEntry): void {
  const siblings = current.siblings ?? [current];
  siblings.push(entry);
  current.siblings = siblings;
  entry.siblings = siblings;
}

/** `SchemaPolicy` refuses a metric with too many versions earlier. */
function changeOf(placement: Placement): SchemaChangeKind | null {
  return placement.kind === "too_many" ? "unit" : placement.change;
}
