import { ClientError } from "../core/mqtt/client-error.ts";
import type { SentPacket } from "../core/mqtt/packets.ts";
import type { MqttEvents } from "./events.ts";
import type { MqttClient } from "./mqtt-client.ts";
import { encodePacket } from "./packet-encoding.ts";
import type { DropReason } from "./sessions/message-queues.ts";
import type { OutgoingRow } from "./sessions/session-protocol.ts";
import type { SessionStore } from "./sessions/session-store.ts";
import { payloadOf, propertiesOf } from "./sessions/stored-messages.ts";

/**
 * Sends the messages of a session to its connected client: oldest first, under identifiers that are on disk before they
 * are used, and at most as many at a time as the client [MQTT-3.3.4-9] and the configuration allow.
 *
 * All messages of a session above QoS 0 go this way, also those that come while the client is connected. So no message
 * is sent twice on one connection, and none overtakes another [MQTT-4.6.0-6]. A message that was sent before the
 * connection broke comes again under its old identifier, as a duplicate [MQTT-4.4.0-1].
 */
export class SessionDelivery {
  readonly #deps: SessionDeliveryDeps;
  readonly #inFlight: number;
  readonly #drainTimeoutMs: number;
  readonly #senders = new Map<string, Sender>();

  constructor(deps: SessionDeliveryDeps, limits: { inFlight: number; drainTimeoutMs?: number }) {
    this.#deps = deps;
    this.#inFlight = limits.inFlight;
    this.#drainTimeoutMs = limits.drainTimeoutMs ?? DRAIN_TIMEOUT_MS;
  }

  /** From now on, messages are sent when they come. */
  start(): void {
    this.#deps.store.queues.onWork((client) => {
      const sender = this.#senders.get(client);
      if (sender !== undefined) this.#wake(sender);
    });
  }

  /** The client has its CONNACK. */
  add(client: MqttClient): void {
    const sender: Sender = { client, sentThrough: 0, isBusy: false, isWoken: false };
    this.#senders.set(client.id, sender);
    this.#wake(sender);
  }

  remove(client: MqttClient): void {
    if (this.#senders.get(client.id)?.client === client) this.#senders.delete(client.id);
  }

  #wake(sender: Sender): void {
    sender.isWoken = true;
    if (sender.isBusy) return;
    if (this.#deps.store.queues.of(sender.client.id).size === 0) return;
    void this.#run(sender);
  }

  async #run(sender: Sender): Promise<void> {
    sender.isBusy = true;
    const { client } = sender;
    try {
      while (sender.isWoken) {
        sender.isWoken = false;
        while (await this.#sendSome(sender));
      }
    } catch (error) {
      // The next connection of this client gets the unacknowledged messages.
      if (!client.isClosed) this.#deps.events.refused({ reason: "broken", client: client.id, detail: String(error) });
      client.connection.stream.destroy();
    } finally {
      sender.isBusy = false;
    }
  }

  /** @returns whether there may be more to send. */
  async #sendSome(sender: Sender): Promise<boolean> {
    const { client } = sender;
    const { queues } = this.#deps.store;
    const batch = this.#nextBatch(sender);
    if (batch.length === 0) return false;
    const again = new Set(batch.flatMap(({ seq, packetId }) => (packetId === null ? [] : [seq])));
    const isNew = batch.filter(({ packetId }) => packetId === null);
    const taken = new Set<number>();
    queues.assign(
      client.id,
      isNew.map(({ seq }) => ({ seq, packetId: this.#freePacketId(client, taken) })),
    );
    const rows = await queues.read(
      client.id,
      batch.map(({ seq }) => seq),
    );
    for (const row of rows) {
      if (client.isClosed || this.#senders.get(client.id) !== sender) return false;
      sender.sentThrough = row.seq;
      if (!queues.of(client.id).has(row.seq)) continue;
      await this.#send(client, row, again.has(row.seq));
    }
    sender.sentThrough = Math.max(sender.sentThrough, batch.at(-1)!.seq);
    return true;
  }

  #nextBatch({ client, sentThrough }: Sender): { readonly seq: number; readonly packetId: number | null }[] {
    const window = Math.min(client.receiveMaximum, this.#inFlight);
    const batch: { seq: number; packetId: number | null }[] = [];
    let unacknowledged = 0;
    for (const [seq, { packetId }] of this.#deps.store.queues.of(client.id)) {
      if (seq <= sentThrough) unacknowledged++;
      else batch.push({ seq, packetId });
      if (unacknowledged + batch.length >= window || batch.length >= PAGE_MESSAGES) break;
    }
    return batch;
  }

  async #send(client: MqttClient, row: OutgoingRow, isAgain: boolean): Promise<void> {
    const packetId = row.packetId ?? 0;
    if (row.released) {
      await this.#write(client, { cmd: "pubrel", messageId: packetId });
      return;
    }
    const nowMs = this.#deps.store.trustedNowMs();
    const discard = (reason: DropReason): void =>
      this.#deps.store.queues.discard(client.id, row.seq, { reason, topic: row.topic });
    // [MQTT-3.3.2-5] A message whose delivery has begun does not expire.
    if (!isAgain && row.expiresMs !== null && nowMs !== null && row.expiresMs <= nowMs) return discard("expired");
    if (!this.#deps.mayRead(client, row.topic)) return discard("not_allowed");
    const properties = client.version === 5 ? propertiesOf(row, row.identifiers, nowMs) : undefined;
    const isSent = await this.#write(client, {
      cmd: "publish",
      topic: row.topic,
      payload: payloadOf(row.payload),
      qos: row.grantedQos,
      retain: row.retain,
      dup: isAgain,
      messageId: packetId,
      ...(properties === undefined ? {} : { properties }),
    });
    // [MQTT-3.1.2-25]
    if (!isSent) discard("too_large");
  }

  /** Resolves when the socket has room again. @returns false if the client does not accept packets of this size. */
  async #write(client: MqttClient, packet: SentPacket): Promise<boolean> {
    const bytes = encodePacket(packet, client.version === 5 ? 5 : 4);
    const { maxPacketBytes } = client;
    const { stream } = client.connection;
    if (maxPacketBytes !== undefined && bytes.length > maxPacketBytes) return false;
    if (stream.write(bytes)) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#failSlow(client), this.#drainTimeoutMs);
      timer.unref();
      const done = (): void => {
        clearTimeout(timer);
        stream.off("drain", done);
        stream.off("close", done);
        resolve();
      };
      stream.once("drain", done);
      stream.once("close", done);
    });
    return true;
  }

  #failSlow(client: MqttClient): void {
    const detail = `it has read nothing for ${this.#drainTimeoutMs / 1000} s`;
    this.#deps.events.refused({ reason: "slow_subscriber", client: client.id, detail });
    // A client that reads nothing cannot receive a reason.
    client.fail(new ClientError(detail, undefined));
  }

  #freePacketId(client: MqttClient, taken: Set<number>): number {
    for (;;) {
      const packetId = client.nextPacketId();
      if (taken.has(packetId) || this.#deps.store.queues.usesPacketId(client.id, packetId)) continue;
      taken.add(packetId);
      return packetId;
    }
  }
}

export type SessionDeliveryDeps = {
  readonly store: SessionStore;
  readonly events: Pick<MqttEvents, "refused">;
  readonly mayRead: (client: MqttClient, topic: string) => boolean;
};

type Sender = {
  readonly client: MqttClient;
  /** Messages up to this one were sent on this connection, or must not be sent. */
  sentThrough: number;
  isBusy: boolean;
  isWoken: boolean;
};

const PAGE_MESSAGES = 50;
/** As long as aedes waits for a subscriber without a session. */
const DRAIN_TIMEOUT_MS = 60_000;
