import type { Database, Statement } from "better-sqlite3";

import type { Have } from "../../../proto/core/have.ts";
import type { StreamId } from "../../../proto/core/ids.ts";
import type { BatchId, LostBatches } from "../store.ts";
import { AwaitedBatches } from "./commit-mark.ts";
import type { CommitMark, LostCommits, Progress } from "./commit-mark.ts";

/**
 * The number of commits, in the database and in the mark beside it. At the start the two show whether the newest commits
 * are gone. The caller calls {@link count} in the transaction, and {@link mark} or {@link forget} after it.
 */
export class SqliteCommits {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #mark: CommitMark | null;
  readonly #lost: LostCommits | null;
  readonly #awaited: AwaitedBatches;
  #now: Progress;
  #added: BatchId[] = [];
  /** The changes of this connection up to the last commit, and whether the last transaction had more. */
  #changes: number;
  #isCounted = false;

  constructor(db: Database, mark: CommitMark | null) {
    this.#sql = prepare(db);
    this.#mark = mark;
    this.#now = this.#stored();
    this.#changes = this.#sql.changes.get() ?? 0;
    this.#lost = mark?.lostSince(this.#now) ?? null;
    this.#awaited = new AwaitedBatches(this.#lost?.batches ?? []);
    mark?.write(this.#now, []);
  }

  /** The transaction adds this batch. */
  added(batch: BatchId): void {
    if (this.#mark !== null) this.#added.push({ streamId: batch.streamId, seq: batch.seq });
  }

  /** A transaction that changed nothing does not count, so that it writes nothing. */
  count(): void {
    const changes = this.#sql.changes.get() ?? 0;
    this.#isCounted = changes !== this.#changes;
    if (!this.#isCounted) return;
    this.#sql.count.run();
    this.#changes = changes + 1;
  }

  mark(): void {
    if (!this.#isCounted) return;
    const { commits, lastBatch } = this.#now;
    this.#now = { commits: commits + 1, lastBatch: lastBatch + this.#added.length };
    const added = this.#added;
    this.#added = [];
    this.#mark?.write(this.#now, added);
  }

  /** For use after a rollback. */
  forget(): void {
    this.#added = [];
  }

  /** What was lost before this start. */
  lost(holds: (streamId: StreamId) => Have): LostBatches | null {
    if (this.#lost === null) return null;
    const { commits, batches, unnamed } = this.#lost;
    const streams = [...new Set(batches.map(({ streamId }) => streamId))];
    return { commits, batches: batches.length + unnamed, unnamed, streams, awaited: this.#awaited.count(holds) };
  }

  close(): void {
    this.#mark?.close();
  }

  #stored(): Progress {
    const stored = this.#sql.stored.get();
    if (stored === undefined) throw new Error("the row of the progress is missing");
    return stored;
  }
}

function prepare(db: Database) {
  return {
    stored: db.prepare<[], Progress>(
      "SELECT commits, (SELECT coalesce(max(rowid), 0) FROM batch) AS lastBatch FROM progress",
    ),
    changes: db.prepare("SELECT total_changes()").pluck() as Statement<[], number>,
    count: db.prepare<[]>("UPDATE progress SET commits = commits + 1"),
  };
}
