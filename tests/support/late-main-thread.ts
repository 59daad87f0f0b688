import { getEnvironmentData, isMainThread, parentPort, setEnvironmentData } from "node:worker_threads";
import { ThreadClient } from "../../proto/runtime/thread-call.ts";
import { replaceMethod } from "./broken-builds/replace-method.ts";

/**
 * Loaded before a gateway (`node --import`), in its main thread and in its worker threads. The main thread continues
 * its start only when the storage thread has reported its first commit. So the report is there before the main thread
 * can look at it, however fast the machine is.
 */
const KEY = "tidemark test: the storage thread has reported a commit";

if (isMainThread) {
  const reported = new Int32Array(new SharedArrayBuffer(4));
  setEnvironmentData(KEY, reported);
  replaceMethod(
    ThreadClient.prototype,
    "start",
    (start) =>
      async function (this: ThreadClient<never>, data: unknown) {
        const ready = await start.call(this, data as never);
        const isStorage = typeof data === "object" && data !== null && "engine" in data;
        if (isStorage && Atomics.wait(reported, 0, 0, 50_000) === "timed-out")
          throw new Error("the storage thread reported no commit");
        return ready;
      },
  );
} else if (parentPort !== null) {
  const port = parentPort;
  const reported = getEnvironmentData(KEY);
  const post = port.postMessage.bind(port);
  port.postMessage = (message: unknown, transfer?: unknown) => {
    if (Array.isArray(transfer)) post(message, transfer);
    else post(message);
    if (!(reported instanceof Int32Array) || !isCommit(message)) return;
    Atomics.store(reported, 0, 1);
    Atomics.notify(reported, 0);
  };
}

function isCommit(message: unknown): boolean {
  return typeof message === "object" && message !== null && "name" in message && message.name === "committed";
}
