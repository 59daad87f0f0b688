import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { START_MS, StorageLife } from "../../../support/storage-life.ts";
import type { StorageLifeOptions } from "../../../support/storage-life.ts";

/** The next life of a gateway, after the disk did this to it. */
function afterDamage(life: StorageLife, sql: string, options: StorageLifeOptions = {}): StorageLife {
  const directory = life.copyOfDisk();
  const db = new SqliteDatabase(join(directory, "gateway.db"));
  const { changes } = db.prepare(sql).run();
  db.close();
  expect(changes).toBeGreaterThan(0);
  return new StorageLife({ nowMs: life.nowMs, ...options, directory });
}

/** Count and device of each sealed window. */
function counts(life: StorageLife): string[] {
  return life
    .windows()
    .map(({ device, metric, summary }) => `${device} ${metric}: ${summary.count}`)
    .toSorted();
}

describe("[I41] a series row that does not match its checksum", () => {
  function twoDevices(): StorageLife {
    const life = new StorageLife();
    for (let n = 0; n < 3; n++) life.publish("plant/one", `{"x":${n},"ts":${START_MS + n}}`);
    for (let n = 0; n < 2; n++) life.publish("plant/two", `{"x":${n},"ts":${START_MS + n}}`);
    return life;
  }

  test.each([
    ["in its device", "UPDATE series SET device = 'plant/onf' WHERE id = 0"],
    ["in its metric", "UPDATE series SET metric = 'y' WHERE id = 0"],
    ["in its number", "UPDATE series SET id = 1048576 WHERE id = 0"],
    ["because it is missing", "DELETE FROM series WHERE id = 0"],
  ])("%s renames no device: its readings are lost by the number of the series", (_, sql) => {
    const next = afterDamage(twoDevices(), sql);
    expect(next.engine.status()).toMatchObject({
      lostReadings: 3,
      damagedRows: new Map([["series", 1]]),
      damage: [expect.stringMatching(/^series series 0: .*3 readings are lost$/)],
    });
    next.pass(20_000);
    next.pass(1000);
    expect(counts(next)).toEqual(["plant/two x: 2"]);
    // The device comes back under another number, also in the next life, and the loss is named once.
    next.publish("plant/one", `{"x":9,"ts":${next.nowMs}}`);
    const again = next.crash();
    again.pass(20_000);
    again.pass(1000);
    expect(counts(again)).toEqual(["plant/one x: 1", "plant/two x: 2"]);
    expect(again.engine.status()).toMatchObject({ lostReadings: 0, discards: new Map([["lost_by_disk", 3]]) });
  });

  test("at the end does not give its number to the next device", () => {
    const next = afterDamage(twoDevices(), "UPDATE series SET device = 'plant/twp' WHERE id = 1");
    next.publish("plant/three", `{"x":9,"ts":${START_MS}}`);
    next.pass(20_000);
    next.pass(1000);
    expect(counts(next)).toEqual(["plant/one x: 3", "plant/three x: 1"]);
    expect(next.engine.status()).toMatchObject({ lostReadings: 2 });
  });

  test("takes the readings of its open windows with it", () => {
    const life = twoDevices();
    life.engine.close();
    const next = afterDamage(life, "UPDATE series SET unit = 'K' WHERE id = 0");
    expect(next.engine.status()).toMatchObject({ lostReadings: 3, openWindows: 1 });
    expect(next.crash().engine.status()).toMatchObject({ lostReadings: 0, openWindows: 1 });
  });
});

describe("[I41] a window state that does not match its checksum", () => {
  test("loses what only it counted, and not what the journal still has", () => {
    const life = new StorageLife();
    for (let n = 0; n < 3; n++) life.reading(n, n);
    life.engine.close();
    const checkpointed = new StorageLife({ directory: life.copyOfDisk(), nowMs: life.nowMs });
    checkpointed.reading(9, 9);
    const next = afterDamage(checkpointed, "UPDATE window_state SET state = zeroblob(length(state))");
    expect(next.engine.status()).toMatchObject({ lostReadings: 3, damagedRows: new Map([["window_state", 1]]) });
    next.pass(20_000);
    next.pass(1000);
    expect(counts(next)).toEqual(["a/b x: 1"]);
    expect(next.crash().engine.status()).toMatchObject({ lostReadings: 0, discards: new Map([["lost_by_disk", 3]]) });
  });

  test("that is kept for late readings makes them a supplement", () => {
    const life = new StorageLife();
    life.reading(1, 0);
    life.pass(20_000);
    life.pass(1000);
    const next = afterDamage(life, "UPDATE window_state SET revision = revision + 8");
    next.reading(2, 1);
    next.pass(1000);
    next.pass(1000);
    expect(next.windows().map(({ part, summary }) => ({ part, count: summary.count }))).toEqual([
      { part: 0, count: 1 },
      { part: 2, count: 1 },
    ]);
    expect(next.engine.status()).toMatchObject({ lostReadings: 0, damagedRows: new Map([["window_state", 1]]) });
    const again = next.crash();
    again.reading(3, 2);
    again.pass(1000);
    again.pass(1000);
    expect(again.windows().map(({ part, summary }) => ({ part, count: summary.count }))).toEqual([
      { part: 0, count: 1 },
      { part: 2, count: 1 },
      { part: 2, count: 2 },
    ]);
  });
});

test("[I41] rows of an earlier version, which have no checksum, are believed", () => {
  const life = new StorageLife();
  life.reading(1, 0);
  life.engine.close();
  const sql = "UPDATE series SET crc = NULL";
  const first = afterDamage(life, sql);
  expect(first.engine.status()).toMatchObject({ damage: [], openWindows: 1, series: 1 });
});
