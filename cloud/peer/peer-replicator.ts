import { connectivityState, Metadata } from "@grpc/grpc-js";
import type { Client, ClientDuplexStream, StatusObject } from "@grpc/grpc-js";
import { Fault } from "../../proto/core/fault.ts";
import { haveOf } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, StreamId } from "../../proto/core/ids.ts";
import type { GrpcChannel } from "../../proto/runtime/grpc-target.ts";
import { lossOf } from "../../proto/runtime/grpc-target.ts";
import {
  decodeGiverFrame,
  decodeTakerFrame,
  encodeGiverFrame,
  encodeTakerFrame,
  PEER_LINK_PATH,
} from "../../proto/wire/peer-messages.ts";
import type { GiverFrame, TakerFrame } from "../../proto/wire/peer-messages.ts";
import type { PeerReport, PeerStatus, ReplicationEffect, ReplicationEvent } from "../core/replication.ts";
import { Replication } from "../core/replication.ts";
import type { ReplicationOptions } from "../core/replication.ts";
import type { StreamCall, StreamService } from "../grpc/region-server.ts";
import type { Committer, CommitListener, CommitterEvents } from "../ingest/committer.ts";
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
  #committer: Committer | undefined;
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

  start(committer: Committer): void {
    this.#committer = committer;
    this.#ticker = setInterval(() => this.#feed({ kind: "tick" }), TICK_MS);
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

  /** What enough regions hold of a stream, as far as is known now. */
  replicated(streamId: StreamId): Have {
    return this.#replication.replicated(streamId);
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
        void this.#read(effect);
        return;
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
      case "delays":
        return this.#deps.onDelays(effect.peer, effect.delaysMs);
      case "report":
        return this.#deps.onReport(effect.report);
    }
  }

  #dial(peer: RegionId, session: number): void {
    this.#outgoing.get(peer)?.close();
    const channel = this.#deps.channels.get(peer);
    if (channel === undefined) return;
    const link = new OutgoingLink(channel, this.#deps.hello, {
      heard: (frame) => this.#feed({ kind: "taker_frame", peer, session, frame }),
      closed: (reason) => this.#feed({ kind: "outgoing_closed", peer, session, reason }),
    });
    this.#outgoing.set(peer, link);
  }

  async #read(effect: Extract<ReplicationEffect, { kind: "read" }>): Promise<void> {
    const { peer, session, streamId, seqs, maxBytes } = effect;
    try {
      const { batches, pruned } = await this.#deps.store.batches({ streamId, seqs, maxBytes });
      const gone = haveOf(pruned);
      const ranges = [...(gone.prefix > 0 ? [{ first: 1, last: gone.prefix }] : []), ...gone.islands];
      this.#feed({ kind: "read", peer, session, batches, pruned: ranges.length === 0 ? null : { streamId, ranges } });
    } catch (error) {
      this.#deps.onFault(error);
    }
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
    let frame: GiverFrame;
    try {
      frame = decodeGiverFrame(bytes);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#feed({ kind: "bad_frame", link, message });
    }
    this.#feed({ kind: "giver_frame", link, frame });
  }

  #answer(link: number, frame: TakerFrame): void {
    const call = this.#incoming.get(link);
    if (call === undefined || call.destroyed) return;
    if (call.writableLength > UNREAD_MAX_BYTES) {
      call.destroy(new Error("the peer does not read"));
      return;
    }
    call.write(encodeTakerFrame(frame));
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

/** A connection that this region dialled. */
class OutgoingLink {
  readonly #listener: OutgoingListener;
  #client: Client | undefined;
  #call: ClientDuplexStream<GiverFrame, TakerFrame> | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #over = false;

  constructor(channel: GrpcChannel, hello: PeerReplicatorDeps["hello"], listener: OutgoingListener) {
    this.#listener = listener;
    try {
      const { client, token } = channel.connect();
      this.#client = client;
      const call = client.makeBidiStreamRequest(PEER_LINK_PATH, encodeGiverFrame, decodeTakerFrame, new Metadata());
      this.#call = call;
      call.on("data", (frame: TakerFrame) => {
        if (!this.#over) listener.heard(frame);
      });
      // The status that follows says the same and more.
      call.on("error", () => undefined);
      call.on("status", ({ details }: StatusObject) =>
        this.#end(lossOf(channel.url, details || "the peer ended the link")),
      );
      this.#watchdog = setTimeout(() => {
        if (client.getChannel().getConnectivityState(false) === connectivityState.READY) return;
        this.#end(`${channel.url} accepts connections but does not answer within ${READY_MS / 1000} s`);
      }, READY_MS);
      call.write({ kind: "hello", ...hello, token });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const reason = error.line;
      setImmediate(() => this.#end(reason));
    }
  }

  /** What does not fit into the peer's credit is never given here, so what waits in the stream is bounded by it. */
  send(frame: GiverFrame): void {
    if (!this.#over) this.#call?.write(frame);
  }

  close(): void {
    this.#over = true;
    this.#release();
  }

  #end(reason: string): void {
    this.#release();
    if (this.#over) return;
    this.#over = true;
    this.#listener.closed(reason);
  }

  #release(): void {
    clearTimeout(this.#watchdog);
    this.#call?.cancel();
    this.#client?.close();
    this.#call = undefined;
    this.#client = undefined;
  }
}

type OutgoingListener = { readonly heard: (frame: TakerFrame) => void; readonly closed: (reason: string) => void };

export type PeerReplicatorDeps = {
  readonly store: Store;
  readonly clock: { monotonicMs(): number };
  readonly random: () => number;
  /** How each peer is reached. */
  readonly channels: ReadonlyMap<RegionId, GrpcChannel>;
  readonly hello: Omit<Extract<GiverFrame, { kind: "hello" }>, "kind" | "token">;
  readonly onReport: (report: PeerReport | PeerGives) => void;
  /** How long batches took from our commit to the peer's. */
  readonly onDelays: (peer: RegionId, delaysMs: readonly number[]) => void;
  readonly onFault: (fault: unknown) => void;
};

export type PeerGives = { readonly kind: "peer_gives"; readonly peer: RegionId; readonly software: string };

/** Finer than the heartbeat, so that no second passes without one. */
const TICK_MS = 100;
const READY_MS = 5_000;
/** Sets of a whole store may be large; a peer with more than this unread is not reading. */
const UNREAD_MAX_BYTES = 64 * 1024 * 1024;
