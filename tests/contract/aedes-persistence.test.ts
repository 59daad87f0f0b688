import assert from "node:assert";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { SqlitePersistence } from "../../edge/mqtt/aedes/sqlite-persistence.ts";
import { SessionWorld } from "../support/session-world.ts";

/**
 * The test suite that `aedes-persistence` publishes for implementations of its contract, on `sessions.db`. Every case is a
 * test here. The suite is written for node:test and uses its plan, assertions and diagnostics.
 */

type Case = {
  plan(count: number): void;
  diagnostic(text: string): void;
  readonly assert: typeof assert;
};
type PublishedSuite = (options: {
  test: (name: string, run: (t: Case) => Promise<void>) => void;
  persistence: () => Promise<SqlitePersistence>;
  testAsync: true;
}) => void;

const require = createRequire(import.meta.url);
const publishedSuite = require("aedes-persistence/abstract.js") as PublishedSuite;

const cases: string[] = [];

publishedSuite({
  testAsync: true,
  persistence: async () => {
    const world = new SessionWorld();
    const persistence = new SqlitePersistence(await world.open(), { expiryS: 3600 });
    const destroy = persistence.destroy.bind(persistence);
    persistence.destroy = async () => {
      await destroy();
      await world[Symbol.asyncDispose]();
    };
    return persistence;
  },
  test: (name, run) => {
    cases.push(name);
    test(`aedes-persistence: ${name}`, async () => {
      let planned: number | undefined;
      let asserted = 0;
      // Counts the assertions as node:test does, and uses the same functions.
      const counted = new Proxy(assert, {
        get: (target, key) => {
          const found: unknown = Reflect.get(target, key);
          if (typeof found !== "function") return found;
          return (...given: unknown[]): unknown => {
            asserted++;
            return Reflect.apply(found, target, given) as unknown;
          };
        },
      });
      await run({
        plan: (count) => {
          planned = count;
        },
        diagnostic: () => {},
        assert: counted,
      });
      expect(asserted).toBe(planned ?? asserted);
    });
  },
});

test("every case of the suite is run", () => {
  // The number of cases in the version that package.json pins.
  expect(cases.length).toBe(48);
  expect(new Set(cases).size).toBe(cases.length);
});
