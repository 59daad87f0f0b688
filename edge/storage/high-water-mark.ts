import { readFileSync } from "node:fs";
import { writeFileDurably } from "../../proto/runtime/sqlite.ts";

/**
 * The last journal sequence that is known to be stored, in a separate file. SQLite opens without an error when its
 * write-ahead log was deleted or damaged and the newest commits are lost. This file makes that visible.
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
    // There is no mark at the first start, and after a person accepted a loss by deleting it.
    return 0;
  }
  const mark = Number(text.trim());
  return Number.isSafeInteger(mark) && mark > 0 ? mark : 0;
}
