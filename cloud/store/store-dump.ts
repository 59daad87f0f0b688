import type { SlotRow } from "../../proto/core/effective.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { Member } from "../../proto/core/member.ts";
import type { KeptGateway, OperatorRow } from "../../proto/core/operator-command.ts";
import type { BatchCounts } from "../../proto/core/record.ts";
import type { ConflictRow, RecordKey, SchemaRow, SeriesKey, StreamReport } from "./store.ts";

/**
 * Everything in a store that decides answers, in domain values: no local ids, no times of arrival, no bytes of batches. All
 * lists have a fixed order. Two stores with the same set of batches have equal dumps, whatever the implementation.
 */
export type StoreDump = {
  /** By stream. */
  readonly streams: readonly Omit<StreamReport, "lastReceivedMs">[];
  /** By stream, seq and hash. */
  readonly batches: readonly DumpedBatch[];
  /** By device, metric. */
  readonly series: readonly SeriesKey[];
  readonly schema: readonly SchemaRow[];
  /** By device, metric, window length, start, stream, part, version. */
  readonly windows: readonly DumpedWindow[];
  /** By device, metric, stream, seq, position. */
  readonly rawBlocks: readonly DumpedRawBlock[];
  /** Those of windows, then the forks. */
  readonly conflicts: readonly ConflictRow[];
  /** By device, metric, window length, start, rank, version. */
  readonly commands: readonly DumpedCommand[];
  readonly members: readonly (Member & CommandSource)[];
  readonly keptGateways: readonly (KeptGateway & CommandSource)[];
  readonly erased: readonly (CommandSource & { readonly device: string })[];
};

export type DumpedBatch = {
  readonly streamId: StreamId;
  readonly gateway: string;
  readonly seq: Seq;
  /** The hash of the bytes, also when the bytes were pruned. */
  readonly sha256: Uint8Array;
  /** Null for a batch that this software cannot read yet. */
  readonly counts: BatchCounts | null;
};

export type DumpedWindow = RecordKey & { readonly state: "present" | "replaced"; readonly row: SlotRow };

export type DumpedRawBlock = SeriesKey & {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly position: number;
  readonly hash48: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly count: number;
  readonly unit: string | null;
  readonly columns: Uint8Array;
};

export type DumpedCommand = RecordKey & { readonly streamId: StreamId; readonly seq: Seq; readonly row: OperatorRow };

/** The command that set a row. */
export type CommandSource = Pick<OperatorRow, "hlc" | "hash48" | "reason" | "actor">;
