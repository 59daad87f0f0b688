import { haveOf } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { Member } from "../../proto/core/member.ts";
import { decodeSenderFrame, encodeReceiverFrame, PEER_LINK_PATH } from "../../proto/wire/peer-messages.ts";
import type { SenderFrame, ReceiverFrame } from "../../proto/wire/peer-messages.ts";
import type { DayDigest } from "../core/day-digests.ts";
import type { PeerReport, PeerStatus, ReplicationEffect, ReplicationEvent } from "../core/replication.ts";
import { Replication } from "../core/replication.ts";
import type { ReplicationOptions } from "../core/replication.ts";
import type { StreamCall, StreamService } from "../grpc/region-server.ts";
import type { Committer, CommitListener, CommitterEvents } from "../ingest/committer.ts";
import type { OutgoingLink, OutgoingListener } from "./outgoing-link.ts";
import type { Store, StreamSet } from "../store/store.ts";

/**
 * The hands of `Replication`: gRPC links in both directions, the store's bytes, the committer. All rules are in
 * cloud/core/replication.ts and the two files beside it; here is only the wire.
 */
export class PeerReplicator {
  readonly #deps: PeerReplicatorDeps;
  readonly #replication: Replication;
  readonly #outgoing = new Map<RegionId, OutgoingLink>();
  readonly #incoming = new Map<number, StreamCall>();
  /** Who submits the batches of a link, to know them again when they are committed. */
  readonly #submitters = new Map<number, CommitListener>();
  readonly #linkOf = new Map<CommitListener, number>();
  #committer: Pick<Committer, "submitBatch" | "tellReplicated"> | undefined;
  #lastLink = 0;
  #ticker: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param own what the store holds; nothing may be committed before this replicator hears of it. */
  constructor(deps: PeerReplicatorDeps, own: readonly StreamSet[], options: ReplicationOptions) {
    this.#deps = deps;
    this.#replication = new Replication(options, own, deps.clock.monotonicMs());
  }

  get service(): StreamService {
    return { path: PEER_LINK_PATH, accept: (call) => this.#accept(call) };
  }

  /** Batches of peers go to this committer from now on. */
  join(committer: Pick<Committer, "submitBatch" | "tellReplicated">): void {
    this.#committer = committer;
  }

  start(): void {
    this.#ticker = setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  /** Deadlines, heartbeats and attempts; {@link start} has it called. */
  tick(): void {
    this.#feed({ kind: "tick" });
  }

  /** Ends all links. May come twice. */
  stop(): void {
    if (this.#stopped) return;
    clearInterval(this.#ticker);
    this.#feed({ kind: "stop" });
    this.#stopped = true;
    for (const call of this.#incoming.values()) call.end();
  }

  /** What this region holds of a stream. */
  own(streamId: StreamId): Have {
    return this.#replication.own(streamId);
  }

  /** Whether every peer says that it holds the batch. */
  heldEverywhere(streamId: StreamId, seq: Seq): boolean {
    return this.#replication.heldEverywhere(streamId, seq);
  }

  /** What enough regions hold of a stream, as far as is known now. */
  replicated(streamId: StreamId): Have {
    return this.#replication.replicated(streamId);
  }

  /** Where regions stand from now on. */
  setMembers(members: readonly Member[]): void {
    this.#feed({ kind: "members", members });
  }

  /** Tells the peers what a walk over our rows found. */
  tellDigests(digests: readonly DayDigest[]): void {
    this.#feed({ kind: "digests", digests });
  }

  /** Why a change of the list of regions must not be made now; null when it may. */
  changeRefusal(change: Member, options: { readonly acceptShortage: boolean }): string | null {
    return this.#replication.changeRefusal(change, options);
  }

  status(): readonly PeerStatus[] {
    return this.#replication.status(this.#deps.clock.monotonicMs());
  }

  /** To be called with every commit, before its sessions hear of it. */
  readonly committed: CommitterEvents["onCommit"] = ({ batches, outcomes, owners, sets }) => {
    const fresh = [];
    const gifts = [];
    for (const [i, batch] of batches.entries()) {
      const outcome = outcomes[i]!;
      const link = this.#linkOf.get(owners[i]!);
      if (link !== undefined) {
        const { streamId, seq, bytes } = batch;
        const refusal = outcome.kind === "invalid" ? { code: "bad_batch", message: outcome.message } : null;
        gifts.push({ link, streamId, seq, bytes: bytes.byteLength, refusal });
      } else if (outcome.kind !== "invalid" && outcome.kind !== "already") {
        fresh.push(batch);
      }
    }
    this.#feed({ kind: "committed", sets, fresh, gifts });
  };

  #feed(event: ReplicationEvent): void {
    if (this.#stopped) return;
    for (const effect of this.#replication.step(event, this.#deps.clock.monotonicMs(), this.#deps.random())) {
      this.#run(effect);
    }
  }

  #run(effect: ReplicationEffect): void {
    switch (effect.kind) {
      case "dial":
        return this.#dial(effect.peer, effect.session);
      case "hang_up":
        return this.#outgoing.get(effect.peer)?.close();
      case "give":
        return this.#outgoing.get(effect.peer)?.send(effect.frame);
      case "read":
        return this.#feedLater(this.#read(effect));
      case "hash":
        return this.#feedLater(this.#hash(effect));
      case "compare_hashes":
        return this.#feedLater(this.#compareHashes(effect));
      case "scan":
        return this.#feedLater(this.#scan(effect));
      case "merge":
        return this.#feedLater(this.#merge(effect));
      case "join":
        return this.#feedLater(this.#join());
      case "answer":
        return this.#answer(effect.link, effect.frame);
      case "submit":
        return this.#committer?.submitBatch(
          this.#submitterOf(effect.link),
          { gateway: "", verified: false },
          effect.batch,
        );
      case "opened":
        return this.#deps.onReport({ kind: "peer_gives", peer: effect.peer, software: effect.software });
      case "pause":
        this.#incoming.get(effect.link)?.pause();
        return;
      case "resume":
        this.#incoming.get(effect.link)?.resume();
        return;
      case "end":
        this.#incoming.get(effect.link)?.end();
        return this.#forget(effect.link);
      case "replicated":
        return this.#committer?.tellReplicated(effect.sets);
      case "digests":
        return this.#deps.onDigests(effect.peer, effect.digests);
      case "whole":
        return this.#deps.onWhole(effect.member);
      case "delays":
        return this.#deps.onDelays(effect.peer, effect.delaysMs);
      case "report":
        return this.#deps.onReport(effect.report);
    }
  }

  #dial(peer: RegionId, session: number): void {
    this.#outgoing.get(peer)?.close();
    const link = this.#deps.dial(peer, {
      heard: (frame) => this.#feed({ kind: "receiver_frame", peer, session, frame }),
      closed: (reason) => this.#feed({ kind: "outgoing_closed", peer, session, reason }),
    });
    this.#outgoing.set(peer, link);
  }

  /** What the store answers comes back as an event; its failure is the process's. */
  #feedLater(answer: Promise<ReplicationEvent>): void {
    answer.then((event) => this.#feed(event)).catch((error: unknown) => this.#deps.onFault(error));
  }

  async #read(effect: Extract<ReplicationEffect, { kind: "read" }>): Promise<ReplicationEvent> {
    const { peer, session, streamId, seqs, maxBytes } = effect;
    const { batches, pruned } = await this.#deps.store.batches({ streamId, seqs, maxBytes });
    const gone = haveOf(pruned);
    const ranges = [...(gone.prefix > 0 ? [{ first: 1, last: gone.prefix }] : []), ...gone.islands];
    return { kind: "read", peer, session, batches, pruned: ranges.length === 0 ? null : { streamId, ranges } };
  }

  async #scan(effect: Extract<ReplicationEffect, { kind: "scan" }>): Promise<ReplicationEvent> {
    const { peer, session, after } = effect;
    return { kind: "scanned", peer, session, after, part: await this.#deps.store.snapshot(after) };
  }

  async #hash(effect: Extract<ReplicationEffect, { kind: "hash" }>): Promise<ReplicationEvent> {
    const { peer, session, streamId, after } = effect;
    const hashes = await this.#deps.store.hashes({ streamId, after, limit: HASHES_PER_FRAME });
    // Both sides of a fork are told together: a part ends with all of its last seq.
    const last = hashes.length === HASHES_PER_FRAME ? hashes.at(-1)!.seq : null;
    const whole = last === null ? hashes : hashes.filter((hash) => hash.seq < last);
    return { kind: "hashed", peer, session, streamId, hashes: whole, more: last !== null };
  }

  async #compareHashes(effect: Extract<ReplicationEffect, { kind: "compare_hashes" }>): Promise<ReplicationEvent> {
    const { link, streamId, hashes } = effect;
    const seqs = await this.#deps.store.lackedVariants(streamId, hashes);
    return { kind: "lacked", link, streamId, seqs: seqs.slice(0, LACKED_MAX) };
  }

  async #merge(effect: Extract<ReplicationEffect, { kind: "merge" }>): Promise<ReplicationEvent> {
    const { link, body, first } = effect;
    const outcome = await this.#deps.store.mergeSnapshot({ body, first });
    return { kind: "merged", link, refusal: outcome.kind === "invalid" ? outcome.message : null };
  }

  async #join(): Promise<ReplicationEvent> {
    const { sets, more } = await this.#deps.store.joinSnapshot(this.#deps.clock.nowMs());
    this.#deps.onJoined();
    return { kind: "joined", sets, more };
  }

  #accept(call: StreamCall): void {
    if (this.#stopped) return void call.end();
    const link = ++this.#lastLink;
    this.#incoming.set(link, call);
    this.#feed({ kind: "incoming_opened", link });
    call.on("data", (bytes: Buffer) => this.#received(link, bytes));
    const lost = (): void => {
      if (!this.#incoming.has(link)) return;
      this.#forget(link);
      this.#feed({ kind: "incoming_lost", link });
    };
    call.on("end", () => {
      call.end();
      lost();
    });
    call.on("cancelled", lost);
    call.on("close", lost);
    // A broken connection is not news: "close" follows, and the peer comes back by itself.
    call.on("error", lost);
  }

  #received(link: number, bytes: Buffer): void {
    let frame: SenderFrame;
    try {
      frame = decodeSenderFrame(bytes);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#feed({ kind: "bad_frame", link, message });
    }
    this.#feed({ kind: "sender_frame", link, frame });
  }

  #answer(link: number, frame: ReceiverFrame): void {
    const call = this.#incoming.get(link);
    if (call === undefined || call.destroyed) return;
    if (call.writableLength > UNREAD_MAX_BYTES) {
      call.destroy(new Error("the peer does not read"));
      return;
    }
    call.write(encodeReceiverFrame(frame));
  }

  #submitterOf(link: number): CommitListener {
    const known = this.#submitters.get(link);
    if (known !== undefined) return known;
    // What becomes of its batches is told by `committed`, in one piece with everything else of the commit.
    const submitter: CommitListener = () => undefined;
    this.#submitters.set(link, submitter);
    this.#linkOf.set(submitter, link);
    return submitter;
  }

  #forget(link: number): void {
    this.#incoming.delete(link);
    const submitter = this.#submitters.get(link);
    this.#submitters.delete(link);
    if (submitter !== undefined) this.#linkOf.delete(submitter);
  }
}

export type PeerReplicatorDeps = {
  readonly store: Store;
  readonly clock: { nowMs(): number; monotonicMs(): number };
  readonly random: () => number;
  /** Connects to a peer and greets it. Nothing is told from inside the call. */
  readonly dial: (peer: RegionId, listener: OutgoingListener) => OutgoingLink;
  /** A region that joins has all that this one has; told every few seconds until it is a member. */
  readonly onWhole: (member: Member) => void;
  /** What a walk of a peer over its rows found. */
  readonly onDigests: (peer: RegionId, digests: readonly DayDigest[]) => void;
  /** Batches of a snapshot joined the set: commands may be among them. */
  readonly onJoined: () => void;
  readonly onReport: (report: PeerReport | PeerGives) => void;
  /** How long batches took from our commit to the peer's. */
  readonly onDelays: (peer: RegionId, delaysMs: readonly number[]) => void;
  readonly onFault: (fault: unknown) => void;
};

export type PeerGives = { readonly kind: "peer_gives"; readonly peer: RegionId; readonly software: string };

const HASHES_PER_FRAME = 20_000;
/** What is more is found at the next telling. */
const LACKED_MAX = 1_000;
/** Finer than the heartbeat, so that no second passes without one. */
const TICK_MS = 100;
/** Sets of a whole store may be large; a peer with more than this unread is not reading. */
const UNREAD_MAX_BYTES = 64 * 1024 * 1024;
