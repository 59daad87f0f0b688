import { isDeepStrictEqual } from "node:util";
import type { Database } from "better-sqlite3";

import { loadedCounts } from "./stored-counts.ts";

/**
 * Adds up what the batches of each stream count, while a walk meets them, and compares it with the counters of the stream at
 * the end of the walk. Streams with forks, with batches of a version that kept no counts, and with damaged batches are left
 * out, because their counters are no plain sum.
 */
export class CountedStreams {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #sums = new Map<number, Sum>();
  #isWhole = false;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  begin(): void {
    this.#sums.clear();
    this.#isWhole = true;
  }

  /** @param counts null: they are not known. */
  saw(stream: number, counts: string | null): void {
    if (!this.#isWhole) return;
    let sum = this.#sums.get(stream);
    if (sum === undefined)
      this.#sums.set(stream, (sum = { known: true, batches: 0, numbers: [0, 0, 0, 0], ledger: {} }));
    if (this.#sums.size > STREAMS_MAX) this.#isWhole = false;
    if (counts === null) sum.known = false;
    else add(sum, counts);
  }

  /** The streams whose counters differ. Call when the last batch was met, before anything else is written. */
  differing(): readonly number[] {
    if (!this.#isWhole) return [];
    this.#isWhole = false;
    return [...this.#sums.keys()].filter((stream) => {
      const sum = this.#sums.get(stream)!;
      const stored = this.#sql.numbers.get(stream);
      if (!sum.known || stored === undefined) return false;
      const ledger = Object.fromEntries(this.#sql.ledger.all(stream).map(({ name, count }) => [name, count]));
      if (isDeepStrictEqual(stored, sum.numbers) && isDeepStrictEqual(ledger, sum.ledger)) return false;
      const [rows, seqs] = this.#sql.batches.get(stream) ?? [0, 0];
      return rows === seqs && rows === sum.batches;
    });
  }

  /** Writes the sums as the counters of the stream. Runs inside the transaction of the caller. */
  write(stream: number): void {
    const sum = this.#sums.get(stream);
    if (sum === undefined) return;
    this.#sql.setNumbers.run(...sum.numbers, stream);
    this.#sql.clearLedger.run(stream);
    for (const [name, count] of Object.entries(sum.ledger)) {
      const [kind = "", ...reason] = name.split(" ");
      this.#sql.addLedger.run(stream, kind, reason.join(" "), count);
    }
  }
}

type Numbers = [readings: number, redelivered: number, records: number, rawReadings: number];
/** `ledger`: by kind and reason. */
type Sum = { known: boolean; batches: number; numbers: Numbers; readonly ledger: Record<string, number> };

const STREAMS_MAX = 100_000;

function add(sum: Sum, counts: string): void {
  const { ledger, records, rawReadings } = loadedCounts(counts);
  const [readings, redelivered, before, rawBefore] = sum.numbers;
  sum.batches += 1;
  sum.numbers = [
    readings + ledger.readings,
    redelivered + ledger.redelivered,
    before + records,
    rawBefore + rawReadings,
  ];
  for (const [kind, byReason] of [
    ["dead_letter", ledger.deadLetters],
    ["discard", ledger.discards],
  ] as const)
    for (const [reason, count] of byReason) {
      const name = `${kind} ${reason}`;
      sum.ledger[name] = (sum.ledger[name] ?? 0) + count;
    }
}

function prepare(db: Database) {
  return {
    numbers: db
      .prepare<[stream: number], Numbers>(
        "SELECT readings, redelivered, records, raw_readings FROM stream WHERE id = ?",
      )
      .raw(),
    ledger: db.prepare<[stream: number], { name: string; count: number }>(
      "SELECT kind || ' ' || reason AS name, count FROM ledger WHERE stream = ?",
    ),
    batches: db
      .prepare<[stream: number], [rows: number, seqs: number]>(
        "SELECT count(*), count(DISTINCT seq) FROM batch INDEXED BY batch_id WHERE stream = ?",
      )
      .raw(),
    setNumbers: db.prepare<[...Numbers, stream: number]>(
      "UPDATE stream SET readings = ?, redelivered = ?, records = ?, raw_readings = ? WHERE id = ?",
    ),
    clearLedger: db.prepare<[stream: number]>("DELETE FROM ledger WHERE stream = ?"),
    addLedger: db.prepare<[stream: number, kind: string, reason: string, count: number]>(
      "INSERT INTO ledger (stream, kind, reason, count) VALUES (?, ?, ?, ?)",
    ),
  };
}
