import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { GatewayDatabase } from "../../../../edge/storage/gateway-database.ts";
import { StorageLife } from "../../../support/storage-life.ts";

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

describe("[I30] a disk that returns other bytes than were written is refused", () => {
  test("when a journal row fails its checksum", () => {
    const life = new StorageLife();
    life.reading(1, 0);
    const directory = life.copyOfDisk();
    const db = new SqliteDatabase(join(directory, "gateway.db"));
    db.exec("UPDATE journal SET body = zeroblob(length(body))");
    db.close();
    expect(() => new StorageLife({ directory })).toThrow(/journal row 1 \(1 readings\) fails its checksum/);
  });

  test("and its database is closed", () => {
    const life = new StorageLife();
    life.reading(1, 0);
    const directory = life.copyOfDisk();
    const db = new SqliteDatabase(join(directory, "gateway.db"));
    db.exec("UPDATE journal SET body = zeroblob(length(body))");
    db.close();
    const close = vi.spyOn(GatewayDatabase.prototype, "close");
    onTestFinished(() => close.mockRestore());
    expect(() => new StorageLife({ directory })).toThrow("fails its checksum");
    expect(close).toHaveBeenCalledOnce();
  });

  test("when the write-ahead log is gone", () => {
    const life = new StorageLife();
    life.reading(1, 0);
    life.pass(11_000);
    life.reading(2, 1);
    life.pass(11_000);
    const directory = life.copyOfDisk();
    writeFileSync(join(directory, "gateway.db-wal"), "");
    expect(() => new StorageLife({ directory })).toThrow(
      /journal ends at reading \d+, but reading 2 was stored|was cut short/,
    );
    copyFileSync(join(life.directory, "gateway.db-wal"), join(directory, "gateway.db-wal"));
    expect(new StorageLife({ directory }).engine.status().journalSeq).toBe(2);
  });
});
