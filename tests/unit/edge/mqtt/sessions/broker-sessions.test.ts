import type { IConnackPacket, IPublishPacket, ISubackPacket, ISubscription } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { MqttWorld, type MqttWorldOptions, type RawClient, reading } from "../../../../support/mqtt-world.ts";
import { SessionWorld } from "../../../../support/session-world.ts";

type Version = 4 | 5;

async function world(options: MqttWorldOptions = {}): Promise<MqttWorld> {
  const opened = await MqttWorld.open(options);
  opened.intake.immediate = true;
  return opened;
}

/** Connects with a session that outlives the connection. */
async function lasting(to: MqttWorld, clientId: string, version: Version = 4, more: object = {}): Promise<RawClient> {
  const client = await to.dial(version);
  await client.connectLasting(clientId, 600, more);
  return client;
}

async function subscribe(client: RawClient, ...subscriptions: ISubscription[]): Promise<(number | object)[]> {
  const before = client.received.filter(({ cmd }) => cmd === "suback").length;
  client.send({ cmd: "subscribe", messageId: 1, subscriptions });
  await client.next("suback", before + 1);
  return (client.received.findLast(({ cmd }) => cmd === "suback") as ISubackPacket).granted;
}

/** Disconnects, and waits until the broker has noticed. */
async function leave(client: RawClient): Promise<void> {
  client.send({ cmd: "disconnect" });
  await client.closed;
}

async function publish(
  by: RawClient,
  topic: string,
  payloads: readonly string[],
  more: Partial<IPublishPacket> = {},
): Promise<void> {
  const before = by.ids("puback").length;
  const packets = payloads.map((payload, i) => ({ ...reading(i + 1, { topic }), payload, ...more }) as IPublishPacket);
  by.send(...packets);
  await by.next("puback", before + payloads.length);
}

function messages(client: RawClient): IPublishPacket[] {
  return client.received.filter((packet) => packet.cmd === "publish");
}

function texts(client: RawClient): string[] {
  return messages(client).map(({ payload }) => payload.toString());
}

function isResumed(client: RawClient): boolean {
  return (client.received.find(({ cmd }) => cmd === "connack") as IConnackPacket).sessionPresent;
}

function ack(client: RawClient, ...some: IPublishPacket[]): Promise<void> {
  return client.deliver(...some.map(({ messageId }) => ({ cmd: "puback", messageId: messageId! }) as const));
}

test("a message that no session waits for and that is not retained does not touch the session store", async () => {
  await using broker = await world();
  const here = await broker.client("here");
  await subscribe(here, { topic: "#", qos: 1 });
  const away = await lasting(broker, "away");
  await subscribe(away, { topic: "other/#", qos: 1 }, { topic: "plant/#", qos: 0 });
  await leave(away);
  await expect.poll(() => broker.store.stats().absent).toBe(1);
  const sensor = await lasting(broker, "sensor");
  await broker.store.written;
  await publish(sensor, "plant/1", ["1", "2"]);
  let isWritten = false;
  // It calls back at once when nothing is being written.
  broker.store.durable(() => {
    isWritten = true;
  });
  expect(isWritten).toBe(true);
  expect(broker.store.has("sensor")).toBe(false);
  await here.next("publish", 2);
});

test("[P1] a message that is retained, queued, or QoS 2 of a session is acknowledged when both files have it, and not before", async () => {
  await using broker = await world();
  await leave(await subscribed(broker, "away"));
  const held: (() => void)[] = [];
  const durable = broker.store.durable.bind(broker.store);
  broker.store.durable = (done) => durable(() => held.push(done));
  const sensor = await lasting(broker, "sensor");
  sensor.send(reading(1, { topic: "nobody" }));
  await sensor.next("puback");
  const kept = { ...reading(3, { topic: "kept" }), retain: true } as IPublishPacket;
  await sensor.deliver(
    reading(2, { topic: "t" }),
    kept,
    reading(4, { topic: "u", qos: 2 }),
    reading(5, { topic: "nobody" }),
  );
  await broker.store.written;
  expect([sensor.ids("puback"), sensor.ids("pubrec")]).toEqual([[1], []]);
  expect(held.length).toBe(3);
  held[0]!();
  await sensor.next("puback", 2);
  held[2]!();
  held[1]!();
  await sensor.next("puback", 4);
  await sensor.next("pubrec");
  expect([sensor.ids("puback"), sensor.ids("pubrec")]).toEqual([[1, 2, 3, 5], [4]]);
});

test("[MQTT-4.6.0-2] acknowledgements keep their order when only some messages wait for sessions", async () => {
  await using broker = await world();
  await subscribe(await lasting(broker, "away"), { topic: "slow", qos: 1 });
  const sensor = await broker.client("sensor");
  const ids = Array.from({ length: 30 }, (_, i) => i + 1);
  sensor.send(...ids.map((id) => reading(id, { topic: id % 3 === 0 ? "slow" : "quick" })));
  await sensor.next("puback", 30);
  expect(sensor.ids("puback")).toEqual(ids);
});

describe.each([4, 5] as const)("MQTT protocol level %i", (version) => {
  test("an unacknowledged message comes again under its identifier, as a duplicate, before later messages", async () => {
    await using broker = await world();
    let subscriber = await lasting(broker, "s", version);
    expect(isResumed(subscriber)).toBe(false);
    await subscribe(subscriber, { topic: "t/#", qos: 1 });
    const sensor = await broker.client("sensor");
    await publish(sensor, "t/1", ["a", "b", "c"]);
    await subscriber.next("publish", 3);
    const [a, b, c] = messages(subscriber);
    await ack(subscriber, a!);
    await leave(subscriber);
    await publish(sensor, "t/1", ["d", "e"]);

    subscriber = await lasting(broker, "s", version);
    expect(isResumed(subscriber)).toBe(true);
    await publish(sensor, "t/1", ["f"]);
    await subscriber.next("publish", 5);
    expect(texts(subscriber)).toEqual(["b", "c", "d", "e", "f"]);
    expect(messages(subscriber).map(({ dup }) => dup)).toEqual([true, true, false, false, false]);
    expect(
      messages(subscriber)
        .slice(0, 2)
        .map(({ messageId }) => messageId),
    ).toEqual([b!.messageId, c!.messageId]);
    expect(new Set(messages(subscriber).map(({ messageId }) => messageId)).size).toBe(5);
    await ack(subscriber, ...messages(subscriber));
    expect(broker.store.stats()).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
  });

  test("no more messages are in flight than allowed, and an acknowledgement makes room for the next", async () => {
    await using broker = await world({ sessionLimits: { inFlight: 3 } });
    const limit = version === 5 ? 2 : 3;
    const properties = { sessionExpiryInterval: 600, receiveMaximum: 2 };
    const subscriber = await lasting(broker, "s", version, version === 5 ? { properties } : {});
    await subscribe(subscriber, { topic: "t", qos: 1 });
    const sensor = await broker.client("sensor");
    const all = Array.from({ length: 12 }, (_, i) => String(i));
    await publish(sensor, "t", all);
    for (let sent = limit; sent < all.length; sent++) {
      await subscriber.next("publish", sent);
      await subscriber.deliver();
      expect(texts(subscriber)).toEqual(all.slice(0, sent));
      await ack(subscriber, messages(subscriber)[sent - limit]!);
    }
    await subscriber.next("publish", all.length);
    expect(texts(subscriber)).toEqual(all);
  });

  test("[MQTT-3.3.5-1] overlapping subscriptions bring one message, with the highest QoS and every identifier", async () => {
    await using broker = await world();
    const subscriber = await lasting(broker, "s", version);
    const filters = ["a/#", "a/+", "a/b"];
    for (const [i, topic] of filters.entries()) {
      const properties = version === 5 ? { properties: { subscriptionIdentifier: i + 1 } } : {};
      subscriber.send({
        cmd: "subscribe",
        messageId: i + 1,
        subscriptions: [{ topic, qos: i === 1 ? 2 : 0 }],
        ...properties,
      });
    }
    await subscriber.next("suback", 3);
    const sensor = await broker.client("sensor");
    sensor.send(reading(1, { topic: "a/b", qos: 2 }));
    await sensor.next("pubrec");
    await subscriber.next("publish");
    await subscriber.deliver();
    expect(messages(subscriber).map(({ qos }) => qos)).toEqual([2]);
    if (version === 5) expect(messages(subscriber)[0]!.properties?.subscriptionIdentifier).toBe(2);
  });

  test("[MQTT-3.1.2-4] a clean start ends the old session", async () => {
    await using broker = await world();
    let subscriber = await lasting(broker, "s", version);
    await subscribe(subscriber, { topic: "t", qos: 1 });
    await leave(subscriber);
    const sensor = await broker.client("sensor");
    await publish(sensor, "t", ["1", "2"]);
    subscriber = await lasting(broker, "s", version, { clean: true });
    expect(isResumed(subscriber)).toBe(false);
    await publish(sensor, "t", ["3"]);
    await subscriber.deliver();
    expect(messages(subscriber)).toEqual([]);
    expect(broker.store.stats()).toMatchObject({ sessions: 0, queuedMessages: 0 });
  });

  test("a retained message for a new subscription belongs to the session, too", async () => {
    await using broker = await world();
    const sensor = await broker.client("sensor");
    await publish(sensor, "t/kept", ["1"], { retain: true });
    let subscriber = await lasting(broker, "s", version);
    await subscribe(subscriber, { topic: "t/#", qos: 1 });
    await subscriber.next("publish");
    subscriber.end();
    await subscriber.closed;
    subscriber = await lasting(broker, "s", version);
    await subscriber.next("publish");
    expect(messages(subscriber).map(({ retain, dup, qos }) => [retain, dup, qos])).toEqual([[true, true, 1]]);
  });

  test("a client that takes over its own session gets what the old connection did not acknowledge", async () => {
    await using broker = await world();
    const first = await lasting(broker, "s", version);
    await subscribe(first, { topic: "t", qos: 1 });
    const sensor = await broker.client("sensor");
    await publish(sensor, "t", ["1"]);
    await first.next("publish");
    const second = await lasting(broker, "s", version);
    await first.closed;
    await publish(sensor, "t", ["2"]);
    await second.next("publish", 2);
    expect(texts(second)).toEqual(["1", "2"]);
    expect(isResumed(second)).toBe(true);
  });

  test("a QoS 2 message that comes twice is sent to subscribers once; its identifier is free after PUBREL", async () => {
    await using broker = await world();
    const subscriber = await lasting(broker, "s", version);
    await subscribe(subscriber, { topic: "plant/#", qos: 2 });
    for (const sensor of [await broker.client("clean", version), await lasting(broker, "lasting", version)]) {
      const before = messages(subscriber).length;
      sensor.send(reading(5, { qos: 2 }), reading(5, { qos: 2, dup: true }));
      await sensor.next("pubrec", 2);
      sensor.send({ cmd: "pubrel", messageId: 5 }, { cmd: "pubrel", messageId: 5 });
      await sensor.next("pubcomp", 2);
      sensor.send(reading(5, { qos: 2 }));
      await sensor.next("pubrec", 3);
      await subscriber.next("publish", before + 2);
      await subscriber.deliver();
      expect(messages(subscriber).length).toBe(before + 2);
    }
  });

  test("a subscription above the limit is refused, and the others stay", async () => {
    const sessions = new SessionWorld({ subscriptions: 2 });
    await using broker = await world({ sessions, limits: { subscriptionsPerClient: 2 } });
    for (const client of [await broker.client("clean", version), await lasting(broker, "lasting", version)]) {
      const refused = version === 5 ? 0x97 : 0x80;
      const asked = ["a", "b", "c"].map((topic) => ({ topic, qos: 1 }) as const);
      expect(await subscribe(client, ...asked)).toEqual([1, 1, refused]);
      expect(await subscribe(client, { topic: "a", qos: 0 })).toEqual([0]);
    }
    expect(broker.store.subscriptionsOf("lasting").map(({ topic, qos }) => [topic, qos])).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
    expect(broker.refusals.map(({ reason }) => reason)).toEqual(["too_many_subscriptions", "too_many_subscriptions"]);
  });

  test("a subscription is refused if there is no room for its session, also beside one that is refused for another reason", async () => {
    await using broker = await world({ sessions: new SessionWorld({ sessions: 1 }) });
    const refused = version === 5 ? 0x97 : 0x80;
    const first = await subscribed(broker, "first");
    const client = await lasting(broker, "s", version);
    expect(await subscribe(client, { topic: "t", qos: 1 })).toEqual([refused]);
    const deep = { topic: "x".repeat(2000), qos: 1 } as const;
    const shared = { topic: "$share/g/t", qos: 1 } as const;
    const codes = version === 5 ? [refused, 0x8f, 0x9e] : [0x80, 0x80, 0x80];
    expect(await subscribe(client, { topic: "t", qos: 1 }, deep, shared)).toEqual(codes);
    // A refused filter does not count. There is room as soon as another session is gone.
    await leave(first);
    const again = await broker.client("first");
    expect(await subscribe(client, { topic: "t", qos: 1 }, deep)).toEqual([1, codes[1]]);
    expect(broker.store.subscriptionsOf("s").map(({ topic }) => topic)).toEqual(["t"]);
    await publish(again, "t", ["1"]);
    await client.next("publish");
    expect(broker.refusals.map(({ reason }) => reason)).toEqual([
      "sessions",
      "sessions",
      "bad_filter",
      "bad_filter",
      "bad_filter",
    ]);
  });
});

test("a QoS 0 subscription of a session is served while its client is connected, and keeps nothing", async () => {
  await using broker = await world();
  const subscriber = await lasting(broker, "s");
  await subscribe(subscriber, { topic: "t", qos: 0 });
  const sensor = await broker.client("sensor");
  await publish(sensor, "t", ["1"]);
  await subscriber.next("publish");
  expect(messages(subscriber)[0]!.qos).toBe(0);
  await leave(subscriber);
  await publish(sensor, "t", ["2"]);
  const again = await lasting(broker, "s");
  await again.deliver();
  expect([isResumed(again), messages(again)]).toEqual([true, []]);
});

test("[MQTT-3.8.3-3] with No Local a session does not get its own messages, connected or not", async () => {
  await using broker = await world();
  const bridge = await lasting(broker, "bridge", 5);
  await subscribe(bridge, { topic: "t", qos: 1, nl: true });
  await publish(bridge, "t", ["own"]);
  await leave(bridge);
  await publish(await broker.client("sensor"), "t", ["theirs"]);
  const again = await lasting(broker, "bridge", 5);
  await again.next("publish");
  await again.deliver();
  expect(texts(again)).toEqual(["theirs"]);
});

test("Retain As Published: a queued message keeps the RETAIN flag of its publisher; without the option it is cleared", async () => {
  await using broker = await world();
  for (const rap of [true, false]) {
    const subscriber = await lasting(broker, `rap-${rap}`, 5);
    await subscribe(subscriber, { topic: "t", qos: 1, rap, rh: 2 });
    await leave(subscriber);
  }
  await publish(await broker.client("sensor"), "t", ["1"], { retain: true });
  for (const rap of [true, false]) {
    const subscriber = await lasting(broker, `rap-${rap}`, 5);
    await subscriber.next("publish");
    expect(messages(subscriber).map(({ retain }) => retain)).toEqual([rap]);
    await ack(subscriber, ...messages(subscriber));
    expect(broker.store.queues.of(`rap-${rap}`).size).toBe(0);
  }
});

test("[MQTT-3.3.2-5] [MQTT-3.3.2-6] a message that expires in the queue is not delivered; another message has its remaining lifetime", async () => {
  await using broker = await world();
  await leave(await subscribed(broker, "s"));
  const sensor = await broker.client("sensor", 5);
  for (const [i, life] of [10, 100, undefined].entries()) {
    const properties = life === undefined ? {} : { properties: { messageExpiryInterval: life } };
    sensor.send({ ...reading(i + 1, { topic: "t" }), payload: `${life}`, ...properties } as IPublishPacket);
  }
  await sensor.next("puback", 3);
  broker.sessions.clock.pass(30_000);
  const subscriber = await lasting(broker, "s", 5);
  await subscriber.next("publish", 2);
  expect(
    messages(subscriber).map(({ payload, properties }) => [payload.toString(), properties?.messageExpiryInterval]),
  ).toEqual([
    ["100", 70],
    ["undefined", undefined],
  ]);
  expect(broker.sessions.dropped.map(({ reason }) => reason)).toEqual(["expired"]);
});

test("[MQTT-3.1.2-25] a message that is larger than its client accepts is dropped, and the next one is sent", async () => {
  await using broker = await world();
  await leave(await subscribed(broker, "s"));
  const sensor = await broker.client("sensor");
  await publish(sensor, "t", ["x".repeat(500), "small"]);
  const properties = { sessionExpiryInterval: 600, maximumPacketSize: 100 };
  const subscriber = await lasting(broker, "s", 5, { properties });
  await subscriber.next("publish");
  expect(texts(subscriber)).toEqual(["small"]);
  expect(broker.sessions.dropped.map(({ reason }) => reason)).toEqual(["too_large"]);
});

test("MQTT 5: properties of the publisher reach a session, and a session without an expiry ends with its connection", async () => {
  await using broker = await world();
  await leave(await subscribed(broker, "s"));
  const sensor = await broker.client("sensor", 5);
  const properties = {
    contentType: "text/plain",
    correlationData: Buffer.from([1, 2]),
    userProperties: { site: ["a", "b"], line: "7" },
  };
  sensor.send({ ...reading(1, { topic: "t" }), properties } as IPublishPacket);
  await sensor.next("puback");
  // Resumes the session and ends it: expiry 0.
  const subscriber = await lasting(broker, "s", 5, { properties: {} });
  await subscriber.next("publish");
  expect(messages(subscriber)[0]!.properties).toEqual(properties);
  await leave(subscriber);
  const again = await lasting(broker, "s", 5);
  expect(isResumed(again)).toBe(false);
});

test("a client that leaves before its CONNACK leaves nothing behind: no client, no will, no endless session", async () => {
  await using broker = await world();
  await leave(await subscribed(broker, "returning"));
  for (let n = 0; n < 30; n++) {
    const client = await broker.dial(4);
    const clientId = n === 0 ? "returning" : `hasty-${n}`;
    const will = { topic: `state/${clientId}`, payload: Buffer.from("gone"), qos: 1, retain: false } as const;
    const connect = {
      cmd: "connect",
      clientId,
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: false,
      keepalive: 0,
    } as const;
    client.send({ ...connect, will });
    client.end();
    await client.closed;
  }
  // Every client that was reported as connected was reported as disconnected.
  const last = await broker.client("last");
  await publish(last, "t", ["1"]);
  for (let turn = 0; turn < 100 && broker.store.wills.all().length > 0; turn++) {
    await last.deliver();
    await broker.store.written;
  }
  expect(broker.store.wills.all()).toEqual([]);
  expect([...broker.here].toSorted()).toEqual(["last"]);
  broker.sessions.clock.pass(8 * 86_400_000);
  broker.store.sweep();
  expect(broker.store.has("returning")).toBe(false);
});

test("a message that its client may not read is dropped from its queue", async () => {
  const allows = ({ access, topic }: { access: string; topic: string }): boolean =>
    access === "write" || topic !== "t/secret";
  await using broker = await world({ allows });
  const subscriber = await lasting(broker, "s");
  await subscribe(subscriber, { topic: "t/#", qos: 1 });
  const sensor = await broker.client("sensor");
  await publish(sensor, "t/secret", ["1"]);
  await publish(sensor, "t/open", ["2"]);
  await subscriber.next("publish");
  expect(texts(subscriber)).toEqual(["2"]);
  expect(broker.store.queues.of("s").size).toBe(1);
});

test("a recovered will is published before any client comes back, as a message of its client; a will with a delay can be revoked", async () => {
  await using sessions = new SessionWorld();
  const store = await sessions.open();
  const will = {
    payload: Buffer.from("gone"),
    qos: 1,
    retain: true,
    properties: null,
    expiresMs: null,
    brokerId: "x",
  } as const;
  store.wills.put({ ...will, topic: "state/a", client: "a", user: "u", delayS: 0 });
  store.wills.put({ ...will, topic: "state/b", client: "b", user: "u", delayS: 3600 });
  store.wills.put({ ...will, topic: "state/c", client: "c", user: "other", delayS: 0 });
  const asked: string[] = [];
  const opening = MqttWorld.open({
    sessions,
    allows: ({ user, client, access }) => {
      asked.push(`${access} ${client} ${user}`);
      return user !== "other";
    },
    commitsAtOnce: true,
  });
  await using broker = await opening;
  expect(broker.intake.offered.map(({ clientId, topic, qos }) => [clientId, topic, qos])).toEqual([
    ["a", "state/a", 0],
  ]);
  expect(asked).toEqual(["write a u", "write c other"]);
  expect([...broker.store.retained.matching(["#"])].map(({ message }) => message.topic)).toEqual(["state/a"]);
  await expect.poll(() => broker.store.wills.all().map(({ will: { client } }) => client)).toEqual(["b"]);
  broker.intake.immediate = true;
  await lasting(broker, "b");
  expect(broker.store.wills.all()).toEqual([]);
});

test("a full disk does not keep the broker with a recovered will from starting", async () => {
  await using sessions = new SessionWorld();
  const store = await sessions.open();
  store.wills.put({ ...WILL, topic: "state/a", client: "a", user: null, delayS: 0 });
  store.wills.put({ ...WILL, topic: "state/b", client: "b", user: null, delayS: 0 });
  await using broker = await MqttWorld.open({ sessions });
  // Before the first client can connect.
  expect(broker.intake.offered.map(({ topic }) => topic)).toEqual(["state/a", "state/b"]);
  const back = await lasting(broker, "b", 4, { will: { topic: "state/b", payload: "new", qos: 1, retain: false } });
  broker.intake.commit();
  await expect.poll(() => broker.store.wills.all().map(({ will: { client } }) => client)).toEqual(["b"]);
  expect(Buffer.from(broker.store.wills.get("b")!.will.payload).toString()).toBe("new");
  await leave(back);
});

test("the limits and the ACL apply to a recovered will as to any message", async () => {
  await using sessions = new SessionWorld();
  const store = await sessions.open();
  const bridge = "$SYS/broker/connection/plant/state";
  const topics = [bridge, "$SYS/broker/uptime", "$own", "x".repeat(2000), "secret", "state/a"];
  for (const topic of topics) store.wills.put({ ...WILL, topic, retain: true, client: topic, user: "u", delayS: 0 });
  const allows: MqttWorldOptions["allows"] = ({ topic }) => topic !== "secret" && topic !== bridge;
  await using broker = await MqttWorld.open({ sessions, allows, commitsAtOnce: true });
  await expect.poll(() => broker.store.wills.all()).toEqual([]);
  expect(broker.intake.offered.map(({ topic }) => topic)).toEqual(["state/a"]);
  expect(broker.refusals.map(({ reason, client }) => [client, reason])).toEqual([
    ["$SYS/broker/uptime", "not_allowed"],
    ["$own", "bad_publish"],
    ["x".repeat(2000), "bad_publish"],
    ["secret", "not_allowed"],
  ]);
  const retained = [...broker.store.retained.matching(["#", "$SYS/#"])].map(({ message }) => message.topic);
  expect(retained.toSorted()).toEqual([bridge, "state/a"]);
});

test("an error while a session is served ends that client only, and is reported", async () => {
  await using broker = await world();
  const client = await subscribed(broker, "s");
  const { queues } = broker.store;
  const read = queues.read.bind(queues);
  queues.read = async () => {
    throw new TypeError("a mistake");
  };
  const sensor = await broker.client("sensor");
  await publish(sensor, "t", ["1"]);
  await client.closed;
  expect(broker.refusals).toEqual([{ reason: "broken", client: "s", detail: "TypeError: a mistake" }]);
  queues.read = read;
  const back = await lasting(broker, "s", 5);
  await back.next("publish");
  expect(texts(back)).toEqual(["1"]);
});

test("a client that reads no message of its session is closed, and finds the session again", async () => {
  const sessions = new SessionWorld({ queueBytes: 64 * 1024 * 1024, totalQueueBytes: 64 * 1024 * 1024 });
  const sessionLimits = { inFlight: 1000, drainTimeoutMs: 200 };
  await using broker = await world({ sessions, sessionLimits, limits: { maxPacketBytes: 65_536 } });
  const client = await subscribed(broker, "stuck");
  client.pause();
  const sensor = await broker.client("sensor");
  // More than the buffers of both sockets hold. Their size is unknown.
  await publish(sensor, "t", Array<string>(400).fill("x".repeat(60_000)));
  await expect.poll(() => broker.refusals).toMatchObject([{ reason: "slow_subscriber", client: "stuck" }]);
  await expect.poll(() => broker.here.has("stuck")).toBe(false);
  const back = await lasting(broker, "stuck", 5);
  await back.next("publish", 400);
});

const WILL = {
  payload: Buffer.from("gone"),
  qos: 1,
  retain: false,
  properties: null,
  expiresMs: null,
  brokerId: "x",
} as const;

async function subscribed(broker: MqttWorld, clientId: string): Promise<RawClient> {
  const client = await lasting(broker, clientId, 5);
  await subscribe(client, { topic: "t", qos: 1 });
  return client;
}
