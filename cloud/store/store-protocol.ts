import type { CallNames } from "../../proto/runtime/thread-call.ts";
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

/** The names of all calls. The compiler refuses a list that lacks a method of `Store`. */
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
