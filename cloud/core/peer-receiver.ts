import { difference, EMPTY_HAVE, equalHave, haveOf, insert, isEmpty, union } from "../../proto/core/have.ts";
import type { Have, Island } from "../../proto/core/have.ts";
import { isName, NAME_RULE, regionId, seq } from "../../proto/core/ids.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";
import type {
  SenderFrame,
  StreamRanges,
  SnapshotFrame,
  ReceiverFrame,
  WireHash,
} from "../../proto/wire/peer-messages.ts";
import type { DayDigest } from "./day-digests.ts";
import type { HashSums, OwnSets, PeerReport } from "./peer-sender.ts";
import { PEER } from "./peer-sender.ts";

/**
 * A link that a peer dialled, as a reducer: it gives, we take.
 *
 *     awaiting_hello --hello--> open --lost / refused--> ended
 *
 * Promises: the peer hears of every commit that changes what we hold, and something at least every second; a peer that
 * is silent for three is given up; what it
 * offers and we lack is asked for, a bounded number of batches at a time, the newest first, each of one peer at a time;
 * unacknowledged bytes stay within the credit, beyond it the link is not read.
 */
export class PeerReceiver {
  readonly link: number;
  #peer: RegionId | undefined;
  #state: "awaiting_hello" | "open" | "ended" = "awaiting_hello";
  readonly #sinceMs: number;
  #lastSentMs = 0;
  #lastHeardMs = 0;
  #unacknowledgedBytes = 0;
  #paused = false;
  /** What the peer said that it holds and can give, by stream. */
  readonly #offers = new Map<StreamId, Have>();
  /** The stream whose hashes it was asked for. */
  #looking: { readonly streamId: StreamId; readonly sinceMs: number } | undefined;
  /** Streams of which it may offer something that we lack. */
  readonly #promising = new Set<StreamId>();

  constructor(link: number, nowMs: number) {
    this.link = link;
    this.#sinceMs = nowMs;
  }

  get peer(): RegionId | undefined {
    return this.#peer;
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  heard(frame: SenderFrame, nowMs: number, self: ReceiverSelf, held: Held): readonly ReceiverEffect[] {
    const { own } = held;
    if (this.#state === "ended") return [];
    this.#lastHeardMs = nowMs;
    if (this.#state === "awaiting_hello") {
      if (frame.kind !== "hello") return this.refuse("bad_hello", `the first frame must be Hello, not ${frame.kind}`);
      return this.#greet(frame, nowMs, self, own);
    }
    switch (frame.kind) {
      case "hello":
        return this.refuse("bad_hello", "a second Hello on one link");
      case "held":
        for (const { streamId, have } of frame.streams) this.#offered(streamId, have, own);
        return this.#lookForForks(frame.streams, nowMs, held);
      case "pruned":
        return this.#cannotGive(frame);
      case "snapshot_part":
        return [{ kind: "snapshot_part", part: frame }];
      case "hashes": {
        if (frame.streamId !== this.#looking?.streamId) return [];
        const last = frame.hashes.at(-1);
        const more = frame.more && last !== undefined;
        this.#looking = more ? { streamId: frame.streamId, sinceMs: nowMs } : undefined;
        const compared: ReceiverEffect = { kind: "compare_hashes", streamId: frame.streamId, hashes: frame.hashes };
        if (!more) return [compared];
        const next: ReceiverFrame = { kind: "want_hashes", streamId: frame.streamId, after: last.seq };
        return [compared, { kind: "answer", frame: next }];
      }
      case "digests":
        return [{ kind: "digests", peer: this.#peer!, digests: frame.days }];
      case "batch":
        this.#unacknowledgedBytes += frame.batch.bytes.length;
        return [{ kind: "submit", batch: frame.batch }, ...this.#pauseWhenFull()];
    }
  }

  /** Of these batches the peer holds another side of a fork than we do. */
  lacked(streamId: StreamId, seqs: readonly Seq[]): readonly ReceiverEffect[] {
    if (this.#state !== "open" || seqs.length === 0) return [];
    const { prefix, islands } = haveOf(seqs);
    const ranges = [...(prefix > 0 ? [{ first: 1, last: prefix }] : []), ...islands];
    return [
      { kind: "report", report: { kind: "fork_found", peer: this.#peer!, streamId, batches: seqs.length } },
      { kind: "answer", frame: { kind: "want", streamId, ranges, variants: true } },
    ];
  }

  /** The last frame of a link: says why. */
  refuse(code: string, message: string): readonly ReceiverEffect[] {
    this.#state = "ended";
    return [
      { kind: "report", report: { kind: "peer_refused", peer: this.#peer ?? "", code, message } },
      { kind: "answer", frame: { kind: "refusal", code, message, batch: null } },
      { kind: "end" },
    ];
  }

  lost(): void {
    this.#state = "ended";
  }

  /** A commit: the new sets of the streams it touched, and what became of the batches of this link. */
  committed(sets: readonly StreamHave[], settled: readonly SettledGift[], nowMs: number): readonly ReceiverEffect[] {
    if (this.#state !== "open") return [];
    const effects: ReceiverEffect[] = [];
    for (const { streamId, seq: at, bytes, refusal } of settled) {
      this.#unacknowledgedBytes -= bytes;
      if (refusal === null) continue;
      // Asked for again it would come the same.
      this.#withdraw(streamId, { prefix: 0, islands: [{ first: at, last: at }] });
      effects.push({ kind: "answer", frame: { kind: "refusal", ...refusal, batch: { streamId, seq: at } } });
    }
    if (sets.length > 0) {
      effects.push({ kind: "answer", frame: { kind: "holds", streams: sets, complete: false } });
      this.#lastSentMs = nowMs;
    }
    if (this.#paused && this.#unacknowledgedBytes <= CREDIT_BYTES / 2) {
      this.#paused = false;
      this.#lastHeardMs = nowMs;
      effects.push({ kind: "resume" });
    }
    return effects;
  }

  tick(nowMs: number): readonly ReceiverEffect[] {
    if (this.#state === "awaiting_hello" && nowMs - this.#sinceMs >= PEER.welcomeMs) {
      return this.refuse("bad_hello", `no Hello within ${PEER.welcomeMs / 1000} s`);
    }
    if (this.#state !== "open") return [];
    if (!this.#paused && nowMs - this.#lastHeardMs >= PEER.silentMs) {
      return this.refuse("silent", `no sign of life for ${PEER.silentMs / 1000} s`);
    }
    if (nowMs - this.#lastSentMs < PEER.heartbeatMs) return [];
    this.#lastSentMs = nowMs;
    return [{ kind: "answer", frame: { kind: "holds", streams: [], complete: false } }];
  }

  /** What it offers and we lack, the newest batches first; nobody else was asked for them. */
  lacking(own: OwnSets, wanted: (streamId: StreamId) => Have, limit: number): readonly StreamRanges[] {
    if (this.#state !== "open") return [];
    const asked: StreamRanges[] = [];
    let room = limit;
    for (const streamId of this.#promising) {
      if (room === 0) break;
      const lacks = difference(this.#offers.get(streamId) ?? EMPTY_HAVE, own.get(streamId) ?? EMPTY_HAVE);
      if (isEmpty(lacks)) {
        this.#promising.delete(streamId);
        continue;
      }
      const ranges = newest(difference(lacks, wanted(streamId)), room);
      if (ranges.length === 0) continue;
      room -= ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      asked.push({ streamId, ranges });
    }
    return asked;
  }

  #greet(
    hello: Extract<SenderFrame, { kind: "hello" }>,
    nowMs: number,
    self: ReceiverSelf,
    own: OwnSets,
  ): readonly ReceiverEffect[] {
    if (hello.protocol !== self.protocol) {
      return this.refuse(
        "protocol",
        `${hello.region} speaks protocol ${hello.protocol}, ${self.region} speaks ${self.protocol}: update the older of the two`,
      );
    }
    if (!isName(hello.region)) return this.refuse("bad_hello", `not a region name: expected ${NAME_RULE}`);
    if (!self.isPeer(hello.region)) {
      return this.refuse(
        "unauthorized",
        `${hello.region} is no peer of ${self.region}: add it there with tidemark regions add`,
      );
    }
    if (!self.authorized(hello.token))
      return this.refuse("unauthorized", `${hello.region} did not present the token of the regions`);
    if (Buffer.compare(hello.storeId, self.storeId) === 0) {
      return this.refuse(
        "bad_hello",
        `${hello.region} has a copy of the database of ${self.region}: each region needs a store of its own`,
      );
    }
    this.#peer = regionId(hello.region);
    this.#state = "open";
    this.#lastSentMs = nowMs;
    const { protocol, region, storeId, bootId } = self;
    const welcome: ReceiverFrame = { kind: "welcome", protocol, region, storeId, bootId, creditBytes: CREDIT_BYTES };
    const sets = [...own].map(([streamId, have]): StreamHave => ({ streamId, have }));
    const holds: ReceiverEffect[] = [];
    for (let i = 0; i === 0 || i < sets.length; i += PEER.streamsPerFrame) {
      const streams = sets.slice(i, i + PEER.streamsPerFrame);
      const complete = i + PEER.streamsPerFrame >= sets.length;
      holds.push({ kind: "answer", frame: { kind: "holds", streams, complete } });
    }
    return [
      { kind: "answer", frame: welcome },
      { kind: "opened", peer: this.#peer, software: hello.software },
      ...holds,
    ];
  }

  /** Equal sets with other hashes hold different sides of a fork. One stream at a time: the next is met at the next telling. */
  #lookForForks(streams: readonly StreamHave[], nowMs: number, { own, sums }: Held): readonly ReceiverEffect[] {
    if (this.#looking !== undefined && nowMs - this.#looking.sinceMs < LOOKING_MS) return [];
    const forked = streams.find(
      ({ streamId, have, hashSum }) =>
        hashSum !== undefined && hashSum !== sums.get(streamId) && equalHave(have, own.get(streamId) ?? EMPTY_HAVE),
    );
    if (forked === undefined) return [];
    const { streamId } = forked;
    this.#looking = { streamId, sinceMs: nowMs };
    return [{ kind: "answer", frame: { kind: "want_hashes", streamId, after: 0 } }];
  }

  #offered(streamId: StreamId, have: Have, own: OwnSets): void {
    if (this.#offers.size >= STREAMS_MAX && !this.#offers.has(streamId)) return;
    this.#offers.set(streamId, have);
    if (!isEmpty(difference(have, own.get(streamId) ?? EMPTY_HAVE))) this.#promising.add(streamId);
  }

  #cannotGive({ streamId, ranges }: StreamRanges): readonly ReceiverEffect[] {
    const gone = ranges.reduce(
      (set, { first, last }) => union(set, { prefix: 0, islands: [{ first, last }] }),
      EMPTY_HAVE,
    );
    this.#withdraw(streamId, gone);
    return [{ kind: "snapshot_needed", peer: this.#peer! }];
  }

  #withdraw(streamId: StreamId, gone: Have): void {
    this.#offers.set(streamId, difference(this.#offers.get(streamId) ?? EMPTY_HAVE, gone));
  }

  #pauseWhenFull(): readonly ReceiverEffect[] {
    if (this.#paused || this.#unacknowledgedBytes < CREDIT_BYTES) return [];
    this.#paused = true;
    return [{ kind: "pause" }];
  }
}

/** Batches that were asked for and have not come; each of one peer, until it is late. */
export class Wanted {
  readonly #byStream = new Map<StreamId, Map<Seq, { readonly link: number; readonly atMs: number }>>();
  readonly #perLink = new Map<number, number>();

  set(streamId: StreamId): Have {
    const seqs = this.#byStream.get(streamId);
    if (seqs === undefined) return EMPTY_HAVE;
    let have = EMPTY_HAVE;
    for (const at of [...seqs.keys()].toSorted((a, b) => a - b)) have = insert(have, at);
    return have;
  }

  /** How many more may be asked of a link. */
  room(link: number): number {
    return WANTED_MAX - (this.#perLink.get(link) ?? 0);
  }

  add(link: number, { streamId, ranges }: StreamRanges, atMs: number): void {
    let seqs = this.#byStream.get(streamId);
    if (seqs === undefined) this.#byStream.set(streamId, (seqs = new Map()));
    for (const { first, last } of ranges) {
      for (let at = first; at <= last; at++) {
        seqs.set(seq(at), { link, atMs });
        this.#perLink.set(link, (this.#perLink.get(link) ?? 0) + 1);
      }
    }
  }

  arrived(streamId: StreamId, at: Seq): void {
    const seqs = this.#byStream.get(streamId);
    const item = seqs?.get(at);
    if (seqs === undefined || item === undefined) return;
    seqs.delete(at);
    this.#perLink.set(item.link, (this.#perLink.get(item.link) ?? 1) - 1);
    if (seqs.size === 0) this.#byStream.delete(streamId);
  }

  /** Forgets what is late, so that another peer is asked, and what a link that ended was asked for. */
  expire(isOver: (item: { readonly link: number; readonly atMs: number }) => boolean): void {
    for (const [streamId, seqs] of this.#byStream) {
      for (const [at, item] of seqs) if (isOver(item)) this.arrived(streamId, at);
    }
  }

  ended(link: number): void {
    this.expire((item) => item.link === link);
    this.#perLink.delete(link);
  }
}

/** What this region holds. */
export type Held = { readonly own: OwnSets; readonly sums: HashSums };

export type ReceiverSelf = {
  readonly protocol: number;
  readonly region: RegionId;
  readonly storeId: Uint8Array;
  readonly bootId: Uint8Array;
  readonly isPeer: (region: string) => boolean;
  readonly authorized: (token: string) => boolean;
};

export type ReceiverEffect =
  | { readonly kind: "answer"; readonly frame: ReceiverFrame }
  | { readonly kind: "submit"; readonly batch: SealedBatch }
  | { readonly kind: "opened"; readonly peer: RegionId; readonly software: string }
  | { readonly kind: "snapshot_needed"; readonly peer: RegionId }
  | { readonly kind: "snapshot_part"; readonly part: SnapshotFrame }
  /** Are there batches among these of which we hold another side only? Then say `lacked`. */
  | { readonly kind: "compare_hashes"; readonly streamId: StreamId; readonly hashes: readonly WireHash[] }
  | { readonly kind: "digests"; readonly peer: RegionId; readonly digests: readonly DayDigest[] }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "end" }
  | { readonly kind: "report"; readonly report: PeerReport };

/** What became of a batch that a link delivered. */
export type SettledGift = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly bytes: number;
  readonly refusal: { readonly code: string; readonly message: string } | null;
};

const CREDIT_BYTES = 16 * 1024 * 1024;
/** After this an answer does not come any more. */
const LOOKING_MS = 60_000;
const WANTED_MAX = 1_024;
/** 200 MB of sets; more streams than this are beyond one embedded store. */
const STREAMS_MAX = 1_000_000;

/** The highest `limit` seqs, as ascending ranges. */
function newest(have: Have, limit: number): Island[] {
  const ranges = have.prefix > 0 ? [{ first: 1, last: have.prefix }, ...have.islands] : have.islands;
  const taken: Island[] = [];
  let room = limit;
  for (const { first, last } of ranges.toReversed()) {
    if (room === 0) break;
    const from = Math.max(first, last - room + 1);
    taken.unshift({ first: from, last });
    room -= last - from + 1;
  }
  return taken;
}
