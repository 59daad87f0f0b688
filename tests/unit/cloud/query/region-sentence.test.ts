import { expect, test } from "vitest";

import { regionStatus } from "../../../../cloud/query/status-route.ts";
import type { StoreTotals } from "../../../../cloud/store/store.ts";

const YEARS_MS = 122 * 365 * 86_400_000;
const RECEIVED_MS = Date.UTC(2026, 10, 20, 8);
const TOTALS: StoreTotals = {
  gateways: 1,
  streams: 1,
  series: 2,
  readings: 30,
  records: 3,
  rawReadings: 0,
  forks: 0,
  unapplied: 0,
  lastReceivedMs: RECEIVED_MS,
};

async function status(nowMs: number, ageMs: number | null) {
  return regionStatus({
    store: { totals: async () => TOTALS, lost: async () => null, damaged: async () => 0 },
    scrubber: { repaired: 0, walks: 0, isReadable: true },
    regions: { self: "eu", members: () => [], peers: () => [] },
    clock: { nowMs: () => nowMs },
    lastBatchAgeMs: () => ageMs,
    gateways: { twins: () => [] },
    digests: { last: null, differing: new Map() },
  });
}

test.each([-YEARS_MS, -1, 0, YEARS_MS])(
  "[I46] the age of the last batch is measured monotonically when the clock jumped by %d ms",
  async (jumpMs) => {
    const { sentence, last_batch: lastBatch } = await status(RECEIVED_MS + jumpMs + 4_000, 4_000);
    expect(sentence).toMatch(/of 30 readings from 1 gateway, last batch 4\.0 s ago\.$/);
    expect(lastBatch).toBe(new Date(RECEIVED_MS + jumpMs).toISOString());
  },
);

test("[I46] a batch of an earlier life has an age only if the clock is not before its arrival", async () => {
  expect((await status(RECEIVED_MS + 60_000, null)).sentence).toMatch(/last batch 60\.0 s ago\.$/);
  const { sentence, last_batch: lastBatch } = await status(RECEIVED_MS - YEARS_MS, null);
  expect(sentence).toMatch(/last batch before this start, and the clock has gone back since then\.$/);
  expect(lastBatch).toBe(new Date(RECEIVED_MS).toISOString());
});
