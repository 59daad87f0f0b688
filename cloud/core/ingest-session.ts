import { EMPTY_HAVE, equalHave } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import { gatewayId, isName, NAME_RULE } from "../../proto/core/ids.ts";
import type { GatewayId, RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { Step } from "../../proto/core/step.ts";
import type { GatewayFrame, Hello, LifeProbe, RegionFrame } from "../../proto/wire/ingest-messages.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";

/**
 * One session of a gateway with a region, as a reducer:
 *
 *     awaiting_hello --hello--> claiming --accepted--> loading --sets_loaded--> open --gateway ended, all settled--> ended
 *           |                      |                      |                      |
 *           +----------------------+-- refused: Refusal, end --------------------+-- drain: Drain, then on until all is settled
 *
 * A session claims the name of its gateway. The rules of twins (twins.ts) say whether it may have it, now or later.
 *
 * Promises:
 * - A batch is acknowledged only because of a `committed` event.
 * - Every commit that touches a stream of this session is answered by an `Ack`, whoever delivered the batch. The
 *   region sends at least one `Ack` every second.
 * - A refusal that names a batch leaves the session open. Any other refusal is the last frame.
 *
 * Memory is bounded by credit: unacknowledged bytes are counted, and at the limit the session stops reading. A gateway
 * that keeps to its credit never notices.
 */
export type IngestSessionOptions = {
  /** The only version of the protocol that this region speaks. */
  readonly protocol: number;
  readonly region: RegionId;
  readonly storeId: Uint8Array;
  readonly bootId: Uint8Array;
  readonly creditBytes: number;
  /** The addresses of all regions, so that gateways can fail over to them. */
  readonly regions: readonly { readonly name: string; readonly url: string }[];
  /** How many regions must hold a batch before it counts as replicated. */
  readonly minCopies: number;
  /** The region leaves the other regions, and takes no new sessions. */
  readonly leaving: boolean;
  /** Whether the token is the right one for this gateway name. */
  readonly authorized: (gateway: string, token: string) => boolean;
  /** Gateways prove who they are with a token. Then no gateway may send the streams of another one. */
  readonly verified: boolean;
  /** The batches of a stream that enough regions hold now. */
  readonly replicatedOf: (streamId: StreamId) => Have;
};

export type IngestSessionState =
  | { readonly kind: "awaiting_hello"; readonly sinceMs: number }
  | ClaimingSession
  | LoadingSession
  | OpenIngestSession
  | { readonly kind: "ended" };

type ClaimingSession = {
  readonly kind: "claiming";
  readonly gateway: GatewayId;
  readonly software: string;
  readonly streamIds: readonly StreamId[];
  readonly closedStreams: ReadonlySet<StreamId> | null;
};

type LoadingSession = {
  readonly kind: "loading";
  readonly gateway: GatewayId;
  readonly closedStreams: ReadonlySet<StreamId> | null;
  /** Sent after the answer to the Hello. */
  readonly probe: LifeProbe | null;
};

export type OpenIngestSession = {
  readonly kind: "open";
  readonly gateway: GatewayId;
  /** The sets that the gateway last got for each stream of this session. */
  readonly sets: ReadonlyMap<StreamId, AcknowledgedSets>;
  readonly unackedBytes: number;
  /** The credit is used up: nothing is read until half of it is free. */
  readonly paused: boolean;
  readonly lastAckMs: number;
  /**
   * The streams of earlier lives of a gateway whose life is not known: the first other stream names it. Null: it is
   * known.
   */
  readonly closedStreams: ReadonlySet<StreamId> | null;
  /** Unless it is `no`, the session ends as soon as nothing is unacknowledged. */
  readonly ending: "no" | "gateway_ended" | "draining";
};

export type IngestSessionEvent =
  | { readonly kind: "frame"; readonly frame: GatewayFrame }
  /** The bytes were not a frame of this protocol. */
  | { readonly kind: "bad_frame"; readonly message: string }
  /** The session has the name of its gateway. */
  | { readonly kind: "accepted" }
  /** Another gateway of this name connects: this one must show that it lives. */
  | { readonly kind: "probe"; readonly probe: LifeProbe }
  /** Another gateway has the name, or this one did not answer a probe. */
  | { readonly kind: "refuse"; readonly code: "twin" | "silent"; readonly message: string }
  | { readonly kind: "sets_loaded"; readonly sets: readonly OwnedSet[] }
  /** A commit: the new sets of every stream that it touched, and the outcomes of the batches of this session. */
  | { readonly kind: "committed"; readonly sets: readonly OwnedSet[]; readonly own: readonly DeliveredBatch[] }
  /** Enough regions now hold exactly these sets. A set may also be smaller than before. */
  | { readonly kind: "replicated"; readonly sets: readonly OwnedSet[] }
  | { readonly kind: "tick" }
  | { readonly kind: "drain"; readonly reason: string }
  /** The gateway ended its half of the stream normally. */
  | { readonly kind: "gateway_ended" }
  /** The connection is gone. */
  | { readonly kind: "lost" };

/** A set, and the gateway that the stream belongs to; null: no batch of the stream has come yet. */
export type OwnedSet = StreamHave & { readonly gateway: string | null };
type AcknowledgedSets = { readonly durable: Have; readonly replicated: Have };

/** A batch that this session delivered. `refusal` is null if the batch was accepted. */
export type DeliveredBatch = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly sizeBytes: number;
  readonly refusal: { readonly code: "bad_batch" | "fork"; readonly message: string } | null;
};

export type IngestSessionEffect =
  /** May this session have the name? `accepted` or `refuse` follows. `lasts`: the highest sealed batch of each stream. */
  | {
      readonly kind: "claim";
      readonly gateway: GatewayId;
      readonly life: StreamId | null;
      readonly lasts: ReadonlyMap<StreamId, Seq>;
    }
  /** The life of this session, which was not known. */
  | { readonly kind: "named"; readonly life: StreamId }
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

export type IngestSessionStep = Step<IngestSessionState, IngestSessionEffect>;

const HELLO_WITHIN_MS = 10_000;
/** With a tick every 250 ms at most one second passes between two heartbeats. */
const HEARTBEAT_MS = 750;
/** A gateway has one stream for each start of its process. The limit allows a start every minute for 69 days. */
const STREAMS_MAX = 100_000;

export function initialIngestSession(nowMs: number): IngestSessionState {
  return { kind: "awaiting_hello", sinceMs: nowMs };
}

export function stepIngestSession(
  state: IngestSessionState,
  event: IngestSessionEvent,
  nowMs: number,
  options: IngestSessionOptions,
): IngestSessionStep {
  switch (state.kind) {
    case "awaiting_hello":
      return whileAwaitingHello(state, event, nowMs, options);
    case "claiming":
      return whileClaiming(state, event);
    case "loading":
      return whileLoading(state, event, nowMs, options);
    case "open":
      return whileOpen(state, event, nowMs, options);
    case "ended":
      return { state, effects: [] };
  }
}

type Awaiting = Extract<IngestSessionState, { kind: "awaiting_hello" }>;

function whileAwaitingHello(
  state: Awaiting,
  event: IngestSessionEvent,
  nowMs: number,
  options: IngestSessionOptions,
): IngestSessionStep {
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
    case "accepted":
    case "probe":
    case "refuse":
    case "sets_loaded":
    case "committed":
    case "replicated":
      return { state, effects: [] };
  }
}

function greet(hello: Hello, options: IngestSessionOptions): IngestSessionStep {
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
  // This is a refusal, because a gateway that gets a Drain comes back at once.
  if (options.leaving) {
    return refuse(
      name,
      "leaving",
      `region ${options.region} is leaving: gateway ${name} has to connect to another region`,
    );
  }
  if (hello.streams.length > STREAMS_MAX) {
    return refuse(name, "bad_hello", `${hello.streams.length} streams in one Hello; at most ${STREAMS_MAX}`);
  }
  const gateway = gatewayId(name);
  const lasts = new Map(hello.streams.map(({ streamId, last }) => [streamId, last]));
  const life = hello.life ?? hello.streams.find(({ closed }) => !closed)?.streamId ?? null;
  const streamIds = [...lasts.keys()];
  const closedStreams = life === null ? new Set(streamIds) : null;
  return {
    state: { kind: "claiming", gateway, software: hello.software, streamIds, closedStreams },
    // Nothing more is read before the answer is sent, because what follows a Hello depends on the answer.
    effects: [{ kind: "pause" }, { kind: "claim", gateway, life, lasts }],
  };
}

function whileClaiming(state: ClaimingSession, event: IngestSessionEvent): IngestSessionStep {
  const { gateway, software, streamIds, closedStreams } = state;
  switch (event.kind) {
    case "accepted":
      return {
        state: { kind: "loading", gateway, closedStreams, probe: null },
        effects: [
          { kind: "opened", gateway, software, streams: streamIds.length },
          { kind: "load_sets", streamIds },
        ],
      };
    case "refuse":
      return refuse(gateway, event.code, event.message);
    case "frame":
      return refuse(gateway, "bad_hello", `${event.frame.kind} before HelloAck`);
    case "bad_frame":
      return refuse(gateway, "bad_hello", event.message);
    case "drain":
      return { state: ENDED, effects: [{ kind: "send", frame: { kind: "drain", reason: event.reason } }, END] };
    case "gateway_ended":
      return { state: ENDED, effects: [END] };
    case "lost":
      return { state: ENDED, effects: [] };
    case "probe":
    case "sets_loaded":
    case "committed":
    case "replicated":
    case "tick":
      return { state, effects: [] };
  }
}

function whileLoading(
  state: LoadingSession,
  event: IngestSessionEvent,
  nowMs: number,
  options: IngestSessionOptions,
): IngestSessionStep {
  switch (event.kind) {
    case "sets_loaded": {
      const foreign = options.verified
        ? event.sets.find(({ gateway }) => gateway !== null && gateway !== state.gateway)
        : undefined;
      if (foreign !== undefined) {
        return refuse(
          state.gateway,
          "unauthorized",
          `stream ${foreign.streamId} belongs to gateway ${foreign.gateway}: a gateway may only be renamed after it has sent everything`,
        );
      }
      return {
        state: {
          kind: "open",
          gateway: state.gateway,
          sets: new Map(
            event.sets.map(({ streamId, have }) => [
              streamId,
              { durable: have, replicated: options.replicatedOf(streamId) },
            ]),
          ),
          unackedBytes: 0,
          paused: false,
          lastAckMs: nowMs,
          closedStreams: state.closedStreams,
          ending: "no",
        },
        effects: [
          { kind: "send", frame: helloAck(event.sets, options) },
          ...(state.probe === null ? [] : [probing(state.probe, options)]),
          { kind: "resume" },
        ],
      };
    }
    case "probe":
      return { state: { ...state, probe: event.probe }, effects: [] };
    case "refuse":
      return refuse(state.gateway, event.code, event.message);
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
    case "accepted":
    case "committed":
    case "replicated":
    case "tick":
      return { state, effects: [] };
  }
}

function whileOpen(
  state: OpenIngestSession,
  event: IngestSessionEvent,
  nowMs: number,
  options: IngestSessionOptions,
): IngestSessionStep {
  switch (event.kind) {
    case "frame":
      return frameArrived(state, event.frame, options);
    case "bad_frame":
      return refuse(state.gateway, "bad_batch", event.message);
    case "committed":
      return committed(state, event, nowMs, options);
    case "replicated":
      return replicated(state, event.sets, nowMs, options);
    case "probe":
      return { state: { ...state, lastAckMs: nowMs }, effects: [probing(event.probe, options)] };
    case "refuse":
      return refuse(state.gateway, event.code, event.message);
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
    case "accepted":
    case "sets_loaded":
      return { state, effects: [] };
  }
}

function frameArrived(state: OpenIngestSession, frame: GatewayFrame, options: IngestSessionOptions): IngestSessionStep {
  switch (frame.kind) {
    case "hello":
      return refuse(state.gateway, "bad_hello", "a second Hello on one session");
    case "alive":
      return { state, effects: [] };
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
        sets = new Map(sets).set(batch.streamId, NOTHING_ACKNOWLEDGED);
      }
      const unackedBytes = state.unackedBytes + batch.bytes.byteLength;
      const full = unackedBytes >= options.creditBytes;
      const effects: IngestSessionEffect[] = [{ kind: "submit_batch", gateway: state.gateway, batch }];
      if (full && !state.paused) effects.push({ kind: "pause" });
      let { closedStreams } = state;
      if (closedStreams !== null && !closedStreams.has(batch.streamId)) {
        closedStreams = null;
        effects.push({ kind: "named", life: batch.streamId });
      }
      return { state: { ...state, sets, closedStreams, unackedBytes, paused: state.paused || full }, effects };
    }
  }
}

function committed(
  state: OpenIngestSession,
  event: Extract<IngestSessionEvent, { kind: "committed" }>,
  nowMs: number,
  options: IngestSessionOptions,
): IngestSessionStep {
  const touched = event.sets.filter((set) => concerns(state, set));
  if (touched.length === 0 && event.own.length === 0) return { state, effects: [] };

  const effects: IngestSessionEffect[] = [];
  let { unackedBytes } = state;
  for (const { streamId, seq, sizeBytes, refusal } of event.own) {
    unackedBytes -= sizeBytes;
    if (refusal === null) continue;
    effects.push({ kind: "refused", gateway: state.gateway, ...refusal });
    effects.push({ kind: "send", frame: { kind: "refusal", ...refusal, batch: { streamId, seq } } });
  }
  const changes = touched.map(({ streamId, have }) => ({
    streamId,
    durable: have,
    replicated: options.replicatedOf(streamId),
  }));
  const acknowledged = acknowledge(state, changes, nowMs, options);
  const roomAgain = state.paused && unackedBytes <= options.creditBytes / 2;
  return settleEnding({ ...acknowledged.state, unackedBytes, paused: state.paused && !roomAgain, lastAckMs: nowMs }, [
    ...effects,
    ...acknowledged.effects,
    ...(roomAgain ? [{ kind: "resume" } as const] : []),
  ]);
}

function replicated(
  state: OpenIngestSession,
  sets: readonly OwnedSet[],
  nowMs: number,
  options: IngestSessionOptions,
): IngestSessionStep {
  const changes = sets
    .filter((set) => concerns(state, set))
    .map(({ streamId, have }) => ({ streamId, durable: null, replicated: have }));
  return acknowledge(state, changes, nowMs, options);
}

/**
 * Whether the session reports this stream. It also reports streams of its gateway that it has not named: on a standby
 * session, the gateway learns of batches that came from a peer.
 */
function concerns(state: OpenIngestSession, { streamId, gateway }: OwnedSet): boolean {
  return state.sets.has(streamId) || (gateway === state.gateway && state.sets.size < STREAMS_MAX);
}

/** Sends what is new for the gateway. `durable` is null if only the number of copies changed. */
function acknowledge(
  state: OpenIngestSession,
  changes: readonly { readonly streamId: StreamId; readonly durable: Have | null; readonly replicated: Have }[],
  nowMs: number,
  options: IngestSessionOptions,
): { readonly state: OpenIngestSession; readonly effects: readonly IngestSessionEffect[] } {
  const sets = new Map(state.sets);
  const durable: StreamHave[] = [];
  const copies: StreamHave[] = [];
  for (const { streamId, durable: have, replicated: held } of changes) {
    const before = state.sets.get(streamId) ?? NOTHING_ACKNOWLEDGED;
    if (have !== null) durable.push({ streamId, have });
    if (!equalHave(held, before.replicated)) copies.push({ streamId, have: held });
    sets.set(streamId, { durable: have ?? before.durable, replicated: held });
  }
  if (durable.length === 0 && copies.length === 0) return { state, effects: [] };
  const frame = ack(durable, copies, options);
  return { state: { ...state, sets, lastAckMs: nowMs }, effects: [{ kind: "send", frame }] };
}

const NOTHING_ACKNOWLEDGED: AcknowledgedSets = { durable: EMPTY_HAVE, replicated: EMPTY_HAVE };

/** Ends the session if it is to end and nothing is unacknowledged. */
function settleEnding(state: OpenIngestSession, effects: readonly IngestSessionEffect[]): IngestSessionStep {
  if (state.ending === "no" || state.unackedBytes > 0) return { state, effects };
  return { state: ENDED, effects: [...effects, END] };
}

const ENDED: IngestSessionState = { kind: "ended" };
const END: IngestSessionEffect = { kind: "end" };

function refuse(gateway: string, code: string, message: string): IngestSessionStep {
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

function probing(probe: LifeProbe, options: IngestSessionOptions): IngestSessionEffect {
  return { kind: "send", frame: { kind: "ack", durable: [], replicated: [], creditBytes: options.creditBytes, probe } };
}

function helloAck(sets: readonly OwnedSet[], options: IngestSessionOptions): RegionFrame {
  return {
    kind: "hello_ack",
    protocol: options.protocol,
    region: options.region,
    storeId: options.storeId,
    bootId: options.bootId,
    durable: sets,
    replicated: sets.map(({ streamId }) => ({ streamId, have: options.replicatedOf(streamId) })),
    regions: options.regions,
    creditBytes: options.creditBytes,
    minCopies: options.minCopies,
  };
}
