import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { haveOf, heldCount } from "../../../../proto/core/have.ts";
import type { StreamId } from "../../../../proto/core/ids.ts";
import { flipBit } from "../../../support/bit-flips.ts";
import { StorageLife } from "../../../support/storage-life.ts";

describe("a claim of a region", () => {
  test("[I22] replaces the earlier claim, and survives a restart", () => {
    const life = new StorageLife({ plan: { raw: true, lengthsMs: [] } });
    for (let x = 1; x <= 3; x++) {
      life.reading(x, x);
      life.pass(1000);
    }
    const { streamId } = life.engine.streams()[0]!;
    const claim = (
      seqs: number[],
    ): { streamId: StreamId; durable: ReturnType<typeof haveOf>; replicated: ReturnType<typeof haveOf> } => ({
      streamId,
      durable: haveOf(seqs),
      replicated: haveOf([]),
    });
    life.engine.mark([claim([1, 2, 3])]);
    expect(life.engine.status().outbox.undurableBatches).toBe(0);
    life.engine.mark([claim([1, 3])]);
    expect(life.engine.status().outbox.undurableBatches).toBe(1);
    const [stream] = life.crash().engine.streams();
    expect(heldCount(stream!.durable)).toBe(2);
  });
});

describe("a replicated batch", () => {
  /** Three sealed batches of one raw reading each. */
  function threeBatches(): StorageLife {
    const life = new StorageLife({ plan: { raw: true, lengthsMs: [] } });
    for (let x = 1; x <= 3; x++) {
      life.reading(x, x);
      life.pass(1000);
    }
    return life;
  }

  test("stays for the configured time as one more copy, then it is trimmed; other batches stay", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 3]) }]);
    life.pass(3_590_000);
    expect(life.rawValues()).toEqual([1, 2, 3]);
    life.pass(20_000);
    expect(life.rawValues()).toEqual([2]);
    expect(life.engine.status().outbox).toMatchObject({ batches: 1, readings: 1, undurableBatches: 0 });
    const next = life.crash();
    expect(next.rawValues()).toEqual([2]);
    expect(next.engine.status().outbox).toEqual(life.engine.status().outbox);
  });

  test("is trimmed even if it was sealed while the clock was ahead", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 2, 3]) }]);
    const set = life.crash({ nowMs: life.nowMs - 3 * 365 * 86_400_000 });
    set.pass(20_000);
    expect(set.rawValues()).toEqual([]);
  });

  test("[I22] is not trimmed when the region no longer claims it", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 2, 3]) }]);
    life.engine.mark([{ streamId, durable: haveOf([1]), replicated: haveOf([1]) }]);
    life.pass(4_000_000);
    expect(life.rawValues()).toEqual([2, 3]);
    expect(life.engine.status().outbox).toMatchObject({ batches: 2, undurableBatches: 2, undurableReadings: 2 });
  });
});

describe("[I40] a batch that the disk damaged", () => {
  /** A stopped gateway with three sealed batches of one raw reading each, none of which a region holds. */
  function threeBatches(damage: (db: SqliteDatabase.Database) => void): StorageLife {
    const life = new StorageLife({ plan: RAW });
    for (let x = 1; x <= 3; x++) {
      life.reading(x, x);
      life.pass(1000);
    }
    const directory = life.copyOfDisk();
    const db = new SqliteDatabase(join(directory, "gateway.db"));
    damage(db);
    db.close();
    return new StorageLife({ directory, nowMs: life.nowMs, plan: RAW });
  }
  const bytesOf = (db: SqliteDatabase.Database, seq: number): Buffer =>
    db.prepare<[number], Buffer>("SELECT bytes FROM batch WHERE seq = ?").pluck().get(seq)!;

  test.each([
    ["bytes", "UPDATE batch SET bytes = zeroblob(length(bytes)) WHERE seq = 2"],
    ["hash", "UPDATE batch SET sha256 = zeroblob(32) WHERE seq = 2"],
    ["number", "UPDATE batch SET bytes = (SELECT bytes FROM batch WHERE seq = 3) WHERE seq = 2"],
  ])("in its %s is named and counted, and the others are sent", (_, sql) => {
    const life = threeBatches((db) => db.exec(sql));
    const { streamId } = life.engine.streams()[0]!;
    life.pass(100);
    life.pass(100);
    expect(life.rawValues()).toEqual([1, 3]);
    expect(life.engine.status()).toMatchObject({
      outbox: { batches: 2, undurableBatches: 2, undurableReadings: 2 },
      waitingReadings: 2,
      discards: new Map([["lost_by_disk", 1]]),
      damagedRows: new Map([["batch", 1]]),
      damage: [`batch ${streamId}/2: the bytes do not match their hash; 1 reading is lost`],
    });
    const voided = { streamId, first: 2, last: 2, readings: 1, reason: "the bytes do not match their hash" };
    expect(life.engine.voids()).toEqual([voided]);
    const next = life.crash({ plan: RAW });
    expect(next.engine.voids()).toEqual([voided]);
    expect(next.engine.streams()[0]).toMatchObject({ streamId, first: 1, last: 3, voided: haveOf([2]) });
  });

  test("is found by the walk after a start, before a region asks for it", () => {
    const life = threeBatches((db) => db.exec("UPDATE batch SET bytes = x'00' WHERE seq = 3"));
    expect(life.engine.idleWorkDue()).toBe(true);
    const { streamId } = life.engine.streams()[0]!;
    const found = life.engine.commit([]);
    expect(found.voided).toMatchObject([{ streamId, first: 3, last: 3, readings: 1 }]);
    expect(found.damage).toHaveLength(1);
  });

  test("in one bit is repaired, wherever the bit is, and nothing is lost", () => {
    const length = 8 * 60;
    for (let bit = 0; bit < length; bit += 37) {
      const life = threeBatches((db) => {
        const bytes = bytesOf(db, 2);
        flipBit(bytes, bit);
        db.prepare("UPDATE batch SET bytes = ? WHERE seq = 2").run(bytes);
      });
      expect(life.rawValues()).toEqual([1, 2, 3]);
      life.pass(100);
      expect(life.engine.status()).toMatchObject({ lostReadings: 0, damagedRows: new Map([["batch", 1]]) });
      expect(life.engine.status().damage[0]).toMatch(/one bit was wrong/);
      const again = life.crash({ plan: RAW });
      again.pass(100);
      expect(again.engine.status().damage).toHaveLength(1);
    }
  });

  test.each([
    ["hash", "UPDATE batch SET sha256 = x'01' || substr(sha256, 2) WHERE seq = 2 AND substr(sha256, 1, 1) = x'00'"],
    ["readings", "UPDATE batch SET readings = readings + 1024 WHERE seq = 2"],
    ["time", "UPDATE batch SET sealed_ms = sealed_ms + 4294967296 WHERE seq = 2"],
    ["size", "UPDATE batch SET size = size + 1048576 WHERE seq = 2"],
    ["checksum", "UPDATE batch SET crc = crc + 8192 WHERE seq = 2"],
  ])("in one bit of its %s is repaired", (_, sql) => {
    const life = threeBatches((db) => db.exec(sql));
    life.pass(100);
    expect(life.rawValues()).toEqual([1, 2, 3]);
    const next = life.crash({ plan: RAW });
    next.pass(100);
    expect(next.engine.status()).toMatchObject({
      lostReadings: 0,
      outbox: { batches: 3, readings: 3, bytes: expect.any(Number) },
    });
  });

  test("that a region holds is not lost", () => {
    const life = new StorageLife({ plan: RAW });
    life.reading(1, 1);
    life.pass(1000);
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1]), replicated: haveOf([]) }]);
    const directory = life.copyOfDisk();
    const db = new SqliteDatabase(join(directory, "gateway.db"));
    db.exec("UPDATE batch SET bytes = x'00'");
    db.close();
    const next = new StorageLife({ directory, nowMs: life.nowMs, plan: RAW });
    next.pass(100);
    expect(next.engine.status()).toMatchObject({ lostReadings: 0, damagedRows: new Map([["batch", 1]]) });
    expect(next.engine.voids()).toEqual([]);
  });

  test("of an earlier version, which has no checksum, is known by its hash", () => {
    const life = threeBatches((db) =>
      db.exec("UPDATE batch SET crc = NULL; UPDATE batch SET bytes = x'00' WHERE seq = 2"),
    );
    life.pass(100);
    expect(life.rawValues()).toEqual([1, 3]);
    expect(life.engine.status()).toMatchObject({ discards: new Map([["lost_by_disk", 1]]) });
  });

  test("does not keep its stream for ever", () => {
    const life = threeBatches((db) => db.exec("UPDATE batch SET bytes = x'00' WHERE seq = 2"));
    const { streamId } = life.engine.streams()[0]!;
    life.pass(100);
    life.engine.mark([{ streamId, durable: haveOf([1, 3]), replicated: haveOf([1, 3]) }]);
    life.pass(3_610_000);
    life.pass(20_000);
    expect(life.engine.streams().map((stream) => stream.streamId)).not.toContain(streamId);
    expect(life.engine.voids()).toEqual([]);
  });
});

const RAW = { raw: true, lengthsMs: [] };
