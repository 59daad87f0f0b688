import { Fault } from "../../../proto/core/fault.ts";

/** The limits of the broker and of its clients. The configuration has a key for each (`edge/config/mqtt-limits.ts`). */
export type MqttLimits = {
  /** A larger MQTT packet is refused when its length is known, before it is buffered, also before CONNECT. */
  readonly maxPacketBytes: number;
  /** Open connections, also before their CONNECT. */
  readonly maxConnections: number;
  readonly connectionsPerAddress: number;
  /** For the TLS handshake, for the WebSocket upgrade, and until the whole CONNECT has arrived. */
  readonly connectTimeoutMs: number;
  /** Seconds; 0: no limit. */
  readonly keepAliveMaxS: number;
  /** Per connection. A faster client is read more slowly. Infinity: no limit. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Characters of a topic or a filter. */
  readonly topicLength: number;
  /** Levels of a topic or a filter. */
  readonly topicLevels: number;
  readonly clientIdLength: number;
  /** QoS 1 and 2 messages of one client whose exchange has not ended: Receive Maximum. */
  readonly inFlight: number;
  /** Filters of one client. */
  readonly subscriptionsPerClient: number;
  /** Bytes that may wait for a client that does not read. */
  readonly sendBufferBytes: number;
};

export const DEFAULT_LIMITS: MqttLimits = {
  maxPacketBytes: 256 * 1024,
  // Ten thousand sensors that lose their connections come back before the broker notices that the old ones are dead.
  maxConnections: 20_000,
  connectionsPerAddress: Infinity,
  connectTimeoutMs: 10_000,
  keepAliveMaxS: 0,
  // Fifty connections at full speed on two cores send 5,000 each. A bridge or a replay may be faster than a sensor. If the
  // disk is slower than that, the disk slows all clients.
  messagesPerSecond: 20_000,
  bytesPerSecond: 16 * 1024 * 1024,
  topicLength: 1024,
  topicLevels: 32,
  clientIdLength: 256,
  // More QoS 1 messages than one read holds, so that clients that ignore Receive Maximum (MQTT.js) are not closed for it.
  // It limits the QoS 2 exchanges that a client does not end.
  inFlight: 10_000,
  subscriptionsPerClient: 1000,
  sendBufferBytes: 4 * 1024 * 1024,
};

/** Above this the matcher of aedes throws. Only this limit keeps such topics and filters away from it. */
export const TOPIC_LEVELS_MAX = 100;

/** Fills in the defaults. @throws Fault for a limit that aedes cannot keep. */
export function completeLimits(given: Partial<MqttLimits>): MqttLimits {
  const limits = { ...DEFAULT_LIMITS, ...given };
  if (limits.topicLevels > TOPIC_LEVELS_MAX) {
    throw new Fault({ code: "config", message: `topics may have at most ${TOPIC_LEVELS_MAX} levels` });
  }
  return limits;
}
