import { deserialize, serialize } from "node:v8";
import type { Publish, Qos } from "../../core/mqtt/packets.ts";
import type { OutgoingRow, StoredPublish } from "../sessions/session-protocol.ts";
import { deserializedProperties, payloadOf, publishOfStored } from "../sessions/stored-messages.ts";

/** A message as aedes passes it to its persistence. A will has no `cmd`. */
export type AedesMessage = Publish & {
  readonly cmd?: string;
  readonly qos: Qos;
  /** Null: it was retained, and goes to a new subscription. */
  readonly brokerId?: string | null;
  readonly brokerCounter?: number;
};

/** A queued message in the form of the persistence contract of aedes. */
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
    ...(row.properties === null ? {} : { properties: deserializedProperties(row.properties) }),
    ...(row.expiresMs === null ? {} : { messageExpiry: row.expiresMs }),
  };
}

/** A retained message or a will in the form of aedes. */
export function storedPacket(stored: StoredPublish): object {
  const packet = publishOfStored(stored);
  return stored.expiresMs === null ? packet : { ...packet, messageExpiry: stored.expiresMs };
}

/** A whole incoming QoS 2 message. The contract requires the message; our own broker only needs its identifier. */
export function packIncoming({ topic, payload, qos, dup, retain, messageId }: AedesMessage): Uint8Array {
  const bytes = typeof payload === "string" ? payload : new Uint8Array(payload);
  return new Uint8Array(serialize({ cmd: "publish", topic, payload: bytes, qos, dup, retain, messageId }));
}

/** @param bytes of {@link packIncoming} */
export function unpackIncoming(bytes: Uint8Array): object {
  const packet = deserialize(bytes) as AedesMessage;
  return { ...packet, payload: payloadOf(packet.payload) };
}
