import { Fault } from "../../proto/core/fault.ts";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import { isLastPage } from "../core/storage/dead-letter-page.ts";
import { deliveryKey, hashBytes } from "../core/storage/delivery-memory.ts";
import type { DiskUse, PressureLevel } from "../core/storage/disk-pressure.ts";
import { fillRatio, pressureLevel } from "../core/storage/disk-pressure.ts";
import { RawBuffer } from "../core/storage/raw-buffer.ts";
import { Watermarks } from "../core/storage/watermarks.ts";
import { DeviceClocks } from "../core/storage/device-clocks.ts";
import { TIME_RULES } from "../core/storage/gateway-time.ts";
import { WindowTable } from "../core/storage/window-table.ts";
import { RememberedEntries } from "../decode/decoder-memory.ts";
import type {
  Decoder,
  DeviceRequest,
  IncomingMessage,
  DecodeOutcome,
  ReadingSink,
  RetryHint,
  SeriesRef,
} from "../decode/decoder.ts";
import type { Boot } from "./boot.ts";
import type { DeadLetterPage, DecodedAgain } from "./dead-letters.ts";
import { DeadLetters, decodedAgain, NONE_AGAIN } from "./dead-letters.ts";
import type { GatewayDatabase, StoredDeadLetter } from "./gateway-database.ts";
import type { GatewayDisk } from "./gateway-disk.ts";
import { HeldMessages } from "./held-messages.ts";
import { JournalChunkWriter, journalChecksum, readJournalChunk } from "./journal-chunk.ts";
import { LedgerCounts } from "./ledger-counts.ts";
import type { OutboxClaim, OutboxStream } from "./outbox.ts";
import { SqliteOutbox } from "./sqlite-outbox.ts";
import type { ChunkMessage } from "./publish-chunk.ts";
import { PublishChunkReader } from "./publish-chunk.ts";
import { Redeliveries } from "./redeliveries.ts";
import type { SealedBatchNote } from "./sealer.ts";
import { Sealer } from "./sealer.ts";
import type { SchemaChange } from "./schema-policy.ts";
import { SchemaPolicy } from "./schema-policy.ts";
import type { MetricHistory, SchemaQuery } from "./series-registry.ts";
import { SeriesRegistry } from "./series-registry.ts";
import type { CommitResult, DeadLetterRetry, EngineOptions, EngineStatus } from "./storage-contract.ts";
import { Upkeep } from "./upkeep.ts";

/**
 * The gateway's durable side, in one thread: messages in, sealed batches out.
 *
 *     chunks -> decode -> journal row ┐
 *                  |-> windows, raw   ├─ one transaction, one fsync -> committed
 *                  |-> dead letters   │
 *               sealed batches <------┘  (when something is due)
 *
 * Promises: when `commit` returns, every message of its chunks is on disk as readings, as a dead letter, as a counted
 * "not a reading" or as a recognised redelivery. Memory may run ahead of the disk only inside `commit`; when it
 * throws, the process must end, because the memory is not rolled back.
 */
export class StorageEngine {
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #decoder: Decoder;
  readonly #db: GatewayDatabase;
  readonly #disk: GatewayDisk;
  readonly #windows: WindowTable;
  readonly #watermarks = new Watermarks();
  readonly #raw = new RawBuffer();
  readonly #registry: SeriesRegistry;
  readonly #schema: SchemaPolicy;
  readonly #redeliveries: Redeliveries;
  readonly #sealer: Sealer;
  readonly #upkeep: Upkeep;
  readonly #shelf: SqliteOutbox;
  readonly #reader: PublishChunkReader;
  readonly #journal = new JournalChunkWriter();
  readonly #sink: ReadingSink;
  readonly #memory: RememberedEntries;
  readonly #held: HeldMessages;

  #journalSeq = 0;
  #journaledReadings = 0;
  #commits = 0;
  #messages = 0;
  /** Monotonic time of the commit that is being prepared. */
  #atMs: number;
  #nowMs: number;
  #clientHashes: number[] = [];
  #topicHashes: number[] = [];
  readonly #letters: DeadLetters;
  readonly #counts = new LedgerCounts();
  #sealedNow: SealedBatchNote[] = [];
  #requests: DeviceRequest[] = [];
  #schemaChanges: SchemaChange[] = [];
  #lastSchemaChange: SchemaChange | null = null;
  /** Of births in the commit that is being prepared. */
  #hints: RetryHint[] = [];
  readonly #deviceClocks = new DeviceClocks();
  #numericTexts = 0;
  #suspectTimes = 0;
  #pressure: PressureLevel = "keep_all";
  /** Since the disk was looked at. */
  #writtenBytes = 0;
  #diskUse: DiskUse;
  #diskCheckedAtMs = -Infinity;
  #agedTrimAtMs = -Infinity;
  #markedSeq = 0;
  #markedAtMs = -Infinity;

  /** Rebuilds the memory from the disk, and closes that when it cannot. @throws Fault when the disk does not hold what it should. */
  constructor(
    parts: {
      clock: Clock;
      decoder: Decoder;
      /** What the decoder remembers; filled from the disk here. */
      memory?: RememberedEntries;
      mintStreamId: (nowMs: number) => StreamId;
      disk: GatewayDisk;
      /** By default one boot for ever, that of the clock. */
      boot?: Boot;
    },
    options: EngineOptions,
  ) {
    this.#disk = parts.disk;
    this.#options = options;
    this.#clock = parts.clock;
    this.#decoder = parts.decoder;
    this.#memory = parts.memory ?? new RememberedEntries();
    const db = parts.disk.database;
    this.#db = db;
    const boot = parts.boot ?? bootOf(parts.clock);
    this.#held = new HeldMessages({ db, clock: parts.clock, boot }, options.time ?? TIME_RULES);
    this.#atMs = parts.clock.monotonicMs();
    this.#nowMs = this.#held.nowMs;
    this.#windows = new WindowTable({
      window: (series, windowMs, startMs) => db.window(series, windowMs, startMs),
      newestStartMs: (series, windowMs) => db.newestClosedStartMs(series, windowMs),
    });
    this.#registry = new SeriesRegistry(
      { db, windows: this.#windows, watermarks: this.#watermarks },
      { rules: options.rules },
    );
    this.#redeliveries = new Redeliveries(db, { capacity: options.deliveriesRemembered });
    this.#upkeep = new Upkeep({
      db,
      windows: this.#windows,
      raw: this.#raw,
      redeliveries: this.#redeliveries,
      registry: this.#registry,
    });
    this.#letters = new DeadLetters({ db, counts: this.#counts }, { quotaBytes: options.deadLetterBytes });
    this.#shelf = new SqliteOutbox(db);
    this.#sealer = new Sealer(
      {
        db,
        registry: this.#registry,
        windows: this.#windows,
        watermarks: this.#watermarks,
        raw: this.#raw,
        onBatch: (note) => this.#sealedNow.push(note),
      },
      {
        gateway: options.gateway,
        sealBytes: options.sealBytes,
        afterMs: options.sealAfterMs,
        atMs: this.#atMs,
        mintStreamId: () => parts.mintStreamId(this.#nowMs),
      },
    );
    this.#reader = new PublishChunkReader({
      onNewClient: (client, id) => {
        this.#clientHashes[client] = hashText(id);
      },
      onNewTopic: (topic, text) => {
        this.#topicHashes[topic] = hashText(text);
      },
    });
    this.#schema = new SchemaPolicy(
      { registry: this.#registry, changed: (change) => this.#schemaChanged(change) },
      { seriesMax: options.seriesMax },
    );
    this.#sink = {
      admits: (series, value) => this.#schema.admits(series, value),
      reading: (series, timeMs, value, clock, saidMs) => this.#take(series, timeMs, value, clock, saidMs),
      knows: (names) => this.#registry.current(names) !== undefined,
      written: (value) => {
        if (typeof value !== "boolean") this.#numericTexts++;
      },
      retryHint: (hint) => {
        if (this.#hints.length < HINTS_MAX) this.#hints.push(hint);
      },
      ignored: (what, count) => this.#counts.add("ignored", what, count),
      request: (request) => this.#requests.push(request),
    };
    this.#diskUse = { usedBytes: 0, reusableBytes: 0, quotaBytes: options.maxBytes, freeBytes: Infinity };
    try {
      this.#load();
      this.#checkDisk();
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /**
   * Journals what the chunks hold, in their order, and seals what is due, in one transaction.
   * @throws whatever SQLite throws; the caller must then end the process.
   */
  commit(chunks: readonly { buffer: ArrayBuffer; bytes: number }[]): CommitResult {
    this.#now();
    const firstSeq = this.#journalSeq + 1;
    this.#held.release(this.#decode, {
      pressed: this.#pressure === "force_dual_send" || this.#pressure === "full",
      incomingBytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
    });
    for (const chunk of chunks) this.#reader.read(chunk, this.#handle);
    const understood = this.#understood();
    const readings = this.#journal.readings;
    this.#db.begin();
    const time = this.#held.write(this.#atMs);
    this.#registry.write();
    this.#writeJournal(firstSeq);
    this.#redeliveries.write();
    this.#letters.write(understood);
    for (const [key, text] of this.#memory.takeChanges()) this.#db.remember(key, text);
    this.#writeCounts();
    const checkpoint = this.#maintain();
    this.#db.commit();
    this.#commits++;
    this.#journaledReadings += readings;
    return { ...this.#committed(checkpoint), time };
  }

  /**
   * Decodes dead letters once more, by the routes of now and at the time when they came: in one transaction with what
   * becomes of them, so that each is there once, as a reading or as a dead letter. One whose payload was cut when it was
   * stored stays.
   */
  retryDeadLetters(query: DeadLetterPage): DeadLetterRetry {
    this.#now();
    const firstSeq = this.#journalSeq + 1;
    const letters = this.#letters.page(query);
    this.#deviceClocks.begin(Number.NaN);
    const again = decodedAgain(letters, this.#decodeOne);
    this.#db.begin();
    this.#registry.write();
    const readings = this.#journal.readings;
    this.#writeJournal(firstSeq);
    this.#letters.write(again);
    for (const [key, text] of this.#memory.takeChanges()) this.#db.remember(key, text);
    this.#writeCounts();
    const checkpoint = this.#maintain();
    this.#db.commit();
    this.#journaledReadings += readings;
    const { retried, cut } = again;
    const last = letters.at(-1)?.id ?? query.after;
    const counts = { looked: letters.length, retried: retried.length, readings, cut };
    return { ...counts, last, isEnd: isLastPage(letters, query), commit: this.#committed(checkpoint) };
  }

  /** @returns how many went. */
  purgeDeadLetters(query: DeadLetterPage): number {
    this.#db.begin();
    const count = this.#letters.purge(query);
    this.#counts.add("discard", "dead_letter_purged", count);
    this.#writeCounts();
    this.#db.commit();
    return count;
  }

  deadLetters(query: DeadLetterPage): readonly StoredDeadLetter[] {
    return this.#letters.page(query);
  }

  /** What metrics are and have been. */
  schema(query: SchemaQuery): { metrics: readonly MetricHistory[]; next: number | null } {
    return this.#registry.histories(query);
  }

  /** Whether {@link commit} without chunks would do something: seal, checkpoint, expire or trim. */
  idleWorkDue(): boolean {
    this.#now();
    return (
      this.#held.due ||
      this.#sealer.due(this.#atMs) ||
      this.#upkeep.due(this.#journalSeq, this.#atMs, this.#pressure) ||
      this.#trimDue() ||
      this.#markDue() ||
      this.#diskDue()
    );
  }

  /** Whether the disk is so full that nothing more may be taken (policy `backpressure`). */
  get full(): boolean {
    return this.#pressure === "full";
  }

  streams(): OutboxStream[] {
    return this.#shelf.streams(this.#sealer.streamId);
  }

  read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): SealedBatch[] {
    return this.#shelf.read(request);
  }

  mark(claims: readonly OutboxClaim[]): void {
    this.#db.begin();
    for (const claim of claims) this.#shelf.mark(claim);
    this.#db.commit();
  }

  rotateStream(): void {
    this.#sealer.rotateStream();
  }

  status(): EngineStatus {
    const deadLetters = new Map<string, number>();
    const ignored = new Map<string, number>();
    const discards = new Map<string, number>();
    const schemaChanges = new Map<string, number>();
    let redelivered = 0;
    for (const row of this.#db.ledger()) {
      if (row.kind === "redelivered") redelivered += row.total;
      else if (row.kind === "dead_letter") deadLetters.set(row.reason, row.total);
      else if (row.kind === "ignored") ignored.set(row.reason, row.total);
      else if (row.kind === "schema_change") schemaChanges.set(row.reason, row.total);
      else discards.set(row.reason, row.total);
    }
    return {
      journalSeq: this.#journalSeq,
      messages: this.#messages,
      commits: this.#commits,
      readings: this.#journaledReadings,
      redelivered,
      deadLetters,
      ignored,
      discards,
      schemaChanges,
      lastSchemaChange: this.#lastSchemaChange,
      time: this.#held.time,
      heldMessages: this.#held.count,
      numericTexts: this.#numericTexts,
      suspectTimes: this.#suspectTimes,
      deviceClocks: this.#deviceClocks.worst(CLOCKS_SHOWN).map(({ device, ...rest }) => {
        return { device: this.#registry.get(this.#registry.ofDevice(device)[0]!).device, ...rest };
      }),
      series: this.#registry.size,
      devices: this.#registry.devices,
      openWindows: this.#windows.open,
      rawWaiting: this.#raw.readings,
      waitingReadings: this.#windows.unforwarded + this.#raw.readingsOfRawOnly + this.#shelf.totals.undurableReadings,
      outbox: this.#shelf.totals,
      oldestUndurableMs: this.#shelf.oldestUndurableMs() ?? null,
      streamId: this.#sealer.streamId ?? null,
      pressure: this.#pressure,
      fillRatio: fillRatio(this.#diskUse),
      usedBytes: this.#diskUse.usedBytes,
      quotaBytes: this.#diskUse.quotaBytes,
    };
  }

  /** Seals what is closed and waiting, writes a checkpoint, so that the next start has nothing to replay. */
  close(): void {
    this.#now();
    this.#db.begin();
    this.#registry.write();
    this.#sealer.seal({ nowMs: this.#nowMs, atMs: this.#atMs, journalSeq: this.#journalSeq });
    this.#upkeep.checkpoint(this.#journalSeq);
    this.#db.commit();
    this.#writeMark();
    this.#db.close();
  }

  /** Seals what is closed and waiting now: the first half of an orderly stop, while there is still time to send it. */
  sealNow(): CommitResult {
    this.#now();
    do {
      this.#db.begin();
      this.#registry.write();
      this.#sealer.seal({ nowMs: this.#nowMs, atMs: this.#atMs, journalSeq: this.#journalSeq });
      this.#db.commit();
    } while (this.#sealer.more);
    return this.#committed(false);
  }

  // One function for all messages, so that the reader's loop stays monomorphic.
  readonly #handle = (message: ChunkMessage): void => {
    this.#messages++;
    if (message.qos > 0) {
      const key = deliveryKey(this.#clientHashes[message.client]!, message.packetId);
      const content = hashBytes(message.payload, 0, message.payload.length, this.#topicHashes[message.topic]!);
      if (message.dup && this.#redeliveries.known(key, content)) {
        this.#counts.add("redelivered", "");
        return;
      }
      this.#redeliveries.accept(key, content);
    }
    let { arrivedMs } = message;
    if (this.#held.holding) {
      const [client, topic] = [this.#reader.clients[message.client]!, this.#reader.topics[message.topic]!];
      this.#writtenBytes += this.#held.hold({
        arrivedMs,
        client,
        topic,
        format: message.format,
        payload: message.payload,
      });
      return;
    }
    // It came just before the clock was set, or the clock was lost afterwards.
    if (this.#held.isUnset(arrivedMs)) arrivedMs = this.#held.corrected(arrivedMs);
    this.#decode({
      topic: this.#reader.topics[message.topic]!,
      payload: message.payload,
      clientId: this.#reader.clients[message.client]!,
      format: message.format,
      arrivedMs,
      clockPlausible: this.#held.plausible,
    });
  };

  readonly #decode = (message: IncomingMessage): void => {
    this.#deviceClocks.begin(message.clockPlausible ? message.arrivedMs : Number.NaN);
    const outcome = this.#decodeOne(message);
    switch (outcome.kind) {
      case "readings":
        return;
      case "ignored":
        this.#counts.add("ignored", outcome.what);
        return;
      case "dead_letter":
        this.#letters.add(message, outcome);
        this.#counts.add("dead_letter", outcome.reason);
        return;
    }
  };

  /** Dead letters that births of this commit explain, decoded once more. */
  #understood(): DecodedAgain {
    const hints = this.#hints;
    if (hints.length === 0) return NONE_AGAIN;
    this.#hints = [];
    // What was kept for long says nothing about how a clock is now.
    this.#deviceClocks.begin(Number.NaN);
    return this.#letters.explainedBy(hints, this.#decodeOne);
  }

  readonly #decodeOne = (message: IncomingMessage): DecodeOutcome => {
    this.#schema.begin();
    const before = this.#journalSeq;
    try {
      return this.#decoder.decodeInto(message, this.#sink);
    } catch (error) {
      // What has readings already cannot be tried again as a whole.
      if (this.#journalSeq !== before) throw error;
      return { kind: "dead_letter", reason: "decoder_failed", detail: String(error).slice(0, 500), route: "" };
    }
  };

  #take(ref: SeriesRef, timeMs: number, value: Value, clock: ClockSource, saidMs?: number): void {
    const entry = this.#schema.take(ref, value, this.#atMs);
    const seq = ++this.#journalSeq;
    this.#journal.add(ref.id, timeMs, value, clock);
    this.#apply(ref.id, entry.deviceNumber, timeMs, value, seq);
    if (entry.plan.raw) this.#raw.add(ref.id, entry, timeMs, value, clock);
    if (clock === "none") return;
    this.#deviceClocks.observe(entry.deviceNumber, saidMs ?? timeMs);
    if (saidMs === undefined) return;
    this.#deviceClocks.disbelieve(entry.deviceNumber, saidMs);
    this.#suspectTimes++;
  }

  #apply(series: number, device: number, timeMs: number, value: Value, seq: number): void {
    const openedEndMs = this.#windows.add(series, timeMs, value, seq);
    if (openedEndMs !== Infinity) this.#watermarks.expect(device, openedEndMs);
    this.#watermarks.observe(device, timeMs, this.#atMs);
    this.#registry.saw(series, timeMs);
  }

  #schemaChanged(change: SchemaChange): void {
    if (change.outcome !== "dead_letter") this.#counts.add("schema_change", change.kind);
    this.#lastSchemaChange = change;
    // Every change is counted; that many at once are as many as anybody reads.
    if (change.outcome !== "known" && this.#schemaChanges.length < SCHEMA_CHANGES_TOLD)
      this.#schemaChanges.push(change);
  }

  /** Inside the transaction: whatever is due, each a bounded step. */
  #maintain(): boolean {
    const now = { nowMs: this.#nowMs, atMs: this.#atMs, journalSeq: this.#journalSeq, pressure: this.#pressure };
    if (this.#sealer.due(this.#atMs)) this.#sealer.seal(now);
    const checkpoint = this.#upkeep.due(this.#journalSeq, this.#atMs, this.#pressure) && this.#upkeep.step(now);
    if (this.#trimDue()) this.#trim();
    return checkpoint;
  }

  #committed(checkpoint: boolean): CommitResult {
    const sealed = this.#sealedNow;
    const requests = this.#requests;
    const schemaChanges = this.#schemaChanges;
    this.#sealedNow = [];
    this.#requests = [];
    this.#schemaChanges = [];
    for (const note of sealed) this.#shelf.add(note);
    if (checkpoint || this.#markDue()) this.#writeMark();
    if (this.#diskDue()) this.#checkDisk();
    return { sealed, requests, schemaChanges, pressure: this.#pressure, time: undefined };
  }

  #markDue(): boolean {
    return this.#markedSeq !== this.#journalSeq && this.#atMs - this.#markedAtMs >= MARK_EVERY_MS;
  }

  /** Only after a commit: what the mark names must be on disk. */
  #writeMark(): void {
    this.#disk.mark.write(this.#journalSeq);
    this.#markedSeq = this.#journalSeq;
    this.#markedAtMs = this.#atMs;
  }

  #trimDue(): boolean {
    if (!this.#shelf.trimmable) return false;
    return this.#pressure !== "keep_all" || this.#atMs - this.#agedTrimAtMs >= AGED_TRIM_EVERY_MS;
  }

  /** Under pressure every replicated batch may go, else only those that are old enough. */
  #trim(): void {
    const pressed = this.#pressure !== "keep_all";
    const beforeMs = pressed ? Infinity : this.#nowMs - this.#options.keepReplicatedMs;
    const dropped = this.#shelf.trim({
      beforeMs,
      nowMs: this.#nowMs,
      limit: BATCHES_PER_TRIM,
      current: this.#sealer.streamId,
    });
    if (pressed) this.#diskCheckedAtMs = -Infinity;
    else if (dropped < BATCHES_PER_TRIM) this.#agedTrimAtMs = this.#atMs;
  }

  /** By bytes as well as by time: a fast start of sensors fills the rest of a small quota within a second. */
  #diskDue(): boolean {
    return this.#writtenBytes >= DISK_CHECK_EVERY_BYTES || this.#atMs - this.#diskCheckedAtMs >= DISK_CHECK_EVERY_MS;
  }

  #checkDisk(): void {
    this.#diskCheckedAtMs = this.#atMs;
    this.#writtenBytes = 0;
    this.#diskUse = {
      ...this.#db.size(),
      quotaBytes: this.#options.maxBytes,
      freeBytes: this.#disk.freeBytes(),
    };
    const level = pressureLevel(this.#pressure, this.#diskUse);
    // What is held needs room to become readings: a disk that is full of it would stay so.
    this.#pressure = level === "force_dual_send" && this.#held.holding ? "full" : level;
  }

  /** Inside the transaction: what was read since the last one. */
  #writeJournal(firstSeq: number): void {
    const { readings } = this.#journal;
    if (readings === 0) return;
    const body = this.#journal.take();
    this.#writtenBytes += body.length;
    this.#db.addJournal({ first_seq: firstSeq, readings, crc: journalChecksum(firstSeq, readings, body), body });
  }

  #writeCounts(): void {
    if (this.#counts.write(this.#db)) this.#sealer.ledgerChanged();
  }

  #now(): void {
    this.#held.look();
    this.#atMs = this.#clock.monotonicMs();
    this.#nowMs = this.#held.nowMs;
  }

  #load(): void {
    this.#memory.load(this.#db.remembered());
    this.#registry.load(this.#atMs);
    this.#redeliveries.load();
    this.#shelf.load();
    this.#letters.load();
    const checkpointSeq = this.#db.meta("checkpoint_seq");
    const sealedRawSeq = this.#db.meta("sealed_raw_seq");
    this.#journalSeq = Math.max(this.#db.meta("journal_seq"), this.#db.journalEnd());
    const mark = this.#disk.mark.read();
    if (mark > this.#journalSeq) {
      throw new Fault({
        code: "storage_corrupt",
        message: `${this.#db.path}: the journal ends at reading ${this.#journalSeq}, but reading ${mark} was stored`,
        hint: `its write-ahead log was lost or damaged: restore gateway.db-wal from a copy, or accept the loss by deleting ${this.#disk.mark.path}`,
      });
    }
    for (const window of this.#db.openWindows()) {
      const entry = this.#registry.get(window.series);
      if (!entry.plan.lengthsMs.includes(window.windowMs)) {
        this.#sealer.forwardOrphan(window);
        continue;
      }
      this.#windows.restore(window);
      this.#watermarks.expect(entry.deviceNumber, window.windowStartMs + window.windowMs);
    }
    this.#replay(checkpointSeq, sealedRawSeq);
  }

  #replay(checkpointSeq: number, sealedRawSeq: number): void {
    for (const row of this.#db.journalAfter(Math.min(checkpointSeq, sealedRawSeq))) {
      if (journalChecksum(row.first_seq, row.readings, row.body) !== row.crc) {
        throw new Fault({
          code: "storage_corrupt",
          message: `${this.#db.path}: journal row ${row.first_seq} (${row.readings} readings) fails its checksum`,
          hint: "the disk returned other bytes than were written: check it, then restore the data folder from a copy",
        });
      }
      readJournalChunk(row.body, row.readings, (index, series, timeMs, value, clock) => {
        const seq = row.first_seq + index;
        const entry = this.#registry.get(series);
        if (seq > checkpointSeq) this.#apply(series, entry.deviceNumber, timeMs, value, seq);
        if (seq > sealedRawSeq && entry.plan.raw) this.#raw.add(series, entry, timeMs, value, clock);
      });
    }
  }
}

const HINTS_MAX = 1000;
const CLOCKS_SHOWN = 10;
/** In one commit. */
const SCHEMA_CHANGES_TOLD = 16;
const BATCHES_PER_TRIM = 64;
const DISK_CHECK_EVERY_MS = 1000;
/** Journaled; what is sealed of it comes on top. A 64th of the smallest quota, and a 20th of that is kept free. */
const DISK_CHECK_EVERY_BYTES = 1024 * 1024;
const AGED_TRIM_EVERY_MS = 10_000;
/** A lost write-ahead log is noticed if it held anything older than this. */
const MARK_EVERY_MS = 10_000;

function bootOf(clock: Clock): Boot {
  return { id: "boot", beganMs: 0, elapsedMs: () => clock.monotonicMs(), synchronized: () => undefined };
}

function hashText(text: string): number {
  const bytes = Buffer.from(text);
  return hashBytes(bytes, 0, bytes.length, 0x2545f491);
}
