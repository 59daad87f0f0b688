import { expect, test } from "vitest";
import { matches } from "../../../../../edge/core/storage/window-plan.ts";

test.each([
  ["*", "anything", true],
  ["*", "", true],
  ["plant/*", "plant/a/b", true],
  ["plant/*", "plan/a", false],
  ["*/temp", "hall/2/temp", true],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["a.c", "abc", false],
  ["", "", true],
  ["", "a", false],
])("pattern %j on %j: %s", (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test("a hostile pattern takes linear time, not exponential", () => {
  expect(matches(`${"*a".repeat(40)}b`, "a".repeat(2000))).toBe(false);
});
