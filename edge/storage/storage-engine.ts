import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { Clock } from "../../proto/runtime/clock.ts";
import { isLastPage } from "../core/storage/dead-letter-page.ts";
import { RawBuffer } from "../core/storage/raw-buffer.ts";
import { newStorageCounters } from "../core/storage/storage-metrics.ts";
import type { VoidedRange } from "../core/uplink/session.ts";
import { Watermarks } from "../core/storage/watermarks.ts";
import { TIME_RULES } from "../core/storage/gateway-time.ts";
import { WindowTable } from "../core/storage/window-table.ts";
import { RememberedEntries } from "../decode/decoder-memory.ts";
import type { Decoder } from "../decode/decoder.ts";
import type { Boot } from "./boot.ts";
import type { DecodedAgain } from "./dead-letters.ts";
import { DeadLetters, decodedAgain } from "./dead-letters.ts";
import { DiskDamage } from "./disk-damage.ts";
import { DiskWatch } from "./disk-watch.ts";
import { engineStatus } from "./engine-status.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { GatewayDisk } from "./gateway-disk.ts";
import type { TimeNote } from "./held-messages.ts";
import { HeldMessages } from "./held-messages.ts";
import { Journal } from "./journal.ts";
import { KeptWindows } from "./kept-windows.ts";
import { LedgerCounts } from "./ledger-counts.ts";
import { nameLostCommits } from "./lost-commits.ts";
import { MarkKeeper } from "./mark-keeper.ts";
import { MessageIntake } from "./message-intake.ts";
import type { OutboxClaim, OutboxStream } from "./outbox.ts";
import { OutboxTrim } from "./outbox-trim.ts";
import { ReadingIntake } from "./reading-intake.ts";
import { recoverReadings } from "./recovery.ts";
import { Redeliveries } from "./redeliveries.ts";
import { Sealer } from "./sealer.ts";
import type { MetricHistory, SchemaQuery } from "./series-registry.ts";
import { SeriesRegistry } from "./series-registry.ts";
import { SqliteOutbox } from "./sqlite-outbox.ts";
import type { CommitResult, DeadLetterRetry, EngineOptions, EngineStatus } from "./storage-contract.ts";
import type { DeadLetterRange, StoredDeadLetter } from "./tables/dead-letter-table.ts";
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
 * "not a reading" or as a recognised redelivery. Memory may be ahead of the disk only inside `commit`. When it throws,
 * the process must end, because the memory is not rolled back.
 */
export class StorageEngine {
  readonly #parts: EngineParts;
  readonly #clock: Clock;
  readonly #db: GatewayDatabase;
  readonly #disk: DiskWatch;
  readonly #journal: Journal;
  readonly #held: HeldMessages;
  readonly #messages: MessageIntake;
  readonly #readings: ReadingIntake;
  readonly #registry: SeriesRegistry;
  readonly #redeliveries: Redeliveries;
  readonly #letters: DeadLetters;
  readonly #memory: RememberedEntries;
  readonly #counts: LedgerCounts;
  readonly #sealer: Sealer;
  readonly #upkeep: Upkeep;
  readonly #outbox: SqliteOutbox;
  readonly #trim: OutboxTrim;
  readonly #damage: DiskDamage;
  readonly #mark: MarkKeeper;
  #commits = 0;
  #journaledReadings = 0;

  /**
   * Rebuilds the memory from the disk. Names what is damaged and continues without it. Closes the database when that fails.
   * @throws Fault when the database cannot be read.
   */
  static open(given: EngineDeps, options: EngineOptions): StorageEngine {
    try {
      const parts = engineParts(given, options);
      load(parts, parts.clock.monotonicMs());
      return new StorageEngine(parts);
    } catch (error) {
      given.disk.database.close();
      given.disk.mark.close();
      throw error;
    }
  }

  private constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#db = parts.db;
    this.#disk = parts.disk;
    this.#journal = parts.journal;
    this.#held = parts.held;
    this.#messages = parts.messages;
    this.#readings = parts.readings;
    this.#registry = parts.registry;
    this.#redeliveries = parts.redeliveries;
    this.#letters = parts.letters;
    this.#memory = parts.memory;
    this.#counts = parts.counts;
    this.#sealer = parts.sealer;
    this.#upkeep = parts.upkeep;
    this.#outbox = parts.outbox;
    this.#trim = parts.trim;
    this.#damage = parts.damage;
    this.#mark = parts.keeper;
  }

  /**
   * Journals the messages of the chunks, in their order, and seals what is due, in one transaction.
   * @throws whatever SQLite throws; the caller must then end the process.
   */
  commit(chunks: readonly { buffer: ArrayBuffer; bytes: number }[]): CommitResult {
    const now = this.#now();
    // Only between messages, so that no acknowledgement waits for it.
    if (chunks.length === 0) this.#outbox.checkNext(now.atMs);
    const { pressure } = this.#disk;
    this.#held.release(this.#messages.decode, {
      pressed: pressure === "force_dual_send" || pressure === "full",
      incomingBytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
    });
    this.#disk.wrote(this.#messages.take(chunks));
    const again = this.#messages.decodeExplained();
    const result = this.#commit(now, { again, writesHeld: true });
    this.#commits++;
    return result;
  }

  /**
   * Decodes dead letters again, with the present routes and the times of their arrival. At any moment each is on disk
   * exactly once, as readings or as a dead letter. A dead letter whose payload was cut when it was stored stays.
   */
  retryDeadLetters(query: DeadLetterRange): DeadLetterRetry {
    const now = this.#now();
    const letters = this.#letters.page(query);
    const again = decodedAgain(letters, this.#readings.decode);
    const readings = this.#journal.unwritten;
    const commit = this.#commit(now, { again, writesHeld: false });
    return {
      looked: letters.length,
      retried: again.retried.length,
      readings,
      cut: again.cut,
      last: letters.at(-1)?.id ?? query.after,
      isEnd: isLastPage(letters, query),
      commit,
    };
  }

  /** @returns how many were deleted. */
  purgeDeadLetters(query: DeadLetterRange): number {
    return this.#db.transaction(() => {
      const count = this.#letters.purge(query);
      this.#counts.add("discard", "dead_letter_purged", count);
      this.#writeCounts();
      return count;
    });
  }

  deadLetters(query: DeadLetterRange): readonly StoredDeadLetter[] {
    return this.#letters.page(query);
  }

  /** Types and units of metrics, now and before. */
  schema(query: SchemaQuery): { metrics: readonly MetricHistory[]; next: number | null } {
    return this.#registry.histories(query);
  }

  /** Whether {@link commit} without chunks would do something: seal, checkpoint, expire or trim. */
  idleWorkDue(): boolean {
    const { atMs } = this.#now();
    const { pressure } = this.#disk;
    return (
      this.#held.due ||
      this.#sealer.due(atMs) ||
      this.#upkeep.due(this.#journal.lastSeq, atMs, pressure) ||
      this.#trim.due(atMs, pressure) ||
      this.#mark.syncDue(atMs) ||
      this.#damage.due ||
      this.#outbox.hasChecked ||
      this.#outbox.checkDue(atMs) ||
      this.#disk.due(atMs)
    );
  }

  /** Whether the disk is so full that nothing more may be taken. Then the broker withholds acknowledgements. */
  get full(): boolean {
    return this.#disk.pressure === "full";
  }

  streams(): OutboxStream[] {
    return this.#outbox.streams(this.#sealer.streamId);
  }

  read(request: { streamId: StreamId; seqs: readonly Seq[]; maxBytes: number }): SealedBatch[] {
    return this.#outbox.read(request);
  }

  voids(): VoidedRange[] {
    return this.#outbox.voids();
  }

  mark(claims: readonly OutboxClaim[]): void {
    this.#db.transaction(() => {
      for (const claim of claims) this.#outbox.mark(claim);
    });
    this.#mark.write();
  }

  rotateStream(): void {
    this.#sealer.rotateStream();
  }

  status(): EngineStatus {
    const atMs = this.#clock.monotonicMs();
    return engineStatus(this.#parts, { commits: this.#commits, readings: this.#journaledReadings, atMs });
  }

  /** Seals what is closed and waiting. An orderly stop begins with it, while there is still time to send the batches. */
  sealNow(): CommitResult {
    const now = this.#now();
    do {
      this.#db.transaction(() => this.#seal(now));
    } while (this.#sealer.more);
    return this.#committed(now, { isCheckpoint: false, time: undefined });
  }

  /** Seals what is closed and waiting, and writes a checkpoint, so that the next start has nothing to replay. */
  close(): void {
    const now = this.#now();
    this.#db.transaction(() => {
      this.#seal(now);
      this.#upkeep.checkpoint(this.#journal.lastSeq);
    });
    this.#mark.write();
    this.#mark.sync(now.atMs);
    this.#db.close();
    this.#parts.mark.close();
  }

  /**
   * Writes a commit in one transaction. The order matters: held messages that are deleted make room first, and a series is
   * stored before the first journal row that names it.
   */
  #commit(now: Now, work: { again: DecodedAgain; writesHeld: boolean }): CommitResult {
    const readings = this.#journal.unwritten;
    const done = this.#db.transaction(() => {
      const time = work.writesHeld ? this.#held.write(now.atMs) : undefined;
      this.#registry.write();
      this.#disk.wrote(this.#journal.write());
      this.#redeliveries.write();
      this.#letters.write(work.again);
      for (const [key, text] of this.#memory.takeChanges()) this.#db.decoderMemory.put(key, text);
      this.#outbox.writeChecked(this.#damage);
      this.#damage.write(now.nowMs);
      this.#writeCounts();
      const isCheckpoint = this.#maintain(now);
      return { time, isCheckpoint };
    });
    this.#journaledReadings += readings;
    return this.#committed(now, done);
  }

  /** Runs one bounded step of all work that is due, inside the transaction. @returns whether a checkpoint is complete. */
  #maintain({ nowMs, atMs }: Now): boolean {
    const { pressure } = this.#disk;
    const now = { nowMs, atMs, journalSeq: this.#journal.lastSeq, pressure };
    if (this.#sealer.due(atMs)) this.#sealer.seal(now);
    const isCheckpoint = this.#upkeep.due(now.journalSeq, atMs, pressure) && this.#upkeep.step(now);
    if (this.#trim.due(atMs, pressure)) {
      this.#trim.step({ ...now, current: this.#sealer.streamId });
      if (pressure !== "keep_all") this.#disk.lookSoon();
    }
    return isCheckpoint;
  }

  /** Work after a transaction, when its rows are on disk. */
  #committed({ atMs }: Now, done: { isCheckpoint: boolean; time: TimeNote | undefined }): CommitResult {
    const sealed = this.#sealer.takeSealed();
    for (const note of sealed) this.#outbox.add(note);
    this.#mark.write();
    if (done.isCheckpoint || this.#mark.syncDue(atMs)) this.#mark.sync(atMs);
    if (this.#disk.due(atMs)) this.#disk.look({ atMs, isHolding: this.#held.holding });
    return { sealed, ...this.#readings.takeNotes(), ...this.#news(), time: done.time };
  }

  #news(): Pick<CommitResult, "pressure" | "damage" | "voided"> {
    const voided = this.#outbox.takeVoided();
    return { pressure: this.#disk.pressure, damage: this.#damage.takeNamed(), voided };
  }

  #seal({ nowMs, atMs }: Now): void {
    this.#registry.write();
    this.#sealer.seal({ nowMs, atMs, journalSeq: this.#journal.lastSeq });
  }

  #writeCounts(): void {
    if (this.#counts.write(this.#db.ledger)) this.#sealer.ledgerChanged();
  }

  #now(): Now {
    this.#held.look();
    const atMs = this.#clock.monotonicMs();
    this.#readings.begin(atMs);
    return { atMs, nowMs: this.#held.nowMs };
  }
}

export type EngineDeps = {
  readonly clock: Clock;
  readonly decoder: Decoder;
  /** What the decoder remembers; filled from the disk. */
  readonly memory?: RememberedEntries;
  readonly mintStreamId: (nowMs: number) => StreamId;
  /** Belongs to the engine from now on. */
  readonly disk: GatewayDisk;
  /** By default one boot without end, measured with `clock`. */
  readonly boot?: Boot;
};

type EngineParts = ReturnType<typeof engineParts>;

function engineParts(given: EngineDeps, options: EngineOptions) {
  const { clock, decoder, memory = new RememberedEntries() } = given;
  const { database: db, mark, freeBytes } = given.disk;
  const atMs = clock.monotonicMs();
  const counts = new LedgerCounts();
  const counters = newStorageCounters();
  const watermarks = new Watermarks();
  const raw = new RawBuffer();
  const damage = new DiskDamage({ table: db.damaged, counts });
  const boot = given.boot ?? bootOf(clock);
  const held = new HeldMessages({ db, clock, boot, damage }, options.time ?? TIME_RULES);
  const journal = new Journal(db);
  const windows = new WindowTable(new KeptWindows({ table: db.windows, journal, damage, nowMs: () => held.nowMs }));
  const registry = new SeriesRegistry({ table: db.series, windows, watermarks }, { rules: options.rules });
  const redeliveries = new Redeliveries(db.deliveries, { capacity: options.deliveriesRemembered });
  const letters = new DeadLetters({ table: db.deadLetters, counts, damage }, { quotaBytes: options.deadLetterBytes });
  const outbox = new SqliteOutbox(db);
  const sealer = new Sealer(
    { db, registry, windows, watermarks, raw },
    {
      gateway: options.gateway,
      sealBytes: options.sealBytes,
      afterMs: options.sealAfterMs,
      atMs,
      mintStreamId: () => given.mintStreamId(held.nowMs),
    },
  );
  const readings = new ReadingIntake(
    { decoder, journal, windows, watermarks, raw, registry, counts, counters },
    { seriesMax: options.seriesMax, atMs },
  );
  const messages = new MessageIntake({ readings, held, redeliveries, letters, counts });
  const disk = new DiskWatch({ db, freeBytes }, { quotaBytes: options.maxBytes });
  const upkeep = new Upkeep({ db, windows, raw, redeliveries, registry });
  const trim = new OutboxTrim(outbox, { keepMs: options.keepReplicatedMs });
  const intake = { messages, readings, registry, redeliveries, letters, memory };
  const keeper = new MarkKeeper({ mark, journal, windows, raw, outbox, held, counts });
  const state = { db, disk, journal, held, windows, watermarks, raw, counts, counters };
  return { clock, ...intake, ...state, sealer, upkeep, outbox, trim, mark, keeper, damage, log: given.disk.log };
}

/**
 * Fills the parts from the disk, then replays the journal after the last checkpoint. What is damaged is named and put aside in
 * one transaction, so that the next start does not find it again.
 */
function load(parts: EngineParts, atMs: number): void {
  const { db, registry, damage, journal, held, counts } = parts;
  db.transaction(() => {
    counts.load(db.ledger);
    nameLostCommits(parts);
    parts.memory.load(rememberedEntries(db, damage));
    registry.load(atMs);
    parts.redeliveries.load(damage);
    parts.outbox.load(damage);
    parts.letters.load();
    recoverReadings(parts);
    damage.limitLost(Infinity);
    if (!damage.due) return;
    journal.writeLost();
    db.meta.set("held_seq", held.heldSeq);
    damage.write(held.nowMs);
    if (counts.write(db.ledger)) parts.sealer.ledgerChanged();
  });
  // What a killed process wrote is on the disk itself only now, and the mark must not be ahead of it.
  db.emptyLog();
  parts.keeper.write();
  parts.disk.look({ atMs, isHolding: held.holding });
}

/** Births and discovered units. What is damaged is forgotten until the device says it again. */
function rememberedEntries(db: GatewayDatabase, damage: DiskDamage): readonly (readonly [string, string])[] {
  const rows = db.decoderMemory.all();
  for (const { id, key } of rows.filter(({ isIntact }) => !isIntact)) {
    db.decoderMemory.dropRow(id);
    const reason = "the row does not match its checksum: it is forgotten until the device says it again";
    damage.add({ place: "decoder_memory", key: key.slice(0, 200), reason, lost: 0, of: "nothing" });
  }
  return rows.filter(({ isIntact }) => isIntact).map(({ key, text }) => [key, text] as const);
}

/** `nowMs`: the best known time, in milliseconds since 1970; `atMs`: monotonic. */
type Now = { readonly nowMs: number; readonly atMs: number };

function bootOf(clock: Clock): Boot {
  return { id: "boot", beganMs: 0, elapsedMs: () => clock.monotonicMs(), synchronized: () => undefined };
}
