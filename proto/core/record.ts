import type { Millis, Seq, StreamId } from "./ids.ts";
import type { OperatorCommand } from "./operator-command.ts";
import type { ClockSource, Value } from "./reading.ts";
import type { WindowSummary } from "./summary.ts";
import type { WindowContent } from "./window-content.ts";

/**
 * How to combine two gateways that forward the same series: `mirror`, both received everything; `partition`, each received a
 * part; `auto`, compare which 32nds of the window each one covered.
 */
export type HaMode = "mirror" | "partition" | "auto";

/** One revision of one window, as a gateway forwards it. */
export type WindowRecord = {
  readonly device: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly windowMs: number;
  readonly windowStartMs: Millis;
  /**
   * 0 for the window itself. For a late supplement, and for a window that is `later`, the journal sequence of its first
   * reading.
   */
  readonly part: number;
  /** The stream that forwarded an earlier revision of the same accumulator before a restart; null: none did. */
  readonly carry: StreamId | null;
  /** 0 when the window is forwarded for the first time, then 1, 2... with each late revision. */
  readonly revision: number;
  /** From the gateway's rule for the series. */
  readonly haMode: HaMode;
  /**
   * Whether the window has a type or unit that the metric did not have at first (proto/core/schema.ts). Such a window
   * is a separate part, with the journal sequence of its first reading as `part`. It is never added to another type or
   * unit.
   */
  readonly later: boolean;
  readonly summary: WindowSummary;
  readonly content: WindowContent;
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

/** The counts of the gateway while this batch was open. Sums over batches give the ledger that an audit compares. */
export type BatchLedger = {
  /** Readings journaled. */
  readonly readings: number;
  /** Messages recognised as redelivered and not counted again. */
  readonly redelivered: number;
  /** Messages dead-lettered, by reason. */
  readonly deadLetters: ReadonlyMap<string, number>;
  /** Data dropped on purpose, by kind and reason (`drop_oldest` of dead letters beyond their quota, ...). */
  readonly discards: ReadonlyMap<string, number>;
};

/** The counts that one batch adds to the counters of its stream. */
export type BatchCounts = {
  readonly ledger: BatchLedger;
  /** Window records. */
  readonly records: number;
  readonly rawReadings: number;
};

/** The content of one batch, before encoding. */
export type BatchContent = {
  readonly gateway: string;
  readonly sealedAtMs: Millis;
  readonly windows: readonly WindowRecord[];
  readonly raws: readonly RawBlock[];
  readonly ledger: BatchLedger;
  /** Commands of operators. A gateway has none. */
  readonly commands?: readonly OperatorCommand[];
};

/** A sealed, immutable, numbered batch. The outbox holds it, the wire carries it and the region stores it. */
export type SealedBatch = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  /** zstd over the protobuf body. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, 32 bytes. */
  readonly sha256: Uint8Array;
};
