import type { PublishPacket, Qos, SubscribeRequest } from "../core/mqtt/packets.ts";
import type { Connection } from "./connection.ts";

/**
 * A client of the broker, from the accepted connection to its end, as the handlers, the limits and the sessions see it.
 * `edge/mqtt/aedes/aedes-client.ts` implements it.
 */
export interface MqttClient {
  readonly connection: Connection;
  /** Empty before its CONNECT is accepted. */
  readonly id: string;
  /** The version of MQTT: 3, 4 or 5. */
  readonly version: number;
  /** Its session ends with its connection. */
  readonly clean: boolean;
  /** How long its session outlives its connection, in seconds. */
  readonly sessionExpiryS: number;
  /** How many unacknowledged messages above QoS 0 it accepts. */
  readonly receiveMaximum: number;
  /** The largest packet that it accepts; undefined: any. */
  readonly maxPacketBytes: number | undefined;
  /** It has its CONNACK. */
  readonly isConnected: boolean;
  readonly isClosed: boolean;
  readonly subscriptionCount: number;
  /** Its filters with their QoS, one after the other. */
  subscriptions(): Iterable<{ readonly filter: string; readonly qos: Qos }>;
  /**
   * Ends the connection. The client gets the reason of a {@link ClientError}, if its version of MQTT has a code for it.
   */
  fail(error: Error): void;
  /** Does some work for this client. If the work throws, this client is closed, and no other. */
  guarded(work: () => void): void;
  /** Subscribes to all filters of the request. */
  subscribe(request: SubscribeRequest, done: (error?: Error | null) => void): void;
  /** Sends a message to this client only. */
  send(packet: PublishPacket): void;
  /** An identifier for a message to this client, 1 to 65,535. It may be in use. */
  nextPacketId(): number;
}
