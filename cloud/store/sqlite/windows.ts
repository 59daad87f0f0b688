import type { Database, Statement } from "better-sqlite3";

import { effective } from "../../../proto/core/effective.ts";
import type { SlotRow } from "../../../proto/core/effective.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import { compareCommandVersions, OPERATOR_RANKS } from "../../../proto/core/operator-command.ts";
import type { OperatorRank, OperatorRow } from "../../../proto/core/operator-command.ts";
import { compareSlotVersions } from "../../../proto/core/slot-version.ts";
import { streamIdFromBytes } from "../../../proto/wire/frame-values.ts";
import { decodeWindowContent } from "../../../proto/wire/window-content-codec.ts";
import type { CheckedRows } from "./checked-rows.ts";
import { haModeOf } from "./stored-ha-mode.ts";
import { hasSummary, loadedSummary, SUMMARY_COLUMNS } from "./stored-summary.ts";
import type { CommandSummaryRow, SummaryRow } from "./stored-summary.ts";
import type { SqliteStreams } from "./streams.ts";
import type { SlotSource, WindowHistory, WindowRevision } from "../store.ts";
import { NO_CONTENT } from "../../../proto/core/window-content.ts";
import type { WindowContent } from "../../../proto/core/window-content.ts";

/**
 * Reads the rows of windows in the form that the rules need: the rows of gateways and the commands, window by window.
 */
export class SqliteWindows {
  readonly #sql: Statements;
  readonly #streams: SqliteStreams;
  readonly #checked: CheckedRows;

  constructor(db: Database, { streams, checked }: { streams: SqliteStreams; checked: CheckedRows }) {
    this.#sql = prepare(db);
    this.#streams = streams;
    this.#checked = checked;
  }

  /** The window lengths of a series, from `fromMs` on. */
  *lengths(series: number, only: number | null, fromMs: number): Generator<number> {
    if (only !== null) {
      if (only >= fromMs) yield only;
      return;
    }
    let windowMs = this.#sql.nextLength.get(series, fromMs, series, fromMs);
    while (typeof windowMs === "number") {
      yield windowMs;
      windowMs = this.#sql.nextLength.get(series, windowMs + 1, series, windowMs + 1);
    }
  }

  /** The windows in order of start, also those with commands only. */
  *inRange(series: number, windowMs: number, fromMs: number, toMs: number): Generator<WindowRows> {
    const commands = this.#sql.operatorRows.iterate(series, windowMs, fromMs, toMs);
    try {
      let command = commands.next();
      const commandsAt = (startMs: number): OperatorRow[] => {
        const taken: OperatorRow[] = [];
        for (; command.done !== true && command.value.window_start_ms === startMs; command = commands.next()) {
          if (this.#checked.isWhole("operator_row", command.value)) taken.push(operatorRow(command.value));
        }
        return taken;
      };
      let startMs = Number.NaN;
      let rows: SlotSqlRow[] = [];
      for (const row of this.#sql.slotRows.iterate(series, windowMs, fromMs, toMs)) {
        if (!this.#checked.isWhole("record", row)) continue;
        if (rows.length > 0 && row.window_start_ms !== startMs) {
          yield { startMs, ...this.#present(rows), operatorRows: commandsAt(startMs) };
          rows = [];
        }
        startMs = row.window_start_ms;
        while (rows.length === 0 && command.done !== true && command.value.window_start_ms < startMs) {
          const aloneMs = command.value.window_start_ms;
          yield { startMs: aloneMs, ...this.#present([]), operatorRows: commandsAt(aloneMs) };
        }
        rows.push(row);
      }
      if (rows.length > 0) yield { startMs, ...this.#present(rows), operatorRows: commandsAt(startMs) };
      while (command.done !== true) {
        const aloneMs = command.value.window_start_ms;
        yield { startMs: aloneMs, ...this.#present([]), operatorRows: commandsAt(aloneMs) };
      }
    } finally {
      commands.return?.();
    }
  }

  one(series: number, windowMs: number, startMs: number): WindowRows {
    return {
      startMs,
      ...this.#present(this.#slots(series, windowMs, startMs)),
      operatorRows: this.#commands(series, windowMs, startMs).map(operatorRow),
    };
  }

  /** Every row that the window ever had, at most `limit` of a kind. `complete` is false when there are more. */
  history(series: number, windowMs: number, startMs: number, limit: number): WindowHistory {
    const replaced = this.#sql.replacedRows
      .all(series, windowMs, startMs, limit + 1)
      .filter((row) => this.#checked.isWhole("revision_log", row));
    const present = this.#slots(series, windowMs, startMs);
    const commands = this.#commands(series, windowMs, startMs);
    const window = { windowStartMs: startMs, windowMs };
    const answers = effective(window, this.#present(present).rows, commands.map(operatorRow));
    const sources = answers.flatMap((answer) => answer.sources);
    const slot = (row: SlotSqlRow, state: "present" | "replaced"): GatewayRevision => {
      const loaded = sourceOf(this.#slotRow(row, NO_CONTENT));
      const source = sources.some((one) => one.streamId === loaded.streamId && one.part === loaded.part);
      return {
        kind: "gateway",
        state,
        inAnswer: state === "present" && source,
        row: loaded,
      };
    };
    const gateways = [
      ...present.slice(0, limit).map((row) => slot(row, "present")),
      ...replaced.slice(0, limit).map((row) => slot(row, "replaced")),
    ].toSorted(byVersion);
    const byRank = commands.map(operatorRow).toSorted(byRankAndVersion).slice(0, limit);
    const operators = byRank.map((row): WindowRevision => {
      const decided = answers[0]?.operator;
      const inAnswer = decided?.rank === row.rank && decided.hlc === row.hlc && decided.hash48 === row.hash48;
      return { kind: "operator", inAnswer, row };
    });
    const complete = Math.max(present.length, replaced.length, commands.length) <= limit;
    return { rows: [...operators, ...gateways], complete };
  }

  #slots(series: number, windowMs: number, startMs: number): readonly SlotSqlRow[] {
    const rows = this.#sql.slotRows.all(series, windowMs, startMs, startMs + 1);
    return rows.filter((row) => this.#checked.isWhole("record", row));
  }

  #commands(series: number, windowMs: number, startMs: number): readonly OperatorSqlRow[] {
    const rows = this.#sql.operatorRows.all(series, windowMs, startMs, startMs + 1);
    return rows.filter((row) => this.#checked.isWhole("operator_row", row));
  }

  /** The row in the form that the rules need. */
  slotRow(row: SlotSqlRow): SlotRow {
    return this.#slotRow(row, decodeWindowContent(row.content));
  }

  /** The rows of one window. A single row is the answer as it is, so its content is not decoded. */
  #present(rows: readonly SlotSqlRow[]): Pick<WindowRows, "rows" | "contentBytes"> {
    if (rows.length < 2) return { rows: rows.map((row) => this.#slotRow(row, NO_CONTENT)), contentBytes: 0 };
    const contentBytes = rows.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
    return { rows: rows.map((row) => this.slotRow(row)), contentBytes };
  }

  #slotRow(row: SlotSqlRow, content: WindowContent): SlotRow {
    const { streamId, gateway } = this.#streams.name(row.stream);
    return {
      gateway,
      streamId,
      part: row.part,
      ver: toSeq(row.ver),
      hash48: row.hash48,
      carry: row.carry === null ? null : streamIdFromBytes(row.carry),
      revision: row.revision,
      unit: row.unit,
      haMode: haModeOf(row.ha_mode),
      later: row.later === 1,
      summary: loadedSummary(row),
      content,
    };
  }
}

export type WindowRows = {
  readonly startMs: number;
  readonly rows: readonly SlotRow[];
  /** How many bytes of single readings were decoded for `rows`. */
  readonly contentBytes: number;
  readonly operatorRows: readonly OperatorRow[];
};

type GatewayRevision = Extract<WindowRevision, { kind: "gateway" }>;
export type SlotSqlRow = SummaryRow & {
  readonly series: number;
  readonly window_ms: number;
  readonly checksum: number | null;
  readonly window_start_ms: number;
  readonly stream: number;
  readonly part: number;
  readonly ver: number;
  readonly hash48: number;
  readonly revision: number;
  readonly carry: Buffer | null;
  readonly unit: string | null;
  readonly ha_mode: number;
  readonly later: number;
  readonly content: Buffer | null;
};
export type OperatorSqlRow = CommandSummaryRow & {
  readonly series: number;
  readonly window_ms: number;
  readonly stream: number;
  readonly seq: number;
  readonly checksum: number | null;
  readonly window_start_ms: number;
  readonly rank: OperatorRank;
  readonly hlc: number;
  readonly hash48: number;
  readonly reason: string;
  readonly actor: string;
};

export function sourceOf(row: SlotRow): SlotSource {
  const { content: _, ...source } = row;
  return source;
}

export function operatorRow(row: OperatorSqlRow): OperatorRow {
  const { rank, hlc, hash48, reason, actor } = row;
  return { rank, hlc, hash48, reason, actor, summary: hasSummary(row) ? loadedSummary(row) : null };
}

function byRankAndVersion(a: OperatorRow, b: OperatorRow): number {
  return OPERATOR_RANKS.indexOf(a.rank) - OPERATOR_RANKS.indexOf(b.rank) || compareCommandVersions(a, b);
}

function byVersion(a: GatewayRevision, b: GatewayRevision): number {
  if (a.row.gateway !== b.row.gateway) return a.row.gateway < b.row.gateway ? -1 : 1;
  if (a.row.streamId !== b.row.streamId) return a.row.streamId < b.row.streamId ? -1 : 1;
  return a.row.part - b.row.part || compareSlotVersions(a.row, b.row);
}

export const SLOT_COLUMNS: string = `series, window_ms, window_start_ms, stream, part, ver, hash48, revision, carry, unit, ha_mode,
  later, content, ${SUMMARY_COLUMNS}, checksum`;
export const OPERATOR_COLUMNS: string = `series, window_ms, window_start_ms, rank, hlc, hash48, reason, actor, ${SUMMARY_COLUMNS},
  stream, seq, checksum`;

type Statements = ReturnType<typeof prepare>;
type Range = [series: number, windowMs: number, fromMs: number, toMs: number];

function prepare(db: Database) {
  return {
    nextLength: db
      .prepare(
        `SELECT min(window_ms) FROM (
           SELECT min(window_ms) AS window_ms FROM record WHERE series = ? AND window_ms >= ?
           UNION ALL SELECT min(window_ms) FROM operator_row WHERE series = ? AND window_ms >= ?)`,
      )
      .pluck() as Statement<[series: number, fromMs: number, again: number, fromAgainMs: number], number | null>,
    slotRows: db.prepare<Range, SlotSqlRow>(
      `SELECT ${SLOT_COLUMNS} FROM record
       WHERE series = ? AND window_ms = ? AND window_start_ms >= ? AND window_start_ms < ? ORDER BY window_start_ms`,
    ),
    replacedRows: db.prepare<[series: number, windowMs: number, startMs: number, limit: number], SlotSqlRow>(
      `SELECT ${SLOT_COLUMNS} FROM revision_log
       WHERE series = ? AND window_ms = ? AND window_start_ms = ? LIMIT ?`,
    ),
    operatorRows: db.prepare<Range, OperatorSqlRow>(
      `SELECT ${OPERATOR_COLUMNS} FROM operator_row
       WHERE series = ? AND window_ms = ? AND window_start_ms >= ? AND window_start_ms < ?
       ORDER BY window_start_ms, rank, hlc, hash48`,
    ),
  };
}
