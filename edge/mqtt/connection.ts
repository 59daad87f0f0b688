import type { Duplex } from "node:stream";
import { generate, type Packet } from "mqtt-packet";
import { ClientPace, readSize } from "../core/mqtt/client-pace.ts";
import { InFlight } from "../core/mqtt/in-flight.ts";
import { Inflow } from "./inflow.ts";
import type { MqttLimits } from "../core/mqtt/limits.ts";

/** Where a byte stream comes from, and the socket that counts its bytes. */
export type Origin = {
  readonly address: string;
  readonly socket: { readonly bytesRead: number; readonly bytesWritten: number };
};

/** One open connection, also before its CONNECT, and what its client may still do. */
export class Connection {
  readonly stream: Duplex;
  readonly origin: Origin;
  readonly inflow: Inflow;
  readonly inFlight: InFlight = new InFlight();
  /** The filters that its client has; most clients have none. */
  #filters: Set<string> | undefined;
  /** Of MQTT; undefined before the CONNECT. */
  version: number | undefined;
  /** Whether its client takes an explanation beside a reason code [MQTT-3.1.2-29]. */
  wantsReasons = false;
  /** It is one too many, and let in only to be told so. */
  readonly isSurplus: boolean;
  readonly #pace: ClientPace;
  #paceTimer: NodeJS.Timeout | undefined;
  #packets = 0;
  #leaving = false;

  constructor(stream: Duplex, origin: Origin, options: { limits: MqttLimits; nowMs: number; isSurplus: boolean }) {
    this.stream = stream;
    this.origin = origin;
    this.isSurplus = options.isSurplus;
    this.inflow = new Inflow(stream, readSize(options.limits));
    this.#pace = new ClientPace(options.limits, options.nowMs);
    stream.once("close", () => clearTimeout(this.#paceTimer));
  }

  /** Nothing that still comes is looked at. */
  get leaving(): boolean {
    return this.#leaving;
  }

  get filters(): Set<string> {
    return (this.#filters ??= new Set());
  }

  packetCame(): void {
    this.#packets++;
  }

  /** Something was read that `settleRead` does not know of. */
  get hasRead(): boolean {
    return this.inflow.taken > 0;
  }

  /** After a read. @returns whether its client has to wait from now on, because it sends more than it may. */
  settleRead(nowMs: number): boolean {
    const waitMs = this.#pace.spend(this.#packets, this.inflow.takeCount(), nowMs);
    this.#packets = 0;
    if (waitMs === 0 || this.stream.destroyed) return false;
    this.inflow.hold("pace");
    clearTimeout(this.#paceTimer);
    this.#paceTimer = setTimeout(() => this.inflow.release("pace"), waitMs);
    this.#paceTimer.unref();
    return true;
  }

  /** Sends a packet past aedes. */
  write(packet: Packet): void {
    if (this.stream.writableEnded) return;
    // What comes after 5 will read an answer in 5 rather than in 3.1.1.
    const { version = 4 } = this;
    this.stream.write(generate(packet, { protocolVersion: Math.min(5, Math.max(3, version)) }));
  }

  /** The last word to a client whose version of MQTT is not known to anybody but its sender. */
  farewell(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.stream.writableEnded) return;
    this.stream.write(bytes);
    this.linger();
  }

  /**
   * The next end of this connection is a polite one: what was written arrives, also when the client is in the middle of
   * sending. A socket that is closed with unread bytes in it sends a reset, which takes the DISCONNECT before it away.
   */
  linger(): void {
    const { stream } = this;
    if (stream.destroyed || this.#leaving) return;
    const destroy = stream.destroy.bind(stream);
    const end = (): void => {
      destroy();
    };
    stream.destroy = (error?: Error): Duplex => {
      const isOver = stream.readableEnded && stream.writableFinished;
      if (this.#leaving) return isOver || error !== undefined ? destroy(error) : stream;
      this.#leaving = true;
      stream.end();
      setTimeout(end, LINGER_MS).unref();
      stream.once("end", end);
      // aedes takes its listeners away after this.
      setImmediate(() => {
        if (!stream.destroyed) this.inflow.discard();
      });
      return stream;
    };
  }
}

const LINGER_MS = 1000;
