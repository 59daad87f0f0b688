import type { EventEmitter } from "node:events";
import type { Client } from "aedes";
import type { Packet } from "mqtt-packet";
import { RETURN_CODE } from "../../core/mqtt/reasons.ts";
import { KEEP_ALIVE_TIMEOUT, reasonOf } from "./aedes-errors.ts";
import type { AedesClient } from "./aedes-client.ts";

/**
 * Patches one client of aedes where aedes has no hook: before a packet is handled, after a read, at an error, and when
 * the socket is full.
 *
 * If the parser or aedes throws while it handles one client, only that client is closed. It sends its unacknowledged
 * messages again. A closed client gets the reason, if its version of MQTT has a code for it.
 */
export class ClientPatches {
  readonly #inner: InnerClient;
  readonly #client: AedesClient;
  readonly #on: ClientListener;
  #socket: "writable" | "full" | "slow" = "writable";
  /** Callbacks that wait until the socket is writable. */
  readonly #drained: Drained[] = [];

  /** @throws TypeError when this version of aedes has other internals. */
  static apply(inner: Client, client: AedesClient, on: ClientListener): void {
    if (!isInner(inner)) throw new TypeError("this version of aedes reads its clients differently");
    const patches = new ClientPatches(inner, client, on);
    patches.#patchPackets();
    patches.#patchReads();
    patches.#patchErrors();
    patches.#patchDrains();
  }

  private constructor(inner: InnerClient, client: AedesClient, on: ClientListener) {
    this.#inner = inner;
    this.#client = client;
    this.#on = on;
  }

  #patchPackets(): void {
    const parser = this.#inner._parser;
    const { connection } = this.#client;
    const [enqueue] = parser.listeners("packet");
    if (enqueue === undefined) throw new TypeError("this version of aedes parses differently");
    parser.removeAllListeners("packet");
    const handle = (packet: Packet): void => {
      if (this.#inner.closed || connection.isLeaving) return;
      if (this.#on.packet(packet)) enqueue.call(parser, packet);
    };
    // [MQTT-3.1.4-5] Packets may follow a CONNECT at once. They wait until the CONNECT is accepted. At most one read of
    // them waits, because nothing more is read meanwhile.
    let early: Packet[] | undefined;
    parser.on("packet", (packet: Packet) => {
      if (this.#inner.closed || connection.isLeaving) return;
      connection.countPacket();
      if (early !== undefined) {
        early.push(packet);
        return;
      }
      if (packet.cmd === "connect" && !this.#inner.connackSent) {
        early = [];
        connection.flow.hold("connect");
      }
      handle(packet);
    });
    this.#inner.once("connected", () => {
      const waiting = early ?? [];
      early = undefined;
      this.#client.guarded(() => waiting.forEach(handle));
      connection.flow.release("connect");
    });
  }

  /** aedes reads when the socket has bytes, and when the packets of the last read are done. */
  #patchReads(): void {
    const inner = this.#inner;
    const { connection } = this.#client;
    const next = inner._nextBatch;
    const guarded = (error?: Error | null): void => {
      this.#client.guarded(() => next(error));
      if (connection.hasRead) this.#on.read();
    };
    inner._nextBatch = guarded;
    inner.conn.removeListener("readable", next);
    inner.conn.on("readable", () => guarded());
  }

  #patchErrors(): void {
    const inner = this.#inner;
    const { connection } = this.#client;
    const onError = inner._onError.bind(inner);
    inner.removeAllListeners("error");
    inner.on("error", (error) => {
      // The error belongs to work that was under way when the client was closed.
      if (inner.closed) return;
      // While the client is not read, it is unknown whether it is silent.
      if (error.message === KEEP_ALIVE_TIMEOUT && connection.flow.held) {
        inner._keepaliveTimer?.refresh();
        return;
      }
      this.#writeReason(error);
      onError(error);
    });
    // The DISCONNECT that aedes writes before it closes a client must arrive.
    const disconnect = inner.disconnect.bind(inner) as (...all: unknown[]) => void;
    inner.disconnect = (...all: unknown[]): void => {
      if (inner.version === 5 && inner.connected) connection.closeGently();
      disconnect(...all);
    };
  }

  /**
   * aedes waits up to a minute with a message until every subscriber's socket has room. One subscriber that does not
   * read would stop the publisher, and then all others. So the broker waits for this client for a moment, and then not
   * again before its socket is empty. Meanwhile `sendBufferBytes` limits its send buffer. The broker also stops reading
   * from a client that does not read its messages.
   */
  #patchDrains(): void {
    const inner = this.#inner;
    const wait = inner.waitForDrain;
    inner.waitForDrain = (done) => {
      // During its CONNECT the messages of a resumed session are sent as fast as the client reads them.
      if (!inner.connected) wait.call(inner, done);
      else if (this.#socket === "slow") setImmediate(done, null, inner);
      else {
        this.#drained.push(done);
        if (this.#socket === "writable") this.#awaitDrain(wait);
      }
    };
  }

  #awaitDrain(wait: (done: Drained) => void): void {
    const { flow } = this.#client.connection;
    this.#socket = "full";
    const timer = setTimeout(() => {
      this.#socket = "slow";
      flow.hold("unread");
      this.#callDrained(null);
    }, DRAIN_WAIT_MS);
    timer.unref();
    wait.call(this.#inner, (error) => {
      clearTimeout(timer);
      this.#socket = "writable";
      this.#callDrained(error);
      flow.release("unread");
    });
  }

  #callDrained(error: Error | null): void {
    for (const done of this.#drained.splice(0)) setImmediate(done, error, this.#inner);
  }

  #writeReason(error: Error): void {
    const inner = this.#inner;
    const { connection } = this.#client;
    const reason = reasonOf(error);
    if (reason === undefined || inner.closed || inner.errored) return;
    if (inner.connackSent) {
      if (inner.version !== 5) return;
      connection.write({ cmd: "disconnect", reasonCode: reason });
      connection.closeGently();
      return;
    }
    const { cmd, protocolVersion } = inner._parser.packet;
    connection.version ??= cmd === "connect" ? protocolVersion : undefined;
    const { version } = connection;
    if (version === undefined) return;
    if (version >= 5) connection.write({ cmd: "connack", sessionPresent: false, reasonCode: reason });
    else {
      const returnCode = RETURN_CODE.get(reason);
      if (returnCode === undefined) return;
      connection.write({ cmd: "connack", sessionPresent: false, returnCode });
    }
    connection.closeGently();
  }
}

export type ClientListener = {
  /** Before a packet is handled. @returns whether aedes handles it. */
  readonly packet: (packet: Packet) => boolean;
  /** Bytes were read. */
  readonly read: () => void;
};

type Drained = (error: Error | null, client?: Client) => void;

/** The members that the types of aedes do not show. */
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

const DRAIN_WAIT_MS = 100;
