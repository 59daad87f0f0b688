import { expect, onTestFinished, test, vi } from "vitest";
import { Pruner } from "../../../../cloud/store/pruner.ts";
import { REGION_DATABASE, openSqliteStoreIn } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import { toSeq } from "../../../../proto/core/ids.ts";
import { openInMemory } from "../../../../proto/runtime/sqlite.ts";
import { sealed, testStream } from "../../../support/sealed.ts";

const A = testStream(1);
const HOUR_MS = 3_600_000;

test("[I11] bytes are deleted when they are old and every region holds them; other bytes stay, however old", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const store = openSqliteStoreIn(openInMemory(REGION_DATABASE), { path: "test", newStoreId: new Uint8Array(16) });
  const all = Array.from({ length: 200 }, (_, i) => i + 1);
  for (const position of all) {
    const receivedMs = position <= 150 ? 0 : 72 * HOUR_MS;
    await store.apply([{ ...sealed(A, position, {}), gateway: "plant-7", verified: false, receivedMs }]);
  }
  const counts: number[] = [];
  const pruner = new Pruner(
    {
      store,
      clock: { nowMs: () => 73 * HOUR_MS },
      // An unreachable peer lacks every third batch.
      heldEverywhere: (_stream, at) => at % 3 !== 0,
      pruned: (batches) => counts.push(batches),
      onFailure: (error) => expect.unreachable(String(error)),
    },
    { keepMs: 72 * HOUR_MS },
  );
  pruner.start();
  await vi.advanceTimersByTimeAsync(31_000);
  await pruner.stop();
  const { pruned } = await store.batches({ streamId: A, seqs: all.map(toSeq), maxBytes: Infinity });
  expect(pruned).toEqual(all.filter((at) => at <= 150 && at % 3 !== 0));
  expect(counts).toEqual([100]);
});
