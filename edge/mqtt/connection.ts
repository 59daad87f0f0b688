import type { Duplex } from "node:stream";
import { ClientPace, readSize } from "../core/mqtt/client-pace.ts";
import { InFlight } from "../core/mqtt/in-flight.ts";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import type { SentPacket } from "../core/mqtt/packets.ts";
import { encodePacket } from "./packet-encoding.ts";
import { FlowControl } from "./flow-control.ts";

/** Where a byte stream comes from, and the socket that counts its bytes. */
export type Origin = {
  readonly address: string;
  readonly socket: { readonly bytesRead: number; readonly bytesWritten: number };
};

/** One open connection, also before its CONNECT, with the limits of its client. */
export class Connection {
  readonly stream: Duplex;
  readonly origin: Origin;
  readonly flow: FlowControl;
  readonly inFlight: InFlight = new InFlight();
  /** The filters of its client. Most clients have none. */
  #filters: Set<string> | undefined;
  /** The version of MQTT; undefined before the CONNECT. */
  version: number | undefined;
  /** The name that its client gave in an accepted CONNECT. */
  user: string | undefined;
  /** Its client accepts reason strings [MQTT-3.1.2-29]. */
  wantsReasons = false;
  /** It is above a limit. It is closed as soon as its client has the reason. */
  readonly isSurplus: boolean;
  readonly #pace: ClientPace;
  #paceTimer: NodeJS.Timeout | undefined;
  #packets = 0;
  #isLeaving = false;

  constructor(stream: Duplex, origin: Origin, options: { limits: MqttLimits; nowMs: number; isSurplus: boolean }) {
    this.stream = stream;
    this.origin = origin;
    this.isSurplus = options.isSurplus;
    this.flow = FlowControl.install(stream, readSize(options.limits));
    this.#pace = new ClientPace(options.limits, options.nowMs);
    stream.once("close", () => clearTimeout(this.#paceTimer));
  }

  /** It is being closed: packets that still come are ignored. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  get filters(): Set<string> {
    return (this.#filters ??= new Set());
  }

  countPacket(): void {
    this.#packets++;
  }

  /** Bytes were read that `settleRead` has not counted yet. */
  get hasRead(): boolean {
    return this.flow.taken > 0;
  }

  /** Counts the last read. @returns whether the client sends faster than it may, and has to wait from now on. */
  settleRead(nowMs: number): boolean {
    const waitMs = this.#pace.spend(this.#packets, this.flow.takeCount(), nowMs);
    this.#packets = 0;
    if (waitMs === 0 || this.stream.destroyed) return false;
    this.flow.hold("pace");
    clearTimeout(this.#paceTimer);
    this.#paceTimer = setTimeout(() => this.flow.release("pace"), waitMs);
    this.#paceTimer.unref();
    return true;
  }

  /** Writes a packet to the client. */
  write(packet: SentPacket): void {
    if (this.stream.writableEnded) return;
    // A client of a later version is more likely to understand MQTT 5 than 3.1.1.
    const { version = 4 } = this;
    this.stream.write(encodePacket(packet, Math.min(5, Math.max(3, version))));
  }

  /**
   * Writes the last bytes to a client. The next close lets them arrive. The client's version of MQTT may be unknown here.
   */
  writeLast(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.stream.writableEnded) return;
    this.stream.write(bytes);
    this.closeGently();
  }

  /**
   * Makes the next close of this connection a gentle one: the written bytes arrive, also if the client is sending at
   * that moment. Otherwise a socket that is closed with unread bytes in it sends a reset, and the client loses the
   * DISCONNECT that was written before.
   */
  closeGently(): void {
    const { stream } = this;
    if (stream.destroyed || this.#isLeaving) return;
    const destroy = stream.destroy.bind(stream);
    const end = (): void => {
      destroy();
    };
    stream.destroy = (error?: Error): Duplex => {
      const isOver = stream.readableEnded && stream.writableFinished;
      if (this.#isLeaving) return isOver || error !== undefined ? destroy(error) : stream;
      this.#isLeaving = true;
      stream.end();
      setTimeout(end, LINGER_MS).unref();
      stream.once("end", end);
      // aedes removes its listeners after this call.
      setImmediate(() => {
        if (!stream.destroyed) this.flow.discard();
      });
      return stream;
    };
  }
}

const LINGER_MS = 1000;
