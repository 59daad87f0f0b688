import type { SeriesRef } from "../decode/decoder.ts";
import type { Watermarks } from "../core/watermarks.ts";
import type { WindowPlan, WindowRule } from "../core/window-plan.ts";
import { planFor } from "../core/window-plan.ts";
import type { WindowTable } from "../core/window-table.ts";
import type { GatewayDatabase } from "./gateway-database.ts";

/**
 * The series this gateway has ever seen, numbered in the order of their first reading. A number is stored before, or in
 * the same transaction as, the first journal row that uses it.
 */
export class SeriesRegistry {
  readonly #db: GatewayDatabase;
  readonly #rules: readonly WindowRule[];
  readonly #windows: WindowTable;
  readonly #watermarks: Watermarks;
  /** device -> metric -> number. Maps, because the names come from outside. */
  readonly #byDevice = new Map<string, DeviceEntry>();
  readonly #series: SeriesEntry[] = [];
  /** What the next commit has to write. */
  #unwritten: number[] = [];
  readonly #changedUnits = new Set<number>();

  constructor(
    parts: { db: GatewayDatabase; windows: WindowTable; watermarks: Watermarks },
    options: { rules: readonly WindowRule[] },
  ) {
    this.#db = parts.db;
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
    for (const row of this.#db.series()) {
      this.#add(row.id, row, atMs, row.evicted_end_ms ?? -Infinity);
    }
  }

  get(series: number): SeriesEntry {
    return this.#series[series]!;
  }

  knows({ device, metric }: SeriesRef): boolean {
    return this.#byDevice.get(device)?.byMetric.has(metric) === true;
  }

  /** All series of a device, in the order of their first reading. */
  ofDevice(device: number): readonly number[] {
    return this.#devices[device]!.series;
  }

  /** The number of a series, new or known; also entered in `ref`, so that the next reading does not ask. */
  resolve(ref: SeriesRef, atMs: number): SeriesEntry {
    const known = this.#byDevice.get(ref.device)?.byMetric.get(ref.metric);
    if (known !== undefined) {
      ref.id = known;
      return this.#series[known]!;
    }
    const id = this.#series.length;
    const entry = this.#add(id, ref, atMs, undefined);
    ref.id = id;
    this.#unwritten.push(id);
    return entry;
  }

  /** The unit of the latest reading that said one: a sensor may change it, also back and forth. */
  learnUnit(series: number, unit: string): void {
    this.#series[series]!.unit = unit;
    this.#changedUnits.add(series);
  }

  /** Inside the transaction of the commit. */
  write(): void {
    if (this.#unwritten.length > 0) {
      for (const id of this.#unwritten) this.#db.addSeries(id, this.#series[id]!);
      this.#unwritten = [];
    }
    if (this.#changedUnits.size > 0) {
      for (const id of this.#changedUnits) this.#db.setUnit(id, this.#series[id]!.unit);
      this.#changedUnits.clear();
    }
  }

  readonly #devices: DeviceEntry[] = [];

  #add(
    id: number,
    names: { device: string; metric: string; unit: string | null },
    atMs: number,
    evictedEndMs: number | undefined,
  ): SeriesEntry {
    let device = this.#byDevice.get(names.device);
    if (device === undefined) {
      device = { number: this.#watermarks.addDevice(atMs), byMetric: new Map(), series: [] };
      this.#byDevice.set(names.device, device);
      this.#devices[device.number] = device;
    }
    const plan = planFor(this.#rules, names.device, names.metric);
    device.byMetric.set(names.metric, id);
    device.series.push(id);
    const entry: SeriesEntry = {
      device: names.device,
      metric: names.metric,
      unit: names.unit,
      deviceNumber: device.number,
      plan,
    };
    this.#series[id] = entry;
    this.#windows.addSeries(id, plan, evictedEndMs);
    this.#watermarks.allow(device.number, plan);
    return entry;
  }
}

export type SeriesEntry = {
  readonly device: string;
  readonly metric: string;
  unit: string | null;
  readonly deviceNumber: number;
  readonly plan: WindowPlan;
};

type DeviceEntry = {
  readonly number: number;
  readonly byMetric: Map<string, number>;
  readonly series: number[];
};
