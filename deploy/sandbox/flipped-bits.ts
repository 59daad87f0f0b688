import { readFileSync, writeFileSync } from "node:fs";
import { Fault } from "../../proto/core/fault.ts";

/**
 * Flips bits of a SQLite file that nobody has open, as a disk does that returns other bytes than were written. It chooses
 * places that are in use: in a database the rows of tables, in a write-ahead log the pages that belong to its current use. Flips
 * elsewhere change nothing, and prove nothing.
 * @throws Fault when there is no such place.
 */
export function flipBits(file: SqliteFile, { bits, random }: { bits: number; random: () => number }): void {
  const bytes = readFileSync(file.path);
  const places = file.kind === "database" ? rowsIn(bytes) : pagesIn(bytes);
  if (places.length === 0) throw new Fault({ code: "config", message: `${file.path} has no rows to damage yet` });
  for (let i = 0; i < bits; i++) {
    const { from, to } = places[Math.floor(random() * places.length)]!;
    const at = from + Math.floor(random() * (to - from));
    bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8));
  }
  writeFileSync(file.path, bytes);
}

export type SqliteFile = { readonly path: string; readonly kind: "database" | "log" };

/** From the first byte to the one behind the last. */
type Range = { readonly from: number; readonly to: number };

/** The content of each page of a table, except the first page, which holds the schema. */
function rowsIn(bytes: Buffer): Range[] {
  if (bytes.length < DATABASE_HEADER_BYTES) return [];
  const stated = bytes.readUInt16BE(16);
  const pageBytes = stated === 1 ? 65_536 : stated;
  const found: Range[] = [];
  for (let page = pageBytes; page + pageBytes <= bytes.length; page += pageBytes) {
    if (bytes[page] !== LEAF_OF_A_TABLE) continue;
    const contentAt = bytes.readUInt16BE(page + 5) || 65_536;
    if (contentAt < pageBytes) found.push({ from: page + contentAt, to: page + pageBytes });
  }
  return found;
}

/**
 * The pages in the first half of the log. It is used again from its beginning; frames with other salts are left from before.
 */
function pagesIn(bytes: Buffer): Range[] {
  if (bytes.length < LOG_HEADER_BYTES) return [];
  const frameBytes = FRAME_HEAD_BYTES + bytes.readUInt32BE(8);
  const salts = bytes.subarray(16, 24);
  const found: Range[] = [];
  for (let frame = LOG_HEADER_BYTES; frame + frameBytes <= bytes.length; frame += frameBytes) {
    if (!bytes.subarray(frame + 8, frame + 16).equals(salts)) break;
    found.push({ from: frame + FRAME_HEAD_BYTES, to: frame + frameBytes });
  }
  return found.slice(0, Math.ceil(found.length / 2));
}

const DATABASE_HEADER_BYTES = 100;
const LEAF_OF_A_TABLE = 0x0d;
const LOG_HEADER_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
