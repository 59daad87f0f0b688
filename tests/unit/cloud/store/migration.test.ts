import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { REGION_DATABASE, openSqliteStore } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../../cloud/store/store.ts";
import type { Value } from "../../../../proto/core/reading.ts";
import type { WindowRecord } from "../../../../proto/core/record.ts";
import { openDatabase } from "../../../../proto/runtime/sqlite.ts";
import { streamIdToBytes } from "../../../../proto/wire/frame-values.ts";
import { rawBlock, sealed, testStream, windowOf } from "../../../support/sealed.ts";

/** Takes back what came after version 6. */
const AFTER_VERSION_6 = `
  DROP TABLE progress; DROP TABLE batch_age; DROP TABLE kept_gateway;
  ${[
    "record",
    "revision_log",
    "raw_block",
    "operator_row",
    "member",
    "erased",
    "series_schema",
    "batch",
    "series",
    "stream",
  ]
    .map((table) => `ALTER TABLE ${table} DROP COLUMN checksum;`)
    .join("")}
  ALTER TABLE stream DROP COLUMN set_checksum;
  ALTER TABLE record DROP COLUMN content; ALTER TABLE revision_log DROP COLUMN content;`;

test("a database of version 1 gets the conflicts and the counts that it would have had", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-migration-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "region.db");
  const old = openDatabase({ path, ...REGION_DATABASE, migrations: REGION_DATABASE.migrations.slice(0, 1) });
  old.exec("INSERT INTO series (id, device, metric) VALUES (1, 'd1', 'temperature')");
  const stream = old.prepare("INSERT INTO stream (id, stream_id, gateway, records) VALUES (?, ?, 'plant-7', 2)");
  stream.run(1, streamIdToBytes(testStream(1)));
  stream.run(2, streamIdToBytes(testStream(2)));
  const row = (table: string, of: number, startMs: number, ver: number, count: number): void => {
    old
      .prepare(
        `INSERT INTO ${table} VALUES (1, 10000, ?, ?, 0, ?, ?, 0, NULL, NULL, ?, ?, 1, 1, 1, 1, 0, 0, 1, 0, 1, -1 & 0xff, NULL)`,
      )
      .run(startMs, of, ver, ver, count, count);
  };
  row("record", 1, 0, 1, 5);
  row("record", 2, 0, 1, 7);
  row("record", 1, 10_000, 3, 5);
  row("revision_log", 1, 10_000, 2, 4);
  old.close();

  const store = openSqliteStore({ path, maxBytes: null, newStoreId: new Uint8Array(16) });
  onTestFinished(() => store.close());
  const query = { device: null, metric: null, kind: null, fromMs: null, toMs: null, after: null, limit: 10 };
  expect((await store.conflicts(query)).rows).toEqual([
    {
      device: "d1",
      metric: "temperature",
      windowMs: 10_000,
      windowStartMs: 0,
      kind: "restart",
      outcome: "approximate",
      winner: `${testStream(2)}/0/1`,
      loser: `${testStream(1)}/0/1`,
    },
  ]);
  const { rows } = await store.streams({ gateway: null, after: null, limit: 10 });
  expect(rows.map((one) => one.records)).toEqual([3, 2]);
});

test("a database of version 5 gets the types and units that it would have had", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-migration-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "region.db");
  const open = (): Store => openSqliteStore({ path, maxBytes: null, newStoreId: new Uint8Array(16) });
  const store = open();
  const ends = (startMs: number, first: Value, last: Value, numericCount = 2): WindowRecord => {
    const window = windowOf([1, 2], { startMs, metric: `${typeof first} ${typeof last} ${numericCount}` });
    return { ...window, unit: null, summary: { ...window.summary, numericCount, first, last } };
  };
  const batches = [
    sealed(testStream(1), 1, {
      windows: [
        windowOf([1], { startMs: 10_000 }),
        ends(0, "a", "b", 0),
        ends(0, true, false),
        ends(0, true, 1),
        ends(0, 5, "x", 1),
        ends(0, "x", true, 1),
        ends(0, 2n ** 60n, 2n ** 60n),
        ends(0, "x", 2n ** 60n, 1),
        ends(0, "x", "y", 1),
        ends(0, Number.NaN, true),
        ends(0, false, "x", 1),
      ],
      raws: [
        rawBlock(
          [
            [5, true],
            [7, "text"],
          ],
          { metric: "door" },
        ),
        rawBlock([[90_000, 2n ** 60n]], { unit: "°F" }),
      ],
    }),
    sealed(testStream(1), 2, { windows: [windowOf([1, 2, 3], { startMs: 10_000, revision: 1 })] }),
  ];
  await store.apply(batches.map((batch) => ({ ...batch, gateway: "plant-7", verified: false, receivedMs: 0 })));
  const all = { device: null, metric: null, after: null, limit: 100 };
  const expected = await store.schema(all);
  expect(expected.rows).toHaveLength(12);
  await store.close();

  const old = openDatabase({ path, ...REGION_DATABASE });
  old.exec(`${AFTER_VERSION_6} DROP TABLE series_schema; DROP TABLE untyped_block; ALTER TABLE record DROP COLUMN later;
            ALTER TABLE revision_log DROP COLUMN later; PRAGMA user_version = 5`);
  old.close();
  const migrated = open();
  onTestFinished(() => migrated.close());
  expect(await migrated.schema(all)).toEqual(expected);
});

test("a database of version 6 keeps its windows, and gets the conflicts that the present rule finds", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-migration-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "region.db");
  const open = (): Store => openSqliteStore({ path, maxBytes: null, newStoreId: new Uint8Array(16) });
  const store = open();
  const batches = [
    sealed(testStream(1), 1, { windows: [windowOf([1, 2]), windowOf([1], { startMs: 10_000 })] }),
    sealed(testStream(1), 2, { windows: [windowOf([1, 2, 3], { revision: 1 }), windowOf([9], { part: 5 })] }),
    sealed(testStream(2), 1, { gateway: "plant-8", windows: [windowOf([4])] }),
  ];
  await store.apply(batches.map((batch) => ({ ...batch, gateway: "", verified: false, receivedMs: 0 })));
  const expected = await store.dump();
  expect(expected.conflicts).not.toEqual([]);
  await store.close();

  const old = openDatabase({ path, ...REGION_DATABASE });
  // What an earlier rule noted.
  old.exec(`${AFTER_VERSION_6} UPDATE window_conflict SET outcome = 'added'; PRAGMA user_version = 6`);
  old.close();
  const migrated = open();
  onTestFinished(() => migrated.close());
  expect(await migrated.dump()).toEqual(expected);
});
