import { connect } from "node:net";
import { once } from "node:events";
import type { IConnectPacket, Packet } from "mqtt-packet";
import { describe, expect, onTestFinished, test } from "vitest";
import { SessionWorld } from "../../../support/session-world.ts";
import { MqttWorld, type MqttWorldOptions, reading } from "../../../support/mqtt-world.ts";
import type { RefusalReason } from "../../../../edge/mqtt/events.ts";

async function opened(options: MqttWorldOptions = {}): Promise<MqttWorld> {
  const world = await MqttWorld.open(options);
  onTestFinished(() => world[Symbol.asyncDispose]());
  return world;
}

const hello = (version: number, more: Partial<IConnectPacket> = {}): IConnectPacket => ({
  cmd: "connect",
  clientId: "a",
  protocolId: "MQTT",
  protocolVersion: version as 4 | 5,
  clean: true,
  keepalive: 0,
  ...more,
});

/** The answer to a CONNECT. */
async function greeting(world: MqttWorld, version: 4 | 5, packet: IConnectPacket): Promise<readonly Packet[]> {
  const client = await world.dial(version);
  client.send(packet);
  await client.closed;
  return client.received;
}

describe("a client that sends faster than it may is slowed, and none of its messages is lost", () => {
  test.each([
    ["messages", { messagesPerSecond: 200 }],
    ["bytes", { bytesPerSecond: 4096 }],
  ])("by %s; the others do not notice", async (_, limits) => {
    const world = await opened({ limits });
    world.intake.immediate = true;
    const [flood, sensor] = [await world.client("flood"), await world.client("sensor")];
    const ids = Array.from({ length: 600 }, (_id, i) => i + 1);
    flood.publish(...ids);
    const begunMs = performance.now();
    const waits: number[] = [];
    for (let id = 1; id <= 50; id++) {
      const sentMs = performance.now();
      sensor.publish(id);
      await sensor.next("puback", id);
      waits.push(performance.now() - sentMs);
    }
    // The sensor is served while most messages of the fast client still wait in its own socket.
    expect(flood.ids("puback").length).toBeLessThan(600);
    expect(waits.toSorted((a, b) => a - b)[25]).toBeLessThan(50);
    await flood.next("puback", 600);
    expect(flood.ids("puback")).toEqual(ids);
    expect(performance.now() - begunMs).toBeGreaterThan(900);
    expect(new Set(world.slowed)).toEqual(new Set(["flood"]));
    expect(world.refusals).toEqual([]);
  });

  test("its keep alive does not end it while it is not read", async () => {
    const world = await opened({ limits: { messagesPerSecond: 20 } });
    world.intake.immediate = true;
    const client = await world.dial();
    client.send(hello(4, { keepalive: 1 }));
    await client.next("connack");
    // This takes three seconds. The keep alive would end after 1.5.
    client.publish(...Array.from({ length: 80 }, (_, i) => i + 1));
    await client.next("puback", 80);
    expect(world.refusals).toEqual([]);
  });
});

describe("a CONNECT is refused with the code of its version", () => {
  test.each<[string, Partial<IConnectPacket>, number | undefined, number, RefusalReason?]>([
    ["a client id that is too long", { clientId: "x".repeat(41) }, 2, 0x85],
    ["a client id with a control character", { clientId: "a\u0001" }, undefined, 0x85, "protocol"],
    [
      "a user name with a control character",
      { username: "a\u0001", password: Buffer.from("x") },
      undefined,
      0x81,
      "protocol",
    ],
    [
      "a will whose topic is too deep",
      { will: { topic: "a/".repeat(9), payload: Buffer.of(), qos: 0, retain: false } },
      undefined,
      0x90,
    ],
    [
      "a will with a wildcard",
      { will: { topic: "a/#", payload: Buffer.of(), qos: 0, retain: false } },
      undefined,
      0x81,
      "protocol",
    ],
  ])("%s", async (_, part, returnCode, reasonCode, refusal = "bad_connect") => {
    const world = await opened({ limits: { clientIdLength: 40, topicLevels: 8 } });
    expect(await greeting(world, 4, hello(4, part))).toMatchObject(
      returnCode === undefined ? [] : [{ cmd: "connack", returnCode }],
    );
    expect(await greeting(world, 5, hello(5, part))).toMatchObject([{ cmd: "connack", reasonCode }]);
    expect(world.refusals.map(({ reason }) => reason)).toEqual([refusal, refusal]);
  });

  test.each([
    [2, [0x20, 2, 0, 1]],
    [6, [0x20, 3, 0, 0x84, 0]],
  ])("version %i of MQTT", async (version, answer) => {
    const world = await opened();
    const socket = connect(world.port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.write(Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, version, 2, 0, 0, 0, 1, 0x61]));
    await once(socket, "close");
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(answer));
  });

  test("one connection above the limit, and one above the limit of an address", async () => {
    for (const limits of [{ maxConnections: 1 }, { connectionsPerAddress: 1 }]) {
      const world = await opened({ limits });
      const first = await world.client("first");
      expect(await greeting(world, 4, hello(4))).toMatchObject([{ cmd: "connack", returnCode: 3 }]);
      expect(await greeting(world, 5, hello(5))).toMatchObject([{ cmd: "connack", reasonCode: 0x97 }]);
      expect(world.refusals.map(({ reason }) => reason)).toEqual(["too_many_connections", "too_many_connections"]);
      first.end();
      await expect.poll(() => world.broker.connections).toBe(0);
      await world.client("second");
    }
  });

  test.each(["tcp", "ws"] as const)(
    "of a flood of silent connections over %s, only a few stay open",
    async (protocol) => {
      const world = await opened({ limits: { maxConnections: 2 }, listener: { protocol } });
      const sockets = Array.from({ length: 150 }, () =>
        connect(world.port, "127.0.0.1")
          .on("error", () => {})
          .resume(),
      );
      onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
      const closed = (): number => sockets.filter((socket) => socket.closed).length;
      // Two places, and those that wait for their CONNACK. A WebSocket is no MQTT connection before its upgrade.
      await expect.poll(closed).toBeGreaterThanOrEqual(150 - 66);
      expect(world.broker.connections).toBeLessThanOrEqual(66);
      if (protocol === "tcp") await expect.poll(closed).toBeGreaterThanOrEqual(148);
      const [reason] = new Set(world.refusals.map((one) => one.reason));
      expect(reason).toBe("too_many_connections");
    },
  );

  test("a keep alive above the limit: MQTT 5 gets the limit, 3.1.1 is refused", async () => {
    const world = await opened({ limits: { keepAliveMaxS: 60 } });
    for (const keepalive of [0, 61]) {
      expect(await greeting(world, 4, hello(4, { keepalive }))).toMatchObject([{ cmd: "connack", returnCode: 2 }]);
    }
    const young = await world.dial(5);
    young.send(hello(5, { keepalive: 0 }));
    await young.next("connack");
    expect(young.received[0]).toMatchObject({ reasonCode: 0, properties: { serverKeepAlive: 60 } });
    const old = await world.dial();
    old.send(hello(4, { keepalive: 60 }));
    await old.next("connack");
    expect(old.received[0]).toMatchObject({ returnCode: 0 });
  });

  test("a CONNECT that comes byte by byte is closed when its time is over", async () => {
    const world = await opened({ limits: { connectTimeoutMs: 300 } });
    const slow = await world.dial();
    const bytes = [0x10, 200, 1, 0, 4, 0x4d];
    const drip = setInterval(() => slow.bytes(Buffer.of(bytes.shift() ?? 0)), 20);
    onTestFinished(() => clearInterval(drip));
    await slow.closed;
    expect(world.refusals).toMatchObject([{ reason: "connect_timeout" }]);
  });

  test("a connection that never asks for a WebSocket is closed when its time is over", async () => {
    const world = await opened({ listener: { protocol: "ws" }, limits: { connectTimeoutMs: 300 } });
    const socket = connect(world.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
    // Without a limit it would stay open for ever.
    await expect(once(socket, "close")).resolves.toBeDefined();
  });

  test("a length above the limit is refused before the body comes, also before CONNECT", async () => {
    const world = await opened();
    const stranger = await world.dial();
    // The first ten bytes of a CONNECT of 256 MiB.
    stranger.bytes(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4, 0x4d, 0x51, 0x54]));
    await stranger.closed;
    const known = await world.client("known", 5);
    known.bytes(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61]));
    await known.closed;
    expect(known.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x95 });
    expect(world.refusals.map(({ reason }) => reason)).toEqual(["packet_too_large", "packet_too_large"]);
  });
});

describe("a client of MQTT 5 gets the reason when it is closed, and a client of 3.1.1 is only closed", () => {
  const bytesOf = (...numbers: number[]): Buffer => Buffer.from(numbers);
  test.each<[string, Packet | Buffer, number]>([
    ["a second CONNECT", hello(5), 0x82],
    ["what only servers send", { cmd: "pingresp" }, 0x82],
    ["a topic with a zero byte", reading(1, { topic: "a\u0000b" }), 0x81],
    ["a topic with a wildcard", bytesOf(0x32, 7, 0, 1, 0x23, 0, 1, 0, 0x31), 0x81],
    ["the packet identifier 0", bytesOf(0x32, 7, 0, 1, 0x61, 0, 0, 0, 0x31), 0x82],
    ["QoS 3", bytesOf(0x36, 7, 0, 1, 0x61, 0, 1, 0, 0x31), 0x81],
    ["reserved flags", bytesOf(0xc1, 0), 0x81],
    ["an unknown topic alias", bytesOf(0x30, 7, 0, 0, 3, 0x23, 0, 1, 0x31), 0x94],
    [
      "a filter with a wildcard in the wrong place",
      { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a/#/b", qos: 0 }] },
      0x81,
    ],
  ])("%s", async (_, packet, reasonCode) => {
    const world = await opened();
    const young = await world.client("young", 5);
    if (Buffer.isBuffer(packet)) young.bytes(packet);
    else young.send(packet);
    await young.closed;
    expect(young.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode });
    if (reasonCode !== 0x94 && !Buffer.isBuffer(packet)) {
      const old = await world.client("old");
      old.send(packet);
      await old.closed;
      expect(old.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
    }
    expect(world.intake.offered).toEqual([]);
    expect(world.refusals.length).toBeGreaterThan(0);
  });

  test("the reason arrives also while the client is sending a lot", async () => {
    const world = await opened();
    const client = await world.client("young", 5);
    const filler = Buffer.alloc(1024 * 1024, 0x61);
    client.bytes(Buffer.concat([Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]), filler]));
    await client.closed;
    expect(client.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x95 });
  });

  test("silence beyond the keep alive", async () => {
    const world = await opened();
    const client = await world.dial(5);
    client.send(hello(5, { keepalive: 1 }));
    await client.closed;
    expect(client.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x8d });
    expect(world.refusals).toMatchObject([{ reason: "keep_alive" }]);
  });

  test("a stop of the broker", async () => {
    const world = await MqttWorld.open();
    const client = await world.client("young", 5);
    await client.deliver();
    await world[Symbol.asyncDispose]();
    await client.closed;
    expect(client.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x8b });
  });
});

describe("the limit of messages in flight", () => {
  test.each([1, 2] as const)("QoS %i: MQTT 5 gets the limit, and is closed above it", async (qos) => {
    const world = await opened({ limits: { inFlight: 3 } });
    const client = await world.client("young", 5);
    expect(client.received[0]).toMatchObject({ properties: { receiveMaximum: 3 } });
    client.send(...[1, 2, 3, 4].map((id) => reading(id, { qos })));
    await client.closed;
    expect(client.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x93 });
    expect(world.intake.offered).toHaveLength(3);
    expect(world.refusals).toMatchObject([{ reason: "in_flight" }]);
  });

  test("a QoS 2 exchange counts until its PUBREL", async () => {
    const world = await opened({ limits: { inFlight: 2 } });
    world.intake.immediate = true;
    const client = await world.client("young", 5);
    client.send(reading(1, { qos: 2 }), reading(2, { qos: 2 }), reading(2, { qos: 2, dup: true }));
    await client.next("pubrec", 3);
    client.send(reading(3, { qos: 2 }));
    await client.closed;
    expect(client.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x93 });
  });

  test.each([
    [4, true],
    [4, false],
    [5, true],
    [5, false],
  ] as const)("a QoS 2 message that comes again is no further one (MQTT %i, clean: %s)", async (version, clean) => {
    const world = await opened({ limits: { inFlight: 2 } });
    world.intake.immediate = true;
    const client = await world.dial(version);
    client.send(hello(version, { clean, ...(version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}) }));
    await client.next("connack");
    client.send(reading(1, { qos: 2 }), reading(2, { qos: 2 }), reading(2, { qos: 2, dup: true }));
    await client.next("pubrec", 3);
    expect(client.received.flatMap((one) => (one.cmd === "pubrec" ? [one.reasonCode ?? 0] : []))).toEqual([0, 0, 0]);
    expect(world.refusals).toEqual([]);
  });

  test("each acknowledgement makes room for a message", async () => {
    const world = await opened({ limits: { inFlight: 2 } });
    world.intake.immediate = true;
    const client = await world.client("young", 5);
    for (let id = 1; id <= 20; id++) {
      client.send(reading(id, { qos: id % 2 === 0 ? 2 : 1 }));
      await client.next(id % 2 === 0 ? "pubrec" : "puback", Math.ceil(id / 2));
      if (id % 2 !== 0) continue;
      client.send({ cmd: "pubrel", messageId: id });
      await client.next("pubcomp", id / 2);
    }
    expect(world.refusals).toEqual([]);
  });

  test("a client of 3.1.1, which has no Receive Maximum, only waits", async () => {
    const world = await opened({ limits: { inFlight: 3 } });
    const client = await world.client("old");
    client.publish(1, 2, 3, 4, 5);
    await expect.poll(() => world.intake.offered.length).toBe(5);
    world.intake.immediate = true;
    client.publish(6);
    world.intake.commit();
    await client.next("puback", 6);
    expect(client.ids("puback")).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("one message with a topic that is too long or has too many levels", () => {
  test.each(["x".repeat(65), "a/".repeat(8), "/".repeat(200)])("%s", async (topic) => {
    const world = await opened({ limits: { topicLength: 64, topicLevels: 8 } });
    world.intake.immediate = true;
    const [old, young] = [await world.client("old"), await world.client("young", 5)];
    await young.deliver(reading(1, { topic }), reading(2, { topic, qos: 2 }), reading(3));
    await young.next("puback", 2);
    const answers = young.received.filter(({ cmd }) => cmd === "puback" || cmd === "pubrec");
    expect(answers).toMatchObject([
      { messageId: 1, reasonCode: 0x90 },
      { messageId: 2, reasonCode: 0x90 },
      { messageId: 3, reasonCode: 0 },
    ]);
    await young.deliver({ cmd: "unsubscribe", messageId: 4, unsubscriptions: [topic] });
    expect(young.received.find(({ cmd }) => cmd === "unsuback")).toMatchObject({ granted: [0x11] });
    // MQTT 3.1.1 can only say success, which would be wrong.
    old.send(reading(1, { topic }));
    await old.closed;
    expect(old.ids("puback")).toEqual([]);
    expect(world.intake.offered.map(({ packetId }) => packetId)).toEqual([3]);
  });
});

describe("subscriptions", () => {
  const subscribe = (messageId: number, ...topics: string[]): Packet => ({
    cmd: "subscribe",
    messageId,
    subscriptions: topics.map((topic) => ({ topic, qos: 1 as const })),
  });

  test.each([4, 5] as const)(
    "of MQTT %i: filters beyond the limit are refused, the others are granted",
    async (version) => {
      const world = await opened({ limits: { subscriptionsPerClient: 2, topicLevels: 3 } });
      world.intake.immediate = true;
      const client = await world.client("a", version);
      client.send(subscribe(1, "a/1", "too/many/levels/here", "a/2", "a/3"));
      await client.next("suback");
      expect(client.received.at(-1)).toMatchObject({
        messageId: 1,
        granted: version === 5 ? [1, 0x8f, 1, 0x97] : [1, 0x80, 1, 0x80],
      });
      // Another QoS for an existing filter, and a new filter after an UNSUBSCRIBE.
      client.send(
        subscribe(2, "a/1"),
        { cmd: "unsubscribe", messageId: 3, unsubscriptions: ["a/2"] },
        subscribe(4, "a/3"),
      );
      await client.next("suback", 3);
      expect(client.received.at(-1)).toMatchObject({ messageId: 4, granted: [1] });
      await client.deliver(...["a/1", "a/2", "a/3"].map((topic, i) => reading(i + 1, { topic })));
      await client.next("publish", 2);
      await client.next("puback", 3);
      const seen = client.received.flatMap((packet) => (packet.cmd === "publish" ? [packet.topic] : []));
      expect(seen).toEqual(["a/1", "a/3"]);
      expect(world.refusals.map(({ reason }) => reason)).toEqual(["bad_filter", "too_many_subscriptions"]);
    },
  );
});

describe("a subscriber that does not read its messages", () => {
  test.each([0, 1] as const)("at QoS %i stops no other client, and what waits for it is bounded", async (qos) => {
    const world = await opened({ limits: { sendBufferBytes: 256 * 1024, maxPacketBytes: 65_536 } });
    world.intake.immediate = true;
    const stuck = await world.client("stuck", 5);
    stuck.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "plant/#", qos }] });
    await stuck.next("suback");
    stuck.pause();
    const reader = await world.client("reader");
    reader.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "plant/#", qos: 1 }] });
    await reader.next("suback");
    const sensor = await world.client("sensor");
    const waits: number[] = [];
    // More than the buffers of both sockets hold. Their size is unknown.
    const count = 400;
    for (let id = 1; id <= count; id++) {
      const sentMs = performance.now();
      sensor.send({ ...reading(id), payload: Buffer.alloc(60_000, 0x61) } as Packet);
      await sensor.next("puback", id);
      await reader.next("publish", id);
      reader.send({ cmd: "puback", messageId: id });
      waits.push(performance.now() - sentMs);
    }
    expect(waits.toSorted((a, b) => a - b)[count / 2]).toBeLessThan(50);
    expect(Math.max(...waits)).toBeLessThan(2000);
    expect(world.refusals).not.toEqual([]);
    expect(new Set(world.refusals.map(({ reason, client }) => `${client} ${reason}`))).toEqual(
      new Set(["stuck slow_subscriber"]),
    );
    stuck.resume();
    if (qos === 1) {
      await stuck.closed;
      return;
    }
    // At QoS 0 it stays connected, lacks the messages without room, and gets new ones.
    await stuck.deliver();
    const before = stuck.received.filter(({ cmd }) => cmd === "publish").length;
    expect(before).toBeLessThan(count);
    sensor.publish(1001);
    await stuck.next("publish", before + 1);
    expect(stuck.received.findLast(({ cmd }) => cmd === "publish")).toMatchObject({ payload: Buffer.from("21.5") });
  });
});

test.each([4, 5] as const)(
  "[MQTT-3.1.4-5] packets that come together with the CONNECT of MQTT %i are accepted, however many",
  async (version) => {
    const world = await opened({ sessions: new SessionWorld({ sessions: 1 }) });
    world.intake.immediate = true;
    const client = await world.dial(version);
    const properties = version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {};
    client.send(
      hello(version, { clean: false, ...properties }),
      {
        cmd: "subscribe",
        messageId: 1,
        subscriptions: [
          { topic: "a/b/c", qos: 1 },
          { topic: "x".repeat(2000), qos: 1 },
        ],
      },
      ...Array.from({ length: 2000 }, (_, i) => reading(i + 1)),
    );
    await client.next("puback", 2000);
    await client.next("suback");
    expect(client.received[0]).toMatchObject({ cmd: "connack" });
    const granted = [1, version === 5 ? 0x8f : 0x80];
    expect(client.received.find(({ cmd }) => cmd === "suback")).toMatchObject({ granted });
    expect(world.refusals).toMatchObject([{ reason: "bad_filter", client: "a" }]);
    client.end();
  },
);
