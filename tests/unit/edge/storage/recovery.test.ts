import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { haveOf } from "../../../../proto/core/have.ts";
import { flipBit } from "../../../support/bit-flips.ts";
import { GatewayDatabase } from "../../../../edge/storage/gateway-database.ts";
import { START_MS, StorageLife } from "../../../support/storage-life.ts";

test("[P2] a crash between journal and batch seals every raw reading exactly once", () => {
  const plan = { raw: true, lengthsMs: [] };
  let life = new StorageLife({ plan });
  for (let x = 1; x <= 50; x++) {
    life.reading(x, x);
    if (x % 7 === 0) life.pass(1000);
    if (x % 5 === 0) life = life.crash({ plan });
  }
  life.pass(1000);
  expect(life.rawValues().toSorted((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
});

test("[I2] each process life seals into a new stream, and earlier batches keep theirs", () => {
  const life = new StorageLife();
  life.reading(1, 0);
  life.pass(6000);
  const next = life.crash();
  next.reading(2, 20_000);
  next.pass(6000);
  const streams = next.engine.streams();
  expect(streams).toHaveLength(2);
  expect(new Set(streams.map((stream) => stream.streamId)).size).toBe(2);
  expect(streams.filter((stream) => stream.closed)).toHaveLength(1);
});

/** A gateway with one commit a reading, whose write-ahead log has all of them, and a copy of its disk. */
function threeReadings(): { directory: string; log: string; life: StorageLife } {
  const life = new StorageLife({ plan: { raw: true, lengthsMs: [] } });
  for (let x = 1; x <= 3; x++) life.reading(x, x);
  const directory = life.copyOfDisk();
  return { directory, log: join(directory, "gateway.db-wal"), life };
}

describe("[I42] a write-ahead log that the disk lost", () => {
  test("is noticed to the exact reading, counted as lost for the regions, and the gateway goes on", () => {
    const { directory, log } = threeReadings();
    rmSync(log);
    const next = new StorageLife({ directory, plan: { raw: true, lengthsMs: [] } });
    expect(next.engine.status()).toMatchObject({
      journalSeq: 3,
      lostReadings: 3,
      discards: new Map([["lost_by_disk", 3]]),
      damagedRows: new Map([["journal", 1]]),
      damage: [
        expect.stringMatching(/^journal 1\.\.3: .*write-ahead log was damaged, cut or deleted; 3 readings are lost/),
      ],
    });
    next.reading(4, 4);
    next.pass(1000);
    expect(next.engine.status().journalSeq).toBe(4);
    expect(next.rawValues()).toEqual([4]);
    expect(next.sealed().map(({ content }) => content.ledger)).toEqual([
      { readings: 4, redelivered: 0, deadLetters: new Map(), discards: new Map([["lost_by_disk", 3]]) },
    ]);
  });

  test("is counted once, however often the gateway starts", () => {
    const { directory, log } = threeReadings();
    rmSync(log);
    const next = new StorageLife({ directory });
    const again = next.crash().crash();
    expect(again.engine.status()).toMatchObject({
      journalSeq: 3,
      lostReadings: 0,
      discards: new Map([["lost_by_disk", 3]]),
    });
    expect(again.engine.status().damage).toHaveLength(1);
  });

  test("loses what follows a flipped bit, and nothing before it", () => {
    const { directory, log } = threeReadings();
    const bytes = readFileSync(log);
    // The last bit of the log is in the last commit, and no commit follows it: only the mark shows the loss.
    flipBit(bytes, bytes.length * 8 - 1);
    writeFileSync(log, bytes);
    const next = new StorageLife({ directory, plan: { raw: true, lengthsMs: [] } });
    expect(next.engine.status()).toMatchObject({ journalSeq: 3, lostReadings: 1 });
    expect(next.engine.status().damage[0]).toMatch(/^journal 3\.\.3: /);
    next.pass(1000);
    expect(next.rawValues()).toEqual([1, 2]);
  });

  test("is named even if the mark is gone as well", () => {
    const { directory, log } = threeReadings();
    const bytes = readFileSync(log);
    flipBit(bytes, 400);
    writeFileSync(log, bytes);
    rmSync(join(directory, "gateway.mark"));
    const { damage } = new StorageLife({ directory }).engine.status();
    expect(damage).toEqual([
      expect.stringMatching(/^log after reading 0: \d+ commits in it cannot be read, and there is no mark/),
    ]);
  });

  test("takes no sealed number with it: the next life writes another stream", () => {
    const life = new StorageLife({ plan: { raw: true, lengthsMs: [] } });
    life.reading(1, 1);
    life.pass(1000);
    const [sent] = life.engine.streams();
    const directory = life.copyOfDisk();
    rmSync(join(directory, "gateway.db-wal"));
    const next = new StorageLife({ directory, plan: { raw: true, lengthsMs: [] } });
    next.reading(2, 2);
    next.pass(1000);
    expect(next.engine.streams().map(({ streamId }) => streamId)).not.toContain(sent!.streamId);
  });

  test("counts only what no region holds", () => {
    const { directory, log, life } = threeReadings();
    life.pass(1000);
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1]), replicated: haveOf([]) }]);
    life.reading(4, 4);
    copyFileSync(join(life.directory, "gateway.mark"), join(directory, "gateway.mark"));
    rmSync(log);
    const { damage, lostReadings } = new StorageLife({ directory }).engine.status();
    expect(lostReadings).toBe(1);
    expect(damage[0]).toMatch(/^journal 1\.\.4: /);
  });

  test("names dead letters and held messages that are gone with it", () => {
    const life = new StorageLife({ nowMs: 1000 });
    life.publish("a/b", "1");
    expect(life.engine.status().heldMessages).toBe(1);
    life.nowMs = START_MS;
    life.pass(1000);
    life.publish("a/b", "{");
    const directory = life.copyOfDisk();
    rmSync(join(directory, "gateway.db-wal"));
    const next = new StorageLife({ directory });
    const lost = new Map([
      ["held_message_lost_by_disk", 1],
      ["dead_letter_lost_by_disk", 1],
      ["lost_by_disk", 1],
    ]);
    expect(next.engine.status().discards).toEqual(lost);
    expect(next.crash().engine.status().discards).toEqual(lost);
  });

  test("is not what a power cut leaves: a torn last commit and an older mark", () => {
    const life = new StorageLife({ plan: { raw: true, lengthsMs: [] } });
    for (let x = 1; x <= 2; x++) life.reading(x, x);
    const { directory: powered } = life;
    const before = readFileSync(join(powered, "gateway.mark"));
    life.reading(3, 3);
    const directory = life.copyOfDisk();
    writeFileSync(join(directory, "gateway.mark"), before);
    const log = readFileSync(join(directory, "gateway.db-wal"));
    writeFileSync(join(directory, "gateway.db-wal"), log.subarray(0, log.length - 100));
    expect(new StorageLife({ directory }).engine.status()).toMatchObject({
      journalSeq: 2,
      lostReadings: 0,
      damage: [],
    });
  });

  test("is noticed with the mark of an earlier version as well", () => {
    const { directory, log } = threeReadings();
    rmSync(log);
    writeFileSync(join(directory, "gateway.mark"), "2\n");
    expect(new StorageLife({ directory }).engine.status()).toMatchObject({ journalSeq: 2, lostReadings: 2 });
  });
});

describe("[I41] a journal row that does not match its checksum", () => {
  function damagedJournal(sql: string): StorageLife {
    const { directory } = threeReadings();
    const db = new SqliteDatabase(join(directory, "gateway.db"));
    db.exec(sql);
    db.close();
    return new StorageLife({ directory, plan: { raw: true, lengthsMs: [] } });
  }

  test.each([
    ["in its readings", "UPDATE journal SET body = zeroblob(length(body)) WHERE first_seq = 2", 2],
    ["in its number", "UPDATE journal SET first_seq = 1099511627778 WHERE first_seq = 2", 2],
    ["at the end", "UPDATE journal SET body = zeroblob(length(body)) WHERE first_seq = 3", 3],
    ["in the number of its readings", "UPDATE journal SET readings = 7 WHERE first_seq = 3", 3],
    ["because it is missing", "DELETE FROM journal WHERE first_seq = 2", 2],
  ])("%s loses its readings by number, and no others", (_, sql, lost) => {
    const life = damagedJournal(sql);
    expect(life.engine.status()).toMatchObject({
      journalSeq: 3,
      lostReadings: 1,
      damagedRows: new Map([["journal", 1]]),
    });
    expect(life.engine.status().damage[0]).toContain(`journal ${lost}..${lost}: `);
    life.pass(1000);
    expect(life.rawValues()).toEqual([1, 2, 3].filter((x) => x !== lost));
    const next = life.crash({ plan: { raw: true, lengthsMs: [] } });
    next.reading(4, 4);
    next.pass(1000);
    expect(next.engine.status()).toMatchObject({ journalSeq: 4, discards: new Map([["lost_by_disk", 1]]) });
  });
});

test("[I30] a database that cannot be read is refused, and is closed", () => {
  const life = new StorageLife();
  life.reading(1, 0);
  life.engine.close();
  const directory = life.copyOfDisk();
  const path = join(directory, "gateway.db");
  const db = new SqliteDatabase(path);
  const page = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'series'").pluck().get());
  db.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, (page - 1) * 4096, page * 4096);
  writeFileSync(path, bytes);
  const close = vi.spyOn(GatewayDatabase.prototype, "close");
  onTestFinished(() => close.mockRestore());
  expect(() => new StorageLife({ directory })).toThrow("malformed");
  expect(close).toHaveBeenCalledOnce();
});
