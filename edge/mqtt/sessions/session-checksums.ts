import type { Buffer } from "node:buffer";
import type { Qos } from "../../core/mqtt/packets.ts";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";
import type { Database } from "../../../proto/runtime/sqlite.ts";

/** The checksums of the rows of `sessions.db`. */
export const CHECKSUMS: {
  readonly session: (row: SessionRow) => number;
  readonly subscription: (row: SubscriptionColumns) => number;
  readonly message: (row: MessageRow) => number;
  readonly outgoing: (row: GrantRow) => number;
  readonly incoming: (row: IncomingRow) => number;
  readonly retained: (row: PublishColumns) => number;
  readonly will: (row: WillRow) => number;
} = {
  session: ({ id, client, expiry_s, left_ms }) => rowChecksum("session", [id, client, expiry_s, left_ms]),
  subscription: ({ session, topic, qos, rh, rap, nl, identifier }) =>
    rowChecksum("subscription", [session, topic, qos, rh, rap, nl, identifier]),
  message: ({ seq, topic, payload, qos, properties, expires_ms, broker_id, broker_counter }) =>
    rowChecksum("message", [seq, topic, qos, hex(properties), expires_ms, broker_id, broker_counter], payload),
  outgoing: ({ session, seq, qos, retain, identifiers }) =>
    rowChecksum("outgoing", [session, seq, qos, retain, identifiers]),
  incoming: ({ session, packet_id, packet }) => rowChecksum("incoming", [session, packet_id], packet ?? ""),
  retained: ({ topic, payload, qos, properties, expires_ms }) =>
    rowChecksum("retained", [topic, qos, hex(properties), expires_ms], payload),
  will: ({ client, broker_id, user, delay_s, topic, payload, qos, retain, properties }) =>
    rowChecksum("will", [client, broker_id, user, delay_s, topic, qos, retain, hex(properties)], payload),
};

/**
 * Deletes the rows that do not match their checksums, and notes their keys. A session without its row is deleted as a whole, and
 * a message that nobody can send any more leaves the queues.
 * @returns what was damaged, in words.
 */
export function putAsideDamagedSessions(db: Database): readonly string[] {
  const named: string[] = [];
  const note = db.prepare<[string, string]>("INSERT INTO damaged_row (place, key) VALUES (?, ?)");
  const check = <Row extends { readonly crc: number | null }>(
    table: string,
    key: readonly (string & keyof Row)[],
    checksum: (row: Row) => number,
  ): void => {
    const where = key.map((column) => `${column} IS @${column}`).join(" AND ");
    const damaged: Row[] = [];
    for (const row of db.prepare<[], Row>(`SELECT * FROM ${table}`).iterate()) {
      if (!isIntactRow(row.crc, checksum(row))) damaged.push(row);
    }
    const drop = db.prepare<[Partial<Row>]>(`DELETE FROM ${table} WHERE ${where}`);
    for (const row of damaged) {
      const name = key.map((column) => String(row[column])).join(" ");
      note.run(table, name.slice(0, KEY_CHARACTERS));
      drop.run(row);
      if (named.length < NAMED_MAX) named.push(`${table} ${name.slice(0, KEY_CHARACTERS)} of sessions.db: ${REASON}`);
    }
  };
  db.transaction(() => {
    check<SessionRow & Crc>("session", ["id"], CHECKSUMS.session);
    check<SubscriptionColumns & Crc>("subscription", ["session", "topic"], CHECKSUMS.subscription);
    check<MessageRow & Crc>("message", ["seq"], CHECKSUMS.message);
    check<GrantRow & Crc>("outgoing", ["session", "seq"], CHECKSUMS.outgoing);
    check<IncomingRow & Crc>("incoming", ["session", "packet_id"], CHECKSUMS.incoming);
    check<PublishColumns & Crc>("retained", ["topic"], CHECKSUMS.retained);
    check<WillRow & Crc>("will", ["client"], CHECKSUMS.will);
    if (named.length === 0) return;
    db.exec(`
      DELETE FROM outgoing WHERE seq NOT IN (SELECT seq FROM message) OR session NOT IN (SELECT id FROM session);
      DELETE FROM subscription WHERE session NOT IN (SELECT id FROM session);
      DELETE FROM incoming WHERE session NOT IN (SELECT id FROM session);
      DELETE FROM damaged_row WHERE id <= (SELECT max(id) FROM damaged_row) - ${ROWS_KEPT};
    `);
  }).immediate();
  return named;
}

type Crc = { readonly crc: number | null };

const REASON = "the row does not match its checksum and is put aside";
const NAMED_MAX = 20;
const ROWS_KEPT = 1000;
const KEY_CHARACTERS = 200;

function hex(properties: Buffer | null): string | null {
  return properties instanceof Uint8Array ? properties.toString("hex") : null;
}

export type SessionRow = {
  readonly id: number;
  readonly client: string;
  readonly expiry_s: number;
  readonly left_ms: number | null;
};

export type PublishColumns = {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: Qos;
  readonly properties: Buffer | null;
  readonly expires_ms: number | null;
};

export type MessageRow = PublishColumns & {
  readonly seq: number;
  readonly broker_id: string | null;
  readonly broker_counter: number | null;
};

export type SubscriptionColumns = {
  readonly session: number;
  readonly topic: string;
  readonly qos: Qos;
  readonly rh: number | null;
  readonly rap: number | null;
  readonly nl: number | null;
  readonly identifier: number | null;
};

/** A message that a session is owed, without the progress of its delivery. */
export type GrantRow = {
  readonly session: number;
  readonly seq: number;
  readonly qos: Qos;
  readonly retain: number;
  readonly identifiers: string | null;
};

export type IncomingRow = { readonly session: number; readonly packet_id: number; readonly packet: Buffer | null };

export type WillRow = Omit<PublishColumns, "expires_ms"> & {
  readonly client: string;
  readonly broker_id: string;
  readonly user: string | null;
  readonly delay_s: number;
  readonly retain: number;
};
