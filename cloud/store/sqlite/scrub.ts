import { createHash } from "node:crypto";
import type { Database, Statement } from "better-sqlite3";
import { z } from "zod";

import { hash48Of } from "../../../proto/core/hash48.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import { openBatch } from "../../../proto/wire/batch-codec.ts";
import { rowsOfBatch } from "../../core/apply-rows.ts";
import type { ScrubPage } from "../store.ts";
import type { SqliteBatches } from "./batches.ts";
import type { CheckedRows, DamagedPlace, RowPlace } from "./checked-rows.ts";
import type { CheckedTableRows, CheckedTables, TableRow } from "./checked-table.ts";
import { CountedStreams } from "./counted-streams.ts";
import type { DamagedNames } from "./damaged-names.ts";
import type { SqliteRepair } from "./repair.ts";
import type { SqliteRowWriter } from "./row-writer.ts";
import type { SqliteSchema } from "./schema.ts";
import type { SqliteStreams } from "./streams.ts";

/**
 * Walks over every row, compares it with its checksum, and has damaged rows repaired (I43, I44). It applies every batch
 * whose bytes are here once more: that changes nothing, unless damage has hidden a row. For each row of a table with
 * indexes it looks whether the index finds the row.
 *
 * A step takes a few milliseconds, so that commits and answers do not wait for a walk. Between two steps it keeps only
 * the damaged rows that {@link CheckedRows} knows.
 */
export class SqliteScrub {
  readonly #parts: Parts;
  readonly #tables: readonly CheckedTableRows[];
  readonly #counted: CountedStreams;
  readonly #sql: ReturnType<typeof prepare>;
  /** Rows without a checksum that this walk met. The first walk of a life may have begun in the last one, so it counts. */
  #unsigned = 1;

  constructor(db: Database, parts: Parts) {
    this.#parts = parts;
    this.#tables = TABLES.map((table) => parts.tables.of(table));
    this.#counted = new CountedStreams(db);
    this.#sql = prepare(db);
  }

  /**
   * @param after empty for the beginning.
   * @param write runs its work in a transaction, which is undone unless the work says that it changed something.
   */
  step(after: Uint8Array, write: Write): ScrubPage {
    const { checked, names } = this.#parts;
    const place = after.length === 0 ? BEGINNING : placeSchema.parse(JSON.parse(Buffer.from(after).toString()));
    if (after.length === 0) {
      this.#unsigned = 0;
      checked.beginWalk();
      this.#counted.begin();
    }
    const before = new Set(checked.all);
    const repaired = this.#repair(write);
    const table = this.#tables[place.stage];
    const { key, rows, hidden } =
      table === undefined ? this.#batches(place.key, write) : this.#rows(table, place.key, write);
    const isEnd = key === null && place.stage === TABLES.length;
    if (isEnd) repaired.push(...this.#repair(write));
    if (isEnd) checked.endWalk((one) => this.#parts.tables.of(one.table).one(one.key) === undefined);
    if (isEnd && this.#unsigned === 0 && !checked.isSigned) {
      write(() => {
        checked.sign();
        return true;
      });
    }
    const next = key === null ? { stage: place.stage + 1, key: null } : { stage: place.stage, key };
    return {
      rows,
      hidden,
      found: checked.all.filter((one) => !before.has(one)).map((one) => names.of(one)),
      repaired,
      next: next.stage > TABLES.length ? END : Buffer.from(JSON.stringify(next)),
    };
  }

  /** Tries to repair some of the known rows; the ones that cannot be repaired now come last the next time. */
  #repair(write: Write): string[] {
    const { checked, repair, names } = this.#parts;
    const repaired: string[] = [];
    for (const damaged of checked.all.slice(0, REPAIRS_PER_STEP)) {
      const name = names.of(damaged);
      let isDone = false;
      write(() => (isDone = repair.repair(damaged)));
      checked.settle(damaged, isDone ? "whole" : "damaged");
      if (isDone) repaired.push(name);
    }
    return repaired;
  }

  /** The next rows of a table. Rows of an earlier version get their checksums. */
  #rows(table: CheckedTableRows, after: Key | null, write: Write): Found {
    const { checked } = this.#parts;
    const rows = table.page(after, ROWS_PER_STEP);
    const unsigned: TableRow[] = [];
    let last: TableRow | null = null;
    let exact: readonly RowPlace[] | null = null;
    for (const [i, row] of rows.entries()) {
      if (row["checksum"] === null && !checked.isSigned) {
        unsigned.push(row);
        last = row;
        continue;
      }
      const isMisplaced = last !== null && !table.isBefore(last, row);
      if (isMisplaced || !table.isWhole(row) || !table.isIndexed(row) || !this.#isSetWhole(table, row)) {
        exact ??= table.exactPlaces(after, ROWS_PER_STEP);
        checked.note({ table: table.name, key: exact[i]!, isMisplaced });
        continue;
      }
      last = row;
    }
    this.#unsigned += unsigned.length;
    if (unsigned.length > 0) {
      write(() => {
        for (const row of unsigned) {
          table.sign(row);
          if (table.name === "stream") this.#parts.streams.signSet(Number(row["id"]));
        }
        return true;
      });
    }
    // A damaged row may have any key, so the next step continues after a whole one.
    const end = rows.length < ROWS_PER_STEP ? null : (last ?? rows.at(-1)!);
    return { key: end === null ? null : table.keyOf(end), rows: rows.length, hidden: 0 };
  }

  /** The counters of a stream follow from its batches. @returns how many streams got theirs again. */
  #writeCounters(write: Write): number {
    const streams = this.#counted.differing();
    if (streams.length === 0) return 0;
    write(() => {
      for (const stream of streams) this.#counted.write(stream);
      return true;
    });
    return streams.length;
  }

  #isSetWhole({ name }: CheckedTableRows, row: TableRow): boolean {
    return name !== "stream" || this.#parts.streams.isSetWhole(Number(row["id"]));
  }

  /** One batch with bytes, or some without. */
  #batches(after: Key | null, write: Write): Found {
    const { checked, tables, rows, streams, batches, schema } = this.#parts;
    let row = Number(after?.[0] ?? 0);
    for (let visited = 1; visited <= ROWS_PER_STEP; visited++) {
      const batch = this.#sql.batch.get(row);
      if (batch === undefined) return { key: null, rows: visited - 1, hidden: this.#writeCounters(write) };
      row = batch.row;
      // A batch that cannot be read yet counts nothing.
      const isCounted = batch.applied === 1 && checked.isWhole("batch", batch);
      if (isCounted || batch.applied !== 0) this.#counted.saw(batch.stream, isCounted ? batch.counts : null);
      if (batch.checksum === null && !checked.isSigned) {
        this.#unsigned += 1;
        write(() => {
          batches.writeChecksum(batch.row);
          return true;
        });
      }
      const place: DamagedPlace = { table: "batch", key: [batch.row] };
      if (!checked.isWhole("batch", batch)) continue;
      if (!tables.of("batch").isIndexed(batch)) {
        checked.note(place);
        continue;
      }
      if (batch.bytes.length === 0) continue;
      const sha256 = createHash("sha256").update(batch.bytes).digest();
      if (hash48Of(sha256) !== batch.hash48 || !sha256.equals(batch.sha256)) {
        checked.note(place);
        continue;
      }
      const sealed = { ...streams.name(batch.stream), seq: toSeq(batch.seq), sha256, bytes: batch.bytes };
      const opened = openBatch(sealed);
      let hidden = 0;
      if (opened.kind === "ok") {
        write(() => {
          const changes = this.#sql.changes.get() ?? 0;
          schema.forget();
          rows.write(rowsOfBatch(sealed, opened));
          hidden = (this.#sql.changes.get() ?? 0) - changes + schema.lacking();
          return hidden > 0;
        });
      }
      return { key: [row], rows: visited, hidden };
    }
    return { key: [row], rows: ROWS_PER_STEP, hidden: 0 };
  }
}

/** Runs work in a transaction, which is undone unless the work says that it changed something. */
export type Write = (work: () => boolean) => void;

type Key = readonly (number | string)[];
/** `hidden`: rows that were missing and are there again. */
type Found = { readonly key: Key | null; readonly rows: number; readonly hidden: number };

type Parts = {
  readonly checked: CheckedRows;
  readonly tables: CheckedTables;
  readonly names: DamagedNames;
  readonly repair: SqliteRepair;
  readonly rows: SqliteRowWriter;
  readonly streams: SqliteStreams;
  readonly batches: SqliteBatches;
  readonly schema: SqliteSchema;
};

/** The batches come last: applying them again needs whole rows. */
const TABLES: readonly DamagedPlace["table"][] = [
  "stream",
  "series",
  "record",
  "revision_log",
  "raw_block",
  "operator_row",
  "series_schema",
  "member",
  "erased",
];
const BEGINNING = { stage: 0, key: null };
const END: Uint8Array = new Uint8Array(0);
/** About two milliseconds of work. */
const ROWS_PER_STEP = 500;
const REPAIRS_PER_STEP = 4;

const placeSchema = z.strictObject({
  stage: z.int().min(0).max(TABLES.length),
  key: z.array(z.union([z.number(), z.string()])).nullable(),
});

type BatchSqlRow = {
  readonly row: number;
  readonly stream: number;
  readonly seq: number;
  readonly hash48: number;
  readonly sha256: Buffer;
  readonly applied: number;
  readonly counts: string | null;
  readonly bytes: Buffer;
  readonly checksum: number | null;
};

function prepare(db: Database) {
  return {
    batch: db.prepare<[after: number], BatchSqlRow>(
      `SELECT rowid AS row, stream, seq, hash48, sha256, applied, counts, bytes, checksum FROM batch
       WHERE rowid > ? ORDER BY rowid LIMIT 1`,
    ),
    changes: db.prepare("SELECT total_changes()").pluck() as Statement<[], number>,
  };
}
