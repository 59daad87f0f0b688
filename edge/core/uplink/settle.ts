import { markDue, nextMarkMs } from "./marks.ts";
import type { Turn } from "./turn.ts";
import { UPLINK } from "./uplink-state.ts";
import type { RegionState } from "./uplink-state.ts";

/** Keeps the new state of a region: writes the claims that are due, and asks for a timer if none fires early enough. */
export function settle(turn: Turn, region: RegionState): void {
  const marked = markDue(turn, region);
  const atMs = deadlineMs(marked);
  if (atMs >= marked.timerAtMs) return turn.put(marked);
  turn.emit({ kind: "set_timer", region: region.region, atMs });
  turn.put({ ...marked, timerAtMs: atMs });
}

/** The next time at which something must be done without an event. */
function deadlineMs(region: RegionState): number {
  const { link, marks } = region;
  switch (link.kind) {
    case "waiting":
    case "opening":
      return link.untilMs;
    case "live": {
      const oldest = link.queue.inFlight[0];
      const checkMs = Math.min(
        link.lastFrameMs + UPLINK.silentMs,
        oldest === undefined ? Infinity : oldest.sentAtMs + region.durableTimeoutMs,
      );
      return Math.min(Math.max(checkMs, link.graceUntilMs), nextMarkMs(marks));
    }
    case "idle":
    case "listing":
    case "stopped":
      return Infinity;
  }
}
