import type { Client } from "aedes";
import type { PublishPacket, Qos, SubscribeRequest } from "../../core/mqtt/packets.ts";
import type { Connection } from "../connection.ts";
import type { MqttClient } from "../mqtt-client.ts";

/**
 * A client of aedes as the rest of the broker sees it. It holds no copy: each field is read from aedes when asked for.
 */
export class AedesClient implements MqttClient {
  readonly connection: Connection;
  readonly #client: InnerClient;
  readonly #onBroken: (client: AedesClient, error: unknown) => void;

  /**
   * Call it once for a client of aedes, before its first packet.
   * @param onBroken called when guarded work throws.
   * @throws TypeError when this version of aedes has other internals.
   */
  static attach(
    client: Client,
    connection: Connection,
    onBroken: (client: AedesClient, error: unknown) => void,
  ): AedesClient {
    if (!isInnerClient(client)) throw new TypeError("this version of aedes has other clients");
    const attached = new AedesClient(client, connection, onBroken);
    client[ATTACHED] = attached;
    return attached;
  }

  /**
   * The client that is attached to a client of aedes. It is needed for each message, so it is stored in a property and
   * not in a map.
   */
  static of(client: object): AedesClient | undefined {
    return (client as Partial<InnerClient>)[ATTACHED];
  }

  private constructor(
    client: InnerClient,
    connection: Connection,
    onBroken: (client: AedesClient, error: unknown) => void,
  ) {
    this.#client = client;
    this.connection = connection;
    this.#onBroken = onBroken;
  }

  get id(): string {
    return this.#client.id ?? "";
  }

  get version(): number {
    return this.#client.version;
  }

  get clean(): boolean {
    return this.#client.clean;
  }

  get sessionExpiryS(): number {
    return this.#client.sessionExpiryInterval;
  }

  get receiveMaximum(): number {
    return this.#client.receiveMaximum;
  }

  get maxPacketBytes(): number | undefined {
    return this.#client.maximumPacketSize;
  }

  get isConnected(): boolean {
    return this.#client.connected;
  }

  get isClosed(): boolean {
    return this.#client.closed;
  }

  get subscriptionCount(): number {
    return Object.keys(this.#client.subscriptions).length;
  }

  *subscriptions(): Generator<{ filter: string; qos: Qos }> {
    const { subscriptions } = this.#client;
    for (const filter of Object.keys(subscriptions)) yield { filter, qos: subscriptions[filter]!.qos };
  }

  fail(error: Error): void {
    this.#client.emit("error", error);
  }

  guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onBroken(this, error);
      this.#client.conn.destroy();
    }
  }

  subscribe(request: SubscribeRequest, done: (error?: Error | null) => void): void {
    this.#client.subscribe({ ...request, subscriptions: [...request.subscriptions] }, done);
  }

  send(packet: PublishPacket): void {
    // aedes calls the callback without checking that there is one.
    this.#client.publish(packet as Parameters<Client["publish"]>[0], () => undefined);
  }

  /** aedes numbers the messages that it sends itself from the same counter. */
  nextPacketId(): number {
    const packetId = this.#client._nextId;
    this.#client._nextId = packetId >= PACKET_ID_MAX ? 1 : packetId + 1;
    return packetId === 0 ? this.nextPacketId() : packetId;
  }
}

const ATTACHED: unique symbol = Symbol("the client as the handlers see it");

/** The members that the types of aedes do not show. */
type InnerClient = Client & {
  readonly subscriptions: Readonly<Record<string, { readonly qos: Qos }>>;
  _nextId: number;
  [ATTACHED]?: AedesClient;
};

function isInnerClient(client: Client): client is InnerClient {
  return "_nextId" in client && typeof client._nextId === "number" && "subscriptions" in client;
}

const PACKET_ID_MAX = 65_535;
