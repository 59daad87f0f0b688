import { readFileSync } from "node:fs";
import { writeFileDurably } from "../../proto/runtime/sqlite.ts";

/**
 * The last journal sequence known to be stored, in a file of its own. SQLite opens happily when its write-ahead log
 * was deleted or damaged and the newest commits went with it; this file notices.
 */
export function writeHighWaterMark(path: string, journalSeq: number): void {
  writeFileDurably(path, `${journalSeq}\n`);
}

/** @returns 0 when there is no mark yet. */
export function readHighWaterMark(path: string): number {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // No mark, no claim: a first start, or a person who accepted a loss by deleting it.
    return 0;
  }
  const mark = Number(text.trim());
  return Number.isSafeInteger(mark) && mark > 0 ? mark : 0;
}
