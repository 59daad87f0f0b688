import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { Server } from "node:net";

/**
 * A TCP link on the loopback interface that can be slowed down, cut or reset, each direction by itself. Bytes that arrive at
 * `port` are passed on to `targetPort`.
 *
 * A cut direction behaves like a network that loses all packets: it passes on nothing, not even the end of a connection, and
 * reports nothing. It keeps the bytes and passes them on when it is healed, as TCP would send them again. One difference
 * remains: a new connection through a cut link is accepted and stays silent; a real network would not answer at all.
 */
export class FaultProxy {
  readonly port: number;
  readonly #targetPort: number;
  readonly #random: () => number;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;
  #faults: LinkFaults = {};

  private constructor(port: number, targetPort: number, random: () => number) {
    this.port = port;
    this.#targetPort = targetPort;
    this.#random = random;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near));
  }

  /** @param options.random for the jitter: draws from [0, 1). @throws Error when the port is taken. */
  static async open(options: { port: number; targetPort: number; random: () => number }): Promise<FaultProxy> {
    const proxy = new FaultProxy(options.port, options.targetPort, options.random);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once("error", reject);
      proxy.#server.listen({ host: "127.0.0.1", port: options.port, backlog: 4096 }, resolve);
    });
    return proxy;
  }

  /** Replaces the faults of the link, also for open connections. A direction that is not named is healthy. */
  set(faults: LinkFaults): void {
    this.#faults = faults;
    for (const connection of this.#connections) connection.apply(faults);
  }

  /** Ends every connection with a TCP reset, like a firewall that has lost its table. */
  reset(): void {
    for (const connection of this.#connections) connection.reset();
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(near: Socket): void {
    const far = connect({ host: "127.0.0.1", port: this.#targetPort, allowHalfOpen: true, noDelay: true });
    near.setNoDelay(true);
    const connection = new Connection(near, far, this.#random, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    connection.apply(this.#faults);
  }
}

/** `there`: from the client to the server; `back`: from the server to the client. */
export type LinkFaults = { readonly there?: DirectionFault; readonly back?: DirectionFault };

export type DirectionFault = {
  readonly cut?: boolean;
  readonly latencyMs?: number;
  /** Random extra delay up to this, for each piece. The order stays, as in TCP. */
  readonly jitterMs?: number;
  readonly bytesPerS?: number;
};

class Connection {
  readonly #sockets: readonly [Socket, Socket];
  readonly #there: Direction;
  readonly #back: Direction;
  #over = false;
  readonly #onEnd: () => void;

  constructor(near: Socket, far: Socket, random: () => number, onEnd: () => void) {
    this.#sockets = [near, far];
    this.#onEnd = onEnd;
    this.#there = new Direction(near, far, random);
    this.#back = new Direction(far, near, random);
    for (const [socket, direction] of [
      [near, this.#there],
      [far, this.#back],
    ] as const) {
      socket.on("error", () => direction.broken(() => this.reset()));
      socket.on("close", () => {
        if (near.destroyed && far.destroyed) this.#end();
      });
    }
  }

  apply(faults: LinkFaults): void {
    this.#there.apply(faults.there ?? {});
    this.#back.apply(faults.back ?? {});
  }

  reset(): void {
    for (const socket of this.#sockets) {
      // A socket that was ended cannot be reset: Node would keep its handle for ever, and the process could not exit.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#there.stop();
    this.#back.stop();
    this.#onEnd();
  }
}

/** One direction of one connection: a queue of pieces, each with the time at which it is passed on. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #random: () => number;
  readonly #queue: Piece[] = [];
  #queuedBytes = 0;
  #fault: DirectionFault = {};
  /** When the bandwidth allows the next piece, and the time of the last piece, which no later piece overtakes. */
  #freeAtMs = 0;
  #lastAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #blocked = false;

  constructor(from: Socket, to: Socket, random: () => number) {
    this.#from = from;
    this.#to = to;
    this.#random = random;
    from.on("data", (bytes: Buffer) => {
      this.#queuedBytes += bytes.length;
      this.#add({ kind: "bytes", bytes });
    });
    from.on("end", () => this.#add({ kind: "end" }));
    to.on("drain", () => {
      this.#blocked = false;
      this.#flow();
    });
  }

  apply(fault: DirectionFault): void {
    this.#fault = fault;
    this.#freeAtMs = 0;
    this.#flow();
  }

  /** The sender reset the connection. The receiver is reset after the bytes before, when the link lets them through. */
  broken(reset: () => void): void {
    this.#add({ kind: "broken", reset });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #add(piece: PieceKind): void {
    const { latencyMs = 0, jitterMs = 0 } = this.#fault;
    const delayMs = latencyMs + (jitterMs === 0 ? 0 : this.#random() * jitterMs);
    this.#lastAtMs = Math.max(this.#lastAtMs, performance.now() + delayMs);
    this.#queue.push({ ...piece, atMs: this.#lastAtMs });
    this.#flow();
  }

  #flow(): void {
    clearTimeout(this.#timer);
    while (!this.#blocked && this.#fault.cut !== true) {
      const next = this.#queue[0];
      if (next === undefined) break;
      const waitMs = Math.max(next.atMs, this.#freeAtMs) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#flow(), Math.ceil(waitMs));
        break;
      }
      this.#pass(next);
    }
    if (this.#queuedBytes > QUEUE_BYTES) this.#from.pause();
    else if (this.#fault.cut !== true) this.#from.resume();
  }

  #pass(piece: Piece): void {
    if (piece.kind !== "bytes") {
      this.#queue.shift();
      if (piece.kind === "end") this.#to.end();
      else piece.reset();
      return;
    }
    const { bytesPerS } = this.#fault;
    const slice = bytesPerS === undefined ? piece.bytes.length : Math.max(1, Math.ceil(bytesPerS / SLICES_PER_S));
    const bytes = piece.bytes.subarray(0, slice);
    if (bytes.length === piece.bytes.length) this.#queue.shift();
    else this.#queue[0] = { ...piece, bytes: piece.bytes.subarray(slice) };
    this.#queuedBytes -= bytes.length;
    if (bytesPerS !== undefined) this.#freeAtMs = performance.now() + (bytes.length / bytesPerS) * 1000;
    if (!this.#to.destroyed) this.#blocked = !this.#to.write(bytes);
  }
}

type PieceKind =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "end" }
  | { readonly kind: "broken"; readonly reset: () => void };
type Piece = PieceKind & { readonly atMs: number };

/** A direction stops reading when it keeps more than this; the rest waits in the sender, as on a real line. */
const QUEUE_BYTES = 256 * 1024;
/** A limited bandwidth is passed on in so many portions a second. */
const SLICES_PER_S = 20;
