import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes a folder for the files of tests of one process, and removes it when this process ends. It is in memory where the
 * system has such a place, because a thousand small databases that are synced to a disk take a minute. No such test proves
 * that data survives a power cut. Tests that kill processes use the disk.
 */
export function memoryFolder(): string {
  const folder = inMemory() ?? mkdtempSync(join(tmpdir(), PREFIX));
  // Some tests become another user, who must be able to enter it.
  chmodSync(folder, 0o755);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function inMemory(): string | undefined {
  try {
    return mkdtempSync(join("/dev/shm", PREFIX));
  } catch {
    // This system has no such place, or this user may not write to it.
    return undefined;
  }
}

const PREFIX = "tidemark-tests-";
