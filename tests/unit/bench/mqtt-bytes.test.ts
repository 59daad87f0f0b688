import { parser, type IConnectPacket, type IPublishPacket, type Packet } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import {
  connectBytes,
  jsonSource,
  PACKETS_PER_CHUNK,
  type PacketSource,
  ringSource,
  SensorPublish,
} from "../../bench/mqtt-bytes.ts";

function parsed(bytes: Uint8Array): Packet[] {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: 4 });
  reader.on("packet", (packet) => packets.push(packet));
  reader.parse(Buffer.from(bytes));
  return packets;
}

/** Takes slices of 7 packets, at most `runs` of them, and checks that each contains as many packets as it says. */
function drained(source: PacketSource, runs = Number.POSITIVE_INFINITY): IPublishPacket[] {
  const packets: IPublishPacket[] = [];
  for (let run = 0; run < runs; run++) {
    const { bytes, count } = source.take(7);
    if (count === 0) break;
    const taken = parsed(bytes) as IPublishPacket[];
    expect(taken).toHaveLength(count);
    packets.push(...taken);
  }
  return packets;
}

describe("packets encoded ahead", () => {
  it("contain a CONNECT that a real MQTT parser reads", () => {
    const [connect] = parsed(connectBytes({ id: "c1", username: "ann", password: "s" })) as IConnectPacket[];
    expect(connect).toMatchObject({ clientId: "c1", clean: true, keepalive: 0, protocolVersion: 4, username: "ann" });
  });

  it("may ask for a keep-alive", () => {
    expect(parsed(connectBytes({ id: "c1", keepAliveS: 300 }))[0]).toMatchObject({ keepalive: 300 });
  });

  it("are changed in place for a sensor: time, number and id move on, and DUP says that it is the same again", () => {
    const message = new SensorPublish({ topic: "sensor/7", seed: 3 });
    const payloads: unknown[] = [];
    for (let n = 1; n <= 0x1_0001; n++) {
      message.next(1_763_640_000_000 + n);
      if (n > 2 && n < 0xffff) continue;
      const [packet] = parsed(message.bytes) as IPublishPacket[];
      expect(packet).toMatchObject({ topic: "sensor/7", qos: 1, dup: false, messageId: ((n - 1) % 0xffff) + 1 });
      payloads.push(JSON.parse(packet!.payload.toString()));
      expect(packet!.payload.length).toBeGreaterThan(80);
      expect(packet!.payload.length).toBeLessThan(120);
    }
    expect(payloads).toMatchObject(
      [1, 2, 0xffff, 0x1_0000, 0x1_0001].map((n) => ({ timestamp: 1_763_640_000_000 + n, n })),
    );
    const before = Buffer.from(message.bytes);
    message.again();
    expect(parsed(message.bytes)).toMatchObject([{ dup: true, messageId: 2 }]);
    expect(message.bytes.subarray(1)).toEqual(before.subarray(1));
  });

  it("repeat in a ring: ids in order, two-decimal values, no gap", () => {
    const packets = drained(ringSource({ topic: "a/b", seed: 1, maxRun: 20 }), 400);
    expect(packets).toHaveLength(2_800);
    for (const [index, { messageId, topic, qos, dup, payload }] of packets.entries()) {
      expect({ messageId, topic, qos, dup }).toEqual({
        messageId: (index % PACKETS_PER_CHUNK) + 1,
        topic: "a/b",
        qos: 1,
        dup: false,
      });
      expect(payload.toString()).toMatch(/^\d\d\.\d\d$/);
    }
  });

  it("come once as JSON: topics in turns, one period later each turn, ids in order across chunks", () => {
    const options = { topics: ["a", "b", "c"], fields: 2, messages: 3_000, firstMs: 5_000, periodMs: 1_000, seed: 9 };
    const packets = drained(jsonSource(options));
    expect(packets).toHaveLength(3_000);
    for (const [index, { messageId, topic, payload }] of packets.entries()) {
      expect([messageId, topic]).toEqual([(index % PACKETS_PER_CHUNK) + 1, options.topics[index % 3]]);
      expect(JSON.parse(payload.toString())).toEqual({
        ts: 5_000 + Math.floor(index / 3) * 1_000,
        m0: expect.any(Number) as number,
        m1: expect.any(Number) as number,
      });
    }
  });
});
