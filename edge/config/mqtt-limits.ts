import { z } from "zod";
import { duration, size, wholeNumber } from "../../proto/runtime/options/fields.ts";
import { formatExactSize } from "../../proto/runtime/options/size.ts";
import { DEFAULT_LIMITS, type MqttLimits, TOPIC_LEVELS_MAX } from "../core/mqtt/limits.ts";

/** `mqtt.limits`: limits of one client. edge/mqtt/README.md describes what happens beyond each limit. */
export function mqttLimits(): z.ZodType<Omit<MqttLimits, "maxPacketBytes" | "maxConnections" | "connectTimeoutMs">> {
  const { topicLength, topicLevels, clientIdLength, inFlight, subscriptionsPerClient } = DEFAULT_LIMITS;
  const { messagesPerSecond, bytesPerSecond, sendBufferBytes } = DEFAULT_LIMITS;
  return z
    .strictObject({
      messages_per_second: wholeNumber(0, 10_000_000)
        .default(messagesPerSecond)
        .describe("Messages of one connection. A faster client is slowed down, and nothing is dropped. `0`: no limit."),
      bytes_per_second: size()
        .prefault(formatExactSize(bytesPerSecond))
        .describe("Bytes of one connection. A faster client is slowed down, and nothing is dropped. `0B`: no limit."),
      connections_per_address: wholeNumber(0, 1_000_000)
        .default(0)
        .describe("Connections from one IP address. `0`: no limit but `max_connections`."),
      topic_length: wholeNumber(16, 65_535).default(topicLength).describe("Characters of a topic or a topic filter."),
      topic_levels: wholeNumber(1, TOPIC_LEVELS_MAX)
        .default(topicLevels)
        .describe("Levels of a topic or a topic filter."),
      client_id_length: wholeNumber(23, 65_535).default(clientIdLength).describe("Characters of a client id."),
      in_flight: wholeNumber(1, 65_535)
        .default(inFlight)
        .describe(
          "QoS 1 and 2 messages of one client whose acknowledgement is not complete. MQTT 5 clients get this number as Receive Maximum.",
        ),
      subscriptions: wholeNumber(1, 1_000_000)
        .default(subscriptionsPerClient)
        .describe("Topic filters that one client subscribes to."),
      send_buffer: size({ min: "64KiB" })
        .prefault(formatExactSize(sendBufferBytes))
        .describe(
          "Bytes that may wait for a subscriber that does not read. Beyond that QoS 0 messages are dropped, and a client with QoS 1 or 2 subscriptions is disconnected.",
        ),
      keep_alive: duration({ max: "18h" })
        .prefault("0s")
        .describe(
          "The longest keep alive. MQTT 5 clients get it as Server Keep Alive; MQTT 3.1.1 clients that ask for more are refused. `0s`: no limit.",
        ),
    })
    .prefault({})
    .transform((given) => ({
      messagesPerSecond: given.messages_per_second || Infinity,
      bytesPerSecond: given.bytes_per_second || Infinity,
      connectionsPerAddress: given.connections_per_address || Infinity,
      topicLength: given.topic_length,
      topicLevels: given.topic_levels,
      clientIdLength: given.client_id_length,
      inFlight: given.in_flight,
      subscriptionsPerClient: given.subscriptions,
      sendBufferBytes: given.send_buffer,
      keepAliveMaxS: Math.min(65_535, Math.ceil(given.keep_alive / 1000)),
    }))
    .describe(
      "Limits of one client. [mqtt/README.md](mqtt/README.md#client-limits) describes what happens beyond each.",
    );
}
