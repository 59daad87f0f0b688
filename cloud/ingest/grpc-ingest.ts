import { status } from "@grpc/grpc-js";

import { Fault } from "../../proto/core/fault.ts";
import type { Have } from "../../proto/core/have.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import { decodeGatewayFrame, encodeRegionFrame, INGEST_SESSION_PATH } from "../../proto/wire/ingest-messages.ts";
import type { RegionFrame } from "../../proto/wire/ingest-messages.ts";
import { initialState, step } from "../core/ingest-session.ts";
import type { IngestSessionOptions, SessionEffect, SessionEvent, SessionState } from "../core/ingest-session.ts";
import type { StreamCall, StreamService } from "../grpc/region-server.ts";
import type { Store } from "../store/store.ts";
import type { Committer, CommitListener } from "./committer.ts";

/**
 * The gRPC side of `Ingest.Session`: feeds frames to the reducer in `cloud/core/ingest-session.ts` and carries out
 * what it answers. All rules are there; here is only the wire.
 *
 * Bounded: a session's unacknowledged bytes by its credit (then its stream is not read), its unread answers by
 * {@link UNREAD_MAX_BYTES} (then it is cut off), a frame by the server.
 */
export class GrpcIngest {
  readonly #deps: GrpcIngestDeps;
  readonly #sessions = new Set<Session>();
  #ticker: NodeJS.Timeout | undefined;
  #drainReason: string | null = null;

  constructor(deps: GrpcIngestDeps) {
    this.#deps = deps;
  }

  get service(): StreamService {
    return { path: INGEST_SESSION_PATH, accept: (call) => this.#accept(call) };
  }

  /**
   * What one session may have unacknowledged: its own limit, or its share of what all may have together, so that ten
   * thousand gateways that come back at once do not fill the memory.
   */
  #creditBytes(): number {
    const share = Math.floor(ALL_SESSIONS_BYTES / Math.max(1, this.#sessions.size));
    return Math.min(this.#deps.session.creditBytes, Math.max(share, CREDIT_MIN_BYTES));
  }

  /** Sessions that are open now. */
  get sessions(): number {
    return this.#sessions.size;
  }

  start(): void {
    this.#ticker = setInterval(() => this.tick(), TICK_MS);
  }

  /** Deadlines and heartbeats; {@link start} has it called. */
  tick(): void {
    this.#tell({ kind: "tick" });
  }

  /** Asks every gateway to move on; what is in flight is still committed and acknowledged. */
  drain(reason: string): void {
    this.#drainReason = reason;
    this.#tell({ kind: "drain", reason });
  }

  /** Asks the gateways that are connected to move on; who comes later is judged by the session's options. */
  moveOn(reason: string): void {
    this.#tell({ kind: "drain", reason });
  }

  stop(): void {
    clearInterval(this.#ticker);
  }

  #accept(call: StreamCall): void {
    if (this.#sessions.size >= SESSIONS_MAX) {
      call.emit("error", {
        code: status.RESOURCE_EXHAUSTED,
        details: `${SESSIONS_MAX} sessions are open here already`,
      });
      return;
    }
    const session = new Session(call, this.#deps, {
      closed: () => this.#sessions.delete(session),
      creditBytes: () => this.#creditBytes(),
    });
    this.#sessions.add(session);
    if (this.#drainReason !== null) session.tell({ kind: "drain", reason: this.#drainReason });
  }

  #tell(event: SessionEvent): void {
    for (const session of this.#sessions) session.tell(event);
  }
}

export type GrpcIngestDeps = {
  readonly store: Store;
  readonly committer: Committer;
  readonly events: IngestEvents;
  readonly clock: { monotonicMs(): number };
  readonly session: IngestSessionOptions;
  /** What enough regions hold of a stream, as far as is known now. */
  readonly replicatedOf: (streamId: StreamId) => Have;
};

export type IngestEvents = {
  readonly sessionOpened: (session: { gateway: string; software: string; streams: number; peer: string }) => void;
  readonly sessionClosed: (session: { gateway: string; peer: string }) => void;
  readonly refused: (refusal: { gateway: string; code: string; message: string; peer: string }) => void;
  readonly onFault: (fault: Fault) => void;
};

type SessionOwner = { readonly closed: () => void; readonly creditBytes: () => number };

/** Acknowledgements are a few bytes each: a gateway with this many unread is not reading. */
const UNREAD_MAX_BYTES = 4 * 1024 * 1024;
/** Of all sessions together, unacknowledged; and what each has at least: four batches. */
const ALL_SESSIONS_BYTES = 512 * 1024 * 1024;
const CREDIT_MIN_BYTES = 256 * 1024;
const SESSIONS_MAX = 20_000;
/** Finer than the heartbeat, so that no second passes without one. */
const TICK_MS = 250;

class Session {
  readonly #call: StreamCall;
  readonly #deps: GrpcIngestDeps;
  readonly #of: SessionOwner;
  readonly #onCommit: CommitListener;
  #state: SessionState;
  #gateway: string | null = null;

  constructor(call: StreamCall, deps: GrpcIngestDeps, of: SessionOwner) {
    this.#call = call;
    this.#deps = deps;
    this.#of = of;
    this.#state = initialState(deps.clock.monotonicMs());
    this.#onCommit = (sets, own) => this.tell({ kind: "committed", sets, own: own.map(settledBatch) });

    call.on("data", (bytes: Buffer) => this.#received(bytes));
    call.on("end", () => this.tell({ kind: "gateway_ended" }));
    call.on("cancelled", () => this.#lost());
    call.on("close", () => this.#lost());
    // A broken connection is not news: "close" follows, and the gateway comes back by itself.
    call.on("error", () => this.#lost());
  }

  tell(event: SessionEvent): void {
    const options = { ...this.#deps.session, creditBytes: this.#of.creditBytes() };
    const { state, effects } = step(this.#state, event, this.#deps.clock.monotonicMs(), options);
    this.#state = state;
    for (const effect of effects) this.#run(effect);
    if (state.kind === "ended") this.#leave();
  }

  #received(bytes: Buffer): void {
    let event: SessionEvent;
    try {
      event = { kind: "frame", frame: decodeGatewayFrame(bytes) };
    } catch (error) {
      // Whatever a peer sends is its doing: it is told, and its session ends.
      event = { kind: "bad_frame", message: error instanceof Error ? error.message : String(error) };
    }
    this.tell(event);
  }

  #run(effect: SessionEffect): void {
    switch (effect.kind) {
      case "load_sets":
        void this.#loadSets(effect.streamIds);
        return;
      case "submit_batch":
        this.#deps.committer.submitBatch(
          this.#onCommit,
          { gateway: effect.gateway, verified: this.#deps.session.verified },
          effect.batch,
        );
        return;
      case "submit_void":
        this.#deps.committer.submitVoid(effect);
        return;
      case "send":
        this.#send(effect.frame);
        return;
      case "pause":
        this.#call.pause();
        return;
      case "resume":
        this.#call.resume();
        return;
      case "opened":
        this.#gateway = effect.gateway;
        this.#deps.committer.subscribe(effect.gateway, this.#onCommit);
        this.#deps.events.sessionOpened({ ...effect, peer: this.#call.getPeer() });
        return;
      case "refused":
        this.#deps.events.refused({ ...effect, peer: this.#call.getPeer() });
        return;
      case "end":
        this.#call.end();
        return;
    }
  }

  async #loadSets(streamIds: Parameters<Store["have"]>[0]): Promise<void> {
    try {
      const sets = await this.#deps.store.have(streamIds);
      const replicated = this.#deps.replicatedOf;
      this.tell({ kind: "sets_loaded", sets: sets.map((set) => ({ ...set, replicated: replicated(set.streamId) })) });
    } catch (error) {
      this.#deps.events.onFault(
        error instanceof Fault ? error : new Fault({ code: "internal", message: String(error), cause: error }),
      );
    }
  }

  #send(frame: RegionFrame): void {
    if (this.#call.destroyed) return;
    if (this.#call.writableLength > UNREAD_MAX_BYTES) {
      this.#call.destroy(Object.assign(new Error("the gateway does not read"), { code: status.RESOURCE_EXHAUSTED }));
      return;
    }
    this.#call.write(encodeRegionFrame(frame));
  }

  #lost(): void {
    this.tell({ kind: "lost" });
  }

  #leave(): void {
    if (this.#gateway !== null) {
      this.#deps.committer.unsubscribe(this.#gateway, this.#onCommit);
      this.#deps.events.sessionClosed({ gateway: this.#gateway, peer: this.#call.getPeer() });
      this.#gateway = null;
    }
    this.#of.closed();
  }
}

function settledBatch(
  settled: Parameters<CommitListener>[1][number],
): Extract<SessionEvent, { kind: "committed" }>["own"][number] {
  const { batch, outcome } = settled;
  return {
    streamId: batch.streamId,
    seq: batch.seq,
    sizeBytes: batch.bytes.byteLength,
    refusal:
      outcome.kind === "invalid"
        ? { code: "bad_batch", message: outcome.message }
        : outcome.kind === "fork"
          ? { code: "fork", message: outcome.message }
          : null,
  };
}
