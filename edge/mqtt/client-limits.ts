import type { Client } from "aedes";
import { generate, type IPublishPacket } from "mqtt-packet";

/**
 * Whether a message is not larger than its subscriber takes [MQTT-3.1.2-24]; one that is counts as sent to it
 * [MQTT-3.1.2-25]. aedes keeps the Maximum Packet Size of a client and does not look at it.
 */
export function fitsClient(client: Client, packet: IPublishPacket): boolean {
  const maximum = "maximumPacketSize" in client ? client.maximumPacketSize : undefined;
  if (typeof maximum !== "number") return true;
  // Its identifier is given later; any has the same size.
  return generate({ ...packet, messageId: 1 }, { protocolVersion: 5 }).length <= maximum;
}
