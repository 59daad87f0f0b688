import { readFileSync, writeFileSync } from "node:fs";
import { Fault } from "../../proto/core/fault.ts";

/**
 * Flips bits of a SQLite file that nobody has open, as a disk does that returns other bytes than were written. It chooses
 * places that are in use: in a database the values of rows, in a write-ahead log the pages that belong to its current use. Flips
 * elsewhere change nothing and prove nothing, or change the structure of the file, so that it must be restored from a copy.
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

/** The values of each row of each table, except the rows that describe the tables. */
function rowsIn(bytes: Buffer): Range[] {
  if (bytes.length < DATABASE_HEADER_BYTES) return [];
  const stated = bytes.readUInt16BE(16);
  const pageBytes = stated === 1 ? 65_536 : stated;
  const described = pagesOfSchema(bytes, pageBytes);
  const found: Range[] = [];
  for (let page = pageBytes; page + pageBytes <= bytes.length; page += pageBytes) {
    if (bytes[page] !== LEAF_OF_A_TABLE || described.has(page)) continue;
    const cells = bytes.readUInt16BE(page + 3);
    for (let cell = 0; cell < cells; cell++) {
      const values = valuesOf(bytes, page + bytes.readUInt16BE(page + 8 + 2 * cell), page + pageBytes);
      if (values !== undefined) found.push(values);
    }
  }
  return found;
}

/** The tables are described in a tree of at most two levels. Its root is the first page. */
function pagesOfSchema(bytes: Buffer, pageBytes: number): ReadonlySet<number> {
  const pages = new Set([0]);
  if (bytes[DATABASE_HEADER_BYTES] !== INNER_PAGE_OF_A_TABLE) return pages;
  const cells = bytes.readUInt16BE(DATABASE_HEADER_BYTES + 3);
  for (let cell = 0; cell < cells; cell++) {
    const at = bytes.readUInt16BE(DATABASE_HEADER_BYTES + 12 + 2 * cell);
    pages.add((bytes.readUInt32BE(at) - 1) * pageBytes);
  }
  pages.add((bytes.readUInt32BE(DATABASE_HEADER_BYTES + 8) - 1) * pageBytes);
  return pages;
}

/**
 * A cell is: bytes of the row, row id, then the row: bytes of its header, types, values. Undefined for a row that has no
 * values, or continues on other pages.
 */
function valuesOf(bytes: Buffer, cellAt: number, pageEnd: number): Range | undefined {
  const [rowBytes, idAt] = numberAt(bytes, cellAt);
  const [, rowAt] = numberAt(bytes, idAt);
  const [headerBytes] = numberAt(bytes, rowAt);
  const range = { from: rowAt + headerBytes, to: rowAt + rowBytes };
  return range.from < range.to && range.to <= pageEnd ? range : undefined;
}

/** A number of SQLite with one to nine bytes, and where it ends. */
function numberAt(bytes: Buffer, at: number): readonly [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i]!;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + i + 1];
  }
  return [value * 256 + bytes[at + 8]!, at + 9];
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
const INNER_PAGE_OF_A_TABLE = 0x05;
const LOG_HEADER_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
