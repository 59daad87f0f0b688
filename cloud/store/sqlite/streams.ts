import type { Database, Statement } from "better-sqlite3";

import { Fault } from "../../../proto/core/fault.ts";
import { addHash48 } from "../../../proto/core/hash48.ts";
import { EMPTY_HAVE, flatIslands, haveFromWire, haveOf } from "../../../proto/core/have.ts";
import type { Have } from "../../../proto/core/have.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import type { StreamId } from "../../../proto/core/ids.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import type { CounterChange, StreamSet } from "../../core/apply.ts";
import type { Answers } from "./answers.ts";
import type { StreamReport, VoidedBatches } from "../store.ts";
import { BoundedMap } from "./bounded-map.ts";
import { CHECKED } from "./checked-rows.ts";
import type { CheckedRows } from "./checked-rows.ts";
import { checksumOf, columnsChecksum } from "./row-checksums.ts";

/**
 * The streams: their sets, names and counters, and the batches that gateways discarded. Writing runs inside the transaction
 * of the caller, who calls {@link SqliteStreams.forget} after a rollback.
 */
export class SqliteStreams {
  readonly #sql: Statements;
  readonly #checked: CheckedRows;
  readonly #ids = new BoundedMap<StreamId, number>();
  readonly #names = new BoundedMap<number, StreamName>();

  readonly answers: Answers<"have" | "streams"> = {
    have: (streamIds) => streamIds.map((streamId) => this.set(streamId)),

    streams: (query) => {
      const { after } = query;
      const found = this.#sql.page.all(
        after?.gateway ?? query.gateway ?? "",
        after === null ? Buffer.alloc(0) : streamIdToBytes(after.streamId),
        query.gateway,
        query.gateway,
        query.limit + 1,
      );
      const rows = found.slice(0, query.limit).map((row) => this.#report(row));
      const last = rows.at(-1);
      const more = found.length > query.limit && last !== undefined;
      return { rows, next: more ? { gateway: last.gateway, streamId: last.streamId } : null };
    },
  };

  constructor(db: Database, checked: CheckedRows) {
    this.#sql = prepare(db);
    this.#checked = checked;
  }

  /** The local id of a stream. Adds the stream, with the name `gateway`, if it is new. */
  idOf(streamId: StreamId, gateway: string): number {
    let id = this.#ids.get(streamId);
    if (id !== undefined) return id;
    const key = streamIdToBytes(streamId);
    id = this.#sql.id.get(key) ?? this.#insert(key, gateway);
    this.#ids.set(streamId, id);
    return id;
  }

  /** The stream with the local id `id`. */
  name(id: number): StreamName {
    const name = this.known(id);
    if (name === null) throw damagedStream(id);
    return name;
  }

  /** The same; null when there is no such stream: a damaged row may have any id. */
  known(id: number): StreamName | null {
    let name = this.#names.get(id);
    if (name === undefined) {
      const row = this.#wholeName(id);
      if (row === undefined) return null;
      name = { streamId: streamIdFromBytes(row.stream_id), gateway: row.gateway };
      this.#names.set(id, name);
    }
    return name;
  }

  set(streamId: StreamId): StreamSet {
    const row = this.#sql.set.get(streamIdToBytes(streamId));
    if (row === undefined) return { streamId, have: EMPTY_HAVE, gateway: null, hashSum: 0 };
    return { streamId, gateway: row.gateway, ...this.#heldOf(row) };
  }

  writeSet({ streamId, have, gateway, hashSum }: StreamSet & { readonly gateway: string }, receivedMs: number): void {
    const id = this.idOf(streamId, gateway);
    const set: StoredSet = [have.prefix, JSON.stringify(flatIslands(have)), hashSum];
    this.#sql.update.run(...set, receivedMs, columnsChecksum([id, ...set]), id);
    this.rename(id, gateway);
  }

  /** A stream whose first batch could not be read gets its gateway's name later. */
  rename(id: number, gateway: string): void {
    if (this.#sql.rename.run(gateway, id, gateway).changes === 0) return;
    this.#names.clear();
    this.#writeChecksum(id);
  }

  count(id: number, { counts, sign }: CounterChange): void {
    const { ledger, records, rawReadings } = counts;
    const { readings, redelivered, deadLetters, discards } = ledger;
    this.#sql.count.run(sign * readings, sign * redelivered, sign * records, sign * rawReadings, id);
    for (const [reason, count] of deadLetters) this.#sql.addLedger.run(id, "dead_letter", reason, sign * count);
    for (const [reason, count] of discards) this.#sql.addLedger.run(id, "discard", reason, sign * count);
    if (sign === -1) this.#sql.dropEmptyLedger.run(id);
  }

  insertVoid({ gateway, streamId, first, last, readings, reason }: VoidedBatches): void {
    this.#sql.insertVoid.run(this.idOf(streamId, gateway), first, last, readings, reason);
  }

  /** Clears the caches. After a rollback they contain ids that no longer exist. */
  forget(): void {
    this.#ids.clear();
    this.#names.clear();
  }

  #insert(key: Uint8Array, gateway: string): number {
    const id = Number(this.#sql.insert.run(key, gateway).lastInsertRowid);
    this.#sql.setSetChecksum.run(columnsChecksum([id, 0, "[]", 0]), id);
    this.#writeChecksum(id);
    return id;
  }

  #writeChecksum(id: number): void {
    const row = this.#sql.name.get(id);
    if (row !== undefined) this.#sql.setChecksum.run(checksumOf(row, CHECKED.stream.columns), id);
  }

  /** The names of a stream. If the row is damaged, its index may still have them. */
  #wholeName(id: number): NameSqlRow | undefined {
    const row = this.#sql.name.get(id);
    if (row !== undefined && this.#checked.isWhole("stream", row)) return row;
    const indexed = this.#sql.indexedName.get(id);
    if (indexed === undefined || row?.checksum !== checksumOf(indexed, CHECKED.stream.columns)) return undefined;
    return { ...indexed, checksum: row.checksum };
  }

  /** The set of a stream. If its columns are damaged, it follows from the batches. */
  #heldOf(row: SetSqlRow): Pick<StreamSet, "have" | "hashSum"> {
    if (row.set_checksum === null || isWholeSet(row)) return { have: loadedHave(row), hashSum: row.hash_sum };
    this.#checked.note({ table: "stream", key: [row.id] });
    return this.rebuilt(row.id);
  }

  /** Writes the set of a stream as its batches say it. */
  writeRebuilt(id: number): void {
    const { have, hashSum } = this.rebuilt(id);
    const set: StoredSet = [have.prefix, JSON.stringify(flatIslands(have)), hashSum];
    this.#sql.setSet.run(...set, columnsChecksum([id, ...set]), id);
  }

  /** Whether the set of a stream is what its checksum says, or has none yet. */
  isSetWhole(id: number): boolean {
    const row = this.#sql.setOf.get(id);
    return row === undefined || row.set_checksum === null || isWholeSet(row);
  }

  /** Gives the set of a stream of an earlier version its checksum. */
  signSet(id: number): void {
    const row = this.#sql.setOf.get(id);
    if (row === undefined || row.set_checksum !== null) return;
    this.#sql.setSetChecksum.run(columnsChecksum([id, row.prefix, row.islands, row.hash_sum]), id);
  }

  /** The set of a stream as its batches say it. */
  rebuilt(id: number): Pick<StreamSet, "have" | "hashSum"> {
    const held = this.#sql.held.all(id);
    return {
      have: haveOf([...new Set(held.map(({ seq }) => toSeq(seq)))]),
      hashSum: held.reduce((sum, { hash48 }) => addHash48(sum, hash48), 0),
    };
  }

  #report(row: ReportSqlRow): StreamReport {
    const ledger = this.#sql.ledger.all(row.id);
    const ofKind = (kind: LedgerSqlRow["kind"]): Record<string, number> =>
      Object.fromEntries(ledger.filter((entry) => entry.kind === kind).map((entry) => [entry.reason, entry.count]));
    return {
      gateway: row.gateway,
      streamId: streamIdFromBytes(row.stream_id),
      ...this.#heldOf(row),
      lastReceivedMs: row.last_received_ms,
      readings: row.readings,
      redelivered: row.redelivered,
      deadLetters: ofKind("dead_letter"),
      discards: ofKind("discard"),
      records: row.records,
      rawReadings: row.raw_readings,
    };
  }
}

export type StreamName = { readonly streamId: StreamId; readonly gateway: string };

type NameSqlRow = {
  readonly id: number;
  readonly stream_id: Buffer;
  readonly gateway: string;
  readonly checksum: number | null;
};
type StoredSet = [prefix: number, islands: string, hashSum: number];
type SetSqlRow = {
  readonly id: number;
  readonly set_checksum: number | null;
  readonly prefix: number;
  readonly islands: string;
  readonly gateway: string;
  readonly hash_sum: number;
};
type LedgerSqlRow = { readonly kind: "dead_letter" | "discard"; readonly reason: string; readonly count: number };
type ReportSqlRow = SetSqlRow & {
  readonly stream_id: Buffer;
  readonly readings: number;
  readonly redelivered: number;
  readonly records: number;
  readonly raw_readings: number;
  readonly last_received_ms: number;
};

function damagedStream(id: number): Fault {
  return new Fault({
    code: "storage_corrupt",
    message: `the names of stream ${id} are damaged in the database, and so is their index`,
    hint: "restore the data folder from a copy, or start with an empty one: the other regions fill it",
  });
}

function isWholeSet({ id, prefix, islands, hash_sum: hashSum, set_checksum: checksum }: SetSqlRow): boolean {
  return checksum === columnsChecksum([id, prefix, islands, hashSum]);
}

function loadedHave({ prefix, islands }: Pick<SetSqlRow, "prefix" | "islands">): Have {
  return islands === "[]" ? { prefix, islands: [] } : haveFromWire(prefix, JSON.parse(islands) as number[]);
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  return {
    id: db.prepare<[streamId: Uint8Array]>("SELECT id FROM stream WHERE stream_id = ?").pluck() as Statement<
      [streamId: Uint8Array],
      number
    >,
    insert: db.prepare<[streamId: Uint8Array, gateway: string]>(
      "INSERT INTO stream (stream_id, gateway) VALUES (?, ?)",
    ),
    name: db.prepare<[id: number], NameSqlRow>("SELECT id, stream_id, gateway, checksum FROM stream WHERE id = ?"),
    indexedName: db.prepare<[id: number], Omit<NameSqlRow, "checksum">>(
      "SELECT id, stream_id, gateway FROM stream INDEXED BY stream_gateway WHERE gateway >= '' AND id = ?",
    ),
    setChecksum: db.prepare<[checksum: number, id: number]>("UPDATE stream SET checksum = ? WHERE id = ?"),
    setSetChecksum: db.prepare<[checksum: number, id: number]>("UPDATE stream SET set_checksum = ? WHERE id = ?"),
    setSet: db.prepare<[...StoredSet, setChecksum: number, id: number]>(
      "UPDATE stream SET prefix = ?, islands = ?, hash_sum = ?, set_checksum = ? WHERE id = ?",
    ),
    setOf: db.prepare<[id: number], SetSqlRow>(
      "SELECT id, prefix, islands, gateway, hash_sum, set_checksum FROM stream WHERE id = ?",
    ),
    held: db.prepare<[stream: number], { seq: number; hash48: number }>(
      "SELECT seq, hash48 FROM batch WHERE stream = ? ORDER BY seq",
    ),
    set: db.prepare<[streamId: Uint8Array], SetSqlRow>(
      "SELECT id, prefix, islands, gateway, hash_sum, set_checksum FROM stream WHERE stream_id = ?",
    ),
    page: db.prepare<
      [gateway: string, streamId: Uint8Array, only: string | null, onlyAgain: string | null, limit: number],
      ReportSqlRow
    >(
      `SELECT id, stream_id, gateway, prefix, islands, hash_sum, set_checksum, readings, redelivered, records, raw_readings,
         last_received_ms
       FROM stream WHERE (gateway, stream_id) > (?, ?) AND (? IS NULL OR gateway = ?)
       ORDER BY gateway, stream_id LIMIT ?`,
    ),
    ledger: db.prepare<[stream: number], LedgerSqlRow>(
      "SELECT kind, reason, count FROM ledger WHERE stream = ? ORDER BY kind, reason",
    ),
    update: db.prepare<[...StoredSet, receivedMs: number, setChecksum: number, id: number]>(
      `UPDATE stream SET prefix = ?, islands = ?, hash_sum = ?, last_received_ms = ?, set_checksum = ? WHERE id = ?`,
    ),
    rename: db.prepare<[gateway: string, id: number, same: string]>(
      "UPDATE stream SET gateway = ? WHERE id = ? AND gateway <> ?",
    ),
    count: db.prepare<[readings: number, redelivered: number, records: number, rawReadings: number, id: number]>(
      `UPDATE stream SET readings = readings + ?, redelivered = redelivered + ?, records = records + ?,
         raw_readings = raw_readings + ? WHERE id = ?`,
    ),
    addLedger: db.prepare<[stream: number, kind: LedgerSqlRow["kind"], reason: string, count: number]>(
      `INSERT INTO ledger (stream, kind, reason, count) VALUES (?, ?, ?, ?)
       ON CONFLICT (stream, kind, reason) DO UPDATE SET count = count + excluded.count`,
    ),
    dropEmptyLedger: db.prepare<[stream: number]>("DELETE FROM ledger WHERE stream = ? AND count = 0"),
    insertVoid: db.prepare<[stream: number, first: number, last: number, readings: number, reason: string]>(
      `INSERT INTO void (stream, first, last, readings, reason) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (stream, first, last) DO NOTHING`,
    ),
  };
}
