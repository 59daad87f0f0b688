import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Database, Statement } from "better-sqlite3";
import { Fault } from "../../proto/core/fault.ts";
import type { OpenOptions } from "../../proto/runtime/sqlite.ts";
import { openDatabase, openInMemory } from "../../proto/runtime/sqlite.ts";
import { schemaShape } from "./schema-check.ts";
import { BatchTable } from "./tables/batch-table.ts";
import { DamagedRowTable } from "./tables/damaged-row-table.ts";
import { DeadLetterTable } from "./tables/dead-letter-table.ts";
import { DecoderMemoryTable } from "./tables/decoder-memory-table.ts";
import { DeliveryTable } from "./tables/delivery-table.ts";
import { HeldMessageTable } from "./tables/held-message-table.ts";
import { JournalTable } from "./tables/journal-table.ts";
import { LedgerTable } from "./tables/ledger-table.ts";
import { MetaTable } from "./tables/meta-table.ts";
import { SeriesTable } from "./tables/series-table.ts";
import { StreamTable } from "./tables/stream-table.ts";
import { WindowStateTable } from "./tables/window-state-table.ts";

/**
 * The gateway's SQLite file. Each table has its own file with every statement that uses it. These files decide nothing.
 *
 * All of it runs in the storage thread. Writes happen inside {@link transaction}. After the first error the process must
 * end: a transaction is never tried again.
 */
export class GatewayDatabase {
  readonly path: string;
  readonly meta: MetaTable;
  readonly series: SeriesTable;
  readonly journal: JournalTable;
  readonly deliveries: DeliveryTable;
  readonly windows: WindowStateTable;
  readonly streams: StreamTable;
  readonly batches: BatchTable;
  readonly deadLetters: DeadLetterTable;
  readonly decoderMemory: DecoderMemoryTable;
  readonly ledger: LedgerTable;
  readonly held: HeldMessageTable;
  readonly damaged: DamagedRowTable;
  readonly #db: Database;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;

  /** @throws Fault when the file is damaged or is not the database of a gateway. */
  static open(options: { directory: string; maxBytes: number }): GatewayDatabase {
    const path = join(options.directory, "gateway.db");
    const db = openDatabase({ path, ...GATEWAY_DATABASE, maxBytes: options.maxBytes });
    try {
      if (schemaShape(db) !== expectedShape()) throw new Error("its schema is not the one that the migrations make");
      return new GatewayDatabase(db, path);
    } catch (error) {
      db.close();
      if (error instanceof Fault) throw error;
      // The statements fit the schema that the migrations made. If they do not, the schema on disk is damaged.
      throw damaged(path, error instanceof Error ? error.message : String(error), error);
    }
  }

  /** @param db opened with {@link GATEWAY_DATABASE}; `path` names it in messages. */
  constructor(db: Database, path: string) {
    this.path = path;
    this.#db = db;
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.meta = new MetaTable(db);
    this.series = new SeriesTable(db);
    this.journal = new JournalTable(db);
    this.deliveries = new DeliveryTable(db);
    this.windows = new WindowStateTable(db);
    this.streams = new StreamTable(db);
    this.batches = new BatchTable(db);
    this.deadLetters = new DeadLetterTable(db);
    this.decoderMemory = new DecoderMemoryTable(db);
    this.ledger = new LedgerTable(db);
    this.held = new HeldMessageTable(db);
    this.damaged = new DamagedRowTable(db);
  }

  /** Runs the work in one transaction, and returns after the fsync of the write-ahead log. */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): T {
    this.#begin.run();
    const result = work();
    this.#commit.run();
    return result;
  }

  /**
   * Checks the structure of the file. It is slow, so only a start that lost commits does it: the older state that is left may
   * be a mixture, if the process was killed while SQLite moved pages from the log into the file.
   * @throws Fault when the file is damaged.
   */
  verify(): void {
    const found = String(this.#db.pragma("integrity_check(1)", { simple: true }));
    if (found === "ok") return;
    throw damaged(this.path, found.replaceAll(/\s+/g, " "));
  }

  /** Empties the write-ahead log, so that nothing is left in it of earlier process lives. */
  emptyLog(): void {
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
  }

  /** Bytes in use, and bytes of free pages, which SQLite uses again before the file grows. */
  size(): { readonly usedBytes: number; readonly reusableBytes: number } {
    const pages = Number(this.#db.pragma("page_count", { simple: true }));
    const free = Number(this.#db.pragma("freelist_count", { simple: true }));
    const size = Number(this.#db.pragma("page_size", { simple: true }));
    return { usedBytes: (pages - free) * size, reusableBytes: free * size };
  }

  close(): void {
    this.#db.close();
  }
}

function damaged(path: string, what: string, cause?: unknown): Fault {
  return new Fault({
    code: "storage_corrupt",
    message: `${path}: the database is damaged: ${what}`,
    hint: "restore the data folder from a copy; do not delete it before",
    cause,
  });
}

/** Made once in a process. */
let expected: string | undefined;
function expectedShape(): string {
  if (expected === undefined) {
    const fresh = openInMemory(GATEWAY_DATABASE);
    expected = schemaShape(fresh);
    fresh.close();
  }
  return expected;
}

function migration(name: string): string {
  return readFileSync(new URL(`migrations/${name}`, import.meta.url), "utf8");
}

/** The identity and the schema of a gateway's database, for all code that opens one. */
export const GATEWAY_DATABASE: Pick<OpenOptions, "identity" | "migrations"> = {
  identity: { applicationId: 0x7469_6465, kind: "gateway" },
  migrations: [
    migration("001-gateway.sql"),
    migration("002-decoder-memory.sql"),
    migration("003-schema.sql"),
    migration("004-gateway-time.sql"),
    migration("005-checksums.sql"),
  ],
};
