import type { DayDigest } from "../core/day-digests.ts";
import type { Conflict } from "../../proto/core/conflicts.ts";
import type { EffectiveRecord, SlotRow } from "../../proto/core/effective.ts";
import type { Have } from "../../proto/core/have.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { Member } from "../../proto/core/member.ts";
import type { OperatorRow } from "../../proto/core/operator-command.ts";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { SchemaVersion } from "../../proto/core/schema.ts";

/**
 * Where a region keeps what it was given: a grow-only set of immutable batches and the record table that follows from
 * it. The table is a pure function of the set, so the order and the number of deliveries do not matter, and two
 * regions with the same set give the same answers.
 *
 * Guarantees:
 * - When `apply` resolves, every batch whose outcome is not `invalid` is fsynced together with its records; until then
 *   none of it is visible. One call is one transaction.
 * - Applying a batch that is already held changes nothing.
 * - Applying reads no clock, no randomness and no configuration. `receivedMs` only decides when bytes may be pruned.
 * - What `apply` cannot read is held (`unknown_format`) or named (`invalid`), never silently dropped.
 * - A page of a query holds what was committed when it was read; following `next` to its end returns everything that
 *   was committed before the first page exactly once, whatever arrives meanwhile.
 *
 * Failures: every method rejects with a `Fault` with a `storage_*` code when the disk fails. After the first one the
 * store commits nothing any more: the process must stop acknowledging and end. A failed fsync is never tried again.
 */
export interface Store {
  /** Minted with the store and kept with it, 16 bytes. */
  readonly storeId: Uint8Array;

  apply(batches: readonly ArrivedBatch[]): Promise<readonly Outcome[]>;
  /** Notes that a gateway discarded these batches: they are counted, and not part of the set. */
  recordVoid(range: VoidRange): Promise<void>;
  /** The set of each stream; the empty set for a stream that never came. */
  have(streamIds: readonly StreamId[]): Promise<readonly StreamSet[]>;

  /**
   * The batches of `seqs` that are held with their bytes, in the order of `seqs`, stopping after the one that passes
   * `maxBytes`; of a fork every variant. `pruned`: those held whose bytes are gone, as far as was looked.
   */
  batches(request: BatchRequest): Promise<HeldBatches>;

  /** Series in order of device, then metric. */
  series(query: SeriesQuery): Promise<Page<SeriesRow, SeriesKey>>;
  /**
   * The effective record of each window, in order of device, metric, window length, window start; of a window in which its
   * metric changed its type or unit one for each, in order of `schemaKey`.
   */
  records(query: RecordQuery): Promise<Page<EffectiveWindow, AnswerKey>>;
  /** Raw readings in order of device, metric, then time; among equal times by stream, seq and place in the batch. */
  readings(query: ReadingQuery): Promise<Page<RawReading, ReadingKey>>;
  /** Streams in order of gateway, then stream, with what their gateways counted. */
  streams(query: StreamQuery): Promise<Page<StreamRow, StreamKey>>;
  /** Which types and units the readings of each series have had, in order of device, then metric. */
  schema(query: SchemaQuery): Promise<Page<SchemaRow, SeriesKey>>;
  totals(): Promise<Totals>;

  /**
   * Every choice between things that disagree: those of windows in order of device, metric, window length, window start,
   * then name; behind them the forks, if the question is not about certain windows.
   */
  conflicts(query: ConflictQuery): Promise<Page<ConflictRow, ConflictKey>>;
  /** Every row that one window ever had: commands by rank and version, then slots by gateway, stream, part, version. */
  revisions(window: RecordKey): Promise<WindowHistory>;
  /** Where regions stand, as the latest command for each says, in order of their names. */
  members(): Promise<readonly Member[]>;
  /** The highest version of any command that is held, 0 where there is none. */
  highestHlc(): Promise<number>;

  /** The oldest batches whose bytes came before `receivedBeforeMs`, at most `limit`, behind `after`. */
  prunable(request: PruneRequest): Promise<Page<BatchId, PruneKey>>;
  /** Deletes the bytes of these batches; records, sets and hashes stay, forked and unapplied batches too. @returns how many. */
  prune(batches: readonly BatchId[]): Promise<number>;

  /**
   * The part of a snapshot behind `after`, empty for the first: what follows from the batches whose bytes are pruned,
   * first the set of them, then their rows. Null when `after` is not what an earlier part gave as `next`.
   */
  snapshot(after: Uint8Array): Promise<SnapshotChunk | null>;
  /** Keeps the rows of a part that another region gave, and puts aside the batches in it; of the first part anew. */
  mergeSnapshot(merge: SnapshotMerge): Promise<SnapshotOutcome>;
  /** The last part has come: the batches put aside join the set, some at a time. @returns the sets that grew. */
  joinSnapshot(receivedMs: number): Promise<{ readonly sets: readonly StreamSet[]; readonly more: boolean }>;

  /** The hashes of a stream's batches behind the seq `after`, both sides of a fork, in order of seq. */
  hashes(request: HashRequest): Promise<readonly BatchHash[]>;
  /** Of hashes that another region holds, the seqs of which this one holds another side only. */
  lackedVariants(streamId: StreamId, theirs: readonly BatchHash[]): Promise<readonly Seq[]>;

  /** Walks over all rows, some at a time, behind `after`, empty for the first, and sums their hashes by day. */
  digests(after: Uint8Array): Promise<DigestPage>;

  /** May come twice. */
  close(): Promise<void>;
}

export type ArrivedBatch = SealedBatch & {
  /** The gateway that delivered it; the one that sealed it stands in the batch. */
  readonly gateway: string;
  /** Whether it proved to be this gateway: then a batch that another one sealed is `invalid`. */
  readonly verified: boolean;
  readonly receivedMs: number;
};

export type Outcome =
  | { readonly kind: "stored"; readonly records: number; readonly rawReadings: number }
  | { readonly kind: "already" }
  /** Held next to another batch with the same id and other bytes: the gateway must go on in a new stream. */
  | { readonly kind: "fork"; readonly message: string }
  /** Held as it is; a later version of this software will read it. */
  | { readonly kind: "unknown_format"; readonly message: string }
  /** Not held: the bytes are not what their sender says they are. */
  | { readonly kind: "invalid"; readonly message: string };

export type BatchId = { readonly streamId: StreamId; readonly seq: Seq };
export type PruneKey = { readonly receivedMs: number; readonly row: number };
export type PruneRequest = {
  readonly receivedBeforeMs: number;
  readonly after: PruneKey | null;
  readonly limit: number;
};
export type BatchRequest = { readonly streamId: StreamId; readonly seqs: readonly Seq[]; readonly maxBytes: number };
export type HeldBatches = { readonly batches: readonly SealedBatch[]; readonly pruned: readonly Seq[] };

/** A day may come in several pages; `next` is empty at the end. */
export type DigestPage = { readonly digests: readonly DayDigest[]; readonly next: Uint8Array };

/** `next` is empty at the end. */
export type SnapshotChunk = { readonly body: Uint8Array; readonly next: Uint8Array };
export type SnapshotMerge = { readonly body: Uint8Array; readonly first: boolean };
export type SnapshotOutcome = { readonly kind: "merged" } | { readonly kind: "invalid"; readonly message: string };

export type VoidRange = {
  readonly gateway: string;
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly readings: number;
  readonly reason: string;
};

/** `gateway` is null for a stream that never came. */
export type StreamSet = {
  readonly streamId: StreamId;
  readonly have: Have;
  readonly gateway: string | null;
  /** Sum of the first 48 bits of the hashes of all its batches, modulo 2^48, both sides of a fork included. */
  readonly hashSum: number;
};
/** `hash48`: the first 48 bits of the hash. */
export type BatchHash = { readonly seq: Seq; readonly hash48: number };
export type HashRequest = { readonly streamId: StreamId; readonly after: number; readonly limit: number };

/** `next` is null at the end. A page may be short, even empty, before the end: the work of one page is bounded. */
export type Page<Row, Key> = { readonly rows: readonly Row[]; readonly next: Key | null };

export type SeriesKey = { readonly device: string; readonly metric: string };
export type SeriesRow = SeriesKey;
export type SeriesFilter = { readonly device: string | null; readonly metric: string | null };
export type SeriesQuery = SeriesFilter & { readonly after: SeriesKey | null; readonly limit: number };

export type SchemaQuery = SeriesQuery;
/** In order of the earliest reading. */
export type SchemaRow = SeriesKey & { readonly versions: readonly SeenVersion[] };
/** By the time of the readings, those included that later rows replaced. */
export type SeenVersion = SchemaVersion & { readonly firstMs: number; readonly lastMs: number };

/** Times are milliseconds since 1970; `fromMs` is inside the range, `toMs` is not. */
export type TimeRange = { readonly fromMs: number; readonly toMs: number };

export type RecordKey = SeriesKey & { readonly windowMs: number; readonly windowStartMs: number };
export type RecordQuery = SeriesFilter &
  TimeRange & { readonly windowMs: number | null; readonly after: AnswerKey | null; readonly limit: number };
/** `schema` of the answer, as `schemaKey` says it. */
export type AnswerKey = RecordKey & { readonly schema: string };
export type EffectiveWindow = RecordKey & { readonly effective: EffectiveRecord };

export type ReadingKey = SeriesKey & {
  readonly timeMs: number;
  readonly streamId: StreamId;
  readonly seq: Seq;
  /** Place among the readings of this series in its batch. */
  readonly index: number;
};
export type RawReading = ReadingKey & {
  readonly value: Value;
  readonly unit: string | null;
  readonly clock: ClockSource;
};
export type ReadingQuery = SeriesFilter & TimeRange & { readonly after: ReadingKey | null; readonly limit: number };

/** Null: any. `fromMs` is inside the range, `toMs` is not; both are of the start of a window. */
export type ConflictQuery = SeriesFilter & {
  readonly kind: ConflictRow["kind"] | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly after: ConflictKey | null;
  readonly limit: number;
};
export type WindowConflict = RecordKey & Conflict;
/** `key` of a fork: `stream/seq/first 48 bits of the losing hash`. */
export type ConflictRow = WindowConflict | { readonly kind: "fork"; readonly key: string };
export type ConflictKey =
  | (RecordKey & { readonly of: "window"; readonly key: string })
  | { readonly of: "fork"; readonly key: string };

export type WindowRevision =
  | {
      readonly kind: "gateway";
      /** Whether it is the row of its slot, or gave way to another. */
      readonly state: "present" | "replaced";
      /** Whether the answer is made of it. */
      readonly inAnswer: boolean;
      readonly row: SlotRow;
    }
  | { readonly kind: "operator"; readonly inAnswer: boolean; readonly row: OperatorRow };
/** Not complete where a window has more rows of a kind than an answer can hold. */
export type WindowHistory = { readonly rows: readonly WindowRevision[]; readonly complete: boolean };

export type StreamKey = { readonly gateway: string; readonly streamId: StreamId };
export type StreamQuery = { readonly gateway: string | null; readonly after: StreamKey | null; readonly limit: number };
export type StreamRow = StreamKey & {
  readonly have: Have;
  readonly hashSum: number;
  readonly lastReceivedMs: number;
  /** Readings that the gateway journaled. */
  readonly readings: number;
  readonly redelivered: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly discards: Readonly<Record<string, number>>;
  /** Window records and raw readings that the stream's batches carried, revisions included. */
  readonly records: number;
  readonly rawReadings: number;
};

export type Totals = {
  readonly gateways: number;
  readonly streams: number;
  readonly series: number;
  readonly readings: number;
  readonly records: number;
  readonly rawReadings: number;
  readonly forks: number;
  readonly unapplied: number;
  /** Null before the first batch. */
  readonly lastReceivedMs: number | null;
};
