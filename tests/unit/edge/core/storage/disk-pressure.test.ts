import { describe, expect, test } from "vitest";
import { effectiveQuotaBytes, pressureLevel, RESERVE_BYTES } from "../../../../../edge/core/storage/disk-pressure.ts";

const use = (usedBytes: number, freeBytes = 1e12): Parameters<typeof pressureLevel>[1] => ({
  usedBytes,
  reusableBytes: 0,
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

test("[I27] once full, it stays full until there is some room, so that it does not alternate", () => {
  expect(pressureLevel("full", use(940))).toBe("full");
  expect(pressureLevel("full", use(929))).toBe("force_dual_send");
});

describe("a disk that other programs fill", () => {
  const full = { usedBytes: 5e8, reusableBytes: 0, quotaBytes: 1e12, freeBytes: RESERVE_BYTES };

  test("[I27] counts as full before it ends in ENOSPC", () => {
    expect(effectiveQuotaBytes(full)).toBe(5e8);
    expect(pressureLevel("keep_all", full)).toBe("full");
  });

  test("has room again after batches were trimmed, although the file does not shrink", () => {
    expect(pressureLevel("full", { ...full, usedBytes: 2e7, reusableBytes: 4.8e8 })).toBe("keep_all");
  });

  test("stays full while the write-ahead log has no room", () => {
    const nothing = { ...full, usedBytes: 2e7, reusableBytes: 4.8e8, freeBytes: 1e6 };
    expect(pressureLevel("full", nothing)).toBe("full");
  });
});
