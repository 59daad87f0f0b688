import type { InFlight } from "./send-queue.ts";
import type { LiveLink } from "./uplink-state.ts";
import { UPLINK } from "./uplink-state.ts";

/**
 * Why the allowance: credit says what the region can take, not what the link can. On a slow link a full credit would
 * queue minutes of backlog before a fresh batch, and every batch behind it would look overdue. So the bytes in flight
 * start small, double after a prompt answer to a full allowance and halve after a late one, once per answer time.
 */
export function allowance(
  link: LiveLink,
  landed: readonly InFlight[],
  nowMs: number,
): Pick<LiveLink, "allowanceBytes" | "slowedAtMs"> {
  const { allowanceBytes, slowedAtMs } = link;
  const oldest = landed[0];
  if (oldest === undefined) return { allowanceBytes, slowedAtMs };
  const tookMs = nowMs - oldest.sentAtMs;
  if (tookMs > UPLINK.lateMs && oldest.sentAtMs >= slowedAtMs) {
    return { allowanceBytes: Math.max(allowanceBytes / 2, UPLINK.allowanceMinBytes), slowedAtMs: nowMs };
  }
  const full = link.queue.inFlightBytes * 2 >= allowanceBytes;
  if (tookMs > UPLINK.promptMs || !full) return { allowanceBytes, slowedAtMs };
  return { allowanceBytes: Math.min(allowanceBytes * 2, UPLINK.creditMaxBytes), slowedAtMs };
}

/** Goes back to the usual patience once answers need only a small part of it. */
export function patience(patienceMs: number, landed: readonly InFlight[], nowMs: number): number {
  const oldest = landed[0];
  if (oldest === undefined || (nowMs - oldest.sentAtMs) * 4 > patienceMs) return patienceMs;
  return Math.max(patienceMs / 2, UPLINK.undurableMs);
}
