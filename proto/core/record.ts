import type { Millis, Seq, StreamId } from "./ids.ts";
import type { OperatorCommand } from "./operator-command.ts";
import type { ClockSource, Value } from "./reading.ts";

/**
 * The state of one window: always the whole state, never a delta, so that a higher version replaces a lower one and
 * delivering twice changes nothing (design, section 4).
 */
export type WindowSummary = {
  /** All readings counted, of whatever type. */
  readonly count: number;
  /** Those of them that have a number; sum, min, max, mean and m2 are over these. */
  readonly numericCount: number;
  /** Compensated (Neumaier) sum; 0 where numericCount is 0, as are min, max, mean and m2. */
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of squared distances from the mean (Welford); variance = m2 / numericCount. */
  readonly m2: number;
  /** By event time; among equal times, by arrival (the earliest first, the latest last). */
  readonly firstMs: Millis;
  readonly first: Value;
  readonly lastMs: Millis;
  readonly last: Value;
  /** Bit i is set when a reading fell into the i-th 1/32 of the window. An unsigned 32-bit integer. */
  readonly coverage: number;
  /** A DDSketch in its protobuf form, or null where the rule asks for none or there is no number. */
  readonly sketch: Uint8Array | null;
};

/**
 * What two gateways that forward the same series mean: `mirror`, both saw everything; `partition`, each saw a part;
 * `auto`, look at which 32nd parts of the window each has covered.
 */
export type HaMode = "mirror" | "partition" | "auto";

/** One revision of one window, as a gateway forwards it. */
export type WindowRecord = {
  readonly device: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly windowMs: number;
  readonly windowStartMs: Millis;
  /** 0 for the window itself; for a late supplement the journal sequence of its first reading. */
  readonly part: number;
  /** The stream that forwarded an earlier revision of this same accumulator before a restart, if one did. */
  readonly carry: StreamId | null;
  /** 0 when the window is forwarded for the first time, then 1, 2... with each late revision. */
  readonly revision: number;
  /** As the rule of the gateway says it for the series. */
  readonly haMode: HaMode;
  readonly summary: WindowSummary;
};

/**
 * Raw readings of one series in one batch (windows of width 0), in journal order. The identity of a raw reading is
 * (stream, batch seq, series, index in the block): a batch is immutable and a reading is sealed exactly once, so two
 * readings of one series in one millisecond stay two, at no cost on the wire.
 */
export type RawBlock = {
  readonly device: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly clock: ClockSource;
  readonly timesMs: ArrayLike<number>;
  readonly values: ArrayLike<Value>;
};

/** What the gateway counted while this batch was open. Sums over batches give the ledger that an audit compares. */
export type BatchLedger = {
  /** Readings journaled. */
  readonly readings: number;
  /** Messages recognised as redelivered and not counted again. */
  readonly redelivered: number;
  /** Messages dead-lettered, by reason. */
  readonly deadLetters: ReadonlyMap<string, number>;
  /** Things deliberately dropped, by what and why (`drop_oldest` of dead letters beyond their quota, ...). */
  readonly discards: ReadonlyMap<string, number>;
};

/** What one batch carries, before encoding. */
export type BatchContent = {
  readonly gateway: string;
  readonly sealedAtMs: Millis;
  readonly windows: readonly WindowRecord[];
  readonly raws: readonly RawBlock[];
  readonly ledger: BatchLedger;
  /** Of operators; a gateway has none. */
  readonly commands?: readonly OperatorCommand[];
};

/** A sealed, immutable, numbered batch: what the outbox holds, the wire carries and the region stores. */
export type SealedBatch = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  /** zstd over the protobuf body. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, 32 bytes. */
  readonly sha256: Uint8Array;
};
