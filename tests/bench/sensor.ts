import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { connectBytes, SensorPublish } from "./mqtt-bytes.ts";

/** What sensors report to their fleet. Times are of `performance.now()`. */
export interface SensorEvents {
  /** The TCP connection is up, nothing was sent yet. */
  reached(sensor: Sensor, nowMs: number): void;
  accepted(sensor: Sensor, nowMs: number): void;
  /** `sinceMs`: when the message was written, or when it was due if it had to wait for the one before. */
  acknowledged(sensor: Sensor, nowMs: number, sinceMs: number): void;
  /** The connection that was begun at `openedMs` is gone, or was never established. Not called after {@link Sensor.reset}. */
  lost(sensor: Sensor, openedMs: number, why: string): void;
}

const CONNACK = 0x20;
const PUBACK = 0x40;
const PACKET_BYTES = 4;
const KEEP_ALIVE_S = 60;
/** All sensors share it: each read is handled before the next one. */
const READ_BUFFER = Buffer.alloc(4096);

/**
 * A small sensor: one connection, one QoS 1 message at a time, sent again with DUP on the next connection when the last
 * one broke before its PUBACK. A CONNACK and a PUBACK have four bytes, and nothing else is expected.
 */
export class Sensor {
  readonly topic: string;
  readonly #events: SensorEvents;
  readonly #target: { host: string; port: number; localAddress?: string };
  readonly #connect: Uint8Array;
  readonly #message: SensorPublish;
  #socket: Socket | undefined;
  #accepted = false;
  /** The state of the one message. `broken off`: it was in flight when its connection broke. */
  #state: "none" | "in flight" | "broken off" = "none";
  #sinceMs = 0;
  /** Messages that became due while one was in flight, and when the first of them did. */
  #due = 0;
  #dueSinceMs = 0;
  #acknowledged = 0;
  readonly #packet = Buffer.alloc(PACKET_BYTES);
  #packetBytes = 0;

  constructor(
    events: SensorEvents,
    options: { id: string; topic: string; seed: number; target: { host: string; port: number; localAddress?: string } },
  ) {
    this.#events = events;
    this.topic = options.topic;
    this.#target = options.target;
    this.#connect = connectBytes({ id: options.id, keepAliveS: KEEP_ALIVE_S });
    this.#message = new SensorPublish(options);
  }

  get accepted(): boolean {
    return this.#accepted;
  }

  get acknowledgedMessages(): number {
    return this.#acknowledged;
  }

  /** Whether there is a message that is not acknowledged, or one that is due. */
  get busy(): boolean {
    return this.#state !== "none" || this.#due > 0;
  }

  /** Opens a connection. One that is still open is forgotten: its broker may end it, and the sensor does not notice. */
  open(): void {
    this.#disconnected();
    let failure = "closed by the broker";
    const openedMs = performance.now();
    const socket = connect({
      ...this.#target,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length, bytes) => {
          if (this.#socket === socket) this.#received(bytes, length);
          return true;
        },
      },
    });
    this.#socket = socket;
    this.#packetBytes = 0;
    socket.on("connect", () => {
      this.#events.reached(this, performance.now());
      socket.write(this.#connect);
    });
    // Answers with a reset, so that no port stays in TIME_WAIT. Otherwise the next storm runs out of ports.
    socket.on("end", () => socket.resetAndDestroy());
    socket.on("error", (error) => (failure = error.message));
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#disconnected();
      this.#events.lost(this, openedMs, failure);
    });
  }

  /** Breaks the connection off, with an RST; resolves when the socket is gone. */
  async reset(): Promise<void> {
    const socket = this.#socket;
    this.#disconnected();
    if (socket === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.on("close", () => resolve());
    socket.resetAndDestroy();
    await promise;
  }

  /** A message is due: it is sent when the one before is acknowledged. */
  publish(dueMs: number): void {
    if (this.#accepted && this.#state === "none") this.#send(performance.now());
    else if (this.#due++ === 0) this.#dueSinceMs = dueMs;
  }

  /** If the sensor is connected, sends the message that broke off with the last connection, or else a new one. */
  publishNow(): void {
    if (!this.#accepted) return;
    if (this.#state === "none") this.#send(performance.now());
    else if (this.#state === "broken off") {
      this.#state = "in flight";
      this.#sinceMs = performance.now();
      this.#message.again();
      this.#socket?.write(this.#message.bytes);
    }
  }

  #disconnected(): void {
    this.#socket = undefined;
    this.#accepted = false;
    if (this.#state === "in flight") this.#state = "broken off";
  }

  #send(sinceMs: number): void {
    this.#state = "in flight";
    this.#sinceMs = sinceMs;
    this.#message.next(Date.now());
    this.#socket?.write(this.#message.bytes);
  }

  #received(bytes: Uint8Array, length: number): void {
    for (let offset = 0; offset < length; offset++) {
      this.#packet[this.#packetBytes++] = bytes[offset]!;
      if (this.#packetBytes < PACKET_BYTES) continue;
      this.#packetBytes = 0;
      this.#take();
    }
  }

  #take(): void {
    const nowMs = performance.now();
    const packet = this.#packet;
    if (packet[0] === CONNACK && packet[3] === 0 && !this.#accepted) {
      this.#accepted = true;
      this.#events.accepted(this, nowMs);
      return;
    }
    if (packet[0] !== PUBACK || this.#state !== "in flight" || packet.readUInt16BE(2) !== this.#message.packetId) {
      this.#socket?.destroy(new Error(`unexpected answer: ${packet.toString("hex")}`));
      return;
    }
    this.#state = "none";
    this.#acknowledged++;
    const sinceMs = this.#sinceMs;
    if (this.#due > 0) {
      this.#due--;
      this.#send(this.#dueSinceMs);
      this.#dueSinceMs += 1_000;
    }
    this.#events.acknowledged(this, nowMs, sinceMs);
  }
}
