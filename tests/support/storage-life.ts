import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { WindowPlan } from "../../edge/core/storage/window-plan.ts";
import type { Decoder } from "../../edge/decode/decoder.ts";
import type { RouteOptions } from "../../edge/decode/route.ts";
import { createDecoder } from "../../edge/decode/routed-decoder.ts";
import { openGatewayDisk } from "../../edge/storage/gateway-disk.ts";
import { PublishChunkWriter } from "../../edge/storage/publish-chunk.ts";
import type { CommitResult, EngineOptions } from "../../edge/storage/storage-contract.ts";
import { StorageEngine } from "../../edge/storage/storage-engine.ts";
import type { Millis, MonotonicMs } from "../../proto/core/ids.ts";
import type { WindowRecord } from "../../proto/core/record.ts";
import { uuidV7 } from "../../proto/core/uuid-v7.ts";
import type { ReadableBatch } from "../../proto/wire/batch-codec.ts";
import { openBatch, readRawColumns } from "../../proto/wire/batch-codec.ts";

/** When the first process on a disk starts. */
export const START_MS: number = Date.UTC(2026, 10, 20, 12);

/** The storage of one process of a gateway, with a clock that only the test moves. */
export class StorageLife {
  nowMs: number;
  readonly directory: string;
  readonly engine: StorageEngine;
  readonly #writer = new PublishChunkWriter({ tableLimit: 100, initialBytes: 256 });
  #seed = 0;

  constructor(options: StorageLifeOptions = {}) {
    this.nowMs = options.nowMs ?? START_MS;
    this.directory = options.directory ?? temporaryFolder();
    livesStarted += 1;
    const life = livesStarted;
    this.engine = StorageEngine.open(
      {
        clock: { nowMs: () => this.nowMs as Millis, monotonicMs: () => this.nowMs as unknown as MonotonicMs },
        decoder: poisoned(
          createDecoder({
            routes: options.routes ?? [],
            unrouted: options.routes === undefined ? "auto" : "dead_letter",
            timeZone: "UTC",
            limits: { depth: 8, values: 100, payloadBytes: options.payloadBytes ?? 4096 },
          }),
          options.poison,
        ),
        disk: openGatewayDisk(this.directory, { maxBytes: 2 ** 30, ...options.engine }),
        mintStreamId: (nowMs) => uuidV7(nowMs, randomOf(life, (this.#seed += 1))),
      },
      {
        gateway: "plant-7",
        directory: this.directory,
        maxBytes: 2 ** 30,
        deadLetterBytes: 2 ** 20,
        keepReplicatedMs: 3_600_000,
        seriesMax: 1_000_000,
        deliveriesRemembered: 1024,
        sealBytes: 65_536,
        sealAfterMs: 1000,
        rules: [{ match: { device: "*", metric: "*" }, plan: { ...PLAN, ...options.plan } }],
        ...options.engine,
      },
    );
    onTestFinished(() => {
      try {
        this.engine.close();
      } catch {
        // The test closed it, or it is in the state that a crash left.
      }
    });
  }

  publish(topic: string, payload: string, delivery: { packetId?: number; dup?: boolean } = {}): CommitResult {
    this.#add(topic, payload, delivery);
    return this.engine.commit([this.#writer.take(undefined)]);
  }

  /** All in one commit. */
  publishAll(topic: string, payloads: readonly string[]): void {
    for (const payload of payloads) this.#add(topic, payload, {});
    this.engine.commit([this.#writer.take(undefined)]);
  }

  /** A reading of device `a/b`, metric `x`, `atMs` after the start. */
  reading(x: number, atMs: number): void {
    this.publish("a/b", `{"x":${x},"ts":${START_MS + atMs}}`);
  }

  /** Time passes, then one commit without messages does what is due. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.engine.commit([]);
  }

  /** The next process, on a copy of the disk as a crash at this moment leaves it. */
  crash(options: StorageLifeOptions = {}): StorageLife {
    return new StorageLife({ nowMs: this.nowMs, ...options, directory: this.copyOfDisk() });
  }

  /** A folder with the files of the disk as they are now. */
  copyOfDisk(): string {
    const directory = temporaryFolder();
    cpSync(this.directory, directory, { recursive: true });
    return directory;
  }

  sealed(): ReadableBatch[] {
    return this.engine.streams().flatMap(({ streamId, first, last }) => {
      const seqs = Array.from({ length: last - first + 1 }, (_, i) => (first + i) as typeof first);
      return this.engine.read({ streamId, seqs, maxBytes: Infinity }).map((batch) => {
        const opened = openBatch(batch);
        if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
        return opened;
      });
    });
  }

  windows(): WindowRecord[] {
    return this.sealed().flatMap((batch) => batch.content.windows);
  }

  rawValues(): unknown[] {
    return this.sealed().flatMap((batch) =>
      batch.rawSlices.flatMap((slice) => Array.from(readRawColumns(slice.columns).values)),
    );
  }

  #add(topic: string, payload: string, delivery: { packetId?: number; dup?: boolean }): void {
    this.#writer.add({
      clientId: "sensor-1",
      topic,
      payload: Buffer.from(payload),
      qos: delivery.packetId === undefined ? 0 : 1,
      dup: delivery.dup ?? false,
      packetId: delivery.packetId ?? 0,
      arrivedMs: this.nowMs,
    });
  }
}

export type StorageLifeOptions = {
  /** By default a new one, which is removed when the test ends. */
  readonly directory?: string;
  readonly plan?: Partial<WindowPlan>;
  readonly engine?: Partial<EngineOptions>;
  readonly routes?: readonly RouteOptions[];
  readonly nowMs?: number;
  /** A topic at which the decoder throws. */
  readonly poison?: string;
  readonly payloadBytes?: number;
};

const PLAN: WindowPlan = {
  lengthsMs: [10_000],
  raw: false,
  quantiles: true,
  outOfOrdernessMs: 0,
  idleTimeoutMs: 5000,
  allowedLatenessMs: 60_000,
  haMode: "auto",
  pair: false,
  arrivalToleranceMs: 500,
  onSchemaChange: "accept",
};

/** Lives of this process. It makes the ids of streams different in each life, as in real processes. */
let livesStarted = 0;

function randomOf(life: number, stream: number): Uint8Array {
  const random = new Uint8Array(10);
  new DataView(random.buffer).setUint32(0, life);
  new DataView(random.buffer).setUint32(4, stream);
  return random;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-engine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function poisoned(decoder: Decoder, topic: string | undefined): Decoder {
  return {
    decode: (message) => decoder.decode(message),
    decodeInto: (message, sink) => {
      if (message.topic === topic) throw new TypeError("a mistake of ours");
      return decoder.decodeInto(message, sink);
    },
  };
}
