import type { Seq, StreamId } from "../../proto/core/ids.ts";
import { millis, toSeq } from "../../proto/core/ids.ts";
import type { BatchLedger, WindowRecord } from "../../proto/core/record.ts";
import { sealBatch } from "../../proto/wire/batch-codec.ts";
import type { RawBuffer } from "../core/storage/raw-buffer.ts";
import type { Watermarks } from "../core/storage/watermarks.ts";
import type { StoredWindow, WindowTable } from "../core/storage/window-table.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { SeriesRegistry } from "./series-registry.ts";
import { isLater } from "./series-registry.ts";

/**
 * Closes windows and seals batches, inside the transaction of a commit. The batch, the kept window states and the sealed
 * position become durable together or not at all, so nothing is ever sealed twice or forgotten.
 *
 * Open batches are not stored: the journal has everything that is not sealed yet. The id of the stream is made just before
 * the first batch of a process life. No other process life uses it [I2].
 */
export class Sealer {
  readonly #parts: SealerParts;
  readonly #options: SealerOptions;
  #stream: { id: StreamId; openedMs: number; lastSeq: number } | undefined;
  #sealedAtMs: number;
  #idleCheckedAtMs = 0;
  /** There are new counts, which must reach the regions even without a record. */
  #ledgerChanged = false;
  #sealedReadings: number;
  #orphans: StoredWindow[] = [];
  #sealed: SealedBatchNote[] = [];
  /** The last seal stopped at its limit. */
  #more = false;
  /** Readings that are counted for the first time by the windows of the batch that is being sealed. */
  #freshReadings = 0;

  constructor(parts: SealerParts, options: SealerOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#sealedAtMs = options.atMs;
    this.#sealedReadings = parts.db.meta.get("sealed_readings");
    this.#ledgerChanged = parts.db.ledger.all().some((row) => row.total !== row.sealed);
  }

  /** The stream that this process life writes, once it has sealed something. */
  get streamId(): StreamId | undefined {
    return this.#stream?.id;
  }

  /** Whether the last {@link seal} stopped at its limit. */
  get more(): boolean {
    return this.#more;
  }

  ledgerChanged(): void {
    this.#ledgerChanged = true;
  }

  /** The batches that were sealed since the last call. */
  takeSealed(): readonly SealedBatchNote[] {
    const sealed = this.#sealed;
    if (sealed.length > 0) this.#sealed = [];
    return sealed;
  }

  /** Forwards a window whose length is no longer configured, as it is, with the next batch. */
  forwardOrphan(window: StoredWindow): void {
    this.#orphans.push(window);
  }

  /** The next batch begins a new stream, because a region reported a fork in this one. */
  rotateStream(): void {
    this.#stream = undefined;
  }

  /**
   * Whether {@link seal} would find something to do. `atMs` is monotonic.
   * Waiting raw readings are due by size or age. Windows are due by the watermark, which is checked once per `afterMs`.
   */
  due(atMs: number): boolean {
    const { raw, windows } = this.#parts;
    if (this.#more || raw.estimatedBytes >= this.#options.sealBytes) return true;
    if (atMs - this.#sealedAtMs < this.#options.afterMs) return false;
    if (raw.readings > 0 || windows.reopened > 0 || this.#orphans.length > 0 || this.#ledgerChanged) return true;
    if (atMs - this.#idleCheckedAtMs >= this.#options.afterMs) {
      this.#idleCheckedAtMs = atMs;
      this.#parts.watermarks.queueIdle(atMs);
    }
    return this.#parts.watermarks.hasDue;
  }

  /**
   * Seals what is due, inside the caller's transaction. When it stops at its limit, {@link due} is true at once.
   */
  seal(now: { nowMs: number; atMs: number; journalSeq: number }): void {
    const { db, raw, watermarks } = this.#parts;
    watermarks.queueIdle(now.atMs);
    const records: WindowRecord[] = [];
    this.#more = this.#collectWindows(now, records);
    const rawOnly = raw.readingsOfRawOnly;
    const raws = raw.take((series) => this.#parts.registry.get(series));
    if (raws.length > 0) db.meta.set("sealed_raw_seq", now.journalSeq);
    const ledger = this.#takeLedger(now.journalSeq, records.length > 0 || raws.length > 0);
    this.#sealedAtMs = now.atMs;
    if (records.length === 0 && raws.length === 0 && ledger === undefined) return;
    const stream = this.#openStream(now.nowMs);
    stream.lastSeq++;
    const batch = sealBatch({
      streamId: stream.id,
      seq: toSeq(stream.lastSeq),
      content: {
        gateway: this.#options.gateway,
        sealedAtMs: millis(now.nowMs),
        windows: records,
        raws,
        ledger: ledger ?? NO_LEDGER,
      },
    });
    const rawReadings = raws.reduce((sum, block) => sum + block.timesMs.length, 0);
    const readings = this.#freshReadings + rawOnly;
    this.#freshReadings = 0;
    db.batches.add(batch, { sealedMs: now.nowMs, readings, records: records.length + rawReadings });
    db.streams.put({ streamId: stream.id, openedMs: stream.openedMs, lastSeq: stream.lastSeq });
    this.#sealed.push({
      streamId: stream.id,
      seq: batch.seq,
      sealedMs: now.nowMs,
      bytes: batch.bytes.length,
      readings,
    });
  }

  /** @returns whether the limit was reached and more windows are due. */
  #collectWindows(now: { nowMs: number; atMs: number }, records: WindowRecord[]): boolean {
    const { windows, watermarks, registry } = this.#parts;
    let contentBytes = 0;
    const hasRoom = (): boolean => records.length < WINDOWS_PER_SEAL && contentBytes < this.#options.sealBytes;
    const put = (window: StoredWindow): void => {
      const { record, bytes } = this.#forward(window, now.nowMs);
      records.push(record);
      contentBytes += bytes;
    };
    let orphans = 0;
    while (orphans < this.#orphans.length && hasRoom()) put(this.#orphans[orphans++]!);
    this.#orphans.splice(0, orphans);
    windows.closeReopened(hasRoom, put);
    for (let device = watermarks.takeDue(); device >= 0; device = watermarks.takeDue()) {
      const watermarkMs = watermarks.watermarkMs(device, now.atMs);
      let nextEndMs = Infinity;
      for (const series of registry.ofDevice(device)) {
        const result = windows.close(series, watermarkMs, hasRoom, put);
        nextEndMs = Math.min(nextEndMs, result.nextEndMs);
        if (!result.complete) {
          watermarks.requeue(device);
          return true;
        }
      }
      watermarks.expectFrom(device, nextEndMs);
    }
    return windows.reopened > 0 || this.#orphans.length > 0;
  }

  /**
   * The record of a closing window, and the size of its readings or cells. The state of the window is kept for late
   * readings.
   */
  #forward(window: StoredWindow, nowMs: number): { record: WindowRecord; bytes: number } {
    const stream = this.#openStream(nowMs).id;
    this.#freshReadings += window.fresh;
    const entry = this.#parts.registry.get(window.series);
    // Links the record to the earlier stream: both rows describe one accumulator, so they must not be added up.
    const carry = window.forwardedIn !== null && window.forwardedIn !== stream ? window.forwardedIn : window.carry;
    const bytes = this.#parts.db.windows.put(
      { ...window, revision: window.revision + 1, forwardedIn: stream, carry },
      nowMs + entry.plan.allowedLatenessMs,
    );
    const record: WindowRecord = {
      device: entry.device,
      metric: entry.metric,
      unit: entry.unit,
      windowMs: window.windowMs,
      windowStartMs: millis(window.windowStartMs),
      part: window.part,
      carry,
      revision: window.revision,
      haMode: entry.plan.haMode,
      later: isLater(entry),
      summary: window.summary,
      content: window.content,
    };
    return { record, bytes };
  }

  #openStream(nowMs: number): { id: StreamId; openedMs: number; lastSeq: number } {
    if (this.#stream === undefined) {
      const id = this.#options.mintStreamId();
      // If the id is not new, its numbers continue, so that no seq is used twice.
      this.#stream = { id, openedMs: nowMs, lastSeq: this.#parts.db.streams.lastSeq(id) };
    }
    return this.#stream;
  }

  /** Counts since the last batch; undefined: there is nothing to report. */
  #takeLedger(journalSeq: number, hasRecords: boolean): BatchLedger | undefined {
    if (!hasRecords && !this.#ledgerChanged) return undefined;
    const readings = journalSeq - this.#sealedReadings;
    this.#sealedReadings = journalSeq;
    this.#parts.db.meta.set("sealed_readings", journalSeq);
    if (!this.#ledgerChanged) return { ...NO_LEDGER, readings };
    this.#ledgerChanged = false;
    let redelivered = 0;
    const deadLetters = new Map<string, number>();
    const discards = new Map<string, number>();
    for (const row of this.#parts.db.ledger.all()) {
      const count = row.total - row.sealed;
      if (count === 0 || row.kind === "schema_change" || row.kind === "damaged") continue;
      if (row.kind === "redelivered") redelivered += count;
      else if (row.kind === "dead_letter") deadLetters.set(row.reason, count);
      else if (row.kind === "ignored") discards.set(`ignored_${row.reason}`, count);
      else discards.set(row.reason, count);
    }
    this.#parts.db.ledger.markSealed();
    return { readings, redelivered, deadLetters, discards };
  }
}

export type SealerParts = {
  readonly db: GatewayDatabase;
  readonly registry: SeriesRegistry;
  readonly windows: WindowTable;
  readonly watermarks: Watermarks;
  readonly raw: RawBuffer;
};

export type SealedBatchNote = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly sealedMs: number;
  readonly bytes: number;
  readonly readings: number;
};

export type SealerOptions = {
  readonly gateway: string;
  readonly sealBytes: number;
  readonly afterMs: number;
  /** Monotonic time of the start. */
  readonly atMs: number;
  readonly mintStreamId: () => StreamId;
};

/**
 * The most windows that one batch and its transaction close. This many take about 64 KiB with sketches, and 15 ms, so that
 * acknowledgements never wait for a million windows. Windows that carry many readings are limited by the size of a batch.
 */
const WINDOWS_PER_SEAL = 1000;

const NO_LEDGER: BatchLedger = { readings: 0, redelivered: 0, deadLetters: new Map(), discards: new Map() };
