import { join } from "node:path";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Fault } from "../../../proto/core/fault.ts";
import { storageFault } from "../../../proto/runtime/sqlite.ts";
import { SessionDatabase } from "./session-database.ts";
import type { FromSessions, SessionWorkerData, ToSessions } from "./session-protocol.ts";

/**
 * The thread of `sessions.db`: commits what is queued as one group and says so. While an fsync runs, work piles up in
 * the port and makes the next group.
 *
 * The first error is the last thing it says: nothing is committed or tried again after it.
 */
function run(port: NonNullable<typeof parentPort>, data: SessionWorkerData): void {
  const post = (message: FromSessions): void => port.postMessage(message);
  const path = join(data.directory, "sessions.db");
  const database = SessionDatabase.open(data.directory);
  let open = true;

  const commit = (group: readonly WorkMessage[]): void => {
    const last = group.at(-1);
    if (last === undefined) return;
    const answers = database.commit(everything(group));
    post({ kind: "committed", throughBatch: last.batch, answers });
  };

  const take = (first: ToSessions): void => {
    let group: WorkMessage[] = [];
    let bytes = 0;
    for (let next: ToSessions | undefined = first; open && next !== undefined; next = received(port)) {
      if (next.kind === "close") {
        commit(group);
        group = [];
        open = false;
        database.close();
        port.off("message", onMessage);
        post({ kind: "closed" });
        return;
      }
      group.push(next);
      bytes += next.bytes;
      if (bytes < GROUP_BYTES) continue;
      commit(group);
      group = [];
      bytes = 0;
    }
    commit(group);
  };

  const onMessage = (message: ToSessions): void => {
    try {
      take(message);
    } catch (error) {
      open = false;
      port.off("message", onMessage);
      post(failure(error, path));
    }
  };

  const image = database.load();
  port.on("message", onMessage);
  post({ kind: "ready", image });
}

type WorkMessage = Extract<ToSessions, { kind: "work" }>;

function received(port: NonNullable<typeof parentPort>): ToSessions | undefined {
  return (receiveMessageOnPort(port) as { message: ToSessions } | undefined)?.message;
}

function* everything(group: readonly WorkMessage[]): Iterable<WorkMessage["work"][number]> {
  for (const { work } of group) yield* work;
}

function failure(error: unknown, path: string): FromSessions {
  const fault = error instanceof Fault ? error : storageFault(error, path);
  return { kind: "failed", code: fault.code, message: fault.message, hint: fault.hint };
}

/** Enough to share an fsync, little enough to keep the wait short. */
const GROUP_BYTES = 1024 * 1024;

if (parentPort === null) throw new Error("session-worker.ts runs only as a worker thread");
const port = parentPort;
const data = workerData as SessionWorkerData;
try {
  run(port, data);
} catch (error) {
  port.postMessage(failure(error, join(data.directory, "sessions.db")));
}
