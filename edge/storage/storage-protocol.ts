import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { VoidedRange } from "../core/uplink/session.ts";
import type { DecoderOptions } from "../decode/routed-decoder.ts";
import type { DeadLetterRange, StoredDeadLetter } from "./tables/dead-letter-table.ts";
import type { OutboxClaim, OutboxStream } from "./outbox.ts";
import type { MetricHistory, SchemaQuery } from "./series-registry.ts";
import type { CommitResult, DeadLetterRetry, EngineOptions, EngineStatus } from "./storage-contract.ts";

/** The calls, messages and events between the main thread and the storage thread of a gateway. */
export type StorageThread = {
  readonly data: StorageWorkerData;
  readonly ready: null;
  readonly calls: StorageCalls;
  readonly messages: { readonly publish: PublishChunk };
  readonly events: { readonly committed: CommittedChunks };
};

/** The start options of the storage thread. */
export type StorageWorkerData = {
  readonly engine: EngineOptions;
  /** The id of the first stream. It names this life of the process, also before anything is sealed. */
  readonly life: StreamId;
  readonly decoder: DecoderOptions;
  /** A file that exists once the machine's clock is synchronized; null: the machine is not asked. */
  readonly synchronizedFile: string | null;
};

/** Chunks are numbered from 1, in order. */
export type PublishChunk = { readonly chunk: number; readonly buffer: ArrayBuffer; readonly bytes: number };

export type CommittedChunks = CommitResult & {
  /** Every chunk up to this one is fsynced. */
  readonly throughChunk: number;
  /** Buffers of chunks, to be used again. */
  readonly buffers: readonly ArrayBuffer[];
};

/** Messages that were offered before a call are committed before its answer. */
export interface StorageCalls {
  streams(): readonly OutboxStream[];
  read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): readonly SealedBatch[];
  voids(): readonly VoidedRange[];
  mark(claims: readonly OutboxClaim[]): void;
  rotateStream(): void;
  status(): EngineStatus;
  schema(query: SchemaQuery): { metrics: readonly MetricHistory[]; next: number | null };
  sealNow(): void;
  deadLetters(query: DeadLetterRange): readonly StoredDeadLetter[];
  retryDeadLetters(query: DeadLetterRange): Omit<DeadLetterRetry, "commit">;
  /** @returns how many were deleted. */
  purgeDeadLetters(query: DeadLetterRange): number;
}
