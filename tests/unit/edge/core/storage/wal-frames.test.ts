import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { inspectWal, isDamagedWal } from "../../../../../edge/core/storage/wal-frames.ts";
import { flipBit } from "../../../../support/bit-flips.ts";

const PAGE = 4096;
const FRAME = 24 + PAGE;

/** A log that SQLite wrote, with one commit a row, and how many rows SQLite reads when a copy of it is opened. */
function writtenLog(rows: number): { log: Buffer; rowsRead: (log: Buffer) => number } {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-wal-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const db = new SqliteDatabase(join(folder, "a.db"));
  db.pragma("journal_mode=wal");
  db.pragma("synchronous=2");
  db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)");
  db.pragma("wal_checkpoint(TRUNCATE)");
  for (let id = 0; id < rows; id++) db.prepare("INSERT INTO t VALUES (?, ?)").run(id, Buffer.alloc(1500, id));
  const log = readFileSync(join(folder, "a.db-wal"));
  const base = readFileSync(join(folder, "a.db"));
  db.close();
  const rowsRead = (changed: Buffer): number => {
    writeFileSync(join(folder, "b.db"), base);
    writeFileSync(join(folder, "b.db-wal"), changed);
    rmSync(join(folder, "b.db-shm"), { force: true });
    const copy = new SqliteDatabase(join(folder, "b.db"));
    try {
      return Number(copy.prepare("SELECT count(*) FROM t").pluck().get());
    } finally {
      copy.close();
    }
  };
  return { log, rowsRead };
}

describe("[I42] a write-ahead log", () => {
  test("that is whole is read to its end, as SQLite reads it", () => {
    const { log, rowsRead } = writtenLog(20);
    expect(inspectWal(log)).toEqual({ readableCommits: 20, unreadableCommits: 0 });
    expect(rowsRead(log)).toBe(20);
  });

  test("with one flipped bit is damaged, wherever the bit is", () => {
    const { log, rowsRead } = writtenLog(12);
    const offsets = [0, 5, 9, 17, 25, 31, 32, 37, 41, 50, 55, 56, 900, 32 + FRAME + 4, 32 + 3 * FRAME + 100];
    for (const offset of offsets) {
      const flipped = Buffer.from(log);
      flipBit(flipped, offset * 8 + (offset % 8));
      const report = inspectWal(flipped);
      expect({ offset, isDamaged: isDamagedWal(report) }).toEqual({ offset, isDamaged: true });
      expect({ offset, readable: report.readableCommits }).toEqual({ offset, readable: rowsRead(flipped) });
    }
  });

  test("that ends within its last commit is what a power cut leaves", () => {
    const { log } = writtenLog(12);
    const frames = (log.length - 32) / FRAME;
    for (let cut = 1; cut <= FRAME; cut += 97) {
      expect(isDamagedWal(inspectWal(log.subarray(0, log.length - cut)))).toBe(false);
    }
    // The disk wrote the frames of the last commit in another order: its first frame is missing.
    const torn = Buffer.from(log);
    const last = commitsOf(log).at(-1)!;
    const before = commitsOf(log).at(-2)!;
    torn.fill(0, 32 + (before + 1) * FRAME, 32 + (before + 2) * FRAME);
    expect(last).toBe(frames - 1);
    expect(isDamagedWal(inspectWal(torn))).toBe(false);
  });

  test("that was used again from its beginning may end in frames of its earlier use", () => {
    const { log } = writtenLog(12);
    const again = Buffer.from(log);
    for (let frame = 6; frame < (log.length - 32) / FRAME; frame++) again.writeUInt32BE(7, 32 + frame * FRAME + 8);
    expect(inspectWal(again).unreadableCommits).toBe(0);
  });

  test("that is empty or shorter than a frame has nothing", () => {
    for (const length of [0, 1, 31, 32, 55, 56, 100]) {
      expect(inspectWal(Buffer.alloc(length))).toEqual({ readableCommits: 0, unreadableCommits: 0 });
    }
  });
});

function commitsOf(log: Buffer): number[] {
  const commits: number[] = [];
  for (let frame = 0; frame < (log.length - 32) / FRAME; frame++) {
    if (log.readUInt32BE(32 + frame * FRAME + 4) !== 0) commits.push(frame);
  }
  return commits;
}
