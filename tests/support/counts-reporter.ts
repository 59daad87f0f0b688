import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends the run with the skipped tests and their reasons, and one plain line of counts, which `.ci/run` and people
 * read. A file or suite that fails before its first test counts as a failure, so that a broken import or hook is not
 * "0 failed"; a test that never ran (its hook failed, or the run was stopped) did not pass.
 */
export class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        if (result.state === "skipped")
          console.log(`skipped: ${test.fullName}${result.note ? `: ${result.note}` : ""}`);
      }
    }
    const skipped = counts.skipped === 0 ? "" : ` (${counts.skipped} skipped)`;
    console.log(`\n${counts.passed} passed, ${counts.failed + counts.pending} failed${skipped}`);
  }
}
