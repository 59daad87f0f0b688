import { describe, expect, it } from "vitest";
import { linesMatching, SOURCES } from "./tree.ts";

/**
 * No test sleeps. A test that waits half a second for something is slow if it happens at once, and fails if the
 * machine is busy. To wait for something, use an event, `eventually` or `expect.poll`. To show that something does not
 * happen, use `loopbackSettled` or a later event.
 */
const SLEEP = /\bawait delay\(|new Promise\b.*\bsetTimeout\(|\bsetTimeout\((resolve|done|wake)\b/;

/** Files that may wait for a time, and why. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  ["tests/support/deployment.ts", "`eventually` asks again"],
  ["tests/support/unique-sensors.ts", "a load has a pace"],
  ["tests/fuzz/fuzzed-gateway.ts", "asks again until the gateway has answered"],
  ["tests/system/crash.test.ts", "the kill comes at a random moment"],
  ["tests/mqtt/sessions.test.ts", "the kill comes at a random moment"],
]);

const TESTS = SOURCES.filter(({ path }) => /^tests\/(?!bench\/|tidy\/)/.test(path));

describe("a test that sleeps", () => {
  it("is not in the tree", () => {
    expect(
      linesMatching(
        TESTS.filter(({ path }) => !ALLOWED.has(path)),
        SLEEP,
      ),
    ).toEqual([]);
  });
  it.each(["await delay(50);", "await new Promise((resolve) => setTimeout(resolve, 50));", "setTimeout(resolve, 9);"])(
    "is noticed: %s",
    (text) => expect(linesMatching([{ path: "tests/x.test.ts", text }], SLEEP)).toHaveLength(1),
  );
  it("is allowed in no more than one place of each file that is listed", () => {
    const places = TESTS.filter(({ path }) => ALLOWED.has(path)).map((file) => linesMatching([file], SLEEP).length);
    expect(places).toEqual(Array.from(ALLOWED, () => 1));
  });
});
