import type { Database, Statement } from "better-sqlite3";
import { Fault } from "../../../proto/core/fault.ts";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/**
 * Single numbers by name; 0 if a number was never written. Each is written twice, because nothing else says what a damaged one
 * was.
 */
export class MetaTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** @throws Fault when both copies are damaged. */
  get(name: MetaName): number {
    const copies = [this.#read(name), this.#read(copyOf(name))].filter((row) => row !== undefined);
    if (copies.length === 0) return 0;
    const intact = copies.find((row) => isIntactRow(row.crc, metaChecksum(name, row.value)));
    if (intact !== undefined) return intact.value;
    throw new Fault({
      code: "storage_corrupt",
      message: `the database of the gateway is damaged: both copies of ${name} do not match their checksums`,
      hint: "restore the data folder from a copy; do not delete it before",
    });
  }

  set(name: MetaName, value: number): void {
    const crc = metaChecksum(name, value);
    this.#sql.set.run(name, value, crc);
    this.#sql.set.run(copyOf(name), value, crc);
  }

  #read(row: string): MetaRow | undefined {
    return this.#sql.get.get(row);
  }
}

function copyOf(name: MetaName): string {
  return `${name}:copy`;
}

function metaChecksum(name: MetaName, value: number): number {
  return rowChecksum("meta", [name, value]);
}

type MetaRow = { readonly value: number; readonly crc: number | null };

/**
 * - `checkpoint_seq`: the stored state of every open window includes the journal up to here.
 * - `sealed_raw_seq`: raw readings up to here are in sealed batches.
 * - `sealed_readings`: readings up to here are counted in sealed batches.
 * - `journal_seq`: the last sequence that was given to a reading, so that an emptied journal continues from it.
 * - `held_seq`: messages that were ever held until the time was known.
 * - `known_ms`: the newest time of the wall clock at which the time was known.
 */
export type MetaName =
  | "checkpoint_seq"
  | "sealed_raw_seq"
  | "sealed_readings"
  | "journal_seq"
  | "held_seq"
  | "known_ms";

type Statements = {
  readonly get: Statement<[string], MetaRow>;
  readonly set: Statement<[string, number, number]>;
};

function prepare(db: Database): Statements {
  return {
    get: db.prepare("SELECT value, crc FROM meta WHERE name = ?"),
    set: db.prepare(
      `INSERT INTO meta (name, value, crc) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, crc = excluded.crc`,
    ),
  };
}
