import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

import { contains, EMPTY_HAVE } from "../../../proto/core/have.ts";
import type { Have } from "../../../proto/core/have.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import type { StreamId } from "../../../proto/core/ids.ts";
import { streamIdFromBytes, streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import { storageFault } from "../../../proto/runtime/sqlite.ts";
import type { BatchId } from "../store.ts";

/**
 * A mark outside the database: how many commits it had, and which batches the last ones added (I45). SQLite opens without
 * an error when its write-ahead log was deleted, shortened or damaged, and the newest commits are gone. The mark shows that.
 *
 * It is written after each commit, in place and without fsync. So it is never ahead of the database, also after a power
 * cut: a commit is on the disk before the mark is written at all.
 *
 *     | head, 64 bytes: store, commits, last batch, crc32 | 4,096 places of 24 bytes: stream, seq |
 *
 * The batch of row n is at place n modulo 4,096. That is far more than the write-ahead log holds between two checkpoints.
 */
export class CommitMark {
  readonly #path: string;
  readonly #handle: number;
  readonly #storeId: Uint8Array;
  readonly #places = Buffer.alloc(PLACES * PLACE_BYTES);
  readonly #head = Buffer.alloc(HEAD_BYTES);

  constructor(path: string, storeId: Uint8Array) {
    this.#path = path;
    this.#storeId = storeId;
    this.#handle = this.#guarded(() => openSync(path, OPEN_OR_CREATE, 0o644));
  }

  /**
   * What the database has lost since the mark was written.
   * @param now what the database holds. @returns null when the mark is not ahead, or belongs to another store.
   */
  lostSince(now: Progress): LostCommits | null {
    const marked = this.#read();
    if (marked === null || marked.commits <= now.commits) return null;
    const batches: BatchId[] = [];
    const first = Math.max(now.lastBatch, marked.lastBatch - PLACES) + 1;
    for (let row = first; row <= marked.lastBatch; row++) {
      const at = (row % PLACES) * PLACE_BYTES;
      const position = Number(this.#places.readBigUInt64LE(at + 16));
      if (!Number.isSafeInteger(position) || position < 1) continue;
      batches.push({ streamId: streamIdFromBytes(this.#places.subarray(at, at + 16)), seq: toSeq(position) });
    }
    const lost = Math.max(0, marked.lastBatch - now.lastBatch);
    return { commits: marked.commits - now.commits, batches, unnamed: lost - batches.length };
  }

  /** After a commit. `batches`: those that it added, the last of them is the last row. */
  write(now: Progress, batches: readonly BatchId[]): void {
    let row = now.lastBatch - batches.length;
    for (const { streamId, seq } of batches) {
      row += 1;
      const at = (row % PLACES) * PLACE_BYTES;
      this.#places.set(streamIdToBytes(streamId), at);
      this.#places.writeBigUInt64LE(BigInt(seq), at + 16);
    }
    const first = now.lastBatch - Math.min(batches.length, PLACES) + 1;
    this.#guarded(() => {
      for (let from = first; from <= now.lastBatch;) {
        const to = Math.min(now.lastBatch, from + PLACES - 1 - (from % PLACES));
        const at = (from % PLACES) * PLACE_BYTES;
        writeSync(this.#handle, this.#places, at, (to - from + 1) * PLACE_BYTES, HEAD_BYTES + at);
        from = to + 1;
      }
      this.#head.set(this.#storeId, 0);
      this.#head.writeBigUInt64LE(BigInt(now.commits), 16);
      this.#head.writeBigUInt64LE(BigInt(now.lastBatch), 24);
      this.#head.writeUInt32LE(crc32(this.#head.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
      writeSync(this.#handle, this.#head, 0, HEAD_BYTES, 0);
    });
  }

  close(): void {
    closeSync(this.#handle);
  }

  /** @returns null for a new or unreadable mark, and for the mark of another store. */
  #read(): Progress | null {
    return this.#guarded(() => {
      readSync(this.#handle, this.#places, 0, this.#places.length, HEAD_BYTES);
      if (readSync(this.#handle, this.#head, 0, HEAD_BYTES, 0) < HEAD_BYTES) return null;
      const isWhole = crc32(this.#head.subarray(0, CHECKED_BYTES)) === this.#head.readUInt32LE(CHECKED_BYTES);
      if (!isWhole || Buffer.compare(this.#head.subarray(0, 16), this.#storeId) !== 0) return null;
      return {
        commits: Number(this.#head.readBigUInt64LE(16)),
        lastBatch: Number(this.#head.readBigUInt64LE(24)),
      };
    });
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storageFault(error, this.#path);
    }
  }
}

/** The lost batches that have not come back yet. */
export class AwaitedBatches {
  #missing: readonly BatchId[];

  constructor(lost: readonly BatchId[]) {
    this.#missing = lost;
  }

  /** @param holds the set of a stream. */
  count(holds: (streamId: StreamId) => Have): number {
    if (this.#missing.length === 0) return 0;
    const streamIds = new Set(this.#missing.map(({ streamId }) => streamId));
    const sets = new Map([...streamIds].map((streamId) => [streamId, holds(streamId)]));
    this.#missing = this.#missing.filter(({ streamId, seq }) => !contains(sets.get(streamId) ?? EMPTY_HAVE, seq));
    return this.#missing.length;
  }
}

/** `lastBatch`: the last row of the table `batch`. */
export type Progress = { readonly commits: number; readonly lastBatch: number };

/** `unnamed`: lost batches of which the mark does not know the names any more. */
export type LostCommits = {
  readonly commits: number;
  readonly batches: readonly BatchId[];
  readonly unnamed: number;
};

const HEAD_BYTES = 64;
const CHECKED_BYTES = 32;
const PLACES = 4_096;
const PLACE_BYTES = 24;
/** Read and write; create it if it is missing; keep what it holds. */
const OPEN_OR_CREATE = constants.O_RDWR | constants.O_CREAT;
