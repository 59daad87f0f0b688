import { expect, test } from "vitest";
import { Pruner } from "../../../../cloud/store/pruner.ts";
import { REGION_DATABASE, openSqliteStoreIn } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../../cloud/store/store.ts";
import { toSeq } from "../../../../proto/core/ids.ts";
import { openInMemory } from "../../../../proto/runtime/sqlite.ts";
import { sealed, testStream } from "../../../support/sealed.ts";

const A = testStream(1);
const HOUR_MS = 3_600_000;

test("[I11] bytes are deleted when they are old and every region holds them; other bytes stay, however old", async () => {
  const { store, clock, pruner, prunedOf, counts } = await regionWith(1, 150);
  await pruner.prune();
  clock.ranMs += 2 * HOUR_MS;
  await apply(store, 151, 200);
  clock.ranMs += 71 * HOUR_MS;
  await pruner.prune();
  expect(await prunedOf(200)).toEqual(all(200).filter((at) => at <= 150 && at % 3 !== 0));
  expect(counts).toEqual([100]);
});

test("[I46] a clock that jumps by years, ahead and back, deletes nothing", async () => {
  const { clock, pruner, prunedOf } = await regionWith(1, 10);
  for (const jumpMs of [4, -8, 30, -60].map((years) => years * 365 * 24 * HOUR_MS)) {
    clock.wallMs += jumpMs;
    clock.ranMs += HOUR_MS;
    await pruner.prune();
  }
  expect(await prunedOf(10)).toEqual([]);
  clock.ranMs += 72 * HOUR_MS;
  await pruner.prune();
  expect(await prunedOf(10)).toEqual(all(10).filter((at) => at % 3 !== 0));
});

test("[I46] the age of bytes continues in the next life of the region, and does not grow while it is stopped", async () => {
  const { store, clock, pruner, prunedOf } = await regionWith(1, 10);
  await pruner.prune();
  clock.ranMs += 60 * HOUR_MS;
  await pruner.prune();
  // The monotonic clock of the next life begins anywhere.
  const next = { ranMs: 1_000 * HOUR_MS, wallMs: 0 };
  const nextPruner = prunerOf(store, next, []);
  next.ranMs += 11 * HOUR_MS;
  await nextPruner.prune();
  expect(await prunedOf(10)).toEqual([]);
  next.ranMs += 2 * HOUR_MS;
  await nextPruner.prune();
  expect(await prunedOf(10)).not.toEqual([]);
});

type Clocks = { ranMs: number; wallMs: number };

async function regionWith(first: number, last: number) {
  const store = openSqliteStoreIn(openInMemory(REGION_DATABASE), { path: "test", newStoreId: new Uint8Array(16) });
  await apply(store, first, last);
  const clock: Clocks = { ranMs: 5 * HOUR_MS, wallMs: Date.UTC(2026, 10, 1) };
  const counts: number[] = [];
  const prunedOf = async (count: number): Promise<readonly number[]> =>
    (await store.batches({ streamId: A, seqs: all(count).map(toSeq), maxBytes: Infinity })).pruned;
  return { store, clock, pruner: prunerOf(store, clock, counts), prunedOf, counts };
}

function prunerOf(store: Store, clock: Clocks, counts: number[]): Pruner {
  return new Pruner(
    {
      store,
      clock: { monotonicMs: () => clock.ranMs },
      // An unreachable peer lacks every third batch.
      heldEverywhere: (_stream, at) => at % 3 !== 0,
      pruned: (batches) => counts.push(batches),
      onFailure: (error) => expect.unreachable(String(error)),
    },
    { keepMs: 72 * HOUR_MS },
  );
}

async function apply(store: Store, first: number, last: number): Promise<void> {
  for (let at = first; at <= last; at++)
    await store.apply([{ ...sealed(A, at, {}), gateway: "plant-7", verified: false, receivedMs: at }]);
}

function all(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
