import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { seededRandom } from "../../../../deploy/sandbox/seeded-random.ts";
import { flipBits } from "../../../../deploy/sandbox/flipped-bits.ts";

const ROWS = 2000;

/** A database with rows in the file, and more rows in its log. */
function databaseIn(folder: string): { path: string; open: () => Sqlite.Database } {
  const path = join(folder, "some.db");
  const open = (): Sqlite.Database => {
    const database = new Sqlite(path);
    database.pragma("journal_mode = WAL");
    database.pragma("wal_autocheckpoint = 0");
    return database;
  };
  return { path, open };
}

function insertRows(database: Sqlite.Database, { commits }: { commits: number }): void {
  const insert = database.prepare("INSERT INTO item (text) VALUES (?)");
  for (let commit = 0; commit < commits; commit++) {
    database.transaction(() => {
      for (let i = 0; i < ROWS / commits; i++) insert.run("a row ".repeat(20));
    })();
  }
}

function rightRows(database: Sqlite.Database): number {
  const all = database.prepare("SELECT text FROM item").pluck().all();
  return all.filter((text) => text === "a row ".repeat(20)).length;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-flips-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("flipped bits of a database are in the rows of its tables", () => {
  const { path, open } = databaseIn(temporaryFolder());
  const database = open();
  database.exec("CREATE TABLE item (text TEXT)");
  insertRows(database, { commits: 1 });
  database.close();
  const before = readFileSync(path);
  flipBits({ path, kind: "database" }, { bits: 20, random: seededRandom(1) });
  const after = readFileSync(path);
  expect(after).toHaveLength(before.length);
  const changed = [...after].filter((byte, at) => byte !== before[at]);
  expect(changed.length).toBeGreaterThan(15);
  const damaged = open();
  expect(rightRows(damaged)).toBeLessThan(ROWS - 10);
  damaged.close();
});

test("a flipped bit of a log loses what follows it, so the place is in use", () => {
  const folder = temporaryFolder();
  const { path, open } = databaseIn(folder);
  const database = open();
  database.exec("CREATE TABLE item (text TEXT)");
  database.pragma("wal_checkpoint(TRUNCATE)");
  insertRows(database, { commits: 50 });
  // As after a kill: the log has not been written into the database.
  const copy = databaseIn(temporaryFolder());
  for (const end of ["", "-wal"]) writeFileSync(`${copy.path}${end}`, readFileSync(`${path}${end}`));
  database.close();
  flipBits({ path: `${copy.path}-wal`, kind: "log" }, { bits: 1, random: seededRandom(1) });
  const damaged = copy.open();
  expect(rightRows(damaged)).toBeLessThanOrEqual(ROWS / 2);
  damaged.close();
});

test("a file without rows is refused, because a flip would prove nothing", () => {
  const { path, open } = databaseIn(temporaryFolder());
  open().close();
  writeFileSync(`${path}-wal`, "");
  expect(() => flipBits({ path, kind: "database" }, { bits: 1, random: () => 0 })).toThrow(/no rows to damage/);
  const log = { path: `${path}-wal`, kind: "log" } as const;
  expect(() => flipBits(log, { bits: 1, random: () => 0 })).toThrow(/no rows to damage/);
});
