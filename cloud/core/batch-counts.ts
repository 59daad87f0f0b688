import type { ReadableBatch } from "../../proto/wire/batch-codec.ts";
import type { BatchCounts } from "../../proto/core/record.ts";

/** What a batch adds to the counters of its stream. */
export function countsOf({ content, rawSlices }: ReadableBatch): BatchCounts {
  const rawReadings = rawSlices.reduce((sum, slice) => sum + slice.count, 0);
  return { ledger: content.ledger, records: content.windows.length, rawReadings };
}
