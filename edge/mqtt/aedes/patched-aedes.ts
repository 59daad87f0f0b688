import type { AedesOptions, Client, PublishPacket as AedesPublish } from "aedes";
import { Aedes } from "aedes";
import type { Publish } from "../../core/mqtt/packets.ts";
import type { SessionIntake } from "../sessions/session-intake.ts";
import type { SessionStore } from "../sessions/session-store.ts";
import type { BrokerPersistence } from "./broker-persistence.ts";
import type { AedesMessage } from "./persistence-packets.ts";

/**
 * aedes without the work that a gateway does not need. Most topics have no local subscriber, and for each message of
 * such a topic aedes clones the packet, asks the persistence for subscriptions and the emitter for listeners: measured
 * with 50 connections and 20 messages in flight, that is a third of the broker's time. A message goes the full way only
 * if a connected client may want it.
 *
 * aedes does not keep sessions either: messages are queued and retained before it acknowledges (`SessionIntake`), sent
 * from the queues (`SessionDelivery`), and the store ends the sessions.
 */
export class PatchedAedes extends Aedes {
  /** Connected clients with subscriptions. */
  readonly #subscribers = new Set<string>();
  readonly #sessionExpiryMaxS: number;
  readonly #sessions: AedesSessions;
  /**
   * The clients in whose session queues a message is, by the counter of the message. Only for messages that aedes is passing
   * on.
   */
  readonly #queuedFor = new Map<number, ReadonlySet<string>>();
  /** Packets that were refused after aedes began to handle them. */
  readonly #dropped = new WeakSet<Publish>();
  #hasDropped = false;

  constructor(
    options: AedesOptions & { sessionExpiryIntervalLimit: number; persistence: BrokerPersistence },
    sessions: AedesSessions,
  ) {
    super(options);
    // aedes would close the client before a handler could answer it. The handlers refuse every PUBLISH, will and filter
    // that the matcher of aedes could not take (`TOPIC_LEVELS_MAX`). A filter in an UNSUBSCRIBE is not matched unless
    // it exists.
    Object.assign(this, { maxTopicLevels: Infinity });
    // The keys are ids, and an id may be `constructor`. In an ordinary object aedes would mistake a built-in property
    // for a client, call it, and end the process.
    Object.assign(this, { clients: Object.create(null) as object, brokers: Object.create(null) as object });
    this.#sessions = sessions;
    this.#sessionExpiryMaxS = options.sessionExpiryIntervalLimit;
    this.on("subscribe", (_subscriptions, client) => {
      this.#subscribers.add(client.id);
    });
    this.on("client", (client) => {
      // aedes does not announce the subscriptions of a resumed session.
      if (hasSubscriptions(client)) this.#subscribers.add(client.id);
      sessions.store.arrived(client.id, client.sessionExpiryInterval);
    });
    this.on("clientDisconnect", (client) => {
      this.#subscribers.delete(client.id);
    });
  }

  /** aedes still acknowledges this packet, and passes it to no subscriber. */
  drop(packet: Publish): void {
    this.#dropped.add(packet);
    this.#hasDropped = true;
  }

  /**
   * aedes calls this with the session expiry of every CONNECT and DISCONNECT. If a DISCONNECT has it twice, it is a
   * list. aedes would make a timer of NaN ms from it, which throws when the connection closes and ends the process.
   */
  clampSessionExpiry(seconds: unknown): number {
    if (typeof seconds !== "number" || !(seconds >= 0)) return 0;
    return Math.min(seconds, this.#sessionExpiryMaxS);
  }

  /** aedes would only count the time of MQTT 5 sessions, in memory. The store counts all of them, across restarts. */
  scheduleSessionExpiry(client: Client): void {
    if (takenOverBy(this).has(client.id)) return;
    this.#sessions.store.left(client.id, client.sessionExpiryInterval);
  }

  /**
   * The last step before the CONNACK. The client may have left while aedes waited for the disk. It is
   * closed already, and nothing would remove its registration.
   */
  protected _finishRegisterClient(client: Client): void {
    if (!client.closed) {
      Reflect.apply(stepOf("_finishRegisterClient"), this, [client]);
      return;
    }
    takenOverBy(this).delete(client.id);
    // It was about to take over the session of an older connection, which has ended. No connection has the session now.
    if (!this.#isConnected(client.id)) this.#sessions.store.left(client.id, client.sessionExpiryInterval);
  }

  /**
   * aedes looks for wills of brokers that died. There is no other broker, and a late heartbeat must not publish our
   * wills.
   */
  override async listen(): Promise<void> {
    await super.listen();
    const timer: unknown = Reflect.get(this, "_clearWillInterval");
    clearInterval(timer as NodeJS.Timeout);
  }

  /**
   * Patches a new client, before its first packet. @throws TypeError when this version of aedes has other internals.
   */
  patchDelivery(client: Client): void {
    if (!isDelivered(client)) throw new TypeError("this version of aedes delivers messages differently");
    // The keys are filters, and a filter may be `constructor`, too.
    Object.assign(client, { subscriptions: Object.create(null) as object });
    const { deliver0, deliverQoS } = client;
    client.deliver0 = (packet, done) => {
      if (this.#isQueuedFor(client, packet)) setImmediate(done);
      else deliver0(packet, done);
    };
    client.deliverQoS = (packet, done) => {
      // A message without a broker id was retained, and goes to a new subscription.
      const isQueued =
        this.#isQueuedFor(client, packet) ||
        (packet.brokerId === null &&
          packet.qos > 0 &&
          !client.clean &&
          this.#sessions.intake.enqueueRetained(client.id, packet));
      if (isQueued) setImmediate(done);
      else deliverQoS(packet, done);
    };
  }

  override publish(packet: AedesPublish, ...rest: PublishRest): void {
    const isDropped = this.#hasDropped && this.#dropped.delete(packet);
    const done = rest.length === 1 ? rest[0] : rest[1];
    const hasNoReceiver = this.#subscribers.size === 0 && !packet.topic.startsWith("$");
    if (hasNoReceiver || isDropped || this.#isForOtherBrokers(packet.topic)) {
      done?.call(undefined);
      return;
    }
    // DUP is not passed on to receivers [MQTT-3.3.1-3].
    packet.dup = false;
    const queuedFor = this.#sessions.intake.queuedFor(packet);
    if (queuedFor === undefined) {
      this.#passOn(packet, rest);
      return;
    }
    // A subscriber ignores a message whose counter is not above the last one. So the message is counted here, where it
    // is passed on, and not where it was queued.
    const counted = packet as AedesPublish & { brokerId: string; brokerCounter: number };
    const counter = nextCounter(this);
    counted.brokerId = this.id;
    counted.brokerCounter = counter;
    this.#queuedFor.set(counter, queuedFor);
    const passedOn = (error?: Error): void => {
      this.#queuedFor.delete(counter);
      done?.call(undefined, error);
    };
    this.#passOn(packet, rest.length === 1 ? [passedOn] : [rest[0], passedOn]);
  }

  #passOn(packet: AedesPublish, rest: PublishRest): void {
    // aedes takes the client as an optional second argument. Its types know only one of the two forms.
    (super.publish as (packet: AedesPublish, ...rest: PublishRest) => void).call(this, packet, ...rest);
  }

  /**
   * aedes tells other instances, below `$SYS/<its id>`, which clients came and subscribed. There are no other
   * instances. Its heartbeat stays, because aedes needs it to know that it is alive itself.
   */
  #isForOtherBrokers(topic: string): boolean {
    return topic.startsWith("$SYS/") && FOR_OTHERS.some((kind) => topic === `$SYS/${this.id}/${kind}`);
  }

  #isConnected(id: string): boolean {
    const clients: unknown = Reflect.get(this, "clients");
    return typeof clients === "object" && clients !== null && Object.hasOwn(clients, id);
  }

  #isQueuedFor(client: Client, packet: AedesMessage): boolean {
    if (packet.brokerId !== this.id || packet.brokerCounter === undefined) return false;
    return this.#queuedFor.get(packet.brokerCounter)?.has(client.id) === true;
  }
}

const FOR_OTHERS = ["new/clients", "disconnect/clients", "new/subscribes", "new/unsubscribes"] as const;

export type AedesSessions = { readonly store: SessionStore; readonly intake: SessionIntake };

type Done = (error?: Error) => void;
type PublishRest = [done: Done] | [client: Client | null, done: Done];
type Deliver = (packet: AedesMessage, done: () => void) => void;

function hasSubscriptions(client: Client): boolean {
  return "subscriptions" in client && Object.keys(client.subscriptions as object).length > 0;
}

// The types of aedes do not show the following members. If a version lacks one, the first connection of any test fails.

function isDelivered(client: Client): client is Client & { deliver0: Deliver; deliverQoS: Deliver } {
  return "deliver0" in client && "deliverQoS" in client;
}

/** The ids whose session goes from one connection to another at this moment. */
function takenOverBy(broker: Aedes): Set<unknown> {
  const ids: unknown = Reflect.get(broker, "_takingOver");
  if (!(ids instanceof Set))
    throw new TypeError("this version of aedes moves sessions between connections differently");
  return ids;
}

function stepOf(name: string): CallableFunction {
  const step: unknown = Reflect.get(Aedes.prototype, name);
  if (typeof step !== "function") throw new TypeError(`this version of aedes has no ${name}`);
  return step as CallableFunction;
}

function nextCounter(broker: Aedes): number {
  const counter: unknown = Reflect.get(broker, "counter");
  if (typeof counter !== "number") throw new TypeError("this version of aedes counts its messages differently");
  Reflect.set(broker, "counter", counter + 1);
  return counter + 1;
}
