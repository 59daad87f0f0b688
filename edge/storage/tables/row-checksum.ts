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
  return crc32(bytes, crc32(`${table}${JSON.stringify(values)}`));
}
