import type { SnapshotSchema } from "../../../proto/wire/snapshot-codec.ts";
import type { Database, Statement } from "better-sqlite3";

import { flatIslands } from "../../../proto/core/have.ts";
import type { Have } from "../../../proto/core/have.ts";
import { hash48Of, hash48Text } from "../../../proto/core/hash48.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import type { StreamId } from "../../../proto/core/ids.ts";
import type { OperatorCommand } from "../../../proto/core/operator-command.ts";
import type { SealedBatch, WindowRecord } from "../../../proto/core/record.ts";
import { typeOfSummary } from "../../../proto/core/schema.ts";
import { compareSlotVersions } from "../../../proto/core/slot-version.ts";
import type { SlotVersion } from "../../../proto/core/slot-version.ts";
import type { RawSlice, ReadableBatch } from "../../../proto/wire/batch-codec.ts";
import { streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import type { BatchCounts } from "../../../proto/core/record.ts";
import type { SqliteConflicts } from "./conflicts.ts";
import type { BatchOrigin, SqliteOperators } from "./operators.ts";
import type { SqliteSchema } from "./schema.ts";
import { HA_MODES } from "./windows.ts";
import type { SqliteWindows } from "./windows.ts";
import { storedSummary, SUMMARY_COLUMNS } from "./stored-summary.ts";
import type { StoredSummary } from "./stored-summary.ts";
import type { VoidedBatches } from "../store.ts";

/**
 * The statements that put batches into the region's database. Every method runs inside the transaction of its caller,
 * who must call {@link SqliteWriter.forget} when that transaction is rolled back: the dictionaries remember ids that
 * the rollback has taken away.
 *
 * The row of a slot is the highest by `compareSlotVersions`. Every other row goes to `revision_log`, so that `record` and
 * `revision_log` together are the same in whatever order the batches came.
 */
export class SqliteWriter {
  readonly #sql: Statements;
  readonly #series = new Map<string, number>();
  readonly #streams = new Map<StreamId, number>();

  readonly #windows: SqliteWindows;
  readonly #operators: SqliteOperators;
  readonly #conflicts: SqliteConflicts;
  readonly #schema: SqliteSchema;

  constructor(
    db: Database,
    parts: { windows: SqliteWindows; operators: SqliteOperators; conflicts: SqliteConflicts; schema: SqliteSchema },
  ) {
    this.#schema = parts.schema;
    this.#sql = prepare(db);
    this.#windows = parts.windows;
    this.#operators = parts.operators;
    this.#conflicts = parts.conflicts;
  }

  /** The local id of a stream. `gateway` names it if it is new. */
  streamRow(streamId: StreamId, gateway: string): number {
    let id = this.#streams.get(streamId);
    if (id !== undefined) return id;
    const key = streamIdToBytes(streamId);
    id = this.#sql.streamId.get(key) ?? Number(this.#sql.insertStream.run(key, gateway).lastInsertRowid);
    remember(this.#streams, streamId, id);
    return id;
  }

  /** Puts the bytes into the set. `counts` is null of what cannot be read yet. */
  insertBatch(
    stream: number,
    { seq: at, sha256, bytes }: Pick<SealedBatch, "seq" | "sha256" | "bytes">,
    { counts, receivedMs }: { counts: string | null; receivedMs: number },
  ): void {
    const applied = counts === null ? 0 : 1;
    this.#sql.insertBatch.run(stream, at, hash48Of(sha256), sha256, applied, receivedMs, bytes, counts);
    this.#sql.addHash.run(hash48Of(sha256), stream);
  }

  markApplied(stream: number, batch: SealedBatch, counts: string): void {
    this.#sql.markApplied.run(counts, stream, batch.seq, hash48Of(batch.sha256));
  }

  addToSet(stream: number, have: Have, receivedMs: number): void {
    this.#sql.updateSet.run(have.prefix, JSON.stringify(flatIslands(have)), receivedMs, stream);
  }

  /** The gateway's name stands in the batch; a stream that began with an unreadable batch learns it later. */
  nameStream(stream: number, gateway: string): void {
    if (this.#sql.nameStream.run(gateway, stream, gateway).changes > 0) this.#windows.forget();
  }

  /** Everything that the batch says. */
  insertContent(stream: number, batch: SealedBatch, { content, rawSlices }: ReadableBatch): void {
    const from = { stream, seq: batch.seq, hash48: hash48Of(batch.sha256) };
    for (const window of content.windows) this.insertWindow(from, window);
    const positions = new Map<string, number>();
    for (const slice of rawSlices) {
      const name = seriesName(slice.device, slice.metric);
      const position = positions.get(name) ?? 0;
      positions.set(name, position + 1);
      this.insertRawSlice(from, position, slice);
    }
    for (const command of content.commands) this.insertCommand(from, command);
    this.#conflicts.settle();
  }

  /** Rows of windows came: their conflicts have to be looked at before the transaction ends. */
  settleConflicts(): void {
    this.#conflicts.settle();
  }

  /** Adds what a batch carried and counted to its stream, or takes it out again where a fork replaced the batch. */
  addCounts(stream: number, { ledger, records, rawReadings }: BatchCounts, sign: 1 | -1): void {
    this.#sql.addReadings.run(sign * ledger.readings, sign * ledger.redelivered, stream);
    this.#sql.addRecords.run(sign * records, sign * rawReadings, stream);
    for (const [reason, count] of ledger.deadLetters)
      this.#sql.addLedger.run(stream, "dead_letter", reason, sign * count);
    for (const [reason, count] of ledger.discards) this.#sql.addLedger.run(stream, "discard", reason, sign * count);
    if (sign === -1) this.#sql.dropEmptyLedger.run(stream);
  }

  insertFork(streamId: StreamId, at: number, loser: number): void {
    this.#sql.insertConflict.run("fork", `${streamId}/${at}/${hash48Text(loser)}`);
  }

  insertVoid(range: VoidedBatches): void {
    const stream = this.streamRow(range.streamId, range.gateway);
    this.#sql.insertVoid.run(stream, range.first, range.last, range.readings, range.reason);
  }

  /** Forgets the dictionaries; for use after a rollback. */
  forget(): void {
    this.#series.clear();
    this.#streams.clear();
    this.#operators.forget();
    this.#conflicts.forget();
    this.#windows.forget();
    this.#schema.forget();
  }

  insertWindow(from: BatchOrigin, window: WindowRecord): void {
    if (this.#operators.isErased(window.device)) return;
    const row = recordRow(this.#seriesRow(window.device, window.metric), from, window);
    this.#schema.saw(row[0], { type: typeOfSummary(window.summary), unit: window.unit }, window.summary);
    if (this.#sql.insertRecord.run(...row).changes === 0 && !this.#settleSlot(row)) return;
    this.#conflicts.touch(row[0], row[1], row[2]);
  }

  /** `position` among the blocks of this series in the batch. Of a fork the block of the larger hash holds the place. */
  insertRawSlice({ stream, seq: at, hash48: hash }: BatchOrigin, position: number, block: RawSlice): void {
    if (this.#operators.isErased(block.device)) return;
    const series = this.#seriesRow(block.device, block.metric);
    for (const type of block.types) {
      this.#schema.saw(series, { type, unit: block.unit }, { firstMs: block.minMs, lastMs: block.maxMs });
    }
    this.#sql.widenSpan.run(block.maxMs - block.minMs, series, block.maxMs - block.minMs);
    const held = this.#sql.rawBlock.get(series, stream, at, position);
    if (held !== undefined) {
      if (held.hash48 >= hash) return;
      this.#sql.deleteRawBlock.run(series, stream, at, position);
    }
    const { minMs, maxMs, count, unit, columns } = block;
    this.#sql.insertRawBlock.run(series, minMs, maxMs, stream, at, position, hash, count, unit, columns);
  }

  /** What another region saw of a series. */
  insertSchema({ device, metric, firstMs, lastMs, ...version }: SnapshotSchema): void {
    if (this.#operators.isErased(device)) return;
    this.#schema.saw(this.#seriesRow(device, metric), version, { firstMs, lastMs });
  }

  insertCommand(from: BatchOrigin, command: OperatorCommand): void {
    if (command.kind === "erase_device") {
      this.#schema.write();
      this.#operators.erase(from, command);
      this.#series.clear();
      this.#schema.forget();
    } else if (command.kind === "set_member") {
      this.#operators.setMember(from, command);
    } else if (!this.#operators.isErased(command.window.device)) {
      const { device, metric, windowMs, windowStartMs } = command.window;
      const series = this.#seriesRow(device, metric);
      this.#operators.insert(series, from, command);
      this.#conflicts.touch(series, windowMs, windowStartMs);
    }
  }

  #seriesRow(device: string, metric: string): number {
    const name = seriesName(device, metric);
    let id = this.#series.get(name);
    if (id !== undefined) return id;
    id = this.#sql.seriesId.get(device, metric) ?? Number(this.#sql.insertSeries.run(device, metric).lastInsertRowid);
    remember(this.#series, name, id);
    return id;
  }

  /** The slot is taken: the better row gets it, the other goes to the log. @returns whether it is the new one. */
  #settleSlot(row: RecordRow): boolean {
    const slot = slotOf(row);
    const held = this.#sql.slotVersion.get(...slot);
    if (held === undefined) throw new Error("a slot that refused an insert is empty");
    const order = compareSlotVersions({ ver: toSeq(row[5]), hash48: row[6], revision: row[7] }, held);
    if (order === 0) return false;
    if (order < 0) {
      this.#sql.logRow.run(...row);
      return false;
    }
    this.#sql.logHeld.run(...slot);
    this.#sql.deleteSlot.run(...slot);
    this.#sql.insertRecord.run(...row);
    return true;
  }
}

/** U+0000 cannot occur in an MQTT topic, so the pair stays unambiguous. */
function seriesName(device: string, metric: string): string {
  return `${device}\u0000${metric}`;
}

/** A million series of a hundred bytes each; beyond that the dictionary starts again rather than grow. */
const DICTIONARY_MAX = 250_000;

function remember<K>(dictionary: Map<K, number>, key: K, id: number): void {
  if (dictionary.size >= DICTIONARY_MAX) dictionary.clear();
  dictionary.set(key, id);
}

const RECORD_COLUMNS = `series, window_ms, window_start_ms, stream, part, ver, hash48, revision, carry, unit, ha_mode, later,
  ${SUMMARY_COLUMNS}`;
const RECORD_VALUES = "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const SLOT = "series = ? AND window_ms = ? AND window_start_ms = ? AND stream = ? AND part = ?";

type Slot = [series: number, windowMs: number, windowStartMs: number, stream: number, part: number];
type RecordRow = [
  ...Slot,
  ver: number,
  hash48: number,
  revision: number,
  carry: Uint8Array | null,
  unit: string | null,
  haMode: number,
  later: number,
  ...summary: StoredSummary,
];

function recordRow(series: number, { stream, seq: ver, hash48: hash }: BatchOrigin, record: WindowRecord): RecordRow {
  return [
    series,
    record.windowMs,
    record.windowStartMs,
    stream,
    record.part,
    ver,
    hash,
    record.revision,
    record.carry === null ? null : streamIdToBytes(record.carry),
    record.unit,
    HA_MODES.indexOf(record.haMode),
    record.later ? 1 : 0,
    ...storedSummary(record.summary),
  ];
}

function slotOf(row: RecordRow): Slot {
  return [row[0], row[1], row[2], row[3], row[4]];
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    streamId: db.prepare<[streamId: Uint8Array]>("SELECT id FROM stream WHERE stream_id = ?").pluck() as Statement<
      [streamId: Uint8Array],
      number
    >,
    insertStream: db.prepare<[streamId: Uint8Array, gateway: string]>(
      "INSERT INTO stream (stream_id, gateway) VALUES (?, ?)",
    ),
    nameStream: db.prepare<[gateway: string, id: number, same: string]>(
      "UPDATE stream SET gateway = ? WHERE id = ? AND gateway <> ?",
    ),
    updateSet: db.prepare<[prefix: number, islands: string, receivedMs: number, id: number]>(
      "UPDATE stream SET prefix = ?, islands = ?, last_received_ms = max(last_received_ms, ?) WHERE id = ?",
    ),
    addReadings: db.prepare<[readings: number, redelivered: number, id: number]>(
      "UPDATE stream SET readings = readings + ?, redelivered = redelivered + ? WHERE id = ?",
    ),
    addRecords: db.prepare<[records: number, rawReadings: number, id: number]>(
      "UPDATE stream SET records = records + ?, raw_readings = raw_readings + ? WHERE id = ?",
    ),
    insertBatch: db.prepare<
      [
        stream: number,
        seq: number,
        hash48: number,
        sha256: Uint8Array,
        applied: number,
        receivedMs: number,
        bytes: Uint8Array,
        counts: string | null,
      ]
    >(
      `INSERT INTO batch (stream, seq, hash48, sha256, applied, received_ms, bytes, counts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addHash: db.prepare<[hash48: number, id: number]>(
      "UPDATE stream SET hash_sum = (hash_sum + ?) % 281474976710656 WHERE id = ?",
    ),
    markApplied: db.prepare<[counts: string, stream: number, seq: number, hash48: number]>(
      "UPDATE batch SET applied = 1, counts = ? WHERE stream = ? AND seq = ? AND hash48 = ?",
    ),
    addLedger: db.prepare<[stream: number, kind: string, reason: string, count: number]>(
      `INSERT INTO ledger (stream, kind, reason, count) VALUES (?, ?, ?, ?)
       ON CONFLICT (stream, kind, reason) DO UPDATE SET count = count + excluded.count`,
    ),
    dropEmptyLedger: db.prepare<[stream: number]>("DELETE FROM ledger WHERE stream = ? AND count = 0"),
    insertVoid: db.prepare<[stream: number, first: number, last: number, readings: number, reason: string]>(
      `INSERT INTO void (stream, first, last, readings, reason) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (stream, first, last) DO NOTHING`,
    ),
    insertConflict: db.prepare<[kind: string, key: string]>(
      "INSERT INTO conflict_log (kind, key) VALUES (?, ?) ON CONFLICT (kind, key) DO NOTHING",
    ),
    seriesId: db
      .prepare<[device: string, metric: string]>("SELECT id FROM series WHERE device = ? AND metric = ?")
      .pluck() as Statement<[device: string, metric: string], number>,
    insertSeries: db.prepare<[device: string, metric: string]>("INSERT INTO series (device, metric) VALUES (?, ?)"),
    insertRecord: db.prepare<RecordRow>(
      `INSERT INTO record (${RECORD_COLUMNS}) ${RECORD_VALUES}
       ON CONFLICT (series, window_ms, window_start_ms, stream, part) DO NOTHING`,
    ),
    slotVersion: db.prepare<Slot, SlotVersion>(`SELECT ver, hash48, revision FROM record WHERE ${SLOT}`),
    deleteSlot: db.prepare<Slot>(`DELETE FROM record WHERE ${SLOT}`),
    logHeld: db.prepare<Slot>(
      `INSERT INTO revision_log (${RECORD_COLUMNS}) SELECT ${RECORD_COLUMNS} FROM record WHERE ${SLOT}`,
    ),
    logRow: db.prepare<RecordRow>(
      `INSERT INTO revision_log (${RECORD_COLUMNS}) ${RECORD_VALUES}
       ON CONFLICT (series, window_ms, window_start_ms, stream, part, ver, hash48, revision) DO NOTHING`,
    ),
    widenSpan: db.prepare<[spanMs: number, series: number, spanAgainMs: number]>(
      "UPDATE series SET raw_span_ms = ? WHERE id = ? AND raw_span_ms < ?",
    ),
    rawBlock: db.prepare<[series: number, stream: number, seq: number, position: number], { hash48: number }>(
      "SELECT hash48 FROM raw_block WHERE series = ? AND stream = ? AND seq = ? AND position = ?",
    ),
    deleteRawBlock: db.prepare<[series: number, stream: number, seq: number, position: number]>(
      "DELETE FROM raw_block WHERE series = ? AND stream = ? AND seq = ? AND position = ?",
    ),
    insertRawBlock: db.prepare<
      [
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
      ]
    >(
      `INSERT INTO raw_block (series, min_ms, max_ms, stream, seq, position, hash48, count, unit, columns)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}
