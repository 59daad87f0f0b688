import type { CallNames } from "../../proto/runtime/thread-call.ts";
import type { SqliteStoreOptions } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

/** What the main thread and the store thread of a region say to each other: the methods of `Store`. */
export type StoreThread = {
  readonly data: SqliteStoreOptions;
  readonly ready: { readonly storeId: Uint8Array };
  readonly calls: Omit<Store, "storeId" | "close">;
  readonly messages: Record<never, never>;
  readonly events: Record<never, never>;
};

/** Every call of the store. A method that is added to `Store` is added here, too; the compiler says so. */
export const STORE_CALLS: CallNames<StoreThread> = {
  apply: true,
  recordVoid: true,
  have: true,
  batches: true,
  series: true,
  schema: true,
  records: true,
  readings: true,
  streams: true,
  totals: true,
  conflicts: true,
  revisions: true,
  members: true,
  highestHlc: true,
  prunable: true,
  prune: true,
  snapshot: true,
  mergeSnapshot: true,
  joinSnapshot: true,
  hashes: true,
  lackedVariants: true,
  digests: true,
  dump: true,
};
