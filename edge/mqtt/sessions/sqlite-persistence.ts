import { Readable } from "node:stream";
import type { BrokerPacket } from "./packets.ts";
import { packIncoming, publishPacket, queuedPacket, storedPublish, unpackIncoming } from "./packets.ts";
import type { Qos, StoredSubscription } from "./session-protocol.ts";
import type { Addressed } from "./message-queues.ts";
import type { SessionStore } from "./session-store.ts";
import type { KeptWill } from "./will-store.ts";

/**
 * The persistence contract of aedes over `sessions.db`. It passes the suite that `aedes-persistence` publishes for those
 * who implement it (tests/contract/aedes-persistence.test.ts). A promise resolves when what it stands for is on disk.
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

  async storeRetained(packet: BrokerPacket): Promise<void> {
    this.store.retained.put(storedPublish(packet, this.store.believedNowMs()), { ...packet });
    await this.store.written;
  }

  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter]);
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(
      mapped(this.store.retained.matching(filters), (one) => one.packet ?? publishPacket(one.message)),
    );
  }

  async addSubscriptions(client: PersistedClient, subscriptions: readonly BrokerSubscription[]): Promise<void> {
    this.store.subscribe(client.id, this.#expiryOf(client), subscriptions.map(storedSubscription));
    await this.store.written;
  }

  /** A session of which no subscription is left goes, unless something else of it is to be kept. */
  async removeSubscriptions(client: PersistedClient, topics: readonly string[]): Promise<void> {
    this.store.unsubscribe(client.id, topics);
    await this.store.written;
  }

  async subscriptionsByClient(client: PersistedClient): Promise<BrokerSubscription[]> {
    return this.store.subscriptionsOf(client.id).map(brokerSubscription);
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

  /** aedes calls this when a session ends, by Clean Start or by its expiry; so all of it goes [MQTT-3.1.2-4]. */
  async cleanSubscriptions(client: PersistedClient): Promise<void> {
    if (!this.store.has(client.id)) return;
    this.store.end(client.id);
    await this.store.written;
  }

  async outgoingEnqueue(subscriber: Subscriber, packet: BrokerPacket): Promise<void> {
    await this.outgoingEnqueueCombi([subscriber], packet);
  }

  async outgoingEnqueueCombi(subscribers: readonly Subscriber[], packet: BrokerPacket): Promise<void> {
    const addressed = new Map<string, Addressed>();
    for (const { clientId: client, qos } of subscribers) {
      const granted = Math.max(qos < packet.qos ? qos : packet.qos, addressed.get(client)?.to.qos ?? 0) as Qos;
      const session = this.store.open(client, this.options.expiryS);
      addressed.set(client, { client, to: { session, qos: granted, retain: packet.retain, identifiers: [] } });
    }
    const { brokerId = null, brokerCounter = null } = packet;
    const message = { ...storedPublish(packet, this.store.believedNowMs()), brokerId, brokerCounter };
    this.store.queues.enqueue(message, [...addressed.values()]);
    await this.store.written;
  }

  /**
   * Notes under which identifier a message is sent, or that a PUBREL follows it. An identifier that another message of
   * the session has already is replaced, in `packet`, too: aedes counts from a random number after each connection.
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

  /** @returns the message that was acknowledged; undefined where there is none. */
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

  async incomingStorePacket(client: PersistedClient, packet: BrokerPacket): Promise<void> {
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
    const { properties, ...said } = packet;
    const { willDelayInterval: _, ...own } = properties ?? {};
    const publish = storedPublish({ ...said, ...(properties === undefined ? {} : { properties: own }) }, null);
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

  /** Of clients whose broker is not among those that are alive. */
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
  /** Of a session whose client names none, in seconds. */
  readonly expiryS: number;
  /** By which name a client came in. */
  readonly userOf?: (client: PersistedClient) => string | undefined;
};

export type PersistedBroker = { readonly id: string };
export type PersistedClient = { readonly id: string; readonly sessionExpiryInterval?: number };

export type BrokerSubscription = {
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
type WillPacket = BrokerPacket & {
  brokerId?: string;
  clientId?: string;
  readonly properties?: BrokerPacket["properties"] & { readonly willDelayInterval?: number };
};

function storedSubscription({
  topic,
  qos,
  rh,
  rap,
  nl,
  subscriptionIdentifier,
}: BrokerSubscription): StoredSubscription {
  return { topic, qos: qos as Qos, rh, rap, nl, identifier: subscriptionIdentifier };
}

function brokerSubscription({ topic, qos, rh, rap, nl, identifier }: StoredSubscription): BrokerSubscription {
  const plain = { topic, qos, rh, rap, nl };
  return identifier === undefined ? plain : { ...plain, subscriptionIdentifier: identifier };
}

function willPacket(kept: KeptWill | undefined): object | undefined {
  if (kept === undefined || kept.packet !== undefined) return kept?.packet;
  const { client: clientId, brokerId } = kept.will;
  return { ...publishPacket(kept.will), clientId, brokerId };
}

function* mapped<T, U>(items: Iterable<T>, turn: (item: T) => U): Iterable<U> {
  for (const item of items) yield turn(item);
}

const PAGE_MESSAGES = 32;
const PACKET_ID_MAX = 65_535;
