import type { Database, Statement } from "better-sqlite3";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/** Births and discovered units, which the decoder remembers across restarts. */
export class DecoderMemoryTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** Oldest first. */
  all(): readonly RememberedRow[] {
    return this.#sql.all.all().map(({ crc, ...row }) => ({ ...row, isIntact: isIntactRow(crc, memoryChecksum(row)) }));
  }

  dropRow(id: number): void {
    this.#sql.dropRow.run(id);
  }

  /** Replaces what was remembered under the key. @param text undefined: forget the key. */
  put(key: string, text: string | undefined): void {
    this.#sql.drop.run(key);
    if (text !== undefined) this.#sql.add.run(key, text, memoryChecksum({ key, text }));
  }
}

export type RememberedRow = {
  readonly id: number;
  readonly key: string;
  readonly text: string;
  readonly isIntact: boolean;
};

function memoryChecksum({ key, text }: Pick<RememberedRow, "key" | "text">): number {
  return rowChecksum("decoder_memory", [key], text);
}

type Statements = {
  readonly all: Statement<[], Omit<RememberedRow, "isIntact"> & { readonly crc: number | null }>;
  readonly dropRow: Statement<[number]>;
  readonly drop: Statement<[string]>;
  readonly add: Statement<[string, string, number]>;
};

function prepare(db: Database): Statements {
  return {
    all: db.prepare("SELECT id, key, text, crc FROM decoder_memory ORDER BY id"),
    dropRow: db.prepare("DELETE FROM decoder_memory WHERE id = ?"),
    drop: db.prepare("DELETE FROM decoder_memory WHERE key = ?"),
    add: db.prepare("INSERT INTO decoder_memory (key, text, crc) VALUES (?, ?, ?)"),
  };
}
