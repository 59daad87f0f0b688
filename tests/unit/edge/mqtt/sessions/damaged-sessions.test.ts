import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { StoredSubscription } from "../../../../../edge/mqtt/sessions/session-protocol.ts";
import type { SessionStore } from "../../../../../edge/mqtt/sessions/session-store.ts";
import { SessionWorld } from "../../../../support/session-world.ts";

function subscription(topic: string): StoredSubscription {
  return { topic, qos: 1, rh: 0, rap: false, nl: false, identifier: undefined };
}

/** Two sessions that are owed two messages each, two retained messages, a will and an identifier of QoS 2. */
function fill(store: SessionStore): void {
  for (const client of ["a", "b"]) store.subscribe(client, 3600, [subscription("plant/1"), subscription("plant/2")]);
  for (const payload of ["one", "two"]) {
    const message = { topic: "plant/1", payload, qos: 1, retain: false, properties: null, expiresMs: null } as const;
    store.queues.enqueue({ ...message, brokerId: null, brokerCounter: null }, store.addressees(message, null));
  }
  const kept = { payload: "x", qos: 1, retain: true, properties: null, expiresMs: null } as const;
  store.retained.put({ ...kept, topic: "kept/1" });
  store.retained.put({ ...kept, topic: "kept/2" });
  store.wills.put({ ...kept, topic: "will", client: "a", brokerId: "x", user: null, delayS: 5 });
  store.putIncoming("a", 3600, 9, null);
}

/** What the sessions are owed, and what is kept. */
async function contents(store: SessionStore): Promise<Record<string, unknown>> {
  const queued = async (client: string): Promise<string[]> => {
    const rows = await store.queues.read(client, [...store.queues.of(client).keys()]);
    return rows.map(({ payload }) => String(payload));
  };
  const { retainedTopics } = store.stats();
  const subscriptions = [store.subscriptionsOf("a").length, store.subscriptionsOf("b").length];
  const hasIncoming = store.hasIncoming("a", 9);
  return { a: await queued("a"), b: await queued("b"), subscriptions, retainedTopics, hasIncoming };
}

const WHOLE = { a: ["one", "two"], b: ["one", "two"], subscriptions: [2, 2], retainedTopics: 2, hasIncoming: true };

async function afterDamage(world: SessionWorld, sql: string): Promise<SessionStore> {
  const store = await world.open();
  fill(store);
  await store.close();
  const db = new SqliteDatabase(join(world.directory, "sessions.db"));
  const { changes } = db.prepare(sql).run();
  db.close();
  expect(changes).toBeGreaterThan(0);
  return world.open();
}

describe("[I41] a row of a session that does not match its checksum is put aside and named, and the others stay:", () => {
  test.each<[string, string, Partial<typeof WHOLE>]>([
    [
      "session",
      "UPDATE session SET client = 'c' WHERE client = 'a'",
      { a: [], subscriptions: [0, 2], hasIncoming: false },
    ],
    [
      "subscription",
      "UPDATE subscription SET topic = 'plant/3' WHERE session = 1 AND topic = 'plant/2'",
      { subscriptions: [1, 2] },
    ],
    ["message", "UPDATE message SET payload = 'onf' WHERE payload = 'one'", { a: ["two"], b: ["two"] }],
    [
      "outgoing",
      "UPDATE outgoing SET retain = 1 WHERE session = 1 AND seq = (SELECT min(seq) FROM outgoing)",
      { a: ["two"] },
    ],
    ["incoming", "UPDATE incoming SET packet_id = 10", { hasIncoming: false }],
    ["retained", "UPDATE retained SET payload = 'y' WHERE topic = 'kept/1'", { retainedTopics: 1 }],
    ["will", "UPDATE will SET topic = 'wilm'", {}],
  ])("%s", async (table, sql, left) => {
    await using world = new SessionWorld();
    const store = await afterDamage(world, sql);
    expect(await contents(store)).toEqual({ ...WHOLE, ...left });
    expect(world.damage).toEqual([
      expect.stringMatching(new RegExp(`^${table} .* of sessions.db: the row does not match`)),
    ]);
    const again = await world.open();
    expect(await contents(again)).toEqual({ ...WHOLE, ...left });
    expect(world.damage).toHaveLength(1);
  });

  test("but not a row of an earlier version, which has no checksum", async () => {
    await using world = new SessionWorld();
    const store = await afterDamage(world, "UPDATE message SET crc = NULL");
    expect(await contents(store)).toEqual(WHOLE);
    expect(world.damage).toEqual([]);
  });
});
