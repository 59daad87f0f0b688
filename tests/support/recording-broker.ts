import { createServer, type AddressInfo, type Socket } from "node:net";
import { Aedes } from "aedes";

export type RecordedMessage = { readonly topic: string; readonly payload: string; readonly dup: boolean };

/**
 * A real MQTT broker in this process. It records every PUBLISH, and can lose its connections on request. The last message
 * is not acknowledged then.
 */
export class RecordingBroker implements AsyncDisposable {
  readonly url: string;
  readonly received: RecordedMessage[] = [];
  readonly #aedes: Aedes;
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets: Set<Socket>;
  #loseAt: number | undefined;

  /** @param options.loseAt the number of the message at which all connections are cut once, before its acknowledgement */
  static async open(options: { loseAt?: number; refuse?: boolean } = {}): Promise<RecordingBroker> {
    const aedes = await Aedes.createBroker();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on("close", () => sockets.delete(socket)));
      aedes.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RecordingBroker(aedes, server, sockets, options);
  }

  private constructor(
    aedes: Aedes,
    server: ReturnType<typeof createServer>,
    sockets: Set<Socket>,
    options: { loseAt?: number; refuse?: boolean },
  ) {
    this.#aedes = aedes;
    this.#server = server;
    this.#sockets = sockets;
    this.#loseAt = options.loseAt;
    this.url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (options.refuse === true) aedes.authenticate = (_client, _name, _password, done) => done(null, false);
    aedes.authorizePublish = (_client, packet, done) => {
      this.received.push({ topic: packet.topic, payload: packet.payload.toString(), dup: packet.dup });
      if (this.received.length === this.#loseAt) this.loseConnections();
      else done(null);
    };
  }

  loseConnections(): void {
    this.#loseAt = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
