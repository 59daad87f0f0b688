import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Admission } from "../../../../edge/mqtt/admission.ts";

const OPEN = { closed: false };

test("clients come in a few a turn, in the order in which they came, also those that come meanwhile", async () => {
  const admission = new Admission({ perTurn: 3 });
  const entered: number[] = [];
  for (let client = 0; client < 7; client++) admission.queue(OPEN, () => entered.push(client));
  expect(entered).toEqual([]);
  await nextTurn();
  expect(entered).toEqual([0, 1, 2]);
  admission.queue(OPEN, () => entered.push(7));
  await nextTurn();
  expect(entered).toEqual([0, 1, 2, 3, 4, 5]);
  await nextTurn();
  expect(entered).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("one that comes after a pause does not wait for more than its turn", async () => {
  const admission = new Admission({ perTurn: 3 });
  const entered: string[] = [];
  admission.queue(OPEN, () => entered.push("first"));
  await nextTurn();
  await nextTurn();
  admission.queue(OPEN, () => entered.push("second"));
  await nextTurn();
  expect(entered).toEqual(["first", "second"]);
});

test("one that left while it waited is passed over", async () => {
  const admission = new Admission({ perTurn: 3 });
  const entered: string[] = [];
  const gone = { closed: false };
  admission.queue(gone, () => entered.push("gone"));
  admission.queue(OPEN, () => entered.push("here"));
  gone.closed = true;
  await nextTurn();
  expect(entered).toEqual(["here"]);
});
