import { haveOf, rangesOf } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { Member } from "../../proto/core/member.ts";
import { Driver } from "../../proto/runtime/driver.ts";
import { decodeSenderFrame, encodeReceiverFrame, PEER_LINK_PATH } from "../../proto/wire/peer-messages.ts";
import type { ReceiverFrame, WireLife } from "../../proto/wire/peer-messages.ts";
import type { DayDigest } from "../core/day-digests.ts";
import type { PeerReport } from "../core/peer-report.ts";
import type { PeerStatus, ReplicationEffect, ReplicationEvent } from "../core/replication-events.ts";
import {
  initialReplication,
  isHeldEverywhere,
  ownIn,
  peerStatus,
  refusalOfChange,
  replicatedIn,
  stepReplication,
} from "../core/replication.ts";
import type { ReplicationOptions, ReplicationState } from "../core/replication.ts";
import type { StreamCall, StreamService } from "../grpc/region-server.ts";
import type { Commit, Committer } from "../ingest/committer.ts";
import type { StreamSet } from "../core/apply.ts";
import type { Store } from "../store/store.ts";
import type { OutgoingLink, OutgoingListener } from "./outgoing-link.ts";

/**
 * Carries out the effects of replication (cloud/core/replication.ts): gRPC links in both directions, reads and writes
 * of the store, batches for the committer. It contains no rules.
 */
export class PeerReplicator {
  readonly #deps: PeerReplicatorDeps;
  readonly #driver: Driver<ReplicationState, ReplicationEvent, ReplicationEffect>;
  readonly #outgoing = new Map<RegionId, OutgoingLink>();
  readonly #incoming = new Map<number, StreamCall>();
  #listener: (notice: ReplicationNotice) => void = () => undefined;
  #lastLink = 0;
  #stopping: Promise<void> | undefined;

  /** @param own what the store holds. {@link committed} must be called for every later commit. */
  constructor(deps: PeerReplicatorDeps, own: readonly StreamSet[], options: ReplicationOptions) {
    this.#deps = deps;
    const { clock, random, onFault } = deps;
    this.#driver = new Driver({
      initial: initialReplication(options, own, clock.monotonicMs()),
      step: (state, event, nowMs) => stepReplication(state, event, nowMs, random()),
      run: (effect) => this.#run(effect),
      clock,
      onFault,
    });
  }

  get service(): StreamService {
    return { path: PEER_LINK_PATH, accept: (call) => this.#accept(call) };
  }

  /** One listener; call before {@link start}. */
  onNotice(listener: (notice: ReplicationNotice) => void): void {
    this.#listener = listener;
  }

  start(): void {
    this.#driver.repeat("tick", TICK_MS, { kind: "tick" });
    this.tick();
  }

  /** Deadlines, heartbeats and attempts to connect. After {@link start} a timer calls it. */
  tick(): void {
    this.#driver.feed({ kind: "tick" });
  }

  /** Ends all links at once. Resolves when all calls to the store have ended. May be called twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** The batches of a stream that this region holds. */
  own(streamId: StreamId): Have {
    return ownIn(this.#driver.state, streamId);
  }

  /** Whether every member and every joining region claims the batch. */
  heldEverywhere(streamId: StreamId, seq: Seq): boolean {
    return isHeldEverywhere(this.#driver.state, streamId, seq);
  }

  /** The batches of a stream that enough regions hold now. */
  replicated(streamId: StreamId): Have {
    return replicatedIn(this.#driver.state, streamId);
  }

  /** The list of all regions changed. */
  setMembers(members: readonly Member[]): void {
    this.#driver.feed({ kind: "members", members });
  }

  /** Sends the peers the result of a walk over the rows of this region. */
  sendDigests(digests: readonly DayDigest[]): void {
    this.#driver.feed({ kind: "digests", digests });
  }

  /** A gateway connected to this region, answered a probe, or is gone: the peers must know. */
  announce(life: WireLife): void {
    this.#driver.feed({ kind: "life", life });
  }

  /** Why a change of the list of regions must not be made now; null: it may be made. */
  changeRefusal(change: Member, options: { readonly acceptShortage: boolean }): string | null {
    return refusalOfChange(this.#driver.state, change, options);
  }

  status(): readonly PeerStatus[] {
    return peerStatus(this.#driver.state, this.#deps.clock.monotonicMs());
  }

  /** Must be called with every commit, before the sessions learn of it. */
  readonly committed = ({ settled, sets }: Commit): void => {
    const fresh = [];
    const fromPeers = [];
    for (const { batch, submitter, outcome } of settled) {
      if (submitter.kind === "peer") {
        const { streamId, seq, bytes } = batch;
        const refusal = outcome.kind === "invalid" ? { code: "bad_batch", message: outcome.message } : null;
        fromPeers.push({ link: submitter.link, streamId, seq, bytes: bytes.byteLength, refusal });
      } else if (outcome.kind !== "invalid" && outcome.kind !== "already") {
        fresh.push(batch);
      }
    }
    this.#driver.feed({ kind: "committed", sets, fresh, settled: fromPeers });
  };

  async #stop(): Promise<void> {
    const stopped = this.#driver.stop({ kind: "stop" });
    for (const call of this.#incoming.values()) call.end();
    // The last step has closed them all, unless the driver failed before.
    for (const link of this.#outgoing.values()) link.close();
    await stopped;
  }

  #run(effect: ReplicationEffect): void {
    switch (effect.kind) {
      case "dial":
        return this.#dial(effect.peer, effect.session);
      case "hang_up":
        return this.#outgoing.get(effect.peer)?.close();
      case "send":
        return this.#outgoing.get(effect.peer)?.send(effect.frame);
      case "read":
        return this.#driver.own(this.#read(effect));
      case "hash":
        return this.#driver.own(this.#hash(effect));
      case "compare_hashes":
        return this.#driver.own(this.#compareHashes(effect));
      case "scan":
        return this.#driver.own(this.#scan(effect));
      case "merge":
        return this.#driver.own(this.#merge(effect));
      case "join":
        return this.#driver.own(this.#join());
      case "answer":
        return this.#answer(effect.link, effect.frame);
      case "submit":
        return this.#deps.committer.submitBatch({ kind: "peer", link: effect.link }, effect.batch);
      case "pause":
        this.#incoming.get(effect.link)?.pause();
        return;
      case "resume":
        this.#incoming.get(effect.link)?.resume();
        return;
      case "end":
        this.#incoming.get(effect.link)?.end();
        this.#incoming.delete(effect.link);
        return;
      case "replicated":
        return this.#deps.committer.notifyReplicated(effect.sets);
      case "digests":
      case "lives":
      case "has_everything":
      case "delays":
      case "report":
        return this.#listener(effect);
    }
  }

  #dial(peer: RegionId, session: number): void {
    this.#outgoing.get(peer)?.close();
    const link = this.#deps.dial(peer, {
      heard: (frame) => this.#driver.feed({ kind: "frame", peer, session, frame }),
      closed: (reason) => this.#driver.feed({ kind: "closed", peer, session, reason }),
    });
    this.#outgoing.set(peer, link);
  }

  async #read({ peer, session, streamId, seqs, maxBytes }: EffectOf<"read">): Promise<ReplicationEvent> {
    const { batches, pruned } = await this.#deps.store.batches({ streamId, seqs, maxBytes });
    const gone = haveOf(pruned);
    const ranges = rangesOf(gone);
    return { kind: "read", peer, session, batches, pruned: ranges.length === 0 ? null : { streamId, ranges } };
  }

  async #scan({ peer, session, after }: EffectOf<"scan">): Promise<ReplicationEvent> {
    return { kind: "scanned", peer, session, after, part: await this.#deps.store.snapshot(after) };
  }

  async #hash({ peer, session, streamId, after }: EffectOf<"hash">): Promise<ReplicationEvent> {
    const hashes = await this.#deps.store.hashes({ streamId, after, limit: HASHES_PER_FRAME });
    // Both sides of a fork must be in one frame. So a full frame leaves out its last seq, which may be incomplete.
    const last = hashes.length === HASHES_PER_FRAME ? hashes.at(-1)!.seq : null;
    const whole = last === null ? hashes : hashes.filter((hash) => hash.seq < last);
    return { kind: "hashed", peer, session, streamId, hashes: whole, more: last !== null };
  }

  async #compareHashes({ link, streamId, hashes }: EffectOf<"compare_hashes">): Promise<ReplicationEvent> {
    const seqs = await this.#deps.store.lackedVariants(streamId, hashes);
    return { kind: "lacked", link, streamId, seqs: seqs.slice(0, LACKED_MAX) };
  }

  async #merge({ link, body, first }: EffectOf<"merge">): Promise<ReplicationEvent> {
    const outcome = await this.#deps.store.mergeSnapshot({ body, first });
    return { kind: "merged", link, refusal: outcome.kind === "invalid" ? outcome.message : null };
  }

  async #join(): Promise<ReplicationEvent> {
    const { sets, more } = await this.#deps.store.joinSnapshot(this.#deps.clock.nowMs());
    this.#listener({ kind: "snapshot_joined" });
    return { kind: "joined", sets, more };
  }

  #accept(call: StreamCall): void {
    if (this.#stopping !== undefined) return void call.end();
    const link = ++this.#lastLink;
    this.#incoming.set(link, call);
    this.#driver.feed({ kind: "incoming_opened", link });
    call.on("data", (bytes: Buffer) => this.#driver.feed(eventOf(link, bytes)));
    const lost = (): void => {
      if (this.#incoming.delete(link)) this.#driver.feed({ kind: "incoming_lost", link });
    };
    call.on("end", () => {
      call.end();
      lost();
    });
    call.on("cancelled", lost);
    call.on("close", lost);
    // A broken connection is not worth a line in the log: the peer connects again by itself.
    call.on("error", lost);
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
}

export type PeerReplicatorDeps = {
  readonly store: Pick<Store, "batches" | "snapshot" | "hashes" | "lackedVariants" | "mergeSnapshot" | "joinSnapshot">;
  readonly committer: Pick<Committer, "submitBatch" | "notifyReplicated">;
  readonly clock: { nowMs(): number; monotonicMs(): number };
  readonly random: () => number;
  /** Connects to a peer and greets it. Must not call the listener from inside the call. */
  readonly dial: (peer: RegionId, listener: OutgoingListener) => OutgoingLink;
  readonly onFault: (fault: unknown) => void;
};

/** Messages to the other parts of the region. */
export type ReplicationNotice =
  /** A joining region holds every batch of this region. Repeated every few seconds until the region is a member. */
  | { readonly kind: "has_everything"; readonly member: Member }
  /** The result of a walk of a peer over its rows. */
  | { readonly kind: "digests"; readonly peer: RegionId; readonly digests: readonly DayDigest[] }
  /** The gateways that are connected to a peer, as far as they changed. `restart`: what it said before is void. */
  | Extract<ReplicationEffect, { kind: "lives" }>
  /** Batches of a snapshot joined the set of this region. Operator commands may be among them. */
  | { readonly kind: "snapshot_joined" }
  /** The times from the commit of a batch in this region to its commit in the peer. */
  | { readonly kind: "delays"; readonly peer: RegionId; readonly delaysMs: readonly number[] }
  | { readonly kind: "report"; readonly report: PeerReport };

type EffectOf<Kind extends ReplicationEffect["kind"]> = Extract<ReplicationEffect, { kind: Kind }>;

const HASHES_PER_FRAME = 20_000;
/** More of them are found when the peer sends its sets again. */
const LACKED_MAX = 1_000;
/** Finer than the heartbeat, so that at least one goes out every second. */
const TICK_MS = 100;
/** The sets of a whole store may be large. A peer that has not read this many bytes does not read at all. */
const UNREAD_MAX_BYTES = 64 * 1024 * 1024;

function eventOf(link: number, bytes: Buffer): ReplicationEvent {
  try {
    return { kind: "incoming_frame", link, frame: decodeSenderFrame(bytes) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "incoming_bad_frame", link, message };
  }
}
