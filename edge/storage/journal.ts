import { Fault } from "../../proto/core/fault.ts";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { HighWaterMark } from "./gateway-disk.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import { JournalChunkWriter, journalChecksum, readJournalChunk } from "./journal-chunk.ts";

/**
 * Numbers the readings of this disk (1, 2, 3...), writes those of one commit as one row, and reads them back after a
 * start. A file beside the database names the last sequence that was stored, so that a lost write-ahead log is noticed.
 */
export class Journal {
  readonly #db: GatewayDatabase;
  readonly #mark: HighWaterMark;
  readonly #writer = new JournalChunkWriter();
  #lastSeq = 0;
  #markedSeq = 0;
  #markedAtMs = -Infinity;

  constructor(parts: { db: GatewayDatabase; mark: HighWaterMark }) {
    this.#db = parts.db;
    this.#mark = parts.mark;
  }

  /** The sequence of the newest reading, written or not. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Readings that {@link write} will write. */
  get unwritten(): number {
    return this.#writer.readings;
  }

  /** @returns the sequence of the reading. */
  add(series: number, timeMs: number, value: Value, clock: ClockSource): number {
    this.#writer.add(series, timeMs, value, clock);
    return ++this.#lastSeq;
  }

  /** Runs inside the transaction of a commit. @returns bytes written. */
  write(): number {
    const { readings } = this.#writer;
    if (readings === 0) return 0;
    const firstSeq = this.#lastSeq - readings + 1;
    const body = this.#writer.take();
    const crc = journalChecksum(firstSeq, readings, body);
    this.#db.journal.add({ first_seq: firstSeq, readings, crc, body });
    return body.length;
  }

  /** @throws Fault when readings that were stored are missing. */
  load(): void {
    this.#lastSeq = Math.max(this.#db.meta.get("journal_seq"), this.#db.journal.lastSeq());
    const mark = this.#mark.read();
    if (mark <= this.#lastSeq) return;
    throw new Fault({
      code: "storage_corrupt",
      message: `${this.#db.path}: the journal ends at reading ${this.#lastSeq}, but reading ${mark} was stored`,
      hint: `its write-ahead log was lost or damaged: restore gateway.db-wal from a copy, or accept the loss by deleting ${this.#mark.path}`,
    });
  }

  /** Reads the readings above a sequence, in order. @throws Fault when a row fails its checksum. */
  replay(afterSeq: number, each: JournaledReading): void {
    for (const row of this.#db.journal.after(afterSeq)) {
      if (journalChecksum(row.first_seq, row.readings, row.body) !== row.crc) {
        throw new Fault({
          code: "storage_corrupt",
          message: `${this.#db.path}: journal row ${row.first_seq} (${row.readings} readings) fails its checksum`,
          hint: "the disk returned other bytes than were written: check it, then restore the data folder from a copy",
        });
      }
      readJournalChunk(row.body, row.readings, (index, series, timeMs, value, clock) =>
        each(row.first_seq + index, series, timeMs, value, clock),
      );
    }
  }

  /** Whether the mark is behind and old enough. `atMs` is monotonic. */
  markDue(atMs: number): boolean {
    return this.#markedSeq !== this.#lastSeq && atMs - this.#markedAtMs >= MARK_EVERY_MS;
  }

  /** Runs after a commit, because the readings up to the mark must be on disk. */
  writeMark(atMs: number): void {
    this.#mark.write(this.#lastSeq);
    this.#markedSeq = this.#lastSeq;
    this.#markedAtMs = atMs;
  }
}

export type JournaledReading = (seq: number, series: number, timeMs: number, value: Value, clock: ClockSource) => void;

/** A lost write-ahead log is noticed if it contained anything older than this. */
const MARK_EVERY_MS = 10_000;
