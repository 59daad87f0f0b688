import { backoffMs } from "../../../proto/core/backoff.ts";
import type { RegionRefusal } from "./session.ts";
import { markAll } from "./marks.ts";
import { settle } from "./settle.ts";
import type { Turn } from "./turn.ts";
import { quarantinedBatches, UPLINK } from "./uplink-state.ts";
import type { Circuit, IdleLink, RegionState, StoppedLink } from "./uplink-state.ts";

/** The ends of a session: lost, refused, or no longer wanted. */

/**
 * The session is over, or never began.
 *
 * @param how `dead`: this gateway ends it; `closed`: it ended by itself; `left`: the region asked the gateway to leave,
 * which is not a failure.
 */
export function lose(turn: Turn, region: RegionState, reason: string, how: "dead" | "closed" | "left" = "dead"): void {
  const failures = region.circuit.failures + (how === "left" ? 0 : 1);
  const retryMs = backoffMs(UPLINK.backoff, region.circuit.failures, turn.random);
  if (region.lastLoss !== reason) turn.report({ kind: "lost", region: region.region, reason, retryMs });
  if (how !== "closed") closeSession(turn, region);
  const circuit: Circuit =
    failures < UPLINK.failuresToOpen ? { kind: "closed", failures } : { kind: "open", failures, cause: "unavailable" };
  wait(turn, { ...region, circuit, lastLoss: reason }, retryMs);
}

/** The region refused a batch, or this gateway. */
export function refused(turn: Turn, region: RegionState, refusal: RegionRefusal): void {
  const { code, batch, message } = refusal;
  switch (code) {
    case "storage":
    case "other":
      return lose(turn, region, `the region refused: ${message}`);
    case "leaving":
      return refusedByLeaving(turn, region, message);
    case "twin":
      return refusedAsTwin(turn, region, message);
    case "bad_batch":
    case "fork":
      if (batch === null || quarantinedBatches(region) >= UPLINK.quarantineMax) {
        return refusedForGood(turn, region, refusal);
      }
      return refusedBatch(turn, region, { code, message, batch });
    case "protocol":
    case "unauthorized":
    case "bad_hello":
      return refusedForGood(turn, region, refusal);
  }
}

/** Ends the session of a region that is not wanted any more, if there is one. */
export function disconnect(turn: Turn, region: RegionState, link: IdleLink | StoppedLink): void {
  closeSession(turn, region);
  settle(turn, { ...markAll(turn, region), link });
}

/** An operator removes the region. It may stay after all, so the gateway tries again soon. */
function refusedByLeaving(turn: Turn, region: RegionState, reason: string): void {
  const retryMs = UPLINK.leavingRetryMs * (0.5 + turn.random / 2);
  if (region.lastLoss !== reason) turn.report({ kind: "lost", region: region.region, reason, retryMs });
  closeSession(turn, region);
  wait(turn, { ...region, lastLoss: reason }, retryMs);
}

/**
 * Another gateway of this name has the region. It may end, or an operator may choose this one, so the gateway tries again
 * soon. The addresses in the message differ each time, so only the first refusal is reported.
 */
function refusedAsTwin(turn: Turn, region: RegionState, reason: string): void {
  const { circuit } = region;
  const retryMs = UPLINK.twinRetryMs * (0.5 + turn.random / 2);
  if (circuit.kind !== "open" || circuit.cause !== "twin") {
    turn.report({ kind: "refused", region: region.region, code: "twin", reason, retryMs });
  }
  closeSession(turn, region);
  const open: Circuit = { kind: "open", failures: circuit.failures + 1, cause: "twin" };
  wait(turn, { ...region, lastLoss: reason, circuit: open }, retryMs);
}

/** The batch goes into quarantine: it is not sent to this boot of the region again. */
function refusedBatch(
  turn: Turn,
  region: RegionState,
  refusal: {
    readonly code: "bad_batch" | "fork";
    readonly message: string;
    readonly batch: NonNullable<RegionRefusal["batch"]>;
  },
): void {
  const { streamId, seq } = refusal.batch;
  const seqs = new Set(region.quarantine.get(streamId)).add(seq);
  const quarantine = new Map(region.quarantine).set(streamId, seqs);
  if (refusal.code === "fork") {
    turn.report({ kind: "forked", region: region.region, streamId, reason: refusal.message });
    if (turn.state.streams.get(streamId)?.closed === false) {
      const reason = `region ${region.region} holds another batch ${seq} of it`;
      turn.emit({ kind: "rotate_stream", streamId, reason });
    }
  } else {
    turn.report({ kind: "quarantined", region: region.region, streamId, seq, reason: refusal.message });
  }
  lose(turn, { ...region, quarantine }, `the region refused batch ${seq} of stream ${streamId}`);
}

/** Only a person or an upgrade can help. */
export function refusedForGood(
  turn: Turn,
  region: RegionState,
  { code, message }: Pick<RegionRefusal, "code" | "message">,
): void {
  const retryMs = UPLINK.refusedRetryMs * (0.5 + turn.random / 2);
  if (region.lastLoss !== message) {
    turn.report({ kind: "refused", region: region.region, code, reason: message, retryMs });
  }
  closeSession(turn, region);
  const circuit: Circuit = { kind: "open", failures: region.circuit.failures + 1, cause: "refused" };
  wait(turn, { ...region, lastLoss: message, circuit }, retryMs);
}

function wait(turn: Turn, region: RegionState, retryMs: number): void {
  const offlineSinceMs = region.offlineSinceMs ?? turn.nowMs;
  settle(turn, {
    ...markAll(turn, region),
    offlineSinceMs,
    link: { kind: "waiting", untilMs: turn.nowMs + retryMs },
  });
}

function closeSession(turn: Turn, { region, link }: RegionState): void {
  if (link.kind !== "opening" && link.kind !== "live") return;
  turn.emit({ kind: "close_session", region, session: link.session });
}
