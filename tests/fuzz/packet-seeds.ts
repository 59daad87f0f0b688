import { generate } from "mqtt-packet";
import type { IConnectPacket, IPublishPacket, Packet } from "mqtt-packet";
import type { Mutator } from "./mutator.ts";
import { PAYLOAD_SEEDS, TOPIC_SEEDS } from "./payload-seeds.ts";

/** Packets as clients send them, and packets as no client should send them. All are well-formed. */

export type Version = 4 | 5;

export function randomConnect(mutator: Mutator, version: Version): Buffer {
  // There are few ids, so that clients take over each other's sessions.
  const clientId = mutator.chance(0.05) ? "" : `fuzz-${mutator.int(1000)}`;
  const packet: IConnectPacket = {
    cmd: "connect",
    clientId,
    protocolId: "MQTT",
    protocolVersion: version,
    // Without an id the generator requires it. Damage may remove it again.
    clean: clientId === "" || mutator.chance(0.7),
    keepalive: mutator.pick([0, 1, 60, 65_535]),
  };
  if (mutator.chance(0.2)) {
    packet.will = {
      topic: mutator.pick(TOPICS),
      payload: Buffer.from(mutator.pick(PAYLOAD_SEEDS)),
      qos: mutator.pick([0, 1, 2] as const),
      retain: mutator.chance(0.3),
      ...(version === 5 ? { properties: { willDelayInterval: mutator.int(3) } } : {}),
    };
  }
  if (mutator.chance(0.1)) packet.username = mutator.pick(["ann", "", "x".repeat(300), "a:b"]);
  if (packet.username !== undefined && mutator.chance(0.5)) packet.password = Buffer.from("secret");
  if (version === 5 && mutator.chance(0.6)) {
    packet.properties = {
      sessionExpiryInterval: mutator.pick([0, 1, 5, 4_294_967_295]),
      receiveMaximum: mutator.pick([1, 10, 65_535]),
      maximumPacketSize: mutator.pick([20, 1000, 268_435_455]),
      topicAliasMaximum: mutator.int(20),
      userProperties: { a: "b" },
    };
  }
  return encoded(packet, version);
}

export function randomPacket(mutator: Mutator, version: Version): Buffer {
  const messageId = mutator.pick([1, 2, 3, 4, 5, 300, 65_535]);
  switch (mutator.int(11)) {
    case 0:
      return encoded({ cmd: "pubrel", messageId }, version);
    case 1:
      return encoded({ cmd: mutator.pick(["puback", "pubrec", "pubcomp"] as const), messageId }, version);
    case 2:
      return encoded(
        {
          cmd: "subscribe",
          messageId,
          subscriptions: [
            {
              topic: mutator.pick(FILTERS),
              qos: mutator.pick([0, 1, 2] as const),
              rh: mutator.int(3),
              nl: mutator.chance(0.2),
            },
          ],
          ...(version === 5 && mutator.chance(0.3)
            ? { properties: { subscriptionIdentifier: 1 + mutator.int(300) } }
            : {}),
        },
        version,
      );
    case 3:
      return encoded({ cmd: "unsubscribe", messageId, unsubscriptions: [mutator.pick(FILTERS)] }, version);
    case 4:
      if (mutator.chance(0.7)) return encoded({ cmd: "pingreq" }, version);
      return mutator.chance(0.5)
        ? encoded({ cmd: "disconnect", reasonCode: mutator.pick([0, 4, 0x81]) }, version)
        : mutator.pick(NOT_FOR_CLIENTS);
    default: {
      const packet: IPublishPacket = {
        cmd: "publish",
        topic: mutator.pick(TOPICS),
        payload: Buffer.from(mutator.pick(PAYLOAD_SEEDS)),
        qos: mutator.pick([0, 1, 1, 1, 2] as const),
        dup: mutator.chance(0.1),
        retain: mutator.chance(0.05),
        messageId,
      };
      if (version === 5 && mutator.chance(0.4)) {
        packet.properties = {
          topicAlias: 1 + mutator.int(18),
          messageExpiryInterval: mutator.int(3),
          contentType: "application/json",
          responseTopic: "a/b",
          correlationData: Buffer.from("c"),
          userProperties: { a: ["b", "c"] },
        };
      }
      return encoded(packet, version);
    }
  }
}

/** If the generator refuses to make a packet, another one is damaged instead. */
function encoded(packet: Packet, version: Version): Buffer {
  return generate(packet, { protocolVersion: version });
}

const TOPICS = [...TOPIC_SEEDS.filter((topic) => !/[+#]/.test(topic)), "a", "a/b/c", "plant/1/t", "x".repeat(200)];
const FILTERS = ["a/+", "a/b", "plant/#", "+/+/t", "$SYS/#", "$share/g/a", "#", "x/y/z", "a//b", "/"];
/** CONNACK, SUBACK, UNSUBACK, PINGRESP, AUTH, and the reserved type. */
const NOT_FOR_CLIENTS = [
  Buffer.from([0x20, 2, 0, 0]),
  Buffer.from([0x90, 3, 0, 1, 0]),
  Buffer.from([0xb0, 2, 0, 1]),
  Buffer.from([0xd0, 0]),
  Buffer.from([0xf0, 2, 0x18, 0]),
  Buffer.from([0xf0, 0]),
  Buffer.from([0x00, 0]),
];

/** A valid PUBLISH with an arbitrary payload, so that the decoder behind the broker is tested, too. */
function withMutatedPayload(mutator: Mutator, packet: Buffer): Buffer {
  const header = headerLength(packet);
  const topicEnd = header + 2 + packet.readUInt16BE(header);
  const kept = Math.min(packet.length, topicEnd + ((packet[0]! & 0x06) === 0 ? 0 : 2));
  const payload = mutator.bytes(mutator.pick(PAYLOAD_SEEDS), PAYLOAD_SEEDS);
  const body = Buffer.concat([packet.subarray(header, kept), payload]);
  return Buffer.concat([packet.subarray(0, 1), lengthBytes(body.length), body]);
}

/** Damaged bytes. In half of the cases the length is corrected, so that the damage is not stopped by the framing. */
export function damaged(mutator: Mutator, packet: Buffer): Buffer {
  const header = headerLength(packet);
  if (packet[0]! >>> 4 === PUBLISH && mutator.chance(0.8)) return withMutatedPayload(mutator, packet);
  if (mutator.chance(0.4)) return mutator.bytes(packet, PIECES);
  const body = mutator.bytes(packet.subarray(header), PIECES);
  const first = mutator.chance(0.1) ? Buffer.of(packet[0]! ^ (1 << mutator.int(8))) : packet.subarray(0, 1);
  return Buffer.concat([first, lengthBytes(body.length), body]);
}

function headerLength(packet: Buffer): number {
  let at = 1;
  while (at < packet.length && packet[at]! >= 0x80) at++;
  return at + 1;
}

function lengthBytes(length: number): Buffer {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const PUBLISH = 3;
const PIECES: readonly Uint8Array[] = [
  ...NOT_FOR_CLIENTS,
  Buffer.from([0x30, 5, 0, 1, 0x61, 0x31, 0x32]),
  Buffer.from([0xff, 0xff, 0xff, 0x7f]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0x11, 0, 0, 0, 5, 0x11]),
  Buffer.from([0x23, 0, 0]),
  Buffer.from([0x0b, 0x80, 0x80, 0x80, 0x80]),
  Buffer.from([0x26, 0, 1, 0x61, 0, 1, 0x62]),
];
