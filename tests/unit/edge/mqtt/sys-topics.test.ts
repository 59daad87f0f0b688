import { connectAsync } from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { Acl } from "../../../../edge/core/mqtt/acl-file.ts";
import { MqttWorld, type MqttWorldOptions, reading } from "../../../support/mqtt-world.ts";

/** A broker that publishes its counters often, and the messages that one subscriber gets. */
async function listening(
  filter: string,
  options: MqttWorldOptions = {},
): Promise<{ world: MqttWorld; seen: Map<string, string[]>; retained: Set<string> }> {
  const world = await MqttWorld.open({ sysIntervalMs: 50, ...options });
  world.intake.immediate = true;
  const client = await connectAsync(`mqtt://127.0.0.1:${world.port}`);
  onTestFinished(async () => {
    await client.endAsync();
    await world[Symbol.asyncDispose]();
  });
  const seen = new Map<string, string[]>();
  const retained = new Set<string>();
  client.on("message", (topic, payload, packet) => {
    seen.set(topic, [...(seen.get(topic) ?? []), payload.toString()]);
    if (packet.retain) retained.add(topic);
  });
  await client.subscribeAsync(filter);
  return { world, seen, retained };
}

test("a new subscriber gets the present values at once, as if retained, and then the changes", async () => {
  const { world, seen, retained } = await listening("$SYS/#");
  await expect.poll(() => seen.get("$SYS/broker/clients/connected")?.[0]).toBe("1");
  expect(retained).toContain("$SYS/broker/version");
  expect(seen.get("$SYS/broker/version")?.[0]).toMatch(/^tidemark version \d/);
  expect(seen.get("$SYS/broker/uptime")?.[0]).toMatch(/^\d+ seconds$/);
  const sensor = await world.client("sensor");
  await sensor.deliver(reading(1), reading(2));
  const last = (topic: string): string | undefined => seen.get(`$SYS/broker/${topic}`)?.at(-1);
  await expect.poll(() => last("publish/messages/received")).toBe("2");
  await expect.poll(() => last("clients/connected")).toBe("2");
  await expect.poll(() => last("clients/maximum")).toBe("2");
  expect(last("subscriptions/count")).toBe("1");
  // Each topic has its own time in a round, so the newest value of one may be from before the others.
  await expect.poll(() => Number(last("bytes/received"))).toBeGreaterThan(50);
  await expect.poll(() => Number(last("bytes/sent"))).toBeGreaterThan(500);
  await expect.poll(() => Number(last("messages/sent"))).toBeGreaterThan(20);
  sensor.send(reading(3, { topic: "$SYS/broker/uptime" }));
  await sensor.next("puback", 3);
  sensor.end();
  await expect.poll(() => last("clients/connected")).toBe("1");
  expect(last("publish/messages/dropped")).toBe("1");
  // There are only these counters, and none of the messages that aedes sends to other instances.
  expect([...seen.keys()].filter((topic) => !topic.startsWith("$SYS/broker/"))).toEqual([]);
  expect(world.intake.offered.map(({ packetId }) => packetId)).toEqual([1, 2]);
});

test.each(["#", "+/broker/uptime"])("[MQTT-4.7.2-1] %s does not match the $SYS topics", async (filter) => {
  const { world, seen } = await listening(filter);
  const other = await world.client("other");
  other.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "$SYS/broker/uptime", qos: 0 }] });
  // Once at the subscription and twice by the timer.
  await other.next("publish", 3);
  expect([...seen.keys()]).toEqual([]);
});

test("an ACL decides who may read the $SYS topics", async () => {
  const acl = new Acl("topic readwrite plant/#\ntopic read $SYS/broker/clients/#");
  const { world, seen } = await listening("$SYS/#", { allows: (question) => acl.allows(question) });
  await expect.poll(() => seen.get("$SYS/broker/clients/connected")?.length ?? 0).toBeGreaterThan(2);
  expect([...seen.keys()].filter((topic) => !topic.startsWith("$SYS/broker/clients/"))).toEqual([]);
  expect(world.refusals).toEqual([]);
});

test("an interval of 0 means no $SYS topics", async () => {
  const { world, seen } = await listening("$SYS/#", { sysIntervalMs: 0 });
  const sensor = await world.client("sensor");
  await sensor.deliver(reading(1));
  expect([...seen.keys()]).toEqual([]);
});
