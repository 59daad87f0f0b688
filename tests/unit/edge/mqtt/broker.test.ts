import { once } from "node:events";
import { connect as dial } from "node:net";
import { connect as mqttConnect, connectAsync } from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { generate, type Packet } from "mqtt-packet";
import { createWebSocketStream, WebSocket } from "ws";
import { Acl } from "../../../../edge/core/mqtt/acl-file.ts";
import { Users } from "../../../../edge/mqtt/users.ts";
import { loopbackSettled } from "../../../support/loopback.ts";
import { MqttWorld, RawClient, type MqttWorldOptions, reading } from "../../../support/mqtt-world.ts";
import { runs } from "../../../support/scale.ts";
import { seededRandom } from "../../../../deploy/sandbox/seeded-random.ts";

async function world(options?: MqttWorldOptions): Promise<MqttWorld> {
  const opened = await MqttWorld.open(options);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

test("[P1] PUBACKs come after the commit, in the order of the messages", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("a");
  await client.deliver(reading(1), reading(2), reading(3), reading(4), reading(5));
  expect(client.ids("puback")).toEqual([]);
  intake.commit(2);
  await client.next("puback", 2);
  expect(client.ids("puback")).toEqual([1, 2]);
  intake.commit();
  await client.next("puback", 5);
  expect(client.ids("puback")).toEqual([1, 2, 3, 4, 5]);
});

test("[P1] when messages of several clients are committed together, each client's order is kept", async () => {
  const { world: here, intake } = await opened();
  const clients = await Promise.all(["a", "b", "c"].map((id) => here.client(id)));
  for (const client of clients) await client.deliver(...[7, 8, 9].map((id) => reading(id)));
  for (let left = 9; left > 0; left -= 2) intake.commit(2);
  for (const client of clients) {
    await client.next("puback", 3);
    expect(client.ids("puback")).toEqual([7, 8, 9]);
  }
});

test("[P1] a PUBREC comes after the commit, and the exchange can be completed", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("a");
  await client.deliver(reading(5, { qos: 2 }));
  expect(client.ids("pubrec")).toEqual([]);
  intake.commit();
  await client.next("pubrec");
  client.send({ cmd: "pubrel", messageId: 5 });
  await client.next("pubcomp");
  expect(intake.offered).toMatchObject([{ qos: 2, packetId: 5, topic: "plant/1/t", clientId: "a" }]);
});

test("the DUP flag reaches the storage, which recognises duplicates", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("a");
  await client.deliver(reading(5, { qos: 2 }), reading(5, { qos: 2, dup: true }), reading(6, { dup: true }));
  expect(intake.offered.map(({ packetId, dup }) => [packetId, dup])).toEqual([
    [5, false],
    [5, true],
    [6, true],
  ]);
});

test.each([true, false])(
  "[MQTT-4.3.3-10] a QoS 2 message that comes again before its PUBREL is offered as a duplicate, with DUP or without (clean: %s)",
  async (clean) => {
    const { world: here, intake } = await opened();
    intake.immediate = true;
    const client = await here.dial();
    client.send({ cmd: "connect", clientId: "a", protocolId: "MQTT", protocolVersion: 4, clean, keepalive: 0 });
    await client.next("connack");
    client.send(reading(5, { qos: 2 }), reading(5, { qos: 2 }), reading(6, { qos: 2 }), reading(5));
    await client.next("pubrec", 3);
    client.send({ cmd: "pubrel", messageId: 5 });
    await client.next("pubcomp");
    client.send(reading(5, { qos: 2 }));
    await client.next("pubrec", 4);
    const offered = intake.offered.map(({ packetId, qos, dup }) => `${packetId} ${qos} ${dup}`);
    expect(offered).toEqual(["5 2 false", "5 2 true", "6 2 false", "5 1 false", "5 2 false"]);
  },
);

test("[MQTT-4.6.0-2] the state of a bridge is acknowledged in the order of the messages", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("bridge");
  await client.deliver(reading(1), reading(2, { topic: "$SYS/broker/connection/plant/state" }), reading(3));
  expect(client.ids("puback")).toEqual([]);
  intake.commit();
  await client.next("puback", 3);
  expect(client.ids("puback")).toEqual([1, 2, 3]);
});

test("a QoS 0 message is offered to the storage, too", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("a");
  await client.deliver({ cmd: "publish", topic: "t", payload: "1", qos: 0, dup: false, retain: false });
  expect(intake.offered).toMatchObject([{ qos: 0, packetId: 0, topic: "t" }]);
});

test("the content type of an MQTT 5 message reaches the storage", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("a", 5);
  const packet = { cmd: "publish", topic: "t", payload: "1", qos: 0, dup: false, retain: false } as const;
  await client.deliver({ ...packet, properties: { contentType: "application/cbor" } }, packet);
  expect(intake.offered.map(({ format }) => format)).toEqual(["cbor", undefined]);
});

test("during congestion nothing is read; afterwards everything is read, also from clients with messages in flight", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("a");
  await client.deliver(reading(1), reading(2), reading(3), reading(4));
  intake.congest(true);
  // These are committed while the connection is not read.
  intake.commit();
  await client.next("puback", 4);
  client.publish(5, 6);
  const newcomer = await here.dial();
  newcomer.send({ cmd: "connect", clientId: "b", protocolId: "MQTT", protocolVersion: 4, clean: true, keepalive: 0 });
  await loopbackSettled();
  expect(intake.offered.length).toBe(4);
  expect(newcomer.received).toEqual([]);
  intake.congest(false);
  await newcomer.next("connack");
  await expect.poll(() => intake.offered.length).toBe(6);
  intake.commit();
  await client.next("puback", 6);
  expect(client.ids("puback")).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a broker that stopped accepting does not read on when the congestion ends", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("a");
  intake.congest(true);
  here.broker.stopAccepting();
  intake.congest(false);
  client.publish(1);
  await loopbackSettled();
  expect(intake.offered).toEqual([]);
});

test("a will is offered as a message of its client", async () => {
  const { world: here, intake } = await opened();
  intake.immediate = true;
  const client = await here.dial();
  client.send({
    cmd: "connect",
    clientId: "w",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    keepalive: 0,
    will: { topic: "plant/w/state", payload: Buffer.from("0"), qos: 1, retain: false },
  });
  await client.next("connack");
  client.end();
  await expect.poll(() => intake.offered).toMatchObject([{ clientId: "w", topic: "plant/w/state", packetId: 0 }]);
});

test("local subscribers get messages and retained messages", async () => {
  const { world: here, intake } = await opened();
  intake.immediate = true;
  const url = `mqtt://127.0.0.1:${here.port}`;
  const publisher = await connectAsync(url);
  await publisher.publishAsync("home/kept", "1", { qos: 1, retain: true });
  const subscriber = await connectAsync(url);
  const seen: string[] = [];
  subscriber.on("message", (topic, payload) => seen.push(`${topic}=${payload.toString()}`));
  await subscriber.subscribeAsync("home/#");
  await publisher.publishAsync("home/live", "2", { qos: 1 });
  await expect.poll(() => seen).toEqual(["home/kept=1", "home/live=2"]);
  await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
});

test("a client gets only messages that it may read, whatever its subscriptions are, also retained messages", async () => {
  const acl = new Acl("topic readwrite home/bath/#\ntopic write home/secret/#");
  const { world: here, intake } = await opened({ allows: (question) => acl.allows(question) });
  intake.immediate = true;
  const url = `mqtt://127.0.0.1:${here.port}`;
  const publisher = await connectAsync(url);
  await publisher.publishAsync("home/secret/kept", "0", { qos: 1, retain: true });
  await publisher.publishAsync("home/bath/kept", "1", { qos: 1, retain: true });
  const subscriber = await connectAsync(url);
  const seen: string[] = [];
  subscriber.on("message", (topic, payload) => seen.push(`${topic}=${payload.toString()}`));
  await subscriber.subscribeAsync("home/#", { qos: 1 });
  await publisher.publishAsync("home/secret/live", "2", { qos: 1 });
  await publisher.publishAsync("home/bath/live", "3", { qos: 1 });
  await expect.poll(() => seen).toEqual(["home/bath/kept=1", "home/bath/live=3"]);
  // The message that it may not read was stored, too.
  expect(intake.offered.map(({ topic }) => topic)).toContain("home/secret/live");
  await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
});

test.each([4, 5] as const)(
  "a forbidden message is not stored and its client stays; MQTT %i is answered in the order of the messages",
  async (version) => {
    const { world: here, intake } = await opened({ allows: ({ topic }) => !topic.startsWith("forbidden/") });
    const client = await here.client("a", version);
    const forbidden = { topic: "forbidden/t" };
    await client.deliver(reading(1), reading(2, forbidden), reading(3, { ...forbidden, qos: 2 }), reading(4));
    // The second message is refused at once, but the first one is not on disk yet.
    expect(client.received.filter(({ cmd }) => cmd === "puback" || cmd === "pubrec")).toEqual([]);
    intake.commit();
    await client.next("puback", 3);
    await client.next("pubrec");
    // PUBACKs and PUBRECs each have their own order [MQTT-4.6.0-2], [MQTT-4.6.0-3].
    const codes = ["puback", "pubrec"].flatMap((cmd) =>
      client.received.flatMap((packet) =>
        packet.cmd === cmd ? [[packet.messageId, "reasonCode" in packet ? packet.reasonCode : 0]] : [],
      ),
    );
    const denied = version === 5 ? 0x87 : 0;
    expect(codes).toEqual([
      [1, 0],
      [2, denied],
      [4, 0],
      [3, denied],
    ]);
    expect(intake.offered.map(({ topic, packetId }) => [topic, packetId])).toEqual([
      ["plant/1/t", 1],
      ["plant/1/t", 4],
    ]);
    expect(here.refusals).toMatchObject([
      { reason: "not_allowed", client: "a" },
      { reason: "not_allowed", client: "a" },
    ]);
  },
);

test("a forbidden message reaches no subscriber and is not retained", async () => {
  const { world: here, intake } = await opened({
    allows: ({ access, topic }) => access === "read" || !topic.startsWith("forbidden/"),
  });
  intake.immediate = true;
  const subscriber = await here.client("reader");
  subscriber.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 1 }] });
  await subscriber.next("suback");
  for (const version of [4, 5] as const) {
    const client = await here.client(`writer-${version}`, version);
    const forbidden = { ...reading(1, { topic: "forbidden/t" }), retain: true } as Packet;
    await client.deliver(forbidden, reading(2));
    await client.next("puback", 2);
  }
  await subscriber.next("publish", 2);
  subscriber.send({ cmd: "subscribe", messageId: 2, subscriptions: [{ topic: "forbidden/t", qos: 1 }] });
  await subscriber.next("suback", 2);
  await subscriber.deliver();
  const seen = subscriber.received.flatMap((packet) => (packet.cmd === "publish" ? [packet.topic] : []));
  expect(seen).toEqual(["plant/1/t", "plant/1/t"]);
});

test("a will that its client may not publish is dropped, also after the connection is gone", async () => {
  const { world: here, intake } = await opened({
    authenticate: async () => true,
    allows: ({ topic, user }) => user === "ann" && topic.startsWith("ann/"),
  });
  intake.immediate = true;
  for (const topic of ["bob/state", "ann/state"]) {
    const client = await here.dial();
    const will = { topic, payload: Buffer.from("0"), qos: 1 as const, retain: false };
    client.send({
      cmd: "connect",
      clientId: topic,
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      keepalive: 0,
      username: "ann",
      password: Buffer.from("x"),
      will,
    });
    await client.next("connack");
    client.end();
    await expect.poll(() => here.broker.connections).toBe(0);
  }
  await expect.poll(() => intake.offered.map(({ topic }) => topic)).toEqual(["ann/state"]);
  expect(here.refusals).toMatchObject([{ reason: "not_allowed", client: "bob/state" }]);
});

test.each(["$SYS/broker/uptime", "$SYS/x"])("a message on %s is refused, and the client stays", async (topic) => {
  const { world: here, intake } = await opened();
  for (const version of [4, 5] as const) {
    const client = await here.client(`c${version}`, version);
    await client.deliver(reading(1, { topic }));
    await client.next("puback");
    const answer = client.received.find(({ cmd }) => cmd === "puback");
    expect(answer).toMatchObject(version === 5 ? { reasonCode: 0x87 } : { messageId: 1 });
  }
  expect(intake.offered).toEqual([]);
  expect(here.refusals).toMatchObject([{ reason: "not_allowed" }, { reason: "not_allowed" }]);
});

test("messages on other topics that begin with $ are refused", async () => {
  const { world: here, intake } = await opened();
  const [old, young] = [await here.client("old"), await here.client("young", 5)];
  young.send(reading(1, { topic: "$reserved/x" }));
  await young.next("puback");
  expect(young.received.at(-1)).toMatchObject({ messageId: 1, reasonCode: 0x90 });
  old.send(reading(1, { topic: "$reserved/x" }));
  await old.closed;
  expect(old.ids("puback")).toEqual([]);
  expect(intake.offered).toEqual([]);
});

test("messages of devices made for AWS and Azure, on topics that begin with $, are accepted", async () => {
  const { world: here, intake } = await opened();
  intake.immediate = true;
  const device = await here.client("device");
  const topics = ["$aws/things/pump-1/shadow/update", "$iothub/twin/PATCH/properties/reported/"];
  device.send(reading(1, { topic: topics[0]! }));
  device.send(reading(2, { topic: topics[1]! }));
  await device.next("puback", 2);
  expect(intake.offered.map(({ topic }) => topic)).toEqual(topics);
  expect(here.refusals).toEqual([]);
});

test("the state of a Mosquitto bridge is retained and sent to subscribers, and is not a reading", async () => {
  const { world: here, intake } = await opened();
  const bridge = await here.client("bridge");
  const topic = "$SYS/broker/connection/plant.to-tidemark/state";
  bridge.send({ ...reading(1, { topic }), retain: true } as Packet);
  await bridge.next("puback");
  const reader = await here.client("reader");
  reader.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "$SYS/broker/connection/#", qos: 0 }] });
  await reader.next("publish");
  expect(reader.received.at(-1)).toMatchObject({ topic, retain: true });
  expect(intake.offered).toEqual([]);
});

test("a packet above the limit: MQTT 5 gets 0x95, MQTT 3.1.1 is closed, and nothing is acknowledged", async () => {
  const { world: here, intake } = await opened();
  const [old, young] = [await here.client("old"), await here.client("young", 5)];
  const large = { cmd: "publish", topic: "t", payload: Buffer.alloc(8192), qos: 1, dup: false, retain: false } as const;
  old.send({ ...large, messageId: 1 });
  young.send({ ...large, messageId: 1 });
  await Promise.all([old.closed, young.closed]);
  expect(young.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x95 });
  expect(old.ids("puback")).toEqual([]);
  expect(intake.offered).toEqual([]);
  expect(here.refusals.map(({ reason }) => reason)).toEqual(["packet_too_large", "packet_too_large"]);
});

test("one connection above the limit is refused, until another one is closed", async () => {
  const here = await world({ limits: { maxConnections: 1 } });
  const first = await here.client("a");
  const second = await here.dial();
  await second.closed;
  expect(here.refusals).toMatchObject([{ reason: "too_many_connections" }]);
  first.end();
  await expect.poll(() => here.broker.connections).toBe(0);
  await here.client("b");
});

test("a wrong password is answered 4 in MQTT 3.1.1 and 0x86 in MQTT 5, and reported once", async () => {
  const here = await world({ authenticate: async () => false });
  for (const version of [4, 5] as const) {
    const client = await here.dial(version);
    client.send({
      cmd: "connect",
      clientId: "a",
      protocolId: "MQTT",
      protocolVersion: version,
      clean: true,
      keepalive: 0,
      username: "ann",
      password: Buffer.from("no"),
    });
    await client.closed;
    expect(client.received).toMatchObject([version === 4 ? { returnCode: 4 } : { reasonCode: 0x86 }]);
  }
  expect(here.refusals.map(({ reason }) => reason)).toEqual(["unauthorized", "unauthorized"]);
});

test("a session expiry without a value, or twice in a DISCONNECT, harms no other client", async () => {
  const { world: here, intake } = await opened();
  intake.immediate = true;
  const bystander = await here.client("bystander");
  const first = await here.dial(5);
  // Property length 1, property 0x11 without a value, then the client id "a".
  first.bytes(Buffer.from([0x10, 14, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 1, 0x11, 0, 0]));
  await first.closed;
  const second = await here.dial(5);
  second.send({
    cmd: "connect",
    clientId: "b",
    protocolId: "MQTT",
    protocolVersion: 5,
    clean: true,
    keepalive: 0,
    properties: { sessionExpiryInterval: 9 },
  });
  await second.next("connack");
  second.bytes(Buffer.from([0xe0, 12, 0, 10, 0x11, 0, 0, 0, 5, 0x11, 0, 0, 0, 5]));
  await second.closed;
  bystander.publish(1);
  await bystander.next("puback");
  expect(bystander.ids("puback")).toEqual([1]);
});

test("a PUBLISH with truncated properties is refused as malformed", async () => {
  const { world: here, intake } = await opened();
  const client = await here.client("a", 5);
  // Response Topic (8), and nothing after its length.
  client.bytes(Buffer.from([0x32, 9, 0, 1, 0x74, 0, 1, 3, 8, 0, 5]));
  await client.closed;
  expect(here.refusals).toMatchObject([
    { reason: "protocol", client: "a", detail: "the packet ends before its fields" },
  ]);
  expect(intake.offered).toEqual([]);
});

test("two PUBRELs with one identifier in one read end neither the process nor the client", async () => {
  const { world: here, intake } = await opened();
  intake.immediate = true;
  const client = await here.client("a");
  client.send(reading(5, { qos: 2 }));
  await client.next("pubrec");
  client.send({ cmd: "pubrel", messageId: 5 }, { cmd: "pubrel", messageId: 5 });
  await client.next("pubcomp", 2);
  expect(intake.offered.length).toBe(1);
});

test("WebSocket carries MQTT only with the subprotocol mqtt", async () => {
  const here = await world({ listener: { protocol: "ws" } });
  here.intake.immediate = true;
  const socket = new WebSocket(`ws://127.0.0.1:${here.port}`, ["mqtt"]);
  const client = new RawClient(createWebSocketStream(socket), 4);
  client.send({ cmd: "connect", clientId: "a", protocolId: "MQTT", protocolVersion: 4, clean: true, keepalive: 0 });
  client.publish(1);
  await client.next("puback");
  client.end();
  const bare = new WebSocket(`ws://127.0.0.1:${here.port}`);
  const [code] = (await once(bare, "close")) as [number];
  expect(code).toBe(1002);
  expect((await fetch(`http://127.0.0.1:${here.port}/`)).status).toBe(426);
});

test.each([
  ["offers no subprotocol", ""],
  ["offers another subprotocol", "Sec-WebSocket-Protocol: soap\r\n"],
  ["speaks MQTT", "Sec-WebSocket-Protocol: mqtt\r\n"],
])("an invalid WebSocket frame harms no other client, from a client that %s", async (_, header) => {
  const { world: here } = await opened({ listener: { protocol: "ws" } });
  const socket = dial(here.port, "127.0.0.1");
  socket.on("error", () => {});
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}${header}\r\n`);
  await once(socket, "data");
  socket.write(Buffer.from("ff8000000000", "hex"));
  socket.resume();
  await once(socket, "close");
  // An error without a listener would end the process, and so the test.
  expect((await fetch(`http://127.0.0.1:${here.port}/`)).status).toBe(426);
});

test.each(["tcp", "ws"] as const)("a port in use is reported in one line (%s)", async (protocol) => {
  const { world: here } = await opened();
  await expect(MqttWorld.open({ listener: { protocol, port: here.port } })).rejects.toMatchObject({ code: "port" });
});

test("a certificate that cannot be read is reported in one line", async () => {
  const listener = { protocol: "tls", cert: "/nowhere/cert.pem", key: "/nowhere/key.pem" } as const;
  await expect(MqttWorld.open({ listener })).rejects.toMatchObject({ code: "file" });
});

test("the broker survives any bytes and serves the other clients", async () => {
  const { world: here, intake } = await opened();
  intake.immediate = true;
  const random = seededRandom(20_261_120);
  const pick = (n: number): number => Math.floor(random() * n);
  const hello = (version: 4 | 5): Buffer =>
    generate({
      cmd: "connect",
      clientId: `f${pick(50)}`,
      protocolId: "MQTT",
      protocolVersion: version,
      clean: random() < 0.5,
      keepalive: 0,
      will: { topic: "w", payload: Buffer.from("1"), qos: 1, retain: random() < 0.2 },
      ...(version === 5 ? { properties: { sessionExpiryInterval: pick(3), receiveMaximum: 9 } } : {}),
    });
  const bystander = await here.client("bystander");
  const rounds = runs({ short: 300, long: 5000 });
  for (let round = 0; round < rounds; round++) {
    const version = random() < 0.5 ? 4 : 5;
    const packets: Packet[] = [
      reading(1),
      reading(2, { qos: 2 }),
      { cmd: "pubrel", messageId: 2 },
      { cmd: "subscribe", messageId: 3, subscriptions: [{ topic: "a/+", qos: 1 }] },
      { cmd: "unsubscribe", messageId: 4, unsubscriptions: ["a/+"] },
      {
        cmd: "disconnect",
        reasonCode: 4,
        ...(version === 5 ? { properties: { sessionExpiryInterval: 1 } } : {}),
      },
    ];
    const encoded = packets.map((packet) => generate(packet, { protocolVersion: version }));
    const first = hello(version);
    const rest = Buffer.concat(Array.from({ length: 8 }, () => encoded[pick(encoded.length)]!));
    const victim = random() < 0.4 ? first : rest;
    for (let flips = 1 + pick(4); flips > 0; flips--) victim[pick(victim.length)] = pick(256);
    const client = await here.dial(version);
    client.bytes(Buffer.concat([first, rest]));
    await Promise.race([client.closed, loopbackSettled(2)]);
    client.end();
  }
  bystander.publish(1);
  await bystander.next("puback");
  expect(here.refusals.filter(({ reason }) => reason === "broken")).toEqual([]);
});

test("users of a file of mosquitto_passwd connect with MQTT.js, others are refused", async () => {
  const users = new Users(new URL("users.txt", import.meta.url).pathname);
  const here = await world({ authenticate: (name, password) => users.check(name ?? "", password ?? new Uint8Array()) });
  const url = `mqtt://127.0.0.1:${here.port}`;
  for (const [username, password] of [
    ["ann", "secret"],
    ["bob", "geheim"],
  ] as const) {
    const client = await connectAsync(url, { username, password });
    await client.endAsync();
  }
  const refused = mqttConnect(url, { username: "ann", password: "geheim", reconnectPeriod: 0 });
  const error = await new Promise((resolve) => refused.once("error", resolve));
  expect(error).toMatchObject({ code: 4 });
  refused.end(true);
});

test("the client of a user that is removed from the users file is closed with the reason; the others stay", async () => {
  const { world: here, intake } = await opened();
  intake.immediate = true;
  const clients = await Promise.all(
    (
      [
        ["ann", 5],
        ["bob", 5],
        [undefined, 4],
      ] as const
    ).map(async ([username, version]) => {
      const client = await here.dial(version);
      client.send({
        cmd: "connect",
        clientId: `of-${username}`,
        protocolId: "MQTT",
        protocolVersion: version,
        clean: true,
        keepalive: 0,
        ...(username === undefined ? {} : { username, password: Buffer.from("x") }),
      });
      await client.deliver();
      return client;
    }),
  );
  const [ann, bob, nameless] = clients as [RawClient, RawClient, RawClient];
  here.broker.closeUsers((user) => user === "ann");
  await ann.closed;
  expect(ann.received.at(-1)).toMatchObject({ cmd: "disconnect", reasonCode: 0x87 });
  for (const client of [bob, nameless]) {
    client.publish(1);
    await client.next("puback");
  }
  expect(here.refusals).toMatchObject([{ reason: "user_removed", client: "of-ann" }]);
});

async function opened(options?: MqttWorldOptions): Promise<{ world: MqttWorld; intake: MqttWorld["intake"] }> {
  const here = await world(options);
  return { world: here, intake: here.intake };
}

test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
  "%s works as a client id, a topic and a filter",
  async (name) => {
    const { world: here, intake } = await opened();
    intake.immediate = true;
    const bystander = await here.client("bystander");
    for (const version of [4, 5] as const) {
      const client = await here.client(name, version);
      client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: name, qos: 1 }] });
      await client.next("suback");
      client.send(reading(2, { topic: name }));
      await client.next("publish");
      client.send({ cmd: "unsubscribe", messageId: 3, unsubscriptions: [name, "never/subscribed"] });
      await client.next("unsuback");
      client.end();
      await client.closed;
    }
    bystander.publish(1);
    await bystander.next("puback");
    expect(here.refusals).toEqual([]);
  },
);

test("__proto__ among several filters of a SUBSCRIBE is refused, and breaks nothing", async () => {
  const { world: here } = await opened();
  const client = await here.client("a");
  const subscriptions = [
    { topic: "a/b", qos: 0 as const },
    { topic: "__proto__", qos: 0 as const },
  ];
  client.send({ cmd: "subscribe", messageId: 1, subscriptions });
  await client.next("suback");
  expect(client.received.at(-1)).toMatchObject({ cmd: "suback", granted: [0, 0x80] });
  expect(here.refusals).toMatchObject([{ reason: "bad_filter", client: "a" }]);
});

test.each([4, 5] as const)(
  "the state of a Mosquitto bridge is sent to subscribers, and is not a reading (MQTT %s)",
  async (version) => {
    const { world: here, intake } = await opened({ allows: ({ access }) => access === "read" });
    const topic = "$SYS/broker/connection/plant.eu/state";
    const bridge = await here.dial(version);
    bridge.send({
      cmd: "connect",
      clientId: "plant.eu",
      protocolId: "MQTT",
      protocolVersion: version,
      clean: true,
      keepalive: 0,
      will: { topic, payload: Buffer.from("0"), qos: 1, retain: true },
    });
    await bridge.next("connack");
    bridge.send({ cmd: "publish", topic, payload: "1", qos: 1, messageId: 1, retain: true, dup: false });
    await bridge.next("puback");
    const watcher = await here.client("watcher");
    watcher.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "$SYS/broker/connection/#", qos: 0 }] });
    await watcher.next("publish");
    bridge.end();
    await watcher.next("publish", 2);
    expect(watcher.received.flatMap((packet) => (packet.cmd === "publish" ? [packet.payload.toString()] : []))).toEqual(
      ["1", "0"],
    );
    expect(intake.offered).toEqual([]);
    expect(here.refusals).toEqual([]);
  },
);
