import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openSqliteStore } from "../../cloud/store/sqlite/sqlite-store.ts";
import type { SqliteStoreOptions } from "../../cloud/store/sqlite/sqlite-store.ts";
import type { Fault } from "../../proto/core/fault.ts";
import type { Store } from "../../cloud/store/store.ts";
import { openThreadedStore } from "../../cloud/store/threaded-store.ts";
import { runs } from "../support/scale.ts";
import { storeContract } from "./store/store-contract.ts";
import type { StorePlace } from "./store/store-trial.ts";

storeContract({
  name: "SQLite",
  place: () => placeFor(async (options) => openSqliteStore(options)),
  runs: runs({ short: 30, long: 200 }),
});
storeContract({
  name: "SQLite in a thread",
  place: () => placeFor((options) => openThreadedStore(options, unexpected)),
  runs: 3,
});

function unexpected(fault: Fault): void {
  throw fault;
}

async function placeFor(open: (options: SqliteStoreOptions) => Promise<Store>): Promise<StorePlace> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-store-"));
  const path = join(folder, "region.db");
  return {
    open: () => open({ path, maxBytes: null, newStoreId: new Uint8Array(16).fill(7) }),
    remove: () => rm(folder, { recursive: true }),
  };
}
