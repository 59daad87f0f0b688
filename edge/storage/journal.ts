import { Buffer } from "node:buffer";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import { JournalChunkWriter, journalChecksum, READING_BYTES, readJournalChunk } from "./journal-chunk.ts";
import type { JournalRow } from "./tables/journal-table.ts";

/**
 * Numbers the readings of this disk (1, 2, 3...), writes those of one commit as one row, and reads them back after a start.
 *
 * The numbers have no holes. So a damaged row, a row that is missing, and a write-ahead log that is gone are noticed to the
 * exact reading. Lost numbers are named and never used again: a row without readings stands in their place.
 *
 *     row 1..40 | row 41..57 | damaged | row 63..80 | (lost with the log) 81..95 of the mark
 *                             58..62                  the next reading is 96
 */
export class Journal {
  readonly #db: GatewayDatabase;
  readonly #writer = new JournalChunkWriter();
  #lastSeq = 0;
  /** The end of the rows, and of what the checkpoint says. */
  #storedSeq = 0;
  #lost: LostNumbers[] = [];
  #damagedRows: JournalRow[] = [];

  constructor(db: GatewayDatabase) {
    this.#db = db;
  }

  /** The sequence of the newest reading, written or not. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The sequence of the newest reading that was written. */
  get writtenSeq(): number {
    return this.#lastSeq - this.#writer.readings;
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

  /**
   * Finds the end of the journal.
   * @param markedSeq the last reading that was stored, as the mark says; 0: there is no mark.
   */
  load(markedSeq: number): void {
    this.#storedSeq = Math.max(this.#db.meta.get("journal_seq"), this.#newestSeq());
    this.#lastSeq = Math.max(this.#storedSeq, markedSeq);
  }

  /** The end of the rows on disk. It is less than {@link lastSeq} when the newest rows are lost. */
  get storedSeq(): number {
    return this.#storedSeq;
  }

  /** Reads the readings above a sequence, in order. What is missing or damaged is left out and added to `damage`. */
  replay(afterSeq: number, damage: DiskDamage, each: JournaledReading): void {
    let nextSeq = afterSeq + 1;
    for (const row of this.#db.journal.after(afterSeq)) {
      if (!isIntact(row)) {
        this.#damagedRows.push({ ...row, body: shownBytes(row.body) });
        continue;
      }
      this.#lose({ fromSeq: nextSeq, toSeq: row.first_seq - 1 }, damage);
      nextSeq = endOf(row) + 1;
      // A row without readings stands for numbers that were lost earlier.
      if (row.body.length === 0) continue;
      readJournalChunk(row.body, row.readings, (index, series, timeMs, value, clock) =>
        each(row.first_seq + index, series, timeMs, value, clock),
      );
    }
    this.#lose({ fromSeq: nextSeq, toSeq: this.#storedSeq }, damage);
    this.#lose({ fromSeq: Math.max(nextSeq, this.#storedSeq + 1), toSeq: this.#lastSeq }, damage);
  }

  /** Runs inside a transaction, after a replay. */
  writeLost(): void {
    for (const { first_seq } of this.#damagedRows) this.#db.journal.dropRow(first_seq);
    for (const { fromSeq, toSeq } of this.#lost) {
      const readings = toSeq - fromSeq + 1;
      const crc = journalChecksum(fromSeq, readings, NO_READINGS);
      this.#db.journal.replace({ first_seq: fromSeq, readings, crc, body: NO_READINGS });
    }
    this.#lost = [];
    this.#damagedRows = [];
  }

  #lose(numbers: LostNumbers, damage: DiskDamage): void {
    const { fromSeq, toSeq } = numbers;
    if (toSeq < fromSeq) return;
    this.#lost.push(numbers);
    const row = this.#damagedRows.find(({ first_seq }) => first_seq >= fromSeq && first_seq <= toSeq);
    const isBeyondRows = fromSeq > this.#storedSeq;
    damage.add({
      place: "journal",
      key: `${fromSeq}..${toSeq}`,
      reason: isBeyondRows
        ? "the newest commits are gone: the write-ahead log was damaged, cut or deleted"
        : row === undefined
          ? "the rows are missing"
          : "a row does not match its checksum",
      lost: toSeq - fromSeq + 1,
      of: "reading",
      ...(row === undefined ? {} : { bytes: row.body }),
    });
  }

  /** A damaged row at the end counts if its numbers can be right: they must not be used again. */
  #newestSeq(): number {
    const damaged: JournalRow[] = [];
    let endSeq = 0;
    for (const row of this.#db.journal.newest()) {
      if (isIntact(row)) {
        endSeq = endOf(row);
        break;
      }
      damaged.push(row);
    }
    for (const row of damaged.toReversed()) {
      const isPlausible =
        row.first_seq === endSeq + 1 &&
        row.readings > 0 &&
        row.readings * READING_BYTES <= (row.body instanceof Uint8Array ? row.body.length : 0);
      if (isPlausible) endSeq = endOf(row);
    }
    return endSeq;
  }
}

export type JournaledReading = (seq: number, series: number, timeMs: number, value: Value, clock: ClockSource) => void;

type LostNumbers = { readonly fromSeq: number; readonly toSeq: number };

const NO_READINGS = Buffer.alloc(0);
const BYTES_SHOWN = 4096;

function shownBytes(body: unknown): Buffer {
  return body instanceof Uint8Array ? Buffer.from(body.subarray(0, BYTES_SHOWN)) : NO_READINGS;
}

function endOf(row: JournalRow): number {
  return row.first_seq + row.readings - 1;
}

function isIntact(row: JournalRow): boolean {
  // A damaged row may have a value of another type in place of its bytes.
  return row.body instanceof Uint8Array && journalChecksum(row.first_seq, row.readings, row.body) === row.crc;
}
