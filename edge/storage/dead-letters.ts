import { pageOf } from "../core/storage/dead-letter-page.ts";
import { CONTENT_FORMATS } from "../decode/content-type.ts";
import type { DecodeOutcome, IncomingMessage, RetryHint } from "../decode/decoder.ts";
import { nodeOf } from "../decode/sparkplug/sparkplug-topic.ts";
import type { DeadLetterRange, DeadLetterRow, DeadLetterTable, StoredDeadLetter } from "./tables/dead-letter-table.ts";
import { DEAD_LETTER_ROW_BYTES } from "./tables/dead-letter-table.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { LedgerCounts } from "./ledger-counts.ts";

/**
 * Undecodable messages. They are stored with their payloads, within their own quota. They are decoded again when a person
 * asks for it, or when a birth explains them.
 */
export class DeadLetters {
  readonly #table: DeadLetterTable;
  readonly #counts: LedgerCounts;
  readonly #damage: DiskDamage;
  readonly #quotaBytes: number;
  /** Dead letters of the commit that is being prepared. */
  #fresh: DeadLetterRow[] = [];
  #bytes = 0;

  constructor(
    parts: { table: DeadLetterTable; counts: LedgerCounts; damage: DiskDamage },
    options: { quotaBytes: number },
  ) {
    this.#table = parts.table;
    this.#counts = parts.counts;
    this.#damage = parts.damage;
    this.#quotaBytes = options.quotaBytes;
  }

  load(): void {
    this.#bytes = this.#table.bytes();
  }

  add(message: IncomingMessage, why: Extract<DecodeOutcome, { kind: "dead_letter" }>): void {
    // A payload larger than the quota would push out all other dead letters, and then itself.
    const isTooLarge = message.payload.length + DEAD_LETTER_ROW_BYTES > this.#quotaBytes;
    this.#fresh.push({
      arrivedMs: Math.trunc(message.arrivedMs),
      client: message.clientId,
      topic: message.topic,
      reason: why.reason,
      detail: why.detail,
      route: why.route,
      size: message.payload.length,
      payload: message.payload.slice(0, isTooLarge ? CUT_BYTES : undefined),
      clockKnown: message.clockPlausible ? 1 : 0,
      format: CONTENT_FORMATS.indexOf(message.format),
    });
  }

  page(query: DeadLetterRange): readonly StoredDeadLetter[] {
    return pageOf(this.#table.page(query), query);
  }

  /** Decodes again the dead letters that births explain: those on disk and those of this commit. */
  explainedBy(hints: readonly RetryHint[], decode: Decode): DecodedAgain {
    const born = new Map<string, number>();
    for (const { node, sinceMs } of hints) born.set(node, Math.min(sinceMs, born.get(node) ?? sinceMs));
    const isExplained = ({ topic, arrivedMs }: { topic: string; arrivedMs: number }): boolean =>
      arrivedMs >= (born.get(nodeOf(topic) ?? "") ?? Infinity);
    const again = decodedAgain(this.#explainedOnDisk(hints, isExplained), decode);
    const fresh = this.#fresh
      .map((letter, i) => ({ ...letter, id: i }))
      .filter((letter) => letter.reason === "unknown_alias" && isExplained(letter));
    const explained = new Set(decodedAgain(fresh, decode).retried);
    this.#fresh = this.#fresh.filter((_, i) => !explained.has(i));
    return again;
  }

  #explainedOnDisk(
    hints: readonly RetryHint[],
    isExplained: (letter: { topic: string; arrivedMs: number }) => boolean,
  ): readonly StoredDeadLetter[] {
    const sinceMs = hints.reduce((least, hint) => Math.min(least, hint.sinceMs), Infinity);
    const ids: number[] = [];
    let bytes = 0;
    for (const letter of this.#table.unknownAliases(
      sinceMs,
      commonStart(hints.map(({ topicPrefix }) => topicPrefix)),
    )) {
      if (!isExplained(letter)) continue;
      bytes += letter.bytes;
      if (ids.length >= LETTERS_EXPLAINED || (bytes > BYTES_EXPLAINED && ids.length > 0)) break;
      ids.push(letter.id);
    }
    return ids.flatMap((id) => this.#table.get(id) ?? []);
  }

  /**
   * Runs inside the transaction that journals the readings of messages that were decoded again, so that each message is on
   * disk exactly once.
   */
  write({ kept, retried }: DecodedAgain): void {
    for (const id of retried) this.#table.drop(id);
    for (const { id, ...why } of kept) this.#table.setReason(id, why);
    const damaged = this.#table.takeDamaged();
    for (const id of damaged) {
      const reason = "the row does not match its checksum";
      this.#damage.add({ place: "dead_letter", key: String(id), reason, lost: 1, of: "dead_letter" });
      this.#table.drop(id);
    }
    if (retried.length > 0 || damaged.length > 0) this.load();
    for (const letter of this.#fresh) {
      this.#table.add(letter);
      this.#bytes += letter.payload.length + DEAD_LETTER_ROW_BYTES;
    }
    this.#fresh = [];
    while (this.#bytes > this.#quotaBytes) {
      const freed = this.#table.dropOldest();
      if (freed === 0) break;
      this.#bytes -= freed;
      this.#counts.add("discard", "dead_letter_quota");
    }
  }

  /** Inside a transaction. @returns how many were deleted. */
  purge(query: DeadLetterRange): number {
    const count = this.#table.purge(query);
    this.load();
    return count;
  }
}

function commonStart(texts: readonly string[]): string {
  return texts.reduce((common, text) => {
    let length = 0;
    while (length < common.length && common[length] === text[length]) length++;
    return common.slice(0, length);
  });
}

/** Decodes each dead letter again. One whose payload was cut when it was stored stays as it is. */
export function decodedAgain(letters: readonly StoredDeadLetter[], decode: Decode): DecodedAgain {
  const kept: DecodedAgain["kept"][number][] = [];
  const retried: number[] = [];
  let cut = 0;
  for (const { id, arrivedMs, client, topic, payload, size, clockKnown, format } of letters) {
    if (payload.length < size) {
      cut++;
      continue;
    }
    const outcome = decode({
      topic,
      payload,
      clientId: client,
      format: CONTENT_FORMATS[format],
      arrivedMs,
      clockPlausible: clockKnown === 1,
      isRetry: true,
    });
    if (outcome.kind === "dead_letter") kept.push({ id, ...outcome });
    else retried.push(id);
  }
  return { kept, retried, cut };
}

/** The result of decoding dead letters again. */
export type DecodedAgain = {
  readonly kept: readonly {
    readonly id: number;
    readonly reason: string;
    readonly detail: string;
    readonly route: string;
  }[];
  readonly retried: readonly number[];
  /** How many were left because their payloads were cut. */
  readonly cut: number;
};

export const NONE_AGAIN: DecodedAgain = { kept: [], retried: [], cut: 0 };

type Decode = (message: IncomingMessage) => DecodeOutcome;

/** Bytes that are stored of a payload that is larger than the quota. */
const CUT_BYTES = 64 * 1024;
/** The most dead letters that births of one commit explain. Others stay dead letters until a person retries them. */
const LETTERS_EXPLAINED = 5000;
const BYTES_EXPLAINED = 4 * 1024 * 1024;
