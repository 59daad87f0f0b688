import type { Session, WaitingMessage } from "./session.ts";
import type { Addressee, OutgoingRow, SessionImage, StoredMessage } from "./session-protocol.ts";
import type { SessionWriter } from "./session-writer.ts";

/**
 * The messages that wait for sessions: their order, their packet identifiers and their sizes. A message is stored once,
 * also if several sessions wait for it, and removed with the last of them.
 */
export class MessageQueues {
  readonly #writer: Pick<SessionWriter, "write" | "ask">;
  readonly #sessions: ReadonlyMap<string, Session>;
  readonly #limits: QueueLimits;
  readonly #onDropped: (dropped: DroppedMessage) => void;
  readonly #onRemoved: (session: Session) => void;
  /** The number of sessions that wait for each message. */
  readonly #messages = new Map<number, { waiting: number; readonly bytes: number }>();
  #queuedBytes = 0;
  #queuedMessages = 0;
  #lastSeq = 0;
  #onWork: ((client: string) => void) | undefined;

  constructor(
    deps: {
      writer: Pick<SessionWriter, "write" | "ask">;
      /** By client. */
      sessions: ReadonlyMap<string, Session>;
      onDropped: (dropped: DroppedMessage) => void;
      /** A message of the session was removed. Perhaps the session is empty now. */
      onRemoved: (session: Session) => void;
    },
    limits: QueueLimits,
  ) {
    this.#writer = deps.writer;
    this.#sessions = deps.sessions;
    this.#onDropped = deps.onDropped;
    this.#onRemoved = deps.onRemoved;
    this.#limits = limits;
  }

  get messages(): number {
    return this.#queuedMessages;
  }

  /** A message that several sessions wait for counts once. */
  get bytes(): number {
    return this.#queuedBytes;
  }

  /** Adds a message that the last process left. Call it with the oldest message first. */
  restore(session: Session, row: SessionImage["outgoing"][number]): void {
    const { seq, bytes, packetId, released } = row;
    this.#lastSeq = Math.max(this.#lastSeq, seq);
    this.#add(session, seq, { bytes: bytes + MESSAGE_BYTES, packetId, released });
    if (packetId !== null) session.packetIds.set(packetId, seq);
  }

  /** The session ends. @returns the messages that no other session waits for. */
  empty(session: Session): readonly number[] {
    const last = [...session.queue].flatMap(([seq, entry]) => (this.#forget(session, seq, entry) ? [seq] : []));
    session.queue.clear();
    return last;
  }

  /** Adds a message to the queues of these sessions. A session without room does not get it, which is reported. */
  enqueue(message: Omit<StoredMessage, "seq">, addressed: readonly Addressed[]): void {
    const bytes = message.topic.length + message.payload.length + (message.properties?.length ?? 0) + MESSAGE_BYTES;
    const seq = this.#lastSeq + 1;
    const to: Addressee[] = [];
    for (const { client, to: addressee } of addressed) {
      const session = this.#sessions.get(client);
      if (session === undefined) continue;
      const reason = this.#noRoom(session, bytes, to.length === 0);
      if (reason !== undefined) {
        this.#onDropped({ reason, client, topic: message.topic });
        continue;
      }
      this.#add(session, seq, { bytes, packetId: null, released: false });
      to.push(addressee);
    }
    if (to.length === 0) return;
    this.#lastSeq = seq;
    this.#writer.write({ op: "enqueue", message: { ...message, seq }, to }, bytes);
    for (const { client } of addressed) this.#onWork?.(client);
  }

  /** Reports when there may be something to send: a message was queued or acknowledged. One listener. */
  onWork(listener: (client: string) => void): void {
    this.#onWork = listener;
  }

  /** The messages of a session, oldest first; empty if there is no session. */
  of(client: string): ReadonlyMap<number, WaitingMessage> {
    return this.#sessions.get(client)?.queue ?? NOTHING_WAITS;
  }

  usesPacketId(client: string, packetId: number): boolean {
    return this.#sessions.get(client)?.packetIds.has(packetId) === true;
  }

  /** The message of a session with this identifier. */
  seqOf(client: string, packetId: number): number | undefined {
    return this.#sessions.get(client)?.packetIds.get(packetId);
  }

  /** Finds a message by the two values that identify it in the persistence contract of aedes. */
  async seqBy(client: string, brokerId: string, brokerCounter: number): Promise<number | undefined> {
    const session = this.#sessions.get(client);
    if (session === undefined) return undefined;
    return (await this.#writer.ask({ op: "find", session: session.number, brokerId, brokerCounter })).seq;
  }

  /** Notes the packet identifiers under which messages will be sent. A message keeps its identifier across a crash. */
  assign(client: string, ids: readonly { readonly seq: number; readonly packetId: number }[]): void {
    const session = this.#sessions.get(client);
    if (session === undefined || ids.length === 0) return;
    for (const { seq, packetId } of ids) {
      const entry = session.queue.get(seq);
      if (entry === undefined) continue;
      if (entry.packetId !== null) session.packetIds.delete(entry.packetId);
      entry.packetId = packetId;
      session.packetIds.set(packetId, seq);
    }
    this.#writer.write({ op: "assign", session: session.number, ids });
  }

  /** Reads messages with their payloads, without those that were removed meanwhile. */
  async read(client: string, seqs: readonly number[]): Promise<readonly OutgoingRow[]> {
    const session = this.#sessions.get(client);
    if (session === undefined) return [];
    return (await this.#writer.ask({ op: "read", session: session.number, seqs })).rows;
  }

  /** The receiver has the message [MQTT-4.3.3-2]. Only PUBREL and PUBCOMP are missing in the exchange. */
  release(client: string, seq: number): void {
    const session = this.#sessions.get(client);
    const entry = session?.queue.get(seq);
    if (session === undefined || entry === undefined || entry.released) return;
    entry.released = true;
    this.#writer.write({ op: "release", session: session.number, seq });
  }

  /** The exchange has ended, or the message must not be delivered. */
  remove(client: string, seq: number): void {
    const session = this.#sessions.get(client);
    const entry = session?.queue.get(seq);
    if (session === undefined || entry === undefined) return;
    session.queue.delete(seq);
    const isLast = this.#forget(session, seq, entry);
    this.#writer.write({ op: "remove", session: session.number, seq, isLast });
    this.#onRemoved(session);
    this.#onWork?.(client);
  }

  /** Removes a message that its session does not get, and reports it. */
  discard(client: string, seq: number, { reason, topic }: { reason: DropReason; topic: string }): void {
    this.#onDropped({ reason, client, topic });
    this.remove(client, seq);
  }

  #noRoom(session: Session, bytes: number, isFirst: boolean): DropReason | undefined {
    const { queueMessages, queueBytes, totalQueueBytes } = this.#limits;
    if (session.queue.size >= queueMessages || session.queuedBytes + bytes > queueBytes) return "queue_full";
    if (this.#queuedBytes + REFERENCE_BYTES + (isFirst ? bytes : 0) > totalQueueBytes) return "store_full";
    return undefined;
  }

  #add(session: Session, seq: number, entry: WaitingMessage): void {
    session.queue.set(seq, entry);
    session.queuedBytes += entry.bytes;
    this.#queuedMessages++;
    this.#queuedBytes += REFERENCE_BYTES;
    const message = this.#messages.get(seq);
    if (message !== undefined) message.waiting++;
    else {
      this.#messages.set(seq, { waiting: 1, bytes: entry.bytes });
      this.#queuedBytes += entry.bytes;
    }
  }

  /** @returns whether no session waits for the message any more. */
  #forget(session: Session, seq: number, entry: WaitingMessage): boolean {
    session.queuedBytes -= entry.bytes;
    if (entry.packetId !== null) session.packetIds.delete(entry.packetId);
    this.#queuedMessages--;
    this.#queuedBytes -= REFERENCE_BYTES;
    const message = this.#messages.get(seq);
    if (message === undefined || --message.waiting > 0) return false;
    this.#messages.delete(seq);
    this.#queuedBytes -= message.bytes;
    return true;
  }
}

export type QueueLimits = {
  /** Limits of one session. */
  readonly queueMessages: number;
  readonly queueBytes: number;
  /** Limit of all sessions together. A message that several sessions wait for counts once. */
  readonly totalQueueBytes: number;
};

/** A message that a session does not get. */
export type DroppedMessage = { readonly reason: DropReason; readonly client: string; readonly topic: string };

export type DropReason =
  /** The session has as many messages or bytes as a session may have. */
  | "queue_full"
  /** All sessions together have as many bytes as they may have. */
  | "store_full"
  | "expired"
  /** The ACL forbids it. */
  | "not_allowed"
  /** It is larger than the client accepts. */
  | "too_large";

export type Addressed = { readonly client: string; readonly to: Addressee };

const NOTHING_WAITS: ReadonlyMap<number, WaitingMessage> = new Map();
/** Roughly a row on disk and an entry in memory. It limits how many empty messages fit. */
const MESSAGE_BYTES = 300;
const REFERENCE_BYTES = 200;
