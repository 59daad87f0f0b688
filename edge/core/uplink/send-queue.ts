import type { Seq, StreamId } from "../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import { NO_SEQS, seqCount, takeLowest, withRange, withSeqs } from "./seq-ranges.ts";
import type { SeqRange, PendingSeqs } from "./seq-ranges.ts";

/**
 * The batches that one session still has to send to its region, and the progress of each:
 *
 *     to read --nextRead--> reads --withArrived--> ready --loaded--> in flight --acknowledged--> (durable)
 *     (ranges)             (asked)                (bytes)           (sizes only)
 *         ^                   |
 *         '-- not answered ---'
 *
 * There are two lanes. `fresh` holds the batches that were sealed since the greeting. It always goes first, so that after a
 * day offline the latest values arrive at once. `backlog` holds the batches that the region lacked at the greeting. The
 * oldest batch goes first, so that the region's set stays one prefix, and disk is freed in the order in which it was filled.
 * Each batch is at exactly one place. When a session ends, its queue is dropped; the next queue is computed from the
 * region's new claim.
 *
 * Memory is bounded: only `ready` holds bytes, at most `PREFETCH_BYTES` and the excess of the last reads.
 */
export type SendQueue = {
  readonly toRead: Readonly<Record<SendLane, ReadonlyMap<StreamId, PendingSeqs>>>;
  readonly reads: ReadonlyMap<number, Read>;
  readonly ready: Readonly<Record<SendLane, readonly SealedBatch[]>>;
  readonly readyBytes: number;
  /** In the order of sending: the first has waited longest. */
  readonly inFlight: readonly InFlightBatch[];
  readonly inFlightBytes: number;
  /** Running mean. It decides how many seqs a read asks for. */
  readonly meanBatchBytes: number;
};

export type SendLane = "fresh" | "backlog";

export type Read = {
  readonly lane: SendLane;
  readonly streamId: StreamId;
  readonly seqs: readonly Seq[];
};

export type InFlightBatch = {
  readonly lane: SendLane;
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly bytes: number;
  readonly sentAtMs: number;
};

/** The answers come from another thread, so several reads are under way at once. Each read is a few batches long. */
export const READ_BYTES: number = 512 * 1024;
export const PREFETCH_BYTES: number = 8 * READ_BYTES;
const READ_SEQS_MAX = 256;
/** Bounds the memory for tiny batches. 1,024 batches of 64 KiB exceed any credit. */
const IN_FLIGHT_MAX = 1024;
const TYPICAL_BATCH_BYTES = 64 * 1024;

export const EMPTY_QUEUE: SendQueue = {
  toRead: { fresh: new Map(), backlog: new Map() },
  reads: new Map(),
  ready: { fresh: [], backlog: [] },
  readyBytes: 0,
  inFlight: [],
  inFlightBytes: 0,
  meanBatchBytes: TYPICAL_BATCH_BYTES,
};

export function withToRead(queue: SendQueue, lane: SendLane, streamId: StreamId, range: SeqRange): SendQueue {
  const ranges = withRange(queue.toRead[lane].get(streamId) ?? NO_SEQS, range);
  return withLane(queue, lane, streamId, ranges);
}

/** The next read to ask for. Undefined: there is nothing to read, or enough is on its way. */
export function nextRead(
  queue: SendQueue,
  wanted: (streamId: StreamId, seq: Seq) => boolean,
): { readonly queue: SendQueue; readonly read: Read | undefined } {
  let next = queue;
  for (const lane of ["fresh", "backlog"] as const) {
    // The fresh lane gets one read more, so that it never waits behind a backlog that waits for credit.
    const roomBytes = PREFETCH_BYTES + (lane === "fresh" ? READ_BYTES : 0);
    if (next.readyBytes + (next.reads.size + 1) * READ_BYTES > roomBytes) continue;
    const limit = Math.min(READ_SEQS_MAX, Math.max(1, Math.ceil(READ_BYTES / next.meanBatchBytes)));
    // A stream id begins with its time: the oldest stream first.
    const streams = [...next.toRead[lane]].toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [streamId, ranges] of streams) {
      const { seqs, rest } = takeLowest(ranges, limit, (seq) => wanted(streamId, seq));
      next = withLane(next, lane, streamId, rest);
      if (seqs.length > 0) return { queue: next, read: { lane, streamId, seqs } };
    }
  }
  return { queue: next, read: undefined };
}

export function withRead(queue: SendQueue, id: number, read: Read): SendQueue {
  return { ...queue, reads: new Map(queue.reads).set(id, read) };
}

/**
 * The answer to a read. It may stop early because of `maxBytes`; then the seqs after its last batch are read again. A
 * seq that is missing before the last batch is no longer on disk, so enough regions hold it.
 */
export function withArrived(queue: SendQueue, id: number, batches: readonly SealedBatch[]): SendQueue {
  const read = queue.reads.get(id);
  if (read === undefined) return queue;
  const reads = new Map(queue.reads);
  reads.delete(id);
  const last = batches.at(-1);
  if (last === undefined) return { ...queue, reads };

  let bytes = 0;
  for (const batch of batches) bytes += batch.bytes.length;
  const left = withSeqs(
    queue.toRead[read.lane].get(read.streamId) ?? NO_SEQS,
    read.seqs.filter((seq) => seq > last.seq),
  );
  const next: SendQueue = {
    ...queue,
    reads,
    ready: { ...queue.ready, [read.lane]: [...queue.ready[read.lane], ...batches] },
    readyBytes: queue.readyBytes + bytes,
    meanBatchBytes: Math.max(1, (queue.meanBatchBytes * 3 + bytes / batches.length) / 4),
  };
  return withLane(next, read.lane, read.streamId, left);
}

/** Moves batches into flight until `limitBytes` are unacknowledged. The last batch may exceed the limit. */
export function loaded(
  queue: SendQueue,
  request: { limitBytes: number; nowMs: number; wanted: (streamId: StreamId, seq: Seq) => boolean },
): { readonly queue: SendQueue; readonly batches: readonly SealedBatch[] } {
  const batches: SealedBatch[] = [];
  const inFlight = [...queue.inFlight];
  const taken: Record<SendLane, number> = { fresh: 0, backlog: 0 };
  let { inFlightBytes, readyBytes } = queue;
  for (const lane of ["fresh", "backlog"] as const) {
    for (const batch of queue.ready[lane]) {
      if (inFlightBytes >= request.limitBytes || inFlight.length >= IN_FLIGHT_MAX) break;
      taken[lane] += 1;
      const bytes = batch.bytes.length;
      readyBytes -= bytes;
      const { streamId, seq } = batch;
      if (!request.wanted(streamId, seq)) continue;
      batches.push(batch);
      inFlight.push({ lane, streamId, seq, bytes, sentAtMs: request.nowMs });
      inFlightBytes += bytes;
    }
  }
  if (taken.fresh + taken.backlog === 0) return { queue, batches };
  const ready = { fresh: queue.ready.fresh.slice(taken.fresh), backlog: queue.ready.backlog.slice(taken.backlog) };
  return { queue: { ...queue, ready, readyBytes, inFlight, inFlightBytes }, batches };
}

/** Takes the batches that the region now holds out of flight. */
export function acknowledged(
  queue: SendQueue,
  durable: (streamId: StreamId, seq: Seq) => boolean,
): { readonly queue: SendQueue; readonly delivered: readonly InFlightBatch[] } {
  const inFlight: InFlightBatch[] = [];
  const delivered: InFlightBatch[] = [];
  let inFlightBytes = 0;
  for (const item of queue.inFlight) {
    if (durable(item.streamId, item.seq)) delivered.push(item);
    else {
      inFlight.push(item);
      inFlightBytes += item.bytes;
    }
  }
  return delivered.length === 0 ? { queue, delivered } : { queue: { ...queue, inFlight, inFlightBytes }, delivered };
}

/** Whether no batch of the backlog is left in the queue. */
export function backlogGone(queue: SendQueue): boolean {
  if (queue.toRead.backlog.size > 0 || queue.ready.backlog.length > 0) return false;
  for (const read of queue.reads.values()) if (read.lane === "backlog") return false;
  return !queue.inFlight.some((item) => item.lane === "backlog");
}

/** Batches of the lane that are not read yet. */
export function toReadCount(queue: SendQueue, lane: SendLane): number {
  let count = 0;
  for (const ranges of queue.toRead[lane].values()) count += seqCount(ranges);
  return count;
}

function withLane(queue: SendQueue, lane: SendLane, streamId: StreamId, ranges: PendingSeqs): SendQueue {
  const streams = new Map(queue.toRead[lane]);
  if (ranges.length === 0) streams.delete(streamId);
  else streams.set(streamId, ranges);
  return { ...queue, toRead: { ...queue.toRead, [lane]: streams } };
}
