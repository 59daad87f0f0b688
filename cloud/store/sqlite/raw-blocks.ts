import type { Database, Statement } from "better-sqlite3";

import { toSeq, streamId } from "../../../proto/core/ids.ts";
import { readRawColumns } from "../../../proto/wire/batch-codec.ts";
import type { RawSlice } from "../../../proto/wire/batch-codec.ts";
import { compareCopies, decidedToMs, unionNeeds, unitedReadings } from "../../core/raw-union.ts";
import type { RawCopy } from "../../core/raw-union.ts";
import type { RawReading, ReadingKey, TimeRange } from "../store.ts";
import type { CheckedRows } from "./checked-rows.ts";
import { columnsChecksum } from "./row-checksums.ts";
import type { SeriesIdRow, SqliteSeries } from "./series.ts";
import type { SqliteStreams } from "./streams.ts";

/** Writes the raw readings, one row a block. Runs inside the transaction of the caller. */
export class SqliteRawBlocks {
  readonly #sql: Statements;
  readonly #series: SqliteSeries;

  constructor(db: Database, series: SqliteSeries) {
    this.#sql = prepare(db);
    this.#series = series;
  }

  /** The hash of the batch whose block is at the place; null for a free place. */
  held({ series, stream, seq: at, position }: RawPlace): number | null {
    return this.#sql.held.get(series, stream, at, position) ?? null;
  }

  insert({ series, stream, seq: at, position }: RawPlace, hash48: number, slice: RawSlice): void {
    const { minMs, maxMs, count, unit, columns } = slice;
    const spanMs = maxMs - minMs;
    if (this.#sql.widenSpan.run(spanMs, series, spanMs).changes > 0) this.#series.writeChecksum(series);
    const row: RawBlockRow = [series, minMs, maxMs, stream, at, position, hash48, count, unit, columns];
    this.#sql.insert.run(...row, columnsChecksum(row));
  }

  delete({ series, stream, seq: at, position }: RawPlace): void {
    this.#sql.delete.run(series, stream, at, position);
  }
}

/** Reads raw readings. */
export class SqliteRawReadings {
  readonly #sql: ReadingStatements;
  readonly #streams: SqliteStreams;
  readonly #checked: CheckedRows;

  constructor(db: Database, { streams, checked }: { streams: SqliteStreams; checked: CheckedRows }) {
    this.#sql = prepareReadings(db);
    this.#streams = streams;
    this.#checked = checked;
  }

  /**
   * The first `limit` readings of a series after `after`, in order of time. Blocks are read in order of their first time.
   * A block that reaches into the range begins at most `raw_span_ms` before it. The answer is complete as soon as the
   * next block begins after all readings found so far.
   */
  first(series: SeriesIdRow, range: TimeRange, after: ReadingKey | null, limit: number): RawReading[] {
    const fromMs = Math.max(range.fromMs, after?.timeMs ?? Number.MIN_SAFE_INTEGER);
    let found: RawReading[] = [];
    let lastMs = Number.POSITIVE_INFINITY;
    const first = Math.max(fromMs - series.raw_span_ms, Number.MIN_SAFE_INTEGER);
    for (const block of this.#sql.blocks.iterate(series.id, first, range.toMs, fromMs)) {
      if (block.min_ms > lastMs) break;
      if (!this.#checked.isWhole("raw_block", block)) continue;
      const { streamId: stream, gateway } = this.#streams.name(block.stream);
      const { timesMs, values, clock } = readRawColumns(block.columns);
      for (let index = 0; index < block.count; index += 1) {
        const timeMs = timesMs[index]!;
        if (timeMs < fromMs || timeMs >= range.toMs || timeMs > lastMs) continue;
        const reading: RawReading = {
          device: series.device,
          metric: series.metric,
          timeMs,
          streamId: stream,
          seq: toSeq(block.seq),
          index: block.position * BLOCK_STRIDE + index,
          value: values[index]!,
          unit: block.unit,
          clock,
          gateway,
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

  /** As {@link first}, but a reading that several streams carry is one reading. */
  firstUnited(series: SeriesIdRow, range: TimeRange, after: ReadingKey | null, limit: number): RawReading[] {
    if (this.#sql.hasSeveralStreams.get(series.id, series.id) !== 1) return this.first(series, range, after, limit);
    const { device, metric } = series;
    const found: RawReading[] = [];
    let fromMs = Math.max(range.fromMs, after?.timeMs ?? Number.MIN_SAFE_INTEGER);
    let wanted = Math.max(limit, WANTED_MIN);
    while (found.length < limit && fromMs < range.toMs) {
      const needs = unionNeeds({ fromMs, toMs: range.toMs });
      const { copies, completeToMs } = this.#copies(series, needs, { countedFromMs: fromMs, wanted });
      const toMs = Math.min(range.toMs, decidedToMs(completeToMs));
      if (toMs <= fromMs) {
        // So many readings are in a second that the first ones are not decided. More are read.
        wanted *= 2;
        continue;
      }
      for (const { timeMs, value, index, from } of unitedReadings(copies, { fromMs, toMs })) {
        const reading = { device, metric, timeMs, value, index, ...from };
        if (after === null || byTime(reading, after) > 0) found.push(reading);
      }
      fromMs = toMs;
      wanted = Math.max((limit - found.length) * 2, WANTED_MIN);
    }
    return found.slice(0, limit);
  }

  /** All readings before `completeToMs`, which is the end of the range, or after `wanted` readings at least. */
  #copies(
    series: SeriesIdRow,
    { fromMs, toMs }: TimeRange,
    { countedFromMs, wanted }: { readonly countedFromMs: number; readonly wanted: number },
  ): { readonly copies: readonly RawCopy[]; readonly completeToMs: number } {
    let copies: RawCopy[] = [];
    let completeToMs = toMs;
    let enough = wanted;
    const first = Math.max(fromMs - series.raw_span_ms, Number.MIN_SAFE_INTEGER);
    for (const block of this.#sql.blocks.iterate(series.id, first, toMs, fromMs)) {
      if (block.min_ms >= completeToMs) break;
      if (!this.#checked.isWhole("raw_block", block)) continue;
      const { timesMs, values, clock } = readRawColumns(block.columns);
      const from = { ...this.#streams.name(block.stream), seq: toSeq(block.seq), unit: block.unit, clock };
      for (let i = 0; i < block.count; i += 1) {
        const timeMs = timesMs[i]!;
        if (timeMs < fromMs || timeMs >= completeToMs) continue;
        copies.push({ timeMs, value: values[i]!, index: block.position * BLOCK_STRIDE + i, from });
      }
      if (copies.length < enough) continue;
      const counted = copies.map(({ timeMs }) => timeMs).filter((timeMs) => timeMs >= countedFromMs);
      if (counted.length >= wanted) {
        completeToMs = counted.sort((a, b) => a - b)[wanted - 1]! + 1;
        copies = copies.filter(({ timeMs }) => timeMs < completeToMs);
      }
      enough = copies.length * 2;
    }
    return { copies: copies.sort(compareCopies), completeToMs };
  }
}

/** A position after every reading of a series. */
export const AFTER_EVERY_READING: Omit<ReadingKey, "device" | "metric"> = {
  timeMs: Number.MAX_SAFE_INTEGER,
  streamId: streamId("ffffffff-ffff-ffff-ffff-ffffffffffff"),
  seq: toSeq(Number.MAX_SAFE_INTEGER),
  index: Number.MAX_SAFE_INTEGER,
};

export type RawPlace = {
  readonly series: number;
  readonly stream: number;
  readonly seq: number;
  /** Among the blocks of this series in the batch. */
  readonly position: number;
};

const WANTED_MIN = 64;
/** More readings than a block can hold, so that `index` orders by block first, then inside it. */
const BLOCK_STRIDE = 2 ** 24;

function byTime(a: ReadingKey, b: ReadingKey): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  if (a.streamId !== b.streamId) return a.streamId < b.streamId ? -1 : 1;
  return a.seq - b.seq || a.index - b.index;
}

type RawBlockSqlRow = {
  readonly row: number;
  readonly series: number;
  readonly min_ms: number;
  readonly max_ms: number;
  readonly hash48: number;
  readonly checksum: number | null;
  readonly stream: number;
  readonly seq: number;
  readonly position: number;
  readonly count: number;
  readonly unit: string | null;
  readonly columns: Buffer;
};

type RawBlockRow = [
  series: number,
  minMs: number,
  maxMs: number,
  stream: number,
  seq: number,
  position: number,
  hash48: number,
  count: number,
  unit: string | null,
  columns: Uint8Array,
];
type Statements = ReturnType<typeof prepare>;
type Place = [series: number, stream: number, seq: number, position: number];

const AT = "series = ? AND stream = ? AND seq = ? AND position = ?";

function prepare(db: Database) {
  return {
    held: db.prepare<Place>(`SELECT hash48 FROM raw_block WHERE ${AT}`).pluck() as Statement<Place, number>,
    delete: db.prepare<Place>(`DELETE FROM raw_block WHERE ${AT}`),
    insert: db.prepare<[...RawBlockRow, checksum: number]>(
      `INSERT INTO raw_block (series, min_ms, max_ms, stream, seq, position, hash48, count, unit, columns, checksum)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    widenSpan: db.prepare<[spanMs: number, series: number, spanAgainMs: number]>(
      "UPDATE series SET raw_span_ms = ? WHERE id = ? AND raw_span_ms < ?",
    ),
  };
}

type ReadingStatements = ReturnType<typeof prepareReadings>;

function prepareReadings(db: Database) {
  return {
    blocks: db.prepare<[series: number, firstMs: number, toMs: number, fromMs: number], RawBlockSqlRow>(
      `SELECT rowid AS row, series, min_ms, max_ms, stream, seq, position, hash48, count, unit, columns, checksum
       FROM raw_block WHERE series = ? AND min_ms >= ? AND min_ms < ? AND max_ms >= ?
       ORDER BY min_ms`,
    ),
    hasSeveralStreams: db
      .prepare(
        `SELECT (SELECT min(stream) FROM raw_block WHERE series = ?) < (SELECT max(stream) FROM raw_block WHERE series = ?)`,
      )
      .pluck() as Statement<[series: number, seriesAgain: number], number | null>,
  };
}
