import type { SqliteStoreOptions } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

/** The calls from the main thread of a region to its store thread: the methods of `Store`. */
export type StoreThread = {
  readonly data: SqliteStoreOptions;
  readonly ready: { readonly storeId: Uint8Array };
  readonly calls: Omit<Store, "storeId" | "close">;
  readonly messages: Record<never, never>;
  readonly events: Record<never, never>;
};
