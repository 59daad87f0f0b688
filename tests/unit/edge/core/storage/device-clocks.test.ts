import { expect, test } from "vitest";
import { DeviceClocks } from "../../../../../edge/core/storage/device-clocks.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);

/** Messages of one device, each with the times of its readings, relative to its arrival. */
function skew(messages: readonly (readonly number[])[]): number | undefined {
  const clocks = new DeviceClocks();
  for (const [n, times] of messages.entries()) {
    clocks.begin(NOW_MS + 1000 * n);
    for (const ms of times) clocks.observe(3, NOW_MS + 1000 * n + ms);
  }
  return clocks.skewMs(3);
}

test("the skew of a device is the median over its messages, by the newest time in each", () => {
  expect(skew([[-40]])).toBe(-40);
  expect(skew([[-3000, -2000, -40]])).toBe(-40);
  expect(skew([[120_000], [120_010], [119_990], [-86_400_000], [120_005]])).toBe(120_000);
  expect(skew([[0], [0], [0], [5000], [5000], [5000]])).toBe(5000);
  expect(skew([])).toBeUndefined();
});

test("the largest skew comes first, with the last implausible time", () => {
  const clocks = new DeviceClocks();
  for (const device of [0, 700, 2]) {
    clocks.begin(NOW_MS);
    clocks.observe(device, NOW_MS - device * 10);
  }
  clocks.markSuspect(700, NOW_MS - 7000);
  expect(clocks.worst(2)).toEqual([
    { device: 700, skewMs: -7000, suspectMs: NOW_MS - 7000 },
    { device: 2, skewMs: -20, suspectMs: null },
  ]);
});

test("a message with an unknown time of arrival is not counted, and devices above the limit use no memory", () => {
  const clocks = new DeviceClocks();
  clocks.begin(Number.NaN);
  clocks.observe(1, NOW_MS);
  clocks.begin(NOW_MS);
  clocks.observe(10_000, NOW_MS);
  clocks.observe(1_000_000_000, NOW_MS);
  expect(clocks.worst(10)).toEqual([]);
});
