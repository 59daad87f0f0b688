import { backoffMs } from "../../proto/core/backoff.ts";
import { contains, EMPTY_HAVE, equalHave, haveOf } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import { seq } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";
import type { SenderFrame, StreamRanges, ReceiverFrame } from "../../proto/wire/peer-messages.ts";
import type { DayDigest } from "./day-digests.ts";
import type { SnapshotReport } from "./snapshot-taking.ts";

/**
 * The link that this region dials to one peer, as a reducer: `step` takes what happened and says what to do.
 *
 *     waiting --due--> dialling --welcome--> live --closed / silent / refused--> waiting
 *
 * Promises:
 * - What the peer `holds` is what it said on this connection, or, while it is out of reach, what it said last. The first
 *   whole answer of a connection replaces all that was said before: a region restored from a backup loses credit.
 * - A batch that was just committed goes out at once where the peer's credit allows (the eager copy). What does not go,
 *   or is lost on the way, is found when the sets are compared: nothing here has to be remembered.
 * - Unacknowledged bytes stay within the peer's credit; every state has a deadline.
 */
export class PeerSender {
  readonly peer: RegionId;
  /** The peer's own word, by stream. */
  #holds = new Map<StreamId, Have>();
  /** The whole answer of this connection, as far as it has come. */
  #arriving: Map<StreamId, Have> | undefined;
  #link: SenderLink;
  #failures = 0;
  #lastLoss = "";
  #unreachableSinceMs: number | undefined;
  #session = 0;
  #bootId = "";
  /** Streams of which this region holds more than it has told on this connection. */
  readonly #untold = new Set<StreamId>();

  constructor(peer: RegionId, nowMs: number) {
    this.peer = peer;
    this.#link = { kind: "waiting", untilMs: nowMs };
    this.#unreachableSinceMs = nowMs;
  }

  /** What the peer says that it holds. */
  holds(streamId: StreamId): Have {
    return this.#holds.get(streamId) ?? EMPTY_HAVE;
  }

  /** All of which it says that it holds something. */
  get streams(): readonly StreamId[] {
    return [...this.#holds.keys()];
  }

  get status(): SenderStatus {
    return {
      peer: this.peer,
      connected: this.#link.kind === "live",
      unreachableSinceMs: this.#unreachableSinceMs ?? null,
      lastLoss: this.#lastLoss,
      inFlightBytes: this.#link.kind === "live" ? this.#link.inFlightBytes : 0,
    };
  }

  stop(): readonly SenderEffect[] {
    const effects: SenderEffect[] = this.#link.kind === "waiting" ? [] : [{ kind: "hang_up", session: this.#session }];
    this.#link = { kind: "waiting", untilMs: Infinity };
    return effects;
  }

  /** Several times a second: deadlines, the next attempt, the sets that are due. */
  tick(nowMs: number, random: number, own: OwnSets, sums: HashSums): readonly SenderEffect[] {
    const link = this.#link;
    switch (link.kind) {
      case "waiting":
        if (nowMs < link.untilMs) return [];
        this.#session += 1;
        this.#link = { kind: "dialling", untilMs: nowMs + PEER.welcomeMs };
        return [{ kind: "dial", session: this.#session }];
      case "dialling":
        if (nowMs < link.untilMs) return [];
        return this.#lose(`no welcome within ${PEER.welcomeMs / 1000} s`, nowMs, random, true);
      case "live":
        if (nowMs - link.lastFrameMs >= PEER.silentMs) {
          return this.#lose(`no sign of life for ${PEER.silentMs / 1000} s`, nowMs, random, true);
        }
        this.#forgetOverdue(link, nowMs);
        return [...this.#tell(link, nowMs, own, sums), ...this.#give(link), ...this.#beat(link, nowMs)];
    }
  }

  /** A frame on the connection of this number. */
  heard(session: number, frame: ReceiverFrame, now: Now): SenderOutcome {
    const link = this.#link;
    if (session !== this.#session || link.kind === "waiting") return NOTHING;
    if (frame.kind === "refusal") {
      const { code, message, batch } = frame;
      if (batch === null) return effectsOnly(this.#lose(`refused (${code}): ${message}`, now.nowMs, now.random, true));
      return effectsOnly([
        { kind: "report", report: { kind: "batch_refused", peer: this.peer, code, message, ...batch } },
      ]);
    }
    if (frame.kind === "welcome") {
      if (link.kind !== "dialling") return effectsOnly(this.#lose("a second welcome", now.nowMs, now.random, true));
      return effectsOnly(this.#welcomed(frame, now.nowMs));
    }
    if (link.kind !== "live")
      return effectsOnly(this.#lose(`${frame.kind} before the welcome`, now.nowMs, now.random, true));
    link.lastFrameMs = now.nowMs;
    if (frame.kind === "want_snapshot") {
      if (link.scanning) return NOTHING;
      link.scanning = true;
      return effectsOnly([{ kind: "scan", session, after: frame.after }]);
    }
    if (frame.kind === "want_hashes") {
      return effectsOnly([{ kind: "hash", session, streamId: frame.streamId, after: frame.after }]);
    }
    if (frame.kind === "want") {
      if (link.wants.length < WANTS_MAX) link.wants.push(frame);
      return effectsOnly(this.#give(link));
    }
    return this.#held(link, frame);
  }

  /** The connection of this number ended by itself. */
  closed(session: number, reason: string, now: Now): readonly SenderEffect[] {
    if (session !== this.#session || this.#link.kind === "waiting") return [];
    return this.#lose(reason, now.nowMs, now.random, false);
  }

  /** Batches that were just committed here and did not come from a peer: the eager copy. */
  committed(batches: readonly SealedBatch[], nowMs: number): readonly SenderEffect[] {
    const link = this.#link;
    const effects: SenderEffect[] = [];
    for (const batch of batches) {
      this.#untold.add(batch.streamId);
      if (link.kind !== "live") continue;
      if (link.inFlightBytes + batch.bytes.length > link.creditBytes) continue;
      effects.push(this.#send(link, batch, nowMs));
    }
    return effects;
  }

  /** The sets of these streams grew by what came from another peer: told with the next comparison. */
  grew(streamId: StreamId): void {
    this.#untold.add(streamId);
  }

  /** The answer to a question for hashes. */
  hashed(session: number, answer: Omit<Extract<SenderFrame, { kind: "hashes" }>, "kind">): readonly SenderEffect[] {
    if (session !== this.#session || this.#link.kind !== "live") return [];
    return [this.#frame({ kind: "hashes", ...answer })];
  }

  /** What this region found when it walked over its rows. */
  tellDigests(days: readonly DayDigest[]): readonly SenderEffect[] {
    return this.#link.kind === "live" ? [this.#frame({ kind: "digests", days })] : [];
  }

  /** The answer to a scan that this link asked for; null when the peer asked for a part that is none. */
  scanned(
    session: number,
    after: Uint8Array,
    part: { readonly body: Uint8Array; readonly next: Uint8Array } | null,
    now: Now,
  ): readonly SenderEffect[] {
    const link = this.#link;
    if (session !== this.#session || link.kind !== "live") return [];
    link.scanning = false;
    if (part === null) return this.#lose("it asked for a part of a snapshot that is none", now.nowMs, now.random, true);
    const { body, next } = part;
    return [this.#frame({ kind: "snapshot_part", after, body, next })];
  }

  /** The answer to a read that this link asked for. `pruned`: what is held without its bytes. */
  read(
    session: number,
    answer: { batches: readonly SealedBatch[]; pruned: StreamRanges | null },
    nowMs: number,
  ): readonly SenderEffect[] {
    const link = this.#link;
    if (session !== this.#session || link.kind !== "live") return [];
    const asked = link.reading;
    link.reading = undefined;
    if (asked !== undefined) goOn(link, asked, answer);
    const effects: SenderEffect[] = [];
    if (answer.pruned !== null) effects.push(this.#frame({ kind: "pruned", ...answer.pruned }));
    for (const batch of answer.batches) effects.push(this.#send(link, batch, nowMs));
    return [...effects, ...this.#give(link)];
  }

  #welcomed(frame: Extract<ReceiverFrame, { kind: "welcome" }>, nowMs: number): readonly SenderEffect[] {
    const bootId = Buffer.from(frame.bootId).toString("hex");
    const effects: SenderEffect[] = [
      {
        kind: "report",
        report: {
          kind: "peer_connected",
          peer: this.peer,
          offlineMs: nowMs - (this.#unreachableSinceMs ?? nowMs),
          rebooted: this.#bootId !== "" && bootId !== this.#bootId,
        },
      },
    ];
    this.#bootId = bootId;
    this.#failures = 0;
    this.#lastLoss = "";
    this.#unreachableSinceMs = undefined;
    this.#arriving = new Map();
    this.#link = {
      kind: "live",
      creditBytes: Math.min(frame.creditBytes, PEER.creditMaxBytes),
      lastFrameMs: nowMs,
      // At once, and whole.
      toldMs: -Infinity,
      beatMs: nowMs,
      wholeMs: -Infinity,
      wants: [],
      reading: undefined,
      scanning: false,
      inFlight: new Map(),
      inFlightBytes: 0,
    };
    return effects;
  }

  #held(link: LiveSenderLink, frame: Extract<ReceiverFrame, { kind: "holds" }>): SenderOutcome {
    const changed: StreamId[] = [];
    const into = this.#arriving ?? this.#holds;
    for (const { streamId, have } of frame.streams) {
      into.set(streamId, have);
      for (const item of link.inFlight.get(streamId)?.values() ?? []) {
        if (contains(have, item.seq)) land(link, item);
      }
      if (this.#arriving === undefined) changed.push(streamId);
    }
    if (this.#arriving !== undefined && frame.complete) {
      // Also what is not claimed any more has changed.
      const before = this.#holds;
      this.#holds = this.#arriving;
      this.#arriving = undefined;
      for (const [streamId, have] of before) {
        if (!equalHave(have, this.holds(streamId))) changed.push(streamId);
      }
      for (const streamId of this.#holds.keys()) if (!before.has(streamId)) changed.push(streamId);
    }
    return { effects: this.#give(link), changed };
  }

  /** Reads for the oldest want where there is room for what comes. */
  #give(link: LiveSenderLink): readonly SenderEffect[] {
    if (link.reading !== undefined || link.inFlightBytes + PEER.readBytes > link.creditBytes) return [];
    for (;;) {
      const want = link.wants[0];
      if (want === undefined) return [];
      const seqs = takeSeqs(want, PEER.readSeqs);
      const rest = remaining(want, seqs);
      if (rest === undefined) link.wants.shift();
      else link.wants[0] = rest;
      const unheld = seqs.filter(
        (at) =>
          (want.variants === true || !contains(this.holds(want.streamId), at)) &&
          link.inFlight.get(want.streamId)?.has(at) !== true,
      );
      if (unheld.length === 0) continue;
      link.reading = { want, seqs: unheld };
      return [
        { kind: "read", session: this.#session, streamId: want.streamId, seqs: unheld, maxBytes: PEER.readBytes },
      ];
    }
  }

  #send(link: LiveSenderLink, batch: SealedBatch, nowMs: number): SenderEffect {
    const { streamId, seq: at, bytes } = batch;
    const before = link.inFlight.get(streamId)?.get(at);
    if (before !== undefined) land(link, before);
    let ofStream = link.inFlight.get(streamId);
    if (ofStream === undefined) link.inFlight.set(streamId, (ofStream = new Map()));
    ofStream.set(at, { streamId, seq: at, bytes: bytes.length, sentAtMs: nowMs });
    link.inFlightBytes += bytes.length;
    return this.#frame({ kind: "batch", batch });
  }

  /** Nobody waits for these: the comparison of sets finds again what did not arrive. */
  #forgetOverdue(link: LiveSenderLink, nowMs: number): void {
    for (const ofStream of link.inFlight.values()) {
      for (const item of ofStream.values()) if (nowMs - item.sentAtMs >= PEER.unheldMs) land(link, item);
    }
  }

  /** What this region holds: all of it after the welcome and every ten minutes, what changed every five seconds. */
  #tell(link: LiveSenderLink, nowMs: number, own: OwnSets, sums: HashSums): readonly SenderEffect[] {
    if (nowMs - link.toldMs < PEER.compareMs) return [];
    const whole = nowMs - link.wholeMs >= PEER.compareWholeMs;
    const streams = whole ? [...own.keys()] : [...this.#untold];
    link.toldMs = nowMs;
    if (whole) link.wholeMs = nowMs;
    this.#untold.clear();
    const frames: SenderEffect[] = [];
    for (let i = 0; i < streams.length; i += PEER.streamsPerFrame) {
      const part = streams.slice(i, i + PEER.streamsPerFrame).map((streamId): StreamHave => ({
        streamId,
        have: own.get(streamId) ?? EMPTY_HAVE,
        hashSum: sums.get(streamId),
      }));
      // Also what the peer says that it holds: of a fork it may hold the other side.
      frames.push(this.#frame({ kind: "held", streams: part }));
    }
    return frames;
  }

  /**
   * The peer must hear something, too: where only the way to it is cut, its own frames would come for ever and nothing
   * that this side gives would arrive.
   */
  #beat(link: LiveSenderLink, nowMs: number): readonly SenderEffect[] {
    if (nowMs - link.beatMs < PEER.heartbeatMs) return [];
    link.beatMs = nowMs;
    return [this.#frame({ kind: "held", streams: [] })];
  }

  #frame(frame: SenderFrame): SenderEffect {
    return { kind: "give", session: this.#session, frame };
  }

  #lose(reason: string, nowMs: number, random: number, hangUp: boolean): readonly SenderEffect[] {
    const retryMs = Math.max(backoffMs(PEER.backoff, this.#failures, random), PEER.retryMinMs);
    this.#failures += 1;
    this.#unreachableSinceMs ??= nowMs;
    this.#arriving = undefined;
    this.#untold.clear();
    this.#link = { kind: "waiting", untilMs: nowMs + retryMs };
    const effects: SenderEffect[] = hangUp ? [{ kind: "hang_up", session: this.#session }] : [];
    if (reason !== this.#lastLoss) {
      effects.push({ kind: "report", report: { kind: "peer_lost", peer: this.peer, reason, retryMs } });
    }
    this.#lastLoss = reason;
    return effects;
  }
}

/** Times and sizes of the links between regions (design, section 6). */
export const PEER: Readonly<Record<PeerNumber, number>> & {
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
} = {
  backoff: { baseMs: 200, capMs: 5_000 },
  retryMinMs: 20,
  welcomeMs: 5_000,
  silentMs: 3_000,
  heartbeatMs: 750,
  compareMs: 5_000,
  compareWholeMs: 600_000,
  /** A sent batch that the peer does not hold after this is not waited for. */
  unheldMs: 10_000,
  /** A wanted batch that did not come within this is asked of another peer. */
  wantMs: 10_000,
  creditMaxBytes: 64 * 1024 * 1024,
  readBytes: 1024 * 1024,
  readSeqs: 256,
  streamsPerFrame: 1_000,
};

type PeerNumber =
  | "retryMinMs"
  | "welcomeMs"
  | "silentMs"
  | "heartbeatMs"
  | "compareMs"
  | "compareWholeMs"
  | "unheldMs"
  | "wantMs"
  | "creditMaxBytes"
  | "readBytes"
  | "readSeqs"
  | "streamsPerFrame";

/** Of the batches that this region holds of each stream. */
export type HashSums = ReadonlyMap<StreamId, number>;
export type OwnSets = ReadonlyMap<StreamId, Have>;
export type Now = { readonly nowMs: number; readonly random: number };

export type SenderEffect =
  | { readonly kind: "dial"; readonly session: number }
  | { readonly kind: "hang_up"; readonly session: number }
  | { readonly kind: "give"; readonly session: number; readonly frame: SenderFrame }
  | {
      readonly kind: "read";
      readonly session: number;
      readonly streamId: StreamId;
      readonly seqs: readonly Seq[];
      readonly maxBytes: number;
    }
  | { readonly kind: "hash"; readonly session: number; readonly streamId: StreamId; readonly after: number }
  | { readonly kind: "scan"; readonly session: number; readonly after: Uint8Array }
  | { readonly kind: "report"; readonly report: PeerReport };

export type SenderOutcome = {
  readonly effects: readonly SenderEffect[];
  /** Streams of which the peer says now that it holds something else than before. */
  readonly changed: readonly StreamId[];
};

export type SenderStatus = {
  readonly peer: RegionId;
  readonly connected: boolean;
  readonly unreachableSinceMs: number | null;
  readonly lastLoss: string;
  readonly inFlightBytes: number;
};

/** What a person wants to read in the log; repeated failures are told once. */
export type PeerReport =
  | { readonly kind: "peer_connected"; readonly peer: RegionId; readonly offlineMs: number; readonly rebooted: boolean }
  | { readonly kind: "peer_lost"; readonly peer: RegionId; readonly reason: string; readonly retryMs: number }
  | {
      readonly kind: "batch_refused";
      readonly peer: RegionId;
      readonly code: string;
      readonly message: string;
      readonly streamId: StreamId;
      readonly seq: Seq;
    }
  | { readonly kind: "peer_refused"; readonly peer: string; readonly code: string; readonly message: string }
  | SnapshotReport
  /** Batches of which the peer holds another side of a fork than we do. */
  | { readonly kind: "fork_found"; readonly peer: RegionId; readonly streamId: StreamId; readonly batches: number };

type Want = StreamRanges & { readonly variants?: boolean };

type SenderLink =
  | { readonly kind: "waiting"; readonly untilMs: number }
  | { readonly kind: "dialling"; readonly untilMs: number }
  | LiveSenderLink;

type LiveSenderLink = {
  readonly kind: "live";
  readonly creditBytes: number;
  lastFrameMs: number;
  toldMs: number;
  beatMs: number;
  wholeMs: number;
  readonly wants: Want[];
  /** One read at a time: its answer is what keeps memory bounded. */
  reading: { readonly want: Want; readonly seqs: readonly Seq[] } | undefined;
  /** As with reads, of a snapshot. */
  scanning: boolean;
  readonly inFlight: Map<StreamId, Map<Seq, Sent>>;
  inFlightBytes: number;
};

type Sent = { readonly streamId: StreamId; readonly seq: Seq; readonly bytes: number; readonly sentAtMs: number };

/** A peer asks for at most `WANTED_MAX` batches at a time (peer-receiver.ts), so more wants than this are not its own. */
const WANTS_MAX = 1_024;
const NOTHING: SenderOutcome = { effects: [], changed: [] };

function effectsOnly(effects: readonly SenderEffect[]): SenderOutcome {
  return { effects, changed: [] };
}

function land(link: LiveSenderLink, item: Sent): void {
  const ofStream = link.inFlight.get(item.streamId);
  if (ofStream?.delete(item.seq) !== true) return;
  link.inFlightBytes -= item.bytes;
  if (ofStream.size === 0) link.inFlight.delete(item.streamId);
}

/** A read stops at its size: what comes behind the last batch of it is wanted still. */
function goOn(
  link: LiveSenderLink,
  { want, seqs }: { readonly want: Want; readonly seqs: readonly Seq[] },
  { batches }: { readonly batches: readonly SealedBatch[] },
): void {
  const last = batches.at(-1);
  if (last === undefined) return;
  const rest = seqs.slice(seqs.indexOf(last.seq) + 1);
  if (rest.length === 0) return;
  const { prefix, islands } = haveOf(rest);
  link.wants.unshift({ ...want, ranges: prefix > 0 ? [{ first: 1, last: prefix }, ...islands] : islands });
}

/** The newest `limit` seqs of a want, newest first: fresh data before old. */
function takeSeqs({ ranges }: StreamRanges, limit: number): Seq[] {
  const taken: Seq[] = [];
  for (const { first, last } of ranges.toReversed()) {
    for (let at = last; at >= first && taken.length < limit; at--) taken.push(seq(at));
  }
  return taken;
}

function remaining(want: Want, taken: readonly Seq[]): Want | undefined {
  const below = taken.at(-1);
  if (below === undefined) return undefined;
  const ranges = want.ranges
    .filter(({ first }) => first < below)
    .map(({ first, last }) => ({ first, last: Math.min(last, below - 1) }));
  return ranges.length === 0 ? undefined : { ...want, ranges };
}
