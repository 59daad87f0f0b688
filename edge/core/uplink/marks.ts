import { combinedClaim } from "./claims.ts";
import type { Turn } from "./turn.ts";
import { UPLINK } from "./uplink-state.ts";
import type { Marks, RegionState } from "./uplink-state.ts";

/**
 * Marks write claims to the outbox, so that it knows which batches are durable and which can be trimmed. Each mark is a
 * transaction of the storage, so claims of 100 ms are written together, and one mark of a region is under way at a time.
 */

/** Writes the claims that are due, and returns the region without them. */
export function markDue(turn: Turn, region: RegionState): RegionState {
  return turn.nowMs >= nextMarkMs(region.marks) ? markAll(turn, region) : region;
}

/** Writes all claims that are not yet written, because the session ends. */
export function markAll(turn: Turn, region: RegionState): RegionState {
  if (region.marks.dirty.size === 0) return region;
  const claims = new Map(
    [...region.marks.dirty].map((streamId) => [streamId, combinedClaim(turn.state, streamId, region)]),
  );
  turn.emit({ kind: "mark", region: region.region, claims });
  const nextAtMs = turn.nowMs + UPLINK.markEveryMs;
  return { ...region, marks: { dirty: new Set(), underWay: true, nextAtMs } };
}

/** When the next mark is due; Infinity when there is nothing to write or one is under way. */
export function nextMarkMs({ dirty, underWay, nextAtMs }: Marks): number {
  return dirty.size > 0 && !underWay ? nextAtMs : Infinity;
}

/** The mark of this region that was under way is done. */
export function withMarkDone(region: RegionState): RegionState {
  return { ...region, marks: { ...region.marks, underWay: false } };
}
