import { Fault } from "../../proto/core/fault.ts";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import { deliveryKey, hashBytes } from "../core/delivery-memory.ts";
import type { DiskUse, PressureLevel } from "../core/pressure.ts";
import { fillRatio, pressureLevel } from "../core/pressure.ts";
import { RawBuffer } from "../core/raw-buffer.ts";
import { Watermarks } from "../core/watermarks.ts";
import type { DeviceClock } from "../core/device-clocks.ts";
import { DeviceClocks } from "../core/device-clocks.ts";
import type { GatewayTime, TimeRules } from "../core/gateway-time.ts";
import { TIME_RULES } from "../core/gateway-time.ts";
import type { WindowRule } from "../core/window-plan.ts";
import { WindowTable } from "../core/window-table.ts";
import { CONTENT_FORMATS } from "../decode/content-type.ts";
import { RememberedEntries } from "../decode/decoder-memory.ts";
import type { Decoder, DeviceRequest, IncomingMessage, ReadingSink, RetryHint, SeriesRef } from "../decode/decoder.ts";
import type { Boot } from "./boot.ts";
import type { DeadLetterRow, LedgerKind, StoredDeadLetter } from "./gateway-database.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { GatewayDisk } from "./gateway-disk.ts";
import type { TimeNote } from "./held-messages.ts";
import { HeldMessages } from "./held-messages.ts";
import { JournalChunkWriter, journalChecksum, readJournalChunk } from "./journal-chunk.ts";
import type { OutboxClaim, OutboxStream } from "./outbox.ts";
import type { OutboxTotals } from "./outbox-shelf.ts";
import { OutboxShelf } from "./outbox-shelf.ts";
import type { ChunkMessage } from "./publish-chunk.ts";
import { PublishChunkReader } from "./publish-chunk.ts";
import { Redeliveries } from "./redeliveries.ts";
import type { SealedBatchNote } from "./sealer.ts";
import { Sealer } from "./sealer.ts";
import type { SchemaChange } from "./schema-gate.ts";
import { SchemaGate } from "./schema-gate.ts";
import type { MetricHistory, SchemaQuery } from "./series-registry.ts";
import { SeriesRegistry } from "./series-registry.ts";
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
  readonly #schema: SchemaGate;
  readonly #redeliveries: Redeliveries;
  readonly #sealer: Sealer;
  readonly #upkeep: Upkeep;
  readonly #shelf: OutboxShelf;
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
  #deadLetters: DeadLetterRow[] = [];
  #deadLetterBytes = 0;
  #counted = new Map<LedgerKind, Map<string, number>>();
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
    this.#shelf = new OutboxShelf(db);
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
    this.#schema = new SchemaGate(
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
      understands: (hint) => {
        if (this.#hints.length < HINTS_MAX) this.#hints.push(hint);
      },
      ignored: (what, count) => this.#count("ignored", what, count),
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
    this.#writeAgain(understood);
    this.#writeDeadLetters();
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
  retryDeadLetters(query: { after: number; reason: string | undefined; limit: number }): DeadLetterRetry {
    this.#now();
    const firstSeq = this.#journalSeq + 1;
    const letters = this.#db.deadLetters(query);
    const again = this.#decodeAgain(letters);
    this.#db.begin();
    this.#registry.write();
    const readings = this.#journal.readings;
    this.#writeJournal(firstSeq);
    this.#writeAgain(again);
    for (const [key, text] of this.#memory.takeChanges()) this.#db.remember(key, text);
    this.#writeCounts();
    const checkpoint = this.#maintain();
    this.#db.commit();
    this.#journaledReadings += readings;
    const { retried } = again;
    const last = letters.at(-1)?.id ?? query.after;
    const counts = { looked: letters.length, retried: retried.length, readings };
    return { ...counts, last, isEnd: letters.length < query.limit, commit: this.#committed(checkpoint) };
  }

  /** @returns how many went. */
  purgeDeadLetters(query: { after: number; reason: string | undefined; limit: number }): number {
    const letters = this.#db.deadLetters(query);
    this.#db.begin();
    for (const { id } of letters) this.#db.dropDeadLetter(id);
    this.#count("discard", "dead_letter_purged", letters.length);
    this.#writeCounts();
    this.#db.commit();
    this.#deadLetterBytes = this.#db.deadLetterBytes();
    return letters.length;
  }

  deadLetters(query: { after: number; reason: string | undefined; limit: number }): readonly StoredDeadLetter[] {
    return this.#db.deadLetters(query);
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
        this.#count("redelivered", "");
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
    this.#schema.begin();
    const outcome = this.#decoder.decodeInto(message, this.#sink);
    switch (outcome.kind) {
      case "readings":
        return;
      case "ignored":
        this.#count("ignored", outcome.what);
        return;
      case "dead_letter":
        this.#deadLetters.push({
          arrivedMs: Math.trunc(message.arrivedMs),
          client: message.clientId,
          topic: message.topic,
          reason: outcome.reason,
          detail: outcome.detail,
          route: outcome.route,
          size: message.payload.length,
          payload: message.payload.slice(0, DEAD_LETTER_PAYLOAD_BYTES),
          clockKnown: message.clockPlausible ? 1 : 0,
          format: CONTENT_FORMATS.indexOf(message.format),
        });
        this.#count("dead_letter", outcome.reason);
        return;
    }
  };

  /** Dead letters that births of this commit explain, decoded once more: those on disk, and those of this commit itself. */
  #understood(): DecodedAgain {
    const hints = this.#hints;
    if (hints.length === 0) return NONE_AGAIN;
    this.#hints = [];
    const isExplained = ({ reason, topic, arrivedMs }: DeadLetterRow): boolean =>
      hints.some((hint) => reason === hint.reason && arrivedMs >= hint.sinceMs && hint.of(topic));
    const sinceMs = Math.min(...hints.map((hint) => hint.sinceMs));
    const again = this.#decodeAgain(this.#db.unknownAliases(sinceMs, LETTERS_EXPLAINED).filter(isExplained));
    const fresh = this.#deadLetters.map((letter, i) => ({ ...letter, id: i })).filter(isExplained);
    const explained = new Set(this.#decodeAgain(fresh).retried);
    this.#deadLetters = this.#deadLetters.filter((_, i) => !explained.has(i));
    return again;
  }

  /** One whose payload was cut when it was stored is left as it is. */
  #decodeAgain(letters: readonly StoredDeadLetter[]): DecodedAgain {
    // What was kept for long says nothing about how a clock is now.
    this.#deviceClocks.begin(Number.NaN);
    const kept: DecodedAgain["kept"][number][] = [];
    const retried: number[] = [];
    for (const { id, arrivedMs, client, topic, payload, size, clockKnown, format: number } of letters) {
      if (payload.length < size) continue;
      const [clockPlausible, format] = [clockKnown === 1, CONTENT_FORMATS[number]];
      const message = { topic, payload, clientId: client, format, arrivedMs, clockPlausible, again: true };
      this.#schema.begin();
      const outcome = this.#decoder.decodeInto(message, this.#sink);
      if (outcome.kind === "dead_letter") kept.push({ id, ...outcome });
      else retried.push(id);
    }
    return { kept, retried };
  }

  /** Inside the transaction that journals their readings: none is there twice, or not at all. */
  #writeAgain({ kept, retried }: DecodedAgain): void {
    for (const id of retried) this.#db.dropDeadLetter(id);
    for (const { id, ...why } of kept) this.#db.setDeadLetterReason(id, why);
    if (retried.length > 0) this.#deadLetterBytes = this.#db.deadLetterBytes();
  }

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
    if (change.outcome !== "dead_letter") this.#count("schema_change", change.kind);
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

  #writeDeadLetters(): void {
    if (this.#deadLetters.length === 0) return;
    for (const letter of this.#deadLetters) {
      this.#db.addDeadLetter(letter);
      this.#deadLetterBytes += letter.payload.length + DEAD_LETTER_ROW_BYTES;
    }
    this.#deadLetters = [];
    while (this.#deadLetterBytes > this.#options.deadLetterBytes) {
      const freed = this.#db.dropOldestDeadLetter();
      if (freed === 0) break;
      this.#deadLetterBytes -= freed;
      this.#count("discard", "dead_letter_quota");
    }
  }

  #count(kind: LedgerKind, reason: string, by = 1): void {
    let reasons = this.#counted.get(kind);
    if (reasons === undefined) {
      reasons = new Map();
      this.#counted.set(kind, reasons);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + by);
  }

  #writeCounts(): void {
    if (this.#counted.size === 0) return;
    for (const [kind, reasons] of this.#counted) {
      for (const [reason, count] of reasons) this.#db.count(kind, reason, count);
    }
    this.#counted.clear();
    this.#sealer.ledgerChanged();
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
    this.#deadLetterBytes = this.#db.deadLetterBytes();
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

export type EngineOptions = {
  readonly gateway: string;
  readonly directory: string;
  readonly maxBytes: number;
  readonly deadLetterBytes: number;
  /** How long a replicated batch stays as one more copy while the disk has room. */
  readonly keepReplicatedMs: number;
  /** A reading of one series more becomes a dead letter: each costs memory for ever. */
  readonly seriesMax: number;
  /** A power of two. */
  readonly deliveriesRemembered: number;
  readonly sealBytes: number;
  readonly sealAfterMs: number;
  readonly rules: readonly WindowRule[];
  /** What is believed of the clock; by default {@link TIME_RULES}. */
  readonly time?: TimeRules;
};

export type CommitResult = {
  readonly sealed: readonly SealedBatchNote[];
  /** Types and units that metrics have now and never had before, or that were refused; of very many the first. */
  readonly schemaChanges: readonly SchemaChange[];
  /** What devices are to be asked, now that what they said is on disk. */
  readonly requests: readonly DeviceRequest[];
  /** Of the disk; `full`: nothing more may be taken until batches are trimmed. */
  readonly pressure: PressureLevel;
  /** What became of the wait for the time, where there is news. */
  readonly time: TimeNote | undefined;
};

export type DeadLetterRetry = {
  readonly looked: number;
  /** That are none any more: readings, or no reading by their nature. */
  readonly retried: number;
  readonly readings: number;
  /** The last id that was looked at. */
  readonly last: number;
  readonly isEnd: boolean;
  readonly commit: CommitResult;
};

export type EngineStatus = {
  readonly journalSeq: number;
  /** Since the start of the process, as are the next two. */
  readonly messages: number;
  readonly commits: number;
  readonly readings: number;
  /** Since the first start on this disk, as are the next three. */
  readonly redelivered: number;
  readonly deadLetters: ReadonlyMap<string, number>;
  readonly ignored: ReadonlyMap<string, number>;
  readonly discards: ReadonlyMap<string, number>;
  /** By kind; those that became dead letters are among those. */
  readonly schemaChanges: ReadonlyMap<string, number>;
  /** Since the start of the process. */
  readonly lastSchemaChange: SchemaChange | null;
  readonly time: GatewayTime;
  /** Messages on disk that are decoded when the time is known. */
  readonly heldMessages: number;
  /** Since the start of the process: numbers that payloads write as texts, and readings whose time was not believed. */
  readonly numericTexts: number;
  readonly suspectTimes: number;
  /** Of the devices whose clocks are furthest off. */
  readonly deviceClocks: readonly (Omit<DeviceClock, "device"> & { readonly device: string })[];
  readonly series: number;
  readonly devices: number;
  readonly openWindows: number;
  /** Raw readings in the journal that are not sealed yet. */
  readonly rawWaiting: number;
  /** Readings that are only on this disk: in open windows, waiting to be sealed, or in batches that no region holds. */
  readonly waitingReadings: number;
  readonly outbox: OutboxTotals;
  readonly oldestUndurableMs: number | null;
  readonly streamId: StreamId | null;
  readonly pressure: PressureLevel;
  readonly fillRatio: number;
  readonly usedBytes: number;
  readonly quotaBytes: number;
};

/** Dead letters that were decoded once more: what became of them. */
type DecodedAgain = {
  readonly kept: readonly {
    readonly id: number;
    readonly reason: string;
    readonly detail: string;
    readonly route: string;
  }[];
  readonly retried: readonly number[];
};

const NONE_AGAIN: DecodedAgain = { kept: [], retried: [] };
const HINTS_MAX = 1000;
/** In one commit; what waits behind them stays a dead letter until somebody retries it. */
const LETTERS_EXPLAINED = 5000;
const CLOCKS_SHOWN = 10;
const DEAD_LETTER_PAYLOAD_BYTES = 64 * 1024;
const DEAD_LETTER_ROW_BYTES = 256;
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
