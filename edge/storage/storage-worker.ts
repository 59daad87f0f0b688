import { randomBytes } from "node:crypto";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Fault } from "../../proto/core/fault.ts";
import { uuidV7 } from "../../proto/core/uuid-v7.ts";
import { systemClock } from "../../proto/runtime/clock.ts";
import { storageFault } from "../../proto/runtime/sqlite.ts";
import { RememberedEntries } from "../decode/decoder-memory.ts";
import { createDecoder } from "../decode/routed-decoder.ts";
import { currentBoot } from "./boot.ts";
import { openGatewayDisk } from "./gateway-disk.ts";
import type { CommitResult } from "./storage-contract.ts";
import { StorageEngine } from "./storage-engine.ts";
import type { FromStorage, StorageReply, StorageRequest, StorageWorkerData, ToStorage } from "./storage-protocol.ts";

/**
 * The storage thread: takes what is queued, commits it as one group, says so. While an fsync runs, messages pile up in
 * the port and make the next group: the group grows with the load and costs no waiting when there is none.
 *
 * The first error is the last thing this thread says: nothing is committed, acknowledged or tried again after it.
 */
function run(port: NonNullable<typeof parentPort>, data: StorageWorkerData): void {
  const post = (message: FromStorage, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, [...transfer]);
  };
  const memory = new RememberedEntries();
  const engine = new StorageEngine(
    {
      clock: systemClock,
      decoder: createDecoder(data.decoder, memory),
      memory,
      mintStreamId: (nowMs) => uuidV7(nowMs, randomBytes(10)),
      disk: openGatewayDisk(data.engine.directory, data.engine),
      boot: currentBoot(data.synchronizedFile),
    },
    data.engine,
  );
  const waiting: PublishMessage[] = [];
  let open = true;

  const announce = (result: CommitResult, throughChunk: number, buffers: readonly ArrayBuffer[]): void => {
    post({ kind: "committed", throughChunk, ...result, buffers }, buffers);
  };

  let throughChunk = 0;
  const commitWaiting = (): void => {
    while (open && waiting.length > 0 && !engine.full) {
      const group = takeGroup(waiting);
      const result = engine.commit(group);
      throughChunk = group[group.length - 1]!.chunk;
      announce(
        result,
        throughChunk,
        group.map((chunk) => chunk.buffer),
      );
    }
  };

  const answer = (request: StorageRequest): StorageReply => {
    switch (request.kind) {
      case "streams":
        return { kind: "streams", streams: engine.streams() };
      case "read":
        return {
          kind: "read",
          batches: engine.read(request).map(({ seq, bytes, sha256 }) => ({ seq, bytes, sha256 })),
        };
      case "mark":
        engine.mark(request.claims);
        return { kind: "done" };
      case "rotate_stream":
        engine.rotateStream();
        return { kind: "done" };
      case "status":
        return { kind: "status", status: engine.status() };
      case "schema":
        return { kind: "schema", ...engine.schema(request.query) };
      case "seal_now":
        announce(engine.sealNow(), throughChunk, []);
        return { kind: "done" };
      case "dead_letters":
        return { kind: "dead_letters", letters: engine.deadLetters(request.query) };
      case "retry_dead_letters": {
        const { commit, ...retry } = engine.retryDeadLetters(request.query);
        announce(commit, throughChunk, []);
        return { kind: "retried", retry };
      }
      case "purge_dead_letters":
        return { kind: "purged", count: engine.purgeDeadLetters(request.query) };
      case "close":
        open = false;
        clearInterval(ticker);
        engine.close();
        port.off("message", onMessage);
        return { kind: "done" };
    }
  };

  const take = (message: ToStorage): void => {
    if (message.kind === "publish") waiting.push(message);
    else {
      // What was offered before a request is committed before its answer.
      commitWaiting();
      post({ kind: "reply", id: message.id, reply: answer(message.request) });
    }
  };

  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      open = false;
      clearInterval(ticker);
      port.off("message", onMessage);
      post(failure(error, data.engine.directory));
    }
  };

  const onMessage = (message: ToStorage): void =>
    guarded(() => {
      take(message);
      for (let next = receiveMessageOnPort(port); open && next !== undefined; next = receiveMessageOnPort(port)) {
        take((next as { message: ToStorage }).message);
      }
      commitWaiting();
    });

  const upkeep = (): void =>
    guarded(() => {
      commitWaiting();
      if (!open || !engine.idleWorkDue()) return;
      announce(engine.commit([]), throughChunk, []);
      // A long piece of work goes on at once, one bounded step between two messages.
      if (open && engine.idleWorkDue()) setImmediate(upkeep);
    });
  const ticker = setInterval(upkeep, TICK_MS);
  port.on("message", onMessage);
  post({ kind: "ready" });
}

type PublishMessage = Extract<ToStorage, { kind: "publish" }>;

/** As many waiting chunks as one commit may carry: enough to share an fsync, few enough to keep the wait short. */
function takeGroup(waiting: PublishMessage[]): PublishMessage[] {
  let bytes = 0;
  let count = 0;
  while (count < waiting.length && bytes < GROUP_BYTES) bytes += waiting[count++]!.bytes;
  return waiting.splice(0, count);
}

function failure(error: unknown, directory: string): FromStorage {
  const fault = error instanceof Fault ? error : storageFault(error, directory);
  return { kind: "failed", code: fault.code, message: fault.message, hint: fault.hint };
}

const TICK_MS = 50;
const GROUP_BYTES = 1024 * 1024;

if (parentPort === null) throw new Error("storage-worker.ts runs only as a worker thread");
const port = parentPort;
try {
  run(port, workerData as StorageWorkerData);
} catch (error) {
  port.postMessage(failure(error, (workerData as StorageWorkerData).engine.directory));
}
