import { describe, expect, test } from "vitest";
import { toSeq } from "../../../../proto/core/ids.ts";
import { START_MS, StorageLife } from "../../../support/storage-life.ts";

describe("a window is forwarded once it has ended", () => {
  test("because the event time of its device has passed its end", () => {
    const life = new StorageLife();
    life.reading(1, 0);
    life.reading(3, 9999);
    life.pass(1000);
    expect(life.windows()).toEqual([]);
    life.reading(5, 10_000);
    life.pass(1000);
    expect(life.windows()).toMatchObject([
      { device: "a/b", metric: "x", windowMs: 10_000, windowStartMs: START_MS, part: 0, carry: null, revision: 0 },
    ]);
    expect(life.windows()[0]!.summary).toMatchObject({ count: 2, sum: 4, min: 1, max: 3 });
  });

  test("or because the device is silent", () => {
    const life = new StorageLife();
    life.reading(1, 0);
    life.pass(4000);
    expect(life.windows()).toEqual([]);
    life.pass(2000);
    expect(life.windows()).toHaveLength(1);
  });
});

test("many windows that end together close in bounded steps, one after the other", () => {
  const life = new StorageLife();
  for (let n = 0; n < 25; n++) {
    life.publish(`plant/${n}`, JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`m${i}`, i]))));
  }
  life.nowMs += 6000;
  let steps = 0;
  let before = life.engine.status().openWindows;
  expect(before).toBe(2500);
  while (before > 0) {
    expect(life.engine.idleWorkDue()).toBe(true);
    life.engine.commit([]);
    const after = life.engine.status().openWindows;
    expect(before - after).toBeLessThanOrEqual(1000);
    before = after;
    steps++;
  }
  expect(steps).toBe(3);
  expect(life.windows()).toHaveLength(2500);
});

test("windows that carry many readings are sealed in batches of the configured size, and none is lost", () => {
  const sealBytes = 16_384;
  const life = new StorageLife({ plan: { pair: true }, engine: { sealBytes } });
  const series = Array.from({ length: 20 }, (_, i) => `m${i}`);
  for (let n = 0; n < 1000; n++) {
    // Values that do not compress.
    const values = Object.fromEntries(series.map((name, i) => [name, Math.sin(n * 20 + i)]));
    life.publish("plant/1", JSON.stringify({ ...values, ts: START_MS + n * 9 }));
  }
  life.nowMs += 6000;
  while (life.engine.status().openWindows > 0) life.engine.commit([]);
  const windows = life.windows();
  expect(windows.map(({ content }) => content.kind === "readings" && content.readings.length)).toEqual(
    series.map(() => 1000),
  );
  const [stream] = life.engine.streams();
  const seqs = life.sealed().map((_, i) => toSeq(i + 1));
  const sizes = life.engine.read({ streamId: stream!.streamId, seqs, maxBytes: Infinity });
  expect(sizes.length).toBeGreaterThan(5);
  // The window that reaches the size is in the batch as a whole.
  for (const { bytes } of sizes) expect(bytes.length).toBeLessThan(sealBytes + 1024 * 12);
});

test("a window carries its readings across a crash, and a late reading joins them", () => {
  const life = new StorageLife();
  life.reading(1.5, 200);
  life.publish("a/b", `{"x":2.5}`);
  const next = life.crash();
  next.reading(3.5, 100);
  next.pass(6000);
  const [window] = next.windows();
  const readings = [
    { timeMs: START_MS, value: 2.5, clock: "none" },
    { timeMs: START_MS + 100, value: 3.5, clock: "device" },
    { timeMs: START_MS + 200, value: 1.5, clock: "device" },
  ];
  expect(window!.content).toEqual({ kind: "readings", readings, arrivalToleranceMs: 500, quantiles: true });
  const late = next.crash();
  late.reading(4.5, 50);
  late.pass(1000);
  const revised = late.windows().at(-1)!;
  expect(revised).toMatchObject({ revision: 1, summary: { count: 4, sum: 12 } });
  expect(revised.content).toMatchObject({
    readings: [readings[0], { timeMs: START_MS + 50, value: 4.5, clock: "device" }, readings[1], readings[2]],
  });
});

describe("[I32] a late reading is never lost", () => {
  test("it revises its window while the state is kept, even after a crash; `carry` links the two streams", () => {
    const life = new StorageLife();
    life.reading(1, 0);
    life.pass(6000);
    const first = life.engine.streams()[0]!.streamId;
    const next = life.crash();
    next.reading(2, 5);
    next.pass(1000);
    const [before, revised] = next.windows();
    expect(before).toMatchObject({ revision: 0, summary: { count: 1 } });
    expect(revised).toMatchObject({ part: 0, revision: 1, carry: first, summary: { count: 2, sum: 3 } });
  });

  test("it becomes a supplement when the state was deleted", () => {
    const life = new StorageLife({ plan: { allowedLatenessMs: 0 }, engine: {} });
    life.reading(1, 0);
    life.pass(6000);
    life.engine.close();
    // The close wrote a checkpoint. Without one the state would not be deleted.
    const next = new StorageLife({ directory: life.directory, nowMs: life.nowMs, plan: { allowedLatenessMs: 0 } });
    next.pass(2000);
    next.reading(2, 5);
    next.pass(2000);
    expect(next.windows()).toMatchObject([
      { part: 0, summary: { count: 1 } },
      { part: 2, summary: { count: 1 } },
    ]);
  });
});
