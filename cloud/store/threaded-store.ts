import type { Fault } from "../../proto/core/fault.ts";
import { sourceFile } from "../../proto/runtime/source-file.ts";
import { remoteCalls, ThreadClient } from "../../proto/runtime/thread-call.ts";
import type { ArrivedBatch } from "../core/apply.ts";
import type { SqliteStoreOptions } from "./sqlite/sqlite-store.ts";
import type { StoreThread } from "./store-protocol.ts";
import type { Store } from "./store.ts";

/**
 * Opens a `Store` in a thread of its own.
 *
 * Why a thread: measured with groups of ten batches of 800 records, the store on the main thread took 139,000 records a
 * second and blocked everything else for up to 63 ms at a time. In a thread it takes 105,000, and the main thread never
 * waited longer than 4 ms. A full group is six times as large, and a gateway fails over when its region is silent for
 * three seconds. So short pauses matter more than the rate, which is far above what one region receives.
 *
 * Calls are answered one after the other, in order. When the thread ends, every waiting call is rejected with the fault
 * that ended it.
 *
 * @param onFailure called once, when the thread fails; the region must end.
 * @throws Fault when the store cannot be opened.
 */
export async function openThreadedStore(
  options: SqliteStoreOptions,
  onFailure: (fault: Fault) => void,
): Promise<Store> {
  const thread = new ThreadClient<StoreThread>({
    name: "store",
    source: sourceFile("./store-worker", import.meta.url),
    events: {},
    onFailure,
  });
  const { storeId } = await thread.start(options);
  return remoteCalls(thread, {
    storeId,
    apply: (batches: readonly ArrivedBatch[]) => {
      // The bytes of a batch are often part of a larger buffer, which a clone would copy whole. So they are copied once
      // here, then moved.
      const owned = batches.map((batch) => ({ ...batch, bytes: new Uint8Array(batch.bytes) }));
      const transfer = owned.map((batch) => batch.bytes.buffer);
      return thread.call("apply", [owned], transfer);
    },
    close: () => thread.close(),
  });
}
