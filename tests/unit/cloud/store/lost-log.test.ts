import { copyFile, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { openSqliteStore } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../../cloud/store/store.ts";
import { runs } from "../../../support/scale.ts";
import { sealed, testStream, windowOf } from "../../../support/sealed.ts";

const A = testStream(1);

/** A folder as a killed process leaves it: the last batches are only in the write-ahead log. */
async function killedRegion(batches: number): Promise<string> {
  const live = await mkdtemp(join(tmpdir(), "tidemark-log-"));
  const left = await mkdtemp(join(tmpdir(), "tidemark-log-"));
  onTestFinished(() =>
    Promise.all([live, left].map((folder) => rm(folder, { recursive: true }))).then(() => undefined),
  );
  // A clean end moves the schema from the log to the database.
  await opened(live).close();
  const store = opened(live);
  for (let at = 1; at <= batches; at++) await apply(store, at);
  for (const name of await readdir(live)) await copyFile(join(live, name), join(left, name));
  await store.close();
  return left;
}

function opened(folder: string): Store {
  return openSqliteStore({ path: join(folder, "region.db"), maxBytes: null, newStoreId: Buffer.alloc(16, 7) });
}

function batch(at: number) {
  return sealed(A, at, { windows: [windowOf([at], { startMs: at * 10_000 })] });
}

async function apply(store: Store, at: number): Promise<void> {
  await store.apply([{ ...batch(at), gateway: "plant-7", verified: false, receivedMs: 0 }]);
}

async function lostIn(folder: string) {
  const store = opened(folder);
  const lost = await store.lost();
  const [set] = await store.have([A]);
  return { store, lost, prefix: set!.have.prefix };
}

test("[I45] a region whose process was killed has lost nothing", async () => {
  const { store, lost, prefix } = await lostIn(await killedRegion(5));
  expect([lost, prefix]).toEqual([null, 5]);
  await store.close();
});

test("[I45] a lost write-ahead log is noticed, its batches are named, and they are awaited until they come again", async () => {
  const folder = await killedRegion(5);
  await rm(join(folder, "region.db-wal"));
  const { store, lost, prefix } = await lostIn(folder);
  expect(lost).toEqual({ commits: 5, batches: 5, unnamed: 0, streams: [A], awaited: 5 });
  expect(prefix).toBe(0);
  for (const at of [2, 1, 4, 5]) await apply(store, at);
  expect(await store.lost()).toMatchObject({ batches: 5, awaited: 1 });
  await apply(store, 3);
  expect(await store.lost()).toMatchObject({ batches: 5, awaited: 0 });
  await store.close();
  const next = await lostIn(folder);
  expect([next.lost, next.prefix]).toEqual([null, 5]);
  await next.store.close();
});

test.each([0.3, 0.6, 0.9])("[I45] a write-ahead log that was shortened to %d of its size is noticed", async (part) => {
  const folder = await killedRegion(20);
  const log = await open(join(folder, "region.db-wal"), "r+");
  await log.truncate(Math.floor((await log.stat()).size * part));
  await log.close();
  const { store, lost, prefix } = await lostIn(folder);
  expect(lost).toMatchObject({ batches: 20 - prefix, awaited: 20 - prefix });
  expect(prefix).toBeLessThan(20);
  await store.close();
});

test("[I45] one changed bit anywhere in the write-ahead log is harmless, or its loss is named exactly", async () => {
  const folder = await killedRegion(20);
  const whole = await readFile(join(folder, "region.db-wal"));
  const files = ["region.db", "region.mark"];
  const left = await Promise.all(files.map((name) => readFile(join(folder, name))));
  let random = 11;
  let lostOnce = 0;
  for (let flip = 0; flip < runs({ short: 12, long: 300 }); flip++) {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    const log = Buffer.from(whole);
    const bit = Math.floor((random / 2 ** 31) * log.length * 8);
    log[bit >> 3]! ^= 1 << (bit & 7);
    await rm(join(folder, "region.db-shm"), { force: true });
    for (const [n, name] of files.entries()) await writeFile(join(folder, name), left[n]!);
    await writeFile(join(folder, "region.db-wal"), log);
    const { store, lost, prefix } = await lostIn(folder);
    expect([lost?.batches ?? 0, lost?.awaited ?? 0], `bit ${bit}`).toEqual([20 - prefix, 20 - prefix]);
    if (prefix < 20) lostOnce += 1;
    await store.close();
  }
  expect(lostOnce).toBeGreaterThan(5);
});

test("[I45] a damaged mark says nothing", async () => {
  const [folder, other] = [await killedRegion(3), await killedRegion(9)];
  const mark = await open(join(other, "region.mark"), "r+");
  await mark.write(Buffer.of(0xff), 0, 1, 26);
  await mark.close();
  await copyFile(join(other, "region.mark"), join(folder, "region.mark"));
  const { store, lost } = await lostIn(folder);
  expect(lost).toBeNull();
  await store.close();
});
