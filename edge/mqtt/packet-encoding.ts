import { generate, type Packet } from "mqtt-packet";
import type { Publish, SentPacket } from "../core/mqtt/packets.ts";

/** The bytes of a packet. @param version of MQTT: 3, 4 or 5. */
export function encodePacket(packet: SentPacket, version: number): Buffer {
  return generate(packet as Packet, { protocolVersion: version });
}

/** How many bytes a message has on its way to a client of MQTT 5. Every packet identifier has the same size. */
export function publishBytes(message: Publish): number {
  const packet = { ...message, cmd: "publish", messageId: 1 } as Packet;
  return generate(packet, { protocolVersion: 5 }).length;
}
