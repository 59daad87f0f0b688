import { Readable } from "node:stream";
import type { AedesOptions, Client, PublishPacket } from "aedes";
import { Aedes } from "aedes";
import type { RetainedQuota } from "./retained-quota.ts";

/**
 * aedes that does nothing where there is nothing to do. On a gateway most topics have no local subscriber, and for each
 * of their messages aedes clones the packet, asks the persistence for subscriptions and the emitter for listeners:
 * measured at 50 connections x 20 in flight, a third of the broker's time. A retained message and a message that
 * somebody may want take the full way.
 */
export class QuietAedes extends Aedes {
  /** Clients that subscribed, while they are here or their session waits for them. */
  readonly #subscribers = new Set<string>();
  readonly #sessionExpiryMaxS: number;
  readonly #retained: RetainedQuota;
  readonly #onRetainedRefused: (topic: string) => void;

  constructor(
    options: AedesOptions & {
      sessionExpiryIntervalLimit: number;
      retained: RetainedQuota;
      onRetainedRefused: (topic: string) => void;
    },
  ) {
    super(options);
    this.#retained = options.retained;
    this.#onRetainedRefused = options.onRetainedRefused;
    this.#sessionExpiryMaxS = options.sessionExpiryIntervalLimit;
    this.on("subscribe", (_subscriptions, client) => {
      this.#subscribers.add(client.id);
    });
    // A session that is resumed brings its subscriptions along, and they are announced to nobody.
    this.on("clientReady", (client) => {
      if (!client.clean) this.#subscribers.add(client.id);
    });
    this.on("clientDisconnect", (client) => {
      if (client.clean) this.#subscribers.delete(client.id);
    });
    this.on("sessionExpired", (client) => {
      this.#subscribers.delete(client.id);
    });
  }

  /**
   * The session expiry of every CONNECT and DISCONNECT passes here. A DISCONNECT that gives it twice makes it a list, of
   * which aedes makes a timer of NaN ms, which throws when the connection closes and would end the process.
   */
  clampSessionExpiry(seconds: unknown): number {
    if (typeof seconds !== "number" || !(seconds >= 0)) return 0;
    return Math.min(seconds, this.#sessionExpiryMaxS);
  }

  /**
   * Two PUBRELs for one packet in one read: aedes finds the packet for both before it forgets it for the first, and
   * nobody hears that the second finds nothing. An unheard rejection ends the process.
   */
  override async listen(): Promise<void> {
    await super.listen();
    const { persistence } = this as unknown as { persistence: IncomingPackets & OutgoingPackets };
    const forget = persistence.incomingDelPacket.bind(persistence);
    persistence.incomingDelPacket = async (...packet) => {
      try {
        await forget(...packet);
      } catch {
        // It is forgotten already, which is what was asked.
      }
    };
    const waiting = persistence.outgoingStream.bind(persistence);
    persistence.outgoingStream = (client) => Readable.from(marked(waiting(client)));
  }

  override publish(packet: PublishPacket, ...rest: PublishRest): void {
    if (packet.retain && !this.#retained.admit(packet.topic, packet.payload.length)) {
      this.#onRetainedRefused(packet.topic);
      packet.retain = false;
    }
    // Whether it came again is between its sender and this broker [MQTT-3.3.1-3].
    packet.dup = false;
    const done = rest.at(-1);
    if (this.#subscribers.size === 0 && !packet.retain && !packet.topic.startsWith("$") && typeof done === "function") {
      done.call(undefined);
      return;
    }
    // aedes takes the client as an optional second argument; its types know only one of the two forms.
    (super.publish as (packet: PublishPacket, ...rest: PublishRest) => void).call(this, packet, ...rest);
  }
}

type Done = (error?: Error) => void;
type PublishRest = [done: Done] | [client: Client | null, done: Done];
/** What was on its way before its client went has an identifier, and is marked as coming again [MQTT-3.3.1-1]. */
async function* marked(packets: AsyncIterable<WaitingPacket>): AsyncGenerator<WaitingPacket> {
  for await (const packet of packets) {
    if (packet.cmd === "publish" && (packet.messageId ?? 0) > 0) packet.dup = true;
    yield packet;
  }
}

type WaitingPacket = { cmd: string; messageId?: number; dup?: boolean };
type OutgoingPackets = { outgoingStream(client: Client): AsyncIterable<WaitingPacket> };
type IncomingPackets = { incomingDelPacket(client: Client, packet: unknown): Promise<void> };
