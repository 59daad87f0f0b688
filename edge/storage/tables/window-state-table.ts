import type { Buffer } from "node:buffer";
import type { Database, Statement } from "better-sqlite3";
import type { StreamId } from "../../../proto/core/ids.ts";
import type { StoredWindow } from "../../core/storage/window-table.ts";
import { decodeWindowState, encodeWindowState } from "./window-state-codec.ts";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/** States of windows: open ones as of their checkpoint, and closed ones, which are kept for late readings. */
export class WindowStateTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /**
   * @param expiresMs null while the window is open.
   * @returns the bytes of its readings or cells.
   */
  put(window: StoredWindow, expiresMs: number | null): number {
    const { state, contentBytes } = encodeWindowState(window);
    const row: WindowStateRow = {
      series: window.series,
      window_ms: window.windowMs,
      start_ms: window.windowStartMs,
      part: window.part,
      through_seq: window.throughSeq,
      revision: window.revision,
      forwarded_in: window.forwardedIn,
      carry: window.carry,
      expires_ms: expiresMs,
      state,
    };
    this.#sql.put.run({ ...row, crc: checksumOf(row) });
    return contentBytes;
  }

  /** The latest part of a window. */
  get(series: number, windowMs: number, startMs: number): FoundWindow | undefined {
    const row = this.#sql.get.get(series, windowMs, startMs);
    return row === undefined ? undefined : foundWindow(row);
  }

  /** Start of the newest closed window of this length; `-Infinity`: no window is closed. */
  newestClosedStartMs(series: number, windowMs: number): number {
    return this.#sql.newestClosed.get(series, windowMs)?.start_ms ?? -Infinity;
  }

  *open(): Generator<FoundWindow> {
    for (const row of this.#sql.open.iterate()) yield foundWindow(row);
  }

  /**
   * Expired states, the earliest first. A state that counted a reading above `checkpointSeq` stays: a replay of the journal
   * would not find it and would count the reading again, as a supplement.
   */
  expired(nowMs: number, checkpointSeq: number, limit: number): ExpiredWindow[] {
    return this.#sql.expired.all(nowMs, checkpointSeq, limit);
  }

  drop(row: ExpiredWindow): void {
    this.#sql.drop.run(row.series, row.window_ms, row.start_ms, row.part);
  }

  /** Deletes all states of a series. */
  dropSeries(series: number): void {
    this.#sql.dropSeries.run(series);
  }
}

/** A state, or the row of one that the disk damaged. */
export type FoundWindow =
  | { readonly kind: "intact"; readonly window: StoredWindow }
  | { readonly kind: "damaged"; readonly row: ExpiredWindow; readonly state: Buffer };

export type ExpiredWindow = {
  readonly series: number;
  readonly window_ms: number;
  readonly start_ms: number;
  readonly part: number;
};

type WindowStateRow = {
  readonly series: number;
  readonly window_ms: number;
  readonly start_ms: number;
  readonly part: number;
  readonly through_seq: number;
  readonly revision: number;
  readonly forwarded_in: StreamId | null;
  readonly carry: StreamId | null;
  readonly expires_ms: number | null;
  readonly state: Buffer;
};

type CheckedRow = WindowStateRow & { readonly crc: number | null };

function checksumOf(row: WindowStateRow): number {
  const { series, window_ms, start_ms, part, through_seq, revision, forwarded_in, carry, expires_ms } = row;
  const key = [series, window_ms, start_ms, part];
  return rowChecksum("window_state", [...key, through_seq, revision, forwarded_in, carry, expires_ms], row.state);
}

function foundWindow(row: CheckedRow): FoundWindow {
  if (isIntactRow(row.crc, checksumOf(row))) return { kind: "intact", window: storedWindow(row) };
  return { kind: "damaged", row, state: row.state };
}

function storedWindow(row: WindowStateRow): StoredWindow {
  return {
    series: row.series,
    windowMs: row.window_ms,
    windowStartMs: row.start_ms,
    part: row.part,
    throughSeq: row.through_seq,
    revision: row.revision,
    forwardedIn: row.forwarded_in,
    carry: row.carry,
    reopened: false,
    fresh: 0,
    ...decodeWindowState(row.state),
  };
}

type Statements = {
  readonly put: Statement<[CheckedRow]>;
  readonly get: Statement<[number, number, number], CheckedRow>;
  readonly newestClosed: Statement<[number, number], { readonly start_ms: number | null }>;
  readonly open: Statement<[], CheckedRow>;
  readonly dropSeries: Statement<[number]>;
  readonly expired: Statement<[number, number, number], ExpiredWindow>;
  readonly drop: Statement<[number, number, number, number]>;
};

const COLUMNS = "series, window_ms, start_ms, part, through_seq, revision, forwarded_in, carry, expires_ms, state, crc";

function prepare(db: Database): Statements {
  return {
    put: db.prepare(
      `INSERT INTO window_state
         (series, window_ms, start_ms, part, through_seq, revision, forwarded_in, carry, expires_ms, state, crc)
       VALUES (@series, @window_ms, @start_ms, @part, @through_seq, @revision, @forwarded_in, @carry, @expires_ms, @state, @crc)
       ON CONFLICT (series, window_ms, start_ms, part) DO UPDATE SET
         through_seq = excluded.through_seq, revision = excluded.revision, forwarded_in = excluded.forwarded_in,
         carry = excluded.carry, expires_ms = excluded.expires_ms, state = excluded.state, crc = excluded.crc`,
    ),
    get: db.prepare(
      `SELECT ${COLUMNS} FROM window_state WHERE series = ? AND window_ms = ? AND start_ms = ?
       ORDER BY part DESC LIMIT 1`,
    ),
    newestClosed: db.prepare(
      "SELECT max(start_ms) AS start_ms FROM window_state WHERE series = ? AND window_ms = ? AND expires_ms IS NOT NULL",
    ),
    open: db.prepare(`SELECT ${COLUMNS} FROM window_state WHERE expires_ms IS NULL`),
    expired: db.prepare(
      `SELECT series, window_ms, start_ms, part FROM window_state WHERE expires_ms <= ? AND through_seq <= ?
       ORDER BY expires_ms LIMIT ?`,
    ),
    dropSeries: db.prepare("DELETE FROM window_state WHERE series = ?"),
    drop: db.prepare("DELETE FROM window_state WHERE series = ? AND window_ms = ? AND start_ms = ? AND part = ?"),
  };
}
