import { Fault } from "../../../proto/core/fault.ts";

/** What a client may do to this broker; the configuration has a key for each (`edge/config.ts`). */
export type MqttLimits = {
  /** Larger MQTT packets are refused when their length is known, before they are buffered, also before CONNECT. */
  readonly maxPacketBytes: number;
  /** Open connections, those without a CONNECT included. */
  readonly maxConnections: number;
  readonly connectionsPerAddress: number;
  /** For the TLS handshake, for the WebSocket upgrade, and for the whole CONNECT to arrive. */
  readonly connectTimeoutMs: number;
  /** Seconds; 0: no limit. */
  readonly keepAliveMaxS: number;
  /** Per connection; faster clients are slowed. Infinity: no limit. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Characters of a topic or a filter. */
  readonly topicLength: number;
  /** Levels of a topic or a filter. */
  readonly topicLevels: number;
  readonly clientIdLength: number;
  /** QoS 1 and 2 messages of one client that are not acknowledged to the end: Receive Maximum. */
  readonly inFlight: number;
  /** Filters of one client. */
  readonly subscriptionsPerClient: number;
  /** What may wait for a client that does not read. */
  readonly sendBufferBytes: number;
};

export const DEFAULT_LIMITS: MqttLimits = {
  maxPacketBytes: 256 * 1024,
  // Ten thousand sensors that lost their connections are back before the broker misses the old ones.
  maxConnections: 20_000,
  connectionsPerAddress: Infinity,
  connectTimeoutMs: 10_000,
  keepAliveMaxS: 0,
  // Fifty connections at full speed on two cores send 5,000 each. A bridge or a replay may be faster than a sensor; what
  // the disk cannot take is paced by the disk.
  messagesPerSecond: 20_000,
  bytesPerSecond: 16 * 1024 * 1024,
  topicLength: 1024,
  topicLevels: 32,
  clientIdLength: 256,
  // More QoS 1 messages than fit into one read, so that clients that do not mind Receive Maximum (MQTT.js) are not
  // closed for it; it bounds the QoS 2 exchanges that nobody ends.
  inFlight: 10_000,
  subscriptionsPerClient: 1000,
  sendBufferBytes: 4 * 1024 * 1024,
};

/** The matcher of aedes throws above this, and nobody but the limit keeps such topics and filters from it. */
export const TOPIC_LEVELS_MAX = 100;

/** @throws Fault for a limit that the broker underneath could not hold. */
export function completeLimits(given: Partial<MqttLimits>): MqttLimits {
  const limits = { ...DEFAULT_LIMITS, ...given };
  if (limits.topicLevels > TOPIC_LEVELS_MAX) {
    throw new Fault({ code: "config", message: `topics may have at most ${TOPIC_LEVELS_MAX} levels` });
  }
  return limits;
}
