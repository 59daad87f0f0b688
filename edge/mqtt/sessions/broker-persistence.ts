import { Readable } from "node:stream";
import type { BrokerPacket } from "./packets.ts";
import { storedPublish } from "./packets.ts";
import type { Addressed } from "./message-queues.ts";
import type { SessionStore } from "./session-store.ts";
import type { BrokerSubscription, PersistedClient, PersistenceOptions } from "./sqlite-persistence.ts";
import { SqlitePersistence } from "./sqlite-persistence.ts";

/**
 * The persistence as this broker's aedes uses it.
 *
 * aedes acknowledges a QoS 1 message first and asks the persistence to queue it then; a crash in between would lose an
 * acknowledged message for those who are away. So {@link admit} does it before: what a message changes here (retained,
 * queued, its QoS 2 identifier noted) is one transaction, and the acknowledgement waits for it as it waits for the
 * journal. When aedes asks later, it is done. Queued messages are not streamed by aedes either, but sent by
 * `SessionDelivery`, which keeps their order and a window; aedes sends a queue as a whole, and what comes meanwhile
 * before its end.
 */
export class BrokerPersistence extends SqlitePersistence {
  readonly #incomingMax: number;
  readonly #onRetainedRefused: (topic: string) => void;
  /** Subscriptions that were granted; a SUBSCRIBE comes here whole, with those that were not. */
  readonly #granted = new WeakSet<object>();
  /** Messages whose identifier was noted just now: aedes is told that it is new. */
  readonly #fresh = new WeakSet<object>();
  /** Identifiers of those whose session ends with the connection. */
  readonly #incoming = new WeakMap<object, Set<number>>();
  readonly #addressed = new WeakMap<object, ReadonlySet<string>>();

  constructor(store: SessionStore, options: BrokerPersistenceOptions) {
    super(store, options);
    this.#incomingMax = options.incomingMax;
    this.#onRetainedRefused = options.onRetainedRefused;
  }

  /** Why a client may not leave this will here, or undefined. */
  willProblem({
    clientId,
    will,
  }: {
    clientId: string;
    will?: { payload: Uint8Array | string } | null | undefined;
  }): string | undefined {
    if (will === undefined || will === null) return undefined;
    if (this.store.wills.hasRoomFor({ client: clientId, bytes: will.payload.length })) return undefined;
    return "there is no room for another will";
  }

  /** Why a client may not publish this QoS 2 message, or undefined. */
  incomingProblem(client: Publisher, packet: BrokerPacket): string | undefined {
    const { messageId } = packet;
    if (packet.qos !== 2 || messageId === undefined || this.isNoted(client, messageId)) return undefined;
    const { id, clean } = client;
    if (!clean && !this.store.hasRoomFor(id)) return "there is no room for another session";
    const count = clean ? (this.#incoming.get(client)?.size ?? 0) : this.store.incomingCount(id);
    if (count < this.#incomingMax) return undefined;
    return `more than ${this.#incomingMax} QoS 2 messages that were not released`;
  }

  /**
   * Does what a message changes here. On the hot path, where it changes nothing: nothing is allocated.
   * @returns whether the acknowledgement must wait for {@link durable}.
   */
  admit(publisher: Publisher, packet: BrokerPacket & { retain: boolean }): boolean {
    const { messageId } = packet;
    let isToWait = false;
    if (packet.qos === 2 && messageId !== undefined) {
      isToWait = !publisher.clean;
      // A message that comes again changes nothing, but what it changed may not be on disk yet.
      if (!this.#note(publisher, messageId)) return isToWait;
      this.#fresh.add(packet);
    }
    if (packet.retain) {
      this.#retain(packet);
      isToWait = true;
    }
    if (packet.qos === 0 || !this.store.isAwaited) return isToWait;
    const addressed = this.store.addressees(packet, publisher.id);
    if (addressed.length === 0) return isToWait;
    this.#enqueue(packet, addressed);
    this.#addressed.set(packet, new Set(addressed.map(({ client }) => client)));
    return true;
  }

  durable(done: () => void): void {
    this.store.durable(done);
  }

  /** The clients for whose sessions a message was queued, which aedes must not give it to as well. */
  addressedBy(packet: object): ReadonlySet<string> | undefined {
    return this.#addressed.get(packet);
  }

  /**
   * Queues a retained message for a session that has just subscribed to it, instead of sending it on the side.
   * @returns whether the session asks for more than QoS 0.
   */
  enqueueRetained(client: string, packet: BrokerPacket): boolean {
    if (!this.store.has(client)) return false;
    const addressed = this.store.addressees({ ...packet, retain: true }, null).filter((one) => one.client === client);
    if (addressed.length === 0) return false;
    // [MQTT-3.3.1-8] Its RETAIN flag is set whatever the subscription says.
    const to = addressed.map((one) => ({ ...one, to: { ...one.to, retain: true } }));
    this.#enqueue(packet, to);
    return true;
  }

  /** Why a client may not subscribe to a filter that it does not have, or undefined. */
  subscriptionProblem(client: Publisher, topic: string): string | undefined {
    return client.clean ? undefined : this.store.subscriptionProblem(client.id, topic);
  }

  /** @returns whether it is one at all. */
  grant(subscription: BrokerSubscription): boolean {
    if (subscription === WITHOUT_SUBSCRIPTIONS) return false;
    this.#granted.add(subscription);
    return true;
  }

  override async addSubscriptions(client: PersistedClient, given: readonly BrokerSubscription[]): Promise<void> {
    await super.addSubscriptions(
      client,
      given.filter((subscription) => this.#granted.has(subscription)),
    );
  }

  /** Where there is a session without subscriptions, its client must be told that there is one [MQTT-3.2.2-2]. */
  override async subscriptionsByClient(client: PersistedClient): Promise<BrokerSubscription[]> {
    this.store.expected(client.id);
    const subscriptions = await super.subscriptionsByClient(client);
    return subscriptions.length === 0 && this.store.has(client.id) ? [WITHOUT_SUBSCRIPTIONS] : subscriptions;
  }

  /** What clients retain was stored by {@link admit}; what the broker itself says below `$SYS` was not. */
  override async storeRetained(packet: BrokerPacket): Promise<void> {
    if (packet.topic.startsWith("$SYS/")) await super.storeRetained(packet);
  }

  override async subscriptionsByTopic(): Promise<readonly object[]> {
    return NOBODY;
  }

  override async outgoingEnqueueCombi(): Promise<void> {
    // Done by `admit`.
  }

  /** A message that was on its way when its receiver subscribed is none of the session's. */
  override async outgoingUpdate(client: PersistedClient, packet: { cmd?: string; messageId?: number }): Promise<void> {
    if (packet.cmd === "pubrel") await super.outgoingUpdate(client, packet);
  }

  override outgoingStream(): Readable {
    return Readable.from([]);
  }

  override async incomingGetPacket(client: Publisher, packet: { messageId?: number }): Promise<object> {
    const { messageId } = packet;
    const isKnown = messageId !== undefined && !this.#fresh.has(packet) && this.isNoted(client, messageId);
    if (!isKnown) throw new Error("no such packet");
    return packet;
  }

  override async incomingStorePacket(): Promise<void> {
    // Done by `admit`.
  }

  /** Two PUBRELs in one read are found both before the first is done; the second has nothing left to do. */
  override async incomingDelPacket(client: Publisher, packet: { messageId?: number }): Promise<void> {
    const { messageId } = packet;
    if (messageId === undefined || client.clean) {
      if (messageId !== undefined) this.#incoming.get(client)?.delete(messageId);
      if (!this.store.hasIncoming(client.id, messageId ?? 0)) return;
    }
    if (messageId !== undefined) this.store.dropIncoming(client.id, messageId);
    await this.store.written;
  }

  /** Whether a QoS 2 message came under this identifier and was not released. */
  isNoted(client: Publisher, packetId: number): boolean {
    return this.#incoming.get(client)?.has(packetId) === true || this.store.hasIncoming(client.id, packetId);
  }

  /** @returns whether it is new. */
  #note(client: Publisher, packetId: number): boolean {
    if (this.isNoted(client, packetId)) return false;
    if (!client.clean) {
      this.store.putIncoming(client.id, client.sessionExpiryInterval ?? this.options.expiryS, packetId, null);
      return true;
    }
    let noted = this.#incoming.get(client);
    if (noted === undefined) {
      noted = new Set();
      this.#incoming.set(client, noted);
    }
    noted.add(packetId);
    return true;
  }

  #retain(packet: BrokerPacket & { retain: boolean }): void {
    if (this.store.retained.put(storedPublish(packet, this.store.believedNowMs()))) return;
    this.#onRetainedRefused(packet.topic);
    packet.retain = false;
  }

  #enqueue(packet: BrokerPacket, addressed: readonly Addressed[]): void {
    const stored = storedPublish(packet, this.store.believedNowMs());
    this.store.queues.enqueue({ ...stored, brokerId: null, brokerCounter: null }, addressed);
  }
}

/** Who publishes; of a client that is gone, what is known of it. */
export type Publisher = { readonly id: string; readonly clean: boolean; readonly sessionExpiryInterval?: number };

export type BrokerPersistenceOptions = PersistenceOptions & {
  /** QoS 2 messages of one client that were not released. */
  readonly incomingMax: number;
  readonly onRetainedRefused: (topic: string) => void;
};

/** Stands for "there is a session" where aedes counts subscriptions; it is never subscribed to. */
const WITHOUT_SUBSCRIPTIONS: BrokerSubscription = Object.freeze({ topic: "session", qos: 0 });
const NOBODY: readonly object[] = [];
