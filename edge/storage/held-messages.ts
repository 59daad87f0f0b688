import type { Clock } from "../../proto/runtime/clock.ts";
import type { ClocksShown, GatewayTime, TimeRules } from "../core/storage/gateway-time.ts";
import { elapsedAtArrival, estimatedOffsets, nextTime, timeAtStart } from "../core/storage/gateway-time.ts";
import type { ContentFormat } from "../decode/content-type.ts";
import { CONTENT_FORMATS } from "../decode/content-type.ts";
import type { IncomingMessage } from "../decode/decoder.ts";
import type { Boot } from "./boot.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { HeldRow } from "./tables/held-message-table.ts";

/**
 * The time of a gateway, and the messages that wait until it is known. Held messages are on disk, undecoded, with the boot
 * and the monotonic time of their arrival. Once the time is known they are decoded in their order. The transaction that
 * stores their readings also deletes them, so each is decoded exactly once. While any message is held, new messages wait
 * behind it.
 */
export class HeldMessages {
  readonly #db: GatewayDatabase;
  readonly #clock: Clock;
  readonly #boot: Boot;
  readonly #rules: TimeRules;
  readonly #damage: DiskDamage;
  /** Number of this boot in the table; undefined: it is not there yet. */
  #bootNumber: number | undefined;
  #time: GatewayTime;
  #shown: ClocksShown;
  #newestKnownMs: number;
  #held: number;
  #heldSeq: number;
  #pending: Omit<Parameters<GatewayDatabase["held"]["add"]>[0], "boot">[] = [];
  /** Messages that {@link release} gave and that {@link write} will delete. */
  #released: { readonly throughId: number; readonly count: number } = NOTHING_RELEASED;
  /** Estimated offsets of ended boots that are not written yet. */
  #estimated: ReadonlyMap<number, number> = new Map();
  /** The state that was last reported and written. */
  #reported: GatewayTime["kind"] | undefined;
  #writtenAtMs = -Infinity;

  constructor(parts: { db: GatewayDatabase; clock: Clock; boot: Boot; damage: DiskDamage }, rules: TimeRules) {
    this.#damage = parts.damage;
    this.#db = parts.db;
    this.#clock = parts.clock;
    this.#boot = parts.boot;
    this.#rules = rules;
    const row = this.#db.held.boot(parts.boot.id);
    this.#bootNumber = row?.id;
    this.#newestKnownMs = this.#db.meta.get("known_ms");
    this.#held = this.#db.held.count();
    this.#heldSeq = this.#db.meta.get("held_seq");
    this.#shown = this.#look({ known: row?.offsetMs !== undefined });
    const disk = { offsetMs: row?.offsetMs, newestKnownMs: this.#newestKnownMs };
    this.#time = timeAtStart(this.#shown, disk, rules);
    if (this.#time.kind === "waiting") this.#reported = "waiting";
  }

  /** Looks at the clocks. */
  look(): void {
    this.#shown = this.#look({ known: this.#time.kind === "known" });
    const disk = { offsetMs: undefined, newestKnownMs: this.#newestKnownMs };
    this.#time = nextTime(this.#time, this.#shown, disk, this.#rules);
  }

  get time(): GatewayTime {
    return this.#time;
  }

  /** Messages on disk that wait. */
  get count(): number {
    return this.#held + this.#pending.length;
  }

  /** Messages that were ever held, and are on disk or were decoded. */
  get heldSeq(): number {
    return this.#heldSeq;
  }

  /** The messages up to this one are lost if they are not on disk. Their numbers are not used again. */
  skipTo(heldSeq: number): void {
    this.#heldSeq = Math.max(this.#heldSeq, heldSeq);
  }

  /** The best known time, in milliseconds since 1970. */
  get nowMs(): number {
    const { wallMs, elapsedMs } = this.#shown;
    if (wallMs >= this.#rules.notBeforeMs || this.#time.kind !== "known") return wallMs;
    return Math.trunc(elapsedMs + this.#time.offsetMs);
  }

  /** Whether a new message must be held. */
  get holding(): boolean {
    return this.#time.kind === "waiting" || this.#held > this.#released.count;
  }

  /** Whether the time of arrival of a new message can be believed. */
  get plausible(): boolean {
    return this.#time.kind === "known";
  }

  /** Whether this time of arrival comes from a clock that was never set. */
  isUnset(arrivedMs: number): boolean {
    return arrivedMs < this.#rules.notBeforeMs;
  }

  /** Corrects a time of arrival from a clock that was not set, with the help of the monotonic clock. */
  corrected(arrivedMs: number): number {
    if (this.#time.kind !== "known") return arrivedMs;
    return Math.trunc(elapsedAtArrival(arrivedMs, this.#shown) + this.#time.offsetMs);
  }

  /** Keeps a message for {@link write}. @returns the bytes that it takes on disk, roughly. */
  hold(message: HeldMessage): number {
    const { client, topic } = message;
    const format = CONTENT_FORMATS.indexOf(message.format);
    // A view of the chunk. Its bytes stay until the end of the commit.
    const { payload } = message;
    this.#pending.push({ atMs: elapsedAtArrival(message.arrivedMs, this.#shown), client, topic, format, payload });
    return payload.length + client.length + topic.length + ROW_BYTES;
  }

  /** Whether {@link release} or {@link write} would do something. */
  get due(): boolean {
    return this.#reported !== this.#time.kind || (this.#held > 0 && this.#time.kind !== "waiting");
  }

  /**
   * Gives the oldest messages, as many as fit into one commit, with the times of their arrival. {@link write} deletes them.
   * It gives more bytes than the commit receives, so that the number of held messages falls.
   * @param options pressed: the disk is nearly full, so it gives few at a time, and the journal can be deleted in between;
   *   incomingBytes: bytes of the new messages in the commit.
   */
  release(take: (message: IncomingMessage) => void, options: { pressed: boolean; incomingBytes: number }): void {
    const time = this.#time;
    if (this.#held === 0 || time.kind === "waiting") return;
    if (this.#reported !== time.kind) this.#estimateEndedBoots(time.offsetMs);
    const rows = this.#oldest(
      options.pressed ? RELEASED_BYTES_PRESSED : Math.max(RELEASED_BYTES, 3 * options.incomingBytes),
    );
    for (const row of rows) {
      if (!row.isIntact) {
        const reason = "the row does not match its checksum";
        this.#damage.add({ place: "held_message", key: String(row.id), reason, lost: 1, of: "held_message" });
        continue;
      }
      const isCurrent = row.boot === this.#bootNumber;
      const offsetMs = isCurrent ? time.offsetMs : (row.offsetMs ?? this.#estimated.get(row.boot) ?? time.offsetMs);
      take({
        topic: row.topic,
        payload: row.payload,
        clientId: row.client,
        format: CONTENT_FORMATS[row.format],
        arrivedMs: Math.trunc(row.atMs + offsetMs),
        clockPlausible: isCurrent ? time.kind === "known" : row.offsetMs !== null && row.estimated === 0,
      });
    }
    this.#released = { throughId: rows.at(-1)?.id ?? 0, count: rows.length };
  }

  /**
   * Runs first inside the transaction of the commit, because the messages that it deletes make room for the rest.
   * @param atMs monotonic.
   * @returns news about the time, if there are any.
   */
  write(atMs: number): TimeNote | undefined {
    const { held } = this.#db;
    const time = this.#time;
    const isNews = this.#reported !== time.kind;
    const { throughId, count } = this.#released;
    this.#released = NOTHING_RELEASED;
    if (count > 0) held.drop(throughId);
    this.#held -= count;
    if (this.#pending.length > 0) {
      const boot = this.#numbered();
      for (const message of this.#pending) held.add({ boot, ...message });
      this.#held += this.#pending.length;
      this.#heldSeq += this.#pending.length;
      this.#db.meta.set("held_seq", this.#heldSeq);
      this.#pending = [];
    }
    if (time.kind === "known" && (isNews || atMs - this.#writtenAtMs >= WRITTEN_EVERY_MS)) {
      this.#writtenAtMs = atMs;
      held.setOffset(this.#numbered(), { offsetMs: time.offsetMs, estimated: false });
      for (const [boot, offsetMs] of this.#estimated) held.setOffset(boot, { offsetMs, estimated: true });
      this.#estimated = new Map();
      this.#db.meta.set("known_ms", this.nowMs);
    }
    const isDone = count > 0 && this.#held === 0;
    if (this.#bootNumber !== undefined && (isNews || isDone)) held.dropDoneBoots(this.#bootNumber);
    const isReported = this.#reported !== undefined && (isNews || isDone);
    this.#reported = time.kind;
    return isReported ? { kind: time.kind, held: this.#held, nowMs: this.nowMs } : undefined;
  }

  /** Estimates the time of earlier boots whose time was never known. The commit that begins the release writes it. */
  #estimateEndedBoots(offsetMs: number): void {
    const ended = this.#db.held.endedBoots(this.#bootNumber ?? 0);
    this.#estimated = estimatedOffsets(ended, { beganMs: this.#boot.beganMs, offsetMs });
  }

  #oldest(maxBytes: number): HeldRow[] {
    const rows: HeldRow[] = [];
    let bytes = 0;
    for (const row of this.#db.held.oldest()) {
      rows.push(row);
      bytes += row.payload.length + row.topic.length + row.client.length + ROW_BYTES;
      if (bytes >= maxBytes) break;
    }
    return rows;
  }

  #numbered(): number {
    this.#bootNumber ??= this.#db.held.addBoot(this.#boot.id, this.#boot.beganMs);
    return this.#bootNumber;
  }

  #look(options: { known: boolean }): ClocksShown {
    return {
      wallMs: this.#clock.nowMs(),
      elapsedMs: this.#boot.elapsedMs(),
      synchronized: options.known ? undefined : this.#boot.synchronized(),
    };
  }
}

export type HeldMessage = {
  readonly arrivedMs: number;
  readonly client: string;
  readonly topic: string;
  readonly format: ContentFormat | undefined;
  readonly payload: Uint8Array;
};

/** The time became known, the wait for it was given up, or no message is held any more. */
export type TimeNote = {
  readonly kind: GatewayTime["kind"];
  /** Messages that are still held. */
  readonly held: number;
  readonly nowMs: number;
};

const NOTHING_RELEASED = { throughId: 0, count: 0 };
/** Small messages of this size take about 50 ms. The acknowledgements of new messages wait for them. */
const RELEASED_BYTES = 256 * 1024;
const RELEASED_BYTES_PRESSED = 64 * 1024;
const WRITTEN_EVERY_MS = 10_000;
/** Bytes that SQLite needs for a row, roughly. */
const ROW_BYTES = 24;
