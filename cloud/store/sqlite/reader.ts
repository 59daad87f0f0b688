import type { Database } from "better-sqlite3";

import { effective } from "../../../proto/core/effective.ts";
import { EMPTY_HAVE, haveFromWire } from "../../../proto/core/have.ts";
import type { Have } from "../../../proto/core/have.ts";
import { toSeq, streamId } from "../../../proto/core/ids.ts";
import type { StreamId } from "../../../proto/core/ids.ts";
import { schemaKey } from "../../../proto/core/schema.ts";
import { readRawColumns } from "../../../proto/wire/batch-codec.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import { SERIES_PER_PAGE } from "./series.ts";
import type { SeriesIdRow, SqliteSeries } from "./series.ts";
import type { SqliteWindows } from "./windows.ts";
import type {
  AnswerKey,
  EffectiveWindow,
  Page,
  RawReading,
  ReadingKey,
  ReadingQuery,
  RecordKey,
  RecordQuery,
  SeriesKey,
  SeriesQuery,
  StreamKey,
  StreamQuery,
  StreamReport,
  StoreTotals,
  WindowHistory,
  StreamSet,
} from "../store.ts";

/**
 * The questions that the region's database answers. Every method is one page of bounded work on one snapshot.
 *
 * Pages go by name (device, metric), never by local ids or offsets, so that a cursor stays right while rows are
 * inserted before and after it.
 */
export class SqliteReader {
  readonly #sql: Statements;
  readonly #series: SqliteSeries;
  readonly #windows: SqliteWindows;

  constructor(db: Database, parts: { series: SqliteSeries; windows: SqliteWindows }) {
    this.#sql = prepare(db);
    this.#series = parts.series;
    this.#windows = parts.windows;
  }

  series(query: SeriesQuery): Page<SeriesKey, SeriesKey> {
    const rows: SeriesKey[] = [];
    for (const { device, metric } of this.#series.walk(query, query.after, "after")) {
      if (rows.length === query.limit) return { rows, next: rows.at(-1) ?? null };
      rows.push({ device, metric });
    }
    return { rows, next: null };
  }

  records(query: RecordQuery): Page<EffectiveWindow, AnswerKey> {
    const rows: EffectiveWindow[] = [];
    let visited = 0;
    for (const series of this.#series.walk(query, query.after, "from")) {
      const { device, metric } = series;
      const after = query.after?.device === device && query.after.metric === metric ? query.after : null;
      for (const windowMs of this.#windows.lengths(series.id, query.windowMs, after?.windowMs ?? 0)) {
        const here = after?.windowMs === windowMs ? after : null;
        const fromMs = here === null ? query.fromMs : Math.max(query.fromMs, here.windowStartMs);
        for (const { startMs: windowStartMs, ...said } of this.#windows.inRange(
          series.id,
          windowMs,
          fromMs,
          query.toMs,
        )) {
          for (const answer of effective(said.rows, said.operatorRows)) {
            if (here?.windowStartMs === windowStartMs && schemaKey(answer) <= here.schema) continue;
            if (rows.length === query.limit) return { rows, next: answerKey(rows.at(-1)) };
            rows.push({ device, metric, windowMs, windowStartMs, effective: answer });
          }
        }
      }
      visited += 1;
      if (visited === SERIES_PER_PAGE) {
        return { rows, next: { device, metric, ...AFTER_EVERY_WINDOW } };
      }
    }
    return { rows, next: null };
  }

  readings(query: ReadingQuery): Page<RawReading, ReadingKey> {
    const rows: RawReading[] = [];
    let visited = 0;
    for (const series of this.#series.walk(query, query.after, "from")) {
      const { device, metric } = series;
      const after = query.after?.device === device && query.after.metric === metric ? query.after : null;
      // One more than asked for tells whether this page is the last.
      const found = this.#rawReadings(series, query, after, query.limit + 1 - rows.length);
      for (const reading of found) {
        if (rows.length === query.limit) return { rows, next: readingKey(rows.at(-1)) };
        rows.push(reading);
      }
      visited += 1;
      if (visited === SERIES_PER_PAGE) return { rows, next: { device, metric, ...AFTER_EVERY_READING } };
    }
    return { rows, next: null };
  }

  streams(query: StreamQuery): Page<StreamReport, StreamKey> {
    const after = query.after;
    const found = this.#sql.streams.all(
      after?.gateway ?? query.gateway ?? "",
      after === null ? Buffer.alloc(0) : streamIdToBytes(after.streamId),
      query.gateway,
      query.gateway,
      query.limit + 1,
    );
    const rows = found.slice(0, query.limit).map((row): StreamReport => {
      const counted = this.#sql.ledger.all(row.id);
      const ofKind = (kind: string): Record<string, number> =>
        Object.fromEntries(counted.filter((entry) => entry.kind === kind).map((entry) => [entry.reason, entry.count]));
      return {
        gateway: row.gateway,
        streamId: streamIdFromBytes(row.stream_id),
        have: loadedHave(row),
        hashSum: row.hash_sum,
        lastReceivedMs: row.last_received_ms,
        readings: row.readings,
        redelivered: row.redelivered,
        deadLetters: ofKind("dead_letter"),
        discards: ofKind("discard"),
        records: row.records,
        rawReadings: row.raw_readings,
      };
    });
    const last = rows.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return { rows, next: more ? { gateway: last.gateway, streamId: last.streamId } : null };
  }

  set(id: StreamId): StreamSet {
    const row = this.#sql.set.get(streamIdToBytes(id));
    if (row === undefined) return { streamId: id, have: EMPTY_HAVE, gateway: null, hashSum: 0 };
    return { streamId: id, have: loadedHave(row), gateway: row.gateway, hashSum: row.hash_sum };
  }

  revisions({ device, metric, windowMs, windowStartMs }: RecordKey): WindowHistory {
    const series = this.#series.one(device, metric);
    if (series === undefined) return { rows: [], complete: true };
    return this.#windows.history(series.id, windowMs, windowStartMs, REVISIONS_MAX);
  }

  totals(): StoreTotals {
    const totals = this.#sql.totals.get();
    if (totals === undefined) throw new Error("an aggregate without a row");
    return totals;
  }

  /**
   * The first `limit` readings after `after`. Blocks are visited by their first time; `raw_span_ms` bounds how far
   * before the range a block that reaches into it can begin. As soon as the readings in hand all lie before the next
   * block, the answer is complete.
   */
  #rawReadings(series: SeriesIdRow, range: ReadingQuery, after: ReadingKey | null, limit: number): RawReading[] {
    const fromMs = Math.max(range.fromMs, after?.timeMs ?? Number.MIN_SAFE_INTEGER);
    let found: RawReading[] = [];
    let lastMs = Number.POSITIVE_INFINITY;
    const first = Math.max(fromMs - series.raw_span_ms, Number.MIN_SAFE_INTEGER);
    for (const block of this.#sql.rawBlocks.iterate(series.id, first, range.toMs, fromMs)) {
      if (block.min_ms > lastMs) break;
      const { streamId: stream } = this.#windows.stream(block.stream);
      const { timesMs, values, clock } = readRawColumns(block.columns);
      for (let index = 0; index < block.count; index += 1) {
        const timeMs = timesMs[index] as number;
        if (timeMs < fromMs || timeMs >= range.toMs || timeMs > lastMs) continue;
        const reading: RawReading = {
          device: series.device,
          metric: series.metric,
          timeMs,
          streamId: stream,
          seq: toSeq(block.seq),
          index: block.position * BLOCK_STRIDE + index,
          value: values[index] as RawReading["value"],
          unit: block.unit,
          clock,
        };
        if (after === null || byTime(reading, after) > 0) found.push(reading);
      }
      if (found.length >= limit) {
        found.sort(byTime);
        found = found.slice(0, limit);
        lastMs = found.at(-1)?.timeMs ?? lastMs;
      }
    }
    return found.sort(byTime).slice(0, limit);
  }
}

/** Of each kind. A window with more was revised every second for hours. */
const REVISIONS_MAX = 10_000;
const AFTER_EVERY_WINDOW = { windowMs: 2 ** 32, windowStartMs: Number.MAX_SAFE_INTEGER, schema: "" };
/** More readings than a block can hold: `index` then orders first by block, then inside it. */
const BLOCK_STRIDE = 2 ** 24;
const AFTER_EVERY_READING = {
  timeMs: Number.MAX_SAFE_INTEGER,
  streamId: streamId("ffffffff-ffff-ffff-ffff-ffffffffffff"),
  seq: toSeq(Number.MAX_SAFE_INTEGER),
  index: Number.MAX_SAFE_INTEGER,
};

function loadedHave(row: { readonly prefix: number; readonly islands: string }): Have {
  return row.islands === "[]"
    ? { prefix: row.prefix, islands: [] }
    : haveFromWire(row.prefix, JSON.parse(row.islands) as number[]);
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

function byTime(a: ReadingKey, b: ReadingKey): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  if (a.streamId !== b.streamId) return a.streamId < b.streamId ? -1 : 1;
  return a.seq - b.seq || a.index - b.index;
}

type RawBlockRow = {
  readonly min_ms: number;
  readonly stream: number;
  readonly seq: number;
  readonly position: number;
  readonly count: number;
  readonly unit: string | null;
  readonly columns: Buffer;
};
type StreamSqlRow = {
  readonly id: number;
  readonly stream_id: Buffer;
  readonly gateway: string;
  readonly hash_sum: number;
  readonly prefix: number;
  readonly islands: string;
  readonly readings: number;
  readonly redelivered: number;
  readonly records: number;
  readonly raw_readings: number;
  readonly last_received_ms: number;
};

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    rawBlocks: db.prepare<[series: number, firstMs: number, toMs: number, fromMs: number], RawBlockRow>(
      `SELECT min_ms, stream, seq, position, count, unit, columns
       FROM raw_block WHERE series = ? AND min_ms >= ? AND min_ms < ? AND max_ms >= ?
       ORDER BY min_ms`,
    ),
    set: db.prepare<[streamId: Uint8Array], { prefix: number; islands: string; gateway: string; hash_sum: number }>(
      "SELECT prefix, islands, gateway, hash_sum FROM stream WHERE stream_id = ?",
    ),
    streams: db.prepare<
      [gateway: string, streamId: Uint8Array, only: string | null, onlyAgain: string | null, limit: number],
      StreamSqlRow
    >(
      `SELECT id, stream_id, gateway, prefix, islands, hash_sum, readings, redelivered, records, raw_readings, last_received_ms
       FROM stream WHERE (gateway, stream_id) > (?, ?) AND (? IS NULL OR gateway = ?)
       ORDER BY gateway, stream_id LIMIT ?`,
    ),
    ledger: db.prepare<[stream: number], { kind: string; reason: string; count: number }>(
      "SELECT kind, reason, count FROM ledger WHERE stream = ? ORDER BY kind, reason",
    ),
    totals: db.prepare<[], StoreTotals>(
      `SELECT count(DISTINCT CASE WHEN gateway NOT LIKE 'operator@%' THEN gateway END) AS gateways, count(*) AS streams, (SELECT count(*) FROM series) AS series,
         coalesce(sum(readings), 0) AS readings, coalesce(sum(records), 0) AS records,
         coalesce(sum(raw_readings), 0) AS rawReadings,
         (SELECT count(*) FROM conflict_log WHERE kind = 'fork') AS forks,
         (SELECT count(*) FROM batch WHERE applied = 0) AS unapplied,
         max(last_received_ms) AS lastReceivedMs
       FROM stream`,
    ),
  };
}
