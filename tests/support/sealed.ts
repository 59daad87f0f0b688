import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";

import { millis, toSeq, streamId } from "../../proto/core/ids.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { OperatorCommand } from "../../proto/core/operator-command.ts";
import type { BatchLedger, RawBlock, SealedBatch, WindowRecord } from "../../proto/core/record.ts";
import type { Value } from "../../proto/core/reading.ts";
import { summaryOfReadings } from "../../proto/core/summary-of-readings.ts";
import type { WindowReading } from "../../proto/core/window-content.ts";
import { sealBatch } from "../../proto/wire/batch-codec.ts";
import { tidemark } from "../../proto/wire/generated/tidemark.js";
import { NO_CONTENT } from "../../proto/core/window-content.ts";

/** Makes sealed batches for tests, as a gateway makes them. A test gives only what it needs. */

export function testStream(number: number): StreamId {
  return streamId(`01890000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`);
}

export function sealed(
  stream: StreamId,
  position: number,
  content: {
    gateway?: string;
    windows?: readonly WindowRecord[];
    raws?: readonly RawBlock[];
    ledger?: Partial<BatchLedger>;
    commands?: readonly OperatorCommand[];
  },
): SealedBatch {
  return sealBatch({
    streamId: stream,
    seq: toSeq(position),
    content: {
      gateway: content.gateway ?? "plant-7",
      sealedAtMs: millis(1_700_000_000_000),
      windows: content.windows ?? [],
      raws: content.raws ?? [],
      commands: content.commands ?? [],
      ledger: { readings: 0, redelivered: 0, deadLetters: new Map(), discards: new Map(), ...content.ledger },
    },
  });
}

/** A batch with a right hash and any body. */
export function sealedBody(stream: StreamId, position: number, body: Uint8Array): SealedBatch {
  const bytes = zstdCompressSync(body);
  const sha256 = createHash("sha256").update(bytes).digest();
  return { streamId: stream, seq: toSeq(position), bytes, sha256 };
}

/** A batch of a format that this version does not know. */
export function sealedByTheFuture(stream: StreamId, position: number): SealedBatch {
  return sealedBody(stream, position, tidemark.v1.BatchBody.encode({ format: 4_000 }).finish());
}

/** The record of a window whose readings are `values`, one a millisecond from its start on. */
export function windowOf(
  values: readonly number[],
  place: Partial<Omit<WindowRecord, "windowStartMs" | "summary">> & {
    startMs?: number;
  } = {},
): WindowRecord {
  const { startMs = 0, ...rest } = place;
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = sum / values.length;
  return {
    device: "d1",
    metric: "temperature",
    unit: "°C",
    windowMs: 10_000,
    part: 0,
    carry: null,
    revision: 0,
    haMode: "auto",
    later: false,
    content: NO_CONTENT,
    ...rest,
    windowStartMs: millis(startMs),
    summary: {
      count: values.length,
      numericCount: values.length,
      sum,
      min: Math.min(...values),
      max: Math.max(...values),
      mean,
      m2: values.reduce((total, value) => total + (value - mean) ** 2, 0),
      firstMs: millis(startMs),
      first: values[0] ?? 0,
      lastMs: millis(startMs + values.length - 1),
      last: values.at(-1) ?? 0,
      coverage: 1,
      sketch: null,
    },
  };
}

/** The record of a window that carries its readings, which are in order of time. */
export function windowOfReadings(
  readings: readonly WindowReading[],
  place: Parameters<typeof windowOf>[1] = {},
): WindowRecord {
  const window = windowOf([0], place);
  return {
    ...window,
    content: { kind: "readings", readings, arrivalToleranceMs: 500, quantiles: false },
    summary: summaryOfReadings(readings, { ...window, quantiles: false }),
  };
}

export function rawBlock(
  readings: readonly (readonly [timeMs: number, value: Value])[],
  series: Partial<Pick<RawBlock, "device" | "metric" | "unit" | "clock">> = {},
): RawBlock {
  return {
    device: "d1",
    metric: "temperature",
    unit: null,
    clock: "device",
    ...series,
    timesMs: readings.map(([timeMs]) => timeMs),
    values: readings.map(([, value]) => value),
  };
}
