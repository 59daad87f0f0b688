import { parentPort, workerData } from "node:worker_threads";

import { Fault } from "../../proto/core/fault.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import { SqliteStore } from "./sqlite/sqlite-store.ts";
import type { SqliteStoreOptions } from "./sqlite/sqlite-store.ts";
import type { PlainFault, StoreAnswer, StoreQuestion } from "./store-protocol.ts";
import type {
  ArrivedBatch,
  BatchHash,
  BatchId,
  BatchRequest,
  ConflictQuery,
  HashRequest,
  PruneRequest,
  ReadingQuery,
  RecordKey,
  RecordQuery,
  SchemaQuery,
  SeriesQuery,
  SnapshotMerge,
  StreamQuery,
  VoidRange,
} from "./store.ts";

/**
 * The storage thread of a region: opens the store, then answers questions in the order in which they come. It ends when
 * the main thread says so; a fault is told and leaves the decision to the main thread.
 */
if (parentPort === null) throw new Error("store-worker.ts runs as a worker thread only");
const port = parentPort;

const store = open();
if (store !== null) {
  say({ kind: "opened", storeId: store.storeId });
  port.on("message", (question: StoreQuestion) => {
    answer(store, question).then(
      (value) => say({ kind: "done", id: question.id, value }),
      (error: unknown) => say({ kind: "failed", id: question.id, fault: plainFault(error) }),
    );
  });
}

function open(): SqliteStore | null {
  try {
    return SqliteStore.open(workerData as SqliteStoreOptions);
  } catch (error) {
    say({ kind: "failed", id: null, fault: plainFault(error) });
    return null;
  }
}

async function answer(of: SqliteStore, { method, argument }: StoreQuestion): Promise<unknown> {
  switch (method) {
    case "apply":
      return of.apply(argument as readonly ArrivedBatch[]);
    case "recordVoid":
      return of.recordVoid(argument as VoidRange);
    case "have":
      return of.have(argument as readonly StreamId[]);
    case "batches":
      return of.batches(argument as BatchRequest);
    case "series":
      return of.series(argument as SeriesQuery);
    case "schema":
      return of.schema(argument as SchemaQuery);
    case "records":
      return of.records(argument as RecordQuery);
    case "readings":
      return of.readings(argument as ReadingQuery);
    case "streams":
      return of.streams(argument as StreamQuery);
    case "totals":
      return of.totals();
    case "conflicts":
      return of.conflicts(argument as ConflictQuery);
    case "revisions":
      return of.revisions(argument as RecordKey);
    case "members":
      return of.members();
    case "highestHlc":
      return of.highestHlc();
    case "prune":
      return of.prune(argument as readonly BatchId[]);
    case "prunable":
      return of.prunable(argument as PruneRequest);
    case "snapshot":
      return of.snapshot(argument as Uint8Array);
    case "mergeSnapshot":
      return of.mergeSnapshot(argument as SnapshotMerge);
    case "joinSnapshot":
      return of.joinSnapshot(argument as number);
    case "hashes":
      return of.hashes(argument as HashRequest);
    case "lackedVariants": {
      const { streamId, theirs } = argument as { streamId: StreamId; theirs: readonly BatchHash[] };
      return of.lackedVariants(streamId, theirs);
    }
    case "digests":
      return of.digests(argument as Uint8Array);
    case "close":
      return of.close();
  }
}

function say(message: StoreAnswer): void {
  port.postMessage(message);
}

function plainFault(error: unknown): PlainFault {
  if (error instanceof Fault) return { code: error.code, message: error.message, hint: error.hint };
  return { code: "internal", message: error instanceof Error ? error.message : String(error), hint: "" };
}
