import { expect, test } from "vitest";
import { LogLimit } from "../../../../proto/runtime/log-limit.ts";

function limit(): { allows: (cause: string) => boolean; clock: { nowMs: number } } {
  const clock = { nowMs: 5 };
  const limit_ = new LogLimit({ monotonicMs: () => clock.nowMs });
  return { allows: (cause) => limit_.allows(cause), clock };
}

test("each cause is logged once a minute", () => {
  const { allows, clock } = limit();
  expect([allows("a"), allows("a"), allows("b")]).toEqual([true, false, true]);
  clock.nowMs += 59_999;
  expect(allows("a")).toBe(false);
  clock.nowMs += 1;
  expect([allows("a"), allows("a")]).toEqual([true, false]);
});

test("the memory for causes is limited: after 10,000 of them all are forgotten", () => {
  const { allows } = limit();
  expect(allows("first")).toBe(true);
  for (let n = 1; n < 10_000; n++) allows(`${n}`);
  expect(allows("first")).toBe(false);
  expect(allows("one more")).toBe(true);
  expect(allows("first")).toBe(true);
});
