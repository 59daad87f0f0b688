import type { ContentFormat } from "../decode/content-type.ts";

/**
 * The contract between the MQTT side and the storage side of a gateway.
 *
 * Guarantees:
 * - `committed` is called only after the message and everything it became (readings, dead letter, the memory that
 *   recognises a redelivery) is fsynced, and in the order of the `offer` calls. An MQTT acknowledgement may be
 *   written from it.
 * - After a storage failure it is never called again: no acknowledgement can be wrong.
 * - `offer` never blocks. When `congested()` turns true the caller must stop reading its sockets until the listener
 *   given to `onCongestion` says false; what is offered meanwhile is still taken (it was already in the process).
 */
export interface Intake {
  offer(message: PublishedMessage, committed: () => void): void;
  congested(): boolean;
  /** Tells every change; one listener. */
  onCongestion(listener: (congested: boolean) => void): void;
}

export type PublishedMessage = {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** The client's DUP flag: this may be a redelivery. */
  readonly dup: boolean;
  /** MQTT packet identifier; 0 for QoS 0. */
  readonly packetId: number;
  /** What its MQTT 5 content type says of the payload; undefined: nothing. */
  readonly format?: ContentFormat | undefined;
  /** Milliseconds since 1970 on the gateway's clock. */
  readonly arrivedMs: number;
};
