import { expect, test } from "vitest";
import { AcknowledgementOrder } from "../../../../../edge/mqtt/sessions/acknowledgement-order.ts";

test("[MQTT-4.6.0-2] acknowledgements keep the order of each client's messages, independent of other clients", () => {
  const lines = new AcknowledgementOrder();
  const [slow, other] = [{}, {}];
  const done: string[] = [];
  const first = lines.join(slow, 2, () => done.push("first"));
  const second = lines.join(slow, 1, () => done.push("second"));
  const theirs = lines.join(other, 1, () => done.push("theirs"));
  second.arrived();
  expect(done).toEqual([]);
  theirs.arrived();
  first.arrived();
  expect(done).toEqual(["theirs"]);
  expect([lines.has(slow), lines.has(other)]).toEqual([true, false]);
  first.arrived();
  expect(done).toEqual(["theirs", "first", "second"]);
  expect(lines.has(slow)).toBe(false);
});

test("a message that is sent because of an acknowledgement goes to the end of the queue", () => {
  const lines = new AcknowledgementOrder();
  const client = {};
  const done: number[] = [];
  const first = lines.join(client, 1, () => {
    done.push(1);
    lines.join(client, 1, () => done.push(3)).arrived();
  });
  lines.join(client, 1, () => done.push(2)).arrived();
  first.arrived();
  expect(done).toEqual([1, 2, 3]);
  expect(lines.has(client)).toBe(false);
});
