import type { Qos } from "../../core/mqtt/packets.ts";
import type { Clock } from "../../../proto/runtime/clock.ts";
import { SubscriptionTrie } from "../../core/mqtt/subscription-trie.ts";
import { RetainedStore } from "./retained-store.ts";
import type { Addressed, DroppedMessage, QueueLimits } from "./message-queues.ts";
import { MessageQueues } from "./message-queues.ts";
import type { Session } from "./session.ts";
import { newSession, sessionAgeMs } from "./session.ts";
import type { SessionImage, StoredSubscription } from "./session-protocol.ts";
import type { SessionWriterOptions } from "./session-writer.ts";
import { SessionWriter } from "./session-writer.ts";
import { WillStore } from "./will-store.ts";

/**
 * The state that the broker keeps for its clients, connected or not: sessions with their subscriptions, queued messages, the
 * identifiers of QoS 2 exchanges, retained messages and wills.
 *
 * Everything except the queued payloads is in memory, so decisions are made at once. `sessions.db` follows in the order
 * of the decisions, and {@link durable} reports when it is done. Every quantity has a limit. Anything above a limit is refused,
 * or dropped and reported.
 */
export class SessionStore {
  readonly retained: RetainedStore;
  readonly wills: WillStore;
  readonly queues: MessageQueues;
  readonly #writer: SessionWriter;
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  readonly #directory: string;
  readonly #sessions = new Map<string, Session>();
  readonly #index = new SubscriptionTrie<IndexEntry>();
  #lastSession = 0;
  #sweeper: NodeJS.Timeout | undefined;
  readonly #onDamage: SessionStoreOptions["onDamage"];
  #onCongestion: ((isCongested: boolean) => void) | undefined;

  constructor(options: SessionStoreOptions) {
    const writer = new SessionWriter({
      onFailure: options.onFailure,
      onCongestion: (isCongested) => this.#onCongestion?.(isCongested),
    });
    this.#writer = writer;
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#onDamage = options.onDamage;
    this.#limits = options.limits;
    this.queues = new MessageQueues(
      {
        writer,
        sessions: this.#sessions,
        onDropped: options.onDropped,
        onRemoved: (session) => this.#endIfEmpty(session),
      },
      options.limits,
    );
    this.retained = new RetainedStore(writer, { limits: options.limits.retained, clock: options.clock });
    this.wills = new WillStore(writer, { bytes: options.limits.willBytes });
  }

  /**
   * Starts the thread and reads the state that the last process left.
   * @throws Fault when the file cannot be opened.
   */
  async start(): Promise<void> {
    const image = await this.#writer.start({ directory: this.#directory });
    if (image.damage.length > 0) this.#onDamage(image.damage);
    this.retained.restore(image.retained);
    this.wills.restore(image.wills);
    this.#restore(image);
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  // ---- Sessions -----------------------------------------------------------------------------------------------

  has(client: string): boolean {
    return this.#sessions.has(client);
  }

  /** The client is connected. Its session does not expire until it leaves. */
  arrived(client: string, expiryS: number): void {
    const session = this.#sessions.get(client);
    if (session === undefined) return;
    session.isPresent = true;
    session.expiryS = expiryS;
    session.leftMs = null;
    this.#writeSession(session);
  }

  /** The client has left. @param expiryS the session is forgotten after this time; 0: now. */
  left(client: string, expiryS: number): void {
    const session = this.#sessions.get(client);
    if (session === undefined) return;
    if (expiryS === 0) {
      this.end(client);
      return;
    }
    session.isPresent = false;
    session.expiryS = expiryS;
    session.sinceMonotonicMs = this.#clock.monotonicMs();
    session.beforeStartMs = 0;
    session.leftMs = this.trustedNowMs();
    this.#writeSession(session);
  }

  /** Forgets a session and its queued messages. */
  end(client: string): void {
    const session = this.#sessions.get(client);
    if (session === undefined) return;
    this.#sessions.delete(client);
    for (const topic of session.subscriptions.keys()) this.#index.delete(topic, client);
    const messages = this.queues.empty(session);
    this.#writer.write({ op: "end", session: session.number, messages });
  }

  /**
   * Forgets the sessions whose time is over. The monotonic clock measures the absence. The absence before this process
   * began comes from the wall clock, when it can be trusted. So a machine that starts in 1970, or whose clock is set
   * while it runs, does not forget a session too early.
   */
  sweep(): void {
    const clocks = { atMs: this.#clock.monotonicMs(), nowMs: this.trustedNowMs() };
    for (const session of this.#sessions.values()) this.#endIfOver(session, clocks);
  }

  /** The client comes back. If its time is over, its session is forgotten now and not at the next sweep. */
  endIfExpired(client: string): void {
    const session = this.#sessions.get(client);
    if (session === undefined) return;
    this.#endIfOver(session, { atMs: this.#clock.monotonicMs(), nowMs: this.trustedNowMs() });
  }

  /** Creates the session if there is none. @returns its number. */
  open(client: string, expiryS: number): number {
    return this.#sessionOf(client, expiryS).number;
  }

  // ---- Subscriptions ------------------------------------------------------------------------------------------

  /** Why this client may not subscribe to this topic, or undefined. */
  subscriptionProblem(client: string, topic: string): string | undefined {
    const { sessions, subscriptions } = this.#limits;
    const session = this.#sessions.get(client);
    if (session === undefined) {
      return this.#sessions.size >= sessions ? `there are ${sessions} sessions already` : undefined;
    }
    if (session.subscriptions.has(topic) || session.subscriptions.size < subscriptions) return undefined;
    return `the client has ${subscriptions} subscriptions already`;
  }

  /** Creates the session if there is none. @param expiryS for a new session. */
  subscribe(client: string, expiryS: number, subscriptions: readonly StoredSubscription[]): void {
    if (subscriptions.length === 0) return;
    const session = this.#sessionOf(client, expiryS);
    for (const subscription of subscriptions) {
      const { topic } = subscription;
      const before = session.subscriptions.get(topic);
      if (before !== undefined && sameSubscription(before, subscription)) continue;
      session.subscriptions.set(topic, subscription);
      if (subscription.qos > 0) this.#index.set(topic, client, { session, subscription });
      else this.#index.delete(topic, client);
      this.#writer.write({ op: "subscribe", session: session.number, subscription }, topic.length);
    }
  }

  unsubscribe(client: string, topics: readonly string[]): void {
    const session = this.#sessions.get(client);
    if (session === undefined) return;
    for (const topic of topics) {
      if (!session.subscriptions.delete(topic)) continue;
      this.#index.delete(topic, client);
      this.#writer.write({ op: "unsubscribe", session: session.number, topic });
    }
    this.#endIfEmpty(session);
  }

  subscriptionsOf(client: string): readonly StoredSubscription[] {
    return [...(this.#sessions.get(client)?.subscriptions.values() ?? [])];
  }

  subscribersTo(topic: string): readonly string[] {
    return [...this.#sessions.values()].flatMap(({ client, subscriptions }) =>
      subscriptions.has(topic) ? [client] : [],
    );
  }

  /** The matching subscriptions above QoS 0. */
  matching(topic: string): readonly { readonly client: string; readonly subscription: StoredSubscription }[] {
    return this.#index.match(topic).map(({ session, subscription }) => ({ client: session.client, subscription }));
  }

  /** Whether any session has a subscription above QoS 0. On the hot path. */
  get hasSubscriptions(): boolean {
    return this.#index.size > 0;
  }

  // ---- Queued messages ----------------------------------------------------------------------------------------

  /**
   * The sessions that get a message, each once, with the highest QoS of its matching subscriptions [MQTT-3.3.5-1].
   * @param publisher the client whose No Local subscriptions do not count [MQTT-3.8.3-3].
   */
  addressees(message: { topic: string; qos: Qos; retain: boolean }, publisher: string | null): readonly Addressed[] {
    if (message.qos === 0) return [];
    const found = new Map<Session, { qos: Qos; retain: boolean; identifiers: number[] }>();
    for (const { session, subscription } of this.#index.match(message.topic)) {
      if (subscription.nl === true && session.client === publisher) continue;
      let grant = found.get(session);
      if (grant === undefined) {
        grant = { qos: 1, retain: false, identifiers: [] };
        found.set(session, grant);
      }
      if (subscription.qos === 2 && message.qos === 2) grant.qos = 2;
      if (subscription.rap === true && message.retain) grant.retain = true;
      if (subscription.identifier !== undefined) grant.identifiers.push(subscription.identifier);
    }
    return [...found].map(([session, grant]) => ({
      client: session.client,
      to: { session: session.number, ...grant },
    }));
  }

  // ---- Incoming QoS 2 -----------------------------------------------------------------------------------------

  hasIncoming(client: string, packetId: number): boolean {
    return this.#sessions.get(client)?.incoming.has(packetId) === true;
  }

  incomingCount(client: string): number {
    return this.#sessions.get(client)?.incoming.size ?? 0;
  }

  /** Whether this client has a session, or there is room for one. */
  hasRoomFor(client: string): boolean {
    return this.#sessions.has(client) || this.#sessions.size < this.#limits.sessions;
  }

  /**
   * Notes the identifier of a QoS 2 message. @param packet returned later; the broker itself needs the identifier only.
   */
  putIncoming(client: string, expiryS: number, packetId: number, packet: Uint8Array | null): void {
    const session = this.#sessionOf(client, expiryS);
    session.incoming.add(packetId);
    this.#writer.write({ op: "incoming", session: session.number, packetId, packet }, packet?.length ?? 0);
  }

  /** @returns undefined if there is no such message. */
  async incoming(client: string, packetId: number): Promise<Uint8Array | null | undefined> {
    const session = this.#sessions.get(client);
    if (session === undefined || !session.incoming.has(packetId)) return undefined;
    return (await this.#writer.ask({ op: "read_incoming", session: session.number, packetId })).packet;
  }

  /** @returns whether there was such a message. */
  dropIncoming(client: string, packetId: number): boolean {
    const session = this.#sessions.get(client);
    if (session === undefined || !session.incoming.delete(packetId)) return false;
    this.#writer.write({ op: "incoming_done", session: session.number, packetId });
    this.#endIfEmpty(session);
    return true;
  }

  // ---- The disk -----------------------------------------------------------------------------------------------

  /** Calls back when everything decided before is on disk. Never calls back after a failure. */
  durable(done: () => void): void {
    this.#writer.durable(done);
  }

  /** Reports when too many changes wait for the disk, and when no longer. One listener. */
  onCongestion(listener: (isCongested: boolean) => void): void {
    this.#onCongestion = listener;
  }

  get written(): Promise<void> {
    return this.#writer.written;
  }

  stats(): SessionStats {
    return {
      sessions: this.#sessions.size,
      subscriptions: this.#index.size,
      subscribers: this.#sessions
        .values()
        .reduce((sum, { subscriptions }) => sum + (subscriptions.size > 0 ? 1 : 0), 0),
      absent: this.#sessions.values().reduce((sum, { isPresent }) => sum + (isPresent ? 0 : 1), 0),
      queuedMessages: this.queues.messages,
      queuedBytes: this.queues.bytes,
      retainedTopics: this.retained.topics,
      retainedBytes: this.retained.bytes,
    };
  }

  /** Notes that the connected clients have left, and closes the file. May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    for (const session of this.#sessions.values()) if (session.isPresent) this.left(session.client, session.expiryS);
    await this.#writer.close();
  }

  #restore(image: SessionImage): void {
    const byNumber = new Map<number, Session>();
    const startedMonotonicMs = this.#clock.monotonicMs();
    for (const row of image.sessions) {
      const session = newSession(row, startedMonotonicMs);
      byNumber.set(session.number, session);
      this.#sessions.set(session.client, session);
      this.#lastSession = Math.max(this.#lastSession, session.number);
    }
    for (const { session: number, ...subscription } of image.subscriptions) {
      const session = byNumber.get(number);
      session?.subscriptions.set(subscription.topic, subscription);
      if (session === undefined || subscription.qos === 0) continue;
      this.#index.set(subscription.topic, session.client, { session, subscription });
    }
    for (const row of image.outgoing) {
      const session = byNumber.get(row.session);
      if (session !== undefined) this.queues.restore(session, row);
    }
    for (const { session, packetId } of image.incoming) byNumber.get(session)?.incoming.add(packetId);
  }

  #endIfOver(session: Session, { atMs, nowMs }: { atMs: number; nowMs: number | null }): void {
    if (session.isPresent) return;
    if (nowMs !== null) this.#settleLeft(session, nowMs, atMs);
    if (sessionAgeMs(session, atMs) >= session.expiryS * 1000) this.end(session.client);
  }

  /** The part of the absence that only the wall clock shows: before this process began, or before the clock was set. */
  #settleLeft(session: Session, nowMs: number, atMs: number): void {
    const sinceMs = Math.round(nowMs - (atMs - session.sinceMonotonicMs));
    if (session.leftMs === null) {
      session.leftMs = sinceMs;
      session.beforeStartMs ??= 0;
      this.#writeSession(session);
    }
    session.beforeStartMs ??= Math.max(0, sinceMs - session.leftMs);
  }

  /** The wall clock; null when it cannot be trusted. */
  trustedNowMs(): number | null {
    const nowMs = this.#clock.nowMs();
    return nowMs >= this.#limits.clockPlausibleFromMs ? nowMs : null;
  }

  #sessionOf(client: string, expiryS: number): Session {
    let session = this.#sessions.get(client);
    if (session === undefined) {
      const number = ++this.#lastSession;
      session = newSession({ session: number, client, expiryS, leftMs: null }, this.#clock.monotonicMs());
      session.isPresent = true;
      this.#sessions.set(client, session);
      this.#writeSession(session);
    }
    return session;
  }

  /** An empty session is deleted and does not count. So sensors that only publish have no session. */
  #endIfEmpty({ client, subscriptions, queue, incoming }: Session): void {
    if (subscriptions.size === 0 && queue.size === 0 && incoming.size === 0) this.end(client);
  }

  #writeSession({ number, client, expiryS, leftMs }: Session): void {
    this.#writer.write({ op: "session", session: number, client, expiryS, leftMs }, client.length);
  }
}

export type SessionLimits = QueueLimits & {
  readonly sessions: number;
  readonly subscriptions: number;
  readonly retained: { readonly topics: number; readonly bytes: number };
  readonly willBytes: number;
  /** A wall clock before this time cannot be trusted. */
  readonly clockPlausibleFromMs: number;
};

export type SessionStoreOptions = {
  readonly directory: string;
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly onFailure: SessionWriterOptions["onFailure"];
  readonly onDropped: (dropped: DroppedMessage) => void;
  /** The disk damaged something, in words. */
  readonly onDamage: (named: readonly string[]) => void;
};

export type SessionStats = {
  readonly sessions: number;
  /** Above QoS 0. */
  readonly subscriptions: number;
  /** Sessions with subscriptions. */
  readonly subscribers: number;
  /** Sessions whose client is absent. */
  readonly absent: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly retainedTopics: number;
  readonly retainedBytes: number;
};

type IndexEntry = { readonly session: Session; readonly subscription: StoredSubscription };

function sameSubscription(a: StoredSubscription, b: StoredSubscription): boolean {
  return a.qos === b.qos && a.rh === b.rh && a.rap === b.rap && a.nl === b.nl && a.identifier === b.identifier;
}

const SWEEP_MS = 1000;
