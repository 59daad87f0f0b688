import type { Database, Statement } from "better-sqlite3";
import { isIntactRow, rowChecksum } from "../../../proto/runtime/row-checksum.ts";

/** Hashes of accepted deliveries, one row a commit. They recognise redelivered messages. */
export class DeliveryTable {
  readonly #sql: Statements;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** @returns the id of the row, for {@link drop}. */
  add(deliveries: number, body: Buffer): number {
    return Number(this.#sql.add.run(deliveries, body, deliveryChecksum(deliveries, body)).lastInsertRowid);
  }

  /** Oldest first. */
  *all(): Generator<DeliveryRow> {
    for (const { crc, ...row } of this.#sql.all.iterate()) {
      yield { ...row, isIntact: isIntactRow(crc, deliveryChecksum(row.deliveries, row.body)) };
    }
  }

  dropRow(id: number): void {
    this.#sql.dropRow.run(id);
  }

  drop(throughId: number): void {
    this.#sql.drop.run(throughId);
  }
}

export type DeliveryRow = {
  readonly id: number;
  readonly deliveries: number;
  readonly body: Buffer;
  readonly isIntact: boolean;
};

function deliveryChecksum(deliveries: number, body: Buffer): number {
  return rowChecksum("delivery", [deliveries], body);
}

type Statements = {
  readonly add: Statement<[number, Buffer, number]>;
  readonly all: Statement<[], Omit<DeliveryRow, "isIntact"> & { readonly crc: number | null }>;
  readonly dropRow: Statement<[number]>;
  readonly drop: Statement<[number]>;
};

function prepare(db: Database): Statements {
  return {
    add: db.prepare("INSERT INTO delivery (deliveries, body, crc) VALUES (?, ?, ?)"),
    all: db.prepare("SELECT id, deliveries, body, crc FROM delivery ORDER BY id"),
    dropRow: db.prepare("DELETE FROM delivery WHERE id = ?"),
    drop: db.prepare("DELETE FROM delivery WHERE id <= ?"),
  };
}
