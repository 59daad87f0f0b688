import type { Database, Statement } from "better-sqlite3";

import type { Member } from "../../../proto/core/member.ts";
import type { OperatorCommand } from "../../../proto/core/operator-command.ts";
import { storedSummary, SUMMARY_COLUMNS } from "./stored-summary.ts";
import type { StoredSummary } from "./stored-summary.ts";

/**
 * What operators said, as rows. Every method runs inside the transaction of its caller, who calls
 * {@link SqliteOperators.forget} when that is rolled back.
 */
export class SqliteOperators {
  readonly #sql: Statements;
  /** One name for each command that erased a device: as many as people gave. */
  #erased: ReadonlySet<string>;

  constructor(db: Database) {
    this.#sql = prepare(db);
    this.#erased = new Set(this.#sql.erased.all());
  }

  isErased(device: string): boolean {
    return this.#erased.size > 0 && this.#erased.has(device);
  }

  insert(series: number, from: BatchOrigin, command: WindowCommand): void {
    const { hlc, reason, actor, window } = command;
    const { stream, seq, hash48 } = from;
    const rank = command.kind === "clear" ? command.rank : command.kind;
    const summary: MaybeSummary = command.kind === "clear" ? NO_SUMMARY : storedSummary(command.summary);
    this.#sql.insert.run(
      series,
      window.windowMs,
      window.windowStartMs,
      rank,
      hlc,
      hash48,
      reason,
      actor,
      ...summary,
      stream,
      seq,
    );
  }

  /** Deletes everything that is known of the device, and notes that nothing more of it will be. */
  erase(from: BatchOrigin, { device, hlc, reason, actor }: Extract<OperatorCommand, { kind: "erase_device" }>): void {
    this.#sql.insertErased.run(device, hlc, from.hash48, reason, actor, from.stream, from.seq);
    for (const series of this.#sql.seriesOf.all(device)) for (const forget of this.#sql.ofSeries) forget.run(series);
    this.#erased = new Set([...this.#erased, device]);
  }

  setMember(from: BatchOrigin, { member, hlc, reason, actor }: Extract<OperatorCommand, { kind: "set_member" }>): void {
    const { region, state, url, gatewayUrl } = member;
    this.#sql.setMember.run(region, state, url, gatewayUrl, hlc, from.hash48, reason, actor, from.stream, from.seq);
  }

  members(): readonly Member[] {
    return this.#sql.members.all();
  }

  highestHlc(): number {
    return this.#sql.highestHlc.get() ?? 0;
  }

  forget(): void {
    this.#erased = new Set(this.#sql.erased.all());
  }
}

/** The batch that a row came with, by local ids: how the rows of it are told from those of another. */
export type BatchOrigin = { readonly stream: number; readonly seq: number; readonly hash48: number };

export type WindowCommand = Exclude<OperatorCommand, { kind: "erase_device" | "set_member" }>;

type OrNull<Row extends readonly unknown[]> = { [Column in keyof Row]: Row[Column] | null };
type MaybeSummary = OrNull<StoredSummary>;
const NO_SUMMARY: MaybeSummary = [null, null, null, null, null, null, null, null, null, null, null, null, null];

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    insert: db.prepare<
      [
        series: number,
        windowMs: number,
        windowStartMs: number,
        rank: string,
        hlc: number,
        hash48: number,
        reason: string,
        actor: string,
        ...summary: MaybeSummary,
        stream: number,
        seq: number,
      ]
    >(
      `INSERT INTO operator_row (series, window_ms, window_start_ms, rank, hlc, hash48, reason, actor,
         ${SUMMARY_COLUMNS}, stream, seq)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (series, window_ms, window_start_ms, rank, hlc, hash48) DO NOTHING`,
    ),
    insertErased: db.prepare<
      [device: string, hlc: number, hash48: number, reason: string, actor: string, stream: number, seq: number]
    >(
      `INSERT INTO erased (device, hlc, hash48, reason, actor, stream, seq) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (device) DO UPDATE
         SET hlc = excluded.hlc, hash48 = excluded.hash48, reason = excluded.reason, actor = excluded.actor,
             stream = excluded.stream, seq = excluded.seq
         WHERE (excluded.hlc, excluded.hash48) > (erased.hlc, erased.hash48)`,
    ),
    erased: db.prepare("SELECT device FROM erased").pluck() as Statement<[], string>,
    seriesOf: db.prepare("SELECT id FROM series WHERE device = ?").pluck() as Statement<[device: string], number>,
    ofSeries: [
      "DELETE FROM window_conflict WHERE series = ?",
      "DELETE FROM operator_row WHERE series = ?",
      "DELETE FROM raw_block WHERE series = ?",
      "DELETE FROM revision_log WHERE series = ?",
      "DELETE FROM series_schema WHERE series = ?",
      "DELETE FROM record WHERE series = ?",
      "DELETE FROM series WHERE id = ?",
    ].map((sql) => db.prepare<[series: number]>(sql)),
    setMember: db.prepare<
      [
        region: string,
        state: string,
        url: string,
        gatewayUrl: string,
        hlc: number,
        hash48: number,
        reason: string,
        actor: string,
        stream: number,
        seq: number,
      ]
    >(
      `INSERT INTO member (region, state, url, gateway_url, hlc, hash48, reason, actor, stream, seq)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (region) DO UPDATE
         SET state = excluded.state, url = excluded.url, gateway_url = excluded.gateway_url, hlc = excluded.hlc,
             hash48 = excluded.hash48, reason = excluded.reason, actor = excluded.actor, stream = excluded.stream,
             seq = excluded.seq
         WHERE (excluded.hlc, excluded.hash48) > (member.hlc, member.hash48)`,
    ),
    members: db.prepare<[], Member>("SELECT region, state, url, gateway_url AS gatewayUrl FROM member ORDER BY region"),
    highestHlc: db
      .prepare(
        `SELECT max((SELECT coalesce(max(hlc), 0) FROM operator_row), (SELECT coalesce(max(hlc), 0) FROM erased),
           (SELECT coalesce(max(hlc), 0) FROM member))`,
      )
      .pluck() as Statement<[], number>,
  };
}
