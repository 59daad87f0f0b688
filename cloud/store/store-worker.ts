import { Fault } from "../../proto/core/fault.ts";
import { serveThread } from "../../proto/runtime/thread-call.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import type { StoreThread } from "./store-protocol.ts";

/**
 * The store thread of a region: opens the store, then answers calls in the order in which they arrive. An error of a
 * call goes to its caller, which decides what it means. After an error of the disk the store commits nothing more.
 */
serveThread<StoreThread>({
  open: ({ data }) => {
    const store = openSqliteStore(data);
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
