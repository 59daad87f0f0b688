import { expect, onTestFinished, test } from "vitest";

import { REGION_DATABASE, openSqliteStoreIn } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../../cloud/store/store.ts";
import { toSeq } from "../../../../proto/core/ids.ts";
import type { WindowContent } from "../../../../proto/core/window-content.ts";
import { openInMemory } from "../../../../proto/runtime/sqlite.ts";
import { encodeSnapshotPart } from "../../../../proto/wire/snapshot-codec.ts";
import { rawBlock, sealed, testStream, windowOf } from "../../../support/sealed.ts";

function emptyStore(): Store {
  const store = openSqliteStoreIn(openInMemory(REGION_DATABASE), { path: "test", newStoreId: new Uint8Array(16) });
  onTestFinished(() => store.close());
  return store;
}

async function sums(of: Store): Promise<number[]> {
  const found: number[] = [];
  let after = new Uint8Array(0);
  do {
    const page = await of.digests(after);
    found.push(...page.digests.map(({ sum }) => sum));
    after = new Uint8Array(page.next);
  } while (after.length > 0);
  return found;
}

test("[I15] rows without single readings have the digests that earlier versions compute", async () => {
  const store = emptyStore();
  const batches = [
    sealed(testStream(1), 1, { windows: [windowOf([1, 2])], raws: [rawBlock([[0, 1]])] }),
    sealed(testStream(1), 2, { windows: [windowOf([1, 2, 3], { revision: 1 })] }),
  ];
  await store.apply(batches.map((batch) => ({ ...batch, gateway: "plant-7", verified: false, receivedMs: 0 })));
  // A window, a replaced one, a raw block.
  expect(await sums(store)).toEqual([70023023846231, 109903685834223, 226979976466271]);
});

test("[I15] the single readings of a row are in its digest", async () => {
  const of = async (content: WindowContent): Promise<number[]> => {
    const store = emptyStore();
    const origin = { streamId: testStream(1), gateway: "plant-7", seq: toSeq(1), hash48: 17 };
    const windows = [{ origin, window: windowOf([1], { content }) }];
    const body = encodeSnapshotPart({ batches: [], commands: [], windows, raws: [], voids: [], schemas: [] });
    expect(await store.mergeSnapshot({ body, first: true })).toEqual({ kind: "merged" });
    return sums(store);
  };
  const reading = (timeMs: number): WindowContent => ({
    kind: "readings",
    readings: [{ timeMs, value: 1, clock: "device" }],
    arrivalToleranceMs: 500,
    quantiles: false,
  });
  const found = [await of({ kind: "none" }), await of(reading(0)), await of(reading(1))];
  expect(new Set(found.flat()).size).toBe(3);
});
