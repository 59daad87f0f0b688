import type { Database, Statement } from "better-sqlite3";

import type { CommandVersion } from "../../../proto/core/operator-command.ts";
import type { StreamId } from "../../../proto/core/ids.ts";
import type { Member } from "../../../proto/core/member.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import type { ErasingCommand, KeepingCommand, MemberCommand, WindowCommand } from "../../core/apply-rows.ts";
import type { Answers } from "./answers.ts";
import type { CheckedRows } from "./checked-rows.ts";
import { columnsChecksum } from "./row-checksums.ts";
import { storedSummary, SUMMARY_COLUMNS } from "./stored-summary.ts";
import type { StoredSummary } from "./stored-summary.ts";

/**
 * The commands of operators: for windows, for devices and for regions. Writing runs inside the transaction of the caller,
 * who calls {@link SqliteOperators.forget} after a rollback.
 */
export class SqliteOperators {
  readonly #sql: Statements;
  readonly #checked: CheckedRows;
  #erased: Map<string, CommandVersion>;

  readonly answers: Answers<"members" | "keptGateways" | "highestHlc"> = {
    members: () =>
      this.#sql.members
        .all()
        .filter((row) => this.#checked.isWhole("member", row))
        .map(({ region, state, url, gateway_url: gatewayUrl }) => ({ region, state, url, gatewayUrl })),
    keptGateways: () => this.#sql.kept.all().map(({ gateway, life }) => ({ gateway, life: lifeOf(life) })),
    highestHlc: () => this.#sql.highestHlc.get() ?? 0,
  };

  constructor(db: Database, checked: CheckedRows) {
    this.#sql = prepare(db);
    this.#checked = checked;
    this.#erased = this.#loadErased();
  }

  /**
   * The latest command that erased each device. They fit into memory, because people give these commands one by one.
   */
  get erased(): ReadonlyMap<string, CommandVersion> {
    return this.#erased;
  }

  /** The latest command that set each region. */
  memberVersions(): Map<string, CommandVersion> {
    return new Map(this.#sql.memberVersions.all().map(({ region, ...version }) => [region, version]));
  }

  /** The latest command about each gateway. */
  keptVersions(): Map<string, CommandVersion> {
    return new Map(this.#sql.keptVersions.all().map(({ gateway, ...version }) => [gateway, version]));
  }

  insert(series: number, from: BatchOrigin, command: WindowCommand): void {
    const { hlc, reason, actor, window } = command;
    const { stream, seq, hash48 } = from;
    const rank = command.kind === "clear" ? command.rank : command.kind;
    const summary: MaybeSummary = command.kind === "clear" ? NO_SUMMARY : storedSummary(command.summary);
    const row: CommandRow = [
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
    ];
    this.#sql.insert.run(...row, columnsChecksum(row));
  }

  /** Deletes every row of the device, and notes that it is erased. */
  erase(from: BatchOrigin, { device, hlc, reason, actor }: ErasingCommand): void {
    const row: ErasedRow = [device, hlc, from.hash48, reason, actor, from.stream, from.seq];
    this.#sql.setErased.run(...row, columnsChecksum(row));
    this.#erased.set(device, { hlc, hash48: from.hash48 });
    for (const series of this.#sql.seriesOf.all(device)) for (const forget of this.#sql.ofSeries) forget.run(series);
  }

  setMember(from: BatchOrigin, { member, hlc, reason, actor }: MemberCommand): void {
    const { region, state, url, gatewayUrl } = member;
    const { hash48, stream, seq } = from;
    const row: MemberRow = [region, state, url, gatewayUrl, hlc, hash48, reason, actor, stream, seq];
    this.#sql.setMember.run(...row, columnsChecksum(row));
  }

  keep(from: BatchOrigin, { kept, hlc, reason, actor }: KeepingCommand): void {
    const life = kept.life === null ? NOBODY : streamIdToBytes(kept.life);
    this.#sql.keep.run(kept.gateway, life, hlc, from.hash48, reason, actor, from.stream, from.seq);
  }

  /** Reads the erased devices from the disk again. */
  forget(): void {
    this.#erased = this.#loadErased();
  }

  #loadErased(): Map<string, CommandVersion> {
    return new Map(this.#sql.erased.all().map(({ device, ...version }) => [device, version]));
  }
}

/** The kept life of a stored row; null: every gateway of the name is accepted. */
export function lifeOf(bytes: Uint8Array): StreamId | null {
  return bytes.length === 0 ? null : streamIdFromBytes(bytes);
}

const NOBODY = new Uint8Array(0);

/** The batch that carried a row, with the local id of its stream. */
export type BatchOrigin = { readonly stream: number; readonly seq: number; readonly hash48: number };

type OrNull<Row extends readonly unknown[]> = { [Column in keyof Row]: Row[Column] | null };
type MaybeSummary = OrNull<StoredSummary>;
const NO_SUMMARY: MaybeSummary = [null, null, null, null, null, null, null, null, null, null, null, null, null];

type CommandRow = [
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
];
type ErasedRow = [
  device: string,
  hlc: number,
  hash48: number,
  reason: string,
  actor: string,
  stream: number,
  seq: number,
];
type MemberRow = [
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
];

type MemberSqlRow = Omit<Member, "gatewayUrl"> & {
  readonly gateway_url: string;
  readonly hlc: number;
  readonly hash48: number;
  readonly reason: string;
  readonly actor: string;
  readonly stream: number;
  readonly seq: number;
  readonly checksum: number | null;
};

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    insert: db.prepare<[...CommandRow, checksum: number]>(
      `INSERT INTO operator_row (series, window_ms, window_start_ms, rank, hlc, hash48, reason, actor,
         ${SUMMARY_COLUMNS}, stream, seq, checksum)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    setErased: db.prepare<[...ErasedRow, checksum: number]>(
      `INSERT OR REPLACE INTO erased (device, hlc, hash48, reason, actor, stream, seq, checksum)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    erased: db.prepare<[], CommandVersion & { device: string }>("SELECT device, hlc, hash48 FROM erased"),
    memberVersions: db.prepare<[], CommandVersion & { region: string }>("SELECT region, hlc, hash48 FROM member"),
    keptVersions: db.prepare<[], CommandVersion & { gateway: string }>("SELECT gateway, hlc, hash48 FROM kept_gateway"),
    kept: db.prepare<[], { gateway: string; life: Buffer }>("SELECT gateway, life FROM kept_gateway ORDER BY gateway"),
    keep: db.prepare<
      [
        gateway: string,
        life: Uint8Array,
        hlc: number,
        hash48: number,
        reason: string,
        actor: string,
        stream: number,
        seq: number,
      ]
    >(
      `INSERT OR REPLACE INTO kept_gateway (gateway, life, hlc, hash48, reason, actor, stream, seq)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
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
    setMember: db.prepare<[...MemberRow, checksum: number]>(
      `INSERT OR REPLACE INTO member (region, state, url, gateway_url, hlc, hash48, reason, actor, stream, seq, checksum)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    members: db.prepare<[], MemberSqlRow>(
      `SELECT region, state, url, gateway_url, hlc, hash48, reason, actor, stream, seq, checksum FROM member
       ORDER BY region`,
    ),
    highestHlc: db
      .prepare(
        `SELECT max((SELECT coalesce(max(hlc), 0) FROM operator_row), (SELECT coalesce(max(hlc), 0) FROM erased),
           (SELECT coalesce(max(hlc), 0) FROM member), (SELECT coalesce(max(hlc), 0) FROM kept_gateway))`,
      )
      .pluck() as Statement<[], number>,
  };
}
