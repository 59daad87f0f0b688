import { relative } from "node:path";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

/**
 * Starts the test files that take longest first. A long file that starts last runs alone while the other workers have
 * nothing to do. vitest remembers how long files took, but not in a fresh clone, and orders one project after the other.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = (file: TestSpecification): number => {
      const path = relative(this.ctx.config.root, file.moduleId);
      const found = LONGEST.findIndex((start) => path.startsWith(start));
      return found < 0 ? LONGEST.length : found;
    };
    const group = (file: TestSpecification): number => file.project.config.sequence.groupOrder;
    return sorted.toSorted((a, b) => group(a) - group(b) || rank(a) - rank(b));
  }
}

/** The beginnings of the paths of files that take more than ten seconds, the longest first. */
const LONGEST = [
  "tests/system/bad-input",
  "tests/system/demo",
  "tests/sim/",
  "tests/system/crash",
  "tests/system/membership",
  "tests/contract/",
  "tests/system/",
  "tests/unit/edge/mqtt/limits",
  "tests/unit/edge/uplink/",
];
