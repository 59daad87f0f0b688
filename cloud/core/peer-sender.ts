import { backoffMs } from "../../proto/core/backoff.ts";
import { contains, EMPTY_HAVE, equalHave, haveOf } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import { toSeq } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { Step } from "../../proto/core/step.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";
import type { ReceiverFrame, SenderFrame, StreamRanges, WireHash, WireLife } from "../../proto/wire/peer-messages.ts";
import type { DayDigest } from "./day-digests.ts";
import { PEER_LIMITS } from "./peer-limits.ts";
import type { PeerReport } from "./peer-report.ts";

/**
 * The link that this region dials to one peer, as a reducer. On this link, this region is the sender.
 *
 *     waiting --due--> dialling --welcome--> live --closed / silent / refused--> waiting
 *
 * Promises:
 * - `holds` contains the sets that the peer claims on this connection. While the peer is out of reach, it contains
 *   the last claims. The first complete claim of a connection replaces all earlier claims: a region that was restored
 *   from a backup claims less than before.
 * - A batch that was just committed is sent at once if the credit of the peer allows it. The comparison of the sets
 *   finds every batch that was not sent or was lost on the way. So nothing has to be remembered here.
 * - Unacknowledged bytes stay within the credit of the peer. Every state has a deadline.
 *
 * `stepSender` changes the state in place: it holds a set for every stream of the peer.
 */
export type SenderState = {
  readonly peer: RegionId;
  /** The batches that the peer claims, by stream. */
  holds: Map<StreamId, Have>;
  link: SenderLink;
  failures: number;
  lastLoss: string;
  /** When the last live link ended; undefined while there is one. */
  unreachableSinceMs: number | undefined;
  /** The number of the latest connection. */
  session: number;
  bootId: string;
};

type SenderLink =
  | { readonly kind: "waiting"; readonly untilMs: number }
  | { readonly kind: "dialling"; readonly untilMs: number }
  | LiveSenderLink;

type LiveSenderLink = {
  readonly kind: "live";
  readonly creditBytes: number;
  lastFrameMs: number;
  /** When the changed sets, a heartbeat, and all sets were last sent. */
  comparedMs: number;
  beatMs: number;
  comparedWholeMs: number;
  /** The part of this connection's claim that has arrived; undefined when the claim is complete. */
  arriving: Map<StreamId, Have> | undefined;
  /** The gateways that connected to this region or left it, and have not been sent on this connection. */
  readonly lives: { restart: boolean; readonly due: Map<StreamId, WireLife> };
  /** Streams of which this region holds more than it has sent on this connection. */
  readonly grown: Set<StreamId>;
  readonly wants: Want[];
  /** Only one read runs at a time. This keeps the memory bounded. */
  reading: { readonly want: Want; readonly seqs: readonly Seq[] } | undefined;
  /** In the same way, one part of a snapshot is read at a time. */
  scanning: boolean;
  readonly inFlight: Map<StreamId, Map<Seq, SentBatch>>;
  inFlightBytes: number;
};

type Want = StreamRanges & { readonly variants?: boolean };
type SentBatch = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly bytes: number;
  readonly sentAtMs: number;
};

export type SenderEvent =
  /** Comes several times a second. */
  | { readonly kind: "tick" }
  /** A commit: the streams that it touched, and the batches that did not come from a peer. */
  | { readonly kind: "committed"; readonly streamIds: readonly StreamId[]; readonly fresh: readonly SealedBatch[] }
  /** A gateway connected to this region, answered a probe, or is gone. */
  | { readonly kind: "life"; readonly life: WireLife }
  /** The result of a walk over the rows of this region. */
  | { readonly kind: "digests"; readonly days: readonly DayDigest[] }
  | { readonly kind: "stop" }
  | ({ readonly session: number } & (
      | { readonly kind: "frame"; readonly frame: ReceiverFrame }
      /** The connection ended by itself. */
      | { readonly kind: "closed"; readonly reason: string }
      /** The answer to `read`. `pruned`: batches that are held without their bytes. */
      | { readonly kind: "read"; readonly batches: readonly SealedBatch[]; readonly pruned: StreamRanges | null }
      /** The answer to `hash`. */
      | {
          readonly kind: "hashed";
          readonly streamId: StreamId;
          readonly hashes: readonly WireHash[];
          readonly more: boolean;
        }
      /** The answer to `scan`; null: the peer asked for a part that does not exist. */
      | {
          readonly kind: "scanned";
          readonly after: Uint8Array;
          readonly part: { readonly body: Uint8Array; readonly next: Uint8Array } | null;
        }
    ));

export type SenderEffect =
  | { readonly kind: "dial"; readonly session: number }
  | { readonly kind: "hang_up"; readonly session: number }
  | { readonly kind: "send"; readonly session: number; readonly frame: SenderFrame }
  | {
      readonly kind: "read";
      readonly session: number;
      readonly streamId: StreamId;
      readonly seqs: readonly Seq[];
      readonly maxBytes: number;
    }
  | { readonly kind: "hash"; readonly session: number; readonly streamId: StreamId; readonly after: number }
  | { readonly kind: "scan"; readonly session: number; readonly after: Uint8Array }
  /** The peer's claims about these streams have changed. */
  | { readonly kind: "claims_changed"; readonly streamIds: readonly StreamId[] }
  | { readonly kind: "report"; readonly report: PeerReport };

/**
 * The input of a step beside its event: the sets of this region, the sums of the hashes of their batches, and the gateways
 * that are connected to this region.
 */
export type SenderInput = {
  readonly random: number;
  readonly own: ReadonlyMap<StreamId, Have>;
  readonly sums: ReadonlyMap<StreamId, number>;
  readonly lives: ReadonlyMap<StreamId, WireLife>;
};

export type SenderStatus = {
  readonly peer: RegionId;
  readonly connected: boolean;
  /** Why the last connection ended; empty while there is one. */
  readonly lastLoss: string;
};

export function initialSender(peer: RegionId, nowMs: number): SenderState {
  return {
    peer,
    holds: new Map(),
    link: { kind: "waiting", untilMs: nowMs },
    failures: 0,
    lastLoss: "",
    unreachableSinceMs: nowMs,
    session: 0,
    bootId: "",
  };
}

export function senderStatus({ peer, link, lastLoss }: SenderState): SenderStatus {
  return { peer, connected: link.kind === "live", lastLoss };
}

/** The batches of a stream that the peer claims. */
export function peerHolds(state: SenderState, streamId: StreamId): Have {
  return state.holds.get(streamId) ?? EMPTY_HAVE;
}

export function stepSender(
  state: SenderState,
  event: SenderEvent,
  nowMs: number,
  input: SenderInput,
): Step<SenderState, SenderEffect> {
  return { state, effects: effectsOf(state, event, nowMs, input) };
}

type Effects = readonly SenderEffect[];

function effectsOf(state: SenderState, event: SenderEvent, nowMs: number, input: SenderInput): Effects {
  // An answer or a frame of an earlier connection.
  if ("session" in event && event.session !== state.session) return [];
  switch (state.link.kind) {
    case "waiting":
      return whileWaiting(state, state.link.untilMs, event, nowMs);
    case "dialling":
      return whileDialling(state, state.link.untilMs, event, nowMs, input);
    case "live":
      return whileLive(state, state.link, event, nowMs, input);
  }
}

function whileWaiting(state: SenderState, untilMs: number, event: SenderEvent, nowMs: number): Effects {
  switch (event.kind) {
    case "tick":
      if (nowMs < untilMs) return [];
      state.session += 1;
      state.link = { kind: "dialling", untilMs: nowMs + PEER_LIMITS.welcomeMs };
      return [{ kind: "dial", session: state.session }];
    case "stop":
      state.link = STOPPED;
      return [];
    case "committed":
    case "life":
    case "digests":
    case "frame":
    case "closed":
    case "read":
    case "hashed":
    case "scanned":
      return [];
  }
}

function whileDialling(
  state: SenderState,
  untilMs: number,
  event: SenderEvent,
  nowMs: number,
  { random, lives }: SenderInput,
): Effects {
  switch (event.kind) {
    case "tick":
      if (nowMs < untilMs) return [];
      return hangUp(state, `no welcome within ${PEER_LIMITS.welcomeMs / 1000} s`, nowMs, random);
    case "frame":
      if (event.frame.kind === "welcome") return welcomed(state, event.frame, nowMs, lives);
      if (event.frame.kind === "refusal") return refused(state, event.frame, nowMs, random);
      return hangUp(state, `${event.frame.kind} before the welcome`, nowMs, random);
    case "closed":
      return lose(state, event.reason, nowMs, random);
    case "stop":
      state.link = STOPPED;
      return [{ kind: "hang_up", session: state.session }];
    case "committed":
    case "life":
    case "digests":
    case "read":
    case "hashed":
    case "scanned":
      return [];
  }
}

function whileLive(
  state: SenderState,
  link: LiveSenderLink,
  event: SenderEvent,
  nowMs: number,
  input: SenderInput,
): Effects {
  switch (event.kind) {
    case "tick":
      if (nowMs - link.lastFrameMs >= PEER_LIMITS.silentMs) {
        return hangUp(state, `no sign of life for ${PEER_LIMITS.silentMs / 1000} s`, nowMs, input.random);
      }
      forgetOverdue(link, nowMs);
      return [
        ...sendLives(state, link),
        ...compareSets(state, link, nowMs, input),
        ...readWanted(state, link),
        ...beat(state, link, nowMs),
      ];
    case "frame":
      return heard(state, link, event.frame, nowMs, input);
    case "closed":
      return lose(state, event.reason, nowMs, input.random);
    case "committed":
      for (const streamId of event.streamIds) link.grown.add(streamId);
      return event.fresh
        .filter(({ bytes }) => link.inFlightBytes + bytes.length <= link.creditBytes)
        .map((batch) => sendBatch(state, link, batch, nowMs));
    case "life":
      link.lives.due.set(event.life.life, event.life);
      return [];
    case "digests":
      return [sendFrame(state, { kind: "digests", days: event.days })];
    case "read":
      return wasRead(state, link, event, nowMs);
    case "hashed": {
      const { streamId, hashes, more } = event;
      return [sendFrame(state, { kind: "hashes", streamId, hashes, more })];
    }
    case "scanned": {
      link.scanning = false;
      const { after, part } = event;
      if (part !== null) return [sendFrame(state, { kind: "snapshot_part", after, ...part })];
      return hangUp(state, "it asked for a part of a snapshot that does not exist", nowMs, input.random);
    }
    case "stop":
      state.link = STOPPED;
      return [{ kind: "hang_up", session: state.session }];
  }
}

function heard(
  state: SenderState,
  link: LiveSenderLink,
  frame: ReceiverFrame,
  nowMs: number,
  { random }: SenderInput,
): Effects {
  const { session } = state;
  switch (frame.kind) {
    case "welcome":
      return hangUp(state, "a second welcome", nowMs, random);
    case "refusal":
      return refused(state, frame, nowMs, random);
    case "holds":
      link.lastFrameMs = nowMs;
      return claimed(state, link, frame);
    case "want":
      link.lastFrameMs = nowMs;
      if (link.wants.length < WANTS_MAX) link.wants.push(frame);
      return readWanted(state, link);
    case "want_hashes":
      link.lastFrameMs = nowMs;
      return [{ kind: "hash", session, streamId: frame.streamId, after: frame.after }];
    case "want_snapshot":
      link.lastFrameMs = nowMs;
      if (link.scanning) return [];
      link.scanning = true;
      return [{ kind: "scan", session, after: frame.after }];
  }
}

/** A refusal of one batch is reported. Any other refusal is the end of the connection. */
function refused(
  state: SenderState,
  { code, message, batch }: Extract<ReceiverFrame, { kind: "refusal" }>,
  nowMs: number,
  random: number,
): Effects {
  if (batch === null) return hangUp(state, `refused (${code}): ${message}`, nowMs, random);
  return [{ kind: "report", report: { kind: "batch_refused", peer: state.peer, code, message, ...batch } }];
}

function welcomed(
  state: SenderState,
  frame: Extract<ReceiverFrame, { kind: "welcome" }>,
  nowMs: number,
  lives: SenderInput["lives"],
): Effects {
  const bootId = Buffer.from(frame.bootId).toString("hex");
  const report: PeerReport = {
    kind: "peer_connected",
    peer: state.peer,
    offlineMs: nowMs - (state.unreachableSinceMs ?? nowMs),
    rebooted: state.bootId !== "" && bootId !== state.bootId,
  };
  state.bootId = bootId;
  state.failures = 0;
  state.lastLoss = "";
  state.unreachableSinceMs = undefined;
  state.link = {
    kind: "live",
    creditBytes: Math.min(frame.creditBytes, PEER_LIMITS.creditMaxBytes),
    lastFrameMs: nowMs,
    // The next tick sends all sets.
    comparedMs: -Infinity,
    beatMs: nowMs,
    comparedWholeMs: -Infinity,
    arriving: new Map(),
    lives: { restart: true, due: new Map(lives) },
    grown: new Set(),
    wants: [],
    reading: undefined,
    scanning: false,
    inFlight: new Map(),
    inFlightBytes: 0,
  };
  return [{ kind: "report", report }];
}

/** The peer claims these sets. The first claims of a connection count when all of them have arrived. */
function claimed(
  state: SenderState,
  link: LiveSenderLink,
  { streams, complete }: Extract<ReceiverFrame, { kind: "holds" }>,
): Effects {
  const claims = link.arriving ?? state.holds;
  for (const { streamId, have } of streams) {
    claims.set(streamId, have);
    for (const item of link.inFlight.get(streamId)?.values() ?? []) {
      if (contains(have, item.seq)) endFlight(link, item);
    }
  }
  let changed: readonly StreamId[] = [];
  if (link.arriving === undefined) changed = streams.map(({ streamId }) => streamId);
  else if (complete) changed = replaceClaims(state, link.arriving);
  if (complete) link.arriving = undefined;
  const effects = readWanted(state, link);
  return changed.length === 0 ? effects : [...effects, { kind: "claims_changed", streamIds: changed }];
}

/** @returns the streams whose claims changed or disappeared. */
function replaceClaims(state: SenderState, claims: Map<StreamId, Have>): readonly StreamId[] {
  const before = state.holds;
  state.holds = claims;
  const changed: StreamId[] = [];
  for (const [streamId, have] of before) if (!equalHave(have, peerHolds(state, streamId))) changed.push(streamId);
  for (const streamId of claims.keys()) if (!before.has(streamId)) changed.push(streamId);
  return changed;
}

/** Asks for the bytes of the oldest want, if there is room for them. */
function readWanted(state: SenderState, link: LiveSenderLink): Effects {
  if (link.reading !== undefined || link.inFlightBytes + PEER_LIMITS.readBytes > link.creditBytes) return [];
  for (;;) {
    const want = link.wants[0];
    if (want === undefined) return [];
    const { streamId } = want;
    const seqs = newestSeqs(want, PEER_LIMITS.readSeqs);
    const rest = without(want, seqs);
    if (rest === undefined) link.wants.shift();
    else link.wants[0] = rest;
    const needed = seqs.filter(
      (at) =>
        (want.variants === true || !contains(peerHolds(state, streamId), at)) &&
        link.inFlight.get(streamId)?.has(at) !== true,
    );
    if (needed.length === 0) continue;
    link.reading = { want, seqs: needed };
    return [{ kind: "read", session: state.session, streamId, seqs: needed, maxBytes: PEER_LIMITS.readBytes }];
  }
}

function wasRead(
  state: SenderState,
  link: LiveSenderLink,
  { batches, pruned }: Extract<SenderEvent, { kind: "read" }>,
  nowMs: number,
): Effects {
  const { reading } = link;
  link.reading = undefined;
  if (reading !== undefined) wantRest(link, reading, batches);
  return [
    ...(pruned === null ? [] : [sendFrame(state, { kind: "pruned", ...pruned })]),
    ...batches.map((batch) => sendBatch(state, link, batch, nowMs)),
    ...readWanted(state, link),
  ];
}

/** A read stops at its size. The batches after the last one that it returned are still wanted. */
function wantRest(
  link: LiveSenderLink,
  { want, seqs }: NonNullable<LiveSenderLink["reading"]>,
  batches: readonly SealedBatch[],
): void {
  const last = batches.at(-1);
  if (last === undefined) return;
  const rest = seqs.slice(seqs.indexOf(last.seq) + 1);
  if (rest.length === 0) return;
  const { prefix, islands } = haveOf(rest);
  link.wants.unshift({ ...want, ranges: prefix > 0 ? [{ first: 1, last: prefix }, ...islands] : islands });
}

function sendBatch(state: SenderState, link: LiveSenderLink, batch: SealedBatch, nowMs: number): SenderEffect {
  const { streamId, seq: at, bytes } = batch;
  const before = link.inFlight.get(streamId)?.get(at);
  if (before !== undefined) endFlight(link, before);
  let ofStream = link.inFlight.get(streamId);
  if (ofStream === undefined) link.inFlight.set(streamId, (ofStream = new Map()));
  ofStream.set(at, { streamId, seq: at, bytes: bytes.length, sentAtMs: nowMs });
  link.inFlightBytes += bytes.length;
  return sendFrame(state, { kind: "batch", batch });
}

function endFlight(link: LiveSenderLink, item: SentBatch): void {
  const ofStream = link.inFlight.get(item.streamId);
  if (ofStream?.delete(item.seq) !== true) return;
  link.inFlightBytes -= item.bytes;
  if (ofStream.size === 0) link.inFlight.delete(item.streamId);
}

/** Stops waiting for overdue batches. The comparison of the sets finds those that did not arrive. */
function forgetOverdue(link: LiveSenderLink, nowMs: number): void {
  for (const ofStream of link.inFlight.values()) {
    for (const item of ofStream.values()) if (nowMs - item.sentAtMs >= PEER_LIMITS.unheldMs) endFlight(link, item);
  }
}

/** Sends the sets of this region: all of them after the welcome and every ten minutes, the grown ones every five seconds. */
function compareSets(state: SenderState, link: LiveSenderLink, nowMs: number, { own, sums }: SenderInput): Effects {
  if (nowMs - link.comparedMs < PEER_LIMITS.compareMs) return [];
  const isWhole = nowMs - link.comparedWholeMs >= PEER_LIMITS.compareWholeMs;
  const streams = isWhole ? [...own.keys()] : [...link.grown];
  link.comparedMs = nowMs;
  if (isWhole) link.comparedWholeMs = nowMs;
  link.grown.clear();
  const frames: SenderEffect[] = [];
  for (let i = 0; i < streams.length; i += PEER_LIMITS.streamsPerFrame) {
    // Also the sets that the peer already claims: it may hold the other side of a fork, which only the sums show.
    const part = streams.slice(i, i + PEER_LIMITS.streamsPerFrame).map((streamId): StreamHave => ({
      streamId,
      have: own.get(streamId) ?? EMPTY_HAVE,
      hashSum: sums.get(streamId),
    }));
    frames.push(sendFrame(state, { kind: "held", streams: part }));
  }
  return frames;
}

/** Says which gateways connected to this region or left it: all of them after the welcome, then the changes. */
function sendLives(state: SenderState, { lives }: LiveSenderLink): Effects {
  const { due } = lives;
  if (due.size === 0 && !lives.restart) return [];
  const all = [...due.values()];
  due.clear();
  const frames: SenderEffect[] = [];
  for (let i = 0; i === 0 || i < all.length; i += PEER_LIMITS.livesPerFrame) {
    const part = { restart: lives.restart, changes: all.slice(i, i + PEER_LIMITS.livesPerFrame) };
    lives.restart = false;
    frames.push(sendFrame(state, { kind: "held", streams: [], lives: part }));
  }
  return frames;
}

/**
 * The peer must hear from this region as well. If only the direction to the peer is cut, the peer's frames still arrive
 * here, and nothing that this region sends reaches the peer.
 */
function beat(state: SenderState, link: LiveSenderLink, nowMs: number): Effects {
  if (nowMs - link.beatMs < PEER_LIMITS.heartbeatMs) return [];
  link.beatMs = nowMs;
  return [sendFrame(state, { kind: "held", streams: [] })];
}

function sendFrame({ session }: SenderState, frame: SenderFrame): SenderEffect {
  return { kind: "send", session, frame };
}

function hangUp(state: SenderState, reason: string, nowMs: number, random: number): Effects {
  return [{ kind: "hang_up", session: state.session }, ...lose(state, reason, nowMs, random)];
}

/** The connection is over. The next attempt comes after a pause. */
function lose(state: SenderState, reason: string, nowMs: number, random: number): Effects {
  const retryMs = Math.max(backoffMs(PEER_LIMITS.backoff, state.failures, random), PEER_LIMITS.retryMinMs);
  state.failures += 1;
  state.unreachableSinceMs ??= nowMs;
  state.link = { kind: "waiting", untilMs: nowMs + retryMs };
  const isNew = reason !== state.lastLoss;
  state.lastLoss = reason;
  return isNew ? [{ kind: "report", report: { kind: "peer_lost", peer: state.peer, reason, retryMs } }] : [];
}

const STOPPED: SenderLink = { kind: "waiting", untilMs: Infinity };
/** A peer asks for at most `WANTED_MAX` batches at a time (wanted-batches.ts), so it never has more wants than this. */
const WANTS_MAX = 1_024;

/** The newest `limit` seqs of a want, newest first: fresh data comes before old data. */
function newestSeqs({ ranges }: StreamRanges, limit: number): Seq[] {
  const taken: Seq[] = [];
  for (const { first, last } of ranges.toReversed()) {
    for (let at = last; at >= first && taken.length < limit; at--) taken.push(toSeq(at));
  }
  return taken;
}

/** The part of a want that is below the seqs taken from it; undefined: nothing is left. */
function without(want: Want, taken: readonly Seq[]): Want | undefined {
  const below = taken.at(-1);
  if (below === undefined) return undefined;
  const ranges = want.ranges
    .filter(({ first }) => first < below)
    .map(({ first, last }) => ({ first, last: Math.min(last, below - 1) }));
  return ranges.length === 0 ? undefined : { ...want, ranges };
}
