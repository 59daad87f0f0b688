import type { Database, Statement } from "better-sqlite3";

/**
 * How long batches have been here, in the time that regions have run with this file. No clock is read: a machine whose
 * clock jumps by years must not delete anything. The time while the region is stopped does not count, so bytes are kept
 * longer than the configuration says and never shorter.
 */
export class SqliteBatchAges {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /**
   * Notes that the region ran `ranMs` longer. Runs inside the transaction of the caller.
   * @returns the last row of `batch` that has been here for `keepMs`; null: there is none.
   */
  ran({ ranMs, keepMs }: { readonly ranMs: number; readonly keepMs: number }): number | null {
    this.#sql.add.run(Math.max(0, Math.round(ranMs)));
    const totalMs = this.#sql.total.get() ?? 0;
    const newest = this.#sql.newest.get();
    if (newest === undefined || totalMs - newest.ran_ms >= keepMs / MARKS_PER_KEEP) this.#sql.mark.run(totalMs);
    const aged = this.#sql.newestBefore.get(totalMs - keepMs);
    if (aged === undefined) return null;
    this.#sql.forgetBefore.run(aged.ran_ms);
    return aged.last_batch;
  }
}

/** A batch is kept at most this part of `keep` too long. */
const MARKS_PER_KEEP = 256;

type Mark = { readonly ran_ms: number; readonly last_batch: number };

function prepare(db: Database) {
  return {
    add: db.prepare<[ranMs: number]>("UPDATE progress SET ran_ms = ran_ms + ?"),
    total: db.prepare("SELECT ran_ms FROM progress").pluck() as Statement<[], number>,
    newest: db.prepare<[], Mark>("SELECT ran_ms, last_batch FROM batch_age ORDER BY ran_ms DESC LIMIT 1"),
    mark: db.prepare<[ranMs: number]>(
      `INSERT OR REPLACE INTO batch_age (ran_ms, last_batch)
       VALUES (?, (SELECT coalesce(max(rowid), 0) FROM batch))`,
    ),
    newestBefore: db.prepare<[ranMs: number], Mark>(
      "SELECT ran_ms, last_batch FROM batch_age WHERE ran_ms <= ? ORDER BY ran_ms DESC LIMIT 1",
    ),
    forgetBefore: db.prepare<[ranMs: number]>("DELETE FROM batch_age WHERE ran_ms < ?"),
  };
}
