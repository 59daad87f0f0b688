import type { Database } from "better-sqlite3";

import { toSeq } from "../../../proto/core/ids.ts";
import type { MemberState } from "../../../proto/core/member.ts";
import { streamIdFromBytes } from "../../../proto/wire/frame-values.ts";
import type { Answers } from "./answers.ts";
import type { ConflictKey, Page, SeriesKey, StreamKey } from "../store.ts";
import type { CommandSource, DumpedBatch, DumpedCommand, DumpedRawBlock, DumpedWindow } from "../store-dump.ts";
import { lifeOf } from "./operators.ts";
import { countsOfRow } from "./stored-counts.ts";
import type { CountedRow } from "./stored-counts.ts";
import type { SqliteConflicts } from "./conflicts.ts";
import type { SqliteSchema } from "./schema.ts";
import type { SqliteStreams } from "./streams.ts";
import { operatorRow, OPERATOR_COLUMNS, SLOT_COLUMNS } from "./windows.ts";
import type { OperatorSqlRow, SlotSqlRow, SqliteWindows } from "./windows.ts";

/** Reads everything that decides answers, in domain values. */
export class SqliteDump {
  readonly #sql: Statements;
  readonly #parts: Parts;

  readonly answers: Answers<"dump"> = {
    dump: () => {
      const { schema, conflicts } = this.#parts;
      const everySeries = { device: null, metric: null };
      const streams = everyRow((after: StreamKey | null) =>
        this.#parts.streams.answers.streams({ gateway: null, after, limit: PAGE }),
      );
      return {
        streams: streams
          .map((report) => {
            const { lastReceivedMs: _, ...stream } = report;
            return stream;
          })
          .toSorted((a, b) => (a.streamId < b.streamId ? -1 : 1)),
        batches: this.#sql.batches.all().map(dumpedBatch),
        series: this.#sql.series.all(),
        schema: everyRow((after: SeriesKey | null) => schema.answers.schema({ ...everySeries, after, limit: PAGE })),
        windows: [...this.#windows("present"), ...this.#windows("replaced")],
        rawBlocks: this.#sql.rawBlocks.all().map(dumpedRawBlock),
        conflicts: everyRow((after: ConflictKey | null) =>
          conflicts.answers.conflicts({ ...everySeries, kind: null, fromMs: null, toMs: null, after, limit: PAGE }),
        ),
        commands: this.#sql.commands.all().map(dumpedCommand),
        members: this.#sql.members.all().map(({ gateway_url: gatewayUrl, ...member }) => ({ ...member, gatewayUrl })),
        keptGateways: this.#sql.kept.all().map((row) => ({ ...row, life: lifeOf(row.life) })),
        erased: this.#sql.erased.all(),
      };
    },
  };

  constructor(db: Database, parts: Parts) {
    this.#sql = prepare(db);
    this.#parts = parts;
  }

  #windows(state: DumpedWindow["state"]): DumpedWindow[] {
    return this.#sql[state].all().map((row) => ({
      device: row.device,
      metric: row.metric,
      windowMs: row.window_ms,
      windowStartMs: row.window_start_ms,
      state,
      row: this.#parts.windows.slotRow(row),
    }));
  }
}

type Parts = {
  readonly streams: SqliteStreams;
  readonly schema: SqliteSchema;
  readonly conflicts: SqliteConflicts;
  readonly windows: SqliteWindows;
};

const PAGE = 10_000;

function everyRow<Row, Key>(page: (after: Key | null) => Page<Row, Key>): Row[] {
  const rows: Row[] = [];
  let after: Key | null = null;
  do {
    const found: Page<Row, Key> = page(after);
    rows.push(...found.rows);
    after = found.next;
  } while (after !== null);
  return rows;
}

type InSeries = { readonly device: string; readonly metric: string; readonly window_ms: number };
type BatchSqlRow = CountedRow & {
  readonly stream_id: Buffer;
  readonly gateway: string;
  readonly seq: number;
  readonly applied: number;
};
type RawBlockSqlRow = Omit<DumpedRawBlock, "streamId" | "seq" | "columns"> & {
  readonly stream_id: Buffer;
  readonly seq: number;
  readonly columns: Buffer;
};
type CommandSqlRow = OperatorSqlRow & InSeries & { readonly stream_id: Buffer; readonly seq: number };
type MemberSqlRow = CommandSource & {
  readonly region: string;
  readonly state: MemberState;
  readonly url: string;
  readonly gateway_url: string;
};

function dumpedBatch(row: BatchSqlRow): DumpedBatch {
  const id = { streamId: streamIdFromBytes(row.stream_id), seq: toSeq(row.seq) };
  const counts = row.applied === 0 ? null : countsOfRow({ ...row, ...id });
  return { ...id, gateway: row.gateway, sha256: row.sha256, counts };
}

function dumpedRawBlock({ stream_id: streamId, seq: at, ...block }: RawBlockSqlRow): DumpedRawBlock {
  return { ...block, streamId: streamIdFromBytes(streamId), seq: toSeq(at) };
}

function dumpedCommand(row: CommandSqlRow): DumpedCommand {
  return {
    device: row.device,
    metric: row.metric,
    windowMs: row.window_ms,
    windowStartMs: row.window_start_ms,
    streamId: streamIdFromBytes(row.stream_id),
    seq: toSeq(row.seq),
    row: operatorRow(row),
  };
}

type Statements = ReturnType<typeof prepare>;

/** Without their checksums, so that a column `checksum` is that of the row. */
function namesOf(row: string): string {
  return `JOIN (SELECT id, device, metric FROM series) AS series ON series.id = ${row}.series
       JOIN (SELECT id, stream_id, gateway FROM stream) AS stream ON stream.id = ${row}.stream`;
}

function prepare(db: Database) {
  const windows = (table: string) =>
    db.prepare<[], SlotSqlRow & InSeries>(
      `SELECT device, metric, window_ms, ${SLOT_COLUMNS} FROM ${table} AS slot
       ${namesOf("slot")}
       ORDER BY device, metric, window_ms, window_start_ms, stream_id, part, ver, hash48, revision`,
    );
  return {
    batches: db.prepare<[], BatchSqlRow>(
      `SELECT stream_id, gateway, seq, sha256, bytes, applied, counts FROM batch JOIN stream ON stream.id = batch.stream
       ORDER BY stream_id, seq, hash48`,
    ),
    series: db.prepare<[], { device: string; metric: string }>(
      "SELECT device, metric FROM series ORDER BY device, metric",
    ),
    present: windows("record"),
    replaced: windows("revision_log"),
    rawBlocks: db.prepare<[], RawBlockSqlRow>(
      `SELECT device, metric, stream_id, seq, position, hash48, min_ms AS minMs, max_ms AS maxMs, count, unit, columns
       FROM raw_block JOIN series ON series.id = raw_block.series JOIN stream ON stream.id = raw_block.stream
       ORDER BY device, metric, stream_id, seq, position`,
    ),
    commands: db.prepare<[], CommandSqlRow>(
      `SELECT device, metric, window_ms, stream_id, seq, ${OPERATOR_COLUMNS} FROM operator_row AS command
       ${namesOf("command")}
       ORDER BY device, metric, window_ms, window_start_ms, rank, hlc, hash48`,
    ),
    members: db.prepare<[], MemberSqlRow>(
      "SELECT region, state, url, gateway_url, hlc, hash48, reason, actor FROM member ORDER BY region",
    ),
    kept: db.prepare<[], CommandSource & { gateway: string; life: Buffer }>(
      "SELECT gateway, life, hlc, hash48, reason, actor FROM kept_gateway ORDER BY gateway",
    ),
    erased: db.prepare<[], CommandSource & { device: string }>(
      "SELECT device, hlc, hash48, reason, actor FROM erased ORDER BY device",
    ),
  };
}
