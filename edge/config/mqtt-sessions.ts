import { z } from "zod";
import { duration, size, wholeNumber } from "../../proto/runtime/options/fields.ts";
import type { BrokerSessionOptions } from "../mqtt/broker.ts";
import type { QueueLimits } from "../mqtt/sessions/message-queues.ts";

export type SessionsConfig = QueueLimits & Omit<BrokerSessionOptions, "drainTimeoutMs"> & { readonly max: number };

/** `mqtt.sessions`: sessions of local subscribers, and the messages that wait for them. */
export function sessions(): z.ZodType<SessionsConfig> {
  return z
    .strictObject({
      max: wholeNumber(0, 1_000_000)
        .default(10_000)
        .describe("The most sessions. A SUBSCRIBE that needs one more is refused."),
      expire_after: duration({ min: "1s", max: "366d" })
        .prefault("7d")
        .describe("A session is deleted when its client stays away for this time. MQTT 5 clients may ask for less."),
      in_flight: wholeNumber(1, 65_535)
        .default(100)
        .describe("Messages that are sent to one client before it must acknowledge some."),
      queue_messages: wholeNumber(1, 1_000_000)
        .default(1000)
        .describe(
          "Messages that wait for one session. When the queue is full, further messages are not queued for it.",
        ),
      queue_size: size({ min: "1KiB", max: "1GiB" })
        .prefault("4MiB")
        .describe("Bytes that wait for one session. When the queue is full, further messages are not queued for it."),
      total_queue_size: size({ min: "1KiB", max: "16GiB" })
        .prefault("64MiB")
        .describe("Bytes that wait for all sessions. A message that waits for several counts once."),
    })
    .prefault({})
    .transform((given) => ({
      max: given.max,
      expireAfterMs: given.expire_after,
      inFlight: given.in_flight,
      queueMessages: given.queue_messages,
      queueBytes: given.queue_size,
      totalQueueBytes: given.total_queue_size,
    }))
    .describe(
      "Sessions of local subscribers. They survive a restart. These limits do not affect readings: every message is stored.",
    );
}

export type RetainedConfig = { readonly topics: number; readonly bytes: number };

/** `mqtt.retained`: limits of retained messages. */
export function retained(): z.ZodType<RetainedConfig> {
  return z
    .strictObject({
      max_topics: wholeNumber(0, 1_000_000).default(10_000).describe("The most topics with a retained message."),
      max_size: size({ max: "1GiB" }).prefault("16MiB").describe("The most bytes of all retained messages."),
    })
    .prefault({})
    .transform(({ max_topics, max_size }) => ({ topics: max_topics, bytes: max_size }))
    .describe("Retained messages. A message beyond these limits is not retained. It is still a reading.");
}
