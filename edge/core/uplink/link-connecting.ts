import { isEmpty } from "../../../proto/core/have.ts";
import type { StreamId } from "../../../proto/core/ids.ts";
import type { SessionEvent } from "./session.ts";
import { greetedClaims } from "./claims.ts";
import { lose, refused, refusedForGood } from "./link-end.ts";
import { withMarkDone } from "./marks.ts";
import { EMPTY_QUEUE } from "./send-queue.ts";
import { settle } from "./settle.ts";
import type { Turn } from "./turn.ts";
import type { RegionalEvent } from "./uplink-events.ts";
import { UPLINK } from "./uplink-state.ts";
import type { HeldStream, ListingLink, OpeningLink, RegionState, WaitingLink } from "./uplink-state.ts";

/** What a link does before its session is live. There is one function for each state, and it handles every event. */

export function whileIdle(turn: Turn, region: RegionState, event: RegionalEvent): void {
  switch (event.kind) {
    case "timer":
      return settle(turn, { ...region, timerAtMs: Infinity });
    case "marked":
      return settle(turn, withMarkDone(region));
    case "streams":
    case "batches":
    case "unread":
    case "full":
    case "session":
  }
}

export function whileWaiting(turn: Turn, region: RegionState, link: WaitingLink, event: RegionalEvent): void {
  switch (event.kind) {
    case "timer":
      if (turn.nowMs >= link.untilMs) return listStreams(turn, { ...region, timerAtMs: Infinity });
      return settle(turn, { ...region, timerAtMs: Infinity });
    case "marked":
      return settle(turn, withMarkDone(region));
    case "streams":
    case "batches":
    case "unread":
    case "full":
    case "session":
  }
}

export function whileListing(turn: Turn, region: RegionState, link: ListingLink, event: RegionalEvent): void {
  switch (event.kind) {
    case "timer":
      return settle(turn, { ...region, timerAtMs: Infinity });
    case "marked":
      return settle(turn, withMarkDone(region));
    case "streams":
      return open(turn, region, link, event.streams);
    case "unread":
      return lose(turn, region, event.reason);
    case "batches":
    case "full":
    case "session":
  }
}

export function whileOpening(turn: Turn, region: RegionState, link: OpeningLink, event: RegionalEvent): void {
  switch (event.kind) {
    case "timer":
      if (turn.nowMs < link.untilMs) return settle(turn, { ...region, timerAtMs: Infinity });
      return lose(
        turn,
        { ...region, timerAtMs: Infinity },
        `the region did not answer the Hello within ${UPLINK.helloMs / 1000} s`,
      );
    case "marked":
      return settle(turn, withMarkDone(region));
    case "session":
      return heardWhileOpening(turn, region, link, event.event);
    case "streams":
    case "batches":
    case "unread":
    case "full":
  }
}

/** Asks the outbox first, so that the Hello lists the batches that are on disk now. */
export function listStreams(turn: Turn, region: RegionState): void {
  const session = turn.nextNumber();
  turn.emit({ kind: "list_streams", region: region.region, session });
  settle(turn, { ...region, link: { kind: "listing", session } });
}

function open(turn: Turn, region: RegionState, { session }: ListingLink, listed: readonly HeldStream[]): void {
  const streams = withSealedSince(turn.state.streams, listed);
  turn.change({ streams });
  const hello = {
    streams: [...streams.values()].map(({ streamId, first, last, closed }) => ({ streamId, first, last, closed })),
  };
  turn.emit({ kind: "open_session", region: region.region, session, hello });
  settle(turn, { ...region, link: { kind: "opening", session, untilMs: turn.nowMs + UPLINK.helloMs } });
}

/** The listed streams, with the batches that were sealed since the list was requested. */
function withSealedSince(
  known: ReadonlyMap<StreamId, HeldStream>,
  listed: readonly HeldStream[],
): ReadonlyMap<StreamId, HeldStream> {
  const streams = new Map(listed.map((stream) => [stream.streamId, stream]));
  for (const stream of known.values()) {
    const same = streams.get(stream.streamId);
    if (same !== undefined && same.last < stream.last) streams.set(stream.streamId, { ...same, last: stream.last });
    if (same === undefined && !stream.closed) streams.set(stream.streamId, stream);
  }
  return streams;
}

function heardWhileOpening(turn: Turn, region: RegionState, link: OpeningLink, event: SessionEvent): void {
  switch (event.kind) {
    case "hello_ack":
      return greeted(turn, region, link, event);
    case "closed":
      return lose(turn, region, event.reason, "closed");
    case "refusal":
      return refused(turn, region, event.refusal);
    case "ack":
      return lose(turn, region, "the region acknowledged before it answered the Hello");
    case "drain":
      return lose(turn, region, `the region is stopping: ${event.reason}`);
    case "writable":
  }
}

function greeted(
  turn: Turn,
  region: RegionState,
  { session }: OpeningLink,
  ack: Extract<SessionEvent, { kind: "hello_ack" }>,
): void {
  if (ack.region !== region.region) {
    const message = `the address of region ${region.region} leads to region ${ack.region}`;
    return refusedForGood(turn, region, { code: "bad_hello", message });
  }
  if (ack.minCopies !== Infinity) {
    const { minCopies } = turn.state;
    turn.change({ minCopies: minCopies === Infinity ? ack.minCopies : Math.max(minCopies, ack.minCopies) });
  }
  const hasVoids = [...turn.state.streams.values()].some(({ voided }) => !isEmpty(voided));
  if (hasVoids) turn.emit({ kind: "declare_voids", region: region.region, session });
  if (ack.regions.length > 0) turn.emit({ kind: "learn", region: region.region, regions: ack.regions });

  const { claims, unsealed, lackingBatches } = greetedClaims(turn.state.streams, ack);
  for (const stream of unsealed) claimedUnsealed(turn, region, stream);
  // If this region was active before it was lost, the end of the step makes it active again and queues the batches that it
  // lacks now.
  if (turn.state.active === region.region) turn.change({ active: undefined });
  turn.report({
    kind: "connected",
    region: region.region,
    storeId: ack.storeId,
    bootId: ack.bootId,
    offlineMs: turn.nowMs - (region.offlineSinceMs ?? turn.nowMs),
    lackingBatches,
  });
  settle(turn, {
    ...region,
    liveSinceMs: turn.nowMs,
    returnAfterMs: turn.state.returnMs * (1 + turn.random * UPLINK.returnJitter),
    lastLoss: "",
    offlineSinceMs: undefined,
    bootId: ack.bootId,
    claims,
    // Another process of the region may be another version and judge differently: each batch gets another chance.
    quarantine: ack.bootId === region.bootId ? region.quarantine : new Map(),
    // Batches that the region no longer claims must be written, too.
    marks: { ...region.marks, dirty: new Set(claims.keys()) },
    link: {
      kind: "live",
      session,
      creditBytes: Math.min(ack.creditBytes, UPLINK.creditMaxBytes),
      allowanceBytes: UPLINK.allowanceStartBytes,
      lastFrameMs: turn.nowMs,
      slowedAtMs: -Infinity,
      writable: true,
      leaving: false,
      graceUntilMs: -Infinity,
      queue: { ...EMPTY_QUEUE, meanBatchBytes: turn.state.meanBatchBytes },
      catchUp: undefined,
    },
  });
}

/** Another process writes under the identity of our open stream. Our next batches would count as delivered already. */
function claimedUnsealed(turn: Turn, { region }: RegionState, { streamId, last }: HeldStream): void {
  const reason = `region ${region} holds batches of it above ${last}, which this gateway never sealed`;
  turn.report({ kind: "forked", region, streamId, reason });
  turn.emit({ kind: "rotate_stream", streamId, reason });
}
