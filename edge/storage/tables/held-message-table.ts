import type { Database, Statement } from "better-sqlite3";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";
import type { HeldBoot } from "../../core/storage/gateway-time.ts";

/** Messages that wait until the time is known, and the boots of the machine in which they came. */
export class HeldMessageTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  boot(
    bootId: string,
  ): { readonly id: number; readonly beganMs: number; readonly offsetMs: number | undefined } | undefined {
    const row = this.#sql.bootOf.get(bootId);
    return row && { id: row.id, beganMs: row.began_ms, offsetMs: row.offset_ms ?? undefined };
  }

  /** @returns its number. */
  addBoot(bootId: string, beganMs: number): number {
    return Number(this.#sql.bootAdd.run(bootId, beganMs).lastInsertRowid);
  }

  setOffset(boot: number, { offsetMs, estimated }: { offsetMs: number; estimated: boolean }): void {
    this.#sql.bootOffset.run(offsetMs, estimated ? 1 : 0, boot);
  }

  /** Boots with held messages, without the current one, in their order. */
  endedBoots(current: number): readonly HeldBoot[] {
    return this.#sql.bootsEnded.all(current).map((row) => ({ ...row, offsetMs: row.offsetMs ?? undefined }));
  }

  /** Deletes boots without held messages, but not the current one. */
  dropDoneBoots(current: number): void {
    this.#sql.bootsDone.run(current);
  }

  add(message: {
    boot: number;
    atMs: number;
    client: string;
    topic: string;
    format: number;
    payload: Uint8Array;
  }): void {
    this.#sql.add.run({ ...message, crc: heldChecksum(message) });
  }

  count(): number {
    return this.#sql.count.get()!.count;
  }

  /** In the order of their arrival, read one by one. */
  *oldest(): Generator<HeldRow> {
    for (const { crc, ...row } of this.#sql.page.iterate())
      yield { ...row, isIntact: isIntactRow(crc, heldChecksum(row)) };
  }

  drop(throughId: number): void {
    this.#sql.drop.run(throughId);
  }
}

export type HeldRow = {
  readonly id: number;
  readonly boot: number;
  /** Monotonic within its boot. */
  readonly atMs: number;
  readonly client: string;
  readonly topic: string;
  readonly format: number;
  readonly payload: Buffer;
  /** Offset of its boot; null: not known. */
  readonly offsetMs: number | null;
  readonly estimated: 0 | 1;
  readonly isIntact: boolean;
};

function heldChecksum(message: Omit<HeldContent, "payload"> & { readonly payload: Uint8Array }): number {
  const { boot, atMs, client, topic, format, payload } = message;
  return rowChecksum("held_message", [boot, atMs, client, topic, format], payload);
}

type HeldContent = Pick<HeldRow, "boot" | "atMs" | "client" | "topic" | "format" | "payload">;

type EndedRow = Omit<HeldBoot, "offsetMs"> & { readonly offsetMs: number | null };

type Statements = {
  readonly bootOf: Statement<[string], { id: number; offset_ms: number | null; began_ms: number }>;
  readonly bootAdd: Statement<[string, number]>;
  readonly bootOffset: Statement<[number, number, number]>;
  readonly bootsEnded: Statement<[number], EndedRow>;
  readonly bootsDone: Statement<[number]>;
  readonly add: Statement<[Omit<HeldContent, "payload"> & { payload: Uint8Array; crc: number }]>;
  readonly count: Statement<[], { count: number }>;
  readonly page: Statement<[], Omit<HeldRow, "isIntact"> & { readonly crc: number | null }>;
  readonly drop: Statement<[number]>;
};

function prepare(db: Database): Statements {
  return {
    bootOf: db.prepare("SELECT id, began_ms, offset_ms FROM boot WHERE boot_id = ?"),
    bootAdd: db.prepare("INSERT INTO boot (boot_id, began_ms) VALUES (?, ?)"),
    bootOffset: db.prepare("UPDATE boot SET offset_ms = ?, estimated = ? WHERE id = ?"),
    bootsEnded: db.prepare(
      `SELECT boot.id AS boot, began_ms AS beganMs, offset_ms AS offsetMs, max(at_ms) AS lastMs
       FROM boot JOIN held_message ON held_message.boot = boot.id WHERE boot.id <> ? GROUP BY boot.id ORDER BY boot.id`,
    ),
    bootsDone: db.prepare("DELETE FROM boot WHERE id <> ? AND id NOT IN (SELECT boot FROM held_message)"),
    add: db.prepare(
      `INSERT INTO held_message (boot, at_ms, client, topic, format, payload, crc)
       VALUES (@boot, @atMs, @client, @topic, @format, @payload, @crc)`,
    ),
    count: db.prepare("SELECT count(*) AS count FROM held_message"),
    page: db.prepare(
      `SELECT held_message.id AS id, held_message.boot AS boot, at_ms AS atMs, client, topic, format, payload,
         offset_ms AS offsetMs, ifnull(estimated, 1) AS estimated, held_message.crc AS crc
       FROM held_message LEFT JOIN boot ON boot.id = held_message.boot ORDER BY held_message.id`,
    ),
    drop: db.prepare("DELETE FROM held_message WHERE id <= ?"),
  };
}
