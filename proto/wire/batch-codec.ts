import { createHash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { equalBytes } from "../core/equal-bytes.ts";
import type { Millis, Seq, StreamId } from "../core/ids.ts";
import type { OperatorCommand } from "../core/operator-command.ts";
import { isOperatorName } from "../core/operator-command.ts";
import type { ClockSource, Value } from "../core/reading.ts";
import type { ValueType } from "../core/schema.ts";
import type { BatchContent, BatchLedger, RawBlock, SealedBatch, WindowRecord } from "../core/record.ts";
import { batchWindows, windowsOfBatch } from "./batch-windows.ts";
import { nth, whole } from "./checked.ts";
import { decodeTimes, encodeTimes } from "./columns.ts";
import { commandMessage, operatorCommands } from "./command-codec.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";
import { ledgerFromWire, ledgerWire } from "./ledger-codec.ts";
import { streamIdFromBytes, streamIdToBytes } from "./frame-values.ts";
import { decodeValues, encodeValues, typesOfValues } from "./value-columns.ts";
import { Dictionary, seriesNames } from "./window-columns.ts";

/**
 * Batches to bytes and back: columnar protobuf (proto/batch.proto), zstd, SHA-256.
 *
 * Promises: a batch that `openBatch` calls `ok` is exactly the one that `sealBatch` was given; the hash and the identity inside
 * the body prove it. Any other bytes are `invalid`, with the reason, at bounded cost. A body of a newer format is
 * `unknown_format`, not `invalid`: it is kept for a later version of this software.
 */
export function sealBatch(batch: { streamId: StreamId; seq: Seq; content: BatchContent }): SealedBatch {
  const body = wire.BatchBody.encode(bodyOf(batch)).finish();
  const bytes = zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
  return { streamId: batch.streamId, seq: batch.seq, bytes, sha256: hashOf(bytes) };
}

export type OpenedBatch =
  | ReadableBatch
  | { readonly kind: "unknown_format"; readonly format: number }
  | { readonly kind: "invalid"; readonly message: string };

export type ReadableBatch = {
  readonly kind: "ok";
  readonly content: {
    readonly gateway: string;
    readonly sealedAtMs: Millis;
    readonly windows: readonly WindowRecord[];
    readonly ledger: BatchLedger;
    readonly commands: readonly OperatorCommand[];
  };
  /** The raw readings, series by series, not decoded: a region stores `columns` as they came. */
  readonly rawSlices: readonly RawSlice[];
};

export type RawSlice = {
  readonly device: string;
  readonly metric: string;
  readonly unit: string | null;
  /** The types of its values. A slice of an older gateway may have several. */
  readonly types: readonly ValueType[];
  readonly count: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** For {@link readRawColumns}. */
  readonly columns: Uint8Array;
};

export function openBatch(batch: SealedBatch): OpenedBatch {
  const hash = hashOf(batch.bytes);
  if (!equalBytes(hash, batch.sha256)) return invalid("the bytes do not match their hash");
  let body: tidemark.v1.BatchBody;
  try {
    body = wire.BatchBody.decode(zstdDecompressSync(batch.bytes, { maxOutputLength: BODY_BYTES_MAX }));
  } catch (error) {
    return invalid(`the bytes cannot be unpacked: ${reasonOf(error)}`);
  }
  if (body.format < 1 || body.format > FORMAT_MAX) return { kind: "unknown_format", format: body.format };
  try {
    return readable(batch, body);
  } catch (error) {
    if (error instanceof RangeError) return invalid(error.message);
    throw error;
  }
}

/** @throws RangeError when the bytes are not the columns of a {@link RawSlice}. */
export function readRawColumns(columns: Uint8Array): {
  readonly timesMs: Float64Array;
  readonly values: ArrayLike<Value>;
  readonly clock: ClockSource;
} {
  const raw = wire.RawColumns.decode(columns);
  return {
    timesMs: decodeTimes(whole(raw.firstMs), raw.times, raw.count),
    values: decodeValues(raw.values, raw.count),
    clock: clockOf(raw.clock),
  };
}

/** The types of the readings in the columns of a {@link RawSlice}. */
export function typesOfRawColumns(columns: Uint8Array): readonly ValueType[] {
  return typesOfValues(wire.RawColumns.decode(columns).values);
}

const wire = tidemark.v1;
const FORMAT_MAX = 4;
/** Measured on batches of sensor values: levels 1 and 3 are equally fast, and 3 is 4 % smaller. */
const ZSTD_LEVEL = 3;
/** A batch unpacks to a few hundred KiB. The limit only stops decompression bombs. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const CLOCKS: readonly ClockSource[] = ["device", "none", "suspect"];

function bodyOf(batch: { streamId: StreamId; seq: Seq; content: BatchContent }): tidemark.v1.BatchBody.$Properties {
  const { content } = batch;
  const dictionary = new Dictionary();
  const windows = batchWindows(content.windows, dictionary);
  const raws = content.raws.map((block) => rawColumns(block, dictionary));
  const commands = (content.commands ?? []).map((command) => commandMessage(command, dictionary));
  return {
    format: formatOf(content),
    streamId: streamIdToBytes(batch.streamId),
    seq: batch.seq,
    gateway: content.gateway,
    sealedAtMs: content.sealedAtMs,
    names: dictionary.names,
    series: dictionary.series,
    ...windows,
    raws,
    ledger: ledgerWire(content.ledger),
    commands,
  };
}

/** The lowest format that can hold the content, so that a region of an earlier version can read as much as possible. */
function formatOf({ commands = [], windows }: BatchContent): number {
  if (windows.some((window) => window.content.kind !== "none")) return 4;
  if (commands.some(({ kind }) => kind === "keep_gateway")) return 4;
  if (windows.some((window) => window.later)) return 3;
  return commands.length > 0 || windows.some((window) => window.haMode !== "auto") ? 2 : 1;
}

function rawColumns(block: RawBlock, dictionary: Dictionary): tidemark.v1.RawColumns.$Properties {
  const { timesMs } = block;
  let minMs = Infinity;
  let maxMs = -Infinity;
  for (let i = 0; i < timesMs.length; i++) {
    minMs = Math.min(minMs, timesMs[i]!);
    maxMs = Math.max(maxMs, timesMs[i]!);
  }
  if (timesMs.length === 0) throw new RangeError("a raw block without readings");
  return {
    series: dictionary.number(block.device, block.metric, block.unit),
    count: timesMs.length,
    clock: CLOCKS.indexOf(block.clock),
    firstMs: timesMs[0]!,
    minMs,
    maxMs,
    times: encodeTimes(timesMs),
    values: encodeValues(block.values),
  };
}

function readable(batch: SealedBatch, body: tidemark.v1.BatchBody): ReadableBatch {
  if (streamIdFromBytes(body.streamId) !== batch.streamId || body.seq !== batch.seq) {
    throw new RangeError(`the bytes are those of batch ${streamIdFromBytes(body.streamId)}/${body.seq}`);
  }
  const series = seriesNames(body);
  // A region that knows only format 1 does not see commands in such a body, so no region may see them.
  const commands = body.format === 1 ? [] : operatorCommands(body.commands, series);
  // A region that knows only format 3 cannot read it, so no region may.
  if (body.format < 4 && commands.some(({ kind }) => kind === "keep_gateway")) {
    throw new RangeError("a command to keep a gateway in a batch of an earlier format");
  }
  if (commands.length > 0 && !isOperatorName(body.gateway)) {
    throw new RangeError(`${body.gateway} is a gateway; commands come from regions`);
  }
  return {
    kind: "ok",
    content: {
      gateway: body.gateway,
      sealedAtMs: whole(body.sealedAtMs) as Millis,
      windows: windowsOfBatch(body, series),
      ledger: ledgerFromWire(body.ledger),
      commands,
    },
    rawSlices: body.raws.map((item): RawSlice => {
      const raw = wire.RawColumns.create(item);
      const columns = wire.RawColumns.encode(raw).finish();
      // Decoded once here, so that a store keeps only columns that can be read.
      readRawColumns(columns);
      const { device, metric, unit } = nth(series, raw.series, "series");
      const types = typesOfValues(raw.values);
      return {
        device,
        metric,
        unit,
        types,
        count: raw.count,
        minMs: whole(raw.minMs),
        maxMs: whole(raw.maxMs),
        columns,
      };
    }),
  };
}

function clockOf(code: number): ClockSource {
  return nth(CLOCKS, code, "clock");
}

function hashOf(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function invalid(message: string): OpenedBatch {
  return { kind: "invalid", message };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
