import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { RememberedEntries } from "../../../../edge/decode/decoder-memory.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";
import { openGatewayDisk } from "../../../../edge/storage/gateway-disk.ts";
import { PublishChunkWriter } from "../../../../edge/storage/publish-chunk.ts";
import { StorageEngine } from "../../../../edge/storage/storage-engine.ts";
import type { Millis, MonotonicMs } from "../../../../proto/core/ids.ts";
import { uuidV7 } from "../../../../proto/core/uuid-v7.ts";
import { openBatch, readRawColumns } from "../../../../proto/wire/batch-codec.ts";

const START_MS = Date.UTC(2026, 10, 20, 12);

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-alias-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
});

/** A metric with alias 1 and a double: named `x` in a birth, without a name in data. */
function payload(seq: number, value: number, options: { birth: boolean }): Buffer {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(value);
  const name = options.birth ? [0x0a, 1, 0x78, 0x20, 10] : [];
  const metric = Buffer.from([...name, 0x10, 1, 0x69, ...double]);
  return Buffer.from([0x12, metric.length, ...metric, 0x18, seq]);
}

/** The storage of a gateway with Sparkplug edge nodes. */
class Gateway {
  nowMs = START_MS;
  requests = 0;
  readonly #engine: StorageEngine;
  readonly #writer = new PublishChunkWriter({ tableLimit: 100, initialBytes: 256 });

  constructor() {
    const memory = new RememberedEntries();
    const limits = { depth: 8, values: 100, payloadBytes: 4096 };
    this.#engine = StorageEngine.open(
      {
        clock: { nowMs: () => this.nowMs as Millis, monotonicMs: () => this.nowMs as unknown as MonotonicMs },
        decoder: createDecoder({ routes: [], unrouted: "auto", timeZone: "UTC", limits }, memory),
        memory,
        disk: openGatewayDisk(directory, { maxBytes: 2 ** 30 }),
        mintStreamId: (nowMs) => uuidV7(nowMs, new Uint8Array(10)),
      },
      {
        gateway: "plant-7",
        directory,
        maxBytes: 2 ** 30,
        deadLetterBytes: 2 ** 22,
        keepReplicatedMs: 3_600_000,
        seriesMax: 1000,
        deliveriesRemembered: 1024,
        sealBytes: 65_536,
        sealAfterMs: 1000,
        rules: [
          {
            match: { device: "*", metric: "*" },
            plan: {
              lengthsMs: [],
              raw: true,
              quantiles: false,
              outOfOrdernessMs: 0,
              idleTimeoutMs: 5000,
              allowedLatenessMs: 60_000,
              haMode: "auto",
              pair: false,
              arrivalToleranceMs: 500,
              onSchemaChange: "accept",
            },
          },
        ],
      },
    );
    onTestFinished(() => this.close());
  }

  receive(...messages: readonly [topic: string, payload: Buffer][]): void {
    for (const [topic, bytes] of messages) {
      const arrivedMs = this.nowMs;
      this.#writer.add({ clientId: "node", topic, payload: bytes, qos: 0, dup: false, packetId: 0, arrivedMs });
    }
    this.requests += this.#engine.commit([this.#writer.take(undefined)]).requests.length;
  }

  get letters(): number {
    return this.#engine.deadLetters({ after: 0, reason: "unknown_alias", limit: 10_000 }).length;
  }

  close(): void {
    try {
      this.#engine.close();
    } catch {
      // The test closed it.
    }
  }

  /** Values with their times, as milliseconds after the start. */
  sealed(): [number, number][] {
    this.nowMs += 2000;
    this.#engine.commit([]);
    return this.#engine.streams().flatMap(({ streamId, first, last }) => {
      const seqs = Array.from({ length: last - first + 1 }, (_, i) => (first + i) as typeof first);
      return this.#engine.read({ streamId, seqs, maxBytes: Infinity }).flatMap((batch) => {
        const opened = openBatch(batch);
        if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
        return opened.rawSlices.flatMap((slice) => {
          const { timesMs, values } = readRawColumns(slice.columns);
          return Array.from(values, (value, i): [number, number] => [Number(value), timesMs[i]! - START_MS]);
        });
      });
    });
  }
}

const NO = { birth: false };
const DATA = "spBv1.0/plant/NDATA/press";
const BIRTH = "spBv1.0/plant/NBIRTH/press";

test("[P2] data with unknown aliases is decoded when a birth explains them, with its own time, exactly once", () => {
  const gateway = new Gateway();
  gateway.receive([DATA, payload(7, 1, { birth: false })]);
  gateway.nowMs += 1000;
  gateway.receive(
    [DATA, payload(8, 2, { birth: false })],
    ["spBv1.0/plant/NDATA/other", payload(8, 9, { birth: false })],
  );
  expect(gateway.letters).toBe(3);
  expect(gateway.requests).toBe(2);
  gateway.nowMs += 1000;
  gateway.receive([BIRTH, payload(0, 3, { birth: true })]);
  gateway.receive([DATA, payload(1, 4, { birth: false })], [BIRTH, payload(0, 5, { birth: true })]);
  // The message of the other node stays. The sequence continues from the birth, so no rebirth is requested.
  expect(gateway.letters).toBe(1);
  expect(gateway.requests).toBe(2);
  expect(gateway.sealed().toSorted(([a], [b]) => a - b)).toEqual([
    [1, 0],
    [2, 1000],
    [3, 2000],
    [4, 2000],
    [5, 2000],
  ]);
});

test("data with unknown aliases is decoded when the birth is in the same commit, and after a restart", () => {
  const gateway = new Gateway();
  gateway.receive([DATA, payload(7, 1, { birth: false })]);
  gateway.close();
  const next = new Gateway();
  next.nowMs += 500;
  next.receive([DATA, payload(8, 2, { birth: false })], [BIRTH, payload(0, 3, { birth: true })]);
  expect(next.letters).toBe(0);
  expect(next.sealed().toSorted(([a], [b]) => a - b)).toEqual([
    [1, 0],
    [2, 500],
    [3, 500],
  ]);
});

test("data older than a minute, or than the death of its node, is not decoded: its aliases may mean something else", () => {
  const gateway = new Gateway();
  gateway.receive([DATA, payload(7, 1, { birth: false })]);
  gateway.nowMs += 60_001;
  gateway.receive([DATA, payload(8, 2, { birth: false })]);
  gateway.nowMs += 10;
  gateway.receive(["spBv1.0/plant/NDEATH/press", payload(0, 0, { birth: true })]);
  gateway.nowMs += 10;
  gateway.receive([DATA, payload(0, 3, { birth: false })], [BIRTH, payload(1, 4, { birth: true })]);
  expect(gateway.letters).toBe(2);
  expect(gateway.sealed().map(([value]) => value)).toEqual([4, 3]);
});

test("data with unknown aliases is decoded even if many aliases of other nodes are unknown", () => {
  const gateway = new Gateway();
  const others = Array.from(
    { length: 5001 },
    (_, n) => ["spBv1.0/plant/NDATA/noisy", payload(n % 128, n, NO)] as const,
  );
  gateway.receive(...others.map(([topic, bytes]) => [topic, bytes] as [string, Buffer]));
  gateway.receive([DATA, payload(7, 1, NO)], ["spBv1.0/plant%/NDATA/press", payload(7, 9, NO)]);
  gateway.receive([BIRTH, payload(0, 3, { birth: true })]);
  expect(gateway.letters).toBe(5002);
  expect(
    gateway
      .sealed()
      .map(([value]) => value)
      .toSorted((a, b) => a - b),
  ).toEqual([1, 3]);
});
