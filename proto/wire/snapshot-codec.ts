import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Seq, StreamId } from "../core/ids.ts";
import { toSeq } from "../core/ids.ts";
import type { OperatorCommand } from "../core/operator-command.ts";
import type { BatchCounts, WindowRecord } from "../core/record.ts";
import type { SchemaVersion } from "../core/schema.ts";
import { VALUE_TYPES } from "../core/schema.ts";
import type { RawSlice } from "./batch-codec.ts";
import { typesOfRawColumns } from "./batch-codec.ts";
import { nth, whole } from "./checked.ts";
import { commandMessage, operatorCommand } from "./command-codec.ts";
import { guarded, number, streamIdFromBytes, streamIdToBytes } from "./frame-values.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";
import { ledgerFromWire, ledgerWire } from "./ledger-codec.ts";
import { Dictionary, seriesNames, windowColumns, windowRecords } from "./window-columns.ts";
import { decodeWindowContent, encodeWindowContent } from "./window-content-codec.ts";

/** A part of a snapshot (proto/snapshot.proto), as values. */
export type SnapshotPart = {
  readonly batches: readonly SnapshotBatch[];
  readonly commands: readonly { readonly origin: SnapshotOrigin; readonly command: OperatorCommand }[];
  readonly windows: readonly { readonly origin: SnapshotOrigin; readonly window: WindowRecord }[];
  readonly raws: readonly SnapshotRaw[];
  readonly voids: readonly SnapshotVoid[];
  readonly schemas: readonly SnapshotSchema[];
};

export type SnapshotStream = { readonly streamId: StreamId; readonly gateway: string };

/** A batch without its bytes, with its counts. */
export type SnapshotBatch = SnapshotStream & {
  readonly seq: Seq;
  readonly sha256: Uint8Array;
  readonly counts: BatchCounts;
};

/** The batch that carried a row. */
export type SnapshotOrigin = SnapshotStream & {
  readonly seq: Seq;
  /** First 48 bits of its hash. */
  readonly hash48: number;
};

export type SnapshotRaw = {
  readonly origin: SnapshotOrigin;
  /** Its place among the blocks of this series in the batch. */
  readonly position: number;
  readonly slice: RawSlice;
};

export type SnapshotVoid = SnapshotStream & {
  readonly first: Seq;
  readonly last: Seq;
  readonly readings: number;
  readonly reason: string;
};

/** A type and unit of a series, with the times of its earliest and latest reading. */
export type SnapshotSchema = SchemaVersion & {
  readonly device: string;
  readonly metric: string;
  readonly firstMs: number;
  readonly lastMs: number;
};

export function encodeSnapshotPart(part: SnapshotPart): Uint8Array {
  const dictionary = new Dictionary();
  const streams = new Streams();
  const contents = part.windows.map(({ window }) => encodeWindowContent(window.content) ?? NOTHING);
  const hasContents = contents.some((content) => content.length > 0);
  const hasLater = part.windows.some(({ window }) => window.later);
  const body = wire.SnapshotBody.encode({
    format: hasContents ? 3 : hasLater ? 2 : 1,
    batches: part.batches.map((batch) => ({
      stream: streams.number(batch),
      seq: batch.seq,
      sha256: batch.sha256,
      ledger: ledgerWire(batch.counts.ledger),
      records: batch.counts.records,
      rawReadings: batch.counts.rawReadings,
    })),
    commands: part.commands.map(({ origin, command }) => ({
      origin: streams.origin(origin),
      command: commandMessage(command, dictionary),
    })),
    windows: windowColumns(
      part.windows.map(({ window }) => window),
      dictionary,
    ),
    windowOrigins: part.windows.map(({ origin }) => streams.origin(origin)),
    windowContents: hasContents ? contents : [],
    raws: part.raws.map(({ origin, position, slice }) => ({
      origin: streams.origin(origin),
      series: dictionary.number(slice.device, slice.metric, slice.unit),
      position,
      columns: slice.columns,
    })),
    voids: part.voids.map(({ first, last, readings, reason, ...stream }) => ({
      stream: streams.number(stream),
      first,
      last,
      readings,
      reason,
    })),
    schemas: part.schemas.map(({ device, metric, type, unit, firstMs, lastMs }) => ({
      series: dictionary.number(device, metric, unit),
      type: VALUE_TYPES.indexOf(type),
      firstMs,
      lastMs,
    })),
    names: dictionary.names,
    series: dictionary.series,
    streams: streams.all,
  }).finish();
  return zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
}

/** @throws Fault `protocol` when the bytes are not what {@link encodeSnapshotPart} makes. */
export function decodeSnapshotPart(bytes: Uint8Array): SnapshotPart {
  return guarded("a part of a snapshot", () => {
    const body = wire.SnapshotBody.decode(zstdDecompressSync(bytes, { maxOutputLength: BODY_BYTES_MAX }));
    if (body.format < 1 || body.format > FORMAT_MAX)
      throw new RangeError(`format ${body.format}: not 1 to ${FORMAT_MAX}`);
    const series = seriesNames({ names: body.names, series: body.series, format: body.format + 1 });
    const streams = body.streams.map((item): SnapshotStream => {
      const { streamId, gateway } = wire.SnapshotStream.create(item);
      return { streamId: streamIdFromBytes(streamId), gateway };
    });
    const origin = (given: tidemark.v1.SnapshotOrigin.$Properties | null | undefined): SnapshotOrigin => {
      const { stream, seq: at, hash48 } = wire.SnapshotOrigin.create(given ?? {});
      return { ...nth(streams, stream, "stream"), seq: toSeq(number(at)), hash48: number(hash48) };
    };
    const windows = body.windows == null ? [] : windowRecords(wire.WindowColumns.create(body.windows), series);
    if (windows.length !== body.windowOrigins.length) throw new RangeError("windows without an origin");
    const contents = body.format >= 3 ? body.windowContents : [];
    if (contents.length > 0 && contents.length !== windows.length) throw new RangeError("windows without a content");
    return {
      batches: body.batches.map((item): SnapshotBatch => {
        const batch = wire.SnapshotBatch.create(item);
        if (batch.sha256.length !== 32) throw new RangeError(`a hash of ${batch.sha256.length} bytes`);
        const ledger = ledgerFromWire(batch.ledger);
        const counts = { ledger, records: number(batch.records), rawReadings: number(batch.rawReadings) };
        return { ...nth(streams, batch.stream, "stream"), seq: toSeq(number(batch.seq)), sha256: batch.sha256, counts };
      }),
      commands: body.commands.map((item) => {
        const { origin: from, command } = wire.SnapshotCommand.create(item);
        return { origin: origin(from), command: operatorCommand(wire.OperatorCommand.create(command ?? {}), series) };
      }),
      windows: windows.map((window, i) => ({
        origin: origin(body.windowOrigins[i]),
        window: contents[i]?.length ? { ...window, content: decodeWindowContent(contents[i]) } : window,
      })),
      raws: body.raws.map((item): SnapshotRaw => {
        const raw = wire.SnapshotRaw.create(item);
        const { count, minMs, maxMs } = wire.RawColumns.decode(raw.columns);
        const { device, metric, unit } = nth(series, raw.series, "series");
        const { columns, position } = raw;
        const types = typesOfRawColumns(columns);
        const slice = { device, metric, unit, types, count, minMs: whole(minMs), maxMs: whole(maxMs), columns };
        return { origin: origin(raw.origin), position, slice };
      }),
      voids: body.voids.map((item): SnapshotVoid => {
        const { stream, first, last, readings, reason } = wire.SnapshotVoid.create(item);
        const range = { first: toSeq(number(first)), last: toSeq(number(last)), readings: number(readings), reason };
        return { ...nth(streams, stream, "stream"), ...range };
      }),
      schemas: body.schemas.map((item): SnapshotSchema => {
        const seen = wire.SnapshotSchema.create(item);
        const { device, metric, unit } = nth(series, seen.series, "series");
        const type = nth(VALUE_TYPES, seen.type, "type");
        return { device, metric, type, unit, firstMs: whole(seen.firstMs), lastMs: whole(seen.lastMs) };
      }),
    };
  });
}

/** The streams of one part, numbered in the order of their first use. */
class Streams {
  readonly all: tidemark.v1.SnapshotStream.$Properties[] = [];
  readonly #numbers = new Map<StreamId, number>();

  number({ streamId, gateway }: SnapshotStream): number {
    let known = this.#numbers.get(streamId);
    if (known === undefined) {
      known = this.all.push({ streamId: streamIdToBytes(streamId), gateway }) - 1;
      this.#numbers.set(streamId, known);
    }
    return known;
  }

  origin({ seq: at, hash48, ...stream }: SnapshotOrigin): tidemark.v1.SnapshotOrigin.$Properties {
    return { stream: this.number(stream), seq: at, hash48 };
  }
}

const wire = tidemark.v1;
/** The series of a part have the form of the next higher batch format. */
const FORMAT_MAX = 3;
const NOTHING = new Uint8Array(0);
const ZSTD_LEVEL = 3;
/** A part unpacks to a few MiB. The limit only stops decompression bombs. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
