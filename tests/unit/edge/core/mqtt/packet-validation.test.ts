import fc from "fast-check";
import type { IConnectPacket, IPublishPacket } from "mqtt-packet";
import { generate, parser } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { connectProblem, publishProblem } from "../../../../../edge/core/mqtt/packet-validation.ts";
import { runs } from "../../../../support/scale.ts";

const CONNECT: IConnectPacket = { cmd: "connect", clientId: "plc-1", protocolId: "MQTT", protocolVersion: 5 };
const PUBLISH: IPublishPacket = {
  cmd: "publish",
  topic: "plant/1",
  payload: "1",
  qos: 1,
  messageId: 1,
  dup: false,
  retain: false,
};

/** A packet as the parser returns it after its way over the wire. */
function parsed(packet: IPublishPacket): IPublishPacket {
  const found: IPublishPacket[] = [];
  const parse = parser({ protocolVersion: 4 });
  parse.on("packet", (one) => found.push(one as IPublishPacket));
  parse.parse(generate(packet, { protocolVersion: 4 }));
  return found[0]!;
}

describe("a CONNECT", () => {
  test("as sensors send it is accepted", () => {
    expect(connectProblem(CONNECT)).toBeUndefined();
    expect(connectProblem({ ...CONNECT, clientId: "", protocolVersion: 4, clean: true })).toBeUndefined();
    const will = { topic: "plant/1/state", payload: Buffer.from("0"), qos: 1 as const, retain: true };
    expect(connectProblem({ ...CONNECT, username: "línea 1", will })).toBeUndefined();
  });

  test.each<[string, Partial<IConnectPacket>, string]>([
    ["a control character in its id", { clientId: "a\u0001" }, "the client id has characters that MQTT forbids"],
    ["an id that was no UTF-8", { clientId: "a\ufffd" }, "the client id has characters that MQTT forbids"],
    ["an endless id", { clientId: "x".repeat(257) }, "the client id is longer than 256 characters"],
    ["a control character in its user name", { username: "a\u0000b" }, "the user name has characters"],
    ["a property twice", { properties: { sessionExpiryInterval: [1, 2] as unknown as number } }, "has no value"],
    ["a property without a value", { properties: { receiveMaximum: undefined as unknown as number } }, "has no value"],
    ["a will with a wildcard", { will: { topic: "a/#", payload: Buffer.of(), qos: 0, retain: false } }, "a wildcard"],
    ["a will without a topic", { will: { topic: "", payload: Buffer.of(), qos: 0, retain: false } }, "of 0 characters"],
    [
      "a will of QoS 3",
      { will: { topic: "a", payload: Buffer.of(), qos: 3 as unknown as 0, retain: false } },
      "no valid QoS",
    ],
  ])("with %s is refused", (_, part, problem) => {
    expect(connectProblem({ ...CONNECT, ...part })?.detail).toContain(problem);
  });
});

describe("a PUBLISH", () => {
  test("as sensors send it is accepted, whatever its topic of clean text", () => {
    const level = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((text) => !/[+#\p{C}�]/u.test(text));
    fc.assert(
      fc.property(
        fc.array(level, { minLength: 1, maxLength: 8 }).map((levels) => levels.join("/")),
        fc.constantFrom(0 as const, 1 as const, 2 as const),
        fc.integer({ min: 1, max: 65_535 }),
        (topic, qos, messageId) => {
          expect(publishProblem(parsed({ ...PUBLISH, topic, qos, messageId }))).toBeUndefined();
        },
      ),
      { numRuns: runs({ short: 200, long: 5000 }) },
    );
  });

  test.each<[string, Partial<IPublishPacket>, string]>([
    ["no packet identifier", { messageId: -1 }, "no valid packet identifier"],
    ["the packet identifier 0", { messageId: 0 }, "no valid packet identifier"],
    ["fewer bytes than it needs", { topic: "plant/1", length: 8 }, "a packet that ends too early"],
    ["no topic", { topic: "" }, "a topic of 0 characters"],
    ["an endless topic", { topic: "x".repeat(1025) }, "a topic of 1025 characters"],
    ["a zero byte in its topic", { topic: "a\u0000b" }, "the topic has characters that MQTT forbids"],
    ["a topic that was no UTF-8", { topic: "a\ufffdb" }, "the topic has characters that MQTT forbids"],
    [
      "an expiry without a value",
      { properties: { messageExpiryInterval: undefined as unknown as number } },
      "the property messageExpiryInterval has no value",
    ],
  ])("with %s is refused", (_, part, problem) => {
    expect(publishProblem({ ...PUBLISH, ...part })?.detail).toContain(problem);
  });
});
