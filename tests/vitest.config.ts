/**
 * Four projects. `quick` is everything that lives in one process and runs side by side. `system` starts real gateways
 * and regions. `mqtt` has other people's clients, hostile input and kills with local subscribers, and a command of its own
 * (`npm run test:mqtt`), so that `npm test` stays quick enough that people run it. `drills` runs drills, against
 * broken builds and from the command line; it has a command of its own (`npm run test:drills`), because a drill takes
 * half a minute. Worker processes, not threads: the storage thread and its native SQLite belong to the test.
 *
 * TIDEMARK_LONG=1 runs those tests again that have larger numbers for it (tests/support/scale.ts), hence the longer
 * limits.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ViteUserConfig } from "vitest/config";

import { CountsReporter } from "./support/counts-reporter.ts";
import { long } from "./support/scale.ts";

const MINUTE_MS = 60_000;

const QUICK = ["tests/{unit,contract,conformance,sim}/**/*.test.ts", "tests/tidy.test.ts"];
const DRILLS = ["tests/drills/**/*.test.ts"];
const SYSTEM = ["tests/system/**/*.test.ts"];
const MQTT = ["tests/mqtt/**/*.test.ts"];

/** In the long run a test that would do the same once more is left out. */
function files(patterns: readonly string[]): string[] {
  if (!long) return [...patterns];
  const all = globSync([...patterns], { cwd: join(import.meta.dirname, "..") });
  return all.filter((file) =>
    /\/scale\.ts"|\brunSeeds\b/.test(readFileSync(join(import.meta.dirname, "..", file), "utf8")),
  );
}

/** In the long run all take their turns together: three tests are as long as all others. */
const shared = { environment: "node", pool: "forks", maxWorkers: long ? 3 : 2, hookTimeout: MINUTE_MS } as const;

const config: ViteUserConfig = {
  root: join(import.meta.dirname, ".."),
  test: {
    reporters: [["default", { summary: false }], new CountsReporter()],
    projects: [
      {
        test: {
          ...shared,
          name: "quick",
          include: files(QUICK),
          testTimeout: long ? 5 * MINUTE_MS : 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "system",
          // More of their time is spent waiting than working.
          maxWorkers: 3,
          include: files(SYSTEM),
          testTimeout: long ? 10 * MINUTE_MS : 2 * MINUTE_MS,
          sequence: { groupOrder: long ? 0 : 1 },
        },
      },
      {
        test: {
          ...shared,
          name: "mqtt",
          include: files(MQTT),
          testTimeout: long ? 10 * MINUTE_MS : 2 * MINUTE_MS,
          sequence: { groupOrder: long ? 0 : 2 },
        },
      },
      {
        test: {
          ...shared,
          name: "drills",
          include: long ? [] : DRILLS,
          testTimeout: 3 * MINUTE_MS,
          maxConcurrency: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
};

export default config;
