import type { Database } from "better-sqlite3";

/** Every derived table of a region's database, with names in place of local ids, in a fixed order. */
export function regionContents(db: Database): Record<string, unknown[]> {
  const rows = (sql: string): unknown[] => db.prepare(sql).raw().all();
  const slots = (table: string): unknown[] =>
    rows(`SELECT device, metric, hex(stream_id), row.* FROM ${table} AS row
          JOIN series ON series.id = row.series JOIN stream ON stream.id = row.stream
          ORDER BY device, metric, window_ms, window_start_ms, stream_id, part, ver, hash48, revision`).map((row) =>
      // series and stream, as local ids
      (row as unknown[]).filter((_value, column) => column !== 3 && column !== 6),
    );
  return {
    record: slots("record"),
    revisionLog: slots("revision_log"),
    raw: rows(`SELECT device, metric, hex(stream_id), min_ms, max_ms, seq, position, hash48, count, unit, hex(columns)
               FROM raw_block JOIN series ON series.id = raw_block.series JOIN stream ON stream.id = raw_block.stream
               ORDER BY device, metric, stream_id, seq, position`),
    // Without the span, a bound that may be wider where the losing side of a fork had been.
    series: rows("SELECT device, metric FROM series ORDER BY device, metric"),
    schema: rows(`SELECT device, metric, type, unit, first_ms, last_ms FROM series_schema
                  JOIN series ON series.id = series_schema.series ORDER BY device, metric, type, unit`),
    // Without the bytes: the hash says what they are, or were before they were pruned.
    batch: rows(`SELECT hex(stream_id), seq, hash48, hex(sha256), applied, counts
                 FROM batch JOIN stream ON stream.id = batch.stream ORDER BY stream_id, seq, hash48`),
    stream:
      rows(`SELECT hex(stream_id), gateway, prefix, islands, hash_sum, readings, redelivered, records, raw_readings
                  FROM stream ORDER BY stream_id`),
    ledger: rows(`SELECT hex(stream_id), kind, reason, count FROM ledger JOIN stream ON stream.id = ledger.stream
                  ORDER BY stream_id, kind, reason`),
    conflicts: rows("SELECT kind, key FROM conflict_log ORDER BY kind, key"),
    windowConflicts: rows(`SELECT device, metric, window_ms, window_start_ms, key, outcome FROM window_conflict
                           JOIN series ON series.id = window_conflict.series
                           ORDER BY device, metric, window_ms, window_start_ms, key`),
    operatorRows: rows(`SELECT device, metric, hex(stream_id), row.* FROM operator_row AS row
                        JOIN series ON series.id = row.series JOIN stream ON stream.id = row.stream
                        ORDER BY device, metric, window_ms, window_start_ms, rank, hlc, hash48`).map((row) =>
      // series and, last but one, stream, as local ids
      (row as unknown[]).toSpliced(-2, 1).toSpliced(3, 1),
    ),
    members: rows("SELECT region, state, url, gateway_url, hlc, hash48, reason, actor FROM member ORDER BY region"),
    erased: rows("SELECT device, hlc, hash48, reason, actor FROM erased ORDER BY device"),
  };
}
