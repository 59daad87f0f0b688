import type { StreamSet } from "../core/apply.ts";
import type { Store, StreamKey } from "./store.ts";

/** The sets of all streams. */
export async function allSets(store: Store): Promise<readonly StreamSet[]> {
  const sets: StreamSet[] = [];
  for (let after: StreamKey | null = null; ;) {
    const page: Awaited<ReturnType<Store["streams"]>> = await store.streams({ gateway: null, after, limit: 10_000 });
    for (const { streamId, have, gateway, hashSum } of page.rows) sets.push({ streamId, have, gateway, hashSum });
    if (page.next === null) return sets;
    after = page.next;
  }
}
