import { createHash } from "node:crypto";
import type { Database, Statement } from "better-sqlite3";
import { z } from "zod";

import { seriesName } from "../../core/apply-rows.ts";
import { DAY_MS, DayDigests, DIGEST_BUCKETS } from "../../core/day-digests.ts";
import type { Answers } from "./answers.ts";
import { SUMMARY_COLUMNS } from "./stored-summary.ts";

/**
 * Reads all rows that follow from the batches, and sums their hashes by day. It reads the rows from the disk and not
 * from a cache, so that damage on the disk is noticed.
 */
export class SqliteDigests {
  readonly #sql: readonly Statement<number[], unknown[]>[];

  readonly answers: Answers<"digests"> = {
    /** @param after empty for the beginning. */
    digests: (after) => {
      const { stage, key } =
        after.length === 0 ? BEGINNING : placeSchema.parse(JSON.parse(Buffer.from(after).toString()));
      const { table, columns } = STAGES[stage]!;
      const from = key ?? columns.map(() => Number.MIN_SAFE_INTEGER);
      const rows = this.#sql[stage]!.all(...from, ROWS_PER_PAGE);
      const digests = new DayDigests();
      for (const row of rows) {
        const [timeMs, device, metric, ...rest] = row.slice(columns.length);
        const day = Math.floor(Number(timeMs) / DAY_MS);
        const series = seriesName({ device: String(device), metric: String(metric) });
        digests.add({
          day,
          bucket: bucketOf(series),
          rows: 1,
          sum: hashOf([table, series, ...withoutNoContent(rest).map(plain)]),
        });
      }
      const last = rows.at(-1);
      const more = last !== undefined && rows.length === ROWS_PER_PAGE;
      const next = more ? { stage, key: last.slice(0, columns.length) } : { stage: stage + 1, key: null };
      const isEnd = next.stage === STAGES.length;
      return { digests: digests.all, next: isEnd ? new Uint8Array(0) : Buffer.from(JSON.stringify(next)) };
    },
  };

  constructor(db: Database) {
    this.#sql = prepare(db);
  }
}

const SLOT = ["series", "window_ms", "window_start_ms", "stream", "part"];
const WINDOW = `window_ms, window_start_ms, part, ver, hash48, revision, carry, unit, ha_mode, ${SUMMARY_COLUMNS}, content`;
/** The tables with their keys in local ids, the time of a row, and the columns that are the same in every region. */
const STAGES = [
  { table: "record", columns: SLOT, time: "window_start_ms", rest: WINDOW },
  { table: "revision_log", columns: [...SLOT, "ver", "hash48", "revision"], time: "window_start_ms", rest: WINDOW },
  {
    table: "raw_block",
    columns: ["series", "stream", "seq", "position"],
    time: "min_ms",
    rest: "seq, position, min_ms, max_ms, hash48, count, unit, columns",
  },
] as const satisfies readonly { table: string; columns: readonly string[]; time: string; rest: string }[];

const BEGINNING = { stage: 0, key: null };
const placeSchema = z.strictObject({
  stage: z
    .int()
    .min(0)
    .max(STAGES.length - 1),
  key: z.array(z.int()).nullable(),
});
/** About two milliseconds of work. */
const ROWS_PER_PAGE = 500;

function bucketOf(series: string): number {
  return createHash("sha256").update(series).digest()[0]! % DIGEST_BUCKETS;
}

/**
 * A row without content has the same hash in a region of an earlier version, whose tables lack the column. It is the last
 * column of a window; the last column of a raw block is never null.
 */
function withoutNoContent(row: readonly unknown[]): readonly unknown[] {
  return row.at(-1) === null ? row.slice(0, -1) : row;
}

function hashOf(row: readonly unknown[]): number {
  return createHash("sha256").update(JSON.stringify(row)).digest().readUIntBE(0, 6);
}

/** JSON has neither bytes nor infinity. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString("base64");
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function prepare(db: Database): readonly Statement<number[], unknown[]>[] {
  return STAGES.map(({ table, columns, time, rest }) =>
    db
      .prepare<number[], unknown[]>(
        `SELECT ${columns.map((column) => `chunk.${column}`).join()}, ${time}, device, metric, stream_id, ${rest}
         FROM (SELECT * FROM ${table} WHERE (${columns.join()}) > (${columns.map(() => "?").join()})
               ORDER BY ${columns.join()} LIMIT ?) AS chunk
         JOIN series ON series.id = chunk.series JOIN stream ON stream.id = chunk.stream
         ORDER BY ${columns.map((column) => `chunk.${column}`).join()}`,
      )
      .raw(),
  );
}
