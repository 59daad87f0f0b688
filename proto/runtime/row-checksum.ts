import { crc32 } from "node:zlib";

/**
 * The checksum of a row: over its table, its key and its other values, then over its bytes. With the key in it, a row that
 * turns up under another key is noticed, too.
 */
export function rowChecksum(
  table: string,
  values: readonly (string | number | null)[],
  bytes: string | Uint8Array = "",
): number {
  // A damaged row may have a value of another type in place of its bytes.
  if (typeof bytes !== "string" && !(bytes instanceof Uint8Array)) return Number.NaN;
  return crc32(bytes, crc32(`${table}${JSON.stringify(values)}`));
}

/** Whether a row is as it was written. A row of an earlier version has no checksum and is believed. */
export function isIntactRow(stored: number | null, computed: number): boolean {
  return stored === null || stored === computed;
}
