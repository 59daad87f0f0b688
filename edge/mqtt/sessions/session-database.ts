import { join } from "node:path";
import type { Qos } from "../../core/mqtt/packets.ts";
import type { Database, Statement } from "better-sqlite3";
import type { OpenOptions } from "../../../proto/runtime/sqlite.ts";
import { openDatabase } from "../../../proto/runtime/sqlite.ts";
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
  readonly #statements: ReturnType<typeof prepare>;

  /** @throws Fault when the file cannot be used. */
  static open(directory: string): SessionDatabase {
    return new SessionDatabase(openDatabase({ path: join(directory, "sessions.db"), ...SESSION_DATABASE }));
  }

  constructor(db: Database) {
    this.#db = db;
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
    this.#db.exec(`
      DELETE FROM subscription WHERE session IN (SELECT id FROM session WHERE expiry_s = 0);
      DELETE FROM outgoing WHERE session IN (SELECT id FROM session WHERE expiry_s = 0);
      DELETE FROM incoming WHERE session IN (SELECT id FROM session WHERE expiry_s = 0);
      DELETE FROM session WHERE expiry_s = 0;
      DELETE FROM message WHERE seq NOT IN (SELECT seq FROM outgoing);
    `);
    return {
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
        sql.sessionPut.run(work.session, work.client, work.expiryS, work.leftMs);
        return;
      case "end":
        for (const drop of sql.sessionDrop) drop.run(work.session);
        for (const seq of work.messages) sql.messageDrop.run(seq);
        return;
      case "subscribe": {
        const { topic, qos, rh, rap, nl, identifier } = work.subscription;
        const flags = [rh ?? null, numberOf(rap), numberOf(nl), identifier ?? null] as const;
        sql.subscriptionPut.run(work.session, topic, qos, ...flags);
        return;
      }
      case "unsubscribe":
        sql.subscriptionDrop.run(work.session, work.topic);
        return;
      case "enqueue": {
        const { seq, topic, payload, qos, properties, expiresMs, brokerId, brokerCounter } = work.message;
        sql.messageAdd.run(seq, topic, bytesOf(payload), qos, bytesOf(properties), expiresMs, brokerId, brokerCounter);
        for (const to of work.to) {
          const identifiers = to.identifiers.length === 0 ? null : to.identifiers.join(" ");
          sql.outgoingAdd.run(to.session, seq, to.qos, to.retain ? 1 : 0, identifiers);
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
        sql.incomingPut.run(work.session, work.packetId, bytesOf(work.packet));
        return;
      case "incoming_done":
        sql.incomingDrop.run(work.session, work.packetId);
        return;
      case "retain": {
        const { topic, payload, qos, properties, expiresMs } = work.message;
        sql.retainedPut.run(topic, bytesOf(payload), qos, bytesOf(properties), expiresMs);
        return;
      }
      case "unretain":
        sql.retainedDrop.run(work.topic);
        return;
      case "will": {
        const { client, brokerId, user, delayS, topic, payload, qos, retain, properties } = work.will;
        const message = [topic, bytesOf(payload), qos, retain ? 1 : 0, bytesOf(properties)] as const;
        sql.willPut.run(client, brokerId, user, delayS, ...message);
        return;
      }
      case "will_done":
        sql.willDrop.run(work.client);
        return;
      case "read": {
        const rows = work.seqs.flatMap((seq) => sql.outgoingRead.get(work.session, seq) ?? []);
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
    sessionPut: db.prepare<[number, string, number, number | null]>(
      `INSERT INTO session (id, client, expiry_s, left_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET expiry_s = excluded.expiry_s, left_ms = excluded.left_ms`,
    ),
    sessionDrop: ["subscription", "outgoing", "incoming"]
      .map((table) => db.prepare<[number]>(`DELETE FROM ${table} WHERE session = ?`))
      .concat(db.prepare<[number]>("DELETE FROM session WHERE id = ?")),
    subscriptionPut: db.prepare<[number, string, Qos, number | null, number | null, number | null, number | null]>(
      `INSERT INTO subscription (session, topic, qos, rh, rap, nl, identifier) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session, topic) DO UPDATE SET qos = excluded.qos, rh = excluded.rh, rap = excluded.rap,
         nl = excluded.nl, identifier = excluded.identifier`,
    ),
    subscriptionDrop: db.prepare<[number, string]>("DELETE FROM subscription WHERE session = ? AND topic = ?"),
    messageAdd: db.prepare<
      [number, string, Buffer | string, Qos, Buffer | null, number | null, string | null, number | null]
    >(
      `INSERT INTO message (seq, topic, payload, qos, properties, expires_ms, broker_id, broker_counter)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    messageDrop: db.prepare<[number]>("DELETE FROM message WHERE seq = ?"),
    outgoingAdd: db.prepare<[number, number, Qos, number, string | null]>(
      "INSERT INTO outgoing (session, seq, qos, retain, identifiers, packet_id, released) VALUES (?, ?, ?, ?, ?, NULL, 0)",
    ),
    outgoingAssign: db.prepare<[number, number, number]>(
      "UPDATE outgoing SET packet_id = ? WHERE session = ? AND seq = ?",
    ),
    outgoingRelease: db.prepare<[number, number]>("UPDATE outgoing SET released = 1 WHERE session = ? AND seq = ?"),
    outgoingDrop: db.prepare<[number, number]>("DELETE FROM outgoing WHERE session = ? AND seq = ?"),
    outgoingRead: db.prepare<[number, number], OutgoingColumns>(
      `SELECT seq, topic, payload, message.qos AS qos, properties, expires_ms, broker_id, broker_counter,
         outgoing.qos AS granted_qos, retain, identifiers, packet_id, released
       FROM outgoing JOIN message USING (seq) WHERE session = ? AND seq = ?`,
    ),
    outgoingFind: db.prepare<[number, string, number], { seq: number }>(
      `SELECT seq FROM outgoing JOIN message USING (seq)
       WHERE session = ? AND broker_id = ? AND broker_counter = ? ORDER BY seq LIMIT 1`,
    ),
    incomingPut: db.prepare<[number, number, Buffer | null]>(
      `INSERT INTO incoming (session, packet_id, packet) VALUES (?, ?, ?)
       ON CONFLICT (session, packet_id) DO UPDATE SET packet = excluded.packet`,
    ),
    incomingDrop: db.prepare<[number, number]>("DELETE FROM incoming WHERE session = ? AND packet_id = ?"),
    incomingRead: db.prepare<[number, number], { packet: Buffer | null }>(
      "SELECT packet FROM incoming WHERE session = ? AND packet_id = ?",
    ),
    retainedPut: db.prepare<[string, Buffer | string, Qos, Buffer | null, number | null]>(
      `INSERT INTO retained (${publish}, expires_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, qos = excluded.qos,
         properties = excluded.properties, expires_ms = excluded.expires_ms`,
    ),
    retainedDrop: db.prepare<[string]>("DELETE FROM retained WHERE topic = ?"),
    willPut: db.prepare<[string, string, string | null, number, string, Buffer | string, Qos, number, Buffer | null]>(
      `INSERT INTO will (client, broker_id, user, delay_s, topic, payload, qos, retain, properties)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (client) DO UPDATE SET broker_id = excluded.broker_id, user = excluded.user, delay_s = excluded.delay_s, topic = excluded.topic,
         payload = excluded.payload, qos = excluded.qos, retain = excluded.retain, properties = excluded.properties`,
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

type PublishColumns = {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: Qos;
  readonly properties: Buffer | null;
  readonly expires_ms: number | null;
};

type SubscriptionColumns = {
  readonly session: number;
  readonly topic: string;
  readonly qos: Qos;
  readonly rh: number | null;
  readonly rap: number | null;
  readonly nl: number | null;
  readonly identifier: number | null;
};

type OutgoingColumns = PublishColumns & {
  readonly seq: number;
  readonly broker_id: string | null;
  readonly broker_counter: number | null;
  readonly granted_qos: Qos;
  readonly retain: number;
  readonly identifiers: string | null;
  readonly packet_id: number | null;
  readonly released: number;
};

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

const SESSION_DATABASE: Omit<OpenOptions, "path"> = {
  // "TMsn"
  identity: { applicationId: 0x544d736e, kind: "gateway's sessions" },
  migrations: [SCHEMA_1],
};
