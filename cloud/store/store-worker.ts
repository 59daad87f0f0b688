import { Fault } from "../../proto/core/fault.ts";
import { serveThread } from "../../proto/runtime/thread-call.ts";
import { SqliteStore } from "./sqlite/sqlite-store.ts";
import type { StoreThread } from "./store-protocol.ts";

/**
 * The store thread of a region: opens the store, then answers calls in the order in which they come. An error of a call
 * is told to its caller, who decides what it means; after an error of the disk the store itself commits nothing any more.
 */
serveThread<StoreThread>({
  open: ({ data }) => {
    const store = SqliteStore.open(data);
    return {
      ready: { storeId: store.storeId },
      calls: store,
      messages: {},
      onError: "answer",
      close: () => store.close(),
    };
  },
  // The store translates what SQLite throws. Anything else is a mistake of ours.
  fault: (error) => new Fault({ code: "internal", message: error instanceof Error ? error.message : String(error) }),
});
