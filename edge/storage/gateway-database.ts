import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Database, Statement } from "better-sqlite3";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { ValueType } from "../../proto/core/schema.ts";
import type { OpenOptions } from "../../proto/runtime/sqlite.ts";
import { openDatabase } from "../../proto/runtime/sqlite.ts";
import type { StoredWindow } from "../core/storage/window-table.ts";
import { HeldMessageTable } from "./held-message-table.ts";
import { decodeWindowState, encodeWindowState } from "./window-state-codec.ts";

/**
 * The gateway's SQLite file: every statement it runs, typed, and nothing that decides.
 *
 * All of it runs in the storage thread. Writes happen between `begin` and `commit`; `commit` returns after the fsync.
 * The first error of any of them is final for the process: a transaction is never tried again.
 */
export class GatewayDatabase {
  readonly #db: Database;
  readonly path: string;
  readonly held: HeldMessageTable;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #metaGet: Statement<[string], { value: number }>;
  readonly #metaSet: Statement<[string, number]>;
  readonly #seriesAdd: Statement<[StoredSeries]>;
  readonly #seriesUpdate: Statement<[StoredSeries]>;
  readonly #seriesEvicted: Statement<[number, number]>;
  readonly #journalAdd: Statement<[number, number, number, Buffer]>;
  readonly #journalRead: Statement<[number], JournalRow>;
  readonly #journalDrop: Statement<[number, number]>;
  readonly #deliveryAdd: Statement<[number, Buffer]>;
  readonly #deliveryRead: Statement<[], DeliveryRow>;
  readonly #deliveryDrop: Statement<[number]>;
  readonly #windowPut: Statement<unknown[]>;
  readonly #windowGet: Statement<[number, number, number], WindowRow>;
  readonly #windowNewest: Statement<[number, number], { start_ms: number | null }>;
  readonly #windowExpired: Statement<[number, number, number], ExpiredRow>;
  readonly #windowDrop: Statement<[number, number, number, number]>;
  readonly #streamPut: Statement<[string, number, number]>;
  readonly #streamClaims: Statement<[string, string, string]>;
  readonly #streams: Statement<[], StreamRow>;
  readonly #streamLast: Statement<[string], { last_seq: number }>;
  readonly #streamDrop: Statement<[string]>;
  readonly #batchAdd: Statement<unknown[]>;
  readonly #batchGet: Statement<[string, number], { sha256: Buffer; bytes: Buffer }>;
  readonly #batchDrop: Statement<[string, number]>;
  readonly #batchList: Statement<[string], BatchRow>;
  readonly #deadLetterAdd: Statement<unknown[]>;
  readonly #memoryDrop: Statement<[string]>;
  readonly #memoryAdd: Statement<[string, string]>;
  readonly #memoryRead: Statement<[], { key: string; text: string }>;
  readonly #deadLetterUse: Statement<[], { bytes: number | null }>;
  readonly #deadLetterPage: Statement<[number, string | null, string | null, number], StoredDeadLetter>;
  readonly #deadLetterPurge: Statement<[number, string | null, string | null, number]>;
  readonly #deadLetterGet: Statement<[number], StoredDeadLetter>;
  readonly #deadLetterAliases: Statement<[number, string, string], UnknownAlias>;
  readonly #deadLetterReason: Statement<[string, string, string, number]>;
  readonly #deadLetterOldest: Statement<[], { id: number; bytes: number }>;
  readonly #deadLetterDrop: Statement<[number]>;
  readonly #ledgerAdd: Statement<[string, string, number]>;
  readonly #ledgerSealed: Statement<[]>;
  readonly #ledgerRead: Statement<[], LedgerRow>;

  /** @throws Fault when the file does not hold what it should. */
  static open(options: { directory: string; maxBytes: number }): GatewayDatabase {
    const path = join(options.directory, "gateway.db");
    return new GatewayDatabase(openDatabase({ path, ...GATEWAY_DATABASE, maxBytes: options.maxBytes }), path);
  }

  /** @param db opened with {@link GATEWAY_DATABASE}; `path` names it in messages. */
  constructor(db: Database, path: string) {
    this.path = path;
    this.#db = db;
    this.held = new HeldMessageTable(db);
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#metaGet = db.prepare("SELECT value FROM meta WHERE name = ?");
    this.#metaSet = db.prepare(
      "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    this.#seriesAdd = db.prepare(
      `INSERT INTO series (id, device, metric, type, unit, became, first_ms, last_ms)
       VALUES (@id, @device, @metric, @type, @unit, @became, @first_ms, @last_ms)`,
    );
    this.#seriesUpdate = db.prepare(
      `UPDATE series SET type = @type, unit = @unit, became = @became, first_ms = @first_ms, last_ms = @last_ms
       WHERE id = @id`,
    );
    this.#seriesEvicted = db.prepare("UPDATE series SET evicted_end_ms = ? WHERE id = ?");
    this.#journalAdd = db.prepare("INSERT INTO journal (first_seq, readings, crc, body) VALUES (?, ?, ?, ?)");
    this.#journalRead = db.prepare(
      "SELECT first_seq, readings, crc, body FROM journal WHERE first_seq + readings > ? ORDER BY first_seq",
    );
    this.#journalDrop = db.prepare(
      "DELETE FROM journal WHERE first_seq IN (SELECT first_seq FROM journal WHERE first_seq + readings - 1 <= ? ORDER BY first_seq LIMIT ?)",
    );
    this.#deliveryAdd = db.prepare("INSERT INTO delivery (deliveries, body) VALUES (?, ?)");
    this.#deliveryRead = db.prepare("SELECT id, deliveries, body FROM delivery ORDER BY id");
    this.#deliveryDrop = db.prepare("DELETE FROM delivery WHERE id <= ?");
    this.#windowPut = db.prepare(
      `INSERT INTO window_state
         (series, window_ms, start_ms, part, through_seq, revision, forwarded_in, carry, expires_ms, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (series, window_ms, start_ms, part) DO UPDATE SET
         through_seq = excluded.through_seq, revision = excluded.revision, forwarded_in = excluded.forwarded_in,
         carry = excluded.carry, expires_ms = excluded.expires_ms, state = excluded.state`,
    );
    this.#windowGet = db.prepare(
      `SELECT ${WINDOW_COLUMNS} FROM window_state WHERE series = ? AND window_ms = ? AND start_ms = ?
       ORDER BY part DESC LIMIT 1`,
    );
    this.#windowNewest = db.prepare(
      "SELECT max(start_ms) AS start_ms FROM window_state WHERE series = ? AND window_ms = ? AND expires_ms IS NOT NULL",
    );
    this.#windowExpired = db.prepare(
      `SELECT series, window_ms, start_ms, part FROM window_state WHERE expires_ms <= ? AND through_seq <= ?
       ORDER BY expires_ms LIMIT ?`,
    );
    this.#windowDrop = db.prepare(
      "DELETE FROM window_state WHERE series = ? AND window_ms = ? AND start_ms = ? AND part = ?",
    );
    this.#streamPut = db.prepare(
      `INSERT INTO stream (stream_id, opened_ms, last_seq, durable, replicated) VALUES (?, ?, ?, '[0]', '[0]')
       ON CONFLICT (stream_id) DO UPDATE SET last_seq = excluded.last_seq`,
    );
    this.#streamClaims = db.prepare("UPDATE stream SET durable = ?, replicated = ? WHERE stream_id = ?");
    this.#streams = db.prepare(
      "SELECT stream_id, last_seq, durable, replicated FROM stream ORDER BY opened_ms, stream_id",
    );
    this.#streamLast = db.prepare("SELECT last_seq FROM stream WHERE stream_id = ?");
    this.#streamDrop = db.prepare("DELETE FROM stream WHERE stream_id = ?");
    this.#batchAdd = db.prepare(
      `INSERT INTO batch (stream_id, seq, sealed_ms, readings, records, size, sha256, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#batchGet = db.prepare("SELECT sha256, bytes FROM batch WHERE stream_id = ? AND seq = ?");
    this.#batchDrop = db.prepare("DELETE FROM batch WHERE stream_id = ? AND seq = ?");
    this.#batchList = db.prepare(
      "SELECT seq, sealed_ms, readings, records, size FROM batch WHERE stream_id = ? ORDER BY seq",
    );
    this.#deadLetterAdd = db.prepare(
      `INSERT INTO dead_letter (arrived_ms, client, topic, reason, detail, route, size, payload, clock_known, format)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#memoryDrop = db.prepare("DELETE FROM decoder_memory WHERE key = ?");
    this.#memoryAdd = db.prepare("INSERT INTO decoder_memory (key, text) VALUES (?, ?)");
    this.#memoryRead = db.prepare("SELECT key, text FROM decoder_memory ORDER BY id");
    this.#deadLetterUse = db.prepare("SELECT sum(length(payload) + 256) AS bytes FROM dead_letter");
    this.#deadLetterPage = db.prepare(
      `SELECT ${DEAD_LETTER_COLUMNS} FROM dead_letter
       WHERE id > ? AND (? IS NULL OR reason = ?) ORDER BY id LIMIT ?`,
    );
    this.#deadLetterPurge = db.prepare(
      `DELETE FROM dead_letter WHERE id IN
         (SELECT id FROM dead_letter WHERE id > ? AND (? IS NULL OR reason = ?) ORDER BY id LIMIT ?)`,
    );
    this.#deadLetterGet = db.prepare(`SELECT ${DEAD_LETTER_COLUMNS} FROM dead_letter WHERE id = ?`);
    // Neither a payload nor what stands behind it in the row: of most there is nothing more to read.
    this.#deadLetterAliases = db.prepare(
      `SELECT id, arrived_ms AS arrivedMs, topic, length(payload) AS bytes FROM dead_letter
       WHERE reason = 'unknown_alias' AND arrived_ms >= ? AND substr(topic, 1, length(?)) = ? ORDER BY arrived_ms, id`,
    );
    this.#deadLetterReason = db.prepare("UPDATE dead_letter SET reason = ?, detail = ?, route = ? WHERE id = ?");
    this.#deadLetterOldest = db.prepare(
      "SELECT id, length(payload) + 256 AS bytes FROM dead_letter ORDER BY id LIMIT 1",
    );
    this.#deadLetterDrop = db.prepare("DELETE FROM dead_letter WHERE id = ?");
    this.#ledgerAdd = db.prepare(
      `INSERT INTO ledger (kind, reason, total, sealed) VALUES (?, ?, ?, 0)
       ON CONFLICT (kind, reason) DO UPDATE SET total = total + excluded.total`,
    );
    this.#ledgerSealed = db.prepare("UPDATE ledger SET sealed = total WHERE sealed <> total");
    this.#ledgerRead = db.prepare("SELECT kind, reason, total, sealed FROM ledger");
  }

  begin(): void {
    this.#begin.run();
  }

  /** Returns after the fsync of the write-ahead log. */
  commit(): void {
    this.#commit.run();
  }

  meta(name: MetaName): number {
    return this.#metaGet.get(name)?.value ?? 0;
  }

  setMeta(name: MetaName, value: number): void {
    this.#metaSet.run(name, value);
  }

  *series(): Generator<SeriesRow> {
    yield* this.#db
      .prepare<[], SeriesRow>(
        "SELECT id, device, metric, type, unit, became, first_ms, last_ms, evicted_end_ms FROM series ORDER BY id",
      )
      .iterate();
  }

  addSeries(series: StoredSeries): void {
    this.#seriesAdd.run(series);
  }

  /** All but its names. */
  updateSeries(series: StoredSeries): void {
    this.#seriesUpdate.run(series);
  }

  setEvicted(series: number, endMs: number): void {
    this.#seriesEvicted.run(endMs, series);
  }

  /** The last sequence in the journal, 0 when it is empty. */
  journalEnd(): number {
    const row = this.#db
      .prepare<[], { first_seq: number; readings: number }>(
        "SELECT first_seq, readings FROM journal ORDER BY first_seq DESC LIMIT 1",
      )
      .get();
    return row === undefined ? 0 : row.first_seq + row.readings - 1;
  }

  addJournal(row: JournalRow): void {
    this.#journalAdd.run(row.first_seq, row.readings, row.crc, row.body);
  }

  /** Rows that hold a sequence above `seq`. */
  journalAfter(seq: number): IterableIterator<JournalRow> {
    return this.#journalRead.iterate(seq);
  }

  /** Drops up to `limit` rows whose sequences are all at or below `seq`. @returns rows dropped. */
  dropJournal(seq: number, limit: number): number {
    return this.#journalDrop.run(seq, limit).changes;
  }

  /** @returns the id of the row, for {@link dropDeliveries}. */
  addDeliveries(deliveries: number, body: Buffer): number {
    return Number(this.#deliveryAdd.run(deliveries, body).lastInsertRowid);
  }

  deliveries(): IterableIterator<DeliveryRow> {
    return this.#deliveryRead.iterate();
  }

  dropDeliveries(throughId: number): void {
    this.#deliveryDrop.run(throughId);
  }

  /** @param expiresMs null while the window is open. */
  putWindow(window: StoredWindow, expiresMs: number | null): void {
    this.#windowPut.run(
      window.series,
      window.windowMs,
      window.windowStartMs,
      window.part,
      window.throughSeq,
      window.revision,
      window.forwardedIn,
      window.carry,
      expiresMs,
      encodeWindowState(window),
    );
  }

  window(series: number, windowMs: number, startMs: number): StoredWindow | undefined {
    const row = this.#windowGet.get(series, windowMs, startMs);
    return row === undefined ? undefined : storedWindow(row);
  }

  newestClosedStartMs(series: number, windowMs: number): number {
    return this.#windowNewest.get(series, windowMs)?.start_ms ?? -Infinity;
  }

  *openWindows(): Generator<StoredWindow> {
    const rows = this.#db
      .prepare<[], WindowRow>(`SELECT ${WINDOW_COLUMNS} FROM window_state WHERE expires_ms IS NULL`)
      .iterate();
    for (const row of rows) yield storedWindow(row);
  }

  /**
   * Kept states whose time is over, the longest over first. Those that counted a reading above `checkpointSeq` stay: a
   * replay of the journal would take them for evicted windows and count the reading a second time, as a supplement.
   */
  expiredWindows(nowMs: number, checkpointSeq: number, limit: number): ExpiredRow[] {
    return this.#windowExpired.all(nowMs, checkpointSeq, limit);
  }

  dropWindow(row: ExpiredRow): void {
    this.#windowDrop.run(row.series, row.window_ms, row.start_ms, row.part);
  }

  streams(): StreamRow[] {
    return this.#streams.all();
  }

  /** The highest seq of a stream, 0 when there is none. */
  lastSeq(streamId: StreamId): number {
    return this.#streamLast.get(streamId)?.last_seq ?? 0;
  }

  putStream(stream: { streamId: StreamId; openedMs: number; lastSeq: number }): void {
    this.#streamPut.run(stream.streamId, stream.openedMs, stream.lastSeq);
  }

  setClaims(streamId: StreamId, durable: string, replicated: string): void {
    this.#streamClaims.run(durable, replicated, streamId);
  }

  dropStream(streamId: StreamId): void {
    this.#streamDrop.run(streamId);
  }

  addBatch(batch: SealedBatch, counters: { sealedMs: number; readings: number; records: number }): void {
    this.#batchAdd.run(
      batch.streamId,
      batch.seq,
      counters.sealedMs,
      counters.readings,
      counters.records,
      batch.bytes.length,
      batch.sha256,
      batch.bytes,
    );
  }

  batch(streamId: StreamId, seq: Seq): { sha256: Buffer; bytes: Buffer } | undefined {
    return this.#batchGet.get(streamId, seq);
  }

  batches(streamId: StreamId): BatchRow[] {
    return this.#batchList.all(streamId);
  }

  dropBatch(streamId: StreamId, seq: number): void {
    this.#batchDrop.run(streamId, seq);
  }

  addDeadLetter(letter: DeadLetterRow): void {
    this.#deadLetterAdd.run(
      letter.arrivedMs,
      letter.client,
      letter.topic,
      letter.reason,
      letter.detail,
      letter.route,
      letter.size,
      letter.payload,
      letter.clockKnown,
      letter.format,
    );
  }

  /** What decoding remembers, the oldest first. */
  remembered(): readonly (readonly [string, string])[] {
    return this.#memoryRead.all().map(({ key, text }) => [key, text] as const);
  }

  /** @param text undefined: forget it. */
  remember(key: string, text: string | undefined): void {
    this.#memoryDrop.run(key);
    if (text !== undefined) this.#memoryAdd.run(key, text);
  }

  /** Bytes that the dead letters take, an estimate of their rows included. */
  deadLetterBytes(): number {
    return this.#deadLetterUse.get()?.bytes ?? 0;
  }

  /** In the order in which they came, read one by one. @param after an id; 0: from the oldest. */
  deadLetters(query: { after: number; reason: string | undefined; limit: number }): IterableIterator<StoredDeadLetter> {
    const reason = query.reason ?? null;
    return this.#deadLetterPage.iterate(query.after, reason, reason, query.limit);
  }

  /** Those that {@link deadLetters} would give. @returns how many went. */
  purgeDeadLetters(query: { after: number; reason: string | undefined; limit: number }): number {
    const reason = query.reason ?? null;
    return this.#deadLetterPurge.run(query.after, reason, reason, query.limit).changes;
  }

  deadLetter(id: number): StoredDeadLetter | undefined {
    return this.#deadLetterGet.get(id);
  }

  /** Those with an alias that nobody knew, since then, on topics that begin so; read one by one. */
  unknownAliases(sinceMs: number, topicPrefix: string): IterableIterator<UnknownAlias> {
    return this.#deadLetterAliases.iterate(sinceMs, topicPrefix, topicPrefix);
  }

  dropDeadLetter(id: number): void {
    this.#deadLetterDrop.run(id);
  }

  /** It is one still, for another reason. */
  setDeadLetterReason(id: number, { reason, detail, route }: { reason: string; detail: string; route: string }): void {
    this.#deadLetterReason.run(reason, detail, route, id);
  }

  /** Drops the oldest dead letter. @returns the bytes it took, 0 when there was none. */
  dropOldestDeadLetter(): number {
    const oldest = this.#deadLetterOldest.get();
    if (oldest === undefined) return 0;
    this.#deadLetterDrop.run(oldest.id);
    return oldest.bytes;
  }

  count(kind: LedgerKind, reason: string, by: number): void {
    this.#ledgerAdd.run(kind, reason, by);
  }

  markLedgerSealed(): void {
    this.#ledgerSealed.run();
  }

  ledger(): LedgerRow[] {
    return this.#ledgerRead.all();
  }

  /** Bytes in use, and those of free pages, which are used again before the file grows. */
  size(): { readonly usedBytes: number; readonly reusableBytes: number } {
    const pages = Number(this.#db.pragma("page_count", { simple: true }));
    const free = Number(this.#db.pragma("freelist_count", { simple: true }));
    const size = Number(this.#db.pragma("page_size", { simple: true }));
    return { usedBytes: (pages - free) * size, reusableBytes: free * size };
  }

  close(): void {
    this.#db.close();
  }
}

/**
 * - `checkpoint_seq`: every open window's stored state has counted what it had to of the journal up to here.
 * - `sealed_raw_seq`: raw readings up to here are in sealed batches.
 * - `known_ms`: the newest time that was known, of the wall clock.
 * - `journal_seq`: the last sequence given out, so that an emptied journal goes on from it.
 */
export type MetaName = "checkpoint_seq" | "sealed_raw_seq" | "sealed_readings" | "journal_seq" | "known_ms";

/** All but `schema_change` are told to the regions, which see changes of types and units for themselves. */
export type LedgerKind = "redelivered" | "dead_letter" | "ignored" | "discard" | "schema_change";

export type StoredSeries = {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType | null;
  readonly unit: string | null;
  /** How many changes of type or unit the metric had seen when it became this. */
  readonly became: number;
  readonly first_ms: number | null;
  readonly last_ms: number | null;
};
export type SeriesRow = StoredSeries & { readonly evicted_end_ms: number | null };
export type JournalRow = {
  readonly first_seq: number;
  readonly readings: number;
  readonly crc: number;
  readonly body: Buffer;
};
export type DeliveryRow = { readonly id: number; readonly deliveries: number; readonly body: Buffer };
export type StreamRow = {
  readonly stream_id: StreamId;
  readonly last_seq: number;
  readonly durable: string;
  readonly replicated: string;
};
export type BatchRow = {
  readonly seq: number;
  readonly sealed_ms: number;
  readonly readings: number;
  readonly records: number;
  readonly size: number;
};
export type ExpiredRow = {
  readonly series: number;
  readonly window_ms: number;
  readonly start_ms: number;
  readonly part: number;
};
export type LedgerRow = {
  readonly kind: LedgerKind;
  readonly reason: string;
  readonly total: number;
  readonly sealed: number;
};
export type DeadLetterRow = {
  readonly arrivedMs: number;
  readonly client: string;
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  readonly route: string;
  readonly size: number;
  readonly payload: Uint8Array;
  /** 0: the time of its arrival is an estimate. */
  readonly clockKnown: 0 | 1;
  /** What the message said of its payload, by number (CONTENT_FORMATS). */
  readonly format: number;
};

export type StoredDeadLetter = DeadLetterRow & { readonly id: number };

/** A dead letter without its payload, but how long that is. */
export type UnknownAlias = {
  readonly id: number;
  readonly arrivedMs: number;
  readonly topic: string;
  readonly bytes: number;
};

type WindowRow = {
  readonly series: number;
  readonly window_ms: number;
  readonly start_ms: number;
  readonly part: number;
  readonly through_seq: number;
  readonly revision: number;
  readonly forwarded_in: StreamId | null;
  readonly carry: StreamId | null;
  readonly state: Buffer;
};

const DEAD_LETTER_COLUMNS = `id, arrived_ms AS arrivedMs, client, topic, reason, detail, route, size, payload,
  clock_known AS clockKnown, format`;
const WINDOW_COLUMNS = "series, window_ms, start_ms, part, through_seq, revision, forwarded_in, carry, state";

function storedWindow(row: WindowRow): StoredWindow {
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

function migration(name: string): string {
  return readFileSync(new URL(`migrations/${name}`, import.meta.url), "utf8");
}

/** What a gateway's database is, for whoever opens one. */
export const GATEWAY_DATABASE: Pick<OpenOptions, "identity" | "migrations"> = {
  identity: { applicationId: 0x7469_6465, kind: "gateway" },
  migrations: [
    migration("001-gateway.sql"),
    migration("002-decoder-memory.sql"),
    migration("003-schema.sql"),
    migration("004-gateway-time.sql"),
  ],
};
