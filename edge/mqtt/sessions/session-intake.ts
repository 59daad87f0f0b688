import type { ConnectRequest, Publish } from "../../core/mqtt/packets.ts";
import type { Addressed } from "./message-queues.ts";
import type { SessionStore } from "./session-store.ts";
import { storedPublish } from "./stored-messages.ts";

/**
 * Puts a message into the sessions before it is acknowledged. All changes of a message (retained message, queues, the
 * noted identifier of a QoS 2 message) are one transaction, and the acknowledgement waits for it as it waits for the
 * journal. So a crash cannot lose a message that was acknowledged and that an absent client waits for.
 *
 * It also checks whether there is room for a will, a session, a QoS 2 exchange or a subscription.
 */
export class SessionIntake {
  readonly #store: SessionStore;
  readonly #options: SessionIntakeOptions;
  /** QoS 2 messages whose identifier was noted just now. */
  readonly #new = new WeakSet<object>();
  /** Identifiers of QoS 2 messages of clients whose session ends with the connection. */
  readonly #incoming = new WeakMap<MessageSource, Set<number>>();
  /** The clients in whose sessions a message was queued. */
  readonly #queuedFor = new WeakMap<Publish, ReadonlySet<string>>();

  constructor(store: SessionStore, options: SessionIntakeOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Why this will is refused, or undefined. */
  willProblem({ clientId, will }: Pick<ConnectRequest, "clientId" | "will">): string | undefined {
    if (will === undefined || will === null) return undefined;
    if (this.#store.wills.hasRoomFor({ client: clientId, bytes: will.payload.length })) return undefined;
    return "there is no room for another will";
  }

  /** Why a client may not publish this QoS 2 message, or undefined. */
  incomingProblem(source: MessageSource, message: Publish): string | undefined {
    const { messageId } = message;
    if (message.qos !== 2 || messageId === undefined || this.isNoted(source, messageId)) return undefined;
    const { id, clean } = source;
    if (!clean && !this.#store.hasRoomFor(id)) return "there is no room for another session";
    const count = clean ? (this.#incoming.get(source)?.size ?? 0) : this.#store.incomingCount(id);
    const { incomingMax } = this.#options;
    return count < incomingMax ? undefined : `more than ${incomingMax} QoS 2 messages that were not released`;
  }

  /** Why a client may not subscribe to a filter that it does not have yet, or undefined. */
  subscriptionProblem(client: MessageSource, topic: string): string | undefined {
    return client.clean ? undefined : this.#store.subscriptionProblem(client.id, topic);
  }

  /**
   * Makes the changes of a message. On the hot path, where it changes nothing, nothing is allocated.
   * @returns whether the acknowledgement must wait for {@link durable}.
   */
  accept(source: MessageSource, message: Publish): boolean {
    const { messageId } = message;
    let mustWait = false;
    if (message.qos === 2 && messageId !== undefined) {
      mustWait = !source.clean;
      // A message that comes again changes nothing. But its earlier changes may not be on disk yet.
      if (!this.#note(source, messageId)) return mustWait;
      this.#new.add(message);
    }
    if (message.retain) {
      this.#retain(message);
      mustWait = true;
    }
    if (message.qos === 0 || !this.#store.hasSubscriptions) return mustWait;
    const addressed = this.#store.addressees(message, source.id);
    if (addressed.length === 0) return mustWait;
    this.#enqueue(message, addressed);
    this.#queuedFor.set(message, new Set(addressed.map(({ client }) => client)));
    return true;
  }

  /** Calls back when all changes made before are on disk. Never calls back after a failure. */
  durable(done: () => void): void {
    this.#store.durable(done);
  }

  /** The clients in whose sessions a message was queued. They must not get it a second time. */
  queuedFor(message: Publish): ReadonlySet<string> | undefined {
    return this.#queuedFor.get(message);
  }

  /**
   * Queues a retained message for a session that has just subscribed to it.
   * @returns false if the subscription has QoS 0. Such a message is sent without the queue.
   */
  enqueueRetained(client: string, message: Publish): boolean {
    if (!this.#store.has(client)) return false;
    const addressed = this.#store.addressees({ ...message, retain: true }, null).filter((one) => one.client === client);
    if (addressed.length === 0) return false;
    // [MQTT-3.3.1-8] RETAIN is set, whatever the subscription asks for.
    const to = addressed.map((one) => ({ ...one, to: { ...one.to, retain: true } }));
    this.#enqueue(message, to);
    return true;
  }

  /** Whether a QoS 2 message with this identifier came and was not released. */
  isNoted(source: MessageSource, packetId: number): boolean {
    return this.#incoming.get(source)?.has(packetId) === true || this.#store.hasIncoming(source.id, packetId);
  }

  /** Whether this QoS 2 message came before, under the same identifier. */
  isRepeated(source: MessageSource, message: { readonly messageId?: number | undefined }): boolean {
    const { messageId } = message;
    return messageId !== undefined && !this.#new.has(message) && this.isNoted(source, messageId);
  }

  /** The exchange of a QoS 2 message ends (PUBREL). @returns whether a change must become durable. */
  release(source: MessageSource, packetId: number): boolean {
    if (source.clean) this.#incoming.get(source)?.delete(packetId);
    return this.#store.dropIncoming(source.id, packetId) || !source.clean;
  }

  /** @returns whether it is new. */
  #note(source: MessageSource, packetId: number): boolean {
    if (this.isNoted(source, packetId)) return false;
    if (!source.clean) {
      this.#store.putIncoming(source.id, source.sessionExpiryS ?? this.#options.expiryS, packetId, null);
      return true;
    }
    let noted = this.#incoming.get(source);
    if (noted === undefined) {
      noted = new Set();
      this.#incoming.set(source, noted);
    }
    noted.add(packetId);
    return true;
  }

  #retain(message: Publish): void {
    if (this.#store.retained.put(storedPublish(message, this.#store.trustedNowMs()))) return;
    this.#options.onRetainedRefused(message.topic);
    message.retain = false;
  }

  #enqueue(message: Publish, addressed: readonly Addressed[]): void {
    const stored = storedPublish(message, this.#store.trustedNowMs());
    this.#store.queues.enqueue({ ...stored, brokerId: null, brokerCounter: null }, addressed);
  }
}

/** The publisher of a message. If it is gone, only its id is known. */
export type MessageSource = { readonly id: string; readonly clean: boolean; readonly sessionExpiryS?: number };

export type SessionIntakeOptions = {
  /** Expiry of a session whose client names none, in seconds. */
  readonly expiryS: number;
  /** QoS 2 messages of one client that were not released. */
  readonly incomingMax: number;
  readonly onRetainedRefused: (topic: string) => void;
};
