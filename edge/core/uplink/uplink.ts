import { EMPTY_HAVE, insertRange } from "../../../proto/core/have.ts";
import type { RegionId, Seq } from "../../../proto/core/ids.ts";
import type { Step } from "../../../proto/core/step.ts";
import { balanceRegions } from "./active-region.ts";
import { dualSend } from "./dual-send.ts";
import { listStreams, whileIdle, whileListing, whileOpening, whileWaiting } from "./link-connecting.ts";
import { disconnect } from "./link-end.ts";
import { pump, whileLive } from "./link-live.ts";
import { EMPTY_QUEUE, withToRead } from "./send-queue.ts";
import type { VoidedRange } from "./session.ts";
import { Turn } from "./turn.ts";
import type { RegionalEvent, UplinkEffect, UplinkEvent } from "./uplink-events.ts";
import { idleRegion } from "./uplink-state.ts";
import type { HeldStream, RegionLink, UplinkState } from "./uplink-state.ts";

/**
 * Decides how sealed batches get to the regions: when to connect, which batches each region lacks, which one is next,
 * and when a session is dead. Each region has a link:
 *
 *     idle --wanted--> listing --streams--> opening --hello_ack--> live
 *                         ^                    |                     |
 *                         '------ waiting <----'--- closed, refused, silent, not durable
 *
 * Promises:
 * - Every batch on disk reaches the region, however often sessions, the region or its disk are lost. The batches to
 *   send are computed again at each greeting from the claim of the region. An earlier claim does not count, because a
 *   region that was restored from a backup holds less than before.
 * - Nothing is marked durable beyond what a region claimed in its current session.
 * - Unacknowledged bytes exceed the region's credit by one batch at most.
 * - It never waits for ever: each state has a deadline, or waits for an answer that always comes.
 */
export type UplinkStep = Step<UplinkState, UplinkEffect>;

/** @param options.returnMs how long a more preferred region must be live before batches return to it. */
export function initialUplink(
  regions: readonly RegionId[],
  nowMs: number,
  options: { readonly returnMs: number },
): UplinkState {
  return {
    phase: "new",
    active: undefined,
    lastActive: undefined,
    minCopies: Infinity,
    dual: { snapshots: [], nextAtMs: nowMs, forced: false, sentBatches: 0, activeMs: 0 },
    returnMs: options.returnMs,
    configured: regions,
    streams: new Map(),
    regions: new Map(regions.map((region) => [region, idleRegion(region, nowMs)])),
    lastNumber: 0,
    meanBatchBytes: EMPTY_QUEUE.meanBatchBytes,
  };
}

/**
 * @param nowMs a monotonic clock
 * @param random one draw from [0, 1)
 */
export function stepUplink(state: UplinkState, event: UplinkEvent, nowMs: number, random: number): UplinkStep {
  const turn = new Turn(state, nowMs, random);
  handle(turn, event);
  if (turn.state.phase === "running") {
    balanceRegions(turn);
    dualSend(turn);
  }
  return { state: turn.state, effects: turn.effects };
}

function handle(turn: Turn, event: UplinkEvent): void {
  switch (event.kind) {
    case "start":
      if (turn.state.phase === "new") turn.change({ phase: "running" });
      return;
    case "hurry":
      return hurry(turn);
    case "stop":
      return stop(turn);
    case "sealed":
      return sealed(turn, event);
    case "learned":
      return learned(turn, event.regions);
    case "voided":
      return voided(turn, event.voids);
    case "disk_pressure":
      return diskPressure(turn, event.forceDualSend);
    case "timer":
    case "marked":
    case "streams":
    case "batches":
    case "unread":
    case "full":
    case "session":
      return regional(turn, event);
  }
}

function regional(turn: Turn, event: RegionalEvent): void {
  const region = turn.state.regions.get(event.region);
  if (region === undefined) return;
  const { link } = region;
  if ("session" in event && event.session !== sessionOf(link)) return;
  switch (link.kind) {
    case "idle":
      return whileIdle(turn, region, event);
    case "waiting":
      return whileWaiting(turn, region, link, event);
    case "listing":
      return whileListing(turn, region, link, event);
    case "opening":
      return whileOpening(turn, region, link, event);
    case "live":
      return whileLive(turn, region, link, event);
    case "stopped":
  }
}

function sessionOf(link: RegionLink): number | undefined {
  switch (link.kind) {
    case "listing":
    case "opening":
    case "live":
      return link.session;
    case "idle":
    case "waiting":
    case "stopped":
      return undefined;
  }
}

function hurry(turn: Turn): void {
  for (const region of turn.state.regions.values()) {
    const refused = region.circuit.kind === "open" && region.circuit.cause !== "unavailable";
    if (region.link.kind === "waiting" && !refused) listStreams(turn, region);
  }
}

function stop(turn: Turn): void {
  turn.change({ phase: "stopped" });
  for (const region of turn.state.regions.values()) {
    if (region.link.kind !== "stopped") disconnect(turn, region, { kind: "stopped" });
  }
}

/** Sealed batches go to the active region at once. */
function sealed(turn: Turn, { streamId, firstSeq, lastSeq }: Extract<UplinkEvent, { kind: "sealed" }>): void {
  const held = turn.state.streams.get(streamId);
  // A listing may have contained some of them already. The batches above the last known one are new.
  const first = held === undefined ? firstSeq : ((held.last + 1) as Seq);
  if (first > lastSeq) return;
  const stream: HeldStream =
    held === undefined
      ? { streamId, first: firstSeq, last: lastSeq, closed: false, durable: EMPTY_HAVE, voided: EMPTY_HAVE }
      : { ...held, last: lastSeq };
  turn.change({ streams: new Map(turn.state.streams).set(streamId, stream) });
  const { active, regions } = turn.state;
  const region = active === undefined ? undefined : regions.get(active);
  if (region?.link.kind !== "live") return;
  const queue = withToRead(region.link.queue, "fresh", streamId, { first, last: lastSeq });
  pump(turn, region, { ...region.link, queue });
}

/** The regions are told at once, and again with each greeting. */
function voided(turn: Turn, voids: readonly VoidedRange[]): void {
  const streams = new Map(turn.state.streams);
  for (const { streamId, first, last } of voids) {
    const stream = streams.get(streamId);
    if (stream !== undefined) streams.set(streamId, { ...stream, voided: insertRange(stream.voided, first, last) });
  }
  turn.change({ streams });
  for (const { region, link } of turn.state.regions.values()) {
    if (link.kind === "live") turn.emit({ kind: "declare_voids", region, session: link.session, voids });
  }
}

/** Disconnects from regions that are no longer listed, and adds the new ones. */
function learned(turn: Turn, regions: readonly RegionId[]): void {
  const { configured, active } = turn.state;
  const wanted = [...configured, ...regions.filter((region) => !configured.includes(region))];
  for (const region of turn.state.regions.values()) {
    if (!wanted.includes(region.region)) disconnect(turn, region, { kind: "stopped" });
  }
  const known = turn.state.regions;
  turn.change({
    active: active !== undefined && wanted.includes(active) ? active : undefined,
    regions: new Map(wanted.map((region) => [region, known.get(region) ?? idleRegion(region, turn.nowMs)])),
  });
}

function diskPressure(turn: Turn, forced: boolean): void {
  const { dual } = turn.state;
  turn.change({ dual: { ...dual, forced, nextAtMs: forced ? turn.nowMs : dual.nextAtMs } });
}
