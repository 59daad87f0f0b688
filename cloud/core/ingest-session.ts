import { EMPTY_HAVE, equalHave } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import { gatewayId, isName, NAME_RULE } from "../../proto/core/ids.ts";
import type { GatewayId, RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { GatewayFrame, Hello, RegionFrame } from "../../proto/wire/ingest-messages.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";

/**
 * One session of a gateway with a region, as a reducer: `(state, event, nowMs) -> { state, effects }`.
 *
 *     awaiting_hello --hello--> loading --sets_loaded--> open --(gateway ends, all settled)--> ended
 *           |                      |                      |
 *           +---- refused: Refusal, end ------------------+---- drain: Drain, goes on until all is settled
 *
 * It promises: a batch is acknowledged only from a `committed` event; every commit that touches a stream of this
 * session is answered by an `Ack`, whoever delivered the batch, and no second passes without one; a refusal that names
 * a batch leaves the session alive, any other refusal is the last frame.
 *
 * Memory is bounded by credit: what is unacknowledged is counted, and at the limit the session stops reading. A gateway
 * that respects its credit never notices.
 */
export type IngestSessionOptions = {
  /** The one version that this region speaks. */
  readonly protocol: number;
  readonly region: RegionId;
  readonly storeId: Uint8Array;
  readonly bootId: Uint8Array;
  readonly creditBytes: number;
  /** The addresses of all regions, for gateways to fail over to. */
  readonly regions: readonly { readonly name: string; readonly url: string }[];
  /** How many regions must hold a batch before it counts as replicated. */
  readonly minCopies: number;
  /** The region leaves the others: it takes nothing new from gateways. */
  readonly leaving: boolean;
  /** Whether a gateway may speak under this name with this token. */
  readonly authorized: (gateway: string, token: string) => boolean;
  /** Gateways prove who they are: then none may speak for the streams of another. */
  readonly verified: boolean;
};

export type SessionState =
  | { readonly kind: "awaiting_hello"; readonly sinceMs: number }
  | { readonly kind: "loading"; readonly gateway: GatewayId }
  | OpenSession
  | { readonly kind: "ended" };

export type OpenSession = {
  readonly kind: "open";
  readonly gateway: GatewayId;
  /** What the gateway was told of the streams that this session has named. */
  readonly sets: ReadonlyMap<StreamId, Told>;
  readonly unackedBytes: number;
  /** At the credit limit: nothing is read until half of it is free. */
  readonly paused: boolean;
  readonly lastAckMs: number;
  /** `gateway_ended` and `draining` both end when nothing is unacknowledged any more. */
  readonly ending: "no" | "gateway_ended" | "draining";
};

export type SessionEvent =
  | { readonly kind: "frame"; readonly frame: GatewayFrame }
  /** The frame was not of this protocol at all. */
  | { readonly kind: "bad_frame"; readonly message: string }
  | { readonly kind: "sets_loaded"; readonly sets: readonly OwnedSet[] }
  /**
   * A commit, or a word from a peer: the new sets of every stream it touched (`have` is null where only the copies
   * changed), and what became of the batches that this session delivered.
   */
  | { readonly kind: "committed"; readonly sets: readonly ChangedSet[]; readonly own: readonly SettledBatch[] }
  | { readonly kind: "tick" }
  | { readonly kind: "drain"; readonly reason: string }
  /** The gateway ended its half, in good order. */
  | { readonly kind: "gateway_ended" }
  /** The connection is gone. */
  | { readonly kind: "lost" };

/** A set and the gateway that the stream belongs to; null for a stream that never came. */
export type OwnedSet = StreamHave & { readonly gateway: string | null; readonly replicated: Have };
export type ChangedSet = {
  readonly streamId: StreamId;
  readonly gateway: string | null;
  readonly have: Have | null;
  readonly replicated: Have;
};
type Told = { readonly durable: Have; readonly replicated: Have };

export type SettledBatch = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly sizeBytes: number;
  readonly refusal: { readonly code: "bad_batch" | "fork"; readonly message: string } | null;
};

export type SessionEffect =
  | { readonly kind: "load_sets"; readonly streamIds: readonly StreamId[] }
  | { readonly kind: "submit_batch"; readonly gateway: GatewayId; readonly batch: SealedBatch }
  | {
      readonly kind: "submit_void";
      readonly gateway: GatewayId;
      readonly streamId: StreamId;
      readonly first: Seq;
      readonly last: Seq;
      readonly readings: number;
      readonly reason: string;
    }
  | { readonly kind: "send"; readonly frame: RegionFrame }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "opened"; readonly gateway: GatewayId; readonly software: string; readonly streams: number }
  | { readonly kind: "refused"; readonly gateway: string; readonly code: string; readonly message: string }
  | { readonly kind: "end" };

export type Step = { readonly state: SessionState; readonly effects: readonly SessionEffect[] };

const HELLO_WITHIN_MS = 10_000;
/** With a tick every 250 ms at most one second passes between two. */
const HEARTBEAT_MS = 750;
/** One per process life of a gateway; more than this still on one disk (60 days of a restart a minute) is no gateway. */
const STREAMS_MAX = 100_000;

export function initialState(nowMs: number): SessionState {
  return { kind: "awaiting_hello", sinceMs: nowMs };
}

export function step(state: SessionState, event: SessionEvent, nowMs: number, options: IngestSessionOptions): Step {
  switch (state.kind) {
    case "awaiting_hello":
      return whileAwaitingHello(state, event, nowMs, options);
    case "loading":
      return whileLoading(state, event, nowMs, options);
    case "open":
      return whileOpen(state, event, nowMs, options);
    case "ended":
      return { state, effects: [] };
  }
}

type Awaiting = Extract<SessionState, { kind: "awaiting_hello" }>;
type Loading = Extract<SessionState, { kind: "loading" }>;

function whileAwaitingHello(state: Awaiting, event: SessionEvent, nowMs: number, options: IngestSessionOptions): Step {
  switch (event.kind) {
    case "frame":
      return event.frame.kind === "hello"
        ? greet(event.frame, options)
        : refuse("", "bad_hello", `the first frame must be Hello, not ${event.frame.kind}`);
    case "bad_frame":
      return refuse("", "bad_hello", event.message);
    case "tick":
      if (nowMs - state.sinceMs < HELLO_WITHIN_MS) return { state, effects: [] };
      return refuse("", "bad_hello", `no Hello within ${HELLO_WITHIN_MS / 1000} s`);
    case "drain":
      return { state: ENDED, effects: [{ kind: "send", frame: { kind: "drain", reason: event.reason } }, END] };
    case "gateway_ended":
      return { state: ENDED, effects: [END] };
    case "lost":
      return { state: ENDED, effects: [] };
    case "sets_loaded":
    case "committed":
      return { state, effects: [] };
  }
}

function greet(hello: Hello, options: IngestSessionOptions): Step {
  const name = hello.gateway;
  if (hello.protocol !== options.protocol) {
    return refuse(
      name,
      "protocol",
      `the gateway speaks protocol ${hello.protocol}, this region speaks ${options.protocol}: update the older of the two`,
    );
  }
  if (!isName(name)) return refuse("", "bad_hello", `not a gateway name: expected ${NAME_RULE}`);
  if (!options.authorized(name, hello.token)) {
    return refuse(name, "unauthorized", `gateway ${name} did not present the token that this region has for it`);
  }
  // A refusal and not a Drain: a gateway that is drained is back in no time.
  if (options.leaving) {
    return refuse(name, "leaving", `region ${options.region} is leaving: gateway ${name} has to go to another one`);
  }
  if (hello.streams.length > STREAMS_MAX) {
    return refuse(name, "bad_hello", `${hello.streams.length} streams in one Hello; at most ${STREAMS_MAX}`);
  }
  const gateway = gatewayId(name);
  const streamIds = [...new Set(hello.streams.map((extent) => extent.streamId))];
  return {
    state: { kind: "loading", gateway },
    // Until the answer is out, nothing more is read: what follows a Hello depends on it.
    effects: [
      { kind: "opened", gateway, software: hello.software, streams: streamIds.length },
      { kind: "pause" },
      { kind: "load_sets", streamIds },
    ],
  };
}

function whileLoading(state: Loading, event: SessionEvent, nowMs: number, options: IngestSessionOptions): Step {
  switch (event.kind) {
    case "sets_loaded": {
      const foreign = options.verified
        ? event.sets.find(({ gateway }) => gateway !== null && gateway !== state.gateway)
        : undefined;
      if (foreign !== undefined) {
        return refuse(
          state.gateway,
          "unauthorized",
          `stream ${foreign.streamId} belongs to gateway ${foreign.gateway}: a gateway that gets a new name must have sent everything before`,
        );
      }
      return {
        state: {
          kind: "open",
          gateway: state.gateway,
          sets: new Map(event.sets.map(({ streamId, have, replicated }) => [streamId, { durable: have, replicated }])),
          unackedBytes: 0,
          paused: false,
          lastAckMs: nowMs,
          ending: "no",
        },
        effects: [{ kind: "send", frame: helloAck(event.sets, options) }, { kind: "resume" }],
      };
    }
    case "frame":
      return refuse(state.gateway, "bad_hello", `${event.frame.kind} before HelloAck`);
    case "bad_frame":
      return refuse(state.gateway, "bad_hello", event.message);
    case "drain":
      return { state: ENDED, effects: [{ kind: "send", frame: { kind: "drain", reason: event.reason } }, END] };
    case "gateway_ended":
      return { state: ENDED, effects: [END] };
    case "lost":
      return { state: ENDED, effects: [] };
    case "committed":
    case "tick":
      return { state, effects: [] };
  }
}

function whileOpen(state: OpenSession, event: SessionEvent, nowMs: number, options: IngestSessionOptions): Step {
  switch (event.kind) {
    case "frame":
      return frameArrived(state, event.frame, options);
    case "bad_frame":
      return refuse(state.gateway, "bad_batch", event.message);
    case "committed":
      return committed(state, event, nowMs, options);
    case "tick":
      if (nowMs - state.lastAckMs < HEARTBEAT_MS) return { state, effects: [] };
      return { state: { ...state, lastAckMs: nowMs }, effects: [{ kind: "send", frame: ack([], [], options) }] };
    case "drain":
      if (state.ending === "draining") return { state, effects: [] };
      return settleEnding({ ...state, ending: "draining" }, [
        { kind: "send", frame: { kind: "drain", reason: event.reason } },
      ]);
    case "gateway_ended":
      return settleEnding({ ...state, ending: "gateway_ended" }, []);
    case "lost":
      return { state: ENDED, effects: [] };
    case "sets_loaded":
      return { state, effects: [] };
  }
}

function frameArrived(state: OpenSession, frame: GatewayFrame, options: IngestSessionOptions): Step {
  switch (frame.kind) {
    case "hello":
      return refuse(state.gateway, "bad_hello", "a second Hello on one session");
    case "void":
      return {
        state,
        effects: [
          {
            kind: "submit_void",
            gateway: state.gateway,
            streamId: frame.streamId,
            first: frame.first,
            last: frame.last,
            readings: frame.readings,
            reason: frame.reason,
          },
        ],
      };
    case "batch": {
      const { batch } = frame;
      let { sets } = state;
      if (!sets.has(batch.streamId)) {
        if (sets.size >= STREAMS_MAX) return refuse(state.gateway, "bad_batch", `more than ${STREAMS_MAX} streams`);
        sets = new Map(sets).set(batch.streamId, { durable: EMPTY_HAVE, replicated: EMPTY_HAVE });
      }
      const unackedBytes = state.unackedBytes + batch.bytes.byteLength;
      const full = unackedBytes >= options.creditBytes;
      const effects: SessionEffect[] = [{ kind: "submit_batch", gateway: state.gateway, batch }];
      if (full && !state.paused) effects.push({ kind: "pause" });
      return { state: { ...state, sets, unackedBytes, paused: state.paused || full }, effects };
    }
  }
}

function committed(
  state: OpenSession,
  event: Extract<SessionEvent, { kind: "committed" }>,
  nowMs: number,
  options: IngestSessionOptions,
): Step {
  // Also a stream that this session has not named: on a standby session a gateway hears of what comes by way of a peer.
  const touched = event.sets.filter(
    ({ streamId, gateway }) => state.sets.has(streamId) || (gateway === state.gateway && state.sets.size < STREAMS_MAX),
  );
  if (touched.length === 0 && event.own.length === 0) return { state, effects: [] };

  const effects: SessionEffect[] = [];
  let { unackedBytes } = state;
  for (const { streamId, seq, sizeBytes, refusal } of event.own) {
    unackedBytes -= sizeBytes;
    if (refusal === null) continue;
    effects.push({ kind: "refused", gateway: state.gateway, ...refusal });
    effects.push({ kind: "send", frame: { kind: "refusal", ...refusal, batch: { streamId, seq } } });
  }
  const sets = new Map(state.sets);
  const durable: StreamHave[] = [];
  const replicated: StreamHave[] = [];
  for (const { streamId, have, replicated: copies } of touched) {
    const before = state.sets.get(streamId) ?? { durable: EMPTY_HAVE, replicated: EMPTY_HAVE };
    if (have !== null) durable.push({ streamId, have });
    if (!equalHave(copies, before.replicated)) replicated.push({ streamId, have: copies });
    sets.set(streamId, { durable: have ?? before.durable, replicated: copies });
  }
  if (durable.length > 0 || replicated.length > 0) {
    effects.push({ kind: "send", frame: ack(durable, replicated, options) });
  }
  const roomAgain = state.paused && unackedBytes <= options.creditBytes / 2;
  if (roomAgain) effects.push({ kind: "resume" });
  return settleEnding({ ...state, sets, unackedBytes, paused: state.paused && !roomAgain, lastAckMs: nowMs }, effects);
}

/** Ends the session once nothing of it is unacknowledged, if it is to end. */
function settleEnding(state: OpenSession, effects: readonly SessionEffect[]): Step {
  if (state.ending === "no" || state.unackedBytes > 0) return { state, effects };
  return { state: ENDED, effects: [...effects, END] };
}

const ENDED: SessionState = { kind: "ended" };
const END: SessionEffect = { kind: "end" };

function refuse(gateway: string, code: string, message: string): Step {
  return {
    state: ENDED,
    effects: [
      { kind: "refused", gateway, code, message },
      { kind: "send", frame: { kind: "refusal", code, message, batch: null } },
      END,
    ],
  };
}

function ack(
  durable: readonly StreamHave[],
  replicated: readonly StreamHave[],
  options: IngestSessionOptions,
): RegionFrame {
  return { kind: "ack", durable, replicated, creditBytes: options.creditBytes };
}

function helloAck(sets: readonly OwnedSet[], options: IngestSessionOptions): RegionFrame {
  return {
    kind: "hello_ack",
    protocol: options.protocol,
    region: options.region,
    storeId: options.storeId,
    bootId: options.bootId,
    durable: sets,
    replicated: sets.map(({ streamId, replicated }) => ({ streamId, have: replicated })),
    regions: options.regions,
    creditBytes: options.creditBytes,
    minCopies: options.minCopies,
  };
}
