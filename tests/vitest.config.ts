/**
 * Four projects:
 *
 * - `quick`: everything that lives in one process.
 * - `system`: starts real gateways and regions.
 * - `mqtt`: other people's clients, hostile input, and kills with local subscribers. It has a command of its own
 *   (`npm run test:mqtt`), so that `npm test` stays quick enough that people run it.
 * - `drills`: drills against broken builds and from the command line. It has a command of its own
 *   (`npm run test:drills`), because a drill takes half a minute.
 *
 * Tests run in worker processes, not in threads: the storage thread and its native SQLite belong to the test. The files of
 * `quick` share four processes: a process and its imports for each file would cost a fifth of the run. So a test undoes what
 * it changes in its process, and code must not depend on what else its process has loaded.
 *
 * Node imports the sources itself, as in a gateway. In Vite's module runner the simulator needs a sixth more time.
 *
 * TIDEMARK_LONG=1 runs again those tests that have larger numbers for it (tests/support/scale.ts), hence the longer
 * limits.
 */
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ViteUserConfig } from "vitest/config";

import { CountsReporter } from "./support/counts-reporter.ts";
import { LongestFirst } from "./support/longest-first.ts";
import { memoryFolder } from "./support/memory-folder.ts";
import { long } from "./support/scale.ts";

const ROOT = join(import.meta.dirname, "..");
const MINUTE_MS = 60_000;

const QUICK = ["tests/{unit,contract,conformance,sim,tidy}/**/*.test.ts"];
const DRILLS = ["tests/drills/**/*.test.ts"];
const SYSTEM = ["tests/system/**/*.test.ts"];
const MQTT = ["tests/mqtt/**/*.test.ts"];

// Gateways, regions and worker threads that tests start compile the same sources again and again. With the cache of
// Node a start costs half the processor time. The processes of the tests inherit this variable.
process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, "node_modules/.cache/node-compile");
mkdirSync(process.env["NODE_COMPILE_CACHE"], { recursive: true });

/** The long run leaves out the tests that would only do the same once more. */
function files(patterns: readonly string[]): string[] {
  if (!long) return [...patterns];
  const all = globSync([...patterns], { cwd: ROOT });
  return all.filter((file) => /\/scale\.ts"|\brunSeeds\b/.test(readFileSync(join(ROOT, file), "utf8")));
}

/**
 * Four workers for two cores: many tests wait more than they work. The time limits only end a test that hangs; no
 * test may come near them, also on a machine with other work to do.
 */
const shared = {
  environment: "node",
  pool: "forks",
  maxWorkers: 4,
  hookTimeout: 2 * MINUTE_MS,
  expect: { poll: { timeout: MINUTE_MS, interval: 10 } },
} as const;
const SYSTEM_LIMIT_MS = (long ? 10 : 4) * MINUTE_MS;

const config: ViteUserConfig = {
  root: ROOT,
  test: {
    experimental: { viteModuleRunner: false, nodeLoader: false },
    reporters: [["default", { summary: false }], new CountsReporter()],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: "quick",
          isolate: false,
          include: files(QUICK),
          env: { TMPDIR: memoryFolder() },
          testTimeout: (long ? 5 : 2) * MINUTE_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "system",
          include: files(SYSTEM),
          testTimeout: SYSTEM_LIMIT_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "mqtt",
          include: files(MQTT),
          testTimeout: SYSTEM_LIMIT_MS,
          sequence: { groupOrder: long ? 0 : 1 },
        },
      },
      {
        test: {
          ...shared,
          name: "drills",
          include: long ? [] : DRILLS,
          testTimeout: 5 * MINUTE_MS,
          maxConcurrency: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
};

export default config;
