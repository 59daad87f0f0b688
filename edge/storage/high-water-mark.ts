import { Buffer } from "node:buffer";
import { closeSync, constants, fdatasyncSync, openSync, readSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { storageFault } from "../../proto/runtime/sqlite.ts";

/**
 * What the last commit had stored, in a file beside the database. SQLite opens without an error when its write-ahead log was
 * deleted or damaged and the newest commits are gone. This file makes that visible.
 *
 * It is written after every commit, in place and without fsync: one record of fixed size. So it is never ahead of the
 * database, and a process that is killed leaves the mark of its last commit. After a power cut the mark may be old or torn; then
 * it shows less, and nothing wrong.
 */
export class HighWaterMark {
  readonly path: string;
  readonly #handle: number;
  readonly #record = Buffer.alloc(RECORD_BYTES, " ");
  #isOpen = true;

  /** @throws Fault when the file cannot be opened. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#handle = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    } catch (error) {
      throw storageFault(error, path);
    }
  }

  /** Undefined: there is no mark yet, or it is damaged. */
  read(): StoredMark | undefined {
    const bytes = Buffer.alloc(RECORD_BYTES);
    return parsed(bytes.toString("latin1", 0, readSync(this.#handle, bytes, 0, RECORD_BYTES, 0)));
  }

  /** Runs after a commit. */
  write(mark: StoredMark): void {
    const { journalSeq, waitingReadings, heldSeq, deadLetters } = mark;
    const text = `${journalSeq} ${waitingReadings} ${heldSeq} ${deadLetters} `;
    this.#record.fill(" ", this.#record.write(text, "latin1"), CHECKED_BYTES);
    const crc = crc32(this.#record.subarray(0, CHECKED_BYTES));
    this.#record.write(`${crc.toString(16).padStart(8, "0")}\n`, CHECKED_BYTES, "latin1");
    writeSync(this.#handle, this.#record, 0, RECORD_BYTES, 0);
  }

  /** So that the mark is not much too old after a power cut. */
  sync(): void {
    fdatasyncSync(this.#handle);
  }

  /** May be called twice. */
  close(): void {
    if (this.#isOpen) closeSync(this.#handle);
    this.#isOpen = false;
  }
}

/** What was stored when the mark was written. */
export type StoredMark = {
  /** The last reading in the journal. */
  readonly journalSeq: number;
  /** Readings that were only on this disk. No more than these can be lost with it. */
  readonly waitingReadings: number;
  /** Messages that were ever held until the time was known. */
  readonly heldSeq: number;
  /** Dead letters that were ever stored. */
  readonly deadLetters: number;
};

function parsed(text: string): StoredMark | undefined {
  // Earlier versions wrote the journal sequence alone, every ten seconds.
  if (/^\d{1,16}\n$/.test(text)) {
    return { journalSeq: Number(text), waitingReadings: Infinity, heldSeq: 0, deadLetters: 0 };
  }
  if (crc32(text.slice(0, CHECKED_BYTES)) !== Number.parseInt(text.slice(CHECKED_BYTES), 16)) return undefined;
  const [journalSeq = 0, waitingReadings = 0, heldSeq = 0, deadLetters = 0] = text.split(" ", 4).map(Number);
  return { journalSeq, waitingReadings, heldSeq, deadLetters };
}

/** The numbers, filled up with spaces, then eight digits of a checksum and a line end. */
const RECORD_BYTES = 80;
const CHECKED_BYTES = RECORD_BYTES - 9;
