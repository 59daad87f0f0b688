import { deserialize, serialize } from "node:v8";
import type { Publish, PublishPacket, PublishProperties } from "../../core/mqtt/packets.ts";
import type { StoredPublish } from "./session-protocol.ts";

/**
 * The stored form of a message. The payload is copied: the parser's payload is a part of the bytes that one read returned,
 * so up to 64 KiB would be kept, and sent to the other thread, for every small message.
 * @param nowMs on the wall clock; null when the clock cannot be trusted, and then nothing expires.
 */
export function storedPublish(message: Publish, nowMs: number | null): StoredPublish {
  const { topic, payload, qos, retain, properties } = message;
  const lifeS = properties?.messageExpiryInterval;
  return {
    topic,
    payload: typeof payload === "string" ? payload : new Uint8Array(payload),
    qos,
    retain,
    properties: storedProperties(properties),
    expiresMs: lifeS === undefined || nowMs === null ? null : nowMs + lifeS * 1000,
  };
}

/** Only the properties of the message itself. Topic alias, lifetime and identifiers are set for each receiver. */
function storedProperties(properties: PublishProperties | undefined): Uint8Array | null {
  if (properties === undefined) return null;
  const own = Object.entries(properties).filter(([name, value]) => value !== undefined && !PER_RECEIVER.has(name));
  return own.length === 0 ? null : new Uint8Array(serialize(Object.fromEntries(own)));
}

/** A retained message or a will, as it is published. */
export function publishOfStored(stored: StoredPublish): PublishPacket {
  return {
    cmd: "publish",
    topic: stored.topic,
    payload: payloadOf(stored.payload),
    qos: stored.qos,
    retain: stored.retain,
    dup: false,
    ...(stored.properties === null ? {} : { properties: deserializedProperties(stored.properties) }),
  };
}

/**
 * The properties of a message for one receiver.
 * @param nowMs on the wall clock, for the lifetime that is left [MQTT-3.3.2-6]; null when the clock cannot be trusted.
 */
export function propertiesOf(
  stored: { properties: Uint8Array | null; expiresMs: number | null },
  identifiers: readonly number[],
  nowMs: number | null,
): PublishProperties | undefined {
  const { properties, expiresMs } = stored;
  if (properties === null && expiresMs === null && identifiers.length === 0) return undefined;
  const own = properties === null ? {} : deserializedProperties(properties);
  return {
    ...own,
    ...(expiresMs === null || nowMs === null
      ? {}
      : { messageExpiryInterval: Math.max(1, Math.ceil((expiresMs - nowMs) / 1000)) }),
    ...(identifiers.length === 0 ? {} : { subscriptionIdentifier: [...identifiers] }),
  };
}

/** The bytes were made by {@link storedProperties}. */
export function deserializedProperties(bytes: Uint8Array): PublishProperties {
  return deserialize(bytes) as PublishProperties;
}

export function payloadOf(bytes: Uint8Array | string): Buffer | string {
  return typeof bytes === "string" ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const PER_RECEIVER: ReadonlySet<string> = new Set(["topicAlias", "subscriptionIdentifier", "messageExpiryInterval"]);
