import type { Database, Statement } from "better-sqlite3";

import type { SeriesFilter, SeriesKey } from "../store.ts";
import { CHECKED } from "./checked-rows.ts";
import type { CheckedRows } from "./checked-rows.ts";
import { checksumOf } from "./row-checksums.ts";

/**
 * The series: their local ids, and walks over them in order of device, then metric. The caller calls
 * {@link SqliteSeries.forget} after a rollback.
 */
export class SqliteSeries {
  readonly #sql: Statements;
  readonly #checked: CheckedRows;
  /** By device, then metric. */
  readonly #ids = new Map<string, Map<string, number>>();
  #idCount = 0;

  constructor(db: Database, checked: CheckedRows) {
    this.#sql = prepare(db);
    this.#checked = checked;
  }

  /** The local id of a series. Adds the series if it is new. */
  idOf(key: SeriesKey): number {
    const known = this.#ids.get(key.device)?.get(key.metric);
    if (known !== undefined) return known;
    const { device, metric } = key;
    const id = this.#sql.id.get(device, metric) ?? this.#insert(device, metric);
    if (this.#idCount >= IDS_MAX) this.forget();
    let ofDevice = this.#ids.get(device);
    if (ofDevice === undefined) this.#ids.set(device, (ofDevice = new Map<string, number>()));
    ofDevice.set(metric, id);
    this.#idCount += 1;
    return id;
  }

  /** Must be called when a column of the series has changed. */
  writeChecksum(id: number): void {
    const row = this.#sql.byId.get(id);
    if (row !== undefined) this.#sql.setChecksum.run(checksumOf(row, CHECKED.series.columns), id);
  }

  /** Forgets the ids. After a rollback, or after a device was erased, some of them no longer exist. */
  forget(): void {
    this.#ids.clear();
    this.#idCount = 0;
  }

  one(device: string, metric: string): SeriesIdRow | undefined {
    const row = this.#sql.one.get(device, metric);
    return row !== undefined && this.#checked.isWhole("series", row) ? row : undefined;
  }

  #insert(device: string, metric: string): number {
    const id = Number(this.#sql.insert.run(device, metric).lastInsertRowid);
    this.writeChecksum(id);
    return id;
  }

  /** Reads in chunks. @param bound whether the walk begins with the series `key` or after it. */
  *walk(filter: SeriesFilter, key: SeriesKey | null, bound: "from" | "after"): Generator<SeriesIdRow> {
    const { device, metric } = filter;
    if (device !== null && metric !== null) {
      const row = this.one(device, metric);
      if (row !== undefined && !(key !== null && bound === "after")) yield row;
      return;
    }
    let last = key ?? { device: "", metric: "" };
    if (key !== null && bound === "from") {
      const row = this.one(key.device, key.metric);
      if (row !== undefined) yield row;
    }
    for (;;) {
      const chunk =
        device !== null
          ? this.#sql.ofDevice.all(device, last.device === device ? last.metric : "", SERIES_CHUNK)
          : metric !== null
            ? this.#sql.ofMetric.all(metric, last.device, SERIES_CHUNK)
            : this.#sql.all.all(last.device, last.metric, SERIES_CHUNK);
      for (const row of chunk) if (this.#checked.isWhole("series", row)) yield row;
      const end = chunk.at(-1);
      if (end === undefined || chunk.length < SERIES_CHUNK) return;
      last = end;
    }
  }
}

export type SeriesIdRow = {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
  readonly raw_span_ms: number;
  readonly checksum: number | null;
};

/** A page ends after this many series, even if it found little: no query may block the store for long. */
export const SERIES_PER_PAGE = 5_000;
const SERIES_CHUNK = 500;
/** About 50 MB with names of a hundred bytes. A full cache is cleared. */
const IDS_MAX = 250_000;

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    id: db
      .prepare<[device: string, metric: string]>("SELECT id FROM series WHERE device = ? AND metric = ?")
      .pluck() as Statement<[device: string, metric: string], number>,
    insert: db.prepare<[device: string, metric: string]>("INSERT INTO series (device, metric) VALUES (?, ?)"),
    byId: db.prepare<[id: number], SeriesIdRow>(
      "SELECT id, device, metric, raw_span_ms, checksum FROM series WHERE id = ?",
    ),
    setChecksum: db.prepare<[checksum: number, id: number]>("UPDATE series SET checksum = ? WHERE id = ?"),
    one: db.prepare<[device: string, metric: string], SeriesIdRow>(
      "SELECT id, device, metric, raw_span_ms, checksum FROM series WHERE device = ? AND metric = ?",
    ),
    ofDevice: db.prepare<[device: string, afterMetric: string, limit: number], SeriesIdRow>(
      `SELECT id, device, metric, raw_span_ms, checksum FROM series WHERE device = ? AND metric > ?
       ORDER BY metric LIMIT ?`,
    ),
    ofMetric: db.prepare<[metric: string, afterDevice: string, limit: number], SeriesIdRow>(
      `SELECT id, device, metric, raw_span_ms, checksum FROM series WHERE metric = ? AND device > ?
       ORDER BY device LIMIT ?`,
    ),
    all: db.prepare<[afterDevice: string, afterMetric: string, limit: number], SeriesIdRow>(
      `SELECT id, device, metric, raw_span_ms, checksum FROM series WHERE (device, metric) > (?, ?)
       ORDER BY device, metric LIMIT ?`,
    ),
  };
}
