import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ConnectQueue } from "../../../../edge/mqtt/connect-queue.ts";

const OPEN = { isClosed: false };

test("a few clients are accepted in each turn, in the order of their CONNECTs, also those that come meanwhile", async () => {
  const queue = new ConnectQueue({ perTurn: 3 });
  const accepted: number[] = [];
  for (let client = 0; client < 7; client++) queue.add(OPEN, () => accepted.push(client));
  expect(accepted).toEqual([]);
  await nextTurn();
  expect(accepted).toEqual([0, 1, 2]);
  queue.add(OPEN, () => accepted.push(7));
  await nextTurn();
  expect(accepted).toEqual([0, 1, 2, 3, 4, 5]);
  await nextTurn();
  expect(accepted).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a client that comes after a pause waits for one turn only", async () => {
  const queue = new ConnectQueue({ perTurn: 3 });
  const accepted: string[] = [];
  queue.add(OPEN, () => accepted.push("first"));
  await nextTurn();
  await nextTurn();
  queue.add(OPEN, () => accepted.push("second"));
  await nextTurn();
  expect(accepted).toEqual(["first", "second"]);
});

test("a client that leaves while it waits is skipped", async () => {
  const queue = new ConnectQueue({ perTurn: 3 });
  const accepted: string[] = [];
  const gone = { isClosed: false };
  queue.add(gone, () => accepted.push("gone"));
  queue.add(OPEN, () => accepted.push("connected"));
  gone.isClosed = true;
  await nextTurn();
  expect(accepted).toEqual(["connected"]);
});
