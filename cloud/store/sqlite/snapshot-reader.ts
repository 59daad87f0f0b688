import type { Database, Statement } from "better-sqlite3";
import { z } from "zod";

import { millis, toSeq } from "../../../proto/core/ids.ts";
import type { MemberState } from "../../../proto/core/member.ts";
import type { OperatorCommand, OperatorRank } from "../../../proto/core/operator-command.ts";
import type { ValueType } from "../../../proto/core/schema.ts";
import { encodeSnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { streamIdFromBytes } from "../../../proto/wire/frame-values.ts";
import type { SnapshotOrigin, SnapshotPart } from "../../../proto/wire/snapshot-codec.ts";
import { decodeWindowContent } from "../../../proto/wire/window-content-codec.ts";
import type { Answers } from "./answers.ts";
import { lifeOf } from "./operators.ts";
import type { CheckedRows } from "./checked-rows.ts";
import { loadedCounts } from "./stored-counts.ts";
import { haModeOf } from "./stored-ha-mode.ts";
import type { SqliteStreams } from "./streams.ts";
import { hasSummary, loadedSummary } from "./stored-summary.ts";
import type { CommandSummaryRow, SummaryRow } from "./stored-summary.ts";

/**
 * Reads the snapshot of this region for another one, part by part. It holds everything that follows from the batches
 * whose bytes are pruned.
 *
 * First comes the set of these batches, up to the last one at the beginning of the scan (`bound`). Then come their
 * rows. The order matters, because writing continues during the scan: a set that is read last would claim batches whose
 * rows the scan has already passed. Rows of other batches are left out, because those batches are sent with their
 * bytes. So the receiver ends with no rows of a batch that is not in its set. A row that is replaced during the scan
 * moves from `record` to `revision_log`, which is read later, so the scan meets it at least once. Types and units come
 * last. A damaged row is left out, so that no region spreads it; the digests show that the other region lacks it.
 *
 * The reader keeps nothing between two parts. The position is in the key, so a snapshot continues after a restart.
 */
export class SqliteSnapshotReader {
  readonly #sql: Statements;
  readonly #streams: SqliteStreams;
  readonly #checked: CheckedRows;

  readonly answers: Answers<"snapshot"> = {
    /** @param after empty for the first part. @returns null when `after` is not the `next` of an earlier part. */
    snapshot: (after) => {
      const place = after.length === 0 ? this.#beginning() : readPlace(after);
      if (place === null) return null;
      const found = this.#read(place);
      if (found === null) return null;
      const { part, key } = found;
      const next = key === null ? following(place) : { ...place, key };
      return { body: encodeSnapshotPart({ ...NOTHING, ...part }), next: next === null ? EMPTY : writePlace(next) };
    },
  };

  constructor(db: Database, { streams, checked }: { streams: SqliteStreams; checked: CheckedRows }) {
    this.#sql = prepare(db);
    this.#streams = streams;
    this.#checked = checked;
  }

  #beginning(): Place {
    return { bound: this.#sql.bound.get() ?? 0, stage: "batches", key: [] };
  }

  /** `key` is null at the end of the stage. @returns null when the key does not belong to this stage. */
  #read({ bound, stage, key }: Place): { readonly part: Partial<SnapshotPart>; readonly key: Key | null } | null {
    switch (stage) {
      case "batches":
        return this.#batches(bound, key);
      case "voids":
        return this.#voids(key);
      case "erased":
        return this.#erased(bound, key);
      case "members":
        return this.#members(bound);
      case "kept":
        return this.#kept(bound, key);
      case "commands":
        return this.#commands(bound, key);
      case "records":
        return this.#windowRows("records", bound, key);
      case "revisions":
        return this.#windowRows("revisions", bound, key);
      case "raws":
        return this.#raws(bound, key);
      case "schemas":
        return this.#schemas(key);
    }
  }

  #batches(bound: number, key: Key): Found | null {
    const [after = 0] = numbers(key, 1) ?? [Number.NaN];
    if (Number.isNaN(after)) return null;
    const rows = this.#sql.batches.all(after, bound, BATCHES_PER_PART);
    const batches = rows
      .filter((row) => this.#checked.isWhole("batch", row))
      .map((row) => ({
        ...this.#streams.name(row.stream),
        seq: toSeq(row.seq),
        sha256: row.sha256,
        counts: loadedCounts(row.counts),
      }));
    const last = rows.at(-1);
    return { part: { batches }, key: last === undefined || rows.length < BATCHES_PER_PART ? null : [last.row] };
  }

  #voids(key: Key): Found | null {
    const after = numbers(key, 3);
    if (after === null) return null;
    const [stream = 0, first = 0, last = 0] = after;
    const rows = this.#sql.voids.all(stream, first, last, ROWS_PER_PART);
    const voids = rows.map((row) => ({
      ...this.#streams.name(row.stream),
      first: toSeq(row.first),
      last: toSeq(row.last),
      readings: row.readings,
      reason: row.reason,
    }));
    const end = rows.at(-1);
    const more = end !== undefined && rows.length === ROWS_PER_PART;
    return { part: { voids }, key: more ? [end.stream, end.first, end.last] : null };
  }

  #erased(bound: number, key: Key): Found | null {
    const [after = ""] = key;
    if (typeof after !== "string") return null;
    const rows = this.#sql.erased.all(after, ROWS_PER_PART, bound);
    const commands = rows
      .filter((row) => row.covered === 1 && this.#checked.isWhole("erased", row))
      .map((row) => {
        const { device, hlc, reason, actor } = row;
        return { origin: this.#origin(row), command: { kind: "erase_device" as const, device, hlc, reason, actor } };
      });
    const last = rows.at(-1);
    return { part: { commands }, key: last === undefined || rows.length < ROWS_PER_PART ? null : [last.device] };
  }

  /** All members in one part, because there are at most a few dozen. */
  #members(bound: number): Found {
    const rows = this.#sql.members
      .all(bound)
      .filter((row) => row.covered === 1 && this.#checked.isWhole("member", row));
    const commands = rows.map((row) => {
      const { region, state, url, gateway_url: gatewayUrl, hlc, reason, actor } = row;
      const member = { region, state, url, gatewayUrl };
      return { origin: this.#origin(row), command: { kind: "set_member" as const, member, hlc, reason, actor } };
    });
    return { part: { commands }, key: null };
  }

  #kept(bound: number, key: Key): Found | null {
    const [after = ""] = key;
    if (typeof after !== "string") return null;
    const rows = this.#sql.kept.all(after, ROWS_PER_PART, bound);
    const commands = rows
      .filter(({ covered }) => covered === 1)
      .map((row) => {
        const { gateway, hlc, reason, actor } = row;
        const kept = { gateway, life: lifeOf(row.life) };
        return { origin: this.#origin(row), command: { kind: "keep_gateway" as const, kept, hlc, reason, actor } };
      });
    const last = rows.at(-1);
    return { part: { commands }, key: last === undefined || rows.length < ROWS_PER_PART ? null : [last.gateway] };
  }

  #commands(bound: number, key: Key): Found | null {
    const [series = 0, windowMs = 0, startMs = Number.MIN_SAFE_INTEGER, rank = "", hlc = 0, hash = 0] = key;
    if (typeof rank !== "string" || numbers(key.toSpliced(3, 1), 5) === null) return null;
    const rows = this.#sql.commands.all(series, windowMs, startMs, rank, hlc, hash, ROWS_PER_PART, bound);
    const commands = rows
      .filter((row) => row.covered === 1 && this.#checked.isWhole("operator_row", row))
      .map((row) => ({ origin: this.#origin(row), command: operatorCommand(row) }));
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_PER_PART) return { part: { commands }, key: null };
    const next = [last.series, last.window_ms, last.window_start_ms, last.rank, last.hlc, last.hash48];
    return { part: { commands }, key: next };
  }

  #windowRows(stage: "records" | "revisions", bound: number, key: Key): Found | null {
    const { length } = stage === "records" ? RECORD_KEY : REVISION_KEY;
    const given = numbers(key, length);
    if (given === null) return null;
    const after = given.length === 0 ? [0, 0, Number.MIN_SAFE_INTEGER, ...Array<number>(length - 3).fill(0)] : given;
    const table = stage === "records" ? "record" : "revision_log";
    const rows: SlotSqlRow[] = [];
    let bytes = 0;
    for (const row of this.#sql[stage].iterate(...after, ROWS_PER_PART, bound)) {
      rows.push(row);
      bytes += row.content?.length ?? 0;
      if (bytes >= BYTES_PER_PART) break;
    }
    const windows = rows
      .filter((row) => row.covered === 1 && this.#checked.isWhole(table, row))
      .map((row) => ({
        origin: this.#origin(row),
        window: {
          device: row.device,
          metric: row.metric,
          unit: row.unit,
          windowMs: row.window_ms,
          windowStartMs: millis(row.window_start_ms),
          part: row.part,
          carry: row.carry === null ? null : streamIdFromBytes(row.carry),
          revision: row.revision,
          haMode: haModeOf(row.ha_mode),
          later: row.later === 1,
          summary: loadedSummary(row),
          content: decodeWindowContent(row.content),
        },
      }));
    const last = rows.at(-1);
    if (last === undefined || (rows.length < ROWS_PER_PART && bytes < BYTES_PER_PART))
      return { part: { windows }, key: null };
    const slot = [last.series, last.window_ms, last.window_start_ms, last.stream, last.part];
    return { part: { windows }, key: stage === "records" ? slot : [...slot, last.seq, last.hash48, last.revision] };
  }

  #raws(bound: number, key: Key): Found | null {
    const given = numbers(key, 1);
    if (given === null) return null;
    const raws: SnapshotPart["raws"][number][] = [];
    let bytes = 0;
    let visited = 0;
    for (const row of this.#sql.raws.iterate(bound, given[0] ?? 0)) {
      visited += 1;
      if (row.covered === 1 && this.#checked.isWhole("raw_block", row)) {
        const { device, metric, unit, count, min_ms: minMs, max_ms: maxMs, columns, position } = row;
        raws.push({
          origin: this.#origin(row),
          position,
          // The other region finds the types in the columns.
          slice: { device, metric, unit, types: [], count, minMs, maxMs, columns },
        });
        bytes += columns.length;
      }
      if (visited === ROWS_PER_PART || bytes >= BYTES_PER_PART) return { part: { raws }, key: [row.row] };
    }
    return { part: { raws }, key: null };
  }

  /** The types and units of all batches, also of batches outside the set: those arrive later and repeat them. */
  #schemas(key: Key): Found | null {
    const [series = 0, type = "", unit = ""] = key;
    if (typeof series !== "number" || typeof type !== "string" || typeof unit !== "string") return null;
    const rows = this.#sql.schemas.all(series, type, unit, ROWS_PER_PART);
    const schemas = rows
      .filter((row) => this.#checked.isWholeSchema(row))
      .map((row) => ({
        device: row.device,
        metric: row.metric,
        type: row.type,
        unit: row.unit === "" ? null : row.unit,
        firstMs: row.first_ms,
        lastMs: row.last_ms,
      }));
    const last = rows.at(-1);
    const more = last !== undefined && rows.length === ROWS_PER_PART;
    return { part: { schemas }, key: more ? [last.series, last.type, last.unit] : null };
  }

  #origin(row: { readonly stream: number; readonly seq: number; readonly hash48: number }): SnapshotOrigin {
    return { ...this.#streams.name(row.stream), seq: toSeq(row.seq), hash48: row.hash48 };
  }
}

type Key = readonly (number | string)[];
type Place = { readonly bound: number; readonly stage: (typeof STAGES)[number]; readonly key: Key };
type Found = { readonly part: Partial<SnapshotPart>; readonly key: Key | null };

const STAGES = [
  "batches",
  "voids",
  "erased",
  "members",
  "kept",
  "commands",
  "records",
  "revisions",
  "raws",
  "schemas",
] as const;
const NOTHING: SnapshotPart = { batches: [], commands: [], windows: [], raws: [], voids: [], schemas: [] };
const EMPTY = new Uint8Array(0);
/** About 250 KiB of summaries: a few milliseconds between two commits. */
const ROWS_PER_PART = 1_000;
const BATCHES_PER_PART = 5_000;
const BYTES_PER_PART = 512 * 1024;

/** Null after the last stage. */
function following({ bound, stage }: Place): Place | null {
  const next = STAGES[STAGES.indexOf(stage) + 1];
  return next === undefined ? null : { bound, stage: next, key: [] };
}

const placeSchema: z.ZodType<Place> = z.strictObject({
  bound: z.int().min(0),
  stage: z.enum(STAGES),
  key: z.array(z.union([z.int(), z.string()])).max(8),
});

function writePlace(place: Place): Uint8Array {
  return Buffer.from(JSON.stringify(place));
}

function readPlace(bytes: Uint8Array): Place | null {
  try {
    return placeSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return null;
  }
}

/** The key, if it has this many numbers or none; else null. */
function numbers(key: Key, columns: number): readonly number[] | null {
  if (key.length !== 0 && key.length !== columns) return null;
  return key.every((part): part is number => typeof part === "number") ? key : null;
}

function operatorCommand(row: CommandSqlRow): OperatorCommand {
  const { device, metric, hlc, reason, actor, rank } = row;
  const window = { device, metric, windowMs: row.window_ms, windowStartMs: millis(row.window_start_ms) };
  return hasSummary(row)
    ? { kind: rank, window, hlc, reason, actor, summary: loadedSummary(row) }
    : { kind: "clear", window, hlc, reason, actor, rank };
}

type Origin = {
  readonly stream: number;
  readonly seq: number;
  readonly hash48: number;
  readonly covered: 0 | 1;
  readonly checksum: number | null;
};
type InSeries = { readonly series: number; readonly device: string; readonly metric: string };
type SlotSqlRow = Origin &
  InSeries &
  SummaryRow & {
    readonly window_ms: number;
    readonly window_start_ms: number;
    readonly part: number;
    readonly ver: number;
    readonly revision: number;
    readonly carry: Buffer | null;
    readonly unit: string | null;
    readonly ha_mode: number;
    readonly later: number;
    readonly content: Buffer | null;
  };
type CommandSqlRow = Origin &
  InSeries &
  CommandSummaryRow & {
    readonly window_ms: number;
    readonly window_start_ms: number;
    readonly rank: OperatorRank;
    readonly hlc: number;
    readonly reason: string;
    readonly actor: string;
  };
type ErasedSqlRow = Origin & {
  readonly device: string;
  readonly hlc: number;
  readonly reason: string;
  readonly actor: string;
};
type KeptSqlRow = Omit<ErasedSqlRow, "device"> & { readonly gateway: string; readonly life: Buffer };
type MemberSqlRow = Omit<ErasedSqlRow, "device"> & {
  readonly region: string;
  readonly state: MemberState;
  readonly url: string;
  readonly gateway_url: string;
};
type RawSqlRow = Origin &
  InSeries & {
    readonly row: number;
    readonly position: number;
    readonly unit: string | null;
    readonly count: number;
    readonly min_ms: number;
    readonly max_ms: number;
    readonly columns: Buffer;
  };
type SchemaSqlRow = InSeries & {
  readonly checksum: number | null;
  readonly type: ValueType;
  readonly unit: string;
  readonly first_ms: number;
  readonly last_ms: number;
};
type BatchSqlRow = {
  readonly row: number;
  readonly stream: number;
  readonly seq: number;
  readonly hash48: number;
  readonly sha256: Buffer;
  readonly applied: number;
  readonly counts: string;
  readonly checksum: number | null;
};
type VoidSqlRow = {
  readonly stream: number;
  readonly first: number;
  readonly last: number;
  readonly readings: number;
  readonly reason: string;
};

type Statements = ReturnType<typeof prepare>;

/** Whether the batch of the row is in the snapshot. */
const COVERED = "batch.rowid IS NOT NULL AS covered";
function itsBatch(bound: string): string {
  return `LEFT JOIN batch ON batch.stream = chunk.stream AND batch.seq = chunk.seq AND batch.hash48 = chunk.hash48
    AND batch.rowid <= ${bound} AND length(batch.bytes) = 0`;
}

const RECORD_KEY = ["series", "window_ms", "window_start_ms", "stream", "part"];
const REVISION_KEY = [...RECORD_KEY, "ver", "hash48", "revision"];
const COMMAND_KEY = ["series", "window_ms", "window_start_ms", "rank", "hlc", "hash48"];

/** The next rows of a table in the order of its key. The parameters are the key, the limit, the bound. */
function chunkOf(table: string, columns: string, key: readonly string[]): string {
  const after = `(${key.join()}) > (${key.map(() => "?").join()})`;
  return `SELECT chunk.*, device, metric, ${COVERED}
    FROM (SELECT ${columns} FROM ${table} WHERE ${after} ORDER BY ${key.join()} LIMIT ?) AS chunk
    JOIN series ON series.id = chunk.series ${itsBatch("?")}
    ORDER BY ${key.map((column) => `chunk.${column}`).join()}`;
}

function prepare(db: Database) {
  return {
    bound: db.prepare("SELECT max(rowid) FROM batch").pluck() as Statement<[], number | null>,
    batches: db.prepare<[after: number, bound: number, limit: number], BatchSqlRow>(
      `SELECT rowid AS row, stream, seq, hash48, sha256, applied, counts, checksum FROM batch
       WHERE rowid > ? AND rowid <= ? AND length(bytes) = 0 ORDER BY rowid LIMIT ?`,
    ),
    voids: db.prepare<[stream: number, first: number, last: number, limit: number], VoidSqlRow>(
      `SELECT stream, first, last, readings, reason FROM void WHERE (stream, first, last) > (?, ?, ?)
       ORDER BY stream, first, last LIMIT ?`,
    ),
    erased: db.prepare<[after: string, limit: number, bound: number], ErasedSqlRow>(
      `SELECT chunk.*, ${COVERED} FROM (SELECT * FROM erased WHERE device > ? ORDER BY device LIMIT ?) AS chunk
       ${itsBatch("?")} ORDER BY device`,
    ),
    kept: db.prepare<[after: string, limit: number, bound: number], KeptSqlRow>(
      `SELECT chunk.*, ${COVERED} FROM (SELECT * FROM kept_gateway WHERE gateway > ? ORDER BY gateway LIMIT ?) AS chunk
       ${itsBatch("?")} ORDER BY gateway`,
    ),
    members: db.prepare<[bound: number], MemberSqlRow>(
      `SELECT chunk.*, ${COVERED} FROM member AS chunk ${itsBatch("?")} ORDER BY region`,
    ),
    commands: db.prepare<(number | string)[], CommandSqlRow>(chunkOf("operator_row", "*", COMMAND_KEY)),
    records: db.prepare<number[], SlotSqlRow>(chunkOf("record", "*, ver AS seq", RECORD_KEY)),
    revisions: db.prepare<number[], SlotSqlRow>(chunkOf("revision_log", "*, ver AS seq", REVISION_KEY)),
    schemas: db.prepare<[series: number, type: string, unit: string, limit: number], SchemaSqlRow>(
      `SELECT series_schema.*, device, metric FROM series_schema JOIN series ON series.id = series_schema.series
       WHERE (series, type, unit) > (?, ?, ?) ORDER BY series, type, unit LIMIT ?`,
    ),
    raws: db.prepare<[bound: number, after: number], RawSqlRow>(
      `SELECT chunk.rowid AS row, chunk.*, device, metric, ${COVERED}
       FROM raw_block AS chunk JOIN series ON series.id = chunk.series ${itsBatch("?")}
       WHERE chunk.rowid > ? ORDER BY chunk.rowid`,
    ),
  };
}
