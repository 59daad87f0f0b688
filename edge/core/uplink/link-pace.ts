import type { InFlightBatch } from "./send-queue.ts";
import type { LiveLink } from "./uplink-state.ts";
import { UPLINK } from "./uplink-state.ts";

/**
 * The bytes that may be in flight. The credit is the limit of the region, not the limit of the link. On a slow link a
 * full credit would put minutes of backlog before a fresh batch, and every batch would look overdue. So the allowance
 * starts small. It doubles after a prompt answer to a full allowance, and halves after a late answer, once per round
 * trip.
 */
export function allowance(
  link: LiveLink,
  delivered: readonly InFlightBatch[],
  nowMs: number,
): Pick<LiveLink, "allowanceBytes" | "slowedAtMs"> {
  const { allowanceBytes, slowedAtMs } = link;
  const oldest = delivered[0];
  if (oldest === undefined) return { allowanceBytes, slowedAtMs };
  const tookMs = nowMs - oldest.sentAtMs;
  if (tookMs > UPLINK.lateMs && oldest.sentAtMs >= slowedAtMs) {
    return { allowanceBytes: Math.max(allowanceBytes / 2, UPLINK.allowanceMinBytes), slowedAtMs: nowMs };
  }
  const full = link.queue.inFlightBytes * 2 >= allowanceBytes;
  if (tookMs > UPLINK.promptMs || !full) return { allowanceBytes, slowedAtMs };
  return { allowanceBytes: Math.min(allowanceBytes * 2, UPLINK.creditMaxBytes), slowedAtMs };
}

/**
 * The time that a batch may take until it is durable. It is halved, down to the default, when answers need less than a
 * quarter of it.
 */
export function durableTimeout(timeoutMs: number, delivered: readonly InFlightBatch[], nowMs: number): number {
  const oldest = delivered[0];
  if (oldest === undefined || (nowMs - oldest.sentAtMs) * 4 > timeoutMs) return timeoutMs;
  return Math.max(timeoutMs / 2, UPLINK.undurableMs);
}
