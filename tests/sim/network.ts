import type { VirtualTime } from "./virtual-time.ts";

/**
 * Connections between machines. As in TCP, frames arrive in order and reliably, and a connection can break.
 *
 * One direction between two machines, or both, can be blocked (a partition). A frame that is sent into a block is lost, and so
 * is every later frame in that direction of the connection: TCP skips nothing. Neither end gets an error. Each end has to
 * notice the silence.
 */
export class Network {
  readonly #time: VirtualTime;
  readonly #random: () => number;
  readonly #blocked = new Set<string>();
  readonly #listening = new Map<string, (end: WireEnd, from: string) => void>();
  readonly #wires = new Set<Wire>();
  /** Frames take up to this long. */
  latencyMs = 10;

  constructor(time: VirtualTime, random: () => number) {
    this.#time = time;
    this.#random = random;
  }

  listen(name: string, accept: (end: WireEnd, from: string) => void): void {
    this.#listening.set(name, accept);
  }

  /** @returns our end. Its `onClosed` is called when the other side refuses or closes. */
  connect(from: string, to: string): WireEnd {
    const wire = new Wire(this, from, to);
    this.#wires.add(wire);
    this.#deliver(wire, from, to, () => {
      const accept = this.#listening.get(to);
      if (accept === undefined) wire.end(to).close();
      else accept(wire.end(to), from);
    });
    return wire.end(from);
  }

  block(from: string, to: string): void {
    this.#blocked.add(`${from}>${to}`);
  }

  unblock(from: string, to: string): void {
    this.#blocked.delete(`${from}>${to}`);
  }

  unblockAll(): void {
    this.#blocked.clear();
  }

  /** The machine stops. `silent`: its power was cut, and the other ends do not notice. */
  down(name: string, how: { silent: boolean }): void {
    this.#listening.delete(name);
    for (const wire of this.#wires) {
      if (wire.a !== name && wire.b !== name) continue;
      if (how.silent) wire.silence(name);
      else wire.end(name).close();
    }
  }

  /** Used by wires. */
  send(wire: Wire, from: string, to: string, work: () => void): void {
    this.#deliver(wire, from, to, work);
  }

  ended(wire: Wire): void {
    this.#wires.delete(wire);
  }

  #deliver(wire: Wire, from: string, to: string, work: () => void): void {
    if (this.#blocked.has(`${from}>${to}`)) wire.lose(from);
    if (wire.isLost(from)) return;
    const atMs = Math.max(this.#time.nowMs + 0.2 + this.#random() * this.latencyMs, wire.lastDeliveryMs(from));
    wire.setLastDelivery(from, atMs);
    this.#time.after(atMs - this.#time.nowMs, () => {
      // Frames that are on their way are lost, too.
      if (this.#blocked.has(`${from}>${to}`)) wire.lose(from);
      if (!wire.isLost(from)) work();
    });
  }
}

/** One end of a connection. */
export type WireEnd = {
  send(frame: Buffer): void;
  close(): void;
  onFrame: (frame: Buffer) => void;
  onClosed: () => void;
};

class Wire {
  readonly a: string;
  readonly b: string;
  readonly #network: Network;
  readonly #ends = new Map<string, End>();
  readonly #lost = new Set<string>();
  readonly #lastMs = new Map<string, number>();

  constructor(network: Network, a: string, b: string) {
    this.#network = network;
    this.a = a;
    this.b = b;
    this.#ends.set(a, new End(this, a, b));
    this.#ends.set(b, new End(this, b, a));
  }

  end(name: string): End {
    return this.#ends.get(name)!;
  }

  /** Nothing that this side sends arrives any more. */
  lose(from: string): void {
    this.#lost.add(from);
  }

  isLost(from: string): boolean {
    return this.#lost.has(from);
  }

  silence(name: string): void {
    this.end(name).over = true;
    this.lose(name);
  }

  lastDeliveryMs(from: string): number {
    return this.#lastMs.get(from) ?? 0;
  }

  setLastDelivery(from: string, atMs: number): void {
    this.#lastMs.set(from, atMs);
  }

  transmit(from: string, to: string, work: (end: End) => void): void {
    this.#network.send(this, from, to, () => {
      const end = this.end(to);
      if (!end.over) work(end);
      if (this.end(from).over && end.over) this.#network.ended(this);
    });
  }
}

class End implements WireEnd {
  onFrame: (frame: Buffer) => void = () => undefined;
  onClosed: () => void = () => undefined;
  over = false;
  readonly #wire: Wire;
  readonly #self: string;
  readonly #other: string;

  constructor(wire: Wire, self: string, other: string) {
    this.#wire = wire;
    this.#self = self;
    this.#other = other;
  }

  send(frame: Buffer): void {
    if (!this.over) this.#wire.transmit(this.#self, this.#other, (end) => end.onFrame(frame));
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.#wire.transmit(this.#self, this.#other, (end) => {
      end.over = true;
      end.onClosed();
    });
  }
}
