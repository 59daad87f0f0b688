/**
 * Removes the `engines` of the dependencies from package-lock.json. Run it (`npm run lock`) after each `npm install` that
 * changes the lock file; tests/tidy/package.test.ts notices when somebody forgot.
 *
 * The reason: npm compares `engines` with the Node that runs npm, which may be version 20. Tidemark runs on the Node of the
 * package `node`, which satisfies all of them. With `engines` a healthy install prints a page of EBADENGINE, and npm
 * silently omits an optional binding whose engine does not match the outer Node.
 */
import { readFileSync, writeFileSync } from "node:fs";

type Lock = { packages: Record<string, { engines?: unknown }> };

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path !== "") delete entry.engines;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
