import type { Database } from "better-sqlite3";

import { conflictKey, settlementOf } from "../../../proto/core/conflicts.ts";
import type { Answers } from "./answers.ts";
import type { SqliteSeries } from "./series.ts";
import { SERIES_PER_PAGE } from "./series.ts";
import type { SqliteWindows } from "./windows.ts";
import type {
  ApproximateWindows,
  ConflictKey,
  ConflictQuery,
  ConflictRow,
  SeriesKey,
  WindowConflict,
} from "../store.ts";

/**
 * The conflicts of windows. Each window has exactly those that follow from its present rows, so the table does not
 * depend on the order in which the rows arrived. `settle` runs inside the transaction of the caller.
 */
export class SqliteConflicts {
  readonly #sql: Statements;
  readonly #windows: SqliteWindows;
  readonly #series: SqliteSeries;
  #approximate = 0;
  /** The gateways that forward a series without a rule that names the pair, by its local id. */
  readonly #unnamedPairs = new Map<number, readonly string[]>();

  readonly answers: Answers<"conflicts"> = {
    conflicts: (query) => {
      const rows: ConflictRow[] = [];
      const { after, limit } = query;
      if (after?.of !== "fork") {
        const next = query.kind === "fork" ? null : this.#windowConflicts(query, after, rows);
        if (next !== null) return { rows, next };
      }
      const ofWindows = query.device ?? query.metric ?? query.fromMs ?? query.toMs;
      if (ofWindows !== null || (query.kind !== null && query.kind !== "fork")) return { rows, next: null };
      const forks = this.#sql.forks.all(after?.of === "fork" ? after.key : "", limit + 1 - rows.length);
      for (const { key } of forks) {
        // The page is full with conflicts of windows; the forks begin on the next one.
        if (rows.length === limit) return { rows, next: keyOf(rows.at(-1)!) };
        rows.push({ kind: "fork", key });
      }
      return { rows, next: null };
    },
  };

  constructor(db: Database, parts: { windows: SqliteWindows; series: SqliteSeries }) {
    this.#sql = prepare(db);
    this.#windows = parts.windows;
    this.#series = parts.series;
  }

  /** Finds the conflicts of these windows again, after their rows have changed. */
  settle(windows: readonly WindowPlace[]): void {
    for (const { series, windowMs, startMs } of windows) this.#settleOne([series, windowMs, startMs]);
  }

  /** What {@link settle} found since the last call. */
  takeApproximate(): ApproximateWindows {
    const windows = this.#approximate;
    const unnamedPairs = [...this.#unnamedPairs].flatMap(([id, gateways]) => {
      const series = this.#sql.series.get(id);
      return series === undefined ? [] : [{ ...series, gateways }];
    });
    this.#approximate = 0;
    this.#unnamedPairs.clear();
    return { windows, unnamedPairs };
  }

  /** Finds the conflicts of windows that an earlier version of this software left. @returns whether there are more. */
  settleOld(limit: number): boolean {
    const places = this.#sql.unsettled.all(limit);
    for (const { series, window_ms: windowMs, window_start_ms: startMs } of places) {
      this.#settleOne([series, windowMs, startMs]);
      this.#sql.forgetUnsettled.run(series, windowMs, startMs);
    }
    return places.length === limit;
  }

  /** Fills `rows`. @returns where the next page begins; null when there are no more. */
  #windowConflicts(
    query: ConflictQuery,
    after: Extract<ConflictKey, { of: "window" }> | null,
    rows: ConflictRow[],
  ): ConflictKey | null {
    let visitedSeries = 0;
    let visited = 0;
    for (const { id, device, metric } of this.#series.walk(query, after, "from")) {
      const here = after?.device === device && after.metric === metric ? after : null;
      for (let windowMs = this.#length(id, here?.windowMs ?? 0); windowMs !== null;) {
        const at = here?.windowMs === windowMs ? here : null;
        const [fromMs, key] = begin(query.fromMs, at);
        const toMs = query.toMs ?? Number.MAX_SAFE_INTEGER;
        for (const row of this.#sql.page.iterate(id, windowMs, fromMs, key, toMs)) {
          const conflict = loaded(row, { device, metric, windowMs });
          if (query.kind === null || query.kind === conflict.kind) {
            if (rows.length === query.limit) return keyOf(rows.at(-1)!);
            rows.push(conflict);
          }
          if ((visited += 1) === ROWS_PER_PAGE) return keyOf(conflict);
        }
        windowMs = this.#length(id, windowMs + 1);
      }
      if ((visitedSeries += 1) === SERIES_PER_PAGE) return { of: "window", device, metric, ...AFTER_EVERY_WINDOW };
    }
    return null;
  }

  #length(series: number, fromMs: number): number | null {
    return this.#sql.nextLength.get(series, fromMs)?.window_ms ?? null;
  }

  #settleOne(place: Place): void {
    this.#sql.delete.run(...place);
    const { rows, operatorRows } = this.#windows.one(...place);
    const [series, windowMs, windowStartMs] = place;
    const { conflicts, isApproximate, unnamedPair } = settlementOf({ windowStartMs, windowMs }, rows, operatorRows);
    for (const conflict of conflicts) this.#sql.insert.run(...place, conflictKey(conflict), conflict.outcome);
    if (isApproximate) this.#approximate += 1;
    if (unnamedPair.length > 0 && this.#unnamedPairs.size < UNNAMED_PAIRS_MAX) {
      this.#unnamedPairs.set(series, unnamedPair);
    }
  }
}

/** A window by local ids. */
export type WindowPlace = { readonly series: number; readonly windowMs: number; readonly startMs: number };

type Place = [series: number, windowMs: number, startMs: number];
type ConflictSqlRow = { readonly window_start_ms: number; readonly key: string; readonly outcome: string };

/** The range begins after the last row of the page before, or at `fromMs` if that is later. */
function begin(fromMs: number | null, after: { windowStartMs: number; key: string } | null): [number, string] {
  const earliestMs = fromMs ?? Number.MIN_SAFE_INTEGER;
  if (after === null || after.windowStartMs < earliestMs) return [earliestMs, ""];
  return [after.windowStartMs, after.key];
}

function loaded(row: ConflictSqlRow, of: { device: string; metric: string; windowMs: number }): WindowConflict {
  const [kind, winner, loser] = row.key.split(" ") as [WindowConflict["kind"], string, string];
  const outcome = row.outcome as WindowConflict["outcome"];
  return { ...of, windowStartMs: row.window_start_ms, kind, outcome, winner, loser };
}

function keyOf(row: ConflictRow): ConflictKey {
  if (row.kind === "fork") return { of: "fork", key: row.key };
  const { device, metric, windowMs, windowStartMs } = row;
  return { of: "window", device, metric, windowMs, windowStartMs, key: conflictKey(row) };
}

/** Series that one commit reports. The others are reported by a later one. */
const UNNAMED_PAIRS_MAX = 32;
/** Rows that a page reads, whether it shows them or not. */
const ROWS_PER_PAGE = 50_000;
const AFTER_EVERY_WINDOW = { windowMs: 2 ** 32, windowStartMs: Number.MAX_SAFE_INTEGER, key: "" };

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    delete: db.prepare<Place>("DELETE FROM window_conflict WHERE series = ? AND window_ms = ? AND window_start_ms = ?"),
    insert: db.prepare<[...Place, key: string, outcome: string]>(
      "INSERT INTO window_conflict (series, window_ms, window_start_ms, key, outcome) VALUES (?, ?, ?, ?, ?)",
    ),
    series: db.prepare<[id: number], SeriesKey>("SELECT device, metric FROM series WHERE id = ?"),
    unsettled: db.prepare<[limit: number], { series: number; window_ms: number; window_start_ms: number }>(
      "SELECT series, window_ms, window_start_ms FROM unsettled_window LIMIT ?",
    ),
    forgetUnsettled: db.prepare<Place>(
      "DELETE FROM unsettled_window WHERE series = ? AND window_ms = ? AND window_start_ms = ?",
    ),
    nextLength: db.prepare<[series: number, fromMs: number], { window_ms: number | null }>(
      "SELECT min(window_ms) AS window_ms FROM window_conflict WHERE series = ? AND window_ms >= ?",
    ),
    page: db.prepare<[series: number, windowMs: number, fromMs: number, key: string, toMs: number], ConflictSqlRow>(
      `SELECT window_start_ms, key, outcome FROM window_conflict
       WHERE series = ? AND window_ms = ? AND (window_start_ms, key) > (?, ?) AND window_start_ms < ?
       ORDER BY window_start_ms, key`,
    ),
    forks: db.prepare<[after: string, limit: number], { key: string }>(
      "SELECT key FROM conflict_log WHERE kind = 'fork' AND key > ? ORDER BY key LIMIT ?",
    ),
  };
}
