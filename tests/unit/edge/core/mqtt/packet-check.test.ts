import fc from "fast-check";
import { generate, type IConnectPacket, type Packet } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { PacketProblem } from "../../../../../edge/core/mqtt/packet-bytes.ts";
import { checkConnect, checkPacket, checkPublish } from "../../../../../edge/core/mqtt/packet-check.ts";
import { runs } from "../../../../support/scale.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((one) => !/\p{Cc}|\p{Cs}/u.test(one));
const name = text.filter((one) => one !== "" && !/[+#]/.test(one));
const id = fc.integer({ min: 1, max: 65_535 });
const pairs = fc.dictionary(name, text, { maxKeys: 3, noNullPrototype: true, minKeys: 1 });
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const);

/** The packet without its fixed header, and the packet type in it. */
function bodyOf(packet: Packet, version: 3 | 4 | 5): { kind: number; body: Uint8Array } {
  const bytes = generate(packet, { protocolVersion: version });
  let position = 1;
  while (bytes[position]! >= 0x80) position++;
  return { kind: bytes[0]! >> 4, body: bytes.subarray(position + 1) };
}

describe("valid packets of clients pass", () => {
  const will = fc.record({
    topic: name,
    payload: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    qos,
    retain: fc.boolean(),
  });
  const connect = fc.record(
    {
      cmd: fc.constant("connect" as const),
      clientId: name,
      clean: fc.boolean(),
      keepalive: fc.integer({ min: 0, max: 65_535 }),
      username: name,
      will,
    },
    { requiredKeys: ["cmd", "clientId", "clean", "keepalive"] },
  );

  test.each([3, 4, 5] as const)("a CONNECT of version %s", (version) => {
    fc.assert(
      fc.property(connect, fc.integer({ min: 0, max: 2 ** 32 - 1 }), pairs, (one, sessionExpiry, userProperties) => {
        const packet: IConnectPacket = {
          ...one,
          protocolId: version === 3 ? "MQIsdp" : "MQTT",
          protocolVersion: version,
          ...(version === 5 ? { properties: { sessionExpiryInterval: sessionExpiry, userProperties } } : {}),
        };
        expect(checkConnect(bodyOf(packet, version).body)).toEqual({
          version,
          sessionExpiry: version === 5 ? sessionExpiry : 0,
        });
      }),
      { seed: 1, numRuns: runs({ short: 200, long: 20_000 }) },
    );
  });

  test("a CONNECT of a Mosquitto bridge, which sets the highest bit of the version", () => {
    const { body } = bodyOf({ cmd: "connect", clientId: "b", protocolId: "MQTT", protocolVersion: 4, clean: true }, 4);
    body[6]! |= 0x80;
    expect(checkConnect(body)).toEqual({ version: 4, sessionExpiry: 0 });
  });

  test("a PUBLISH with any properties", () => {
    fc.assert(
      fc.property(
        name,
        qos,
        id,
        pairs,
        name,
        fc.uint8Array(),
        (topic, level, messageId, userProperties, kind, data) => {
          const { body } = bodyOf(
            {
              cmd: "publish",
              topic,
              qos: level,
              messageId,
              dup: false,
              retain: false,
              payload: Buffer.from(data),
              properties: {
                userProperties,
                contentType: kind,
                messageExpiryInterval: messageId,
                payloadFormatIndicator: true,
                correlationData: Buffer.from(data),
                topicAlias: messageId,
              },
            },
            5,
          );
          expect(() => checkPublish(level, body, 5)).not.toThrow();
        },
      ),
      { seed: 2, numRuns: runs({ short: 200, long: 20_000 }) },
    );
  });

  test("a SUBSCRIBE and an UNSUBSCRIBE", () => {
    const filters = ["#", "+", "a/#", "+/a", "/", "a//b", "+/+/#", "$SYS/#", "a b/ü", "$share/g/a/#"];
    for (const version of [4, 5] as const) {
      const subscribe = bodyOf(
        { cmd: "subscribe", messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 1 })) },
        version,
      );
      const unsubscribe = bodyOf({ cmd: "unsubscribe", messageId: 1, unsubscriptions: filters }, version);
      for (const { kind, body } of [subscribe, unsubscribe]) {
        expect(() => checkPacket(kind, body, { version, sessionExpiry: 0 })).not.toThrow();
      }
    }
  });
});

test("a topic filter with a wildcard in the wrong place does not pass", () => {
  for (const topic of ["#/a", "a#", "a/b#", "+a", "a+", "a/+b/c", "##"]) {
    const { kind, body } = bodyOf({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] }, 4);
    expect(() => checkPacket(kind, body, { version: 4, sessionExpiry: 0 }), topic).toThrow("topic filter");
  }
});

test("for any bytes it either passes or reports a problem", () => {
  const versions = fc.constantFrom(3, 4, 5);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 60 }), versions, (kind, body, version) => {
      for (const check of [
        () => checkPacket(kind, body, { version, sessionExpiry: 0 }),
        () => checkConnect(Uint8Array.from([0, 4, 77, 81, 84, 84, version, ...body])),
        () => checkPublish(kind % 3, body, version),
      ]) {
        let thrown: unknown;
        try {
          check();
        } catch (error) {
          thrown = error;
        }
        expect(thrown === undefined || thrown instanceof PacketProblem, String(thrown)).toBe(true);
      }
    }),
    { seed: 3, numRuns: runs({ short: 5_000, long: 500_000 }) },
  );
});
