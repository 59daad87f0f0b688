import { Readable } from "node:stream";
import type { MessageSource, SessionIntake } from "../sessions/session-intake.ts";
import type { SessionStore } from "../sessions/session-store.ts";
import type { AedesMessage } from "./persistence-packets.ts";
import {
  type AedesSubscription,
  type PersistedClient,
  type PersistenceOptions,
  SqlitePersistence,
} from "./sqlite-persistence.ts";

/**
 * The persistence of our broker's aedes.
 *
 * aedes acknowledges a QoS 1 message first, and then asks the persistence to queue it. A crash in between would lose an
 * acknowledged message for absent clients. So `SessionIntake` queues it before the acknowledgement, and the call of
 * aedes does nothing. aedes does not send queued messages either: it would send a whole queue at once, and newer
 * messages before its end. `SessionDelivery` sends them in order, a limited number at a time.
 */
export class BrokerPersistence extends SqlitePersistence {
  readonly #intake: SessionIntake;
  readonly #sourceOf: BrokerPersistenceOptions["sourceOf"];
  /**
   * Subscriptions that were granted. aedes passes all subscriptions of a SUBSCRIBE to the persistence, also the refused
   * ones.
   */
  readonly #granted = new WeakSet<object>();

  constructor(deps: { store: SessionStore; intake: SessionIntake }, options: BrokerPersistenceOptions) {
    super(deps.store, options);
    this.#intake = deps.intake;
    this.#sourceOf = options.sourceOf;
  }

  /** @returns false for the placeholder {@link SESSION_EXISTS}. */
  grant(subscription: AedesSubscription): boolean {
    if (subscription === SESSION_EXISTS) return false;
    this.#granted.add(subscription);
    return true;
  }

  override async addSubscriptions(client: PersistedClient, given: readonly AedesSubscription[]): Promise<void> {
    await super.addSubscriptions(
      client,
      given.filter((subscription) => this.#granted.has(subscription)),
    );
  }

  /** The CONNACK must report a session also if it has no subscriptions [MQTT-3.2.2-2]. */
  override async subscriptionsByClient(client: PersistedClient): Promise<AedesSubscription[]> {
    this.store.endIfExpired(client.id);
    const subscriptions = await super.subscriptionsByClient(client);
    return subscriptions.length === 0 && this.store.has(client.id) ? [SESSION_EXISTS] : subscriptions;
  }

  /**
   * `SessionIntake` has stored the retained messages of clients. It does not see those that the broker publishes below
   * `$SYS`.
   */
  override async storeRetained(packet: AedesMessage): Promise<void> {
    if (packet.topic.startsWith("$SYS/")) await super.storeRetained(packet);
  }

  override async subscriptionsByTopic(): Promise<readonly object[]> {
    return NO_SUBSCRIPTIONS;
  }

  override async outgoingEnqueueCombi(): Promise<void> {
    // `SessionIntake` did it.
  }

  /** A message that was on its way when its receiver subscribed does not belong to the session. */
  override async outgoingUpdate(client: PersistedClient, packet: { cmd?: string; messageId?: number }): Promise<void> {
    if (packet.cmd === "pubrel") await super.outgoingUpdate(client, packet);
  }

  override outgoingStream(): Readable {
    return Readable.from([]);
  }

  /** @throws Error when the message is new. */
  override async incomingGetPacket(client: PersistedClient, packet: { messageId?: number }): Promise<object> {
    if (!this.#intake.isRepeated(this.#sourceOf(client), packet)) throw new Error("no such packet");
    return packet;
  }

  override async incomingStorePacket(): Promise<void> {
    // `SessionIntake` did it.
  }

  /** If one read has two PUBRELs with the same identifier, both come here. The second one finds nothing to do. */
  override async incomingDelPacket(client: PersistedClient, { messageId }: { messageId?: number }): Promise<void> {
    if (messageId !== undefined && this.#intake.release(this.#sourceOf(client), messageId)) await this.store.written;
  }
}

export type BrokerPersistenceOptions = PersistenceOptions & {
  /** The publisher that belongs to a client of aedes. */
  readonly sourceOf: (client: PersistedClient) => MessageSource;
};

/** A placeholder: aedes reports a session only if it has subscriptions. No client is subscribed to it. */
const SESSION_EXISTS: AedesSubscription = Object.freeze({ topic: "session", qos: 0 });
const NO_SUBSCRIPTIONS: readonly object[] = [];
