import { Worker } from "node:worker_threads";
import { Fault } from "../../proto/core/fault.ts";
import type { DeviceRequest } from "../decode/decoder.ts";
import type { PressureLevel } from "../core/storage/disk-pressure.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { Intake, PublishedMessage } from "./intake.ts";
import type { Outbox, OutboxClaim, OutboxStream } from "./outbox.ts";
import { PublishChunkWriter } from "./publish-chunk.ts";
import type { StoredDeadLetter } from "./gateway-database.ts";
import type { MetricHistory, SchemaQuery } from "./series-registry.ts";
import type { SchemaChange } from "./schema-policy.ts";
import type { TimeNote } from "./held-messages.ts";
import type { DeadLetterRetry, EngineStatus } from "./storage-contract.ts";
import type {
  DeadLetterQuery,
  FromStorage,
  StorageReply,
  StorageRequest,
  StorageWorkerData,
  ToStorage,
} from "./storage-protocol.ts";

/**
 * The main thread's end of the storage thread: {@link Intake} for the broker, {@link Outbox} for the uplink.
 *
 * Messages of one event-loop turn travel as one chunk; acknowledgements are released in the order of the offers when
 * the storage thread says that a chunk is on disk. After a failure nothing is released any more.
 */
export class StorageClient implements Intake, Outbox {
  readonly #worker: Worker;
  readonly #options: StorageClientOptions;
  readonly #onFailure: (fault: Fault) => void;
  readonly #writer = new PublishChunkWriter({ tableLimit: 200_000, initialBytes: 64 * 1024 });
  readonly #spare: ArrayBuffer[] = [];

  /** Callbacks of the chunk being written. */
  #callbacks: (() => void)[] = [];
  /** Sent and not yet on disk, oldest first. */
  readonly #inFlight: InFlightChunk[] = [];
  #inFlightBytes = 0;
  #chunk = 0;
  #flushScheduled = false;
  #pressure: PressureLevel = "keep_all";
  #congested = false;
  #congestionListener: ((congested: boolean) => void) | undefined;
  #sealedListener: Parameters<Outbox["onSealed"]>[0] | undefined;

  readonly #pending = new Map<number, { resolve: (reply: StorageReply) => void; reject: (error: unknown) => void }>();
  #nextRequest = 0;
  #failure: Fault | undefined;

  private constructor(worker: Worker, options: StorageClientOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#onFailure = options.onFailure;
  }

  /**
   * Starts the thread and opens the database.
   * @throws Fault when the database cannot be opened.
   */
  static async start(data: StorageWorkerData, options: StorageClientOptions): Promise<StorageClient> {
    const source = import.meta.url.endsWith(".ts") ? "./storage-worker.ts" : "./storage-worker.js";
    const worker = new Worker(new URL(source, import.meta.url), { workerData: data });
    const client = new StorageClient(worker, options);
    await client.#ready();
    return client;
  }

  offer(message: PublishedMessage, committed: () => void): void {
    if (this.#failure !== undefined) return;
    this.#writer.add(message);
    this.#callbacks.push(committed);
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(this.#flush);
    }
    if (!this.#congested && this.#inFlightBytes + this.#writer.bytes > this.#options.highBytes)
      this.#updateCongestion();
  }

  congested(): boolean {
    return this.#congested;
  }

  onCongestion(listener: (congested: boolean) => void): void {
    this.#congestionListener = listener;
  }

  onSealed(listener: Parameters<Outbox["onSealed"]>[0]): void {
    this.#sealedListener = listener;
  }

  async streams(): Promise<readonly OutboxStream[]> {
    const reply = await this.#request({ kind: "streams" });
    if (reply.kind !== "streams") throw mismatch(reply);
    return reply.streams;
  }

  async read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): Promise<readonly SealedBatch[]> {
    const reply = await this.#request({ kind: "read", ...request });
    if (reply.kind !== "read") throw mismatch(reply);
    return reply.batches.map((batch) => ({ streamId: request.streamId, ...batch }));
  }

  async mark(region: RegionId, claims: readonly OutboxClaim[]): Promise<void> {
    await this.#request({ kind: "mark", region, claims });
  }

  /** The next batch is sealed into a new stream. */
  async rotateStream(): Promise<void> {
    await this.#request({ kind: "rotate_stream" });
  }

  async status(): Promise<EngineStatus> {
    const reply = await this.#request({ kind: "status" });
    if (reply.kind !== "status") throw mismatch(reply);
    return reply.status;
  }

  async schema(query: SchemaQuery): Promise<{ metrics: readonly MetricHistory[]; next: number | null }> {
    const reply = await this.#request({ kind: "schema", query });
    if (reply.kind !== "schema") throw mismatch(reply);
    return reply;
  }

  async deadLetters(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]> {
    const reply = await this.#request({ kind: "dead_letters", query });
    if (reply.kind !== "dead_letters") throw mismatch(reply);
    return reply.letters;
  }

  /** One page of them; to be called again with `last` until `isEnd`. */
  async retryDeadLetters(query: DeadLetterQuery): Promise<Omit<DeadLetterRetry, "commit">> {
    const reply = await this.#request({ kind: "retry_dead_letters", query });
    if (reply.kind !== "retried") throw mismatch(reply);
    return reply.retry;
  }

  /** One page of them. @returns how many went. */
  async purgeDeadLetters(query: DeadLetterQuery): Promise<number> {
    const reply = await this.#request({ kind: "purge_dead_letters", query });
    if (reply.kind !== "purged") throw mismatch(reply);
    return reply.count;
  }

  /** Commits what was offered and seals what is closed and waiting. */
  async sealNow(): Promise<void> {
    this.#flush();
    await this.#request({ kind: "seal_now" });
  }

  /** Commits, checkpoints and closes; may come twice. */
  async close(): Promise<void> {
    if (this.#failure === undefined) {
      this.#flush();
      await this.#request({ kind: "close" });
      this.#failure = new Fault({ code: "internal", message: "the storage is closed" });
    }
    await this.#worker.terminate();
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    if (this.#writer.messages === 0 || this.#failure !== undefined) return;
    const { buffer, bytes } = this.#writer.take(this.#spare.pop());
    const chunk = ++this.#chunk;
    this.#inFlight.push({ chunk, bytes, callbacks: this.#callbacks, sentAtMs: performance.now() });
    this.#inFlightBytes += bytes;
    this.#callbacks = [];
    this.#post({ kind: "publish", chunk, buffer, bytes }, [buffer]);
  };

  #post(message: ToStorage, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.on("message", (message: FromStorage) => {
        switch (message.kind) {
          case "ready":
            resolve();
            return;
          case "committed":
            this.#release(message);
            return;
          case "reply":
            this.#pending.get(message.id)?.resolve(message.reply);
            this.#pending.delete(message.id);
            return;
          case "failed": {
            const fault = new Fault({ code: message.code, message: message.message, hint: message.hint });
            reject(fault);
            this.#fail(fault);
            return;
          }
        }
      });
      this.#worker.on("error", (cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        const fault = new Fault({ code: "internal", message: `the storage thread failed: ${reason}`, cause });
        reject(fault);
        this.#fail(fault);
      });
    });
  }

  #release(message: Extract<FromStorage, { kind: "committed" }>): void {
    // After a failure the order of things is unknown: an acknowledgement that stays away is safe, one too many is not.
    if (this.#failure !== undefined) return;
    while (this.#inFlight.length > 0 && this.#inFlight[0]!.chunk <= message.throughChunk) {
      const { callbacks, bytes, sentAtMs } = this.#inFlight.shift()!;
      this.#inFlightBytes -= bytes;
      this.#options.onCommit({ messages: callbacks.length, waitMs: performance.now() - sentAtMs });
      for (const committed of callbacks) committed();
    }
    for (const buffer of message.buffers) {
      if (this.#spare.length < SPARE_BUFFERS && buffer.byteLength <= SPARE_BUFFER_BYTES) this.#spare.push(buffer);
    }
    const { pressure } = message;
    const changed = this.#pressure !== pressure;
    this.#pressure = pressure;
    if (changed || this.#congested) this.#updateCongestion();
    if (changed) this.#options.onPressure(pressure);
    for (const request of message.requests) this.#options.onRequest?.(request);
    for (const change of message.schemaChanges) this.#options.onSchemaChange?.(change);
    if (message.time !== undefined) this.#options.onTime?.(message.time);
    this.#tellSealed(message.sealed);
  }

  #tellSealed(sealed: Extract<FromStorage, { kind: "committed" }>["sealed"]): void {
    if (this.#sealedListener === undefined || sealed.length === 0) return;
    let first = sealed[0]!;
    for (let i = 0; i < sealed.length; i++) {
      const next = sealed[i + 1];
      if (next !== undefined && next.streamId === first.streamId) continue;
      this.#sealedListener({ streamId: first.streamId, firstSeq: first.seq, lastSeq: sealed[i]!.seq });
      if (next !== undefined) first = next;
    }
  }

  #updateCongestion(): void {
    const bytes = this.#inFlightBytes + this.#writer.bytes;
    const limit = this.#congested ? this.#options.lowBytes : this.#options.highBytes;
    const congested = this.#pressure === "full" || bytes > limit;
    if (congested === this.#congested) return;
    this.#congested = congested;
    this.#congestionListener?.(congested);
  }

  #request(request: StorageRequest): Promise<StorageReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#post({ kind: "request", id, request });
    });
  }

  #fail(fault: Fault): void {
    if (this.#failure !== undefined) return;
    this.#failure = fault;
    for (const { reject } of this.#pending.values()) reject(fault);
    this.#pending.clear();
    this.#onFailure(fault);
  }
}

type InFlightChunk = {
  readonly chunk: number;
  readonly bytes: number;
  readonly callbacks: readonly (() => void)[];
  readonly sentAtMs: number;
};

export type StorageClientOptions = {
  /** Called for every chunk that is on disk, with how long that took. */
  readonly onCommit: (commit: { messages: number; waitMs: number }) => void;
  /** Called when a commit finds the disk fuller, or emptier, by a level. */
  readonly onPressure: (pressure: PressureLevel) => void;
  /** A device is to be asked something. */
  readonly onRequest?: (request: DeviceRequest) => void;
  /** A metric has a type or unit that it never had, or its message became a dead letter for that. */
  readonly onSchemaChange?: (change: SchemaChange) => void;
  /** The time became known, or is not waited for any more. */
  readonly onTime?: (note: TimeNote) => void;
  /** Called once, with the first failure; the process must end. */
  readonly onFailure: (fault: Fault) => void;
  /** Congested above this many bytes that are offered and not on disk yet... */
  readonly highBytes: number;
  /** ...until they are below this. */
  readonly lowBytes: number;
};

const SPARE_BUFFERS = 8;
const SPARE_BUFFER_BYTES = 1024 * 1024;

function mismatch(reply: StorageReply): Error {
  return new Error(`the storage thread answered ${reply.kind} to another request`);
}
