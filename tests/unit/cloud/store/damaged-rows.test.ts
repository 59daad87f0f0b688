import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";

import { CHECKED } from "../../../../cloud/store/sqlite/checked-rows.ts";
import { openSqliteStore } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../../cloud/store/store.ts";
import type { StoreDump } from "../../../../cloud/store/store-dump.ts";
import { summaryOfValue } from "../../../../proto/core/operator-command.ts";
import { millis } from "../../../../proto/core/ids.ts";
import { rawBlock, sealed, testStream, windowOf } from "../../../support/sealed.ts";

const [A, B, O] = [testStream(1), testStream(2), testStream(3)];
const EVERYTHING = { device: null, metric: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, after: null, limit: 1_000 };

/** Batches that fill every table. */
const BATCHES = [
  sealed(A, 1, {
    windows: [windowOf([1, 2]), windowOf([3], { startMs: 10_000 }), windowOf([4], { device: "d2" })],
    raws: [
      rawBlock([
        [5, 1.5],
        [700, 2.5],
      ]),
      rawBlock([[20_000, "text"]], { device: "d2", unit: "°F" }),
    ],
    ledger: { readings: 4, deadLetters: new Map([["syntax", 2]]) },
  }),
  sealed(A, 2, { windows: [windowOf([1, 2, 3], { revision: 1 })] }),
  sealed(B, 1, { gateway: "plant-8", windows: [windowOf([8, 9], { startMs: 20_000 })] }),
  sealed(O, 1, {
    gateway: "operator@eu",
    commands: [
      {
        kind: "override",
        window: { device: "d1", metric: "temperature", windowMs: 10_000, windowStartMs: millis(10_000) },
        hlc: 5,
        reason: "calibration",
        actor: "kim",
        summary: summaryOfValue(7, millis(10_000)),
      },
      {
        kind: "set_member",
        member: { region: "us", state: "member", url: "http://us", gatewayUrl: "" },
        hlc: 6,
        reason: "new",
        actor: "kim",
      },
      { kind: "erase_device", device: "d9", hlc: 7, reason: "sold", actor: "kim" },
    ],
  }),
];

class Place {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), "tidemark-damage-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    return new Place(folder);
  }

  open(): Store {
    return openSqliteStore({ path: join(this.folder, "region.db"), maxBytes: null, newStoreId: Buffer.alloc(16, 7) });
  }

  /** A closed store with all batches. */
  async fill(options: { prune: boolean } = { prune: false }): Promise<StoreDump> {
    const store = this.open();
    for (const batch of BATCHES) await store.apply([{ ...batch, gateway: "", verified: false, receivedMs: 0 }]);
    if (options.prune) {
      const until = (await store.aged({ ranMs: 0, keepMs: 0 }))!;
      await store.prune((await store.prunable({ until, after: null, limit: 100 })).rows);
    }
    const dump = await store.dump();
    await store.close();
    return dump;
  }

  /** Changes the file as a disk does: no checksum is written. @returns how many rows were changed. */
  change(sql: string): number {
    const db = new SqliteDatabase(join(this.folder, "region.db"));
    db.pragma("foreign_keys = OFF");
    const { changes } = db.prepare(sql).run();
    db.close();
    return changes;
  }
}

/** Two walks: the second one repairs what the end of the first one found. */
async function scrub(store: Store) {
  const found: string[] = [];
  const repaired: string[] = [];
  let hidden = 0;
  for (let walk = 0; walk < 2; walk++) {
    let after: Uint8Array = new Uint8Array(0);
    do {
      const page = await store.scrub(after);
      found.push(...page.found);
      repaired.push(...page.repaired);
      hidden += page.hidden;
      after = page.next;
    } while (after.length > 0);
  }
  return { found, repaired, hidden };
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(CHECKED).map(([table, { key }]) => [table, key])),
  raw_block: ["rowid"],
  batch: ["rowid"],
  series_schema: ["series", "type", "unit"],
};
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(CHECKED).map(([table, { columns }]) => [table, columns])),
  // Their names are in indexes, which SQL changes as well. The disk changes only one of the copies.
  series: ["raw_span_ms"],
  batch: ["sha256", "applied", "counts"],
  stream: ["prefix", "islands", "hash_sum"],
  series_schema: ["series", "type", "unit", "first_ms", "last_ms"],
};

/** Gives a column of the first row another value, as one changed bit does. */
function changed(table: string, column: string): string {
  const key = KEYS[table]!.join();
  return `UPDATE ${table} SET ${column} = CASE typeof(${column})
    WHEN 'integer' THEN ${column} + 4 WHEN 'real' THEN ${column} + 0.5 WHEN 'text' THEN ${column} || ' '
    ELSE CAST(substr(${column}, 1, length(${column}) - 1) || x'07' AS BLOB) END
    WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${column} IS NOT NULL LIMIT 1)`;
}

describe("a damaged row", () => {
  it("[I43] is not served; the listing and the snapshot leave it out, and the listing names it", async () => {
    const place = await Place.make();
    await place.fill({ prune: true });
    place.change("UPDATE record SET sum = sum + 1 WHERE window_start_ms = 20000");
    place.change("UPDATE raw_block SET unit = '°C' WHERE unit = '°F'");
    const store = place.open();
    onTestFinished(() => store.close());
    const records = await store.records({ ...EVERYTHING, windowMs: null });
    expect(records.rows.map((row) => row.windowStartMs)).toEqual([0, 10_000, 0]);
    expect(records.damaged).toEqual([expect.stringMatching(/^record d1 temperature 1970-01-01T00:00:20\.000Z/)]);
    const readings = await store.readings({ ...EVERYTHING, dedupe: true });
    expect(readings.rows.map((row) => row.value)).toEqual([1.5, 2.5]);
    expect(readings.damaged).toEqual([expect.stringMatching(/^raw_block d2 temperature/)]);
    expect(await store.damaged()).toBe(2);

    const other = await Place.make();
    const copy = other.open();
    onTestFinished(() => copy.close());
    for (let after: Uint8Array = new Uint8Array(0), first = true; ; first = false) {
      const part = (await store.snapshot(after))!;
      await copy.mergeSnapshot({ body: part.body, first });
      after = part.next;
      if (after.length === 0) break;
    }
    await copy.joinSnapshot(0);
    expect((await copy.dump()).windows).toHaveLength(4);
    expect((await copy.records({ ...EVERYTHING, windowMs: null })).rows).toHaveLength(3);
  });

  it("[I43] nothing is found in a whole store, also one of the version before checksums", async () => {
    const place = await Place.make();
    const dump = await place.fill();
    const store = place.open();
    expect(await scrub(store)).toEqual({ found: [], repaired: [], hidden: 0 });
    expect(await store.dump()).toEqual(dump);
    await store.close();
    for (const table of [...Object.keys(CHECKED), "series_schema"]) place.change(`UPDATE ${table} SET checksum = NULL`);
    place.change("UPDATE stream SET set_checksum = NULL");
    place.change("UPDATE progress SET signed = 0");
    const old = place.open();
    onTestFinished(() => old.close());
    expect(await scrub(old)).toEqual({ found: [], repaired: [], hidden: 0 });
    expect(await old.damaged()).toBe(0);
  });

  it("[I43] has no checksum any more, because its header was changed", async () => {
    const place = await Place.make();
    const dump = await place.fill();
    const first = place.open();
    await scrub(first);
    await first.close();
    place.change("UPDATE record SET checksum = NULL WHERE window_start_ms = 20000");
    const store = place.open();
    onTestFinished(() => store.close());
    expect((await store.records({ ...EVERYTHING, windowMs: null })).damaged).toHaveLength(1);
    expect(await scrub(store)).toMatchObject({ repaired: [expect.stringContaining("record d1 temperature")] });
    expect(await store.dump()).toEqual(dump);
  });

  it.each(Object.entries(COLUMNS).flatMap(([table, columns]) => columns.map((column) => [table, column] as const)))(
    "[I44] is repaired from the batches: %s.%s",
    async (table, column) => {
      const place = await Place.make();
      const dump = await place.fill();
      if (place.change(changed(table, column)) === 0) return;
      const store = place.open();
      onTestFinished(() => store.close());
      const { found, repaired } = await scrub(store);
      expect(found).toHaveLength(1);
      expect(repaired).toHaveLength(1);
      expect(await store.damaged()).toBe(0);
      expect(await store.dump()).toEqual(dump);
      expect(await scrub(store)).toEqual({ found: [], repaired: [], hidden: 0 });
    },
  );

  it.each([
    "UPDATE stream SET readings = readings + 16",
    "UPDATE stream SET raw_readings = 0",
    "UPDATE ledger SET count = count + 1",
    "DELETE FROM ledger",
  ])("[I44] with counters is made again from the batches: %s", async (sql) => {
    const place = await Place.make();
    const dump = await place.fill({ prune: true });
    place.change(sql);
    const store = place.open();
    onTestFinished(() => store.close());
    expect((await scrub(store)).hidden).toBeGreaterThan(0);
    expect(await store.dump()).toEqual(dump);
  });

  it("[I44] that is hidden, because its page lost it, is written again", async () => {
    const place = await Place.make();
    const dump = await place.fill();
    for (const table of ["record", "revision_log", "raw_block", "operator_row", "series_schema"])
      place.change(`DELETE FROM ${table}`);
    const store = place.open();
    onTestFinished(() => store.close());
    expect((await scrub(store)).hidden).toBeGreaterThan(7);
    expect(await store.dump()).toEqual(dump);
  });

  it("[I44] whose batch has no bytes any more stays named, and stays out of the answers", async () => {
    const place = await Place.make();
    await place.fill({ prune: true });
    place.change("UPDATE record SET count = count + 1 WHERE window_start_ms = 20000");
    const store = place.open();
    onTestFinished(() => store.close());
    const { found, repaired } = await scrub(store);
    expect([found.length, repaired.length]).toEqual([1, 0]);
    expect(await store.damaged()).toBe(1);
    expect((await store.records({ ...EVERYTHING, windowMs: null })).damaged).toHaveLength(1);
  });
});
