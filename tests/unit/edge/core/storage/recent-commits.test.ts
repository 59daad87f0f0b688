import { expect, test } from "vitest";
import { RecentCommits } from "../../../../../edge/core/storage/recent-commits.ts";

test("without commits the pace is zero", () => {
  expect(new RecentCommits().pace(1000)).toEqual({ messagesPerSecond: 0, waitP50Ms: null, waitP99Ms: null });
});

test("rate and waits are computed over the messages of the last three seconds", () => {
  const recent = new RecentCommits();
  recent.add({ atMs: 0, messages: 1000, waitMs: 500 });
  recent.add({ atMs: 4000, messages: 290, waitMs: 2 });
  recent.add({ atMs: 5000, messages: 10, waitMs: 40 });
  expect(recent.pace(6000)).toEqual({ messagesPerSecond: 100, waitP50Ms: 2, waitP99Ms: 40 });
});

test("memory is bounded", () => {
  const recent = new RecentCommits();
  for (let i = 0; i < 100_000; i++) recent.add({ atMs: i / 100, messages: 1, waitMs: 1 });
  expect(recent.pace(1000).messagesPerSecond).toBeGreaterThan(0);
});
