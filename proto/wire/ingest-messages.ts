import type { Buffer } from "node:buffer";
import type { Seq, StreamId } from "../core/ids.ts";
import { toSeq } from "../core/ids.ts";
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
 * The frames of `Ingest.Session` as typed values. Frames from outside are checked here, once: after that a stream id is a UUID,
 * a seq is a safe integer and a set is well formed. A frame that breaks this is a `Fault` with the code `protocol`.
 */
export const PROTOCOL = 1;
export const INGEST_SESSION_PATH = "/tidemark.v1.Ingest/Session";

export type GatewayFrame =
  | ({ readonly kind: "hello" } & Hello)
  | { readonly kind: "batch"; readonly batch: SealedBatch }
  | ({ readonly kind: "void" } & VoidRange)
  /** The answer to the probe of this number. */
  | { readonly kind: "alive"; readonly probe: number };

export type Hello = {
  readonly protocol: number;
  readonly gateway: string;
  readonly software: string;
  readonly token: string;
  readonly streams: readonly StreamExtent[];
  /** Names this life of the gateway's process; null: a gateway of an earlier version, which answers no probes. */
  readonly life: StreamId | null;
};

export type StreamExtent = {
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly closed: boolean;
};

export type VoidRange = {
  readonly streamId: StreamId;
  readonly first: Seq;
  readonly last: Seq;
  readonly readings: number;
  readonly reason: string;
};

export type RegionFrame =
  | {
      readonly kind: "hello_ack";
      readonly protocol: number;
      readonly region: string;
      readonly storeId: Uint8Array;
      readonly bootId: Uint8Array;
      readonly durable: readonly StreamHave[];
      readonly replicated: readonly StreamHave[];
      readonly regions: readonly { readonly name: string; readonly url: string }[];
      readonly creditBytes: number;
      /** How many regions must hold a batch before the gateway may trim it. */
      readonly minCopies: number;
    }
  | {
      readonly kind: "ack";
      readonly durable: readonly StreamHave[];
      readonly replicated: readonly StreamHave[];
      readonly creditBytes: number;
      /** The gateway must answer at once, because another one of its name connects. */
      readonly probe?: LifeProbe | undefined;
    }
  | { readonly kind: "drain"; readonly reason: string }
  | ({ readonly kind: "refusal" } & WireRefusal);

/** `rival`: where the other gateway is. */
export type LifeProbe = { readonly number: number; readonly rival: string };

const wire = tidemark.v1;

export function encodeGatewayFrame(frame: GatewayFrame): Buffer {
  return bufferOf(wire.GatewayFrame.encode(gatewayWire(frame)).finish());
}

/** @throws Fault `protocol` */
export function decodeGatewayFrame(bytes: Uint8Array): GatewayFrame {
  return guarded("a frame from a gateway", () => {
    const frame = wire.GatewayFrame.decode(bytes);
    if (frame.hello != null) {
      const { protocol, gateway, software, token, streams, life } = wire.Hello.create(frame.hello);
      return {
        kind: "hello",
        protocol,
        gateway,
        software,
        token,
        life: life.length === 0 ? null : streamIdFromBytes(life),
        streams: streams.map((stream) => {
          const { streamId, first, last, closed } = wire.StreamExtent.create(stream);
          return {
            streamId: streamIdFromBytes(streamId),
            first: toSeq(Math.max(1, number(first))),
            last: toSeq(number(last)),
            closed,
          };
        }),
      };
    }
    if (frame.batch != null) {
      return { kind: "batch", batch: batchFromWire(frame.batch) };
    }
    if (frame.void != null) {
      const { streamId, first, last, readings, reason } = wire.Void.create(frame.void);
      if (number(last) < number(first)) throw new RangeError(`a void range ends before it starts: ${first}..${last}`);
      return {
        kind: "void",
        streamId: streamIdFromBytes(streamId),
        first: toSeq(number(first)),
        last: toSeq(number(last)),
        readings: number(readings),
        reason,
      };
    }
    if (frame.alive != null) return { kind: "alive", probe: number(wire.Alive.create(frame.alive).probe) };
    throw new RangeError("a frame without a kind that this version knows");
  });
}

export function encodeRegionFrame(frame: RegionFrame): Buffer {
  return bufferOf(wire.RegionFrame.encode(regionWire(frame)).finish());
}

/** @throws Fault `protocol` */
export function decodeRegionFrame(bytes: Uint8Array): RegionFrame {
  return guarded("a frame from a region", () => {
    const frame = wire.RegionFrame.decode(bytes);
    if (frame.helloAck != null) {
      const ack = wire.HelloAck.create(frame.helloAck);
      return {
        kind: "hello_ack",
        protocol: ack.protocol,
        region: ack.region,
        storeId: ack.storeId,
        bootId: ack.bootId,
        durable: streamHavesFromWire(ack.durable),
        replicated: streamHavesFromWire(ack.replicated),
        regions: ack.regions.map((region) => wire.RegionAddress.create(region)).map(({ name, url }) => ({ name, url })),
        creditBytes: number(ack.creditBytes),
        // A region of an earlier version does not send it. Then its own claim decides what is replicated.
        minCopies: ack.minCopies === 0 ? Infinity : ack.minCopies,
      };
    }
    if (frame.ack != null) {
      const ack = wire.Ack.create(frame.ack);
      return {
        kind: "ack",
        durable: streamHavesFromWire(ack.durable),
        replicated: streamHavesFromWire(ack.replicated),
        creditBytes: number(ack.creditBytes),
        ...(ack.probe == null ? {} : { probe: probeFromWire(ack.probe) }),
      };
    }
    if (frame.drain != null) return { kind: "drain", reason: wire.Drain.create(frame.drain).reason };
    if (frame.refusal != null) {
      return { kind: "refusal", ...refusalFromWire(frame.refusal) };
    }
    throw new RangeError("a frame without a kind that this version knows");
  });
}

function probeFromWire(given: tidemark.v1.Probe.$Properties): LifeProbe {
  const probe = wire.Probe.create(given);
  return { number: number(probe.number), rival: probe.rival.slice(0, RIVAL_CHARS_MAX) };
}

const RIVAL_CHARS_MAX = 300;

function gatewayWire(frame: GatewayFrame): tidemark.v1.GatewayFrame.$Properties {
  switch (frame.kind) {
    case "hello":
      return {
        hello: {
          protocol: frame.protocol,
          gateway: frame.gateway,
          software: frame.software,
          token: frame.token,
          ...(frame.life === null ? {} : { life: streamIdToBytes(frame.life) }),
          streams: frame.streams.map(({ streamId, first, last, closed }) => ({
            streamId: streamIdToBytes(streamId),
            first,
            last,
            closed,
          })),
        },
      };
    case "batch":
      return { batch: batchWire(frame.batch) };
    case "void": {
      const { streamId, first, last, readings, reason } = frame;
      return { void: { streamId: streamIdToBytes(streamId), first, last, readings, reason } };
    }
    case "alive":
      return { alive: { probe: frame.probe } };
  }
}

function regionWire(frame: RegionFrame): tidemark.v1.RegionFrame.$Properties {
  switch (frame.kind) {
    case "hello_ack":
      return {
        helloAck: {
          protocol: frame.protocol,
          region: frame.region,
          storeId: frame.storeId,
          bootId: frame.bootId,
          durable: frame.durable.map(haveWire),
          replicated: frame.replicated.map(haveWire),
          regions: frame.regions.map(({ name, url }) => ({ name, url })),
          creditBytes: frame.creditBytes,
          minCopies: frame.minCopies,
        },
      };
    case "ack":
      return {
        ack: {
          durable: frame.durable.map(haveWire),
          replicated: frame.replicated.map(haveWire),
          creditBytes: frame.creditBytes,
          ...(frame.probe === undefined ? {} : { probe: frame.probe }),
        },
      };
    case "drain":
      return { drain: { reason: frame.reason } };
    case "refusal":
      return { refusal: refusalWire(frame) };
  }
}
