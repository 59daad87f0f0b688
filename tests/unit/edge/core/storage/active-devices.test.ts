import { expect, test } from "vitest";
import { ActiveDevices } from "../../../../../edge/core/storage/active-devices.ts";

test("a device counts once, and no longer than a minute and a slot after its last reading", () => {
  const active = new ActiveDevices();
  expect(active.at(5000)).toEqual({ sending: 0, silentMs: null });
  active.begin(5000);
  for (let device = 0; device < 100; device++) active.saw(device);
  active.saw(7);
  expect(active.at(6000)).toEqual({ sending: 100, silentMs: 1000 });
  active.begin(42_000);
  active.saw(7);
  active.saw(500);
  expect(active.at(65_000)).toEqual({ sending: 101, silentMs: 23_000 });
  expect(active.at(71_000)).toEqual({ sending: 2, silentMs: 29_000 });
  active.begin(101_000);
  active.saw(7);
  expect(active.at(115_000).sending).toBe(1);
  // Longer than all slots.
  expect(active.at(10_000_000)).toEqual({ sending: 0, silentMs: 9_899_000 });
  active.begin(10_000_000);
  active.saw(7);
  expect(active.at(10_000_001)).toEqual({ sending: 1, silentMs: 1 });
});
