import { expect, test } from "vitest";
import { haveOf } from "../../../../proto/core/have.ts";
import { START_MS, StorageLife } from "../../../support/storage-life.ts";

test("status shows how far device clocks are off, and how many readings have a time that was not believed", () => {
  const life = new StorageLife();
  const publishAhead = (device: string, byMs: number): void => {
    life.publish(device, `{"x":"21.5","n":1,"ts":${life.nowMs + byMs}}`);
  };
  publishAhead("a/right", -20);
  publishAhead("a/ahead", 90_000);
  publishAhead("a/wrong", 86_400_000);
  life.publish("a/none", "1");
  expect(life.engine.status()).toMatchObject({
    numericTexts: 3,
    suspectTimes: 2,
    deviceClocks: [
      { device: "a/wrong", skewMs: 86_400_000, suspectMs: START_MS + 86_400_000 },
      { device: "a/ahead", skewMs: 90_000, suspectMs: null },
      { device: "a/right", skewMs: -20, suspectMs: null },
    ],
  });
});

test("status counts the readings that are only on this disk: in open windows or sealed, not those that a region holds", () => {
  const life = new StorageLife({ plan: { lengthsMs: [10_000, 60_000] } });
  const waiting = (): number => life.engine.status().waitingReadings;
  for (let x = 1; x <= 5; x++) life.reading(x, x);
  life.publish("a/b", "{");
  life.pass(1000);
  // A batch with the count of the dead letter is sealed. The readings are still in their windows.
  expect(life.engine.status().outbox).toMatchObject({ batches: 1, undurableReadings: 0 });
  expect(waiting()).toBe(5);
  expect(life.crash().engine.status().waitingReadings).toBe(5);
  life.pass(70_000);
  life.pass(1000);
  expect(life.engine.status().outbox.undurableReadings).toBe(5);
  expect(waiting()).toBe(5);
  const { streamId, last } = life.engine.streams()[0]!;
  life.engine.mark([{ streamId, durable: { prefix: last, islands: [] }, replicated: haveOf([]) }]);
  expect(waiting()).toBe(0);
  life.reading(6, 6);
  expect(waiting()).toBe(1);
});

test("status counts the devices that sent within the last minute, also after a restart", () => {
  const life = new StorageLife();
  life.publish("a/b", "1");
  life.publish("a/c/d", "1");
  expect(life.engine.status()).toMatchObject({ devices: 2, devicesSending: 2, silentMs: 0 });
  life.pass(80_000);
  life.publish("a/b", "2");
  expect(life.engine.status()).toMatchObject({ devices: 2, devicesSending: 1 });
  expect(life.crash().engine.status()).toMatchObject({ devices: 2, devicesSending: 0, silentMs: null });
});
