import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { FaultCode } from "../../proto/core/fault.ts";
import type { PressureLevel } from "../core/storage/disk-pressure.ts";
import type { DeviceRequest } from "../decode/decoder.ts";
import type { DecoderOptions } from "../decode/routed-decoder.ts";
import type { StoredDeadLetter } from "./gateway-database.ts";
import type { TimeNote } from "./held-messages.ts";
import type { DeadLetterRetry, EngineOptions, EngineStatus } from "./storage-contract.ts";
import type { OutboxClaim, OutboxStream } from "./outbox.ts";
import type { SchemaChange } from "./schema-policy.ts";
import type { MetricHistory, SchemaQuery } from "./series-registry.ts";
import type { SealedBatchNote } from "./sealer.ts";

/** What the storage thread is started with. */
export type StorageWorkerData = {
  readonly engine: EngineOptions;
  readonly decoder: DecoderOptions;
  /** Exists once the machine's clock is synchronized; null: nobody is asked. */
  readonly synchronizedFile: string | null;
};

/** Main thread to storage thread, in order. */
export type ToStorage =
  | { readonly kind: "publish"; readonly chunk: number; readonly buffer: ArrayBuffer; readonly bytes: number }
  | { readonly kind: "request"; readonly id: number; readonly request: StorageRequest };

/** Those after an id, of one reason or of all; in the order in which they came. */
export type DeadLetterQuery = { readonly after: number; readonly reason: string | undefined; readonly limit: number };

export type StorageRequest =
  | { readonly kind: "streams" }
  | { readonly kind: "read"; readonly streamId: StreamId; readonly seqs: readonly Seq[]; readonly maxBytes: number }
  | { readonly kind: "mark"; readonly region: RegionId; readonly claims: readonly OutboxClaim[] }
  | { readonly kind: "rotate_stream" }
  | { readonly kind: "status" }
  | { readonly kind: "schema"; readonly query: SchemaQuery }
  | { readonly kind: "seal_now" }
  | { readonly kind: "dead_letters" | "retry_dead_letters" | "purge_dead_letters"; readonly query: DeadLetterQuery }
  | { readonly kind: "close" };

/** Storage thread to main thread. */
export type FromStorage =
  | { readonly kind: "ready" }
  | {
      readonly kind: "committed";
      /** Every chunk up to this one is fsynced. */
      readonly throughChunk: number;
      readonly sealed: readonly SealedBatchNote[];
      readonly requests: readonly DeviceRequest[];
      readonly schemaChanges: readonly SchemaChange[];
      readonly pressure: PressureLevel;
      readonly time: TimeNote | undefined;
      /** Buffers to be used again. */
      readonly buffers: readonly ArrayBuffer[];
    }
  | { readonly kind: "reply"; readonly id: number; readonly reply: StorageReply }
  | { readonly kind: "failed"; readonly code: FaultCode; readonly message: string; readonly hint: string };

export type StorageReply =
  | { readonly kind: "streams"; readonly streams: readonly OutboxStream[] }
  | { readonly kind: "read"; readonly batches: readonly { seq: Seq; bytes: Uint8Array; sha256: Uint8Array }[] }
  | { readonly kind: "status"; readonly status: EngineStatus }
  | { readonly kind: "schema"; readonly metrics: readonly MetricHistory[]; readonly next: number | null }
  | { readonly kind: "dead_letters"; readonly letters: readonly StoredDeadLetter[] }
  | { readonly kind: "retried"; readonly retry: Omit<DeadLetterRetry, "commit"> }
  | { readonly kind: "purged"; readonly count: number }
  | { readonly kind: "done" };
