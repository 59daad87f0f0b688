import type { Duplex } from "node:stream";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import type { HoldReason } from "./flow-control.ts";
import type { MqttClient } from "./mqtt-client.ts";

/** All open connections, also before their CONNECT: how many there may be, and whether they are read. */
export class Connections {
  readonly #limits: MqttLimits;
  readonly #clients = new Map<Duplex, MqttClient>();
  readonly #perAddress = new Map<string, number>();
  /** Why no connection is read. */
  readonly #holdReasons = new Set<HoldReason>();
  /** The bytes of closed connections. */
  #bytesReceived = 0;
  #bytesSent = 0;

  constructor(limits: MqttLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#clients.size;
  }

  has(client: MqttClient): boolean {
    return this.#clients.has(client.connection.stream);
  }

  all(): Iterable<MqttClient> {
    return this.#clients.values();
  }

  /** The clients that have their CONNACK. */
  *connected(): Iterable<MqttClient> {
    for (const client of this.#clients.values()) if (client.isConnected) yield client;
  }

  /** Whether one more connection of this address is accepted, refused in its CONNACK, or closed at once. */
  admissionOf(address: string): "accept" | "refuse" | "drop" {
    const { maxConnections, connectionsPerAddress } = this.#limits;
    const ofAddress = this.#perAddress.get(address) ?? 0;
    const beyond = Math.max(this.#clients.size - maxConnections, ofAddress - connectionsPerAddress);
    if (beyond < 0) return "accept";
    return beyond < SURPLUS_MAX ? "refuse" : "drop";
  }

  /** Which limit one more connection of this address exceeds. */
  limitExceeded(address: string): string {
    const { maxConnections, connectionsPerAddress } = this.#limits;
    const isOfAddress = (this.#perAddress.get(address) ?? 0) > connectionsPerAddress;
    if (isOfAddress) return `more than ${connectionsPerAddress} connections from ${address}`;
    return `more than ${maxConnections} connections`;
  }

  /** Adds a client. It is removed when its stream closes. */
  add(client: MqttClient): void {
    const { stream, origin, flow } = client.connection;
    for (const reason of this.#holdReasons) flow.hold(reason);
    this.#clients.set(stream, client);
    this.#perAddress.set(origin.address, (this.#perAddress.get(origin.address) ?? 0) + 1);
    stream.once("close", () => {
      this.#clients.delete(stream);
      const left = (this.#perAddress.get(origin.address) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(origin.address);
      else this.#perAddress.set(origin.address, left);
      this.#bytesReceived += origin.socket.bytesRead;
      this.#bytesSent += origin.socket.bytesWritten;
    });
  }

  /** Bytes on all sockets since the start. */
  traffic(): { bytesReceived: number; bytesSent: number } {
    let [bytesReceived, bytesSent] = [this.#bytesReceived, this.#bytesSent];
    for (const { connection } of this.#clients.values()) {
      bytesReceived += connection.origin.socket.bytesRead;
      bytesSent += connection.origin.socket.bytesWritten;
    }
    return { bytesReceived, bytesSent };
  }

  isHeld(reason: HoldReason): boolean {
    return this.#holdReasons.has(reason);
  }

  /** No connection is read any more. */
  hold(reason: HoldReason): void {
    this.#holdReasons.add(reason);
    for (const { connection } of this.#clients.values()) connection.flow.hold(reason);
  }

  release(reason: HoldReason): void {
    this.#holdReasons.delete(reason);
    for (const { connection } of this.#clients.values()) connection.flow.release(reason);
  }
}

/** How many connections above a limit are accepted for a moment, so that their clients get the reason in a CONNACK. */
export const SURPLUS_MAX = 64;
