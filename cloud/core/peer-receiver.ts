import { difference, EMPTY_HAVE, equalHave, haveOf, isEmpty, rangesOf, union } from "../../proto/core/have.ts";
import type { Have, Island } from "../../proto/core/have.ts";
import { isName, NAME_RULE, regionId } from "../../proto/core/ids.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { Step } from "../../proto/core/step.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";
import type {
  ReceiverFrame,
  SenderFrame,
  StreamRanges,
  SnapshotFrame,
  WireHash,
  WireLife,
} from "../../proto/wire/peer-messages.ts";
import type { DayDigest } from "./day-digests.ts";
import { PEER_LIMITS } from "./peer-limits.ts";
import type { PeerReport } from "./peer-report.ts";

/**
 * A link that a peer dialled, as a reducer. On this link, this region is the receiver.
 *
 *     awaiting_hello --hello--> open --lost / refused--> ended
 *
 * Promises:
 * - The peer learns of every commit that changes the sets of this region, and gets a frame at least every second.
 * - The link to a peer that is silent for three seconds ends.
 * - The region requests the offered batches that it lacks: a bounded number at a time, the newest first, each from
 *   one peer at a time.
 * - Unacknowledged bytes stay within the credit. When the credit is used up, the link is not read.
 *
 * `stepReceiver` changes the state in place: an open link holds a set for every stream of the peer.
 */
export type ReceiverState =
  | { readonly kind: "awaiting_hello"; readonly link: number; readonly sinceMs: number }
  | OpenReceiver
  | { readonly kind: "ended"; readonly link: number };

export type OpenReceiver = {
  readonly kind: "open";
  readonly link: number;
  readonly peer: RegionId;
  lastSentMs: number;
  lastHeardMs: number;
  unacknowledgedBytes: number;
  paused: boolean;
  /** The batches that the peer holds and can send, by stream. */
  readonly offers: Map<StreamId, Have>;
  /** Streams of which the peer may offer something that this region lacks. */
  readonly promising: Set<StreamId>;
  /** The stream whose hashes were requested from the peer. */
  comparing: { readonly streamId: StreamId; readonly sinceMs: number } | undefined;
};

export type ReceiverEvent =
  | { readonly kind: "tick" }
  | { readonly kind: "frame"; readonly frame: SenderFrame }
  /** A commit: the new sets of the streams that it touched, and the outcomes of the batches of this link. */
  | {
      readonly kind: "committed";
      readonly sets: readonly StreamHave[];
      readonly settled: readonly SettledPeerBatch[];
    }
  /** The peer holds another side of a fork of these batches. */
  | { readonly kind: "lacked"; readonly streamId: StreamId; readonly seqs: readonly Seq[] }
  /** The link must end, for this reason. */
  | { readonly kind: "refuse"; readonly code: string; readonly message: string }
  /** The connection is gone. */
  | { readonly kind: "lost" };

/** The outcome of a batch that a link delivered. */
export type SettledPeerBatch = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly bytes: number;
  readonly refusal: { readonly code: string; readonly message: string } | null;
};

export type ReceiverEffect =
  | { readonly kind: "answer"; readonly frame: ReceiverFrame }
  | { readonly kind: "submit"; readonly batch: SealedBatch }
  | { readonly kind: "snapshot_needed"; readonly peer: RegionId }
  | { readonly kind: "snapshot_part"; readonly part: SnapshotFrame }
  /** Look for batches of which this region holds only another side of a fork. The event `lacked` follows. */
  | { readonly kind: "compare_hashes"; readonly streamId: StreamId; readonly hashes: readonly WireHash[] }
  | { readonly kind: "digests"; readonly peer: RegionId; readonly digests: readonly DayDigest[] }
  /** The gateways that are connected to the peer, as far as they changed. `restart`: what was known before is void. */
  | {
      readonly kind: "lives";
      readonly peer: RegionId;
      readonly restart: boolean;
      readonly changes: readonly WireLife[];
    }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "end" }
  | { readonly kind: "report"; readonly report: PeerReport };

/** The input of a step beside its event: this region, its sets, and the sums of the hashes of their batches. */
export type ReceiverInput = {
  readonly self: ReceiverSelf;
  readonly own: ReadonlyMap<StreamId, Have>;
  readonly sums: ReadonlyMap<StreamId, number>;
};

export type ReceiverSelf = {
  readonly protocol: number;
  readonly region: RegionId;
  readonly storeId: Uint8Array;
  readonly bootId: Uint8Array;
  readonly isPeer: (region: string) => boolean;
  readonly authorized: (token: string) => boolean;
};

export function initialReceiver(link: number, nowMs: number): ReceiverState {
  return { kind: "awaiting_hello", link, sinceMs: nowMs };
}

export function stepReceiver(
  state: ReceiverState,
  event: ReceiverEvent,
  nowMs: number,
  input: ReceiverInput,
): ReceiverStep {
  switch (state.kind) {
    case "awaiting_hello":
      return whileAwaitingHello(state, event, nowMs, input);
    case "open":
      return whileOpen(state, event, nowMs, input);
    case "ended":
      return { state, effects: [] };
  }
}

/**
 * The offered batches that this region lacks, the newest first. Batches that are requested from a peer already are left
 * out. Forgets the streams of which the peer offers nothing new.
 */
export function lackingOffers(
  state: OpenReceiver,
  own: ReadonlyMap<StreamId, Have>,
  wanted: (streamId: StreamId) => Have,
  limit: number,
): readonly StreamRanges[] {
  const lacking: StreamRanges[] = [];
  let room = limit;
  for (const streamId of state.promising) {
    if (room === 0) break;
    const lacks = difference(state.offers.get(streamId) ?? EMPTY_HAVE, own.get(streamId) ?? EMPTY_HAVE);
    if (isEmpty(lacks)) {
      state.promising.delete(streamId);
      continue;
    }
    const ranges = newestRanges(difference(lacks, wanted(streamId)), room);
    if (ranges.length === 0) continue;
    room -= ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    lacking.push({ streamId, ranges });
  }
  return lacking;
}

type ReceiverStep = Step<ReceiverState, ReceiverEffect>;
type Effects = readonly ReceiverEffect[];
type AwaitingHello = Extract<ReceiverState, { kind: "awaiting_hello" }>;

function whileAwaitingHello(
  state: AwaitingHello,
  event: ReceiverEvent,
  nowMs: number,
  input: ReceiverInput,
): ReceiverStep {
  switch (event.kind) {
    case "frame":
      if (event.frame.kind === "hello") return greet(state, event.frame, nowMs, input);
      return refuse(state, "bad_hello", `the first frame must be Hello, not ${event.frame.kind}`);
    case "tick":
      if (nowMs - state.sinceMs < PEER_LIMITS.welcomeMs) return { state, effects: [] };
      return refuse(state, "bad_hello", `no Hello within ${PEER_LIMITS.welcomeMs / 1000} s`);
    case "refuse":
      return refuse(state, event.code, event.message);
    case "lost":
      return { state: { kind: "ended", link: state.link }, effects: [] };
    case "committed":
    case "lacked":
      return { state, effects: [] };
  }
}

function whileOpen(state: OpenReceiver, event: ReceiverEvent, nowMs: number, input: ReceiverInput): ReceiverStep {
  switch (event.kind) {
    case "frame":
      state.lastHeardMs = nowMs;
      if (event.frame.kind === "hello") return refuse(state, "bad_hello", "a second Hello on one link");
      return { state, effects: heard(state, event.frame, nowMs, input) };
    case "tick":
      if (!state.paused && nowMs - state.lastHeardMs >= PEER_LIMITS.silentMs) {
        return refuse(state, "silent", `no sign of life for ${PEER_LIMITS.silentMs / 1000} s`);
      }
      return { state, effects: beat(state, nowMs) };
    case "committed":
      return { state, effects: committed(state, event, nowMs) };
    case "lacked":
      return { state, effects: askForForks(state, event) };
    case "refuse":
      return refuse(state, event.code, event.message);
    case "lost":
      return { state: { kind: "ended", link: state.link }, effects: [] };
  }
}

function heard(
  state: OpenReceiver,
  frame: Exclude<SenderFrame, { kind: "hello" }>,
  nowMs: number,
  input: ReceiverInput,
): Effects {
  switch (frame.kind) {
    case "held":
      for (const { streamId, have } of frame.streams) noteOffer(state, streamId, have, input.own);
      return [
        ...(frame.lives === undefined ? [] : [{ kind: "lives" as const, peer: state.peer, ...frame.lives }]),
        ...lookForForks(state, frame.streams, nowMs, input),
      ];
    case "pruned":
      withdrawOffer(state, frame.streamId, setOf(frame.ranges));
      return [{ kind: "snapshot_needed", peer: state.peer }];
    case "snapshot_part":
      return [{ kind: "snapshot_part", part: frame }];
    case "hashes":
      return compareHashes(state, frame, nowMs);
    case "digests":
      return [{ kind: "digests", peer: state.peer, digests: frame.days }];
    case "batch":
      state.unacknowledgedBytes += frame.batch.bytes.length;
      return [{ kind: "submit", batch: frame.batch }, ...pauseWhenFull(state)];
  }
}

function greet(
  { link }: AwaitingHello,
  hello: Extract<SenderFrame, { kind: "hello" }>,
  nowMs: number,
  { self, own }: ReceiverInput,
): ReceiverStep {
  const refusal = greetingRefusal(hello, self);
  if (refusal !== null) return refuse({ link }, refusal.code, refusal.message);
  const peer = regionId(hello.region);
  const { protocol, region, storeId, bootId } = self;
  const welcome: ReceiverFrame = { kind: "welcome", protocol, region, storeId, bootId, creditBytes: CREDIT_BYTES };
  return {
    state: {
      kind: "open",
      link,
      peer,
      lastSentMs: nowMs,
      lastHeardMs: nowMs,
      unacknowledgedBytes: 0,
      paused: false,
      offers: new Map(),
      promising: new Set(),
      comparing: undefined,
    },
    effects: [
      { kind: "answer", frame: welcome },
      { kind: "report", report: { kind: "peer_welcomed", peer, software: hello.software } },
      ...claimAll(own),
    ],
  };
}

/** Why the link is refused; null: it is accepted. */
function greetingRefusal(
  { protocol, region, token, storeId }: Extract<SenderFrame, { kind: "hello" }>,
  self: ReceiverSelf,
): { readonly code: string; readonly message: string } | null {
  if (protocol !== self.protocol) {
    return {
      code: "protocol",
      message: `${region} speaks protocol ${protocol}, ${self.region} speaks ${self.protocol}: update the older of the two`,
    };
  }
  if (!isName(region)) return { code: "bad_hello", message: `not a region name: expected ${NAME_RULE}` };
  if (!self.isPeer(region)) {
    return {
      code: "unauthorized",
      message: `${region} is no peer of ${self.region}: add it there with tidemark regions add`,
    };
  }
  if (!self.authorized(token)) {
    return { code: "unauthorized", message: `${region} did not present the token of the regions` };
  }
  if (Buffer.compare(storeId, self.storeId) === 0) {
    return {
      code: "bad_hello",
      message: `${region} has a copy of the database of ${self.region}: each region needs its own store`,
    };
  }
  return null;
}

/** Everything that this region holds, in frames of bounded size; the last one is `complete`. */
function claimAll(own: ReceiverInput["own"]): Effects {
  const sets = [...own].map(([streamId, have]): StreamHave => ({ streamId, have }));
  const frames: ReceiverEffect[] = [];
  for (let i = 0; i === 0 || i < sets.length; i += PEER_LIMITS.streamsPerFrame) {
    const streams = sets.slice(i, i + PEER_LIMITS.streamsPerFrame);
    const complete = i + PEER_LIMITS.streamsPerFrame >= sets.length;
    frames.push({ kind: "answer", frame: { kind: "holds", streams, complete } });
  }
  return frames;
}

/** The last frame of a link says why it ends. */
function refuse(
  state: { readonly link: number; readonly peer?: RegionId | undefined },
  code: string,
  message: string,
): ReceiverStep {
  return {
    state: { kind: "ended", link: state.link },
    effects: [
      { kind: "report", report: { kind: "peer_refused", peer: state.peer ?? "", code, message } },
      { kind: "answer", frame: { kind: "refusal", code, message, batch: null } },
      { kind: "end" },
    ],
  };
}

function committed(
  state: OpenReceiver,
  { sets, settled }: Extract<ReceiverEvent, { kind: "committed" }>,
  nowMs: number,
): Effects {
  const effects: ReceiverEffect[] = [];
  for (const { streamId, seq, bytes, refusal } of settled) {
    state.unacknowledgedBytes -= bytes;
    if (refusal === null) continue;
    // A second request would bring the same bytes.
    withdrawOffer(state, streamId, { prefix: 0, islands: [{ first: seq, last: seq }] });
    effects.push({ kind: "answer", frame: { kind: "refusal", ...refusal, batch: { streamId, seq } } });
  }
  if (sets.length > 0) {
    effects.push({ kind: "answer", frame: { kind: "holds", streams: sets, complete: false } });
    state.lastSentMs = nowMs;
  }
  if (state.paused && state.unacknowledgedBytes <= CREDIT_BYTES / 2) {
    state.paused = false;
    state.lastHeardMs = nowMs;
    effects.push({ kind: "resume" });
  }
  return effects;
}

function beat(state: OpenReceiver, nowMs: number): Effects {
  if (nowMs - state.lastSentMs < PEER_LIMITS.heartbeatMs) return [];
  state.lastSentMs = nowMs;
  return [{ kind: "answer", frame: { kind: "holds", streams: [], complete: false } }];
}

/**
 * Equal sets whose hashes differ hold different sides of a fork. The hashes of one stream are compared at a time. The
 * next stream is found when the peer sends its sets again.
 */
function lookForForks(
  state: OpenReceiver,
  streams: readonly StreamHave[],
  nowMs: number,
  { own, sums }: ReceiverInput,
): Effects {
  if (state.comparing !== undefined && nowMs - state.comparing.sinceMs < COMPARING_MS) return [];
  const forked = streams.find(
    ({ streamId, have, hashSum }) =>
      hashSum !== undefined && hashSum !== sums.get(streamId) && equalHave(have, own.get(streamId) ?? EMPTY_HAVE),
  );
  if (forked === undefined) return [];
  const { streamId } = forked;
  state.comparing = { streamId, sinceMs: nowMs };
  return [{ kind: "answer", frame: { kind: "want_hashes", streamId, after: 0 } }];
}

function compareHashes(
  state: OpenReceiver,
  { streamId, hashes, more }: Extract<SenderFrame, { kind: "hashes" }>,
  nowMs: number,
): Effects {
  if (streamId !== state.comparing?.streamId) return [];
  const compare: ReceiverEffect = { kind: "compare_hashes", streamId, hashes };
  const last = hashes.at(-1);
  if (!more || last === undefined) {
    state.comparing = undefined;
    return [compare];
  }
  state.comparing = { streamId, sinceMs: nowMs };
  return [compare, { kind: "answer", frame: { kind: "want_hashes", streamId, after: last.seq } }];
}

function askForForks(
  { peer }: OpenReceiver,
  { streamId, seqs }: { readonly streamId: StreamId; readonly seqs: readonly Seq[] },
): Effects {
  if (seqs.length === 0) return [];
  const { prefix, islands } = haveOf(seqs);
  const ranges = [...(prefix > 0 ? [{ first: 1, last: prefix }] : []), ...islands];
  return [
    { kind: "report", report: { kind: "fork_found", peer, streamId, batches: seqs.length } },
    { kind: "answer", frame: { kind: "want", streamId, ranges, variants: true } },
  ];
}

function noteOffer(state: OpenReceiver, streamId: StreamId, have: Have, own: ReceiverInput["own"]): void {
  if (state.offers.size >= STREAMS_MAX && !state.offers.has(streamId)) return;
  state.offers.set(streamId, have);
  if (!isEmpty(difference(have, own.get(streamId) ?? EMPTY_HAVE))) state.promising.add(streamId);
}

function withdrawOffer({ offers }: OpenReceiver, streamId: StreamId, gone: Have): void {
  offers.set(streamId, difference(offers.get(streamId) ?? EMPTY_HAVE, gone));
}

function pauseWhenFull(state: OpenReceiver): Effects {
  if (state.paused || state.unacknowledgedBytes < CREDIT_BYTES) return [];
  state.paused = true;
  return [{ kind: "pause" }];
}

const CREDIT_BYTES = 16 * 1024 * 1024;
/** After this time the answer counts as lost. */
const COMPARING_MS = 60_000;
/** 200 MB of sets. One embedded store cannot hold more streams than this. */
const STREAMS_MAX = 1_000_000;

function setOf(ranges: readonly Island[]): Have {
  return ranges.reduce((set, { first, last }) => union(set, { prefix: 0, islands: [{ first, last }] }), EMPTY_HAVE);
}

/** The highest `limit` seqs, as ascending ranges. */
function newestRanges(have: Have, limit: number): Island[] {
  const taken: Island[] = [];
  let room = limit;
  for (const { first, last } of rangesOf(have).toReversed()) {
    if (room === 0) break;
    const from = Math.max(first, last - room + 1);
    taken.unshift({ first: from, last });
    room -= last - from + 1;
  }
  return taken;
}
