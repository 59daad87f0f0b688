import type { Client } from "aedes";
import type { Packet } from "mqtt-packet";
import { generate } from "mqtt-packet";
import { payloadOf, propertiesOf } from "./packets.ts";
import type { OutgoingRow } from "./session-protocol.ts";
import type { DropReason } from "./message-queues.ts";
import type { SessionStore } from "./session-store.ts";

/**
 * Sends the messages of a session to its client while it is here: oldest first, under identifiers that are on disk
 * before they are used, and at most as many at a time as the client takes [MQTT-3.3.4-9] and the configuration says.
 *
 * All of a session's messages above QoS 0 go this way, also those that come while the client is here. So one is never
 * sent twice in one connection, none overtakes another [MQTT-4.6.0-6], and what was sent before the connection broke
 * comes again under its old identifier [MQTT-4.4.0-1], as a duplicate.
 */
export class SessionDelivery {
  readonly #store: SessionStore;
  readonly #mayRead: (client: Client, topic: string) => boolean;
  readonly #broken: (client: Client, error: unknown) => void;
  readonly #inFlight: number;
  readonly #drainTimeoutMs: number;
  readonly #pumps = new Map<string, Pump>();

  constructor(
    deps: {
      store: SessionStore;
      mayRead: (client: Client, topic: string) => boolean;
      /** Something threw over a client that is here. */
      broken: (client: Client, error: unknown) => void;
    },
    limits: { inFlight: number; drainTimeoutMs?: number },
  ) {
    this.#store = deps.store;
    this.#mayRead = deps.mayRead;
    this.#broken = deps.broken;
    this.#inFlight = limits.inFlight;
    this.#drainTimeoutMs = limits.drainTimeoutMs ?? DRAIN_TIMEOUT_MS;
    this.#store.queues.onWork((client) => {
      const pump = this.#pumps.get(client);
      if (pump !== undefined) this.#wake(pump);
    });
  }

  /** The client has its CONNACK. */
  start(client: Client): void {
    const pump: Pump = { client, sentThrough: 0, isBusy: false, isWoken: false };
    this.#pumps.set(client.id, pump);
    this.#wake(pump);
  }

  stop(client: Client): void {
    if (this.#pumps.get(client.id)?.client === client) this.#pumps.delete(client.id);
  }

  #wake(pump: Pump): void {
    pump.isWoken = true;
    if (pump.isBusy) return;
    if (this.#store.queues.of(pump.client.id).size === 0) return;
    void this.#pump(pump);
  }

  async #pump(pump: Pump): Promise<void> {
    pump.isBusy = true;
    try {
      while (pump.isWoken) {
        pump.isWoken = false;
        while (await this.#sendSome(pump));
      }
    } catch (error) {
      // What was not acknowledged is sent to its client's next connection.
      if (!pump.client.closed) this.#broken(pump.client, error);
      pump.client.conn.destroy();
    } finally {
      pump.isBusy = false;
    }
  }

  /** @returns whether there may be more to send. */
  async #sendSome(pump: Pump): Promise<boolean> {
    const { client } = pump;
    const batch = this.#next(pump);
    if (batch.length === 0) return false;
    const again = new Set(batch.flatMap(({ seq, packetId }) => (packetId === null ? [] : [seq])));
    const isNew = batch.filter(({ packetId }) => packetId === null);
    const taken = new Set<number>();
    this.#store.queues.assign(
      client.id,
      isNew.map(({ seq }) => ({ seq, packetId: this.#freeId(client, taken) })),
    );
    const rows = await this.#store.queues.read(
      client.id,
      batch.map(({ seq }) => seq),
    );
    for (const row of rows) {
      if (client.closed || this.#pumps.get(client.id) !== pump) return false;
      pump.sentThrough = row.seq;
      if (!this.#store.queues.of(client.id).has(row.seq)) continue;
      await this.#send(client, row, again.has(row.seq));
    }
    pump.sentThrough = Math.max(pump.sentThrough, batch.at(-1)!.seq);
    return true;
  }

  #next({ client, sentThrough }: Pump): { readonly seq: number; readonly packetId: number | null }[] {
    const window = Math.min(client.receiveMaximum, this.#inFlight);
    const batch: { seq: number; packetId: number | null }[] = [];
    let unacknowledged = 0;
    for (const [seq, { packetId }] of this.#store.queues.of(client.id)) {
      if (seq <= sentThrough) unacknowledged++;
      else batch.push({ seq, packetId });
      if (unacknowledged + batch.length >= window || batch.length >= PAGE_MESSAGES) break;
    }
    return batch;
  }

  async #send(client: Client, row: OutgoingRow, isAgain: boolean): Promise<void> {
    const packetId = row.packetId ?? 0;
    if (row.released) {
      await this.#written(client, { cmd: "pubrel", messageId: packetId });
      return;
    }
    const nowMs = this.#store.believedNowMs();
    const discard = (reason: DropReason): void =>
      this.#store.queues.discard(client.id, row.seq, { reason, topic: row.topic });
    // [MQTT-3.3.2-5] Once its delivery began, a message is delivered.
    if (!isAgain && row.expiresMs !== null && nowMs !== null && row.expiresMs <= nowMs) return discard("expired");
    if (!this.#mayRead(client, row.topic)) return discard("not_allowed");
    const properties = client.version === 5 ? propertiesOf(row, row.identifiers, nowMs) : undefined;
    const isDelivered = await this.#written(client, {
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
    if (!isDelivered) discard("too_large");
  }

  /** @returns false when the client does not take packets of this size. */
  async #written(client: Client, packet: Packet): Promise<boolean> {
    const bytes = generate(packet, { protocolVersion: client.version === 5 ? 5 : 4 });
    const { conn, maximumPacketSize } = client;
    if (maximumPacketSize !== undefined && bytes.length > maximumPacketSize) return false;
    if (conn.write(bytes)) return true;
    await new Promise<void>((resolve) => {
      // As aedes names it where it waits itself.
      const patience = setTimeout(() => client.emit("error", new Error("drain timeout")), this.#drainTimeoutMs);
      patience.unref();
      const done = (): void => {
        clearTimeout(patience);
        conn.off("drain", done);
        conn.off("close", done);
        resolve();
      };
      conn.once("drain", done);
      conn.once("close", done);
    });
    return true;
  }

  /** aedes numbers what it sends itself from the same counter. */
  #freeId(client: Client, taken: Set<number>): number {
    if (!hasNextId(client)) throw new TypeError("this aedes numbers its messages in another way");
    for (;;) {
      const packetId = client._nextId;
      client._nextId = packetId >= PACKET_ID_MAX ? 1 : packetId + 1;
      if (packetId === 0 || taken.has(packetId) || this.#store.queues.usesPacketId(client.id, packetId)) continue;
      taken.add(packetId);
      return packetId;
    }
  }
}

type Pump = {
  readonly client: Client;
  /** Up to this one messages were sent on this connection, or are not to be. */
  sentThrough: number;
  isBusy: boolean;
  isWoken: boolean;
};

function hasNextId(client: Client): client is Client & { _nextId: number } {
  return "_nextId" in client && typeof client._nextId === "number";
}

const PAGE_MESSAGES = 50;
/** As long as aedes waits for a subscriber without a session. */
const DRAIN_TIMEOUT_MS = 60_000;
const PACKET_ID_MAX = 65_535;
