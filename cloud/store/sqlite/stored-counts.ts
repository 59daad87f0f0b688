import { z } from "zod";

import { openBatch } from "../../../proto/wire/batch-codec.ts";
import type { BatchCounts } from "../../../proto/core/record.ts";
import { countsOf } from "../../core/apply.ts";
import type { BatchId } from "../store.ts";

/** The counts of a batch, as its column `counts` holds them. */
export function storedCounts({ ledger, records, rawReadings }: BatchCounts): string {
  const { readings, redelivered, deadLetters, discards } = ledger;
  const counts = { readings, redelivered, records, rawReadings, dead: [...deadLetters], discards: [...discards] };
  return JSON.stringify(counts);
}

export function loadedCounts(text: string): BatchCounts {
  const { readings, redelivered, records, rawReadings, dead, discards } = schema.parse(JSON.parse(text));
  const ledger = { readings, redelivered, deadLetters: new Map(dead), discards: new Map(discards) };
  return { ledger, records, rawReadings };
}

/** The counts of an applied batch. Rows of schema version 2 have no `counts`, so their bytes are decoded. */
export function countsOfRow(row: CountedRow & BatchId): BatchCounts | null {
  if (row.counts !== null) return loadedCounts(row.counts);
  const opened = openBatch(row);
  return opened.kind === "ok" ? countsOf(opened) : null;
}

export type CountedRow = { readonly sha256: Buffer; readonly bytes: Buffer; readonly counts: string | null };

const byReason = z.array(z.tuple([z.string(), z.int()]));
const schema = z.object({
  readings: z.int(),
  redelivered: z.int(),
  records: z.int(),
  rawReadings: z.int(),
  dead: byReason,
  discards: byReason,
});
