import { randomBytes } from "node:crypto";
import { uuidV7 } from "../../proto/core/uuid-v7.ts";
import { systemClock } from "../../proto/runtime/clock.ts";
import { storageFault } from "../../proto/runtime/sqlite.ts";
import type { ServedThread, ThreadHost } from "../../proto/runtime/thread-call.ts";
import { serveThread } from "../../proto/runtime/thread-call.ts";
import { RememberedEntries } from "../decode/decoder-memory.ts";
import { createDecoder } from "../decode/routed-decoder.ts";
import { currentBoot } from "./boot.ts";
import { firstThen } from "./first-then.ts";
import { openGatewayDisk } from "./gateway-disk.ts";
import type { CommitResult } from "./storage-contract.ts";
import { StorageEngine } from "./storage-engine.ts";
import type { PublishChunk, StorageThread } from "./storage-protocol.ts";

/**
 * The storage thread. It takes the chunks that wait, commits them as one group, and reports the commit. While an fsync
 * runs, new chunks wait in the port and form the next group. So groups grow with the load, and without load there is no
 * delay.
 *
 * The first error ends the thread: nothing is committed, acknowledged or tried again after it.
 */
function open(thread: ThreadHost<StorageThread>): ServedThread<StorageThread> {
  const { data } = thread;
  const memory = new RememberedEntries();
  const engine = StorageEngine.open(
    {
      clock: systemClock,
      decoder: createDecoder(data.decoder, memory),
      memory,
      mintStreamId: firstThen(data.life, (nowMs) => uuidV7(nowMs, randomBytes(10))),
      disk: openGatewayDisk(data.engine.directory, data.engine),
      boot: currentBoot(data.synchronizedFile),
    },
    data.engine,
  );
  const waiting: PublishChunk[] = [];
  let throughChunk = 0;

  const report = (result: CommitResult, buffers: readonly ArrayBuffer[] = []): void => {
    thread.emit("committed", { ...result, throughChunk, buffers }, buffers);
  };
  const commitWaiting = (): void => {
    while (waiting.length > 0 && !engine.full) {
      const group = takeGroup(waiting);
      const result = engine.commit(group);
      throughChunk = group[group.length - 1]!.chunk;
      report(
        result,
        group.map(({ buffer }) => buffer),
      );
    }
  };
  const upkeep = (): void => {
    commitWaiting();
    if (!engine.idleWorkDue()) return;
    report(engine.commit([]));
    // Long work continues at once, in bounded steps. Messages that arrive meanwhile are committed between two steps.
    if (engine.idleWorkDue()) thread.soon(upkeep);
  };
  thread.every(TICK_MS, upkeep);

  return {
    ready: null,
    onError: "end",
    messages: { publish: (chunk) => waiting.push(chunk) },
    flush: commitWaiting,
    calls: {
      streams: () => engine.streams(),
      read: (request) => engine.read(request),
      voids: () => engine.voids(),
      mark: (claims) => engine.mark(claims),
      rotateStream: () => engine.rotateStream(),
      status: () => engine.status(),
      schema: (query) => engine.schema(query),
      sealNow: () => report(engine.sealNow()),
      deadLetters: (query) => engine.deadLetters(query),
      retryDeadLetters: (query) => {
        const { commit, ...retry } = engine.retryDeadLetters(query);
        report(commit);
        return retry;
      },
      purgeDeadLetters: (query) => engine.purgeDeadLetters(query),
    },
    close: () => engine.close(),
  };
}

/** As many waiting chunks as one commit may contain: enough to share an fsync, few enough to keep the wait short. */
function takeGroup(waiting: PublishChunk[]): PublishChunk[] {
  let bytes = 0;
  let count = 0;
  while (count < waiting.length && bytes < GROUP_BYTES) bytes += waiting[count++]!.bytes;
  return waiting.splice(0, count);
}

const TICK_MS = 50;
const GROUP_BYTES = 1024 * 1024;

serveThread<StorageThread>({ open, fault: (error, { engine }) => storageFault(error, engine.directory) });
