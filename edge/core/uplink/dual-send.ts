import { difference, EMPTY_HAVE, intersection } from "../../../proto/core/have.ts";
import type { Have, Island } from "../../../proto/core/have.ts";
import type { Seq, StreamId } from "../../../proto/core/ids.ts";
import { combinedClaim } from "./claims.ts";
import { pump } from "./link-live.ts";
import { backlogGone, toReadCount, withToRead } from "./send-queue.ts";
import type { Turn } from "./turn.ts";
import { UPLINK } from "./uplink-state.ts";
import type { HeldStream, UplinkState } from "./uplink-state.ts";

/**
 * Sends batches to the standby region that have been durable for long and are in too few regions. Then the
 * acknowledgements of both regions count, and the gateway can trim the batches even if the regions cannot reach each
 * other.
 */
export function dualSend(turn: Turn): void {
  const { dual, minCopies } = turn.state;
  if (turn.nowMs < dual.nextAtMs || minCopies <= 1) return;
  const due = nextSnapshot(turn);
  const standby = standbyRegion(turn.state);
  if (due === undefined || standby === undefined) return;

  const { link } = standby;
  let { queue } = link;
  // Earlier batches must arrive there first, because a batch may be at only one place of a queue.
  if (!backlogGone(queue)) return;
  for (const stream of turn.state.streams.values()) {
    const old = due.get(stream.streamId) ?? EMPTY_HAVE;
    const { replicated } = combinedClaim(turn.state, stream.streamId);
    const held = standby.claims.get(stream.streamId)?.durable ?? EMPTY_HAVE;
    for (const { first, last } of onDisk(stream, difference(difference(old, replicated), held))) {
      queue = withToRead(queue, "backlog", stream.streamId, { first: first as Seq, last: last as Seq });
    }
  }
  const batches = toReadCount(queue, "backlog");
  if (batches === 0) return;

  turn.report({ kind: "dual_send", region: standby.region, batches });
  const { sentBatches, activeMs } = dual;
  turn.change({
    dual: {
      ...turn.state.dual,
      sentBatches: sentBatches + batches,
      activeMs: activeMs + everyMs(dual.forced),
    },
  });
  pump(turn, standby, { ...link, queue });
}

/**
 * Notes the batches that are durable now.
 *
 * @returns the batches that were durable `UPLINK.dualMs` ago, or those that are durable now if the disk is nearly full.
 * Undefined: no snapshot is that old yet.
 */
function nextSnapshot(turn: Turn): ReadonlyMap<StreamId, Have> | undefined {
  const { dual, streams } = turn.state;
  const { forced } = dual;
  const durable = new Map<StreamId, Have>();
  for (const { streamId } of streams.values()) durable.set(streamId, combinedClaim(turn.state, streamId).durable);
  const isOld = dual.snapshots.length * UPLINK.dualEveryMs >= UPLINK.dualMs;
  // Snapshots that were taken at the other interval are younger than their number says, so they are dropped.
  const snapshots = forced ? [] : [...(isOld ? dual.snapshots.slice(1) : dual.snapshots), durable];
  turn.change({ dual: { ...dual, snapshots, nextAtMs: turn.nowMs + everyMs(forced) } });
  if (forced) return durable;
  return isOld ? dual.snapshots[0] : undefined;
}

function everyMs(forced: boolean): number {
  return forced ? UPLINK.dualForcedEveryMs : UPLINK.dualEveryMs;
}

/** The first live region that is not active. */
function standbyRegion({ regions, active }: UplinkState) {
  for (const region of regions.values()) {
    const { link } = region;
    if (region.region !== active && link.kind === "live" && !link.leaving) return { ...region, link };
  }
  return undefined;
}

/** The seqs of the set that this disk still has, as ranges. */
function onDisk({ first, last }: HeldStream, seqs: Have): readonly Island[] {
  const here = intersection(seqs, { prefix: 0, islands: [{ first, last }] });
  return here.prefix > 0 ? [{ first: 1, last: here.prefix }, ...here.islands] : here.islands;
}
