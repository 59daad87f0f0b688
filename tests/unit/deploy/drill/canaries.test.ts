import { expect, onTestFinished, test } from "vitest";
import { Canaries } from "../../../../deploy/drill/canaries.ts";
import { seededRandom } from "../../../../deploy/sandbox/seeded-random.ts";
import { systemClock } from "../../../../proto/runtime/clock.ts";
import { RecordingBroker } from "../../../support/recording-broker.ts";

const LOAD = { perSecond: 100, canaries: 1, paddingBytes: 0, time: "sensor" } as const;

async function canariesOn(brokers: readonly RecordingBroker[], sendTo: "own" | "both"): Promise<Canaries> {
  const gateways = brokers.map(({ url }, i) => ({ name: `plant-${i + 1}`, url: "", mqtt: { url } }));
  const load = { ...LOAD, sendTo };
  const canaries = await Canaries.open(gateways, { load, run: "r", clock: systemClock, random: seededRandom(1) });
  onTestFinished(() => canaries.close());
  canaries.start();
  return canaries;
}

/** The readings of the canary of the first gateway that a broker received. */
function idsIn({ received }: RecordingBroker): number[] {
  return received.flatMap(({ topic, payload }) =>
    topic === "drill/r/plant-1/0" ? [(JSON.parse(payload) as { id: number }).id] : [],
  );
}

test("canaries send every reading to their own gateway, or to two, and each counts as acknowledged once", async () => {
  await using first = await RecordingBroker.open();
  await using second = await RecordingBroker.open();
  const own = await canariesOn([first, second], "own");
  await expect.poll(() => own.acknowledged).toBeGreaterThan(20);
  await own.stop(5_000);
  expect(idsIn(first).length).toBeGreaterThan(0);
  expect(idsIn(second)).toEqual([]);

  await using third = await RecordingBroker.open();
  await using fourth = await RecordingBroker.open();
  const both = await canariesOn([third, fourth], "both");
  await expect.poll(() => both.acknowledged).toBeGreaterThan(20);
  await both.stop(5_000);
  expect(idsIn(third)).toEqual(idsIn(fourth));
  expect(both.acknowledged).toBe(both.sent);
});

test("a canary that sends to two gateways continues while one of them is gone", async () => {
  await using first = await RecordingBroker.open();
  const second = await RecordingBroker.open();
  const canaries = await canariesOn([first, second], "both");
  await expect.poll(() => canaries.acknowledged).toBeGreaterThan(5);
  await second[Symbol.asyncDispose]();
  const before = canaries.acknowledged;
  await expect.poll(() => canaries.acknowledged).toBeGreaterThan(before + 5);
  expect(new Set(idsIn(first)).size).toBeGreaterThan(idsIn(second).length);
});

test("a canary that moves sends to the other gateway from then on", async () => {
  await using first = await RecordingBroker.open();
  await using second = await RecordingBroker.open();
  const canaries = await canariesOn([first, second], "own");
  await expect.poll(() => idsIn(first).length).toBeGreaterThan(5);
  await canaries.move("plant-1", "plant-2");
  const before = idsIn(first).length;
  await expect.poll(() => idsIn(second).length).toBeGreaterThan(5);
  await canaries.move("plant-1", "plant-1");
  await expect.poll(() => idsIn(first).length).toBeGreaterThan(before + 5);
  expect(new Set([...idsIn(first), ...idsIn(second)]).size).toBe(idsIn(first).length + idsIn(second).length);
});
