import { contains, difference, EMPTY_HAVE, equalHave, heldByAtLeast, isEmpty } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import { regionId } from "../../proto/core/ids.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { Member, MemberState } from "../../proto/core/member.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { SenderFrame, StreamRanges, ReceiverFrame, WireHash } from "../../proto/wire/peer-messages.ts";
import type { DayDigest } from "./day-digests.ts";
import { changeRefusal, counts, isWaitedFor, minCopiesOf } from "./membership.ts";
import { PEER, PeerSender } from "./peer-sender.ts";
import type { SenderEffect, SenderOutcome, SenderStatus, PeerReport } from "./peer-sender.ts";
import type { SettledGift, ReceiverEffect, ReceiverSelf } from "./peer-receiver.ts";
import { PeerReceiver, Wanted } from "./peer-receiver.ts";
import { ReplicationLag } from "./replication-lag.ts";
import { SnapshotTaking } from "./snapshot-taking.ts";
import type { SnapshotEffect } from "./snapshot-taking.ts";

/**
 * How this region shares its batches with the others (design, section 6), as one reducer: `step(event, nowMs, random)`
 * changes its state and says what to do. It has no clock, no randomness and no I/O of its own.
 *
 *     this region ══ link that we dial: we give ══▶ peer      PeerSender, one a peer
 *     this region ◀═ link that they dial: they give ═ peer    PeerReceiver, one a connection
 *
 * Promises:
 * - Two regions that can reach each other end with the same set of batches, whatever was lost before: sets are
 *   compared, no position is remembered.
 * - `replicated` of a stream is what at least `minCopies` regions hold, by their own present word, this one included.
 *   It may shrink: a region that was restored from a backup takes its word back.
 */
export class Replication {
  readonly #options: ReplicationOptions;
  readonly #own = new Map<StreamId, Have>();
  readonly #sums = new Map<StreamId, number>();
  readonly #gatewayOf = new Map<StreamId, string | null>();
  readonly #senders = new Map<RegionId, PeerSender>();
  readonly #receivers = new Map<number, PeerReceiver>();
  readonly #wanted = new Wanted();
  readonly #replicated = new Map<StreamId, Have>();
  readonly #lag = new ReplicationLag();
  readonly #snapshot = new SnapshotTaking();
  #minCopies = 1;
  #lookedMs = 0;

  #members: readonly Member[];

  /** @param own what the store holds at the start. */
  constructor(options: ReplicationOptions, own: readonly HeldSet[], nowMs: number) {
    this.#options = options;
    this.#members = options.members;
    for (const { streamId, have, gateway, hashSum } of own) {
      this.#own.set(streamId, have);
      this.#sums.set(streamId, hashSum);
      this.#gatewayOf.set(streamId, gateway);
    }
    this.#setMembers(options.members, nowMs);
  }

  step(event: ReplicationEvent, nowMs: number, random: number): readonly ReplicationEffect[] {
    switch (event.kind) {
      case "tick":
        return this.#tick(nowMs, random);
      case "members":
        return this.#setMembers(event.members, nowMs);
      case "digests":
        return [...this.#senders.values()].flatMap((sender) =>
          outgoing(sender.peer, sender.tellDigests(event.digests)),
        );
      case "committed":
        return this.#committed(event, nowMs);
      case "receiver_frame": {
        const sender = this.#senders.get(event.peer);
        return sender === undefined
          ? []
          : this.#heardReceiver(sender, sender.heard(event.session, event.frame, { nowMs, random }), nowMs);
      }
      case "outgoing_closed": {
        const sender = this.#senders.get(event.peer);
        return sender === undefined
          ? []
          : outgoing(sender.peer, sender.closed(event.session, event.reason, { nowMs, random }));
      }
      case "read": {
        const sender = this.#senders.get(event.peer);
        return sender === undefined ? [] : outgoing(sender.peer, sender.read(event.session, event, nowMs));
      }
      case "scanned": {
        const sender = this.#senders.get(event.peer);
        const now = { nowMs, random };
        return sender === undefined
          ? []
          : outgoing(sender.peer, sender.scanned(event.session, event.after, event.part, now));
      }
      case "hashed": {
        const { peer, session, streamId, hashes, more } = event;
        const sender = this.#senders.get(peer);
        return sender === undefined ? [] : outgoing(peer, sender.hashed(session, { streamId, hashes, more }));
      }
      case "lacked":
        return this.#atReceiver(event.link, nowMs, (receiver) => receiver.lacked(event.streamId, event.seqs));
      case "merged":
        return event.refusal === null
          ? this.#snapshot.merged(event.link, nowMs)
          : [
              ...this.#snapshot.lost(event.link, event.refusal),
              ...this.#atReceiver(event.link, nowMs, (receiver) => receiver.refuse("bad_snapshot", event.refusal!)),
            ];
      case "joined":
        return [
          ...this.#committed({ kind: "committed", sets: event.sets, fresh: [], gifts: [] }, nowMs),
          ...this.#snapshot.joined(event.more),
        ];
      case "incoming_opened":
        this.#receivers.set(event.link, new PeerReceiver(event.link, nowMs));
        return [];
      case "sender_frame":
        return this.#heardSender(event.link, event.frame, nowMs);
      case "bad_frame":
        return this.#atReceiver(event.link, nowMs, (receiver) => receiver.refuse("protocol", event.message));
      case "incoming_lost":
        this.#receivers.get(event.link)?.lost();
        this.#receivers.delete(event.link);
        this.#wanted.ended(event.link);
        return this.#snapshot.lost(event.link, "the link ended");
      case "stop":
        return [...this.#senders.values()].flatMap((sender) => outgoing(sender.peer, sender.stop()));
    }
  }

  /** What at least `minCopies` regions hold of a stream. */
  replicated(streamId: StreamId): Have {
    return this.#replicated.get(streamId) ?? EMPTY_HAVE;
  }

  /** What this region holds. */
  own(streamId: StreamId): Have {
    return this.#own.get(streamId) ?? EMPTY_HAVE;
  }

  /** Whether every region that is waited for says that it holds the batch. */
  heldEverywhere(streamId: StreamId, seq: Seq): boolean {
    return this.#members.filter(isWaitedFor).every((member) => contains(this.#holds(member.region, streamId), seq));
  }

  /** Why a change of the list of regions must not be made now; null when it may. */
  changeRefusal(change: Member, options: { readonly acceptShortage: boolean }): string | null {
    const { minCopies } = this.#options;
    const streams = new Set([...this.#own.keys(), ...[...this.#senders.values()].flatMap((sender) => sender.streams)]);
    const holds = (region: string, streamId: StreamId): Have => this.#holds(region, streamId);
    return changeRefusal(change, { ...options, members: this.#members, minCopies, streams, holds });
  }

  status(nowMs: number): readonly PeerStatus[] {
    const giving = new Set([...this.#receivers.values()].map((receiver) => receiver.peer));
    return [...this.#senders.values()].map((sender) => ({
      ...sender.status,
      giving: giving.has(sender.peer),
      state: this.#members.find(({ region }) => region === sender.peer)?.state ?? "lost",
      ...this.#lag.of(sender.peer, nowMs),
    }));
  }

  #tick(nowMs: number, random: number): readonly ReplicationEffect[] {
    this.#wanted.expire(({ atMs }) => nowMs - atMs >= PEER.wantMs);
    return [
      ...[...this.#senders.values()].flatMap((sender) =>
        outgoing(sender.peer, sender.tick(nowMs, random, this.#own, this.#sums)),
      ),
      ...[...this.#receivers.values()].flatMap((receiver) => this.#incoming(receiver, receiver.tick(nowMs), nowMs)),
      ...this.#snapshot.tick(nowMs),
      ...this.#ask(nowMs),
      ...this.#joined(nowMs),
    ];
  }

  /** Regions that join and have all that this one has: nothing is missing to make them members. */
  #joined(nowMs: number): readonly ReplicationEffect[] {
    if (nowMs - this.#lookedMs < PEER.compareMs) return [];
    this.#lookedMs = nowMs;
    return this.#members.flatMap((member): readonly ReplicationEffect[] => {
      const sender = this.#senders.get(regionId(member.region));
      if (member.state !== "joining" || sender?.status.connected !== true) return [];
      const whole = [...this.#own].every(([streamId, have]) => isEmpty(difference(have, sender.holds(streamId))));
      return whole ? [{ kind: "whole", member }] : [];
    });
  }

  #setMembers(members: readonly Member[], nowMs: number): readonly ReplicationEffect[] {
    const effects: ReplicationEffect[] = [];
    this.#members = members;
    const peers = members
      .filter(({ region, state }) => region !== this.#options.self.region && state !== "lost")
      .map(({ region }) => regionId(region));
    for (const peer of peers) if (!this.#senders.has(peer)) this.#senders.set(peer, new PeerSender(peer, nowMs));
    for (const [peer, sender] of this.#senders) {
      if (peers.includes(peer)) continue;
      effects.push(...outgoing(peer, sender.stop()));
      this.#senders.delete(peer);
    }
    for (const receiver of this.#receivers.values()) {
      if (receiver.peer === undefined || peers.includes(receiver.peer)) continue;
      const why = `${receiver.peer} does not belong to the regions any more`;
      effects.push(...this.#incoming(receiver, receiver.refuse("unauthorized", why), nowMs));
    }
    this.#lag.setPeers(peers);
    this.#minCopies = minCopiesOf(this.#options.minCopies, members);
    return [...effects, ...this.#toldReplicated([...this.#own.keys()])];
  }

  /** What a region holds, by its own present word. */
  #holds(region: string, streamId: StreamId): Have {
    if (region === this.#options.self.region) return this.own(streamId);
    return this.#senders.get(regionId(region))?.holds(streamId) ?? EMPTY_HAVE;
  }

  #committed(event: Extract<ReplicationEvent, { kind: "committed" }>, nowMs: number): readonly ReplicationEffect[] {
    const effects: ReplicationEffect[] = [];
    for (const { streamId, have, gateway, hashSum } of event.sets) {
      this.#own.set(streamId, have);
      this.#sums.set(streamId, hashSum);
      this.#gatewayOf.set(streamId, gateway);
      for (const sender of this.#senders.values()) sender.grew(streamId);
    }
    for (const { streamId, seq } of event.gifts) this.#wanted.arrived(streamId, seq);
    this.#lag.committed(event.fresh, nowMs);
    for (const sender of this.#senders.values()) {
      effects.push(...outgoing(sender.peer, sender.committed(event.fresh, nowMs)));
    }
    for (const receiver of this.#receivers.values()) {
      const settled = event.gifts.filter(({ link }) => link === receiver.link);
      effects.push(...this.#incoming(receiver, receiver.committed(event.sets, settled, nowMs), nowMs));
    }
    effects.push(...this.#toldReplicated(event.sets.map(({ streamId }) => streamId)));
    if (event.gifts.length > 0) effects.push(...this.#ask(nowMs));
    return effects;
  }

  #heardReceiver(sender: PeerSender, { effects, changed }: SenderOutcome, nowMs: number): readonly ReplicationEffect[] {
    const delays = this.#lag.held(sender.peer, (streamId) => sender.holds(streamId), nowMs);
    return [
      ...outgoing(sender.peer, effects),
      ...(delays.length === 0 ? [] : [{ kind: "delays", peer: sender.peer, delaysMs: delays } as const]),
      ...this.#toldReplicated(changed),
    ];
  }

  #heardSender(link: number, frame: SenderFrame, nowMs: number): readonly ReplicationEffect[] {
    const effects = this.#atReceiver(link, nowMs, (receiver) =>
      receiver.heard(frame, nowMs, this.#options.self, { own: this.#own, sums: this.#sums }),
    );
    const receiver = this.#receivers.get(link);
    if (frame.kind === "hello" && receiver?.peer !== undefined && !receiver.ended) {
      // A region has one link to us: an older one is a connection that it has given up already.
      const older = [...this.#receivers.values()].filter((other) => other !== receiver && other.peer === receiver.peer);
      return [
        ...older.flatMap((other) =>
          this.#incoming(other, other.refuse("bad_hello", "a newer link took its place"), nowMs),
        ),
        ...effects,
      ];
    }
    return frame.kind === "held" || frame.kind === "pruned" ? [...effects, ...this.#ask(nowMs)] : effects;
  }

  #atReceiver(
    link: number,
    nowMs: number,
    work: (receiver: PeerReceiver) => readonly ReceiverEffect[],
  ): readonly ReplicationEffect[] {
    const receiver = this.#receivers.get(link);
    return receiver === undefined ? [] : this.#incoming(receiver, work(receiver), nowMs);
  }

  /** Asks for what is offered and lacking, of each link as much as it may be asked for. */
  #ask(nowMs: number): readonly ReplicationEffect[] {
    const effects: ReplicationEffect[] = [];
    for (const receiver of this.#receivers.values()) {
      const room = this.#wanted.room(receiver.link);
      if (room < ASK_AT_LEAST) continue;
      for (const ranges of receiver.lacking(this.#own, (streamId) => this.#wanted.set(streamId), room)) {
        this.#wanted.add(receiver.link, ranges, nowMs);
        effects.push({ kind: "answer", link: receiver.link, frame: { kind: "want", ...ranges } });
      }
    }
    return effects;
  }

  #toldReplicated(streams: readonly StreamId[]): readonly ReplicationEffect[] {
    const changed = streams.filter((streamId) => this.#recount(streamId));
    if (changed.length === 0) return [];
    const sets = changed.map((streamId) => ({
      streamId,
      have: this.replicated(streamId),
      gateway: this.#gatewayOf.get(streamId) ?? null,
    }));
    return [{ kind: "replicated", sets }];
  }

  /** @returns whether it changed. */
  #recount(streamId: StreamId): boolean {
    const copies = this.#members.filter(counts).map(({ region }) => this.#holds(region, streamId));
    const replicated = heldByAtLeast(copies, this.#minCopies);
    if (equalHave(replicated, this.replicated(streamId))) return false;
    this.#replicated.set(streamId, replicated);
    return true;
  }

  #incoming(receiver: PeerReceiver, effects: readonly ReceiverEffect[], nowMs: number): readonly ReplicationEffect[] {
    const { link } = receiver;
    const done = effects.flatMap((effect): readonly ReplicationEffect[] => {
      switch (effect.kind) {
        case "report":
          return [effect];
        case "snapshot_needed":
          return this.#snapshot.needed(link, effect.peer, nowMs);
        case "snapshot_part":
          return this.#snapshot.part(link, effect.part);
        default:
          return [{ ...effect, link }];
      }
    });
    if (!receiver.ended) return done;
    this.#receivers.delete(link);
    this.#wanted.ended(link);
    return [...done, ...this.#snapshot.lost(link, "the link ended")];
  }
}

export type ReplicationOptions = {
  readonly self: ReceiverSelf;
  /** All regions, this one included. */
  readonly members: readonly Member[];
  /** How many members must hold a batch before it counts as replicated; null: two, where there are two. */
  readonly minCopies: number | null;
};

/** What is held of a stream, and the gateway that it belongs to, where that is known. */
export type OwnedHave = { readonly streamId: StreamId; readonly have: Have; readonly gateway: string | null };

/** What this region holds of a stream; `hashSum` of the hashes of these batches. */
export type HeldSet = OwnedHave & { readonly hashSum: number };

export type ReplicationEvent =
  | { readonly kind: "tick" }
  /** What a walk over our rows found. */
  | { readonly kind: "digests"; readonly digests: readonly DayDigest[] }
  /** Where regions stand from now on. */
  | { readonly kind: "members"; readonly members: readonly Member[] }
  | {
      readonly kind: "committed";
      readonly sets: readonly HeldSet[];
      /** Batches that this region is the first to hold: from gateways and operators. */
      readonly fresh: readonly SealedBatch[];
      /** What became of batches that peers gave. */
      readonly gifts: readonly (SettledGift & { readonly link: number })[];
    }
  | {
      readonly kind: "receiver_frame";
      readonly peer: RegionId;
      readonly session: number;
      readonly frame: ReceiverFrame;
    }
  | { readonly kind: "outgoing_closed"; readonly peer: RegionId; readonly session: number; readonly reason: string }
  | {
      readonly kind: "read";
      readonly peer: RegionId;
      readonly session: number;
      readonly batches: readonly SealedBatch[];
      readonly pruned: StreamRanges | null;
    }
  | {
      readonly kind: "scanned";
      readonly peer: RegionId;
      readonly session: number;
      readonly after: Uint8Array;
      readonly part: { readonly body: Uint8Array; readonly next: Uint8Array } | null;
    }
  | {
      readonly kind: "hashed";
      readonly peer: RegionId;
      readonly session: number;
      readonly streamId: StreamId;
      readonly hashes: readonly WireHash[];
      readonly more: boolean;
    }
  /** Of these batches a peer holds another side of a fork. */
  | { readonly kind: "lacked"; readonly link: number; readonly streamId: StreamId; readonly seqs: readonly Seq[] }
  /** A part of a snapshot is on the disk, or cannot be read. */
  | { readonly kind: "merged"; readonly link: number; readonly refusal: string | null }
  /** Batches of a snapshot joined our set. */
  | { readonly kind: "joined"; readonly sets: readonly HeldSet[]; readonly more: boolean }
  | { readonly kind: "incoming_opened"; readonly link: number }
  | { readonly kind: "sender_frame"; readonly link: number; readonly frame: SenderFrame }
  | { readonly kind: "bad_frame"; readonly link: number; readonly message: string }
  | { readonly kind: "incoming_lost"; readonly link: number }
  | { readonly kind: "stop" };

type OfPeer<E> = E extends unknown ? E & { readonly peer: RegionId } : never;
type OfLink<E> = E extends unknown ? E & { readonly link: number } : never;

export type ReplicationEffect =
  | OfPeer<Exclude<SenderEffect, { kind: "report" }>>
  | OfLink<Exclude<ReceiverEffect, { kind: "report" | "snapshot_needed" | "snapshot_part" }>>
  | SnapshotEffect
  | { readonly kind: "replicated"; readonly sets: readonly OwnedHave[] }
  /** A region that joins has all that this one has. Told again and again until it is a member. */
  | { readonly kind: "whole"; readonly member: Member }
  /** How long batches took from our commit to the peer's. */
  | { readonly kind: "delays"; readonly peer: RegionId; readonly delaysMs: readonly number[] }
  | { readonly kind: "report"; readonly report: PeerReport };

export type PeerStatus = SenderStatus & {
  readonly state: MemberState;
  /** Whether it has a link to us. */
  readonly giving: boolean;
  /** Batches that were committed here first and that it does not hold yet. */
  readonly behindBatches: number;
  /** Age of the oldest of them. */
  readonly behindMs: number | null;
};

/** Less than this is not worth a frame: the next answer frees more. */
const ASK_AT_LEAST = 64;

function outgoing(peer: RegionId, effects: readonly SenderEffect[]): readonly ReplicationEffect[] {
  return effects.map((effect): ReplicationEffect => (effect.kind === "report" ? effect : { ...effect, peer }));
}

export type { PeerReport, Seq };
