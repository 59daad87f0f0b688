import { status } from "@grpc/grpc-js";

import { Fault } from "../../proto/core/fault.ts";
import type { Have } from "../../proto/core/have.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import { Driver } from "../../proto/runtime/driver.ts";
import { decodeGatewayFrame, encodeRegionFrame, INGEST_SESSION_PATH } from "../../proto/wire/ingest-messages.ts";
import type { LifeProbe, RegionFrame } from "../../proto/wire/ingest-messages.ts";
import { initialIngestSession, stepIngestSession } from "../core/ingest-session.ts";
import type {
  DeliveredBatch,
  IngestSessionEffect,
  IngestSessionEvent,
  IngestSessionOptions,
  IngestSessionState,
} from "../core/ingest-session.ts";
import type { StreamCall, StreamService } from "../grpc/region-server.ts";
import type { StreamSet } from "../core/apply.ts";
import type { Store } from "../store/store.ts";
import type { Committer, CommitListener, ReplicatedSet, SettledBatch } from "./committer.ts";
import type { ClaimingSession, TwinWatch } from "./twin-watch.ts";

/**
 * The gRPC side of `Ingest.Session`: feeds frames to the reducer in cloud/core/ingest-session.ts and carries out its
 * effects. The reducer has the rules; this file has only the wire.
 *
 * Memory is bounded. The credit of a session bounds its unacknowledged bytes: when it is used up, its stream is not read.
 * {@link UNREAD_MAX_BYTES} bounds the answers that a gateway has not read: beyond it, the session is cut off. The server
 * bounds a frame.
 */
export class GrpcIngest {
  readonly #deps: GrpcIngestDeps;
  readonly #sessions = new Set<GrpcIngestSession>();
  #ticker: NodeJS.Timeout | undefined;
  #drainReason: string | null = null;

  constructor(deps: GrpcIngestDeps) {
    this.#deps = deps;
  }

  get service(): StreamService {
    return { path: INGEST_SESSION_PATH, accept: (call) => this.#accept(call) };
  }

  start(): void {
    this.#ticker = setInterval(() => this.tick(), TICK_MS);
  }

  /** Deadlines and heartbeats. After {@link start} a timer calls it. */
  tick(): void {
    this.#feedAll({ kind: "tick" });
    this.#deps.twins.tick();
  }

  /** Asks every gateway to leave, also those that connect later. Batches in flight are committed and acknowledged. */
  drain(reason: string): void {
    this.#drainReason = reason;
    this.#feedAll({ kind: "drain", reason });
  }

  /** Asks the gateways that are connected now to leave. The session options decide about those that connect later. */
  drainConnected(reason: string): void {
    this.#feedAll({ kind: "drain", reason });
  }

  /** Ends all sessions. */
  async stop(): Promise<void> {
    clearInterval(this.#ticker);
    await Promise.all([...this.#sessions].map((session) => session.stop()));
  }

  /**
   * How many unacknowledged bytes one session may have: its own limit, or less if its share of the limit of all
   * sessions is less. So ten thousand gateways that come back at once do not fill the memory.
   */
  #creditBytes(): number {
    const share = Math.floor(ALL_SESSIONS_BYTES / Math.max(1, this.#sessions.size));
    return Math.min(this.#deps.session.creditBytes, Math.max(share, CREDIT_MIN_BYTES));
  }

  #accept(call: StreamCall): void {
    if (this.#sessions.size >= SESSIONS_MAX) {
      call.emit("error", {
        code: status.RESOURCE_EXHAUSTED,
        details: `this region has ${SESSIONS_MAX} sessions already`,
      });
      return;
    }
    const session = new GrpcIngestSession(call, this.#deps, {
      closed: () => this.#sessions.delete(session),
      creditBytes: () => this.#creditBytes(),
    });
    this.#sessions.add(session);
    if (this.#drainReason !== null) session.feed({ kind: "drain", reason: this.#drainReason });
  }

  #feedAll(event: IngestSessionEvent): void {
    for (const session of this.#sessions) session.feed(event);
  }
}

export type GrpcIngestDeps = {
  readonly store: Pick<Store, "have">;
  readonly committer: Committer;
  readonly twins: TwinWatch;
  readonly events: IngestEvents;
  readonly clock: { monotonicMs(): number };
  readonly session: Omit<IngestSessionOptions, "replicatedOf">;
  /** The batches of a stream that enough regions hold now. */
  readonly replicatedOf: (streamId: StreamId) => Have;
};

export type IngestEvents = {
  readonly sessionOpened: (session: { gateway: string; software: string; streams: number; peer: string }) => void;
  readonly sessionClosed: (session: { gateway: string; peer: string }) => void;
  readonly refused: (refusal: { gateway: string; code: string; message: string; peer: string }) => void;
  readonly onFault: (fault: Fault) => void;
};

type SessionHost = { readonly closed: () => void; readonly creditBytes: () => number };

/** An acknowledgement has a few bytes. A gateway that has not read this many does not read at all. */
const UNREAD_MAX_BYTES = 4 * 1024 * 1024;
/** The unacknowledged bytes of all sessions together, and the least that one session may have: four batches. */
const ALL_SESSIONS_BYTES = 512 * 1024 * 1024;
const CREDIT_MIN_BYTES = 256 * 1024;
const SESSIONS_MAX = 20_000;
/** Finer than the heartbeat, so that at least one goes out every second. */
const TICK_MS = 250;

class GrpcIngestSession implements CommitListener, ClaimingSession {
  readonly #call: StreamCall;
  readonly #deps: GrpcIngestDeps;
  readonly #host: SessionHost;
  readonly #driver: Driver<IngestSessionState, IngestSessionEvent, IngestSessionEffect>;
  #gateway: string | null = null;
  /** The number of the claim of this session to its name. */
  #claim: number | null = null;
  #paused = false;
  /** The region waits for a sign of life. */
  #probed = false;

  constructor(call: StreamCall, deps: GrpcIngestDeps, host: SessionHost) {
    this.#call = call;
    this.#deps = deps;
    this.#host = host;
    const { clock, replicatedOf } = deps;
    this.#driver = new Driver({
      initial: initialIngestSession(clock.monotonicMs()),
      step: (state, event, nowMs) =>
        stepIngestSession(state, event, nowMs, { ...deps.session, replicatedOf, creditBytes: host.creditBytes() }),
      run: (effect) => this.#run(effect),
      clock,
      onFault: (error) =>
        deps.events.onFault(
          error instanceof Fault ? error : new Fault({ code: "internal", message: String(error), cause: error }),
        ),
      onIdle: () => {
        if (this.#driver.state.kind === "ended") this.#leave();
      },
    });

    const lost = (): void => this.feed({ kind: "lost" });
    call.on("data", (bytes: Buffer) => {
      if (this.#probed) this.#answered();
      this.feed(eventOf(bytes));
    });
    call.on("end", () => this.feed({ kind: "gateway_ended" }));
    call.on("cancelled", lost);
    call.on("close", lost);
    // A broken connection is not worth a line in the log: the gateway connects again by itself.
    call.on("error", lost);
  }

  feed(event: IngestSessionEvent): void {
    this.#driver.feed(event);
  }

  get paused(): boolean {
    return this.#paused;
  }

  accepted(): void {
    this.feed({ kind: "accepted" });
  }

  probe(probe: LifeProbe): void {
    this.#probed = true;
    this.feed({ kind: "probe", probe });
  }

  refuse(code: "twin" | "silent", message: string): void {
    this.feed({ kind: "refuse", code, message });
  }

  onCommitted(sets: readonly StreamSet[], own: readonly SettledBatch[]): void {
    this.feed({ kind: "committed", sets, own: own.map(deliveredBatch) });
  }

  onReplicated(sets: readonly ReplicatedSet[]): void {
    this.feed({ kind: "replicated", sets });
  }

  async stop(): Promise<void> {
    this.feed({ kind: "lost" });
    await this.#driver.stop();
  }

  #run(effect: IngestSessionEffect): void {
    const { twins } = this.#deps;
    switch (effect.kind) {
      case "claim": {
        const { gateway, life, lasts } = effect;
        this.#claim = twins.claim(this, { gateway, life, lasts, address: this.#call.getPeer() });
        return;
      }
      case "named":
        if (this.#claim !== null) twins.named(this.#claim, effect.life);
        return;
      case "load_sets":
        return this.#driver.own(this.#loadSets(effect.streamIds));
      case "submit_batch": {
        const { gateway, batch } = effect;
        const { verified } = this.#deps.session;
        return this.#deps.committer.submitBatch({ kind: "gateway", gateway, verified, listener: this }, batch);
      }
      case "submit_void":
        return this.#deps.committer.submitVoid(effect);
      case "send":
        return this.#send(effect.frame);
      case "pause":
        this.#paused = true;
        this.#call.pause();
        return;
      case "resume":
        this.#paused = false;
        this.#call.resume();
        return;
      case "opened":
        this.#gateway = effect.gateway;
        this.#deps.committer.subscribe(effect.gateway, this);
        return this.#deps.events.sessionOpened({ ...effect, peer: this.#call.getPeer() });
      case "refused":
        return this.#deps.events.refused({ ...effect, peer: this.#call.getPeer() });
      case "end":
        this.#call.end();
    }
  }

  async #loadSets(streamIds: Parameters<Store["have"]>[0]): Promise<IngestSessionEvent> {
    return { kind: "sets_loaded", sets: await this.#deps.store.have(streamIds) };
  }

  #send(frame: RegionFrame): void {
    if (this.#call.destroyed) return;
    if (this.#call.writableLength > UNREAD_MAX_BYTES) {
      this.#call.destroy(Object.assign(new Error("the gateway does not read"), { code: status.RESOURCE_EXHAUSTED }));
      return;
    }
    this.#call.write(encodeRegionFrame(frame));
  }

  /** Whatever the gateway sends after a probe shows that it lives, also if it is too old to answer it. */
  #answered(): void {
    this.#probed = false;
    if (this.#claim !== null) this.#deps.twins.answered(this.#claim);
  }

  #leave(): void {
    if (this.#claim !== null) {
      this.#deps.twins.closed(this.#claim);
      this.#claim = null;
    }
    if (this.#gateway !== null) {
      this.#deps.committer.unsubscribe(this.#gateway, this);
      this.#deps.events.sessionClosed({ gateway: this.#gateway, peer: this.#call.getPeer() });
      this.#gateway = null;
    }
    this.#host.closed();
  }
}

function eventOf(bytes: Buffer): IngestSessionEvent {
  try {
    return { kind: "frame", frame: decodeGatewayFrame(bytes) };
  } catch (error) {
    // The session reports the mistake to the gateway, and ends.
    return { kind: "bad_frame", message: error instanceof Error ? error.message : String(error) };
  }
}

function deliveredBatch({ batch, outcome }: SettledBatch): DeliveredBatch {
  const { streamId, seq, bytes } = batch;
  return { streamId, seq, sizeBytes: bytes.byteLength, refusal: refusalOf(outcome) };
}

function refusalOf(outcome: SettledBatch["outcome"]): DeliveredBatch["refusal"] {
  switch (outcome.kind) {
    case "invalid":
      return { code: "bad_batch", message: outcome.message };
    case "fork":
      return { code: "fork", message: outcome.message };
    default:
      return null;
  }
}
