import type { AedesOptions, Client, PublishPacket } from "aedes";
import { Aedes } from "aedes";
import type { BrokerPersistence } from "../sessions/broker-persistence.ts";
import type { BrokerPacket } from "../sessions/packets.ts";
import type { SessionDelivery } from "../sessions/session-delivery.ts";
import type { SessionStore } from "../sessions/session-store.ts";
import { subscriptionsOf } from "../sys-topics.ts";

/**
 * aedes that does nothing where there is nothing to do. On a gateway most topics have no local subscriber, and for each
 * of their messages aedes clones the packet, asks the persistence for subscriptions and the emitter for listeners:
 * measured at 50 connections x 20 in flight, a third of the broker's time. A message that somebody who is here may want
 * takes the full way.
 *
 * What sessions are owed is not its business: messages are queued and retained before it acknowledges
 * (`BrokerPersistence`), sent from the queue (`SessionDelivery`), and sessions are forgotten by their store.
 */
export class PatchedAedes extends Aedes {
  /** Clients that are here and have subscriptions. */
  readonly #subscribers = new Set<string>();
  readonly #sessionExpiryMaxS: number;
  readonly #sessions: Sessions;
  /** By the counter of a message that aedes hands around now: whose sessions have it in their queues. */
  readonly #queuedFor = new Map<number, ReadonlySet<string>>();
  /** Packets that were refused after aedes took them up. */
  readonly #dropped = new WeakSet<PublishPacket>();
  #anyDropped = false;

  constructor(
    options: AedesOptions & { sessionExpiryIntervalLimit: number; persistence: BrokerPersistence },
    sessions: Sessions,
  ) {
    super(options);
    // It would close the client before anybody could answer it. The doors refuse what its matcher could not take
    // (`TOPIC_LEVELS_MAX`): every PUBLISH, will and filter; what is unsubscribed from and is not there is not matched.
    Object.assign(this, { maxTopicLevels: Infinity });
    // By id, and an id may be `constructor`: of a plain object aedes would take the language's own for a client, call it,
    // and end the process.
    Object.assign(this, { clients: Object.create(null) as object, brokers: Object.create(null) as object });
    this.#sessions = sessions;
    this.#sessionExpiryMaxS = options.sessionExpiryIntervalLimit;
    this.on("subscribe", (_subscriptions, client) => {
      this.#subscribers.add(client.id);
    });
    this.on("client", (client) => {
      // A session that is resumed brings its subscriptions along, and they are announced to nobody.
      if (subscriptionsOf(client).size > 0) this.#subscribers.add(client.id);
      sessions.store.arrived(client.id, client.sessionExpiryInterval);
    });
    this.on("clientReady", (client) => {
      if (!client.closed && (!client.clean || sessions.store.has(client.id))) sessions.delivery.start(client);
    });
    this.on("clientDisconnect", (client) => {
      this.#subscribers.delete(client.id);
      sessions.delivery.stop(client);
    });
  }

  /** The packet is acknowledged as aedes does it, and goes to nobody. */
  drop(packet: PublishPacket): void {
    this.#dropped.add(packet);
    this.#anyDropped = true;
  }

  /**
   * The session expiry of every CONNECT and DISCONNECT passes here. A DISCONNECT that gives it twice makes it a list, of
   * which aedes makes a timer of NaN ms, which throws when the connection closes and would end the process.
   */
  clampSessionExpiry(seconds: unknown): number {
    if (typeof seconds !== "number" || !(seconds >= 0)) return 0;
    return Math.min(seconds, this.#sessionExpiryMaxS);
  }

  /** aedes would count in memory, and MQTT 5 sessions only. The store counts across restarts, and all of them. */
  scheduleSessionExpiry(client: Client): void {
    if (takenOverBy(this).has(client.id)) return;
    this.#sessions.store.left(client.id, client.sessionExpiryInterval);
  }

  /**
   * The last step before the CONNACK. A client that is gone by then was closed already and will not be again: once it
   * were registered, it would stay for ever, and the disk that is waited for before leaves it time to go.
   */
  protected _finishRegisterClient(client: Client): void {
    if (!client.closed) {
      Reflect.apply(stepOf("_finishRegisterClient"), this, [client]);
      return;
    }
    takenOverBy(this).delete(client.id);
    // Of the connection that it took over, and that was not followed by another.
    if (!this.#isHere(client.id)) this.#sessions.store.left(client.id, client.sessionExpiryInterval);
  }

  /** There is no other broker whose wills would be looked after, and a late heartbeat must not publish those of ours. */
  override async listen(): Promise<void> {
    await super.listen();
    const timer: unknown = Reflect.get(this, "_clearWillInterval");
    clearInterval(timer as NodeJS.Timeout);
  }

  /** To be called before the first packet of a client. */
  attend(client: Client): void {
    if (!isDelivered(client)) throw new TypeError("this aedes delivers to its clients in another way");
    // By filter, which may be `constructor` as well.
    Object.assign(client, { subscriptions: Object.create(null) as object });
    const { deliver0, deliverQoS } = client;
    client.deliver0 = (packet, done) => {
      if (this.#isQueuedFor(client, packet)) setImmediate(done);
      else deliver0(packet, done);
    };
    client.deliverQoS = (packet, done) => {
      // Without a broker it is one that was retained, on its way to a new subscription.
      const isQueued =
        this.#isQueuedFor(client, packet) ||
        (packet.brokerId === null &&
          packet.qos > 0 &&
          !client.clean &&
          this.#sessions.persistence.enqueueRetained(client.id, { ...packet, brokerId: this.id }));
      if (isQueued) setImmediate(done);
      else deliverQoS(packet, done);
    };
  }

  override publish(packet: PublishPacket, ...rest: PublishRest): void {
    const isDropped = this.#anyDropped && this.#dropped.delete(packet);
    const done = rest.length === 1 ? rest[0] : rest[1];
    const isQuiet = this.#subscribers.size === 0 && !packet.topic.startsWith("$");
    if (isQuiet || isDropped || this.#isForOtherBrokers(packet.topic)) {
      done?.call(undefined);
      return;
    }
    // Whether it came again is between its sender and this broker [MQTT-3.3.1-3].
    packet.dup = false;
    const addressed = this.#sessions.persistence.addressedBy(packet);
    if (addressed === undefined) {
      this.#handOut(packet, rest);
      return;
    }
    // A subscriber takes a message only when its counter is above that of the last one, so it is counted here, where it
    // is handed out, and not where it was queued.
    const counted = packet as PublishPacket & { brokerId: string; brokerCounter: number };
    const counter = nextCounter(this);
    counted.brokerId = this.id;
    counted.brokerCounter = counter;
    this.#queuedFor.set(counter, addressed);
    const handedOut = (error?: Error): void => {
      this.#queuedFor.delete(counter);
      done?.call(undefined, error);
    };
    this.#handOut(packet, rest.length === 1 ? [handedOut] : [rest[0], handedOut]);
  }

  #handOut(packet: PublishPacket, rest: PublishRest): void {
    // aedes takes the client as an optional second argument; its types know only one of the two forms.
    (super.publish as (packet: PublishPacket, ...rest: PublishRest) => void).call(this, packet, ...rest);
  }

  /**
   * aedes tells other instances who came and who subscribed, under `$SYS/<its id>`. There are none. Its heartbeat stays: by
   * it aedes knows that it lives itself.
   */
  #isForOtherBrokers(topic: string): boolean {
    return topic.startsWith("$SYS/") && FOR_OTHERS.some((kind) => topic === `$SYS/${this.id}/${kind}`);
  }

  #isHere(id: string): boolean {
    const clients: unknown = Reflect.get(this, "clients");
    return typeof clients === "object" && clients !== null && Object.hasOwn(clients, id);
  }

  #isQueuedFor(client: Client, packet: Delivered): boolean {
    if (packet.brokerId !== this.id || packet.brokerCounter === undefined) return false;
    return this.#queuedFor.get(packet.brokerCounter)?.has(client.id) === true;
  }
}

const FOR_OTHERS = ["new/clients", "disconnect/clients", "new/subscribes", "new/unsubscribes"] as const;
type Sessions = {
  readonly store: SessionStore;
  readonly persistence: BrokerPersistence;
  readonly delivery: SessionDelivery;
};
type Done = (error?: Error) => void;
type PublishRest = [done: Done] | [client: Client | null, done: Done];
type Delivered = Omit<BrokerPacket, "brokerId"> & { readonly brokerId?: string | null };
type Deliver = (packet: Delivered, done: () => void) => void;

/** What of aedes its types do not show; whatever is missing is found at the first connection, by any test. */
function isDelivered(client: Client): client is Client & { deliver0: Deliver; deliverQoS: Deliver } {
  return "deliver0" in client && "deliverQoS" in client;
}

/** The ids whose session goes from one connection to another just now. */
function takenOverBy(broker: Aedes): Set<unknown> {
  const ids: unknown = Reflect.get(broker, "_takingOver");
  if (!(ids instanceof Set)) throw new TypeError("this aedes hands its clients over in another way");
  return ids;
}

function stepOf(name: string): CallableFunction {
  const step: unknown = Reflect.get(Aedes.prototype, name);
  if (typeof step !== "function") throw new TypeError(`this aedes has no ${name}`);
  return step as CallableFunction;
}

function nextCounter(broker: Aedes): number {
  const counter: unknown = Reflect.get(broker, "counter");
  if (typeof counter !== "number") throw new TypeError("this aedes counts its messages in another way");
  Reflect.set(broker, "counter", counter + 1);
  return counter + 1;
}
