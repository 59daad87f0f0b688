import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { Server } from "node:net";

/**
 * A TCP link on the loopback interface that can be made slow, silent, or broken off, for each direction by itself: what
 * goes in at `port` comes out at `targetPort`.
 *
 * A cut direction keeps what it is given and passes on nothing, the ends of connections neither, as a network does that
 * swallows packets: nobody is told. When it is healed, what was kept goes on, as TCP would have sent it again. One thing
 * it cannot do from up here: a new connection through a cut link is accepted and stays silent, where a network would
 * not answer at all.
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

  /** From now on, also for the connections that stand; a direction without a word is well. */
  set(faults: LinkFaults): void {
    this.#faults = faults;
    for (const connection of this.#connections) connection.apply(faults);
  }

  /** Breaks off every connection with a TCP reset, as a firewall that forgets its table does. */
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

/** `there`: from who connects to who is connected to; `back`: the other way. */
export type LinkFaults = { readonly there?: DirectionFault; readonly back?: DirectionFault };

export type DirectionFault = {
  readonly cut?: boolean;
  readonly latencyMs?: number;
  /** Up to so much more, another for every piece; the order stays, as TCP keeps it. */
  readonly jitterMs?: number;
  readonly bytesPerS?: number;
};

class Connection {
  readonly #sockets: readonly [Socket, Socket];
  readonly #there: Direction;
  readonly #back: Direction;
  #over = false;
  readonly #gone: () => void;

  constructor(near: Socket, far: Socket, random: () => number, gone: () => void) {
    this.#sockets = [near, far];
    this.#gone = gone;
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
      // A socket that was ended cannot be reset: Node would keep its handle for ever and the process could not exit.
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
    this.#gone();
  }
}

/** One direction of one connection: a queue of pieces, each with the moment at which it goes on. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #random: () => number;
  readonly #queue: Piece[] = [];
  #queuedBytes = 0;
  #fault: DirectionFault = {};
  /** When the line is free again at its bandwidth, and the moment of the last piece, which no later one overtakes. */
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

  /** The sender broke off: the receiver hears of it when the line lets it through. */
  broken(tell: () => void): void {
    this.#add({ kind: "broken", tell });
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
      else piece.tell();
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
  | { readonly kind: "broken"; readonly tell: () => void };
type Piece = PieceKind & { readonly atMs: number };

/** What a direction keeps at most before it stops reading; the rest waits in the sender, as on a real line. */
const QUEUE_BYTES = 256 * 1024;
/** So finely a bandwidth is portioned. */
const SLICES_PER_S = 20;
