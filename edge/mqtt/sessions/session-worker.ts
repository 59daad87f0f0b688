import { join } from "node:path";
import { storageFault } from "../../../proto/runtime/sqlite.ts";
import type { ServedThread, ThreadHost } from "../../../proto/runtime/thread-call.ts";
import { serveThread } from "../../../proto/runtime/thread-call.ts";
import { SessionDatabase } from "./session-database.ts";
import type { SessionThread, SessionWork, WorkBatch } from "./session-protocol.ts";

/**
 * The thread of `sessions.db`: commits the waiting batches as one group, and reports it. While an fsync runs, the next
 * batches wait in the port. They are the next group.
 *
 * The first error ends the thread: nothing is committed or tried again after it.
 */
function open(thread: ThreadHost<SessionThread>): ServedThread<SessionThread> {
  const database = SessionDatabase.open(thread.data.directory);
  let group: WorkBatch[] = [];
  let bytes = 0;

  const commit = (): void => {
    const last = group.at(-1);
    if (last === undefined) return;
    const answers = database.commit(everything(group));
    group = [];
    bytes = 0;
    thread.emit("committed", { throughBatch: last.batch, answers });
  };

  return {
    ready: database.load(),
    onError: "end",
    calls: {},
    messages: {
      work: (batch) => {
        group.push(batch);
        bytes += batch.bytes;
        if (bytes >= GROUP_BYTES) commit();
      },
    },
    flush: commit,
    close: () => database.close(),
  };
}

function* everything(group: readonly WorkBatch[]): Iterable<SessionWork> {
  for (const { work } of group) yield* work;
}

/** Large enough to share an fsync, and small enough to keep the wait short. */
const GROUP_BYTES = 1024 * 1024;

serveThread<SessionThread>({
  open,
  fault: (error, { directory }) => storageFault(error, join(directory, "sessions.db")),
});
