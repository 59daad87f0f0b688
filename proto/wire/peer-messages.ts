import type { Buffer } from "node:buffer";
import type { Island } from "../core/have.ts";
import { isName, toSeq } from "../core/ids.ts";
import type { Seq, StreamId } from "../core/ids.ts";
import type { SealedBatch } from "../core/record.ts";
import type { StreamHave, WireRefusal } from "./frame-values.ts";
import {
  batchFromWire,
  batchWire,
  bufferOf,
  guarded,
  streamHavesFromWire,
  haveWire,
  number,
  refusalFromWire,
  refusalWire,
  streamIdFromBytes,
  streamIdToBytes,
} from "./frame-values.ts";
import { tidemark } from "./generated/tidemark.js";

/**
 * The frames of `Peer.Link` (proto/peer.proto) as typed values. Frames from outside are checked here, once.
 */
export const PEER_LINK_PATH = "/tidemark.v1.Peer/Link";

/** From the region that dialled. */
export type SenderFrame =
  | ({ readonly kind: "hello" } & PeerHello)
  | {
      readonly kind: "held";
      readonly streams: readonly StreamHave[];
      /** The gateways that are connected to the sender, if they changed. `restart`: what was known before is void. */
      readonly lives?: { readonly restart: boolean; readonly changes: readonly WireLife[] } | undefined;
    }
  | { readonly kind: "batch"; readonly batch: SealedBatch }
  | ({ readonly kind: "pruned" } & StreamRanges)
  | ({ readonly kind: "snapshot_part" } & SnapshotFrame)
  | { readonly kind: "digests"; readonly days: readonly WireDayDigest[] }
  | {
      readonly kind: "hashes";
      readonly streamId: StreamId;
      readonly hashes: readonly WireHash[];
      readonly more: boolean;
    };

/** From the region that was dialled. */
export type ReceiverFrame =
  | ({ readonly kind: "welcome" } & PeerWelcome)
  | { readonly kind: "holds"; readonly streams: readonly StreamHave[]; readonly complete: boolean }
  /** `variants`: also batches that the receiver holds, because the sender may have the other side of a fork. */
  | ({ readonly kind: "want"; readonly variants?: boolean } & StreamRanges)
  | { readonly kind: "want_hashes"; readonly streamId: StreamId; readonly after: number }
  | { readonly kind: "want_snapshot"; readonly after: Uint8Array }
  /** A refusal that names a batch refuses that batch only. Any other is the last frame. */
  | ({ readonly kind: "refusal" } & WireRefusal);

export type PeerHello = {
  readonly protocol: number;
  readonly region: string;
  readonly storeId: Uint8Array;
  readonly bootId: Uint8Array;
  readonly software: string;
  readonly token: string;
};

export type PeerWelcome = {
  readonly protocol: number;
  readonly region: string;
  readonly storeId: Uint8Array;
  readonly bootId: Uint8Array;
  readonly creditBytes: number;
};

/** A gateway that is connected to a region: name, life, address, and when a region first saw this life. */
export type WireLife = {
  readonly gateway: string;
  readonly life: StreamId;
  readonly address: string;
  readonly firstMs: number;
  /** `alive`: it is connected, and answered a probe just now. */
  readonly state: (typeof LIFE_STATES)[number];
};

const LIFE_STATES = ["connected", "alive", "gone"] as const;

/** Only the sender can read `after` and `next`. An empty `after` is the beginning, an empty `next` the end. */
export type SnapshotFrame = {
  readonly after: Uint8Array;
  /** For `decodeSnapshotPart`. */
  readonly body: Uint8Array;
  readonly next: Uint8Array;
};

/** The first 48 bits of the hash of a batch. */
export type WireHash = { readonly seq: Seq; readonly hash48: number };

/** As in cloud/core/day-digests.ts. */
export type WireDayDigest = {
  readonly day: number;
  readonly bucket: number;
  readonly rows: number;
  readonly sum: number;
};

/** Some batches of one stream. */
export type StreamRanges = { readonly streamId: StreamId; readonly ranges: readonly Island[] };

const wire = tidemark.v1;
/** A frame with more is refused. A region that lacks more asks again. */
const RANGES_MAX = 10_000;
const CURSOR_BYTES_MAX = 8_192;
/** The gateways in one frame. A sender splits a longer list. */
const LIVES_MAX = 10_000;
const ADDRESS_CHARS_MAX = 200;

export function encodeSenderFrame(frame: SenderFrame): Buffer {
  return bufferOf(wire.SenderFrame.encode(senderWire(frame)).finish());
}

/** @throws Fault `protocol` */
export function decodeSenderFrame(bytes: Uint8Array): SenderFrame {
  return guarded("a frame from a peer", () => {
    const frame = wire.SenderFrame.decode(bytes);
    if (frame.hello != null) {
      const { protocol, region, storeId, bootId, software, token } = wire.PeerHello.create(frame.hello);
      return { kind: "hello", protocol, region, storeId: id(storeId), bootId: id(bootId), software, token };
    }
    if (frame.held != null) {
      const held = wire.PeerHeld.create(frame.held);
      const streams = streamHavesFromWire(held.streams);
      if (held.lives.length === 0 && !held.livesRestart) return { kind: "held", streams };
      if (held.lives.length > LIVES_MAX) throw new RangeError(`${held.lives.length} gateways in one frame`);
      return { kind: "held", streams, lives: { restart: held.livesRestart, changes: held.lives.map(lifeFromWire) } };
    }
    if (frame.batch != null) return { kind: "batch", batch: batchFromWire(frame.batch) };
    if (frame.pruned != null) return { kind: "pruned", ...seqRanges(wire.PeerPruned.create(frame.pruned)) };
    if (frame.snapshotPart != null) {
      const { after, body, next } = wire.PeerSnapshotPart.create(frame.snapshotPart);
      return { kind: "snapshot_part", after: cursor(after), body, next: cursor(next) };
    }
    if (frame.hashes != null) {
      const { streamId, seqs, hashes, more } = wire.PeerHashes.create(frame.hashes);
      if (seqs.length !== hashes.length) throw new RangeError("not as many hashes as seqs");
      const all = seqs.map((at, i): WireHash => ({ seq: toSeq(number(at)), hash48: number(hashes[i]) }));
      return { kind: "hashes", streamId: streamIdFromBytes(streamId), hashes: all, more };
    }
    if (frame.digests != null) {
      const days = wire.PeerDigests.create(frame.digests).days.map((item): WireDayDigest => {
        const { day, bucket, rows, sum } = wire.DayDigest.create(item);
        return { day, bucket, rows: number(rows), sum: number(sum) };
      });
      return { kind: "digests", days };
    }
    throw new RangeError("a frame without a kind that this version knows");
  });
}

export function encodeReceiverFrame(frame: ReceiverFrame): Buffer {
  return bufferOf(wire.ReceiverFrame.encode(receiverWire(frame)).finish());
}

/** @throws Fault `protocol` */
export function decodeReceiverFrame(bytes: Uint8Array): ReceiverFrame {
  return guarded("a frame from a peer", () => {
    const frame = wire.ReceiverFrame.decode(bytes);
    if (frame.welcome != null) {
      const { protocol, region, storeId, bootId, creditBytes } = wire.PeerWelcome.create(frame.welcome);
      return {
        kind: "welcome",
        protocol,
        region,
        storeId: id(storeId),
        bootId: id(bootId),
        creditBytes: number(creditBytes),
      };
    }
    if (frame.holds != null) {
      const { streams, complete } = wire.PeerHolds.create(frame.holds);
      return { kind: "holds", streams: streamHavesFromWire(streams), complete };
    }
    if (frame.want != null) {
      const want = wire.PeerWant.create(frame.want);
      return { kind: "want", ...seqRanges(want), ...(want.variants ? { variants: true } : {}) };
    }
    if (frame.wantHashes != null) {
      const { streamId, after } = wire.PeerWantHashes.create(frame.wantHashes);
      return { kind: "want_hashes", streamId: streamIdFromBytes(streamId), after: number(after) };
    }
    if (frame.wantSnapshot != null) {
      return { kind: "want_snapshot", after: cursor(wire.PeerWantSnapshot.create(frame.wantSnapshot).after) };
    }
    if (frame.refusal != null) {
      return { kind: "refusal", ...refusalFromWire(frame.refusal) };
    }
    throw new RangeError("a frame without a kind that this version knows");
  });
}

function senderWire(frame: SenderFrame): tidemark.v1.SenderFrame.$Properties {
  switch (frame.kind) {
    case "hello": {
      const { kind: _, ...hello } = frame;
      return { hello };
    }
    case "held":
      return { held: { streams: frame.streams.map(haveWire), ...livesWire(frame.lives) } };
    case "batch":
      return { batch: batchWire(frame.batch) };
    case "pruned":
      return { pruned: rangesWire(frame) };
    case "hashes": {
      const { streamId, hashes, more } = frame;
      const seqs = hashes.map((hash) => hash.seq);
      const sums = hashes.map((hash) => hash.hash48);
      return { hashes: { streamId: streamIdToBytes(streamId), seqs, hashes: sums, more } };
    }
    case "digests":
      return { digests: { days: [...frame.days] } };
    case "snapshot_part": {
      const { kind: _, ...snapshotPart } = frame;
      return { snapshotPart };
    }
  }
}

function receiverWire(frame: ReceiverFrame): tidemark.v1.ReceiverFrame.$Properties {
  switch (frame.kind) {
    case "welcome": {
      const { kind: _, ...welcome } = frame;
      return { welcome };
    }
    case "holds":
      return { holds: { streams: frame.streams.map(haveWire), complete: frame.complete } };
    case "want":
      return { want: { ...rangesWire(frame), ...(frame.variants === true ? { variants: true } : {}) } };
    case "want_hashes":
      return { wantHashes: { streamId: streamIdToBytes(frame.streamId), after: frame.after } };
    case "want_snapshot":
      return { wantSnapshot: { after: frame.after } };
    case "refusal":
      return { refusal: refusalWire(frame) };
  }
}

function livesWire(
  lives: Extract<SenderFrame, { kind: "held" }>["lives"],
): Pick<tidemark.v1.PeerHeld.$Properties, "lives" | "livesRestart"> {
  if (lives === undefined) return {};
  const list = lives.changes.map(({ gateway, life, address, firstMs, state }) => ({
    gateway,
    life: streamIdToBytes(life),
    address,
    firstMs,
    state: LIFE_STATES.indexOf(state),
  }));
  return { lives: list, ...(lives.restart ? { livesRestart: true } : {}) };
}

/** @throws RangeError */
function lifeFromWire(given: tidemark.v1.GatewayLife.$Properties): WireLife {
  const { gateway, life, address, firstMs, state } = wire.GatewayLife.create(given);
  if (!isName(gateway)) throw new RangeError("not the name of a gateway");
  return {
    gateway,
    life: streamIdFromBytes(life),
    address: address.slice(0, ADDRESS_CHARS_MAX),
    firstMs: number(firstMs),
    // A later version may know more states. A gateway in one of them is connected in any case.
    state: LIFE_STATES[state] ?? "connected",
  };
}

function rangesWire({ streamId, ranges }: StreamRanges): { streamId: Uint8Array; ranges: number[] } {
  return { streamId: streamIdToBytes(streamId), ranges: ranges.flatMap(({ first, last }) => [first, last]) };
}

function seqRanges(given: { streamId: Uint8Array; ranges: readonly number[] }): StreamRanges {
  const { ranges } = given;
  if (ranges.length % 2 !== 0 || ranges.length > 2 * RANGES_MAX) {
    throw new RangeError(`not a list of ranges: ${ranges.length} numbers`);
  }
  const islands: Island[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const [first, last] = [number(ranges[i]), number(ranges[i + 1])];
    if (first < 1 || last < first) throw new RangeError(`not a range of batches: ${first}..${last}`);
    islands.push({ first, last });
  }
  return { streamId: streamIdFromBytes(given.streamId), ranges: islands };
}

function cursor(bytes: Uint8Array): Uint8Array {
  if (bytes.length > CURSOR_BYTES_MAX) throw new RangeError(`a place in a snapshot has ${bytes.length} bytes`);
  return bytes;
}

function id(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 16) throw new RangeError(`an id has 16 bytes, not ${bytes.length}`);
  return bytes;
}
