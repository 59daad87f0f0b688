import { join } from "node:path";

import type { Fault } from "../../proto/core/fault.ts";
import type { CloudConfig } from "../config.ts";
import type { Store } from "./store.ts";
import { openThreadedStore } from "./threaded-store.ts";

/**
 * Opens the store that the configuration names, `store.kind`.
 * @param place `newStoreId`: 16 random bytes, used when the store is new. `onFault`: called once when the store fails by
 *   itself; the region must end.
 * @throws Fault when the store cannot be opened.
 */
export async function openStore(
  config: CloudConfig["store"],
  place: {
    readonly dataDir: string;
    readonly newStoreId: Uint8Array;
    readonly onFault: (fault: Fault) => void;
  },
): Promise<Store> {
  switch (config.kind) {
    case "sqlite":
      return openThreadedStore(
        {
          path: join(place.dataDir, "region.db"),
          maxBytes: config.maxSizeBytes ?? null,
          newStoreId: place.newStoreId,
        },
        place.onFault,
      );
  }
}
