import type { ApplyOutcome, ArrivedBatch, StreamSet } from "../core/apply.ts";
import type { DayDigest } from "../core/day-digests.ts";
import type { Conflict } from "../../proto/core/conflicts.ts";
import type { EffectiveRecord, SlotRow } from "../../proto/core/effective.ts";
import type { Have } from "../../proto/core/have.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { Member } from "../../proto/core/member.ts";
import type { KeptGateway, OperatorRow } from "../../proto/core/operator-command.ts";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { SchemaVersion } from "../../proto/core/schema.ts";
import type { StoreDump } from "./store-dump.ts";

/**
 * Where a region keeps its data: a set of immutable batches that only grows, and the rows that follow from it. The rows
 * are a pure function of the set. So the order and the number of deliveries do not matter, and two regions with the same
 * set give the same answers.
 *
 * Guarantees:
 * - When `apply` resolves, every batch whose outcome is not `invalid` is fsynced together with its rows. Until then none
 *   of it is visible. One call is one transaction.
 * - Applying a batch that is already held changes nothing.
 * - Applying reads no clock, no randomness and no configuration. `receivedMs` is only shown.
 * - A batch that `apply` cannot read is held (`unknown_format`) or refused with a reason (`invalid`). No batch is dropped
 *   silently.
 * - A page of a query holds what was committed when it was read. A caller that follows `next` to the end gets everything
 *   that was committed before the first page exactly once, whatever is written meanwhile.
 *
 * Failures: when the disk fails, every method rejects with a `Fault` with a `storage_*` code. After the first one the
 * store commits nothing more: the process must stop acknowledging and end. A failed fsync is never tried again.
 */
export interface Store {
  /** 16 bytes, made with the store and kept with it. */
  readonly storeId: Uint8Array;

  apply(batches: readonly ArrivedBatch[]): Promise<ApplyResult>;
  /** Notes that a gateway discarded these batches. They are counted, and are not part of the set. */
  recordVoid(range: VoidedBatches): Promise<void>;
  /** The set of each stream; the empty set for a stream that the store does not know. */
  have(streamIds: readonly StreamId[]): Promise<readonly StreamSet[]>;

  /**
   * The batches of `seqs` whose bytes are held, in the order of `seqs`, up to and including the one that exceeds
   * `maxBytes`. A fork gives both sides. `pruned` lists the batches of the set without bytes, up to the same place.
   */
  batches(request: BatchRequest): Promise<HeldBatches>;

  /** Series in order of device, then metric. */
  series(query: SeriesQuery): Promise<Page<SeriesKey, SeriesKey>>;
  /**
   * The effective record of each window, in order of device, metric, window length, window start. A window in which the
   * metric changed its type or unit has one for each, in order of `schemaKey`.
   */
  records(query: RecordQuery): Promise<Page<EffectiveWindow, AnswerKey>>;
  /**
   * Raw readings in order of device, metric, then time. Readings of one time are in order of stream, seq and `index`. With
   * `dedupe`, a reading may change its place while a caller follows `next`, when another copy of it arrives.
   */
  readings(query: ReadingQuery): Promise<Page<RawReading, ReadingKey>>;
  /** Streams in order of gateway, then stream, with the counts of their gateways. */
  streams(query: StreamQuery): Promise<Page<StreamReport, StreamKey>>;
  /** The types and units that the readings of each series have had, in order of device, then metric. */
  schema(query: SeriesSchemaQuery): Promise<Page<SchemaRow, SeriesKey>>;
  totals(): Promise<StoreTotals>;

  /**
   * Every choice between rows or batches that disagree. First those of windows, in order of device, metric, window
   * length, window start, then name. Then the forks, unless the query asks for certain windows.
   */
  conflicts(query: ConflictQuery): Promise<Page<ConflictRow, ConflictKey>>;
  /** Every row that one window ever had: commands by rank and version, then slots by gateway, stream, part, version. */
  revisions(window: RecordKey): Promise<WindowHistory>;
  /** The state of each region that a command has set, in order of their names. */
  members(): Promise<readonly Member[]>;
  /** The gateway of each name that operators keep, in order of the names. */
  keptGateways(): Promise<readonly KeptGateway[]>;
  /** The highest version of all commands, 0 without commands. */
  highestHlc(): Promise<number>;

  /**
   * Notes that the region ran `ranMs` longer since the last call. Ages are measured in this time and not by a clock,
   * because clocks jump. @returns where the batches end that have been here for `keepMs`; null: there are none.
   */
  aged(age: BatchAge): Promise<PruneKey | null>;
  /** The oldest batches up to the position `until` that have bytes, at most `limit`, after the position `after`. */
  prunable(request: PruneRequest): Promise<Page<BatchId, PruneKey>>;
  /**
   * Deletes the bytes of these batches. Rows, sets and hashes stay. Forked and unapplied batches keep their bytes.
   * @returns the number of batches pruned.
   */
  prune(batches: readonly BatchId[]): Promise<number>;

  /**
   * The part of a snapshot after the position `after`, which is empty for the first part. A snapshot holds what follows
   * from the batches whose bytes are pruned: first the set of these batches, then their rows. Null when `after` is not
   * the `next` of an earlier part.
   */
  snapshot(after: Uint8Array): Promise<SnapshotChunk | null>;
  /** Stores the rows of a part from another region, and sets its batches aside. The `first` part discards earlier ones. */
  mergeSnapshot(merge: SnapshotMerge): Promise<SnapshotOutcome>;
  /** After the last part: adds the batches that were set aside to the set, some at a time. @returns the sets that grew. */
  joinSnapshot(receivedMs: number): Promise<{ readonly sets: readonly StreamSet[]; readonly more: boolean }>;

  /** The hashes of a stream's batches after the seq `after`, of both sides of a fork, in order of seq. */
  hashes(request: HashRequest): Promise<readonly BatchHash[]>;
  /**
   * Compares with the hashes that another region holds. @returns the seqs under which this region holds only other
   * sides of a fork.
   */
  lackedVariants(streamId: StreamId, theirs: readonly BatchHash[]): Promise<readonly Seq[]>;

  /** Reads some rows after the position `after`, which is empty at the start, and sums their hashes by day. */
  digests(after: Uint8Array): Promise<DigestPage>;

  /**
   * One step of a walk over all rows: it compares some of them with their checksums, and repairs damaged rows that are
   * known (I43, I44). @param after empty for the beginning.
   */
  scrub(after: Uint8Array): Promise<ScrubPage>;
  /** How many damaged rows are known and not repaired. */
  damaged(): Promise<number>;

  /** The commits that were lost before this start, because the write-ahead log was lost; null: none. */
  lost(): Promise<LostBatches | null>;

  /** Everything that decides answers, as one value in memory. Only for tests, because it is as large as the store. */
  dump(): Promise<StoreDump>;

  /** May be called more than once. */
  close(): Promise<void>;
}

export type ApplyResult = {
  /** One for each batch, in the same order. */
  readonly outcomes: readonly ApplyOutcome[];
  /** The set of every stream with a batch that is not `invalid`, as committed. */
  readonly sets: readonly StreamSet[];
  readonly approximate: ApproximateWindows;
};

/** The windows that these batches changed and whose count is not exact. */
export type ApproximateWindows = {
  readonly windows: number;
  /** Series of several gateways whose windows do not carry their readings, at most some of them. */
  readonly unnamedPairs: readonly (SeriesKey & { readonly gateways: readonly string[] })[];
};

export type BatchId = { readonly streamId: StreamId; readonly seq: Seq };

declare const pruneKey: unique symbol;
/** A position among the prunable batches. Only the store that made it can read it. */
export type PruneKey = string & { readonly [pruneKey]: true };
export type BatchAge = { readonly ranMs: number; readonly keepMs: number };
export type PruneRequest = {
  readonly until: PruneKey;
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

/**
 * `rows`: how many the step read. `found` and `repaired` name rows. `hidden`: rows that could not be found any more, and
 * are there again. `next` is empty at the end.
 */
export type ScrubPage = {
  readonly rows: number;
  readonly found: readonly string[];
  readonly repaired: readonly string[];
  readonly hidden: number;
  readonly next: Uint8Array;
};

/**
 * `batches`: how many the lost commits had added, `unnamed` of them without a name. `streams`: those of the named ones.
 * `awaited`: the named ones that have not come again yet, from gateways or peers.
 */
export type LostBatches = {
  readonly commits: number;
  readonly batches: number;
  readonly unnamed: number;
  readonly streams: readonly StreamId[];
  readonly awaited: number;
};

export type VoidedBatches = {
  readonly gateway: string;
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly readings: number;
  readonly reason: string;
};

/** `hash48`: the first 48 bits of the hash. */
export type BatchHash = { readonly seq: Seq; readonly hash48: number };
export type HashRequest = { readonly streamId: StreamId; readonly after: number; readonly limit: number };

/**
 * `next` is null at the end. A page before the end may be short, even empty: the work for one page is bounded. `damaged`
 * names stored rows that the page leaves out, because the disk has changed them (I43); at most 100 of them.
 */
export type Page<Row, Key> = {
  readonly rows: readonly Row[];
  readonly next: Key | null;
  readonly damaged?: readonly string[];
};

export type SeriesKey = { readonly device: string; readonly metric: string };
/** Null: any. */
export type SeriesFilter = { readonly device: string | null; readonly metric: string | null };
export type SeriesQuery = SeriesFilter & { readonly after: SeriesKey | null; readonly limit: number };

export type SeriesSchemaQuery = SeriesQuery;
/** `versions` are in order of the earliest reading. */
export type SchemaRow = SeriesKey & { readonly versions: readonly SchemaSpan[] };
/** A type and unit, with the times of its earliest and latest reading. Rows that were replaced count, too. */
export type SchemaSpan = SchemaVersion & { readonly firstMs: number; readonly lastMs: number };

/** Milliseconds since 1970. `fromMs` is inside the range, `toMs` is not. */
export type TimeRange = { readonly fromMs: number; readonly toMs: number };

export type RecordKey = SeriesKey & { readonly windowMs: number; readonly windowStartMs: number };
export type RecordQuery = SeriesFilter &
  TimeRange & { readonly windowMs: number | null; readonly after: AnswerKey | null; readonly limit: number };
/** `schema` is the `schemaKey` of the answer. */
export type AnswerKey = RecordKey & { readonly schema: string };
export type EffectiveWindow = RecordKey & { readonly effective: WindowAnswer };
export type WindowAnswer = Omit<EffectiveRecord, "sources"> & { readonly sources: readonly SlotSource[] };
/** A row of a window without its single readings, which may be a thousand. */
export type SlotSource = Omit<SlotRow, "content">;

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
  readonly gateway: string;
};
/** `dedupe`: a reading that several streams carry is one reading (cloud/core/raw-union.ts). */
export type ReadingQuery = SeriesFilter &
  TimeRange & { readonly dedupe: boolean; readonly after: ReadingKey | null; readonly limit: number };

/** Null: any. `fromMs` is inside the range, `toMs` is not; both refer to the start of a window. */
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
      /** `present`: it is the row of its slot. `replaced`: another row took its place. */
      readonly state: "present" | "replaced";
      /** Whether it is part of the answer. */
      readonly inAnswer: boolean;
      readonly row: SlotSource;
    }
  | { readonly kind: "operator"; readonly inAnswer: boolean; readonly row: OperatorRow };
/** `complete` is false when the window has more rows of a kind than an answer can hold. */
export type WindowHistory = { readonly rows: readonly WindowRevision[]; readonly complete: boolean };

export type StreamKey = { readonly gateway: string; readonly streamId: StreamId };
export type StreamQuery = { readonly gateway: string | null; readonly after: StreamKey | null; readonly limit: number };
export type StreamReport = StreamKey & {
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

export type StoreTotals = {
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
