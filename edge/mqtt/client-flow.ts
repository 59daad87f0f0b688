import type { EventEmitter } from "node:events";
import type { Client } from "aedes";
import type { Packet } from "mqtt-packet";
import type { Connection } from "./connection.ts";
import { reasonOf, RETURN_CODE } from "./reason-codes.ts";

/**
 * Stands between aedes and one of its clients, where aedes has no hook of its own: before a packet is handled, after a
 * read, at an error, and when the socket is full.
 *
 * A mistake of the parser or of aedes over the bytes of one client ends that client and nobody else. Its messages that
 * were not acknowledged by then are the client's to send again. A client that is closed is told why, as far as its version
 * of MQTT has words for it.
 */
export class ClientFlow {
  readonly #client: InnerClient;
  readonly #connection: Connection;
  readonly #on: FlowListener;
  #socket: "writable" | "full" | "slow" = "writable";
  /** Who waits for the socket. */
  readonly #drained: Drained[] = [];

  /** @throws TypeError when this aedes is built in another way. */
  constructor(client: Client, connection: Connection, on: FlowListener) {
    if (!isInner(client)) throw new TypeError("this aedes reads its clients in another way");
    this.#client = client;
    this.#connection = connection;
    this.#on = on;
    this.#takePackets();
    this.#takeReads();
    this.#takeErrors();
    this.#takeDrains();
  }

  /** Does something for the client; what goes wrong with it ends the client. */
  guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#on.broken(error);
      this.#client.conn.destroy();
    }
  }

  #takePackets(): void {
    const parser = this.#client._parser;
    const [enqueue] = parser.listeners("packet");
    if (enqueue === undefined) throw new TypeError("this aedes parses in another way");
    parser.removeAllListeners("packet");
    const handOn = (packet: Packet): void => {
      if (this.#client.closed || this.#connection.leaving) return;
      if (this.#on.packet(packet)) enqueue.call(parser, packet);
    };
    // [MQTT-3.1.4-5] Packets may follow a CONNECT at once. They wait until it is known who sends them; it is one read of
    // them at most, because nothing more is read meanwhile.
    let early: Packet[] | undefined;
    parser.on("packet", (packet: Packet) => {
      if (this.#client.closed || this.#connection.leaving) return;
      this.#connection.packetCame();
      if (early !== undefined) {
        early.push(packet);
        return;
      }
      if (packet.cmd === "connect" && !this.#client.connackSent) {
        early = [];
        this.#connection.inflow.hold("connect");
      }
      handOn(packet);
    });
    this.#client.once("connected", () => {
      const waiting = early ?? [];
      early = undefined;
      this.guarded(() => waiting.forEach(handOn));
      this.#connection.inflow.release("connect");
    });
  }

  /** aedes reads on when the socket has something, and when the packets of the last read are done. */
  #takeReads(): void {
    const client = this.#client;
    const next = client._nextBatch;
    const guarded = (error?: Error | null): void => {
      this.guarded(() => next(error));
      this.#on.read();
    };
    client._nextBatch = guarded;
    client.conn.removeListener("readable", next);
    client.conn.on("readable", () => guarded());
  }

  #takeErrors(): void {
    const client = this.#client;
    const onError = client._onError.bind(client);
    client.removeAllListeners("error");
    client.on("error", (error) => {
      // What was under way when it was closed.
      if (client.closed) return;
      // Nothing was read from it, so nothing can be said about its silence.
      if (error.message === "keep alive timeout" && this.#connection.inflow.held) {
        client._keepaliveTimer?.refresh();
        return;
      }
      this.#sayWhy(error);
      onError(error);
    });
    // What aedes says before it closes a client must arrive as well.
    const disconnect = client.disconnect.bind(client) as (...all: unknown[]) => void;
    client.disconnect = (...all: unknown[]): void => {
      if (client.version === 5 && client.connected) this.#connection.linger();
      disconnect(...all);
    };
  }

  /**
   * aedes waits with a message until every subscriber's socket has room, for a minute: one that does not read would hold up
   * who publishes, and then all others. So everybody waits a moment for this client, and then nobody until its socket is
   * empty again; what may gather there meanwhile is bounded by `sendBufferBytes`. And who does not read is not read.
   */
  #takeDrains(): void {
    const client = this.#client;
    const wait = client.waitForDrain;
    client.waitForDrain = (done) => {
      // The messages of a session that is resumed are handed out as fast as they are taken.
      if (!client.connected) wait.call(client, done);
      else if (this.#socket === "slow") setImmediate(done, null, client);
      else {
        this.#drained.push(done);
        if (this.#socket === "writable") this.#awaitDrain(wait);
      }
    };
  }

  #awaitDrain(wait: (done: Drained) => void): void {
    this.#socket = "full";
    const patience = setTimeout(() => {
      this.#socket = "slow";
      this.#connection.inflow.hold("unread");
      this.#goOn(null);
    }, DRAIN_PATIENCE_MS);
    patience.unref();
    wait.call(this.#client, (error) => {
      clearTimeout(patience);
      this.#socket = "writable";
      this.#goOn(error);
      this.#connection.inflow.release("unread");
    });
  }

  #goOn(error: Error | null): void {
    for (const done of this.#drained.splice(0)) setImmediate(done, error, this.#client);
  }

  #sayWhy(error: Error): void {
    const client = this.#client;
    const reason = reasonOf(error);
    if (reason === undefined || client.closed || client.errored) return;
    if (client.connackSent) {
      if (client.version !== 5) return;
      this.#connection.write({ cmd: "disconnect", reasonCode: reason });
      this.#connection.linger();
      return;
    }
    const { cmd, protocolVersion } = client._parser.packet;
    this.#connection.version ??= cmd === "connect" ? protocolVersion : undefined;
    const { version } = this.#connection;
    if (version === undefined) return;
    if (version >= 5) this.#connection.write({ cmd: "connack", sessionPresent: false, reasonCode: reason });
    else {
      const returnCode = RETURN_CODE.get(reason);
      if (returnCode === undefined) return;
      this.#connection.write({ cmd: "connack", sessionPresent: false, returnCode });
    }
    this.#connection.linger();
  }
}

export type FlowListener = {
  /** @returns whether aedes is to handle it. */
  readonly packet: (packet: Packet) => boolean;
  /** Something may have been read. */
  readonly read: () => void;
  /** Something threw. */
  readonly broken: (error: unknown) => void;
};

type Drained = (error: Error | null, client?: Client) => void;

/** What the types of aedes do not show. */
type InnerClient = Omit<Client, "_nextBatch"> & {
  _nextBatch: (error?: Error | null) => void;
  readonly _onError: (error: Error) => void;
  readonly _parser: EventEmitter & { readonly packet: { readonly cmd?: string; readonly protocolVersion?: number } };
  readonly _keepaliveTimer: NodeJS.Timeout | null;
  waitForDrain: (done: Drained) => void;
  readonly connackSent: boolean;
  readonly errored: boolean;
};

function isInner(client: Client): client is Client & InnerClient {
  const inner = client as Partial<InnerClient>;
  return (
    typeof inner._nextBatch === "function" &&
    typeof inner._onError === "function" &&
    typeof inner.waitForDrain === "function" &&
    typeof inner._parser?.listeners === "function" &&
    typeof inner.connackSent === "boolean"
  );
}

const DRAIN_PATIENCE_MS = 100;
