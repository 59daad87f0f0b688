import { randomUUID } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import SqliteDatabase from "better-sqlite3";
import type { Database } from "better-sqlite3";
import { Fault } from "../core/fault.ts";

export type { Database } from "better-sqlite3";

/**
 * Opens a SQLite file so that a commit is durable, or refuses it and says why.
 *
 * Promises:
 * - Every setting that durability rests on is set and read back at every open. better-sqlite3 is built with
 *   `synchronous=NORMAL` as the default for existing WAL files, and in a real power cut that lost 89 to 106 of about
 *   1,180 committed rows; FULL lost none.
 * - One process has the file: the lock is exclusive, and the kernel releases it when the process ends.
 * - A file that is missing or empty although data was there is refused, not created again. A file that is damaged, belongs to
 *   another application or has a newer version is refused as well. A note beside the file (`<file>.id`) shows that data
 *   was there. Only the existence of the note counts; its text is for people.
 */
export function openDatabase(options: OpenOptions): Database {
  const path = resolve(options.path);
  const note = `${path}.id`;
  makeFolder(dirname(path));
  checkFile(path, sizeOf(note) !== undefined || options.expectExisting === true);
  let db: Database | undefined;
  try {
    db = new SqliteDatabase(path, { timeout: LOCK_WAIT_MS });
    lock(db, path);
    const version = schemaVersion(db, path, options);
    configure(db, path, options);
    migrate(db, path, { version, ...options });
    writeNote(note, options.identity.kind);
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof Fault ? error : storageFault(error, path);
  }
}

/**
 * The same schema in memory, empty or from an image (`Database.serialize`). For simulated disks: nothing survives the
 * process.
 */
export function openInMemory(options: Omit<OpenOptions, "path" | "expectExisting"> & { image?: Buffer }): Database {
  const db = new SqliteDatabase(options.image ?? ":memory:");
  set(db, ":memory:", "trusted_schema", 0);
  set(db, ":memory:", "temp_store", 2);
  migrate(db, undefined, { version: schemaVersion(db, ":memory:", { ...options, path: ":memory:" }), ...options });
  return db;
}

export type OpenOptions = {
  readonly path: string;
  /** `applicationId` is written into the file; `kind` names the file in messages. */
  readonly identity: { readonly applicationId: number; readonly kind: string };
  /** SQL of schema version 1, 2, 3...; the version of the file is the number of migrations that ran. */
  readonly migrations: readonly string[];
  /** Soft quota: SQLite refuses to grow the file beyond it. Deleting still works. */
  readonly maxBytes?: number;
  /** The caller knows that data was stored here. */
  readonly expectExisting?: boolean;
};

/**
 * Locks a file that is only a lock, so that one process uses what it stands for. The kernel releases the lock when the process
 * ends, even by SIGKILL. The file stays.
 * @returns releases the lock. @throws Fault `storage_locked` when another one has it.
 */
export function lockFile(path: string): () => void {
  let db: Database | undefined;
  try {
    db = new SqliteDatabase(path, { timeout: LOCK_WAIT_MS });
    // Without a write the file stays empty.
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db?.close();
    throw storageFault(error, path);
  }
  return () => db.close();
}

/** Translates an error of SQLite or of the file system for the person on call. */
export function storageFault(error: unknown, place: string): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  const fault = (kind: Fault["code"], what: string, hint: string): Fault =>
    new Fault({ code: kind, message: `${place}: ${what}`, hint, cause: error });
  if (code === "SQLITE_FULL" || code === "ENOSPC" || code === "EDQUOT") {
    return fault(
      "storage_full",
      "the disk is full",
      "free space or raise the quota, then start again: nothing acknowledged is lost",
    );
  }
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return fault(
      "storage_locked",
      "another process has this database open",
      "stop the other one; one data_dir serves one process",
    );
  }
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") {
    return fault(
      "storage_corrupt",
      `the database is damaged: ${message}`,
      "restore the data folder from a copy; do not delete it before",
    );
  }
  if (code.startsWith("SQLITE_CANTOPEN") || PATH_ERRORS.has(code)) {
    return fault(
      "file",
      `cannot be opened: ${message}`,
      "check that data_dir is a folder and that it belongs to this user",
    );
  }
  if (code.startsWith("SQLITE_READONLY") || code === "EROFS") {
    return fault(
      "file",
      "cannot be written",
      "check the owner of the file, and that its file system is not mounted read-only",
    );
  }
  if (code.startsWith("SQLITE_IOERR") || code === "EIO") {
    return fault(
      "storage_io",
      `input/output error: ${message}`,
      "check the disk (dmesg), then start again: nothing acknowledged is lost",
    );
  }
  return new Fault({ code: "internal", message: `${place}: ${message}`, cause: error });
}

/** Makes the entries of a folder durable. Without it a file that was created just before a power cut may be missing after it. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Creates a folder, and makes the entries of all new folders durable: a lost folder would take its note with it. */
export function makeFolder(folder: string): void {
  try {
    const topmost = mkdirSync(folder, { recursive: true });
    if (topmost === undefined) return;
    for (let made = folder; made.length >= topmost.length; made = dirname(made)) syncFolder(dirname(made));
  } catch (error) {
    throw storageFault(error, folder);
  }
}

/**
 * Replaces a small file as a whole: after a power cut it has the old content or the new one.
 * @param mode of a new file; a replaced file keeps its mode and its owner.
 */
export function writeFileDurably(path: string, content: string, mode = 0o644): void {
  const old = statSync(path, { throwIfNoEntry: false });
  const fresh = `${path}.new`;
  const handle = openSync(fresh, "w", mode);
  try {
    if (old !== undefined) {
      if (process.getuid?.() === 0) fchownSync(handle, old.uid, old.gid);
      fchmodSync(handle, old.mode & 0o777);
    }
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, path);
  syncFolder(dirname(path));
}

/** Checks from outside, before SQLite opens, repairs or truncates anything. */
function checkFile(path: string, expected: boolean): void {
  const size = sizeOf(path);
  if ((size === undefined || size === 0) && expected) {
    throw new Fault({
      code: "storage_missing",
      message: `${path}: the database is ${size === 0 ? "empty" : "missing"}, but data was stored here`,
      hint: `restore it from a copy; to begin anew and accept the loss, remove ${path}.id as well`,
    });
  }
  if (size === undefined || size === 0) return;
  const head = Buffer.alloc(100);
  const handle = openForReading(path);
  try {
    if (readSync(handle, head, 0, 100, 0) < 100) throw damaged(path, `it has only ${size} bytes: it was cut short`);
  } catch (error) {
    throw storageFault(error, path);
  } finally {
    closeSync(handle);
  }
  if (head.toString("latin1", 0, 16) !== "SQLite format 3\0")
    throw damaged(path, "it does not begin as a SQLite file does");
  const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  const pages = head.readUInt32BE(28);
  const logged = (sizeOf(`${path}-wal`) ?? 0) > 0;
  // With a write-ahead log the file may be shorter than its header says. SQLite completes it from the log.
  if (!logged && size < pages * pageSize) {
    throw damaged(path, `it has ${size} bytes, but its header says ${pages * pageSize}: it was cut short`);
  }
}

/** `undefined` when there is no such file. A folder without permission to read is an error. */
function sizeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size;
  } catch (error) {
    throw storageFault(error, path);
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw storageFault(error, path);
  }
}

function damaged(path: string, what: string): Fault {
  return new Fault({
    code: "storage_corrupt",
    message: `${path}: the database is damaged: ${what}`,
    hint: "restore the data folder from a copy; do not delete it before",
  });
}

function lock(db: Database, path: string): void {
  const version = String(db.prepare("SELECT sqlite_version()").pluck().get());
  if (!atLeast(version, SQLITE_MIN)) {
    throw new Fault({
      code: "internal",
      message: `SQLite ${version} is too old: before ${SQLITE_MIN.join(".")} a reset of the write-ahead log could corrupt data`,
      hint: "install the better-sqlite3 of package-lock.json",
    });
  }
  set(db, path, "busy_timeout", LOCK_WAIT_MS);
  set(db, path, "locking_mode", "exclusive");
}

/**
 * The schema version of the file, 0 when it is new. It is read before any setting writes to the file, so that a file of
 * another application stays as it was.
 */
function schemaVersion(db: Database, path: string, { identity, migrations }: OpenOptions): number {
  const applicationId = Number(db.pragma("application_id", { simple: true }));
  const version = Number(db.pragma("user_version", { simple: true }));
  const fresh = version === 0 && applicationId === 0;
  const tables = Number(db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get());
  if (fresh ? tables > 0 : applicationId !== identity.applicationId) {
    throw new Fault({
      code: "storage_corrupt",
      message: `${path} is a database, but not that of a Tidemark ${identity.kind}`,
      hint: "point data_dir to another folder",
    });
  }
  if (version > migrations.length) {
    throw new Fault({
      code: "storage_newer",
      message: `${path} has schema ${version}, this version of Tidemark knows ${migrations.length}`,
      hint: "start the newer version that wrote it; nothing was changed",
    });
  }
  return version;
}

function configure(db: Database, path: string, options: OpenOptions): void {
  set(db, path, "journal_mode", "wal");
  set(db, path, "synchronous", 2);
  set(db, path, "mmap_size", 0);
  set(db, path, "trusted_schema", 0);
  set(db, path, "cell_size_check", 1);
  set(db, path, "journal_size_limit", 64 * 1024 * 1024);
  set(db, path, "temp_store", 2);
  if (options.maxBytes !== undefined) {
    const pageSize = Number(db.pragma("page_size", { simple: true }));
    // Never below the present size: a lowered quota stops growth, but not the start.
    const pages = Math.max(Math.floor(options.maxBytes / pageSize), Number(db.pragma("page_count", { simple: true })));
    set(db, path, "max_page_count", pages);
  }
  // Takes the exclusive lock now, so that a second process fails here and not at its first commit.
  db.exec("BEGIN IMMEDIATE; COMMIT");
}

/** Sets a pragma and reads it back: a setting without effect must stop the start, not show up in a power cut. */
function set(db: Database, path: string, name: string, value: string | number): void {
  db.pragma(`${name}=${value}`);
  const actual: unknown = db.pragma(name, { simple: true });
  if (String(actual).toLowerCase() !== String(value).toLowerCase()) {
    throw new Fault({
      code: "storage_io",
      message: `${path}: SQLite did not take ${name}=${value}, it is ${String(actual)}`,
      hint: "the data folder must be on a local journaling file system",
    });
  }
}

function migrate(
  db: Database,
  path: string | undefined,
  options: Omit<OpenOptions, "path"> & { readonly version: number },
): void {
  const { identity, migrations, version } = options;
  for (let next = version; next < migrations.length; next++) {
    db.transaction(() => {
      db.exec(migrations[next]!);
      db.pragma(`application_id=${identity.applicationId}`);
      db.pragma(`user_version=${next + 1}`);
    }).immediate();
  }
  if (path !== undefined && version < migrations.length) syncFolder(dirname(path));
}

function writeNote(path: string, kind: string): void {
  if (sizeOf(path) !== undefined) return;
  writeFileDurably(path, `${JSON.stringify({ kind, id: randomUUID(), created: new Date().toISOString() })}\n`);
}

function atLeast(version: string, floor: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [i, wanted] of floor.entries()) {
    if ((parts[i] ?? 0) !== wanted) return (parts[i] ?? 0) > wanted;
  }
  return true;
}

/** Error codes of the file system for a path that cannot be used. */
const PATH_ERRORS: ReadonlySet<string> = new Set([
  "EACCES",
  "EEXIST",
  "EISDIR",
  "ELOOP",
  "EMFILE",
  "ENAMETOOLONG",
  "ENFILE",
  "ENOENT",
  "ENOTDIR",
  "EPERM",
]);
const LOCK_WAIT_MS = 250;
const SQLITE_MIN = [3, 51, 3];
