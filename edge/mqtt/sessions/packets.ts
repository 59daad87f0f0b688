import { deserialize, serialize } from "node:v8";
import type { IPublishPacket } from "mqtt-packet";
import type { OutgoingRow, Qos, StoredPublish } from "./session-protocol.ts";

/** A publish as aedes hands it around: parsed from the wire, or made of one; a will has no `cmd`. */
export type BrokerPacket = {
  readonly cmd?: string;
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup?: boolean;
  readonly messageId?: number | undefined;
  readonly properties?: PublishProperties | undefined;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
};

export type PublishProperties = NonNullable<IPublishPacket["properties"]>;

/**
 * What is kept of a publish. The payload is copied: the parser's is a piece of what was read from the socket, up to
 * 64 KiB that would be kept, and sent to the other thread, along with it.
 * @param nowMs on the wall clock; null when it cannot be believed, and then nothing expires.
 */
export function storedPublish(packet: BrokerPacket, nowMs: number | null): StoredPublish {
  const { topic, payload, qos, retain, properties } = packet;
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

/** Those that are the message's own; alias, lifetime and identifiers are said anew for each receiver. */
function storedProperties(properties: PublishProperties | undefined): Uint8Array | null {
  if (properties === undefined) return null;
  const own = Object.entries(properties).filter(
    ([name, value]) => value !== undefined && !SAID_ANEW.has(name) && name !== "messageExpiryInterval",
  );
  return own.length === 0 ? null : new Uint8Array(serialize(Object.fromEntries(own)));
}

/** @param nowMs on the wall clock, for the lifetime that is left [MQTT-3.3.2-6]; null when it cannot be believed. */
export function propertiesOf(
  stored: { properties: Uint8Array | null; expiresMs: number | null },
  identifiers: readonly number[],
  nowMs: number | null,
): PublishProperties | undefined {
  const { properties, expiresMs } = stored;
  if (properties === null && expiresMs === null && identifiers.length === 0) return undefined;
  const own = properties === null ? {} : (deserialize(properties) as PublishProperties);
  return {
    ...own,
    ...(expiresMs === null || nowMs === null
      ? {}
      : { messageExpiryInterval: Math.max(1, Math.ceil((expiresMs - nowMs) / 1000)) }),
    // mqtt-packet takes a list, and its type of what is published knows a single one only.
    ...(identifiers.length === 0 ? {} : { subscriptionIdentifier: [...identifiers] as unknown as number }),
  };
}

/** A message of a queue as the persistence contract of aedes wants it. */
export function queuedPacket(row: OutgoingRow): object {
  const messageId = row.packetId ?? undefined;
  if (row.released) return { cmd: "pubrel", messageId };
  return {
    cmd: "publish",
    brokerId: row.brokerId ?? undefined,
    brokerCounter: row.brokerCounter ?? undefined,
    topic: row.topic,
    payload: payloadOf(row.payload),
    qos: row.grantedQos,
    retain: row.retain,
    dup: false,
    messageId,
    ...(row.properties === null ? {} : { properties: deserialize(row.properties) as PublishProperties }),
    ...(row.expiresMs === null ? {} : { messageExpiry: row.expiresMs }),
  };
}

/** A retained message or a will as aedes wants it. */
export function publishPacket(stored: StoredPublish): PublishOfStore {
  return {
    cmd: "publish",
    topic: stored.topic,
    payload: payloadOf(stored.payload),
    qos: stored.qos,
    retain: stored.retain,
    dup: false,
    ...(stored.properties === null ? {} : { properties: deserialize(stored.properties) as PublishProperties }),
    ...(stored.expiresMs === null ? {} : { messageExpiry: stored.expiresMs }),
  };
}

type PublishOfStore = {
  cmd: "publish";
  topic: string;
  payload: Buffer | string;
  qos: Qos;
  retain: boolean;
  dup: boolean;
  properties?: PublishProperties;
  messageExpiry?: number;
};

export function payloadOf(bytes: Uint8Array | string): Buffer | string {
  return typeof bytes === "string" ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An incoming QoS 2 message under its identifier, for those who ask for all of it. */
export function packIncoming({ topic, payload, qos, dup, retain, messageId }: BrokerPacket): Uint8Array {
  const said = typeof payload === "string" ? payload : new Uint8Array(payload);
  return new Uint8Array(serialize({ cmd: "publish", topic, payload: said, qos, dup, retain, messageId }));
}

export function unpackIncoming(bytes: Uint8Array): object {
  const packet = deserialize(bytes) as BrokerPacket;
  return { ...packet, payload: payloadOf(packet.payload) };
}

const SAID_ANEW: ReadonlySet<string> = new Set(["topicAlias", "subscriptionIdentifier"]);
