import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  generate,
  type IConnackPacket,
  type IConnectPacket,
  type IDisconnectPacket,
  type IPublishPacket,
  type ISubackPacket,
  type ISubscription,
  type IUnsubackPacket,
  type Packet,
  parser,
} from "mqtt-packet";

type QoS = 0 | 1 | 2;
type Level = 4 | 5;

/**
 * A client that shows what libraries hide: it keeps every packet, and sends acknowledgements only on request. It waits for
 * packets, never for time.
 */
export class ScenarioClient implements AsyncDisposable {
  readonly level: Level;
  /** All received messages, in order. */
  readonly messages: IPublishPacket[] = [];
  readonly received: Packet[] = [];
  /** All received bytes. */
  raw: Buffer = Buffer.alloc(0);
  /** Whether messages are acknowledged when they come. */
  acknowledges = true;
  /** How long a packet may take. */
  readonly #timeoutMs: number;
  #nextId = 1;
  readonly #socket: Socket;
  #closed = false;
  #waiting: (() => void)[] = [];

  static async dial(port: number, level: Level, timeoutMs = 10_000): Promise<ScenarioClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new ScenarioClient(socket, level, timeoutMs);
  }

  private constructor(socket: Socket, level: Level, timeoutMs: number) {
    this.#socket = socket;
    this.level = level;
    this.#timeoutMs = timeoutMs;
    const packets = parser({ protocolVersion: level });
    packets.on("packet", (packet: Packet) => this.#take(packet));
    packets.on("error", () => socket.destroy());
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => {
      this.raw = Buffer.concat([this.raw, bytes]);
      packets.parse(bytes);
    });
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }

  send(packet: Packet): void {
    this.bytes(generate(packet, { protocolVersion: this.level }));
  }

  bytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  async connect(options: Partial<Omit<IConnectPacket, "cmd">>): Promise<IConnackPacket> {
    const { level } = this;
    this.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: level,
      clientId: "",
      clean: true,
      keepalive: 0,
      ...options,
    });
    return this.#answer<IConnackPacket>(({ cmd }) => cmd === "connack");
  }

  async subscribe(
    filters: readonly (Partial<ISubscription> & { topic: string })[],
    properties: { subscriptionIdentifier?: number } = {},
  ): Promise<ISubackPacket> {
    const messageId = this.#id();
    const subscriptions = filters.map((filter) => ({ qos: 2 as const, ...filter }));
    this.send({ cmd: "subscribe", messageId, subscriptions, ...(this.level === 5 ? { properties } : {}) });
    return this.#answer<ISubackPacket>((packet) => packet.cmd === "suback" && packet.messageId === messageId);
  }

  async unsubscribe(...unsubscriptions: string[]): Promise<IUnsubackPacket> {
    const messageId = this.#id();
    this.send({ cmd: "unsubscribe", messageId, unsubscriptions });
    return this.#answer<IUnsubackPacket>((packet) => packet.cmd === "unsuback" && packet.messageId === messageId);
  }

  /** Publishes, and waits until the broker has acknowledged it, or has read it at QoS 0. @returns the reason code */
  async publish(
    topic: string,
    payload: string,
    qos: QoS,
    more: { retain?: boolean; properties?: NonNullable<IPublishPacket["properties"]> } = {},
  ): Promise<number> {
    const messageId = this.#id();
    const { retain = false, properties = {} } = more;
    this.send({
      cmd: "publish",
      topic,
      payload,
      qos,
      dup: false,
      retain,
      ...(qos > 0 ? { messageId } : {}),
      ...(this.level === 5 ? { properties } : {}),
    });
    if (qos === 0) {
      await this.ping();
      return 0;
    }
    const answered = qos === 1 ? "puback" : "pubrec";
    const answer = await this.#answer((packet) => packet.cmd === answered && packet.messageId === messageId);
    const code = "reasonCode" in answer ? (answer.reasonCode ?? 0) : 0;
    if (qos === 1 || code >= 0x80) return code;
    this.send({ cmd: "pubrel", messageId });
    await this.#answer((packet) => packet.cmd === "pubcomp" && packet.messageId === messageId);
    return code;
  }

  async ping(): Promise<void> {
    const count = this.#count("pingresp");
    this.send({ cmd: "pingreq" });
    await this.until(() => this.#count("pingresp") > count);
  }

  /** Waits until this number of messages has come. */
  async got(count: number): Promise<IPublishPacket[]> {
    await this.until(() => this.messages.length >= count);
    return this.messages;
  }

  /** @throws Error when the connection ends first, or nothing comes in time. */
  async until(isIt: () => boolean): Promise<void> {
    await this.#until(() => isIt() || this.#closed);
    if (!isIt()) throw new Error(`the connection ended; received: ${this.received.map(({ cmd }) => cmd).join(", ")}`);
  }

  /** Sends a DISCONNECT. @param properties of MQTT 5 */
  async leave(options: Partial<Omit<IDisconnectPacket, "cmd">> = {}): Promise<void> {
    this.send({ cmd: "disconnect", ...options });
    await this.ended();
  }

  /** Closes the connection without a DISCONNECT. */
  async cut(): Promise<void> {
    this.#socket.destroy();
    await this.ended();
  }

  /** Waits until the broker has closed the connection. @returns the reason code, if the broker sent one */
  async ended(): Promise<number | undefined> {
    await this.#until(() => this.#closed);
    const last = this.received.findLast(({ cmd }) => cmd === "disconnect");
    return last !== undefined && "reasonCode" in last ? last.reasonCode : undefined;
  }

  /** Acknowledges a message: PUBACK for QoS 1, PUBREC for QoS 2. */
  acknowledge(message: IPublishPacket): void {
    if (message.qos === 1) this.send({ cmd: "puback", messageId: message.messageId ?? 0 });
    if (message.qos === 2) this.send({ cmd: "pubrec", messageId: message.messageId ?? 0 });
  }

  #take(packet: Packet): void {
    this.received.push(packet);
    if (packet.cmd === "publish") {
      this.messages.push(packet);
      if (this.acknowledges) this.acknowledge(packet);
    }
    if (packet.cmd === "pubrel" && this.acknowledges) this.send({ cmd: "pubcomp", messageId: packet.messageId ?? 0 });
    this.#wake();
  }

  async #answer<T extends Packet>(isIt: (packet: Packet) => boolean): Promise<T> {
    await this.until(() => this.received.some(isIt));
    return this.received.find(isIt) as T;
  }

  async #until(isIt: () => boolean): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, this.#timeoutMs);
    while (!isIt() && !late) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    clearTimeout(timer);
    if (!isIt()) throw new Error(`nothing in time; received: ${this.received.map(({ cmd }) => cmd).join(", ")}`);
  }

  #count(cmd: Packet["cmd"]): number {
    return this.received.filter((packet) => packet.cmd === cmd).length;
  }

  #id(): number {
    return this.#nextId++;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) await this.cut();
  }
}
