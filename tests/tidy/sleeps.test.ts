import { describe, expect, it } from "vitest";
import { linesMatching, SOURCES } from "./tree.ts";
import type { TextFile } from "./tree.ts";

/**
 * No test sleeps. A test that waits half a second for something is slow if it happens at once, and fails if the
 * machine is busy. To wait for something, use an event, `eventually` or `expect.poll`. To show that something does not
 * happen, use `loopbackSettled` or a later event.
 */
const SLEEP =
  /\bawait delay\(|new Promise\b.*\bsetTimeout\(|\bsetTimeout\((resolve|done|wake)\b|\bpromisify\(setTimeout\b/;

/** Files that may wait for a time, and why. They call it `delay`. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  ["tests/conformance/paho-scenarios.test.ts", "expiry intervals of MQTT are whole seconds"],
  ["tests/support/deployment.ts", "`eventually` asks again"],
  ["tests/support/unique-sensors.ts", "a load has a pace"],
  ["tests/fuzz/fuzzed-gateway.ts", "asks again until the gateway has answered"],
  ["tests/system/crash.test.ts", "the kill comes at a random moment"],
  ["tests/mqtt/sessions.test.ts", "the kill comes at a random moment"],
]);

const TESTS = SOURCES.filter(({ path }) => /^tests\/(?!bench\/|tidy\/)/.test(path));

describe("a test that sleeps", () => {
  const others = TESTS.filter(({ path }) => !ALLOWED.has(path));
  it("is not in the tree", () => expect(linesMatching(others, SLEEP)).toEqual([]));
  it.each([
    "await delay(50);",
    "await new Promise((resolve) => setTimeout(resolve, 50));",
    "setTimeout(resolve, 9);",
    "const sleep = promisify(setTimeout);",
  ])("is noticed: %s", (text) => expect(linesMatching([{ path: "tests/x.test.ts", text }], SLEEP)).toHaveLength(1));
  it("is allowed in no more than one place of each file that is listed", () => {
    const places = TESTS.filter(({ path }) => ALLOWED.has(path)).map((file) => linesMatching([file], SLEEP).length);
    expect(places).toEqual(Array.from(ALLOWED, () => 1));
  });
});

describe("a sleep that is imported", () => {
  const named = 'import { setTimeout as delay } from "node:timers/promises";';
  it("is not in the tree", () => expect(sleepImports(TESTS.filter(({ path }) => !ALLOWED.has(path)))).toEqual([]));
  it("has the name that the other rule looks for", () => {
    const allowed = TESTS.filter(({ path }) => ALLOWED.has(path));
    expect(sleepImports(allowed).filter((found) => !found.endsWith(named))).toEqual([]);
  });
  it.each([
    named,
    'import { setTimeout as past } from "node:timers/promises";',
    'import { setImmediate as turn, setTimeout as past } from "timers/promises";',
    'import {\n  setTimeout,\n} from "node:timers/promises";',
    'import * as timers from "node:timers/promises";',
    'import timers from "node:timers/promises";',
    'import { scheduler } from "node:timers/promises";',
    'import { promises } from "node:timers";',
    'const { setTimeout: past } = await import("node:timers/promises");',
    'const past = require("node:timers/promises").setTimeout;',
  ])("is noticed under any name: %s", (text) =>
    expect(sleepImports([{ path: "tests/x.test.ts", text }])).toHaveLength(1),
  );
  it("is not confused with another turn of the event loop", () => {
    const text = 'import { setImmediate as turn } from "node:timers/promises";';
    expect(sleepImports([{ path: "tests/x.test.ts", text }])).toEqual([]);
  });
});

/** Imports of timers, except those that take `setImmediate` only. */
function sleepImports(files: readonly TextFile[]): string[] {
  const imported =
    /(?:\bimport\b[^;()]*?\bfrom\s*|\bimport\s*\(\s*|\brequire\s*\(\s*)["'](?:node:)?timers(?:\/promises)?["'];?/g;
  const harmless = /^import \{ setImmediate( as \w+)? \} from/;
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(imported)].flatMap(([found]) => (harmless.test(found) ? [] : [`${path}: ${found}`])),
  );
}
