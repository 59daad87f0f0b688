import type { Seq, StreamId } from "../../../proto/core/ids.ts";
import type { SessionEvent } from "./session.ts";
import { acknowledgedClaims, claimsBatch } from "./claims.ts";
import { lose, refused } from "./link-end.ts";
import { allowance, durableTimeout } from "./link-pace.ts";
import { withMarkDone } from "./marks.ts";
import { acknowledged, withArrived, withRead, backlogGone, loaded, nextRead, READ_BYTES } from "./send-queue.ts";
import type { InFlightBatch, SendQueue } from "./send-queue.ts";
import { settle } from "./settle.ts";
import type { Turn } from "./turn.ts";
import type { RegionalEvent } from "./uplink-events.ts";
import { UPLINK } from "./uplink-state.ts";
import type { CatchUp, LiveLink, RegionState } from "./uplink-state.ts";

/** What a link does while its session is live: it sends, counts acknowledgements, and notices a region that is dead. */
export function whileLive(turn: Turn, region: RegionState, link: LiveLink, event: RegionalEvent): void {
  switch (event.kind) {
    case "timer":
      return timerFired(turn, region, link);
    case "marked":
      return settle(turn, withMarkDone(region));
    case "batches":
      return pump(turn, region, { ...link, queue: withArrived(link.queue, event.read, event.batches) });
    case "unread":
      return lose(turn, region, event.reason);
    case "full":
      return settle(turn, { ...region, link: { ...link, writable: false } });
    case "session":
      return heardWhileLive(turn, region, link, event.event);
    case "streams":
  }
}

/** Sends batches within the limits, asks for the next reads, and ends the session if the region asked for it. */
export function pump(turn: Turn, before: RegionState, link: LiveLink): void {
  if (link.leaving) {
    if (link.queue.inFlight.length === 0) return lose(turn, before, before.lastLoss, "left");
    return keep(turn, before, link, link.queue);
  }
  const wanted = (streamId: StreamId, seq: Seq): boolean =>
    !claimsBatch(before.claims, streamId, seq) && before.quarantine.get(streamId)?.has(seq) !== true;
  let region = before;
  let { queue } = link;
  if (link.writable) {
    const limitBytes = Math.min(link.creditBytes, link.allowanceBytes);
    const load = loaded(queue, { limitBytes, nowMs: turn.nowMs, wanted });
    if (load.batches.length > 0) {
      region = withSent(region, load.batches.length, load.queue.inFlightBytes - queue.inFlightBytes);
      turn.emit({ kind: "send", region: region.region, session: link.session, batches: load.batches });
    }
    ({ queue } = load);
  }
  for (;;) {
    const next = nextRead(queue, wanted);
    ({ queue } = next);
    if (next.read === undefined) break;
    const read = turn.nextNumber();
    queue = withRead(queue, read, next.read);
    const { streamId, seqs } = next.read;
    const { session } = link;
    turn.emit({
      kind: "read_batches",
      region: region.region,
      session,
      read,
      streamId,
      seqs,
      maxBytes: READ_BYTES,
    });
  }
  keep(turn, region, link, queue);
}

function keep(turn: Turn, region: RegionState, link: LiveLink, queue: SendQueue): void {
  let { catchUp } = link;
  if (catchUp !== undefined && backlogGone(queue)) {
    const { batches, bytes, sinceMs } = catchUp;
    turn.report({ kind: "drained", region: region.region, batches, bytes, tookMs: turn.nowMs - sinceMs });
    catchUp = undefined;
  }
  turn.change({ meanBatchBytes: queue.meanBatchBytes });
  settle(turn, { ...region, link: { ...link, queue, catchUp } });
}

function withSent(region: RegionState, batches: number, bytes: number): RegionState {
  const { totals } = region;
  const sent = { sentBatches: totals.sentBatches + batches, sentBytes: totals.sentBytes + bytes };
  return { ...region, totals: { ...totals, ...sent } };
}

function heardWhileLive(turn: Turn, region: RegionState, link: LiveLink, event: SessionEvent): void {
  switch (event.kind) {
    case "ack":
      return heardAck(turn, region, { ...link, lastFrameMs: turn.nowMs }, event);
    case "writable":
      return pump(turn, region, { ...link, writable: true });
    case "drain": {
      if (!link.leaving) turn.report({ kind: "leaving", region: region.region, reason: event.reason });
      const lastLoss = `the region is stopping: ${event.reason}`;
      return pump(turn, { ...region, lastLoss }, { ...link, lastFrameMs: turn.nowMs, leaving: true });
    }
    case "closed":
      return lose(turn, region, event.reason, "closed");
    case "refusal":
      return refused(turn, region, event.refusal);
    case "hello_ack":
      return lose(turn, region, "the region answered the Hello twice");
  }
}

function heardAck(turn: Turn, region: RegionState, link: LiveLink, ack: Extract<SessionEvent, { kind: "ack" }>): void {
  if (ack.probe !== undefined) {
    const { number: probe, rival } = ack.probe;
    turn.emit({ kind: "answer_probe", region: region.region, session: link.session, probe });
    turn.report({ kind: "contested", region: region.region, rival });
  }
  const update = acknowledgedClaims(turn.state.streams, region.claims, ack);
  if (update.kind === "withdrawn") {
    const reason = `the region withdrew batches of stream ${update.streamId} that it had acknowledged`;
    return lose(turn, region, reason);
  }
  const { claims, changed } = update;
  const acked = acknowledged(link.queue, (streamId, seq) => claimsBatch(claims, streamId, seq));
  const { totals, marks } = region;
  pump(
    turn,
    {
      ...region,
      claims,
      circuit: { kind: "closed", failures: 0 },
      durableTimeoutMs: durableTimeout(region.durableTimeoutMs, acked.delivered, turn.nowMs),
      marks: { ...marks, dirty: new Set([...marks.dirty, ...changed]) },
      totals: {
        ...totals,
        durableBatches: totals.durableBatches + acked.delivered.length,
        durableBytes: totals.durableBytes + link.queue.inFlightBytes - acked.queue.inFlightBytes,
      },
    },
    {
      ...link,
      ...allowance(link, acked.delivered, turn.nowMs),
      creditBytes: Math.min(ack.creditBytes, UPLINK.creditMaxBytes),
      queue: acked.queue,
      catchUp: link.catchUp && caughtUp(link.catchUp, acked.delivered),
    },
  );
}

function timerFired(turn: Turn, before: RegionState, link: LiveLink): void {
  const region = { ...before, timerAtMs: Infinity };
  if (turn.nowMs - before.timerAtMs > UPLINK.asleepMs) {
    return settle(turn, { ...region, link: { ...link, graceUntilMs: turn.nowMs + UPLINK.asleepMs } });
  }
  if (turn.nowMs < link.graceUntilMs) return settle(turn, region);
  checkDeadlines(turn, region, link);
}

/** Ends the session when the region is silent, or when it takes too long to make a batch durable. */
function checkDeadlines(turn: Turn, region: RegionState, link: LiveLink): void {
  if (turn.nowMs >= link.lastFrameMs + UPLINK.silentMs) {
    return lose(turn, region, `no sign of life from the region for ${UPLINK.silentMs / 1000} s`);
  }
  const oldest = link.queue.inFlight[0];
  if (oldest === undefined || turn.nowMs < oldest.sentAtMs + region.durableTimeoutMs) return settle(turn, region);
  const durableTimeoutMs = Math.min(region.durableTimeoutMs * 2, UPLINK.undurableMaxMs);
  lose(
    turn,
    { ...region, durableTimeoutMs },
    `a batch was not durable ${region.durableTimeoutMs / 1000} s after it was sent`,
  );
}

function caughtUp(catchUp: CatchUp, delivered: readonly InFlightBatch[]): CatchUp {
  let { batches, bytes } = catchUp;
  for (const item of delivered) {
    if (item.lane !== "backlog") continue;
    batches += 1;
    bytes += item.bytes;
  }
  return { ...catchUp, batches, bytes };
}
