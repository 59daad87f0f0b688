import { z } from "zod";

import type { ReadableBatch } from "../../proto/wire/batch-codec.ts";
import type { BatchCounts } from "../../proto/wire/snapshot-codec.ts";

export function countsOf({ content, rawSlices }: ReadableBatch): BatchCounts {
  const rawReadings = rawSlices.reduce((sum, block) => sum + block.count, 0);
  return { ledger: content.ledger, records: content.windows.length, rawReadings };
}

/** As the column `counts` of a batch has it. */
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

const byReason = z.array(z.tuple([z.string(), z.int()]));
const schema = z.object({
  readings: z.int(),
  redelivered: z.int(),
  records: z.int(),
  rawReadings: z.int(),
  dead: byReason,
  discards: byReason,
});
