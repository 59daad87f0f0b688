import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Qos } from "../../core/mqtt/packets.ts";
import type { Database, Statement } from "better-sqlite3";
import { Fault } from "../../../proto/core/fault.ts";
import { isIntactRow } from "../../../proto/runtime/row-checksum.ts";
import type { OpenOptions } from "../../../proto/runtime/sqlite.ts";
import { openDatabase } from "../../../proto/runtime/sqlite.ts";
import type { WalReport } from "../../core/storage/wal-frames.ts";
import { inspectWal, isDamagedWal } from "../../core/storage/wal-frames.ts";
import { CHECKSUMS, putAsideDamagedSessions } from "./session-checksums.ts";
import type {
  GrantRow,
  IncomingRow,
  MessageRow,
  PublishColumns,
  SessionRow,
  SubscriptionColumns,
  WillRow,
} from "./session-checksums.ts";
import type {
  OutgoingRow,
  SessionAnswer,
  SessionImage,
  SessionWork,
  StoredMessage,
  StoredPublish,
} from "./session-protocol.ts";

/**
 * `sessions.db`: the state that the broker keeps for its clients across a restart. This class has the typed SQL statements
 * and makes no decisions.
 *
 * It is a file beside the journal. The messages of local subscribers must not make the journal's transactions larger,
 * and must not wait for them, and a gateway without persistent subscribers pays nothing. It runs in its own thread. The
 * first error ends the process: a transaction is never tried again.
 */
export class SessionDatabase {
  readonly #db: Database;
  readonly #log: WalReport;
  readonly #statements: ReturnType<typeof prepare>;

  /** @throws Fault when the file cannot be used. */
  static open(directory: string): SessionDatabase {
    const path = join(directory, "sessions.db");
    const log = logOf(path);
    return new SessionDatabase(openDatabase({ path, ...SESSION_DATABASE }), log);
  }

  /** @param log the write-ahead log as it was before SQLite opened it. */
  constructor(db: Database, log: WalReport) {
    this.#db = db;
    this.#log = log;
    this.#statements = prepare(db);
  }

  /** Does the work in one transaction, which is on disk when this returns. @returns the answers, in order. */
  commit(work: Iterable<SessionWork>): readonly SessionAnswer[] {
    const answers: SessionAnswer[] = [];
    this.#db
      .transaction(() => {
        for (const one of work) this.#apply(one, answers);
      })
      .immediate();
    return answers;
  }

  close(): void {
    this.#db.close();
  }

  /** Reads everything except the queued payloads. Deletes the rest of sessions that ended with their connection. */
  load(): SessionImage {
    const { all } = this.#statements;
    const unread = `${this.#log.unreadableCommits} commits in the write-ahead log of sessions.db cannot be read`;
    const damage = [...(isDamagedWal(this.#log) ? [unread] : []), ...putAsideDamagedSessions(this.#db)];
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
    this.#db.exec(`
      DELETE FROM subscription WHERE session IN (SELECT id FROM session WHERE expiry_s = 0);
      DELETE FROM outgoing WHERE session IN (SELECT id FROM session WHERE expiry_s = 0);
      DELETE FROM incoming WHERE session IN (SELECT id FROM session WHERE expiry_s = 0);
      DELETE FROM session WHERE expiry_s = 0;
      DELETE FROM message WHERE seq NOT IN (SELECT seq FROM outgoing);
    `);
    return {
      damage,
      sessions: all.sessions.all().map((row) => ({
        session: row.id,
        client: row.client,
        expiryS: row.expiry_s,
        leftMs: row.left_ms,
      })),
      subscriptions: all.subscriptions.all().map((row) => ({
        session: row.session,
        topic: row.topic,
        qos: row.qos,
        rh: row.rh ?? undefined,
        rap: booleanOf(row.rap),
        nl: booleanOf(row.nl),
        identifier: row.identifier ?? undefined,
      })),
      outgoing: all.outgoing.all().map((row) => ({
        session: row.session,
        seq: row.seq,
        bytes: row.bytes,
        packetId: row.packet_id,
        released: row.released === 1,
      })),
      incoming: all.incoming.all().map((row) => ({ session: row.session, packetId: row.packet_id })),
      retained: all.retained.all().map((row) => ({ ...publishOf(row), retain: true })),
      wills: all.wills.all().map((row) => ({
        ...publishOf(row),
        retain: row.retain === 1,
        client: row.client,
        brokerId: row.broker_id,
        user: row.user,
        delayS: row.delay_s,
      })),
    };
  }

  #apply(work: SessionWork, answers: SessionAnswer[]): void {
    const sql = this.#statements;
    switch (work.op) {
      case "session":
        sql.sessionPut.run(sessionRow(work));
        return;
      case "end":
        for (const drop of sql.sessionDrop) drop.run(work.session);
        for (const seq of work.messages) sql.messageDrop.run(seq);
        return;
      case "subscribe": {
        const { topic, qos, rh, rap, nl, identifier } = work.subscription;
        const flags = { rh: rh ?? null, rap: numberOf(rap), nl: numberOf(nl), identifier: identifier ?? null };
        const row = { session: work.session, topic, qos, ...flags };
        sql.subscriptionPut.run({ ...row, crc: CHECKSUMS.subscription(row) });
        return;
      }
      case "unsubscribe":
        sql.subscriptionDrop.run(work.session, work.topic);
        return;
      case "enqueue": {
        const { seq, topic, payload, qos, properties, expiresMs, brokerId, brokerCounter } = work.message;
        const message = {
          seq,
          topic,
          payload: bytesOf(payload),
          qos,
          properties: bytesOf(properties),
          expires_ms: expiresMs,
          broker_id: brokerId,
          broker_counter: brokerCounter,
        };
        sql.messageAdd.run({ ...message, crc: CHECKSUMS.message(message) });
        for (const to of work.to) {
          const identifiers = to.identifiers.length === 0 ? null : to.identifiers.join(" ");
          const row = { session: to.session, seq, qos: to.qos, retain: to.retain ? 1 : 0, identifiers };
          sql.outgoingAdd.run({ ...row, crc: CHECKSUMS.outgoing(row) });
        }
        return;
      }
      case "assign":
        for (const { seq, packetId } of work.ids) sql.outgoingAssign.run(packetId, work.session, seq);
        return;
      case "release":
        sql.outgoingRelease.run(work.session, work.seq);
        return;
      case "remove":
        sql.outgoingDrop.run(work.session, work.seq);
        if (work.isLast) sql.messageDrop.run(work.seq);
        return;
      case "incoming":
        const row = { session: work.session, packet_id: work.packetId, packet: bytesOf(work.packet) };
        sql.incomingPut.run({ ...row, crc: CHECKSUMS.incoming(row) });
        return;
      case "incoming_done":
        sql.incomingDrop.run(work.session, work.packetId);
        return;
      case "retain": {
        const { topic, payload, qos, properties, expiresMs } = work.message;
        const message = {
          topic,
          payload: bytesOf(payload),
          qos,
          properties: bytesOf(properties),
          expires_ms: expiresMs,
        };
        sql.retainedPut.run({ ...message, crc: CHECKSUMS.retained(message) });
        return;
      }
      case "unretain":
        sql.retainedDrop.run(work.topic);
        return;
      case "will": {
        const { client, brokerId, user, delayS, topic, payload, qos, retain, properties } = work.will;
        const sender = { client, broker_id: brokerId, user, delay_s: delayS };
        const message = {
          topic,
          payload: bytesOf(payload),
          qos,
          retain: retain ? 1 : 0,
          properties: bytesOf(properties),
        };
        const row = { ...sender, ...message };
        sql.willPut.run({ ...row, crc: CHECKSUMS.will(row) });
        return;
      }
      case "will_done":
        sql.willDrop.run(work.client);
        return;
      case "read": {
        const rows = work.seqs.flatMap((seq) => sql.outgoingRead.get(work.session, seq) ?? []);
        for (const row of rows) refuseDamaged(row);
        answers.push({ op: "read", rows: rows.map(outgoingOf) });
        return;
      }
      case "find": {
        const found = sql.outgoingFind.get(work.session, work.brokerId, work.brokerCounter);
        answers.push({ op: "find", seq: found?.seq });
        return;
      }
      case "read_incoming":
        answers.push({
          op: "read_incoming",
          packet: sql.incomingRead.get(work.session, work.packetId)?.packet,
        });
        return;
    }
  }
}

function prepare(db: Database) {
  const publish = "topic, payload, qos, properties";
  return {
    sessionPut: db.prepare<[SessionRow & Checked]>(
      `INSERT INTO session (id, client, expiry_s, left_ms, crc) VALUES (@id, @client, @expiry_s, @left_ms, @crc)
       ON CONFLICT (id) DO UPDATE SET expiry_s = excluded.expiry_s, left_ms = excluded.left_ms, crc = excluded.crc`,
    ),
    sessionDrop: ["subscription", "outgoing", "incoming"]
      .map((table) => db.prepare<[number]>(`DELETE FROM ${table} WHERE session = ?`))
      .concat(db.prepare<[number]>("DELETE FROM session WHERE id = ?")),
    subscriptionPut: db.prepare<[SubscriptionColumns & Checked]>(
      `INSERT INTO subscription (session, topic, qos, rh, rap, nl, identifier, crc)
       VALUES (@session, @topic, @qos, @rh, @rap, @nl, @identifier, @crc)
       ON CONFLICT (session, topic) DO UPDATE SET qos = excluded.qos, rh = excluded.rh, rap = excluded.rap,
         nl = excluded.nl, identifier = excluded.identifier, crc = excluded.crc`,
    ),
    subscriptionDrop: db.prepare<[number, string]>("DELETE FROM subscription WHERE session = ? AND topic = ?"),
    messageAdd: db.prepare<[MessageRow & Checked]>(
      `INSERT INTO message (seq, topic, payload, qos, properties, expires_ms, broker_id, broker_counter, crc)
       VALUES (@seq, @topic, @payload, @qos, @properties, @expires_ms, @broker_id, @broker_counter, @crc)`,
    ),
    messageDrop: db.prepare<[number]>("DELETE FROM message WHERE seq = ?"),
    outgoingAdd: db.prepare<[GrantRow & Checked]>(
      `INSERT INTO outgoing (session, seq, qos, retain, identifiers, packet_id, released, crc)
       VALUES (@session, @seq, @qos, @retain, @identifiers, NULL, 0, @crc)`,
    ),
    outgoingAssign: db.prepare<[number, number, number]>(
      "UPDATE outgoing SET packet_id = ? WHERE session = ? AND seq = ?",
    ),
    outgoingRelease: db.prepare<[number, number]>("UPDATE outgoing SET released = 1 WHERE session = ? AND seq = ?"),
    outgoingDrop: db.prepare<[number, number]>("DELETE FROM outgoing WHERE session = ? AND seq = ?"),
    outgoingRead: db.prepare<[number, number], OutgoingColumns>(
      `SELECT seq, topic, payload, message.qos AS qos, properties, expires_ms, broker_id, broker_counter,
         outgoing.qos AS granted_qos, retain, identifiers, packet_id, released, message.crc AS crc
       FROM outgoing JOIN message USING (seq) WHERE session = ? AND seq = ?`,
    ),
    outgoingFind: db.prepare<[number, string, number], { seq: number }>(
      `SELECT seq FROM outgoing JOIN message USING (seq)
       WHERE session = ? AND broker_id = ? AND broker_counter = ? ORDER BY seq LIMIT 1`,
    ),
    incomingPut: db.prepare<[IncomingRow & Checked]>(
      `INSERT INTO incoming (session, packet_id, packet, crc) VALUES (@session, @packet_id, @packet, @crc)
       ON CONFLICT (session, packet_id) DO UPDATE SET packet = excluded.packet, crc = excluded.crc`,
    ),
    incomingDrop: db.prepare<[number, number]>("DELETE FROM incoming WHERE session = ? AND packet_id = ?"),
    incomingRead: db.prepare<[number, number], { packet: Buffer | null }>(
      "SELECT packet FROM incoming WHERE session = ? AND packet_id = ?",
    ),
    retainedPut: db.prepare<[PublishColumns & Checked]>(
      `INSERT INTO retained (${publish}, expires_ms, crc) VALUES (@topic, @payload, @qos, @properties, @expires_ms, @crc)
       ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, qos = excluded.qos,
         properties = excluded.properties, expires_ms = excluded.expires_ms, crc = excluded.crc`,
    ),
    retainedDrop: db.prepare<[string]>("DELETE FROM retained WHERE topic = ?"),
    willPut: db.prepare<[WillRow & Checked]>(
      `INSERT INTO will (client, broker_id, user, delay_s, topic, payload, qos, retain, properties, crc)
       VALUES (@client, @broker_id, @user, @delay_s, @topic, @payload, @qos, @retain, @properties, @crc)
       ON CONFLICT (client) DO UPDATE SET broker_id = excluded.broker_id, user = excluded.user, delay_s = excluded.delay_s, topic = excluded.topic,
         payload = excluded.payload, qos = excluded.qos, retain = excluded.retain, properties = excluded.properties,
         crc = excluded.crc`,
    ),
    willDrop: db.prepare<[string]>("DELETE FROM will WHERE client = ?"),
    all: {
      sessions: db.prepare<[], { id: number; client: string; expiry_s: number; left_ms: number | null }>(
        "SELECT id, client, expiry_s, left_ms FROM session ORDER BY id",
      ),
      subscriptions: db.prepare<[], SubscriptionColumns>(
        "SELECT session, topic, qos, rh, rap, nl, identifier FROM subscription ORDER BY rowid",
      ),
      outgoing: db.prepare<
        [],
        { session: number; seq: number; bytes: number; packet_id: number | null; released: number }
      >(
        `SELECT session, seq, length(topic) + length(payload) + ifnull(length(properties), 0) AS bytes, packet_id, released
         FROM outgoing JOIN message USING (seq) ORDER BY session, seq`,
      ),
      incoming: db.prepare<[], { session: number; packet_id: number }>("SELECT session, packet_id FROM incoming"),
      retained: db.prepare<[], PublishColumns>(`SELECT ${publish}, expires_ms FROM retained ORDER BY rowid`),
      wills: db.prepare<
        [],
        PublishColumns & { client: string; broker_id: string; user: string | null; delay_s: number; retain: number }
      >(`SELECT client, broker_id, user, delay_s, retain, ${publish}, NULL AS expires_ms FROM will ORDER BY rowid`),
    },
  } satisfies Record<string, Statement | readonly Statement[] | Record<string, Statement>>;
}

type Checked = { readonly crc: number };

type OutgoingColumns = PublishColumns & {
  readonly seq: number;
  readonly broker_id: string | null;
  readonly broker_counter: number | null;
  readonly granted_qos: Qos;
  readonly retain: number;
  readonly identifiers: string | null;
  readonly packet_id: number | null;
  readonly released: number;
  /** The checksum of the message. */
  readonly crc: number | null;
};

function logOf(path: string): WalReport {
  const log = `${path}-wal`;
  return inspectWal(existsSync(log) ? readFileSync(log) : new Uint8Array());
}

/** The next start puts the message aside; see {@link SessionDatabase.load}. */
function refuseDamaged(row: OutgoingColumns): void {
  if (isIntactRow(row.crc, CHECKSUMS.message(row))) return;
  throw new Fault({
    code: "storage_corrupt",
    message: `sessions.db: queued message ${row.seq} does not match its checksum`,
    hint: "the disk returned other bytes than were written: check it; the next start continues without this message",
  });
}

function sessionRow(work: Extract<SessionWork, { op: "session" }>): SessionRow & Checked {
  const row = { id: work.session, client: work.client, expiry_s: work.expiryS, left_ms: work.leftMs };
  return { ...row, crc: CHECKSUMS.session(row) };
}

function publishOf({ topic, payload, qos, properties, expires_ms }: PublishColumns): Omit<StoredPublish, "retain"> {
  return { topic, payload, qos, properties, expiresMs: expires_ms };
}

function outgoingOf(row: OutgoingColumns): OutgoingRow {
  const message: StoredMessage = {
    ...publishOf(row),
    seq: row.seq,
    brokerId: row.broker_id,
    brokerCounter: row.broker_counter,
  };
  return {
    ...message,
    grantedQos: row.granted_qos,
    retain: row.retain === 1,
    identifiers: row.identifiers === null ? [] : row.identifiers.split(" ").map(Number),
    packetId: row.packet_id,
    released: row.released === 1,
  };
}

/** A text payload stays a text: SQLite and the persistence contract of aedes distinguish text from bytes. */
function bytesOf<T extends Uint8Array | string | null>(bytes: T): T extends Uint8Array ? Buffer : T;
function bytesOf(bytes: Uint8Array | string | null): Buffer | string | null {
  if (bytes === null || typeof bytes === "string") return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function numberOf(flag: boolean | undefined): number | null {
  return flag === undefined ? null : flag ? 1 : 0;
}

function booleanOf(flag: number | null): boolean | undefined {
  return flag === null ? undefined : flag === 1;
}

const SCHEMA_1 = `
  CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    client TEXT NOT NULL UNIQUE,
    expiry_s INTEGER NOT NULL,
    left_ms INTEGER
  ) STRICT;
  CREATE TABLE subscription (
    session INTEGER NOT NULL,
    topic TEXT NOT NULL,
    qos INTEGER NOT NULL,
    rh INTEGER,
    rap INTEGER,
    nl INTEGER,
    identifier INTEGER,
    UNIQUE (session, topic)
  ) STRICT;
  CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    payload ANY NOT NULL,
    qos INTEGER NOT NULL,
    properties BLOB,
    expires_ms INTEGER,
    broker_id TEXT,
    broker_counter INTEGER
  ) STRICT;
  CREATE TABLE outgoing (
    session INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    qos INTEGER NOT NULL,
    retain INTEGER NOT NULL,
    identifiers TEXT,
    packet_id INTEGER,
    released INTEGER NOT NULL,
    PRIMARY KEY (session, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE incoming (
    session INTEGER NOT NULL,
    packet_id INTEGER NOT NULL,
    packet BLOB,
    PRIMARY KEY (session, packet_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE retained (
    topic TEXT PRIMARY KEY,
    payload ANY NOT NULL,
    qos INTEGER NOT NULL,
    properties BLOB,
    expires_ms INTEGER
  ) STRICT;
  CREATE TABLE will (
    client TEXT PRIMARY KEY,
    broker_id TEXT NOT NULL,
    user TEXT,
    delay_s INTEGER NOT NULL,
    topic TEXT NOT NULL,
    payload ANY NOT NULL,
    qos INTEGER NOT NULL,
    retain INTEGER NOT NULL,
    properties BLOB
  ) STRICT;
`;

/** Checksums over whole rows, but for `outgoing`: its packet identifier and its progress change with each packet. */
const SCHEMA_2 = `
  ALTER TABLE session ADD COLUMN crc INTEGER;
  ALTER TABLE subscription ADD COLUMN crc INTEGER;
  ALTER TABLE message ADD COLUMN crc INTEGER;
  ALTER TABLE outgoing ADD COLUMN crc INTEGER;
  ALTER TABLE incoming ADD COLUMN crc INTEGER;
  ALTER TABLE retained ADD COLUMN crc INTEGER;
  ALTER TABLE will ADD COLUMN crc INTEGER;
  CREATE TABLE damaged_row (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL,
    key TEXT NOT NULL
  ) STRICT;
`;

const SESSION_DATABASE: Omit<OpenOptions, "path"> = {
  // "TMsn"
  identity: { applicationId: 0x544d736e, kind: "gateway's sessions" },
  migrations: [SCHEMA_1, SCHEMA_2],
};
