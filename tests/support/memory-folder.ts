import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";

/**
 * Where tests of one process keep their files: in memory where the system has such a folder, because a thousand small
 * databases that are synced to a disk take a minute. No such test proves that data survives a power cut. Tests that
 * kill processes use the disk.
 */
export function memoryFolder(): string {
  try {
    accessSync(MEMORY_FOLDER, constants.W_OK | constants.X_OK);
    return MEMORY_FOLDER;
  } catch {
    return tmpdir();
  }
}

const MEMORY_FOLDER = "/dev/shm";
