import { contains, difference, EMPTY_HAVE, equalHave, heldByAtLeast, isEmpty } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import { regionId } from "../../proto/core/ids.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { Member } from "../../proto/core/member.ts";
import type { Step } from "../../proto/core/step.ts";
import { changeRefusal, counts, isWaitedFor, minCopiesOf } from "./membership.ts";
import { PEER_LIMITS } from "./peer-limits.ts";
import { initialReceiver, lackingOffers, stepReceiver } from "./peer-receiver.ts";
import type { ReceiverEvent, ReceiverSelf, ReceiverState } from "./peer-receiver.ts";
import { initialSender, peerHolds, senderStatus, stepSender } from "./peer-sender.ts";
import type { SenderEvent, SenderState } from "./peer-sender.ts";
import type { HeldSet, PeerStatus, ReplicationEffect, ReplicationEvent } from "./replication-events.ts";
import { ReplicationLag } from "./replication-lag.ts";
import { NO_SNAPSHOT, stepSnapshot } from "./snapshot-taking.ts";
import type { SnapshotEvent, SnapshotState } from "./snapshot-taking.ts";
import type { WireLife } from "../../proto/wire/peer-messages.ts";
import { WantedBatches } from "./wanted-batches.ts";

/**
 * How this region shares its batches with the other regions, as a reducer. It is made of one smaller reducer for each
 * link:
 *
 *     this region ══ a link that it dials: it is the sender ══▶ peer       SenderState, one for each peer
 *     this region ◀═ a link that a peer dials: it is the receiver ═ peer   ReceiverState, one for each connection
 *
 * Promises:
 * - Two regions that reach each other end with the same set of batches, whatever was lost before (I10). Sets are
 *   compared; no position is remembered.
 * - `replicated` of a stream is what at least `minCopies` regions claim now, this region included. It may shrink: a region
 *   that was restored from a backup claims less than before.
 *
 * `stepReplication` changes the state in place: it holds sets for every stream of the region, and a copy for each commit
 * would cost too much.
 */
export type ReplicationState = {
  readonly options: ReplicationOptions;
  /** The sets of this region, the sums of the hashes of their batches, and the gateways of the streams. */
  readonly own: Map<StreamId, Have>;
  readonly sums: Map<StreamId, number>;
  readonly gatewayOf: Map<StreamId, string | null>;
  readonly senders: Map<RegionId, SenderState>;
  /** By the number of the link. */
  readonly receivers: Map<number, ReceiverState>;
  readonly wanted: WantedBatches;
  readonly replicated: Map<StreamId, Have>;
  readonly lag: ReplicationLag;
  /** The gateways that are connected to this region, by life. */
  readonly lives: Map<StreamId, WireLife>;
  snapshot: SnapshotState;
  members: readonly Member[];
  minCopies: number;
  /** When it was last checked which joining regions have everything. */
  joiningCheckedMs: number;
};

export type ReplicationOptions = {
  readonly self: ReceiverSelf;
  /** All regions, this one included. */
  readonly members: readonly Member[];
  /** How many members must hold a batch before it counts as replicated; null: two, or one if there is only one. */
  readonly minCopies: number | null;
};

/** @param own what the store holds at the start. */
export function initialReplication(
  options: ReplicationOptions,
  own: readonly HeldSet[],
  nowMs: number,
): ReplicationState {
  const state: ReplicationState = {
    options,
    own: new Map(own.map(({ streamId, have }) => [streamId, have])),
    sums: new Map(own.map(({ streamId, hashSum }) => [streamId, hashSum])),
    gatewayOf: new Map(own.map(({ streamId, gateway }) => [streamId, gateway])),
    senders: new Map(),
    receivers: new Map(),
    wanted: new WantedBatches(),
    replicated: new Map(),
    lag: new ReplicationLag(),
    lives: new Map(),
    snapshot: NO_SNAPSHOT,
    members: options.members,
    minCopies: 1,
    joiningCheckedMs: 0,
  };
  // There are no links and no sessions yet, so nobody needs the effects.
  setMembers(state, options.members, nowMs, 0);
  return state;
}

export function stepReplication(
  state: ReplicationState,
  event: ReplicationEvent,
  nowMs: number,
  random: number,
): Step<ReplicationState, ReplicationEffect> {
  return { state, effects: effectsOf(state, event, nowMs, random) };
}

/** The batches of a stream that at least `minCopies` regions claim. */
export function replicatedIn(state: ReplicationState, streamId: StreamId): Have {
  return state.replicated.get(streamId) ?? EMPTY_HAVE;
}

/** The batches of a stream that this region holds. */
export function ownIn(state: ReplicationState, streamId: StreamId): Have {
  return state.own.get(streamId) ?? EMPTY_HAVE;
}

/** Whether every member and every joining region claims the batch. */
export function isHeldEverywhere(state: ReplicationState, streamId: StreamId, seq: Seq): boolean {
  return state.members.filter(isWaitedFor).every((member) => contains(claimOf(state, member.region, streamId), seq));
}

/** Why a change of the list of regions must not be made now; null: it may be made. */
export function refusalOfChange(
  state: ReplicationState,
  change: Member,
  options: { readonly acceptShortage: boolean },
): string | null {
  const streams = new Set([
    ...state.own.keys(),
    ...[...state.senders.values()].flatMap((sender) => [...sender.holds.keys()]),
  ]);
  return changeRefusal(change, {
    ...options,
    members: state.members,
    minCopies: state.options.minCopies,
    streams,
    holds: (region, streamId) => claimOf(state, region, streamId),
  });
}

export function peerStatus(state: ReplicationState, nowMs: number): readonly PeerStatus[] {
  const linked = new Set([...state.receivers.values()].map((receiver) => receiver.kind === "open" && receiver.peer));
  return [...state.senders.values()].map((sender) => ({
    ...senderStatus(sender),
    sending: linked.has(sender.peer),
    state: state.members.find(({ region }) => region === sender.peer)?.state ?? "lost",
    ...state.lag.of(sender.peer, nowMs),
  }));
}

type Effects = readonly ReplicationEffect[];

function effectsOf(state: ReplicationState, event: ReplicationEvent, nowMs: number, random: number): Effects {
  switch (event.kind) {
    case "tick":
      return tick(state, nowMs, random);
    case "members":
      return setMembers(state, event.members, nowMs, random);
    case "digests":
      return toAllSenders(state, { kind: "digests", days: event.digests }, nowMs, random);
    case "life": {
      const { life } = event;
      if (life.state === "gone") state.lives.delete(life.life);
      else state.lives.set(life.life, { ...life, state: "connected" });
      return toAllSenders(state, event, nowMs, random);
    }
    case "committed":
      return committed(state, event, nowMs, random);
    case "frame":
      return [...toSender(state, event.peer, event, nowMs, random), ...measureDelays(state, event.peer, nowMs)];
    case "closed":
    case "read":
    case "scanned":
    case "hashed":
      return toSender(state, event.peer, event, nowMs, random);
    case "incoming_opened":
      state.receivers.set(event.link, initialReceiver(event.link, nowMs));
      return [];
    case "incoming_frame":
      return incomingFrame(state, event, nowMs);
    case "incoming_bad_frame":
      return toReceiver(state, event.link, { kind: "refuse", code: "protocol", message: event.message }, nowMs);
    case "incoming_lost":
      return toReceiver(state, event.link, { kind: "lost" }, nowMs);
    case "lacked":
      return toReceiver(state, event.link, event, nowMs);
    case "merged":
      return merged(state, event, nowMs);
    case "joined":
      return [
        ...committed(state, { sets: event.sets, fresh: [], settled: [] }, nowMs, random),
        ...toSnapshot(state, event, nowMs),
      ];
    case "stop":
      return toAllSenders(state, { kind: "stop" }, nowMs, random);
  }
}

function tick(state: ReplicationState, nowMs: number, random: number): Effects {
  state.wanted.expire(nowMs - PEER_LIMITS.wantMs);
  return [
    ...toAllSenders(state, { kind: "tick" }, nowMs, random),
    ...[...state.receivers.keys()].flatMap((link) => toReceiver(state, link, { kind: "tick" }, nowMs)),
    ...toSnapshot(state, { kind: "tick" }, nowMs),
    ...askForLacking(state, nowMs),
    ...checkJoining(state, nowMs),
  ];
}

function committed(
  state: ReplicationState,
  { sets, fresh, settled }: Pick<Extract<ReplicationEvent, { kind: "committed" }>, "sets" | "fresh" | "settled">,
  nowMs: number,
  random: number,
): Effects {
  for (const { streamId, have, gateway, hashSum } of sets) {
    state.own.set(streamId, have);
    state.sums.set(streamId, hashSum);
    state.gatewayOf.set(streamId, gateway);
  }
  for (const { streamId, seq } of settled) state.wanted.arrived(streamId, seq);
  state.lag.committed(fresh, nowMs);
  const streamIds = sets.map(({ streamId }) => streamId);
  return [
    ...toAllSenders(state, { kind: "committed", streamIds, fresh }, nowMs, random),
    ...[...state.receivers.keys()].flatMap((link) => {
      const own = settled.filter((item) => item.link === link);
      return toReceiver(state, link, { kind: "committed", sets, settled: own }, nowMs);
    }),
    ...recountReplicated(state, streamIds),
    ...(settled.length > 0 ? askForLacking(state, nowMs) : []),
  ];
}

function incomingFrame(
  state: ReplicationState,
  { link, frame }: Extract<ReplicationEvent, { kind: "incoming_frame" }>,
  nowMs: number,
): Effects {
  const effects = toReceiver(state, link, { kind: "frame", frame }, nowMs);
  switch (frame.kind) {
    case "hello":
      return [...endOlderLinks(state, link, nowMs), ...effects];
    case "held":
    case "pruned":
      return [...effects, ...askForLacking(state, nowMs)];
    case "batch":
    case "snapshot_part":
    case "digests":
    case "hashes":
      return effects;
  }
}

/** Each peer has one link to this region. An older link is a connection that the peer has given up already. */
function endOlderLinks(state: ReplicationState, link: number, nowMs: number): Effects {
  const newest = state.receivers.get(link);
  if (newest?.kind !== "open") return [];
  return [...state.receivers.values()]
    .filter((other) => other.link !== link && other.kind === "open" && other.peer === newest.peer)
    .flatMap((older) =>
      toReceiver(
        state,
        older.link,
        { kind: "refuse", code: "bad_hello", message: "a newer link took its place" },
        nowMs,
      ),
    );
}

function merged(
  state: ReplicationState,
  { link, refusal }: Extract<ReplicationEvent, { kind: "merged" }>,
  nowMs: number,
): Effects {
  if (refusal === null) return toSnapshot(state, { kind: "merged", link }, nowMs);
  return [
    ...toSnapshot(state, { kind: "lost", link, reason: refusal }, nowMs),
    ...toReceiver(state, link, { kind: "refuse", code: "bad_snapshot", message: refusal }, nowMs),
  ];
}

/** Dials new peers, ends the links of regions that are not peers any more, and counts copies anew. */
function setMembers(state: ReplicationState, members: readonly Member[], nowMs: number, random: number): Effects {
  const effects: ReplicationEffect[] = [];
  state.members = members;
  const peers = members
    .filter(({ region, state: memberState }) => region !== state.options.self.region && memberState !== "lost")
    .map(({ region }) => regionId(region));
  for (const peer of peers) if (!state.senders.has(peer)) state.senders.set(peer, initialSender(peer, nowMs));
  for (const peer of state.senders.keys()) {
    if (peers.includes(peer)) continue;
    effects.push(...toSender(state, peer, { kind: "stop" }, nowMs, random));
    state.senders.delete(peer);
  }
  for (const receiver of state.receivers.values()) {
    if (receiver.kind !== "open" || peers.includes(receiver.peer)) continue;
    const message = `${receiver.peer} does not belong to the regions any more`;
    effects.push(...toReceiver(state, receiver.link, { kind: "refuse", code: "unauthorized", message }, nowMs));
  }
  state.lag.setPeers(peers);
  state.minCopies = minCopiesOf(state.options.minCopies, members);
  return [...effects, ...recountReplicated(state, [...state.own.keys()])];
}

/** Finds the joining regions that hold every batch of this region. They can become members now. */
function checkJoining(state: ReplicationState, nowMs: number): Effects {
  if (nowMs - state.joiningCheckedMs < PEER_LIMITS.compareMs) return [];
  state.joiningCheckedMs = nowMs;
  return state.members.flatMap((member): Effects => {
    const sender = state.senders.get(regionId(member.region));
    if (member.state !== "joining" || sender?.link.kind !== "live") return [];
    const isWhole = [...state.own].every(([streamId, have]) => isEmpty(difference(have, peerHolds(sender, streamId))));
    return isWhole ? [{ kind: "has_everything", member }] : [];
  });
}

/** Requests offered batches on each link, up to the limit of the link. */
function askForLacking(state: ReplicationState, nowMs: number): Effects {
  const effects: ReplicationEffect[] = [];
  for (const receiver of state.receivers.values()) {
    if (receiver.kind !== "open") continue;
    const { link } = receiver;
    const room = state.wanted.room(link);
    if (room < ASK_AT_LEAST) continue;
    for (const ranges of lackingOffers(receiver, state.own, (streamId) => state.wanted.set(streamId), room)) {
      state.wanted.add(link, ranges, nowMs);
      effects.push({ kind: "answer", link, frame: { kind: "want", ...ranges } });
    }
  }
  return effects;
}

/** Counts the copies of these streams again. */
function recountReplicated(state: ReplicationState, streamIds: readonly StreamId[]): Effects {
  const changed = streamIds.filter((streamId) => {
    const copies = state.members.filter(counts).map(({ region }) => claimOf(state, region, streamId));
    const replicated = heldByAtLeast(copies, state.minCopies);
    if (equalHave(replicated, replicatedIn(state, streamId))) return false;
    state.replicated.set(streamId, replicated);
    return true;
  });
  if (changed.length === 0) return [];
  const sets = changed.map((streamId) => ({
    streamId,
    have: replicatedIn(state, streamId),
    gateway: state.gatewayOf.get(streamId) ?? null,
  }));
  return [{ kind: "replicated", sets }];
}

/** The batches of a stream that a region claims now. */
function claimOf(state: ReplicationState, region: string, streamId: StreamId): Have {
  if (region === state.options.self.region) return ownIn(state, streamId);
  const sender = state.senders.get(regionId(region));
  return sender === undefined ? EMPTY_HAVE : peerHolds(sender, streamId);
}

function toAllSenders(state: ReplicationState, event: SenderEvent, nowMs: number, random: number): Effects {
  return [...state.senders.keys()].flatMap((peer) => toSender(state, peer, event, nowMs, random));
}

function toSender(state: ReplicationState, peer: RegionId, event: SenderEvent, nowMs: number, random: number): Effects {
  const sender = state.senders.get(peer);
  if (sender === undefined) return [];
  const { own, sums, lives } = state;
  const step = stepSender(sender, event, nowMs, { random, own, sums, lives });
  state.senders.set(peer, step.state);
  return step.effects.flatMap((effect): Effects => {
    switch (effect.kind) {
      case "claims_changed":
        return recountReplicated(state, effect.streamIds);
      case "report":
        return [effect];
      case "dial":
      case "hang_up":
      case "send":
      case "read":
      case "hash":
      case "scan":
        return [{ ...effect, peer }];
    }
  });
}

function measureDelays(state: ReplicationState, peer: RegionId, nowMs: number): Effects {
  const sender = state.senders.get(peer);
  if (sender === undefined) return [];
  const delaysMs = state.lag.held(peer, (streamId) => peerHolds(sender, streamId), nowMs);
  return delaysMs.length === 0 ? [] : [{ kind: "delays", peer, delaysMs }];
}

function toReceiver(state: ReplicationState, link: number, event: ReceiverEvent, nowMs: number): Effects {
  const receiver = state.receivers.get(link);
  if (receiver === undefined) return [];
  const { own, sums } = state;
  const step = stepReceiver(receiver, event, nowMs, { self: state.options.self, own, sums });
  state.receivers.set(link, step.state);
  const effects = step.effects.flatMap((effect): Effects => {
    switch (effect.kind) {
      case "snapshot_needed":
        return toSnapshot(state, { kind: "needed", link, peer: effect.peer }, nowMs);
      case "snapshot_part":
        return toSnapshot(state, { kind: "part", link, part: effect.part }, nowMs);
      case "report":
        return [effect];
      case "answer":
      case "submit":
      case "compare_hashes":
      case "digests":
      case "pause":
      case "resume":
      case "end":
        return [{ ...effect, link }];
      case "lives":
        return [effect];
    }
  });
  if (step.state.kind !== "ended") return effects;
  state.receivers.delete(link);
  state.wanted.ended(link);
  // Nobody says any more which gateways are connected to the peer.
  if (receiver.kind === "open") effects.push({ kind: "lives", peer: receiver.peer, restart: true, changes: [] });
  return [...effects, ...toSnapshot(state, { kind: "lost", link, reason: "the link ended" }, nowMs)];
}

function toSnapshot(state: ReplicationState, event: SnapshotEvent, nowMs: number): Effects {
  const { state: snapshot, effects } = stepSnapshot(state.snapshot, event, nowMs);
  state.snapshot = snapshot;
  return effects;
}

/** Fewer batches are not worth a request. The next answer makes more room. */
const ASK_AT_LEAST = 64;
