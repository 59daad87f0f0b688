import { expect, test } from "vitest";
import type { Qos } from "../../../../../edge/core/mqtt/packets.ts";
import type { StoredSubscription } from "../../../../../edge/mqtt/sessions/session-protocol.ts";
import type { SessionStore } from "../../../../../edge/mqtt/sessions/session-store.ts";
import { CLOCK_PLAUSIBLE_FROM_MS, SessionWorld } from "../../../../support/session-world.ts";

const DAY_MS = 86_400_000;

function subscription(topic: string, qos: Qos = 1, more: Partial<StoredSubscription> = {}): StoredSubscription {
  return { topic, qos, rh: 0, rap: false, nl: false, identifier: undefined, ...more };
}

/** Queues a message for the subscribed sessions. */
function publish(store: SessionStore, topic: string, payload: string | Uint8Array = "1", qos: Qos = 1): void {
  const message = { topic, payload, qos, retain: false, properties: null, expiresMs: null };
  store.queues.enqueue({ ...message, brokerId: null, brokerCounter: null }, store.addressees(message, null));
}

async function payloads(store: SessionStore, client: string): Promise<string[]> {
  const rows = await store.queues.read(client, [...store.queues.of(client).keys()]);
  return rows.map(({ payload }) => Buffer.from(payload).toString());
}

test("a restart keeps subscriptions, queues in order, identifiers, retained messages and wills", async () => {
  await using world = new SessionWorld();
  let store = await world.open();
  const all = subscription("plant/#", 2, { rh: 1, rap: true, nl: true, identifier: 42 });
  store.subscribe("a", 3600, [all, subscription("other", 0)]);
  store.subscribe("b", 3600, [subscription("plant/1")]);
  for (let n = 0; n < 20; n++) publish(store, "plant/1", String(n), 2);
  const [first, second] = [...store.queues.of("a").keys()];
  store.queues.assign("a", [
    { seq: first!, packetId: 7 },
    { seq: second!, packetId: 8 },
  ]);
  store.queues.release("a", first!);
  store.putIncoming("a", 3600, 9, null);
  store.putIncoming("a", 3600, 10, null);
  store.dropIncoming("a", 10);
  const message = {
    topic: "kept",
    payload: Buffer.from([0, 255]),
    qos: 1,
    retain: true,
    properties: null,
    expiresMs: null,
  } as const;
  store.retained.put(message);
  store.wills.put({ ...message, client: "a", brokerId: "x", user: "u", delayS: 5 });

  store = await world.open();
  expect(store.subscriptionsOf("a")).toEqual([all, subscription("other", 0)]);
  expect(
    store
      .matching("plant/1")
      .map(({ client }) => client)
      .toSorted(),
  ).toEqual(["a", "b"]);
  expect(await payloads(store, "a")).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
  expect(await payloads(store, "b")).toHaveLength(20);
  const rows = await store.queues.read("a", [first!, second!]);
  expect(
    rows.map(({ packetId, released, grantedQos, identifiers }) => [packetId, released, grantedQos, identifiers]),
  ).toEqual([
    [7, true, 2, [42]],
    [8, false, 2, [42]],
  ]);
  expect((await store.queues.read("b", [first!]))[0]!.grantedQos).toBe(1);
  expect([store.queues.seqOf("a", 7), store.hasIncoming("a", 9), store.hasIncoming("a", 10)]).toEqual([
    first,
    true,
    false,
  ]);
  expect(
    [...store.retained.matching(["#"])].map(({ message: { topic, payload } }) => [topic, [...Buffer.from(payload)]]),
  ).toEqual([["kept", [0, 255]]]);
  expect(store.wills.get("a")?.will).toMatchObject({ topic: "kept", user: "u", delayS: 5, retain: true });
  // The numbers continue, so a new message does not replace a queued one.
  publish(store, "plant/1", "20", 2);
  expect((await payloads(store, "a")).at(-1)).toBe("20");
  for (const client of ["a", "b"]) for (const seq of store.queues.of(client).keys()) store.queues.remove(client, seq);
  expect(store.stats()).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
  store = await world.open();
  expect(store.stats()).toMatchObject({ sessions: 2, queuedMessages: 0, queuedBytes: 0, retainedTopics: 1 });
});

test("a full queue keeps its messages; the new message goes to the other sessions, and the drop is reported", async () => {
  await using world = new SessionWorld({ queueMessages: 3 });
  const store = await world.open();
  store.subscribe("slow", 3600, [subscription("t/#")]);
  for (const n of [0, 1, 2, 3]) publish(store, "t/1", String(n));
  store.subscribe("other", 3600, [subscription("t/1")]);
  publish(store, "t/1", "4");
  expect(await payloads(store, "slow")).toEqual(["0", "1", "2"]);
  expect(await payloads(store, "other")).toEqual(["4"]);
  expect(world.dropped.map(({ reason, client }) => [reason, client])).toEqual([
    ["queue_full", "slow"],
    ["queue_full", "slow"],
  ]);
  store.queues.remove("slow", store.queues.of("slow").keys().next().value!);
  publish(store, "t/1", "5");
  expect(await payloads(store, "slow")).toEqual(["1", "2", "5"]);
});

test("bytes are limited for one session and for all; a message that several sessions wait for counts once", async () => {
  const large = new Uint8Array(10_000);
  await using world = new SessionWorld({ queueBytes: 25_000, totalQueueBytes: 45_000 });
  const store = await world.open();
  store.subscribe("a", 3600, [subscription("t/#")]);
  store.subscribe("b", 3600, [subscription("t/#")]);
  for (let n = 0; n < 3; n++) publish(store, "t/1", large);
  expect([store.queues.of("a").size, store.queues.of("b").size]).toEqual([2, 2]);
  expect(store.stats().queuedBytes).toBeLessThan(25_000);
  store.subscribe("c", 3600, [subscription("u")]);
  for (let n = 0; n < 3; n++) publish(store, "u", large);
  expect(store.stats().queuedBytes).toBeLessThanOrEqual(45_000);
  expect(world.dropped.map(({ reason }) => reason)).toEqual(["queue_full", "queue_full", "queue_full"]);
  store.subscribe("d", 3600, [subscription("v")]);
  publish(store, "v", large);
  expect(world.dropped.at(-1)).toMatchObject({ reason: "store_full", client: "d" });
  store.end("c");
  publish(store, "v", large);
  expect(store.queues.of("d").size).toBe(1);
});

test("sessions and the subscriptions of each are limited; existing ones stay", async () => {
  await using world = new SessionWorld({ sessions: 2, subscriptions: 2 });
  const store = await world.open();
  store.subscribe("a", 3600, [subscription("1"), subscription("2")]);
  store.subscribe("b", 3600, [subscription("1")]);
  expect(store.subscriptionProblem("a", "1")).toBeUndefined();
  expect(store.subscriptionProblem("a", "3")).toContain("2 subscriptions already");
  expect(store.subscriptionProblem("c", "1")).toContain("2 sessions already");
  store.unsubscribe("b", ["1"]);
  // An empty session is not kept.
  expect(store.has("b")).toBe(false);
  expect(store.subscriptionProblem("c", "1")).toBeUndefined();
});

test("retained messages stay within their limits across a restart, and messages above a lowered limit are not lost", async () => {
  await using world = new SessionWorld({ retained: { topics: 2, bytes: 10_000 } });
  let store = await world.open();
  const message = (topic: string, bytes: number): Parameters<typeof store.retained.put>[0] => ({
    topic,
    payload: new Uint8Array(bytes),
    qos: 1,
    retain: true,
    properties: null,
    expiresMs: null,
  });
  expect(store.retained.put(message("a", 100))).toBe(true);
  expect(store.retained.put(message("b", 100))).toBe(true);
  expect(store.retained.put(message("c", 100))).toBe(false);
  store = await world.open();
  expect([store.retained.topics, store.retained.put(message("c", 100))]).toEqual([2, false]);
  // The older message is not the last one of the topic any more.
  expect(store.retained.put(message("a", 20_000))).toBe(false);
  expect([...store.retained.matching(["a"])]).toEqual([]);
  expect(store.retained.put(message("c", 100))).toBe(true);
  // The state of a bridge below $SYS counts like any other message, and is not stored.
  expect(store.retained.put(message("$SYS/broker/connection/x/state", 1))).toBe(false);
  expect(store.retained.put(message("b", 0))).toBe(true);
  expect(store.retained.put(message("$SYS/broker/connection/x/state", 1))).toBe(true);
  store = await world.open();
  expect([...store.retained.matching(["#", "$SYS/#"])].map(({ message: { topic } }) => topic)).toEqual(["c"]);
});

test("a session is forgotten when its client is absent for its expiry, restarts included", async () => {
  await using world = new SessionWorld();
  let store = await world.open();
  store.subscribe("a", 2 * 86_400, [subscription("t")]);
  publish(store, "t");
  world.clock.pass(10 * DAY_MS);
  store.sweep();
  expect(store.has("a")).toBe(true);
  store.left("a", 2 * 86_400);
  world.clock.pass(DAY_MS);
  store = await world.open();
  store.sweep();
  expect(store.has("a")).toBe(true);
  world.clock.pass(DAY_MS - 1);
  store.sweep();
  expect(store.has("a")).toBe(true);
  world.clock.pass(1);
  store.sweep();
  expect(store.has("a")).toBe(false);
  expect(store.stats()).toMatchObject({ sessions: 0, queuedMessages: 0, queuedBytes: 0 });
  store = await world.open();
  expect(store.has("a")).toBe(false);
});

test("a clock that was never set, or that jumps, makes no session end too early", async () => {
  await using world = new SessionWorld();
  let store = await world.open();
  store.subscribe("a", 86_400, [subscription("t")]);
  store.left("a", 86_400);
  const trueMs = world.clock.wallMs;

  // The machine starts in 1970, twice, and then its clock is set. One hour has passed, and not 57 years.
  world.clock.wallMs = 1000;
  store = await world.open();
  world.clock.pass(1_800_000);
  store.sweep();
  store = await world.open();
  world.clock.pass(1_800_000);
  store.sweep();
  expect(store.has("a")).toBe(true);
  world.clock.wallMs = trueMs + 3_600_000;
  store.sweep();
  expect(store.has("a")).toBe(true);

  // While the process runs, only the monotonic clock counts.
  world.clock.wallMs += 365 * DAY_MS;
  store.sweep();
  expect(store.has("a")).toBe(true);
  world.clock.runningMs += DAY_MS;
  store.sweep();
  expect(store.has("a")).toBe(false);
});

test("if a client left while the clock could not be trusted, its absence counts from when it could", async () => {
  await using world = new SessionWorld();
  world.clock.wallMs = 5000;
  let store = await world.open();
  store.subscribe("a", 3600, [subscription("t")]);
  store.left("a", 3600);
  store = await world.open();
  world.clock.wallMs = CLOCK_PLAUSIBLE_FROM_MS + DAY_MS;
  store.sweep();
  expect(store.has("a")).toBe(true);
  world.clock.pass(3_600_000);
  store.sweep();
  expect(store.has("a")).toBe(false);
});

test("a session that ends with its connection does not outlive the process either", async () => {
  await using world = new SessionWorld();
  let store = await world.open();
  store.subscribe("a", 3600, [subscription("t")]);
  store.left("a", 3600);
  store.arrived("a", 0);
  await store.written;
  store = await world.open();
  expect(store.has("a")).toBe(false);
});
