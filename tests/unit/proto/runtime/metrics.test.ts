import { expect, onTestFinished, test, vi } from "vitest";
import { createRegistry } from "../../../../proto/runtime/metrics.ts";

test("a clock that is set from 1970 to today does not block the process", async () => {
  const now = vi.spyOn(Date, "now").mockReturnValue(60_000);
  onTestFinished(() => now.mockRestore());
  const registry = createRegistry();
  await registry.metrics();
  now.mockReturnValue(Date.UTC(2026, 10, 20));
  const before = process.cpuUsage();
  await registry.metrics();
  // One step for each second since 1970 would take minutes.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(2);
});
