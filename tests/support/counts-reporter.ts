import { relative } from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";

/**
 * Ends the run with three lists: the slowest tests, the skipped tests with their reasons, and one plain line of counts,
 * which `.ci/run` and people read. A file or suite that fails before its first test counts as a failure, so that a
 * broken import or hook is not "0 failed". A test that never ran (its hook failed, or the run was stopped) did not pass.
 */
export class CountsReporter implements Reporter {
  #root = process.cwd();
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    const durations: { ms: number; file: string; name: string }[] = [];
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        const file = relative(this.#root, module.moduleId);
        if (result.state !== "skipped")
          durations.push({ ms: test.diagnostic()?.duration ?? 0, file, name: test.fullName });
        // With `-t` nearly all tests are skipped on purpose.
        if (result.state === "skipped" && !this.#isFiltered)
          console.log(`skipped: ${test.fullName}${result.note ? `: ${result.note}` : ""}`);
      }
    }
    const slowest = durations.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST_PRINTED);
    console.log(`\nThe ${slowest.length} slowest tests:`);
    for (const { ms, file, name } of slowest) console.log(`${(ms / 1000).toFixed(1).padStart(6)} s  ${file}  ${name}`);
    const skipped = counts.skipped === 0 ? "" : ` (${counts.skipped} skipped)`;
    console.log(`\n${counts.passed} passed, ${counts.failed + counts.pending} failed${skipped}`);
  }
}

const SLOWEST_PRINTED = 20;
