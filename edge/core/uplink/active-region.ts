import { missing } from "../../../proto/core/have.ts";
import type { RegionId } from "../../../proto/core/ids.ts";
import { NO_CLAIM } from "./claims.ts";
import { listStreams } from "./link-connecting.ts";
import { disconnect } from "./link-end.ts";
import { pump } from "./link-live.ts";
import { activeRegionOf, wantedRegions } from "./region-roles.ts";
import type { RegionCondition } from "./region-roles.ts";
import { EMPTY_QUEUE, toReadCount, withToRead } from "./send-queue.ts";
import type { SendQueue } from "./send-queue.ts";
import { settle } from "./settle.ts";
import type { Turn } from "./turn.ts";
import type { RegionState } from "./uplink-state.ts";

/** Finds the active region, and connects to the regions that should be connected. Called at the end of every step. */
export function balanceRegions(turn: Turn): void {
  const conditions = [...turn.state.regions.values()].map(
    (region) => [region.region, conditionOf(region, turn.nowMs)] as const,
  );
  const { active } = turn.state;
  const next = activeRegionOf(conditions, active);
  if (next !== undefined && next !== active) makeActive(turn, turn.state.regions.get(next)!, active);
  const wanted = wantedRegions(conditions, turn.state.active);
  for (const region of turn.state.regions.values()) {
    const { link } = region;
    if (wanted.has(region.region)) {
      if (link.kind === "idle") listStreams(turn, region);
    } else if (link.kind !== "idle" && (link.kind !== "live" || link.queue.inFlight.length === 0)) {
      disconnect(turn, region, { kind: "idle" });
    }
  }
}

function conditionOf(region: RegionState, nowMs: number): RegionCondition {
  const { link, circuit, lastLoss, liveSinceMs, returnAfterMs } = region;
  const connecting = link.kind === "idle" || link.kind === "listing" || link.kind === "opening";
  return {
    live: link.kind === "live" && !link.leaving,
    firstAttempt: connecting && circuit.failures === 0 && lastLoss === "",
    liveForMs: nowMs - liveSinceMs,
    returnAfterMs,
  };
}

/** Makes this region the active one. It first gets the batches that its own claim lacks. */
function makeActive(turn: Turn, region: RegionState, from: RegionId | undefined): void {
  const { lastActive } = turn.state;
  const before = turn.state.regions.get(from ?? lastActive ?? region.region);
  if (before !== region && before?.link.kind === "live") {
    // Batches in flight may still arrive there. The others go to the new region.
    const { inFlight, inFlightBytes, meanBatchBytes } = before.link.queue;
    const queue: SendQueue = { ...EMPTY_QUEUE, inFlight, inFlightBytes, meanBatchBytes };
    settle(turn, { ...before, link: { ...before.link, queue, catchUp: undefined } });
  }
  turn.change({ active: region.region, lastActive: region.region });
  if (region.region !== lastActive) {
    turn.report({ kind: "active_region", region: region.region, from: lastActive, reason: whyChanged(before) });
  }
  if (region.link.kind !== "live") return;
  const queue = withLacking(turn, region, {
    ...region.link.queue,
    meanBatchBytes: turn.state.meanBatchBytes,
  });
  const catchUp = toReadCount(queue, "backlog") === 0 ? undefined : { sinceMs: turn.nowMs, batches: 0, bytes: 0 };
  pump(turn, region, { ...region.link, queue, catchUp });
}

function whyChanged(before: RegionState | undefined): string {
  if (before === undefined) return "";
  return before.link.kind === "live" ? "a more preferred region is back" : before.lastLoss;
}

function withLacking(turn: Turn, region: RegionState, before: SendQueue): SendQueue {
  let queue = before;
  for (const { streamId, first, last } of turn.state.streams.values()) {
    const { durable } = region.claims.get(streamId) ?? NO_CLAIM;
    for (const range of missing(durable, first, last)) queue = withToRead(queue, "backlog", streamId, range);
  }
  return queue;
}
