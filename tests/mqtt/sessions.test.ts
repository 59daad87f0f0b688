import { once } from "node:events";
import { connect } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { connect as connectMqtt, connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { IConnackPacket, IPublishPacket, Packet } from "mqtt-packet";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { seededRandom } from "../../deploy/sandbox/seeded-random.ts";
import { deployment, eventually } from "../support/deployment.ts";
import { RawClient, reading } from "../support/mqtt-world.ts";
import { runs } from "../support/scale.ts";
import { hasTool } from "../support/tools.ts";

/** A client with a persistent session. */
function lasting(version: 4 | 5, clientId: string): IClientOptions {
  return {
    clientId,
    clean: false,
    protocolVersion: version,
    reconnectPeriod: 0,
    ...(version === 5 ? { properties: { sessionExpiryInterval: 3600 } } : {}),
  };
}

/** Connects again to an existing session, and collects its messages. */
async function collected(site: LocalDeployment, options: IClientOptions, count: number): Promise<string[]> {
  const client = connectMqtt(site.mqttUrl, options);
  const messages: string[] = [];
  // Registered before the connection: the queued messages follow the CONNACK at once.
  client.on("message", (topic, payload) => messages.push(`${topic} ${payload.toString()}`));
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await eventually(
    () => Promise.resolve(messages.length),
    (got) => got >= count,
    { deadlineMs: 60_000, what: `${count} messages come` },
  );
  // Messages come in order. So a surplus message would come before the answer to this one.
  await client.subscribeAsync("end/of/queue", { qos: 1 });
  await client.publishAsync("end/of/queue", "", { qos: 1 });
  await eventually(
    () => Promise.resolve(messages.at(-1)),
    (last) => last === "end/of/queue ",
    { deadlineMs: 60_000, what: "the end of the queue comes" },
  );
  await client.unsubscribeAsync("end/of/queue");
  await client.endAsync();
  return messages.slice(0, -1);
}

async function raw(site: LocalDeployment, version: 4 | 5, clientId: string, more: object = {}): Promise<RawClient> {
  const socket = connect(Number(new URL(site.mqttUrl).port), "127.0.0.1");
  await once(socket, "connect");
  const client = new RawClient(socket, version);
  onTestFinished(() => client.end());
  await client.connectLasting(clientId, 3600, more);
  return client;
}

function sessionPresent(client: RawClient): boolean {
  return client.received.some(
    (packet: Packet) => packet.cmd === "connack" && (packet as IConnackPacket).sessionPresent,
  );
}

function published(client: RawClient): IPublishPacket[] {
  return client.received.filter((packet) => packet.cmd === "publish");
}

async function publisher(site: LocalDeployment, version: 4 | 5): Promise<MqttClient> {
  const client = await connectAsync(site.mqttUrl, {
    clientId: "publisher",
    protocolVersion: version,
    reconnectPeriod: 0,
  });
  onTestFinished(() => client.endAsync(true));
  return client;
}

/**
 * Resolves when the acknowledgements that the client sent are on disk. The broker handles the packets of one read at the
 * same time, and reads on when all of them are done: so the first answer may come too early, the second does not.
 */
async function acknowledgementsStored(client: RawClient): Promise<void> {
  await client.deliver();
  await client.deliver();
}

async function restarted(site: LocalDeployment): Promise<void> {
  await site.gateway!.kill();
  await site.startGateway();
}

describe.each([
  ["MQTT 3.1.1", 4],
  ["MQTT 5", 5],
] as const)("after kill -9, %s", (_name, version) => {
  test("an absent subscriber gets every acknowledged message once, in order, and retained messages are kept", async () => {
    const site = await deployment();
    await site.startGateway();
    const away = await connectAsync(site.mqttUrl, lasting(version, "away"));
    await away.subscribeAsync("plant/#", { qos: 2 });
    await away.endAsync();

    const sender = await publisher(site, version);
    const sent: string[] = [];
    for (let n = 0; n < 60; n++) {
      sent.push(`plant/${n % 3} ${n}`);
      await sender.publishAsync(`plant/${n % 3}`, String(n), { qos: n % 2 === 0 ? 1 : 2 });
    }
    await sender.publishAsync("kept/a", "1", { qos: 1, retain: true });
    await sender.publishAsync("kept/b", "1", { qos: 1, retain: true });
    await sender.publishAsync("kept/a", "2", { qos: 0, retain: true });
    await sender.publishAsync("kept/b", "", { qos: 1, retain: true });
    await restarted(site);

    const got = await collected(site, lasting(version, "away"), sent.length);
    // MQTT.js reports a QoS 2 message when it is released, so the order holds for each QoS alone.
    const parity = (odd: number) => (message: string) => Number(message.split(" ")[1]) % 2 === odd;
    for (const odd of [0, 1]) expect(got.filter(parity(odd))).toEqual(sent.filter(parity(odd)));
    expect(got.length).toBe(sent.length);
    await restarted(site);
    const late = await connectAsync(site.mqttUrl, { protocolVersion: version, reconnectPeriod: 0 });
    const kept: string[] = [];
    late.on("message", (topic, payload) => kept.push(`${topic} ${payload.toString()}`));
    await late.subscribeAsync(["kept/#", "end"], { qos: 1 });
    await late.publishAsync("end", "", { qos: 1 });
    await eventually(
      () => Promise.resolve(kept),
      (all) => all.includes("end "),
      { deadlineMs: 60_000, what: "messages come" },
    );
    expect(kept).toEqual(["kept/a 2", "end "]);
    await late.endAsync();
    // Everything was acknowledged, so nothing comes again.
    expect(await collected(site, lasting(version, "away"), 0)).toEqual([]);
  });

  test("a QoS 2 message with a PUBREC reaches subscribers exactly once", async () => {
    const site = await deployment();
    await site.startGateway();
    const away = await connectAsync(site.mqttUrl, lasting(version, "away"));
    await away.subscribeAsync("plant/#", { qos: 2 });
    await away.endAsync();

    const before = await raw(site, version, "sensor");
    expect(sessionPresent(before)).toBe(false);
    before.send(reading(7, { qos: 2 }), reading(8, { qos: 2 }));
    await before.next("pubrec", 2);
    await restarted(site);

    const after = await raw(site, version, "sensor");
    expect(sessionPresent(after)).toBe(true);
    after.send(reading(7, { qos: 2, dup: true }));
    await after.next("pubrec");
    after.send({ cmd: "pubrel", messageId: 7 }, { cmd: "pubrel", messageId: 8 });
    await after.next("pubcomp", 2);
    // The identifier is free again, so this is another message.
    after.send(reading(7, { qos: 2 }));
    await after.next("pubrec", 2);
    expect(await collected(site, lasting(version, "away"), 3)).toEqual(Array(3).fill("plant/1/t 21.5"));
  });

  test("an exchange with a subscriber continues under the same identifier", async () => {
    const site = await deployment();
    await site.startGateway();
    let subscriber = await raw(site, version, "subscriber");
    subscriber.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: "plant/#", qos: 2 }],
      ...(version === 5 ? { properties: { subscriptionIdentifier: 42 } } : {}),
    });
    await subscriber.next("suback");
    const sender = await publisher(site, version);
    await sender.publishAsync("plant/1/t", "20", { qos: 2 });
    await sender.publishAsync("plant/1/t", "21", { qos: 1 });
    await subscriber.next("publish", 2);
    const [first, second] = published(subscriber);
    expect([first?.qos, first?.dup, second?.qos, second?.dup]).toEqual([2, false, 1, false]);
    await restarted(site);

    subscriber = await raw(site, version, "subscriber");
    expect(sessionPresent(subscriber)).toBe(true);
    await subscriber.next("publish", 2);
    expect(published(subscriber).map(({ messageId, dup, payload }) => [messageId, dup, payload.toString()])).toEqual([
      [first!.messageId, true, "20"],
      [second!.messageId, true, "21"],
    ]);
    if (version === 5) expect(published(subscriber)[0]!.properties?.subscriptionIdentifier).toBe(42);
    subscriber.send({ cmd: "pubrec", messageId: first!.messageId! }, { cmd: "puback", messageId: second!.messageId! });
    await subscriber.next("pubrel");
    await acknowledgementsStored(subscriber);
    await restarted(site);

    subscriber = await raw(site, version, "subscriber");
    await subscriber.next("pubrel");
    subscriber.send({ cmd: "pubcomp", messageId: first!.messageId! });
    await acknowledgementsStored(subscriber);
    expect(published(subscriber)).toEqual([]);
    await restarted(site);
    subscriber = await raw(site, version, "subscriber");
    await subscriber.deliver();
    expect(subscriber.received.map(({ cmd }) => cmd)).toEqual(["connack", "pingresp"]);
  });

  test("the wills of connected clients are published once, and retained wills are kept", async () => {
    const site = await deployment();
    await site.startGateway();
    const away = await connectAsync(site.mqttUrl, lasting(version, "away"));
    await away.subscribeAsync("state/#", { qos: 1 });
    await away.endAsync();
    const will = (client: string): object => ({
      will: { topic: `state/${client}`, payload: Buffer.from("gone"), qos: 1, retain: true },
    });
    await raw(site, version, "lost", will("lost"));
    const polite = await raw(site, version, "polite", will("polite"));
    polite.send({ cmd: "disconnect" });
    await polite.closed;
    // A DISCONNECT is not acknowledged. But a message that is acknowledged later is on disk after it.
    const sender = await publisher(site, version);
    await sender.publishAsync("kept", "1", { qos: 1, retain: true });
    await restarted(site);
    expect(await collected(site, lasting(version, "away"), 1)).toEqual(["state/lost gone"]);
    await restarted(site);
    expect(await collected(site, lasting(version, "away"), 0)).toEqual([]);
  });
});

/** Room for everything that a test publishes. */
function withLongQueues(site: LocalDeployment): void {
  const { file } = site.gateways[0]!;
  const config = parse(readFileSync(file, "utf8")) as { mqtt: object };
  const sessions = { queue_messages: 100_000, queue_size: "64MiB" };
  writeFileSync(file, stringify({ ...config, mqtt: { ...config.mqtt, sessions } }));
}

/** Resolves when the gateway accepts connections. */
async function reachable(site: LocalDeployment): Promise<boolean> {
  return eventually(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(Number(new URL(site.mqttUrl).port), "127.0.0.1");
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
        socket.once("connect", () => socket.destroy());
      }),
    (is) => is,
    { deadlineMs: 60_000, what: "the gateway listens" },
  ).catch(() => false);
}

describe("an absent subscriber gets every acknowledged message", () => {
  /** Publishes until the gateway is gone. @returns the acknowledged messages. */
  async function publishUntilGone(
    site: LocalDeployment,
    from: number,
  ): Promise<{ acknowledged: number[]; next: number }> {
    const sender = await connectAsync(site.mqttUrl, { clientId: "publisher", reconnectPeriod: 0 });
    const acknowledged: number[] = [];
    let next = from;
    let isGone = false;
    sender.on("error", () => {});
    const closed = new Promise<void>((resolve) => sender.once("close", () => resolve()));
    void closed.then(() => {
      isGone = true;
    });
    const lane = async (): Promise<void> => {
      while (!isGone) {
        const id = next++;
        const outcome = await Promise.race([
          sender.publishAsync("plant/7", String(id), { qos: 1 }).then(() => "acknowledged"),
          closed.then(() => "gone"),
        ]).catch(() => "gone");
        if (outcome === "acknowledged") acknowledged.push(id);
      }
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    await sender.endAsync(true);
    return { acknowledged, next };
  }

  async function expectAll(site: LocalDeployment, acknowledged: readonly number[]): Promise<void> {
    const messages = await collected(site, lasting(4, "away"), acknowledged.length);
    const got = new Set(messages.map((message) => Number(message.split(" ")[1])));
    expect(acknowledged.filter((id) => !got.has(id))).toEqual([]);
    expect(messages.length).toBe(got.size);
  }

  test("when the gateway is killed at random moments", async () => {
    const site = await deployment();
    withLongQueues(site);
    const seed = Number(process.env["TIDEMARK_SEED"] ?? Date.now() % 1_000_000);
    console.log(`replay this run with TIDEMARK_SEED=${seed}`);
    const random = seededRandom(seed);
    await site.startGateway();
    const away = await connectAsync(site.mqttUrl, lasting(4, "away"));
    await away.subscribeAsync("plant/#", { qos: 1 });
    await away.endAsync();
    const acknowledged: number[] = [];
    let next = 0;
    for (let kill = 0; kill < runs({ short: 3, long: 20 }); kill++) {
      const load = publishUntilGone(site, next);
      // The kill must come at a random moment.
      await delay(200 + random() * 500);
      await restarted(site);
      const round = await load;
      acknowledged.push(...round.acknowledged);
      next = round.next;
    }
    console.log(`${acknowledged.length} messages acknowledged`);
    expect(acknowledged.length).toBeGreaterThan(100);
    await expectAll(site, acknowledged);
  });

  test.skipIf(!hasTool("strace"))("when the gateway is killed at its N-th fsync", async () => {
    const site = await deployment();
    withLongQueues(site);
    await site.startGateway();
    const away = await connectAsync(site.mqttUrl, lasting(4, "away"));
    await away.subscribeAsync("plant/#", { qos: 1 });
    await away.endAsync();
    await site.gateway!.stop();
    const acknowledged: number[] = [];
    let next = 0;
    // A start has its own fsyncs. Later the two databases sync in turn.
    for (const point of Array.from({ length: runs({ short: 4, long: 30 }) }, (_, i) => 25 + i * 3)) {
      const trace = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", "/dev/null"];
      const inject = ["-e", `inject=fsync,fdatasync:signal=SIGKILL:when=${point}`];
      const gateway = await site.startGateway({ wrapper: [...trace, ...inject], waitReady: false });
      const isReady = await Promise.race([gateway.exit.then(() => false), reachable(site)]);
      if (!isReady) continue;
      const round = await publishUntilGone(site, next);
      acknowledged.push(...round.acknowledged);
      next = round.next;
      await gateway.exit;
    }
    await site.startGateway();
    console.log(`${acknowledged.length} messages acknowledged`);
    expect(acknowledged.length).toBeGreaterThan(0);
    await expectAll(site, acknowledged);
  });
});
