import type { Database } from "better-sqlite3";

import { effective } from "../../../proto/core/effective.ts";
import type { EffectiveRecord } from "../../../proto/core/effective.ts";
import { schemaKey } from "../../../proto/core/schema.ts";
import type { Answers } from "./answers.ts";
import type { CheckedRows } from "./checked-rows.ts";
import { AFTER_EVERY_READING, SqliteRawReadings } from "./raw-blocks.ts";
import { SERIES_PER_PAGE } from "./series.ts";
import type { SqliteSeries } from "./series.ts";
import type { SqliteStreams } from "./streams.ts";
import { sourceOf } from "./windows.ts";
import type { SqliteWindows } from "./windows.ts";
import type {
  AnswerKey,
  EffectiveWindow,
  RawReading,
  ReadingKey,
  SeriesKey,
  StoreTotals,
  WindowAnswer,
} from "../store.ts";

/**
 * The queries over series, windows and readings. Every call is one page, with bounded work.
 *
 * A page starts at a name (device, metric), never at a local id or an offset. So a cursor stays right while rows are
 * inserted before and after it.
 */
export class SqliteReader {
  readonly #sql: Statements;
  readonly #series: SqliteSeries;
  readonly #windows: SqliteWindows;
  readonly #readings: SqliteRawReadings;

  readonly answers: Answers<"series" | "records" | "readings" | "revisions" | "totals"> = {
    series: (query) => {
      const rows: SeriesKey[] = [];
      for (const { device, metric } of this.#series.walk(query, query.after, "after")) {
        if (rows.length === query.limit) return { rows, next: rows.at(-1) ?? null };
        rows.push({ device, metric });
      }
      return { rows, next: null };
    },

    records: (query) => {
      const rows: EffectiveWindow[] = [];
      let visited = 0;
      let contentBytes = 0;
      for (const series of this.#series.walk(query, query.after, "from")) {
        const { device, metric } = series;
        const after = query.after?.device === device && query.after.metric === metric ? query.after : null;
        for (const windowMs of this.#windows.lengths(series.id, query.windowMs, after?.windowMs ?? 0)) {
          const here = after?.windowMs === windowMs ? after : null;
          const fromMs = here === null ? query.fromMs : Math.max(query.fromMs, here.windowStartMs);
          for (const { startMs: windowStartMs, ...found } of this.#windows.inRange(
            series.id,
            windowMs,
            fromMs,
            query.toMs,
          )) {
            for (const answer of effective({ windowStartMs, windowMs }, found.rows, found.operatorRows)) {
              if (here?.windowStartMs === windowStartMs && schemaKey(answer) <= here.schema) continue;
              if (rows.length === query.limit) return { rows, next: answerKey(rows.at(-1)) };
              rows.push({ device, metric, windowMs, windowStartMs, effective: withoutContent(answer) });
            }
            contentBytes += found.contentBytes;
            if (contentBytes >= CONTENT_BYTES_PER_PAGE && rows.length > 0)
              return { rows, next: answerKey(rows.at(-1)) };
          }
        }
        visited += 1;
        if (visited === SERIES_PER_PAGE) {
          return { rows, next: { device, metric, ...AFTER_EVERY_WINDOW } };
        }
      }
      return { rows, next: null };
    },

    readings: (query) => {
      const rows: RawReading[] = [];
      let visited = 0;
      for (const series of this.#series.walk(query, query.after, "from")) {
        const { device, metric } = series;
        const after = query.after?.device === device && query.after.metric === metric ? query.after : null;
        // One reading more than requested shows whether this page is the last.
        const found = query.dedupe
          ? this.#readings.firstUnited(series, query, after, query.limit + 1 - rows.length)
          : this.#readings.first(series, query, after, query.limit + 1 - rows.length);
        for (const reading of found) {
          if (rows.length === query.limit) return { rows, next: readingKey(rows.at(-1)) };
          rows.push(reading);
        }
        visited += 1;
        if (visited === SERIES_PER_PAGE) return { rows, next: { device, metric, ...AFTER_EVERY_READING } };
      }
      return { rows, next: null };
    },

    revisions: ({ device, metric, windowMs, windowStartMs }) => {
      const series = this.#series.one(device, metric);
      if (series === undefined) return { rows: [], complete: true };
      return this.#windows.history(series.id, windowMs, windowStartMs, REVISIONS_MAX);
    },

    totals: () => {
      const totals = this.#sql.totals.get();
      if (totals === undefined) throw new Error("an aggregate without a row");
      return totals;
    },
  };

  constructor(db: Database, parts: ReaderParts) {
    this.#sql = prepare(db);
    this.#series = parts.series;
    this.#windows = parts.windows;
    this.#readings = new SqliteRawReadings(db, parts);
  }
}

type ReaderParts = {
  readonly series: SqliteSeries;
  readonly windows: SqliteWindows;
  readonly streams: SqliteStreams;
  readonly checked: CheckedRows;
};

/** Rows of each kind. A window with more rows was revised every second for hours. */
const REVISIONS_MAX = 10_000;
/** About 0.1 s of work, to unite 170,000 readings. */
const CONTENT_BYTES_PER_PAGE = 512 * 1024;
const AFTER_EVERY_WINDOW = { windowMs: 2 ** 32, windowStartMs: Number.MAX_SAFE_INTEGER, schema: "" };

function withoutContent({ sources, ...answer }: EffectiveRecord): WindowAnswer {
  return { ...answer, sources: sources.map(sourceOf) };
}

function answerKey(row: EffectiveWindow | undefined): AnswerKey | null {
  if (row === undefined) return null;
  const { device, metric, windowMs, windowStartMs } = row;
  return { device, metric, windowMs, windowStartMs, schema: schemaKey(row.effective) };
}

function readingKey(row: RawReading | undefined): ReadingKey | null {
  if (row === undefined) return null;
  const { device, metric, timeMs, streamId: stream, seq: position, index } = row;
  return { device, metric, timeMs, streamId: stream, seq: position, index };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    totals: db.prepare<[], StoreTotals>(
      `SELECT count(DISTINCT CASE WHEN gateway NOT LIKE 'operator@%' THEN gateway END) AS gateways, count(*) AS streams, (SELECT count(*) FROM series) AS series,
         coalesce(sum(readings), 0) AS readings, coalesce(sum(records), 0) AS records,
         coalesce(sum(raw_readings), 0) AS rawReadings,
         (SELECT count(*) FROM conflict_log WHERE kind = 'fork') AS forks,
         (SELECT count(*) FROM batch WHERE applied = 0) AS unapplied,
         (SELECT received_ms FROM batch ORDER BY rowid DESC LIMIT 1) AS lastReceivedMs
       FROM stream`,
    ),
  };
}
