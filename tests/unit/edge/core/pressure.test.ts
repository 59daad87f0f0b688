import { expect, test } from "vitest";
import { effectiveQuotaBytes, pressureLevel, RESERVE_BYTES } from "../../../../edge/core/pressure.ts";

const use = (usedBytes: number, freeBytes = 1e12): Parameters<typeof pressureLevel>[1] => ({
  usedBytes,
  quotaBytes: 1000,
  freeBytes,
});

test.each([
  [699, "keep_all"],
  [700, "trim_replicated"],
  [850, "force_dual_send"],
  [950, "full"],
] as const)("%d of 1000 bytes: %s", (usedBytes, level) => {
  expect(pressureLevel("keep_all", use(usedBytes))).toBe(level);
});

test("once full, it stays full until there is some room, so that it does not flap", () => {
  expect(pressureLevel("full", use(940))).toBe("full");
  expect(pressureLevel("full", use(929))).toBe("force_dual_send");
});

test("a disk that others fill counts as full before it ends in ENOSPC", () => {
  const quotaBytes = 1e12;
  expect(effectiveQuotaBytes({ usedBytes: 5e8, quotaBytes, freeBytes: RESERVE_BYTES })).toBe(5e8);
  expect(pressureLevel("keep_all", { usedBytes: 5e8, quotaBytes, freeBytes: RESERVE_BYTES })).toBe("full");
});
