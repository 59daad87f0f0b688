import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";

/** Flips one bit, as a disk does that returns other bytes than were written. @param bit counted from the first byte. */
export function flipBit(bytes: Uint8Array, bit: number): void {
  const at = Math.floor(bit / 8);
  bytes[at] = bytes[at]! ^ (1 << (bit % 8));
}

/** Flips one bit of a file, at a place that `random` chooses. @returns the place; undefined: the file is empty or missing. */
export function flipBitOfFile(path: string, random: () => number): { offset: number; bit: number } | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return undefined;
  const offset = Math.floor(random() * size);
  const bit = Math.floor(random() * 8);
  const handle = openSync(path, "r+");
  try {
    const byte = Buffer.alloc(1);
    readSync(handle, byte, 0, 1, offset);
    flipBit(byte, bit);
    writeSync(handle, byte, 0, 1, offset);
  } finally {
    closeSync(handle);
  }
  return { offset, bit };
}
