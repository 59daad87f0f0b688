import type { Database, Statement } from "better-sqlite3";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/** Undecodable messages with their payloads. Ids grow in the order in which the messages came. */
export class DeadLetterTable {
  readonly #sql: Statements;
  readonly #damaged = new Set<number>();

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  add(letter: DeadLetterRow): void {
    this.#sql.add.run({ ...letter, crc: letterChecksum(letter) });
  }

  get(id: number): StoredDeadLetter | undefined {
    return this.#intact(this.#sql.get.get(id));
  }

  /** Read one by one, without damaged ones. @param query.after an id; 0: from the oldest. */
  *page(query: DeadLetterRange): Generator<StoredDeadLetter> {
    for (const row of this.#sql.page.iterate(parametersOf(query))) {
      const letter = this.#intact(row);
      if (letter !== undefined) yield letter;
    }
  }

  /** The ids of damaged rows that were found since the last call. */
  takeDamaged(): readonly number[] {
    const damaged = [...this.#damaged];
    this.#damaged.clear();
    return damaged;
  }

  /** Deletes what {@link page} would return. @returns how many. */
  purge(query: DeadLetterRange): number {
    return this.#sql.purge.run(parametersOf(query)).changes;
  }

  drop(id: number): void {
    this.#sql.drop.run(id);
  }

  /** Deletes the oldest. @returns the bytes that it took; 0: the table is empty. */
  dropOldest(): number {
    const oldest = this.#sql.oldest.get();
    if (oldest === undefined) return 0;
    this.#sql.drop.run(oldest.id);
    return oldest.bytes;
  }

  /** The message was decoded again and is still a dead letter, for another reason. */
  setReason(id: number, { reason, detail, route }: { reason: string; detail: string; route: string }): void {
    const letter = this.get(id);
    if (letter === undefined) return;
    const crc = letterChecksum({ ...letter, reason, detail, route });
    this.#sql.setReason.run(reason, detail, route, crc, id);
  }

  /** Bytes that all of them take, with an estimate for their rows. */
  bytes(): number {
    return this.#sql.bytes.get()?.bytes ?? 0;
  }

  #intact(row: CheckedLetter | undefined): StoredDeadLetter | undefined {
    if (row === undefined) return undefined;
    const { crc, ...letter } = row;
    if (isIntactRow(crc, letterChecksum(letter))) return letter;
    this.#damaged.add(letter.id);
    return undefined;
  }

  /** Messages with an unknown alias from `sinceMs` on, on topics with this prefix; read one by one. */
  unknownAliases(sinceMs: number, topicPrefix: string): IterableIterator<UnknownAlias> {
    return this.#sql.unknownAliases.iterate(sinceMs, topicPrefix, topicPrefix);
  }
}

export type DeadLetterRow = {
  readonly arrivedMs: number;
  readonly client: string;
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  readonly route: string;
  /** Bytes of the whole payload; a stored payload may be cut. */
  readonly size: number;
  readonly payload: Uint8Array;
  /** 0: the time of its arrival is an estimate. */
  readonly clockKnown: 0 | 1;
  /** The format that the message names for its payload, as an index into CONTENT_FORMATS. */
  readonly format: number;
};

export type StoredDeadLetter = DeadLetterRow & { readonly id: number };

/** Dead letters with an id above `after`, of one reason or of all, in the order in which they came, at most `limit`. */
export type DeadLetterRange = { readonly after: number; readonly reason: string | undefined; readonly limit: number };

/** A dead letter without its payload. `bytes` is the length of the payload. */
export type UnknownAlias = {
  readonly id: number;
  readonly arrivedMs: number;
  readonly topic: string;
  readonly bytes: number;
};

type CheckedLetter = StoredDeadLetter & { readonly crc: number | null };

function letterChecksum(letter: DeadLetterRow): number {
  const { arrivedMs, client, topic, reason, detail, route, size, clockKnown, format, payload } = letter;
  const values = [arrivedMs, client, topic, reason, detail, route, size, clockKnown, format];
  return rowChecksum("dead_letter", values, payload);
}

type RangeParameters = { readonly after: number; readonly reason: string | null; readonly limit: number };

function parametersOf({ after, reason, limit }: DeadLetterRange): RangeParameters {
  return { after, reason: reason ?? null, limit };
}

type Statements = {
  readonly add: Statement<[DeadLetterRow & { readonly crc: number }]>;
  readonly get: Statement<[number], CheckedLetter>;
  readonly page: Statement<[RangeParameters], CheckedLetter>;
  readonly purge: Statement<[RangeParameters]>;
  readonly drop: Statement<[number]>;
  readonly oldest: Statement<[], { readonly id: number; readonly bytes: number }>;
  readonly setReason: Statement<[string, string, string, number, number]>;
  readonly bytes: Statement<[], { readonly bytes: number | null }>;
  readonly unknownAliases: Statement<[number, string, string], UnknownAlias>;
};

/** Bytes that SQLite needs for a row beside the payload, roughly. */
export const DEAD_LETTER_ROW_BYTES = 256;
const BYTES = `length(payload) + ${DEAD_LETTER_ROW_BYTES}`;
const COLUMNS = `id, arrived_ms AS arrivedMs, client, topic, reason, detail, route, size, payload,
  clock_known AS clockKnown, format, crc`;
const RANGE = "WHERE id > @after AND (@reason IS NULL OR reason = @reason) ORDER BY id LIMIT @limit";

function prepare(db: Database): Statements {
  return {
    add: db.prepare(
      `INSERT INTO dead_letter (arrived_ms, client, topic, reason, detail, route, size, payload, clock_known, format, crc)
       VALUES (@arrivedMs, @client, @topic, @reason, @detail, @route, @size, @payload, @clockKnown, @format, @crc)`,
    ),
    get: db.prepare(`SELECT ${COLUMNS} FROM dead_letter WHERE id = ?`),
    page: db.prepare(`SELECT ${COLUMNS} FROM dead_letter ${RANGE}`),
    purge: db.prepare(`DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter ${RANGE})`),
    drop: db.prepare("DELETE FROM dead_letter WHERE id = ?"),
    oldest: db.prepare(`SELECT id, ${BYTES} AS bytes FROM dead_letter ORDER BY id LIMIT 1`),
    setReason: db.prepare("UPDATE dead_letter SET reason = ?, detail = ?, route = ?, crc = ? WHERE id = ?"),
    bytes: db.prepare(`SELECT sum(${BYTES}) AS bytes FROM dead_letter`),
    // It does not read the payload or the columns after it, because most of these rows are skipped.
    unknownAliases: db.prepare(
      `SELECT id, arrived_ms AS arrivedMs, topic, length(payload) AS bytes FROM dead_letter
       WHERE reason = 'unknown_alias' AND arrived_ms >= ? AND substr(topic, 1, length(?)) = ? ORDER BY arrived_ms, id`,
    ),
  };
}
