import { Readable } from "node:stream";
import type { Qos } from "../../core/mqtt/packets.ts";
import type { Addressed } from "../sessions/message-queues.ts";
import type { StoredSubscription } from "../sessions/session-protocol.ts";
import type { SessionStore } from "../sessions/session-store.ts";
import { storedPublish } from "../sessions/stored-messages.ts";
import type { KeptWill } from "../sessions/will-store.ts";
import { type AedesMessage, packIncoming, queuedPacket, storedPacket, unpackIncoming } from "./persistence-packets.ts";

/**
 * The persistence contract of aedes, on `sessions.db`. It passes the test suite that `aedes-persistence` publishes for
 * implementations (tests/contract/aedes-persistence.test.ts). A promise resolves when the change is on disk.
 */
export class SqlitePersistence {
  protected readonly store: SessionStore;
  protected readonly options: PersistenceOptions;
  #broker: PersistedBroker | undefined;

  constructor(store: SessionStore, options: PersistenceOptions) {
    this.store = store;
    this.options = options;
  }

  get broker(): PersistedBroker {
    if (this.#broker === undefined) throw new Error("the persistence was not set up");
    return this.#broker;
  }

  async setup(broker: PersistedBroker): Promise<void> {
    this.#broker = broker;
  }

  async storeRetained(packet: AedesMessage): Promise<void> {
    this.store.retained.put(storedPublish(packet, this.store.trustedNowMs()), { ...packet });
    await this.store.written;
  }

  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter]);
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(
      mapped(this.store.retained.matching(filters), (one) => one.packet ?? storedPacket(one.message)),
    );
  }

  async addSubscriptions(client: PersistedClient, subscriptions: readonly AedesSubscription[]): Promise<void> {
    this.store.subscribe(client.id, this.#expiryOf(client), subscriptions.map(storedSubscription));
    await this.store.written;
  }

  /** A session without subscriptions is forgotten, unless something else of it must be kept. */
  async removeSubscriptions(client: PersistedClient, topics: readonly string[]): Promise<void> {
    this.store.unsubscribe(client.id, topics);
    await this.store.written;
  }

  async subscriptionsByClient(client: PersistedClient): Promise<AedesSubscription[]> {
    return this.store.subscriptionsOf(client.id).map(aedesSubscription);
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    const { subscriptions, subscribers } = this.store.stats();
    return { subsCount: subscriptions, clientsCount: subscribers };
  }

  async subscriptionsByTopic(topic: string): Promise<readonly object[]> {
    return this.store.matching(topic).map(({ client, subscription: { topic: filter, qos, rh, rap, nl } }) => ({
      clientId: client,
      topic: filter,
      qos,
      rh,
      rap,
      nl,
    }));
  }

  /**
   * aedes calls this when a session ends, by Clean Start or by its expiry. The whole session is forgotten [MQTT-3.1.2-4].
   */
  async cleanSubscriptions(client: PersistedClient): Promise<void> {
    if (!this.store.has(client.id)) return;
    this.store.end(client.id);
    await this.store.written;
  }

  async outgoingEnqueue(subscriber: Subscriber, packet: AedesMessage): Promise<void> {
    await this.outgoingEnqueueCombi([subscriber], packet);
  }

  async outgoingEnqueueCombi(subscribers: readonly Subscriber[], packet: AedesMessage): Promise<void> {
    const addressed = new Map<string, Addressed>();
    for (const { clientId: client, qos } of subscribers) {
      const granted = Math.max(qos < packet.qos ? qos : packet.qos, addressed.get(client)?.to.qos ?? 0) as Qos;
      const session = this.store.open(client, this.options.expiryS);
      addressed.set(client, { client, to: { session, qos: granted, retain: packet.retain, identifiers: [] } });
    }
    const { brokerId = null, brokerCounter = null } = packet;
    const message = { ...storedPublish(packet, this.store.trustedNowMs()), brokerId, brokerCounter };
    this.store.queues.enqueue(message, [...addressed.values()]);
    await this.store.written;
  }

  /**
   * Notes the identifier under which a message is sent, or that its PUBREL follows. If another message of the session has
   * this identifier, the message gets a free one, also in `packet`: aedes counts from a random number after each connect.
   * @throws Error when there is no such message.
   */
  async outgoingUpdate(client: PersistedClient, packet: Sendable): Promise<void> {
    const { messageId } = packet;
    if (messageId === undefined) throw new Error("a message without an identifier");
    if (packet.cmd === "pubrel") {
      const seq = this.store.queues.seqOf(client.id, messageId);
      if (seq !== undefined) this.store.queues.release(client.id, seq);
      await this.store.written;
      return;
    }
    const { brokerId, brokerCounter } = packet;
    const named = brokerId === undefined || brokerCounter === undefined ? undefined : { brokerId, brokerCounter };
    const seq =
      (named && (await this.store.queues.seqBy(client.id, named.brokerId, named.brokerCounter))) ??
      this.store.queues.seqOf(client.id, messageId);
    if (seq === undefined) throw new Error("no such packet");
    const packetId = this.#freeId(client.id, messageId, seq);
    packet.messageId = packetId;
    this.store.queues.assign(client.id, [{ seq, packetId }]);
    await this.store.written;
  }

  /** @returns the message that was acknowledged; undefined if there is no such message. */
  async outgoingClearMessageId(client: PersistedClient, packet: { messageId?: number }): Promise<object | undefined> {
    const seq = packet.messageId === undefined ? undefined : this.store.queues.seqOf(client.id, packet.messageId);
    if (seq === undefined) return undefined;
    const read = this.store.queues.read(client.id, [seq]);
    this.store.queues.remove(client.id, seq);
    const [row] = await read;
    return row && queuedPacket(row);
  }

  outgoingStream(client: PersistedClient): Readable {
    return Readable.from(this.#queued(client.id));
  }

  async incomingStorePacket(client: PersistedClient, packet: AedesMessage): Promise<void> {
    if (packet.messageId === undefined) throw new Error("a message without an identifier");
    this.store.putIncoming(client.id, this.#expiryOf(client), packet.messageId, packIncoming(packet));
    await this.store.written;
  }

  /** @throws Error when there is no such message. */
  async incomingGetPacket(client: PersistedClient, packet: { messageId?: number }): Promise<object> {
    const { messageId } = packet;
    const stored = messageId === undefined ? undefined : await this.store.incoming(client.id, messageId);
    if (stored === undefined) throw new Error("no such packet");
    return stored === null ? { cmd: "publish", messageId } : unpackIncoming(stored);
  }

  /** @throws Error when there is no such message. */
  async incomingDelPacket(client: PersistedClient, packet: { messageId?: number }): Promise<void> {
    if (packet.messageId === undefined || !this.store.dropIncoming(client.id, packet.messageId)) {
      throw new Error("no such packet");
    }
    await this.store.written;
  }

  async putWill(client: PersistedClient, packet: WillPacket): Promise<void> {
    packet.brokerId = this.broker.id;
    packet.clientId = client.id;
    const delayS = Math.min(packet.properties?.willDelayInterval ?? 0, client.sessionExpiryInterval ?? 0);
    const { properties, ...rest } = packet;
    const { willDelayInterval: _, ...own } = properties ?? {};
    const publish = storedPublish({ ...rest, ...(properties === undefined ? {} : { properties: own }) }, null);
    const user = this.options.userOf?.(client) ?? null;
    this.store.wills.put({ ...publish, client: client.id, brokerId: packet.brokerId, user, delayS }, packet);
    await this.store.written;
  }

  async getWill(client: PersistedClient): Promise<object | undefined> {
    return willPacket(this.store.wills.get(client.id));
  }

  async delWill(client: PersistedClient): Promise<object | undefined> {
    const will = this.store.wills.drop(client.id);
    if (will !== undefined) await this.store.written;
    return willPacket(will);
  }

  /** The wills of clients whose broker is not among these. */
  streamWill(brokers: Readonly<Record<string, unknown>> = {}): Readable {
    const left = this.store.wills.all().filter(({ will }) => brokers[will.brokerId] === undefined);
    return Readable.from(left.map(willPacket));
  }

  getClientList(topic: string): Readable {
    return Readable.from(this.store.subscribersTo(topic));
  }

  async destroy(): Promise<void> {
    await this.store.close();
  }

  async *#queued(client: string): AsyncIterable<object> {
    let after = -1;
    for (;;) {
      const seqs: number[] = [];
      for (const seq of this.store.queues.of(client).keys()) {
        if (seq > after && seqs.push(seq) === PAGE_MESSAGES) break;
      }
      if (seqs.length === 0) return;
      after = seqs.at(-1)!;
      yield* (await this.store.queues.read(client, seqs)).map(queuedPacket);
    }
  }

  #freeId(client: string, wanted: number, seq: number): number {
    let packetId = wanted;
    for (;;) {
      const holder = this.store.queues.seqOf(client, packetId);
      if (holder === undefined || holder === seq) return packetId;
      packetId = packetId >= PACKET_ID_MAX ? 1 : packetId + 1;
    }
  }

  #expiryOf(client: PersistedClient): number {
    return client.sessionExpiryInterval ?? this.options.expiryS;
  }
}

export type PersistenceOptions = {
  /** Expiry of a session whose client names none, in seconds. */
  readonly expiryS: number;
  /** The user name of a connected client. */
  readonly userOf?: (client: PersistedClient) => string | undefined;
};

export type PersistedBroker = { readonly id: string };
export type PersistedClient = { readonly id: string; readonly sessionExpiryInterval?: number };

export type AedesSubscription = {
  readonly topic: string;
  readonly qos: number;
  readonly rh?: number | undefined;
  readonly rap?: boolean | undefined;
  readonly nl?: boolean | undefined;
  readonly subscriptionIdentifier?: number;
};

type Subscriber = { readonly clientId: string; readonly qos: Qos };
type Sendable = {
  readonly cmd?: string;
  messageId?: number;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
};
type WillPacket = AedesMessage & {
  brokerId?: string;
  clientId?: string;
  readonly properties?: AedesMessage["properties"] & { readonly willDelayInterval?: number };
};

function storedSubscription({
  topic,
  qos,
  rh,
  rap,
  nl,
  subscriptionIdentifier,
}: AedesSubscription): StoredSubscription {
  return { topic, qos: qos as Qos, rh, rap, nl, identifier: subscriptionIdentifier };
}

function aedesSubscription({ topic, qos, rh, rap, nl, identifier }: StoredSubscription): AedesSubscription {
  const plain = { topic, qos, rh, rap, nl };
  return identifier === undefined ? plain : { ...plain, subscriptionIdentifier: identifier };
}

function willPacket(kept: KeptWill | undefined): object | undefined {
  if (kept === undefined || kept.packet !== undefined) return kept?.packet;
  const { client: clientId, brokerId } = kept.will;
  return { ...storedPacket(kept.will), clientId, brokerId };
}

function* mapped<T, U>(items: Iterable<T>, turn: (item: T) => U): Iterable<U> {
  for (const item of items) yield turn(item);
}

const PAGE_MESSAGES = 32;
const PACKET_ID_MAX = 65_535;
