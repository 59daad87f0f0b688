import { Buffer } from "node:buffer";
import { Fault } from "../core/fault.ts";
import type { Have } from "../core/have.ts";
import { flatIslands, haveFromWire } from "../core/have.ts";
import type { Seq, StreamId } from "../core/ids.ts";
import { isStreamId, toSeq } from "../core/ids.ts";
import type { SealedBatch } from "../core/record.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";

/** The values that the frames of all services share. Values from outside are checked here. */
export type StreamHave = {
  readonly streamId: StreamId;
  readonly have: Have;
  /** The sum of the hashes of the batches. Only between regions, with a whole set. */
  readonly hashSum?: number | undefined;
};

/** Why the other side refused. `batch` names the refused batch, where the refusal is about one. */
export type WireRefusal = {
  readonly code: string;
  readonly message: string;
  readonly batch: { readonly streamId: StreamId; readonly seq: Seq } | null;
};

const wire = tidemark.v1;

export function streamIdToBytes(id: StreamId): Uint8Array {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}

/** @throws RangeError unless there are 16 bytes. */
export function streamIdFromBytes(bytes: Uint8Array): StreamId {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  const text = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  if (!isStreamId(text)) throw new RangeError(`a stream id has 16 bytes, not ${bytes.length}`);
  return text;
}

export function batchWire({ streamId, seq: at, sha256, bytes }: SealedBatch): tidemark.v1.Batch.$Properties {
  return { streamId: streamIdToBytes(streamId), seq: at, sha256, body: bytes };
}

/** @throws RangeError */
export function batchFromWire(given: tidemark.v1.Batch.$Properties): SealedBatch {
  const { streamId, seq: at, sha256, body } = wire.Batch.create(given);
  if (sha256.length !== 32) throw new RangeError(`a batch hash has 32 bytes, not ${sha256.length}`);
  return { streamId: streamIdFromBytes(streamId), seq: toSeq(number(at)), sha256, bytes: body };
}

export function refusalWire({ code, message, batch }: WireRefusal): tidemark.v1.Refusal.$Properties {
  if (batch === null) return { code, message };
  return { code, message, streamId: streamIdToBytes(batch.streamId), seq: batch.seq };
}

/** @throws RangeError */
export function refusalFromWire(given: tidemark.v1.Refusal.$Properties): WireRefusal {
  const { code, message, streamId, seq: at } = wire.Refusal.create(given);
  const batch = streamId.length === 0 ? null : { streamId: streamIdFromBytes(streamId), seq: toSeq(number(at)) };
  return { code, message, batch };
}

export function haveWire({ streamId, have, hashSum }: StreamHave): tidemark.v1.StreamHave.$Properties {
  const set = { streamId: streamIdToBytes(streamId), prefix: have.prefix, ranges: flatIslands(have) };
  return hashSum === undefined ? set : { ...set, hashSum };
}

/** @throws RangeError */
export function streamHavesFromWire(list: readonly tidemark.v1.StreamHave.$Properties[]): StreamHave[] {
  return list.map((item) => {
    const { streamId, prefix, ranges } = wire.StreamHave.create(item);
    const set = { streamId: streamIdFromBytes(streamId), have: haveFromWire(number(prefix), ranges.map(number)) };
    return item.hashSum == null ? set : { ...set, hashSum: number(item.hashSum) };
  });
}

/** protobufjs gives 64-bit fields as doubles. @throws RangeError for a number that no double holds exactly. */
export function number(value: unknown): number {
  const plain = Number(value);
  if (!Number.isSafeInteger(plain) || plain < 0) throw new RangeError(`not a whole number below 2^53: ${plain}`);
  return plain;
}

/** The same bytes as a `Buffer`, without a copy. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Runs the decoding of `what`. @throws Fault `protocol` instead of any other error. */
export function guarded<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault({ code: "protocol", message: `${what} cannot be read: ${reason}`, cause: error });
  }
}
