import { crc32 } from "node:zlib";

/**
 * The checksum of a row, 32 bits over all of its other columns (I43). The disk may change a bit and say nothing; a row
 * that does not match its checksum is not served, and gets into no snapshot.
 *
 * It mixes one 32-bit word after the other. Each step is a bijection, so a change inside one word is always found; any
 * other change is missed once in four billion. `crc32` over the bytes of the row would cost twice as much, because the
 * bytes would have to be made first. Only long bytes go through it.
 *
 * A migration that adds a column must write new checksums.
 */
export function columnsChecksum(columns: readonly StoredColumn[], length: number = columns.length): number {
  let hash = SEED;
  for (let i = 0; i < length; i++) hash = mixColumn(hash, columns[i]!);
  return hash >>> 0;
}

/** The checksum of a row as it was read. `names`: the columns, in the order in which they are written. */
export function checksumOf<Name extends string>(
  row: { readonly [Column in Name]: StoredColumn },
  names: readonly Name[],
): number {
  return columnsChecksum(names.map((name) => row[name]));
}

/**
 * The checksum of a row of `series_schema`. Its times change with nearly every batch, so SQL computes the new checksum from
 * the old one in the same statement: the times are added, each by a factor of its own.
 */
export function schemaChecksum(row: SchemaColumns): number {
  const { series, type, unit, first_ms: firstMs, last_ms: lastMs } = row;
  return columnsChecksum([series, type, unit]) + (firstMs % PRIME) * FIRST_FACTOR + (lastMs % PRIME) * LAST_FACTOR;
}

/** The part of {@link schemaChecksum} that follows from the times, in SQL. */
export function schemaTimes(firstMs: string, lastMs: string): string {
  return `((${firstMs}) % ${PRIME} * ${FIRST_FACTOR} + (${lastMs}) % ${PRIME} * ${LAST_FACTOR})`;
}

export type SchemaColumns = {
  readonly series: number;
  readonly type: string;
  readonly unit: string;
  readonly first_ms: number;
  readonly last_ms: number;
};

/** What SQLite keeps in a column. NaN and NULL are the same to it. */
export type StoredColumn = number | string | Uint8Array | null;

function mixColumn(hash: number, column: StoredColumn): number {
  if (typeof column === "number") return mixNumber(hash, column);
  if (column === null) return mix(hash, NULL);
  if (typeof column === "string") {
    let mixed = mix(hash, TEXT ^ column.length);
    for (let i = 0; i < column.length; i++) mixed = mix(mixed, column.charCodeAt(i));
    return mixed;
  }
  return mixBytes(mix(hash, BYTES ^ column.length), column);
}

/** Four bytes a step: a call of `crc32` costs more than mixing a sketch of 200 bytes. */
function mixBytes(hash: number, bytes: Uint8Array): number {
  if (bytes.length > LONG_BYTES) return mix(hash, crc32(bytes));
  let mixed = hash;
  const words = bytes.length & ~3;
  for (let i = 0; i < words; i += 4) {
    mixed = mix(mixed, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  }
  for (let i = words; i < bytes.length; i++) mixed = mix(mixed, bytes[i]!);
  return mixed;
}

/** -0 counts as 0, because SQLite stores it so. */
function mixNumber(hash: number, value: number): number {
  if ((value | 0) === value) return mix(hash, value | 0);
  if (value !== value) return mix(hash, NULL);
  DOUBLE[0] = value;
  return mix(mix(hash, WORDS[0]!), WORDS[1]!);
}

/** A bijection of the hash for each word, and of the word for each hash. */
function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

const SEED = 0x54696472;
const NULL = 0x6e756c6c;
const TEXT = 0x74657874;
const BYTES = 0x62797465;
const LONG_BYTES = 512;
/** No power of two is a multiple of it, so no single bit of a time is without effect. */
const PRIME = 2_147_483_647;
const FIRST_FACTOR = 65_537;
const LAST_FACTOR = 648_053;
const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
