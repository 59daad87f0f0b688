import { afterEach, expect, test, vi } from "vitest";
import { RecoveredWills } from "../../../../../edge/mqtt/sessions/recovered-wills.ts";
import { SessionWorld } from "../../../../support/session-world.ts";

afterEach(() => {
  vi.useRealTimers();
});

const DAY_MS = 86_400_000;

test("a recovered will waits for its delay, however long, and is not published after the stop", async () => {
  await using world = new SessionWorld();
  const { wills } = await world.open();
  const will = { payload: Buffer.from("gone"), qos: 1, retain: false, properties: null, expiresMs: null } as const;
  for (const [client, days] of Object.entries({ a: 60, b: 61, c: 1 })) {
    wills.put({ ...will, brokerId: "x", user: null, topic: client, client, delayS: days * 86_400 });
  }
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const published: string[] = [];
  const left = new RecoveredWills(wills, async ({ client }) => {
    published.push(client);
  });
  left.publish();
  await vi.advanceTimersByTimeAsync(DAY_MS - 1);
  expect(published).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(published).toEqual(["c"]);
  await vi.advanceTimersByTimeAsync(59 * DAY_MS - 1);
  expect(published).toEqual(["c"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(published).toEqual(["c", "a"]);
  left.stop();
  await vi.advanceTimersByTimeAsync(30 * DAY_MS);
  expect(published).toEqual(["c", "a"]);
  expect(vi.getTimerCount()).toBe(0);
});
