import type { Database } from "better-sqlite3";

import type { SeriesFilter, SeriesKey } from "../store.ts";

/** Walks the series of the region's database in order of device, then metric, in chunks. */
export class SqliteSeries {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  one(device: string, metric: string): SeriesIdRow | undefined {
    return this.#sql.one.get(device, metric);
  }

  /** @param bound whether the walk begins with the series `key` or behind it. */
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
      yield* chunk;
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
};

/** A page that has looked at so many series ends, even if it found little: no question may hold the store for long. */
export const SERIES_PER_PAGE = 5_000;
const SERIES_CHUNK = 500;

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    one: db.prepare<[device: string, metric: string], SeriesIdRow>(
      "SELECT id, device, metric, raw_span_ms FROM series WHERE device = ? AND metric = ?",
    ),
    ofDevice: db.prepare<[device: string, afterMetric: string, limit: number], SeriesIdRow>(
      `SELECT id, device, metric, raw_span_ms FROM series WHERE device = ? AND metric > ?
       ORDER BY metric LIMIT ?`,
    ),
    ofMetric: db.prepare<[metric: string, afterDevice: string, limit: number], SeriesIdRow>(
      `SELECT id, device, metric, raw_span_ms FROM series WHERE metric = ? AND device > ?
       ORDER BY device LIMIT ?`,
    ),
    all: db.prepare<[afterDevice: string, afterMetric: string, limit: number], SeriesIdRow>(
      `SELECT id, device, metric, raw_span_ms FROM series WHERE (device, metric) > (?, ?)
       ORDER BY device, metric LIMIT ?`,
    ),
  };
}
