import { randomUUID } from "node:crypto";
import { Client, type ClientDuplexStream, credentials } from "@grpc/grpc-js";
import { millis, toSeq, streamId } from "../../proto/core/ids.ts";
import type { SealedBatch, WindowRecord } from "../../proto/core/record.ts";
import { QuantileSketch } from "../../proto/core/sketch.ts";
import { sealBatch } from "../../proto/wire/batch-codec.ts";
import { tidemark } from "../../proto/wire/generated/tidemark.js";
import { Walk } from "./walk.ts";
import { NO_CONTENT } from "../../proto/core/window-content.ts";

/** Batches of window records as a gateway seals them, and a session that sends them as fast as a region reads. */
export const RECORDS_PER_BATCH = 500;
export const READINGS_PER_WINDOW = 10;

const { GatewayFrame, RegionFrame } = tidemark.v1;
const SESSION = "/tidemark.v1.Ingest/Session";
const GATEWAY = "bench";
const WINDOW_MS = 10_000;
const SESSION_DEADLINE_MS = 300_000;

/** Sends a Hello and then every batch over one session. Resolves with the seconds from the first batch to the last Ack. */
export function sendAll(port: number, batches: readonly SealedBatch[]): Promise<number> {
  const id = uuidBytes(batches[0]!.streamId);
  const frames = batches.map((batch) =>
    Buffer.from(
      GatewayFrame.encode({
        batch: { streamId: id, seq: batch.seq, sha256: batch.sha256, body: batch.bytes },
      }).finish(),
    ),
  );
  const bytes = (frame: Buffer): Buffer => frame;
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(SESSION, bytes, bytes, {
    deadline: Date.now() + SESSION_DEADLINE_MS,
  });
  let startMs = 0;
  return new Promise<number>((resolve, reject) => {
    call.on("error", reject);
    call.on("end", () => reject(new Error("the region ended the session")));
    call.on("data", (frame: Buffer) => {
      const { helloAck, ack, refusal } = RegionFrame.decode(frame);
      if (refusal) reject(new Error(`the region refused: ${refusal.message}`));
      if (helloAck) {
        startMs = performance.now();
        sendFrom(call, frames, 0);
      }
      if (Number(ack?.durable?.[0]?.prefix ?? 0) === batches.length) resolve((performance.now() - startMs) / 1_000);
    });
    const streams = [{ streamId: id, first: 1, last: batches.length }];
    call.write(Buffer.from(GatewayFrame.encode({ hello: { protocol: 1, gateway: GATEWAY, streams } }).finish()));
  }).finally(() => {
    call.removeAllListeners("end").removeAllListeners("error");
    // The cancellation that follows comes from us.
    call.on("error", () => undefined);
    call.cancel();
    client.close();
  });
}

function sendFrom(call: ClientDuplexStream<Buffer, Buffer>, frames: readonly Buffer[], first: number): void {
  for (let index = first; index < frames.length; index++) {
    if (!call.write(frames[index]!)) {
      call.once("drain", () => sendFrom(call, frames, index + 1));
      return;
    }
  }
}

/** Every record is new to the store, and has a quantile sketch. */
export function sealAhead(count: number): readonly SealedBatch[] {
  const stream = streamId(randomUUID());
  const walks = Array.from({ length: RECORDS_PER_BATCH }, (_, series) => new Walk(series + 1));
  const startMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS - count * WINDOW_MS;
  return Array.from({ length: count }, (_, index) =>
    sealBatch({
      streamId: stream,
      seq: toSeq(index + 1),
      content: {
        gateway: GATEWAY,
        sealedAtMs: millis(startMs + (index + 1) * WINDOW_MS),
        windows: walks.map((walk, series) => windowRecord({ series, walk, startMs: startMs + index * WINDOW_MS })),
        raws: [],
        ledger: {
          readings: RECORDS_PER_BATCH * READINGS_PER_WINDOW,
          redelivered: 0,
          deadLetters: new Map(),
          discards: new Map(),
        },
      },
    }),
  );
}

/** A window of ten readings, one a second. */
function windowRecord({ series, walk, startMs }: { series: number; walk: Walk; startMs: number }): WindowRecord {
  const values = Array.from({ length: READINGS_PER_WINDOW }, () => Number(walk.next()));
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = sum / values.length;
  return {
    device: `site/hall-${series % 20}/climate-${Math.floor(series / 20)}`,
    metric: "temperature",
    unit: "°C",
    windowMs: WINDOW_MS,
    windowStartMs: millis(startMs),
    part: 0,
    carry: null,
    revision: 0,
    haMode: "auto",
    later: false,
    content: NO_CONTENT,
    summary: {
      count: values.length,
      numericCount: values.length,
      sum,
      min: Math.min(...values),
      max: Math.max(...values),
      mean,
      m2: values.reduce((total, value) => total + (value - mean) ** 2, 0),
      firstMs: millis(startMs),
      first: values[0]!,
      lastMs: millis(startMs + 9_000),
      last: values.at(-1)!,
      coverage: 0x9249_2493,
      sketch: sketch.toBytes(),
    },
  };
}

function uuidBytes(uuid: string): Uint8Array {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}
