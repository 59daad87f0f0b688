import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Fault } from "../../../../proto/core/fault.ts";
import type { OpenOptions } from "../../../../proto/runtime/sqlite.ts";
import { openDatabase, storageFault } from "../../../../proto/runtime/sqlite.ts";

const SQLITE = new URL("../../../../proto/runtime/sqlite.ts", import.meta.url).href;
const SCHEMA = "CREATE TABLE reading (id INTEGER PRIMARY KEY, value TEXT) STRICT";
let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-sqlite-"));
  path = join(folder, "data", "gateway.db");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function options(change: Partial<OpenOptions> = {}): OpenOptions {
  return { path, identity: { applicationId: 77, kind: "gateway" }, migrations: [SCHEMA], ...change };
}

/** Opens, stores `rows` rows, closes. */
function filled(rows = 500): void {
  const db = openDatabase(options());
  const insert = db.prepare("INSERT INTO reading (value) VALUES (?)");
  db.transaction(() => {
    for (let i = 0; i < rows; i++) insert.run(`reading ${i} ${"x".repeat(100)}`);
  })();
  db.close();
}

function faultOf(open: () => unknown): Fault {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return error as Fault;
  }
  throw new Error("the file was opened");
}

function lineOf(open: () => unknown): string {
  return faultOf(open).line.replaceAll(folder, "");
}

describe("[I7] every setting that durability rests on holds", () => {
  test.each(["the first", "every later"])("at %s open", (which) => {
    if (which !== "the first") filled();
    const db = openDatabase(options());
    onTestFinished(() => void db.close());
    const setting = (name: string): unknown => db.pragma(name, { simple: true });
    expect(setting("journal_mode")).toBe("wal");
    expect(setting("synchronous")).toBe(2);
    expect(setting("mmap_size")).toBe(0);
    expect(setting("trusted_schema")).toBe(0);
    expect(setting("cell_size_check")).toBe(1);
    expect(setting("locking_mode")).toBe("exclusive");
    expect(setting("busy_timeout")).toBe(250);
  });
});

describe("[I30] a file that cannot be trusted is refused in one line, and left as it is", () => {
  test.each<[string, () => void, string]>([
    [
      "not a database",
      () => writeFileSync(path, "x".repeat(5000)),
      "/data/gateway.db: the database is damaged: it does not begin as a SQLite file does (restore the data folder from a copy; do not delete it before)",
    ],
    [
      "cut short",
      () => truncateSync(path, 8192),
      "/data/gateway.db: the database is damaged: it has 8192 bytes, but its header says 73728: it was cut short (restore the data folder from a copy; do not delete it before)",
    ],
    [
      "cut short within its head",
      () => truncateSync(path, 40),
      "/data/gateway.db: the database is damaged: it has only 40 bytes: it was cut short (restore the data folder from a copy; do not delete it before)",
    ],
    [
      "empty",
      () => truncateSync(path, 0),
      "/data/gateway.db: the database is empty, but data was stored here (restore it from a copy; to begin anew and accept the loss, remove /data/gateway.db.id as well)",
    ],
    [
      "missing",
      () => rmSync(path),
      "/data/gateway.db: the database is missing, but data was stored here (restore it from a copy; to begin anew and accept the loss, remove /data/gateway.db.id as well)",
    ],
    [
      "of a newer version",
      () => {
        const db = new SqliteDatabase(path);
        db.pragma("user_version=3");
        db.close();
      },
      "/data/gateway.db has schema 3, this version of Tidemark knows 1 (start the newer version that wrote it; nothing was changed)",
    ],
    [
      "of another application",
      () => {
        const db = new SqliteDatabase(path);
        db.pragma("application_id=78");
        db.close();
      },
      "/data/gateway.db is a database, but not that of a Tidemark gateway (point data_dir to another folder)",
    ],
    [
      "of another program, without a write-ahead log",
      () => {
        rmSync(path);
        const db = new SqliteDatabase(path);
        db.exec("CREATE TABLE theirs (id INTEGER PRIMARY KEY)");
        db.close();
      },
      "/data/gateway.db is a database, but not that of a Tidemark gateway (point data_dir to another folder)",
    ],
  ])("%s", (_, spoil, line) => {
    filled();
    spoil();
    const before = existsSync(path) ? readFileSync(path) : null;
    expect(lineOf(() => openDatabase(options()))).toBe(line);
    expect(existsSync(path) ? readFileSync(path) : null).toEqual(before);
  });

  test("that is missing although an unreadable note is there", () => {
    filled();
    rmSync(path);
    writeFileSync(`${path}.id`, "{}");
    expect(lineOf(() => openDatabase(options()))).toMatch(/the database is missing, but data was stored here/);
  });

  test.each<[string, () => void]>([
    ["the folder is a file", () => writeFileSync(join(folder, "data"), "")],
    ["the database is a folder", () => mkdirSync(path, { recursive: true })],
  ])("where %s", (_, spoil) => {
    spoil();
    const { code, line } = faultOf(() => openDatabase(options()));
    expect(code).toBe("file");
    expect(line).toMatch(/cannot be opened: .*\(check that data_dir is a folder and that it belongs to this user\)$/);
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("skipped: only root can change to a user who may not read the folder");

test.skipIf(!isRoot)("[I30] a folder without permission to read does not count as empty", () => {
  filled();
  chmodSync(folder, 0o755);
  chmodSync(join(folder, "data"), 0o700);
  // Changes to the user `nobody` only after the import: the sources may be unreadable for that user as well.
  const program = `
    import { openDatabase } from ${JSON.stringify(SQLITE)};
    process.setgid(65534);
    process.setuid(65534);
    try { openDatabase(${JSON.stringify(options())}); } catch (fault) { process.stdout.write(fault.code + " " + fault.line); }`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  expect(output).toMatch(/^file .*gateway\.db.*: cannot be opened: EACCES.*\(check that data_dir is a folder/);
});

test("the note beside the database says its kind and its age", () => {
  filled();
  const note: unknown = JSON.parse(readFileSync(`${path}.id`, "utf8"));
  expect(note).toEqual({ kind: "gateway", id: expect.any(String), created: expect.any(String) });
  filled();
  expect(JSON.parse(readFileSync(`${path}.id`, "utf8"))).toEqual(note);
});

test("a mistake of this software is not reported as a fault of the disk", () => {
  const db = openDatabase(options());
  onTestFinished(() => void db.close());
  const insert = (): unknown => db.prepare("INSERT INTO reading (id) VALUES (1), (1)").run();
  expect(faultOf(() => attempted(insert)).code).toBe("internal");
});

function attempted(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    throw storageFault(error, "gateway.db");
  }
}

test("one process has the file, and kill -9 releases it", async () => {
  filled();
  const program = `
    import { openDatabase } from ${JSON.stringify(SQLITE)};
    const db = openDatabase(${JSON.stringify(options())});
    process.stdout.write("open\\n");
    // Keeps a reference: otherwise the garbage collector closes the database.
    setInterval(() => db.open, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  expect(lineOf(() => openDatabase(options()))).toBe(
    "/data/gateway.db: another process has this database open (stop the other one; one data_dir serves one process)",
  );
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
  const db = openDatabase(options());
  expect(db.prepare("SELECT count(*) FROM reading").pluck().get()).toBe(500);
  db.close();
});

test("a file does not grow beyond its quota, and deleting still works", () => {
  filled();
  const db = openDatabase(options({ maxBytes: 128 * 1024 }));
  onTestFinished(() => void db.close());
  const insert = db.prepare("INSERT INTO reading (value) VALUES (?)");
  const fill = (): void => {
    for (let i = 0; i < 10_000; i++) insert.run("x".repeat(1000));
  };
  try {
    fill();
    throw new Error("it grew beyond its quota");
  } catch (error) {
    expect(storageFault(error, "gateway.db").code).toBe("storage_full");
  }
  expect(db.prepare("DELETE FROM reading WHERE id <= 400").run().changes).toBe(400);
  insert.run("there is room again");
});

test("a database opens with a quota below its size", () => {
  filled();
  const db = openDatabase(options({ maxBytes: 8192 }));
  expect(db.prepare("SELECT count(*) FROM reading").pluck().get()).toBe(500);
  db.close();
});

test("after a kill the committed rows are there, and no others", () => {
  filled(1);
  const program = `
    import { openDatabase } from ${JSON.stringify(SQLITE)};
    const db = openDatabase(${JSON.stringify(options())});
    db.exec("INSERT INTO reading (value) VALUES ('committed')");
    db.exec("BEGIN; INSERT INTO reading (value) VALUES ('open')");
    process.kill(process.pid, "SIGKILL");`;
  expect(() => execFileSync(process.execPath, ["--input-type=module", "-e", program], { stdio: "ignore" })).toThrow(
    "Command failed",
  );
  expect(readdirSync(join(folder, "data"))).toContain("gateway.db-wal");
  const db = openDatabase(options());
  expect(db.prepare("SELECT value FROM reading WHERE id > 1").pluck().all()).toEqual(["committed"]);
  db.close();
});
