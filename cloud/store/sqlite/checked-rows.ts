import type { Database, Statement } from "better-sqlite3";

import { checksumOf, schemaChecksum } from "./row-checksums.ts";
import type { SchemaColumns, StoredColumn } from "./row-checksums.ts";
import { SUMMARY_COLUMN_NAMES } from "./stored-summary.ts";

/**
 * Compares rows with their checksums when they are read, and remembers those that do not match (I43). The reader leaves
 * them out, the answer names them, and the scrub repairs them.
 */
export class CheckedRows {
  readonly #sign: Statement<[]>;
  readonly #known = new Map<string, DamagedPlace>();
  /** What this walk has met. */
  readonly #met = new Set<string>();
  #isSigned: boolean;
  #page: DamagedPlace[] = [];

  constructor(db: Database) {
    this.#sign = db.prepare<[]>("UPDATE progress SET signed = 1");
    this.#isSigned = db.prepare("SELECT signed FROM progress").pluck().get() === 1;
  }

  /** Whether every row has its checksum. Until then a row without one comes from an earlier version. */
  get isSigned(): boolean {
    return this.#isSigned;
  }

  /** A walk met no row without a checksum. Runs inside the transaction of the caller. */
  sign(): void {
    this.#sign.run();
    this.#isSigned = true;
  }

  /** Whether the row may be used. Rows of an earlier version have no checksum yet. */
  isWhole<Table extends CheckedTable>(table: Table, row: CheckedRow<Table>): boolean {
    const { key, columns } = CHECKED[table];
    if (this.#isUnsigned(row) || row.checksum === checksumOf<CheckedColumns[Table]>(row, columns)) return true;
    this.note({ table, key: key.map((name) => row[name]) });
    return false;
  }

  isWholeSchema(row: SchemaColumns & { readonly checksum: number | null }): boolean {
    if (this.#isUnsigned(row) || row.checksum === schemaChecksum(row)) return true;
    this.note({ table: "series_schema", key: [row.series, row.type, row.unit] });
    return false;
  }

  #isUnsigned({ checksum }: { readonly checksum: number | null }): boolean {
    return checksum === null && !this.#isSigned;
  }

  note(place: DamagedPlace): void {
    const name = placeName(place);
    if (this.#met.size < KNOWN_MAX) this.#met.add(name);
    // A number that does not fit into a double cannot find the row again. The walk reads it exactly.
    const isExact = place.key.every((part) => typeof part !== "number" || Number.isSafeInteger(part));
    if (isExact && this.#known.size < KNOWN_MAX && !this.#known.has(name)) this.#known.set(name, place);
    if (this.#page.length < PAGE_MAX) this.#page.push(place);
  }

  /** Begins the list of the damaged rows that one answer leaves out. */
  beginPage(): void {
    this.#page = [];
  }

  get page(): readonly DamagedPlace[] {
    return this.#page;
  }

  /** All damaged rows that are known and not repaired. */
  get all(): readonly DamagedPlace[] {
    return [...this.#known.values()];
  }

  beginWalk(): void {
    this.#met.clear();
  }

  /** Forgets the rows that the walk did not meet again. @param isGone whether the table has no row with the key. */
  endWalk(isGone: (place: DamagedPlace) => boolean): void {
    for (const [name, place] of this.#known) if (!this.#met.has(name) && isGone(place)) this.#known.delete(name);
  }

  get count(): number {
    return this.#known.size;
  }

  /** The row is whole, or it will be tried again after the others. */
  settle(place: DamagedPlace, state: "whole" | "damaged"): void {
    this.#known.delete(placeName(place));
    if (state === "damaged") this.#known.set(placeName(place), place);
  }
}

/** A damaged row by the key of its table, as the row says it. */
export type DamagedPlace = {
  readonly table: CheckedTable | "series_schema";
  readonly key: RowPlace;
  /** The row is whole, but it is there twice, or not where the order of its table has it. */
  readonly isMisplaced?: boolean;
};
export type RowPlace = readonly (StoredColumn | bigint)[];

function placeName({ table, key }: DamagedPlace): string {
  return `${table} ${key.map((part) => (part instanceof Uint8Array ? Buffer.from(part).toString("hex") : String(part))).join(" ")}`;
}

type Window = "series" | "window_ms" | "window_start_ms";
type Summary = (typeof SUMMARY_COLUMN_NAMES)[number];
type Slot =
  | Window
  | "stream"
  | "part"
  | "ver"
  | "hash48"
  | "revision"
  | "carry"
  | "unit"
  | "ha_mode"
  | "later"
  | "content"
  | Summary;
type Command = "hlc" | "hash48" | "reason" | "actor" | "stream" | "seq";
/** The columns of each table that its checksum covers. */
type CheckedColumns = {
  readonly record: Slot;
  readonly revision_log: Slot;
  readonly raw_block:
    | "series"
    | "min_ms"
    | "max_ms"
    | "stream"
    | "seq"
    | "position"
    | "hash48"
    | "count"
    | "unit"
    | "columns";
  readonly operator_row: Window | "rank" | Command | Summary;
  readonly member: "region" | "state" | "url" | "gateway_url" | Command;
  readonly erased: "device" | Command;
  readonly series: "id" | "device" | "metric" | "raw_span_ms";
  /** The names of the stream. Its set has a checksum of its own. */
  readonly stream: "id" | "stream_id" | "gateway";
  readonly batch: "stream" | "seq" | "hash48" | "sha256" | "applied" | "counts";
};
export type CheckedTable = keyof CheckedColumns;
type CheckedRow<Table extends CheckedTable> = {
  readonly [Column in CheckedColumns[Table] | KeyOf<Table>]: StoredColumn;
} & { readonly checksum: number | null };
/** `row`: the number of the row, because the key of these tables is in an index, and an index may be damaged as well. */
type KeyOf<Table extends CheckedTable> = Table extends "raw_block" | "batch" ? "row" : CheckedColumns[Table];

const WINDOW: readonly Window[] = ["series", "window_ms", "window_start_ms"];
const SLOT: readonly Slot[] = [
  ...WINDOW,
  "stream",
  "part",
  "ver",
  "hash48",
  "revision",
  "carry",
  "unit",
  "ha_mode",
  "later",
  "content",
  ...SUMMARY_COLUMN_NAMES,
];

/** The keys of the tables, and the columns that their checksums cover, in the order in which they are written. */
export const CHECKED: {
  readonly [Table in CheckedTable]: {
    readonly key: readonly KeyOf<Table>[];
    readonly columns: readonly CheckedColumns[Table][];
  };
} = {
  record: { key: [...WINDOW, "stream", "part"], columns: SLOT },
  revision_log: { key: [...WINDOW, "stream", "part", "ver", "hash48", "revision"], columns: SLOT },
  raw_block: {
    key: ["row"],
    columns: ["series", "min_ms", "max_ms", "stream", "seq", "position", "hash48", "count", "unit", "columns"],
  },
  operator_row: {
    key: [...WINDOW, "rank", "hlc", "hash48"],
    columns: [...WINDOW, "rank", "hlc", "hash48", "reason", "actor", ...SUMMARY_COLUMN_NAMES, "stream", "seq"],
  },
  member: {
    key: ["region"],
    columns: ["region", "state", "url", "gateway_url", "hlc", "hash48", "reason", "actor", "stream", "seq"],
  },
  erased: { key: ["device"], columns: ["device", "hlc", "hash48", "reason", "actor", "stream", "seq"] },
  series: { key: ["id"], columns: ["id", "device", "metric", "raw_span_ms"] },
  stream: { key: ["id"], columns: ["id", "stream_id", "gateway"] },
  batch: { key: ["row"], columns: ["stream", "seq", "hash48", "sha256", "applied", "counts"] },
};

const KNOWN_MAX = 10_000;
/** An answer names at most this many. */
const PAGE_MAX = 100;
