/**
 * Takes the `engines` of the dependencies out of package-lock.json; run it after each `npm install` that changes the
 * lock file (`npm run lock`; tests/tidy/package.test.ts notices when it was forgotten).
 *
 * Why: npm compares `engines` with the node that runs npm, which may well be 20. Ours comes out of the package `node`
 * and satisfies all of them. Left in, they print a page of EBADENGINE on a healthy install, and an optional binding
 * whose engine does not match the outer node is left out without a word.
 */
import { readFileSync, writeFileSync } from "node:fs";

type Lock = { packages: Record<string, { engines?: unknown }> };

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path !== "") delete entry.engines;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
