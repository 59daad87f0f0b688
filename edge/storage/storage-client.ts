import type { Fault } from "../../proto/core/fault.ts";
import { sourceFile } from "../../proto/runtime/source-file.ts";
import { ThreadClient } from "../../proto/runtime/thread-call.ts";
import type { DeviceRequest } from "../decode/decoder.ts";
import type { PressureLevel } from "../core/storage/disk-pressure.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { VoidedRange } from "../core/uplink/session.ts";
import type { Intake, PublishedMessage } from "./intake.ts";
import type { Outbox, OutboxClaim, OutboxStream } from "./outbox.ts";
import { PublishChunkWriter } from "./publish-chunk.ts";
import type { DeadLetterRange, StoredDeadLetter } from "./tables/dead-letter-table.ts";
import type { MetricHistory, SchemaQuery } from "./series-registry.ts";
import type { SchemaChange } from "./schema-policy.ts";
import type { TimeNote } from "./held-messages.ts";
import type { DeadLetterRetry, EngineStatus } from "./storage-contract.ts";
import type { CommittedChunks, StorageThread, StorageWorkerData } from "./storage-protocol.ts";

/**
 * The main thread's end of the storage thread: {@link Intake} for the broker, {@link Outbox} for the uplink.
 *
 * Messages of one event-loop turn are sent as one chunk. Acknowledgements are released in the order of the offers when the
 * storage thread reports that a chunk is on disk. After a failure nothing is released any more.
 */
export class StorageClient implements Intake, Outbox {
  readonly #thread: ThreadClient<StorageThread>;
  readonly #limits: StorageClientLimits;
  #events: StorageEvents | undefined;
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
  #voidedListener: Parameters<Outbox["onVoided"]>[0] | undefined;

  /** The thread failed, or it closes: nothing is offered to it any more. */
  #ended = false;

  constructor(limits: StorageClientLimits) {
    this.#limits = limits;
    this.#thread = new ThreadClient<StorageThread>({
      name: "storage",
      source: sourceFile("./storage-worker", import.meta.url),
      events: { committed: (commit) => this.#release(commit) },
      onFailure: (fault) => {
        this.#ended = true;
        this.#listener.onFailure(fault);
      },
    });
  }

  /** One listener; call before `start`, because the first commit is reported as soon as the thread runs. */
  listen(events: StorageEvents): void {
    this.#events = events;
  }

  /**
   * Starts the thread and opens the database.
   * @throws Fault when the database cannot be opened.
   */
  async start(data: StorageWorkerData): Promise<void> {
    if (this.#events === undefined) throw new Error("the storage is started without a listener");
    await this.#thread.start(data);
  }

  offer(message: PublishedMessage, committed: () => void): void {
    if (this.#ended) return;
    this.#writer.add(message);
    this.#callbacks.push(committed);
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(this.#flush);
    }
    if (!this.#congested && this.#inFlightBytes + this.#writer.bytes > this.#limits.highBytes) this.#updateCongestion();
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

  streams(): Promise<readonly OutboxStream[]> {
    return this.#thread.call("streams", []);
  }

  read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): Promise<readonly SealedBatch[]> {
    return this.#thread.call("read", [request]);
  }

  voids(): Promise<readonly VoidedRange[]> {
    return this.#thread.call("voids", []);
  }

  onVoided(listener: Parameters<Outbox["onVoided"]>[0]): void {
    this.#voidedListener = listener;
  }

  mark(claims: readonly OutboxClaim[]): Promise<void> {
    return this.#thread.call("mark", [claims]);
  }

  /** The next batch is sealed into a new stream. */
  rotateStream(): Promise<void> {
    return this.#thread.call("rotateStream", []);
  }

  status(): Promise<EngineStatus> {
    return this.#thread.call("status", []);
  }

  schema(query: SchemaQuery): Promise<{ metrics: readonly MetricHistory[]; next: number | null }> {
    return this.#thread.call("schema", [query]);
  }

  deadLetters(query: DeadLetterRange): Promise<readonly StoredDeadLetter[]> {
    return this.#thread.call("deadLetters", [query]);
  }

  /** Retries one page; call again with `last` until `isEnd`. */
  retryDeadLetters(query: DeadLetterRange): Promise<Omit<DeadLetterRetry, "commit">> {
    return this.#thread.call("retryDeadLetters", [query]);
  }

  /** Deletes one page. @returns how many were deleted. */
  purgeDeadLetters(query: DeadLetterRange): Promise<number> {
    return this.#thread.call("purgeDeadLetters", [query]);
  }

  /** Commits what was offered and seals what is closed and waiting. */
  sealNow(): Promise<void> {
    this.#flush();
    return this.#thread.call("sealNow", []);
  }

  /** Commits, writes a checkpoint and closes. May be called twice. */
  close(): Promise<void> {
    this.#flush();
    this.#ended = true;
    return this.#thread.close();
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    if (this.#writer.messages === 0 || this.#ended) return;
    const { buffer, bytes } = this.#writer.take(this.#spare.pop());
    const chunk = ++this.#chunk;
    this.#inFlight.push({ chunk, bytes, callbacks: this.#callbacks, sentAtMs: performance.now() });
    this.#inFlightBytes += bytes;
    this.#callbacks = [];
    this.#thread.send("publish", { chunk, buffer, bytes }, [buffer]);
  };

  #release(message: CommittedChunks): void {
    while (this.#inFlight.length > 0 && this.#inFlight[0]!.chunk <= message.throughChunk) {
      const { callbacks, bytes, sentAtMs } = this.#inFlight.shift()!;
      this.#inFlightBytes -= bytes;
      this.#listener.onCommit({ messages: callbacks.length, waitMs: performance.now() - sentAtMs });
      for (const committed of callbacks) committed();
    }
    for (const buffer of message.buffers) {
      if (this.#spare.length < SPARE_BUFFERS && buffer.byteLength <= SPARE_BUFFER_BYTES) this.#spare.push(buffer);
    }
    const { pressure } = message;
    const changed = this.#pressure !== pressure;
    this.#pressure = pressure;
    if (changed || this.#congested) this.#updateCongestion();
    if (changed) this.#listener.onPressure(pressure);
    for (const request of message.requests) this.#listener.onRequest(request);
    for (const change of message.schemaChanges) this.#listener.onSchemaChange(change);
    if (message.time !== undefined) this.#listener.onTime(message.time);
    if (message.damage.length > 0) this.#listener.onDamage(message.damage);
    this.#reportSealed(message.sealed);
    if (message.voided.length > 0) this.#voidedListener?.(message.voided);
  }

  get #listener(): StorageEvents {
    if (this.#events === undefined) throw new Error("the storage has no listener");
    return this.#events;
  }

  #reportSealed(sealed: CommittedChunks["sealed"]): void {
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
    const limit = this.#congested ? this.#limits.lowBytes : this.#limits.highBytes;
    const congested = this.#pressure === "full" || bytes > limit;
    if (congested === this.#congested) return;
    this.#congested = congested;
    this.#congestionListener?.(congested);
  }
}

type InFlightChunk = {
  readonly chunk: number;
  readonly bytes: number;
  readonly callbacks: readonly (() => void)[];
  readonly sentAtMs: number;
};

export type StorageEvents = {
  /** A chunk is on disk, `waitMs` after it was sent. */
  readonly onCommit: (commit: { messages: number; waitMs: number }) => void;
  /** The pressure on the disk changed. */
  readonly onPressure: (pressure: PressureLevel) => void;
  /** The gateway has a question for a device. */
  readonly onRequest: (request: DeviceRequest) => void;
  /** A metric has a type or unit that it never had, or its message became a dead letter because of that. */
  readonly onSchemaChange: (change: SchemaChange) => void;
  /** The time became known, or the wait for it was given up. */
  readonly onTime: (note: TimeNote) => void;
  /** The disk damaged something, in words. */
  readonly onDamage: (named: readonly string[]) => void;
  /** Called once, with the first failure; the process must end. */
  readonly onFailure: (fault: Fault) => void;
};

/** Bytes that are offered and not on disk yet. Congestion begins above `highBytes` and ends below `lowBytes`. */
export type StorageClientLimits = { readonly highBytes: number; readonly lowBytes: number };

const SPARE_BUFFERS = 8;
const SPARE_BUFFER_BYTES = 1024 * 1024;
