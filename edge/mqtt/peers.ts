import type { Duplex } from "node:stream";
import type { Client } from "aedes";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import type { Connection } from "./connection.ts";
import type { HoldReason } from "./inflow.ts";

/** Every open connection, also before its CONNECT: how many there may be, and what holds for all of them. */
export class Peers {
  readonly #limits: MqttLimits;
  readonly #peers = new Map<Duplex, Peer>();
  readonly #perAddress = new Map<string, number>();
  /** Why nothing is read from anybody. */
  readonly #holdReasons = new Set<HoldReason>();
  /** Of connections that are closed. */
  #bytesReceived = 0;
  #bytesSent = 0;

  constructor(limits: MqttLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#peers.size;
  }

  of(client: Client): Peer | undefined {
    return this.#peers.get(client.conn as Duplex);
  }

  all(): Iterable<Peer> {
    return this.#peers.values();
  }

  /** Those that are past their CONNECT. */
  *clients(): Iterable<Client> {
    for (const { client } of this.#peers.values()) if (client.connected) yield client;
  }

  /** What there is for one more: a place, one to be refused in, or none. */
  placeFor(address: string): "place" | "surplus" | "none" {
    const { maxConnections, connectionsPerAddress } = this.#limits;
    const ofAddress = this.#perAddress.get(address) ?? 0;
    const beyond = Math.max(this.#peers.size - maxConnections, ofAddress - connectionsPerAddress);
    if (beyond < 0) return "place";
    return beyond < SURPLUS_MAX ? "surplus" : "none";
  }

  /** Which limit one more connection of this address is above. */
  tooMany(address: string): string {
    const { maxConnections, connectionsPerAddress } = this.#limits;
    const isOfAddress = (this.#perAddress.get(address) ?? 0) > connectionsPerAddress;
    if (isOfAddress) return `more than ${connectionsPerAddress} connections from ${address}`;
    return `more than ${maxConnections} connections`;
  }

  /** Until its stream closes. */
  add(peer: Peer): void {
    const { stream, origin, inflow } = peer.connection;
    for (const reason of this.#holdReasons) inflow.hold(reason);
    this.#peers.set(stream, peer);
    this.#perAddress.set(origin.address, (this.#perAddress.get(origin.address) ?? 0) + 1);
    stream.once("close", () => {
      this.#peers.delete(stream);
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
    for (const { connection } of this.#peers.values()) {
      bytesReceived += connection.origin.socket.bytesRead;
      bytesSent += connection.origin.socket.bytesWritten;
    }
    return { bytesReceived, bytesSent };
  }

  isHeld(reason: HoldReason): boolean {
    return this.#holdReasons.has(reason);
  }

  /** Nothing more is read from anybody. */
  hold(reason: HoldReason): void {
    this.#holdReasons.add(reason);
    for (const { connection } of this.#peers.values()) connection.inflow.hold(reason);
  }

  release(reason: HoldReason): void {
    this.#holdReasons.delete(reason);
    for (const { connection } of this.#peers.values()) connection.inflow.release(reason);
  }
}

export type Peer = {
  readonly client: Client;
  readonly connection: Connection;
  /** Does something for this client; what goes wrong with it ends the client and nobody else. */
  readonly guarded: (work: () => void) => void;
};

/** So many connections too many are let in for a moment, to hear in their CONNACK why they cannot stay. */
export const SURPLUS_MAX = 64;
