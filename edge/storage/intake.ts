import type { ContentFormat } from "../decode/content-type.ts";

/**
 * The contract between the MQTT side and the storage side of a gateway.
 *
 * Guarantees:
 * - `committed` is called after the message is fsynced with everything that follows from it (readings, dead letter, the
 *   memory that recognises a redelivery), in the order of the `offer` calls. It may write an MQTT acknowledgement.
 * - After a storage failure `committed` is never called again, so no acknowledgement can be wrong.
 * - `offer` never blocks. When `congested()` turns true the caller must stop reading its sockets until the listener of
 *   `onCongestion` is called with false. Messages that are offered meanwhile are still taken: they were already received.
 */
export interface Intake {
  offer(message: PublishedMessage, committed: () => void): void;
  congested(): boolean;
  /** Called at every change. One listener. */
  onCongestion(listener: (congested: boolean) => void): void;
}

export type PublishedMessage = {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** The DUP flag of the client: this may be a redelivery. */
  readonly dup: boolean;
  /** MQTT packet identifier; 0 for QoS 0. */
  readonly packetId: number;
  /** The payload format that its MQTT 5 content type names; undefined: none. */
  readonly format?: ContentFormat | undefined;
  /** Milliseconds since 1970 on the gateway's clock. */
  readonly arrivedMs: number;
};
