import { CONTENT_FORMATS } from "../decode/content-type.ts";
import type { IncomingMessage, Outcome, RetryHint } from "../decode/decoder.ts";
import type { DeadLetterRow, GatewayDatabase, StoredDeadLetter } from "./gateway-database.ts";
import type { LedgerCounts } from "./ledger-counts.ts";

/**
 * What should have been a reading and was none: kept with its payload, within a quota of its own, and decoded once more
 * when a person or a birth says that it will be understood now.
 */
export class DeadLetterBox {
  readonly #db: GatewayDatabase;
  readonly #counts: LedgerCounts;
  readonly #quotaBytes: number;
  /** Of the commit that is being prepared. */
  #fresh: DeadLetterRow[] = [];
  #bytes = 0;

  constructor(parts: { db: GatewayDatabase; counts: LedgerCounts }, options: { quotaBytes: number }) {
    this.#db = parts.db;
    this.#counts = parts.counts;
    this.#quotaBytes = options.quotaBytes;
  }

  load(): void {
    this.#bytes = this.#db.deadLetterBytes();
  }

  add(message: IncomingMessage, why: Extract<Outcome, { kind: "dead_letter" }>): void {
    this.#fresh.push({
      arrivedMs: Math.trunc(message.arrivedMs),
      client: message.clientId,
      topic: message.topic,
      reason: why.reason,
      detail: why.detail,
      route: why.route,
      size: message.payload.length,
      payload: message.payload.slice(0, PAYLOAD_BYTES),
      clockKnown: message.clockPlausible ? 1 : 0,
      format: CONTENT_FORMATS.indexOf(message.format),
    });
  }

  page(query: DeadLetterPage): readonly StoredDeadLetter[] {
    return this.#db.deadLetters(query);
  }

  /** Those that a birth explains, decoded once more: letters on disk, and letters of this very commit. */
  explainedBy(hints: readonly RetryHint[], decode: Decode): DecodedAgain {
    const isExplained = ({ reason, topic, arrivedMs }: DeadLetterRow): boolean =>
      hints.some((hint) => reason === hint.reason && arrivedMs >= hint.sinceMs && hint.of(topic));
    const sinceMs = Math.min(...hints.map((hint) => hint.sinceMs));
    const again = decodedAgain(this.#db.unknownAliases(sinceMs, LETTERS_EXPLAINED).filter(isExplained), decode);
    const fresh = this.#fresh.map((letter, i) => ({ ...letter, id: i })).filter(isExplained);
    const explained = new Set(decodedAgain(fresh, decode).retried);
    this.#fresh = this.#fresh.filter((_, i) => !explained.has(i));
    return again;
  }

  /** Inside the transaction that journals the readings of those that were decoded again: none is there twice, or not at all. */
  write({ kept, retried }: DecodedAgain): void {
    for (const id of retried) this.#db.dropDeadLetter(id);
    for (const { id, ...why } of kept) this.#db.setDeadLetterReason(id, why);
    if (retried.length > 0) this.load();
    for (const letter of this.#fresh) {
      this.#db.addDeadLetter(letter);
      this.#bytes += letter.payload.length + ROW_BYTES;
    }
    this.#fresh = [];
    while (this.#bytes > this.#quotaBytes) {
      const freed = this.#db.dropOldestDeadLetter();
      if (freed === 0) break;
      this.#bytes -= freed;
      this.#counts.add("discard", "dead_letter_quota");
    }
  }

  /** Inside a transaction. @returns how many went. */
  purge(query: DeadLetterPage): number {
    const letters = this.#db.deadLetters(query);
    for (const { id } of letters) this.#db.dropDeadLetter(id);
    this.load();
    return letters.length;
  }
}

/** One whose payload was cut when it was stored is left as it is. */
export function decodedAgain(letters: readonly StoredDeadLetter[], decode: Decode): DecodedAgain {
  const kept: DecodedAgain["kept"][number][] = [];
  const retried: number[] = [];
  for (const { id, arrivedMs, client, topic, payload, size, clockKnown, format: number } of letters) {
    if (payload.length < size) continue;
    const [clockPlausible, format] = [clockKnown === 1, CONTENT_FORMATS[number]];
    const outcome = decode({ topic, payload, clientId: client, format, arrivedMs, clockPlausible, again: true });
    if (outcome.kind === "dead_letter") kept.push({ id, ...outcome });
    else retried.push(id);
  }
  return { kept, retried };
}

/** @property after the id behind which it begins */
export type DeadLetterPage = {
  readonly after: number;
  readonly reason: string | undefined;
  readonly limit: number;
};

/** Dead letters that were decoded once more: what became of them. */
export type DecodedAgain = {
  readonly kept: readonly {
    readonly id: number;
    readonly reason: string;
    readonly detail: string;
    readonly route: string;
  }[];
  readonly retried: readonly number[];
};

export const NONE_AGAIN: DecodedAgain = { kept: [], retried: [] };

type Decode = (message: IncomingMessage) => Outcome;

const PAYLOAD_BYTES = 64 * 1024;
const ROW_BYTES = 256;
/** In one commit; what waits behind them stays a dead letter until somebody retries it. */
const LETTERS_EXPLAINED = 5000;
