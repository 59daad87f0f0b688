import { uuidV7 } from "../../proto/core/uuid-v7.ts";
import { createDecoder } from "../../edge/decode/routed-decoder.ts";
import { firstThen } from "../../edge/storage/first-then.ts";
import { GATEWAY_DATABASE, GatewayDatabase } from "../../edge/storage/gateway-database.ts";
import { inspectWal } from "../../edge/core/storage/wal-frames.ts";
import type { StoredMark } from "../../edge/storage/high-water-mark.ts";
import type { Outbox } from "../../edge/storage/outbox.ts";
import { PublishChunkWriter } from "../../edge/storage/publish-chunk.ts";
import type { CommitResult } from "../../edge/storage/storage-contract.ts";
import { StorageEngine } from "../../edge/storage/storage-engine.ts";
import { sessionEventOf } from "../../edge/uplink/grpc-session.ts";
import type { RegionEndpoint } from "../../edge/core/uplink/session.ts";
import type { UplinkStatus } from "../../edge/uplink/uplink-driver.ts";
import { UplinkDriver } from "../../edge/uplink/uplink-driver.ts";
import type { Have } from "../../proto/core/have.ts";
import { regionId, streamId } from "../../proto/core/ids.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { Database } from "../../proto/runtime/sqlite.ts";
import { openInMemory } from "../../proto/runtime/sqlite.ts";
import { decodeRegionFrame, encodeGatewayFrame, PROTOCOL } from "../../proto/wire/ingest-messages.ts";
import { sessionMutation } from "./mutants.ts";
import type { Mutant } from "./mutants.ts";
import type { Network } from "./network.ts";
import { WINDOW_RULES } from "./window-rules.ts";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * A gateway as it is in production, from the journal to the uplink, on a disk in memory, a simulated network and virtual
 * time. Only the MQTT broker is missing: {@link publish} offers messages in its place.
 */
export class SimGateway {
  readonly name: string;
  readonly #deps: SimGatewayDeps;
  #disk: Database;
  #mark: StoredMark | undefined;
  #life: Life | undefined;
  #lives = 0;
  #clockOffsetMs = 0;
  #startedMs = 0;
  #unsealedAtEndMs = Infinity;
  readonly #everClaimed = new Map<string, Have>();

  constructor(name: string, deps: SimGatewayDeps) {
    this.name = name;
    this.#deps = deps;
    this.#disk = openInMemory(GATEWAY_DATABASE);
  }

  get running(): boolean {
    return this.#life !== undefined;
  }

  get engine(): StorageEngine | undefined {
    return this.#life?.engine;
  }

  /** The state of the uplink, to see why a seed fails. */
  get uplink(): UplinkStatus | undefined {
    return this.#life?.driver.status();
  }

  start(): void {
    const { time, random, regions, keepReplicatedMs, maxBytes, mutant } = this.#deps;
    const lifeNumber = ++this.#lives;
    this.#startedMs = time.nowMs;
    const alive = (): boolean => this.#lives === lifeNumber && this.#life !== undefined;
    const clock = time.clock(() => this.#clockOffsetMs);
    const mint = (nowMs: number): StreamId => {
      if (mutant === "one_stream_per_disk")
        return streamId(`00000000-0000-7000-8000-${this.name.slice(-1).padStart(12, "0")}`);
      return uuidV7(
        nowMs,
        Uint8Array.from({ length: 10 }, () => Math.floor(random() * 256)),
      );
    };
    const processLife = mint(clock.nowMs());
    const engine = StorageEngine.open(
      {
        clock,
        decoder: createDecoder({
          routes: [],
          unrouted: "auto",
          timeZone: "UTC",
          limits: { depth: 8, values: 100, payloadBytes: 4096 },
        }),
        mintStreamId: firstThen(processLife, mint),
        disk: {
          database: new GatewayDatabase(this.#disk, this.name),
          mark: {
            read: () => this.#mark,
            write: (mark) => (this.#mark = mark),
            sync: () => undefined,
            close: () => undefined,
          },
          log: inspectWal(new Uint8Array()),
          freeBytes: () => Infinity,
        },
      },
      {
        gateway: this.name,
        directory: "",
        maxBytes,
        deadLetterBytes: 1024 * 1024,
        keepReplicatedMs,
        seriesMax: 1000,
        deliveriesRemembered: 1024,
        sealBytes: 16 * 1024,
        sealAfterMs: 500,
        rules: WINDOW_RULES,
      },
    );
    const listeners: Parameters<Outbox["onSealed"]>[0][] = [];
    const later = <T>(work: () => T): Promise<T> =>
      new Promise((resolve) => {
        time.after(random() * 2, () => {
          if (alive()) resolve(work());
        });
      });
    const outbox: Outbox = {
      streams: () => later(() => engine.streams()),
      read: (request) => later(() => engine.read(request)),
      mark: (claims) => later(() => engine.mark(claims)),
      voids: () => later(() => engine.voids()),
      onVoided: () => undefined,
      onSealed: (listener) => void listeners.splice(0, 1, listener),
    };
    const driver = new UplinkDriver(
      {
        outbox,
        endpoints: regions.map((region) => this.#endpoint(region, processLife, alive)),
        clock,
        rotateStream: () => engine.rotateStream(),
        onFault: this.#deps.onFault,
      },
      {
        random,
        after: (ms, work) =>
          time.after(ms, () => {
            if (alive()) work();
          }),
      },
    );
    const life: Life = {
      engine,
      driver,
      writer: new PublishChunkWriter({ tableLimit: 100, initialBytes: 1024 }),
      tell: (result) => tellSealed(result, listeners[0]),
    };
    this.#life = life;
    driver.onEvent((report) => this.#deps.onReport(`${this.name}: ${JSON.stringify(report)}`));
    driver.start();
    time.every(50, () => {
      if (alive() && engine.idleWorkDue()) life.tell(engine.commit([]));
      return alive();
    });
  }

  /** Offers a message as the broker does. It tells the listener nothing after a crash. */
  publish(message: SimMessage, listener: PublishListener): void {
    const life = this.#life;
    if (life === undefined || life.engine.full) return;
    const { time, random } = this.#deps;
    const lifeNumber = this.#lives;
    const alive = (): boolean => this.#lives === lifeNumber && this.#life !== undefined;
    time.after(random() * 3, () => {
      if (!alive() || life.engine.full) return;
      const arrivedMs = time.clock(() => this.#clockOffsetMs).nowMs();
      life.writer.add({ ...message, qos: 1, payload: Buffer.from(message.payload), arrivedMs });
      life.tell(life.engine.commit([life.writer.take(undefined)]));
      listener.written(arrivedMs);
      time.after(random() * 3, () => {
        if (alive()) listener.acknowledged();
      });
    });
  }

  /** Stops at once. `silent`: by a power cut, which the other ends do not notice. Otherwise it is killed. */
  crash(how: { silent: boolean }): void {
    if (this.running) this.#unsealedAtEndMs = this.#unsealedSinceMs();
    this.#life = undefined;
    this.#lives++;
    this.#deps.network.down(this.name, how);
  }

  /** A copy of the disk, for {@link replaceDisk}. */
  image(): DiskImage {
    return { database: this.#disk.serialize(), mark: this.#mark, unsealedSinceMs: this.#unsealedSinceMs() };
  }

  /** Replaces the disk of a stopped gateway by an old copy. */
  replaceDisk(image: DiskImage): void {
    this.#disk.close();
    this.#disk = openInMemory({ ...GATEWAY_DATABASE, image: image.database });
    this.#mark = image.mark;
    this.#unsealedAtEndMs = image.unsealedSinceMs;
  }

  /** A second machine with a copy of the disk and the same identity. */
  clone(image: DiskImage): SimGateway {
    const twin = new SimGateway(this.name, this.#deps);
    twin.replaceDisk(image);
    return twin;
  }

  /** Frees the disk. The garbage collector does not see SQLite's memory. */
  dispose(): void {
    this.#life = undefined;
    this.#lives++;
    this.#disk.close();
  }

  jumpClock(byMs: number): void {
    this.#clockOffsetMs += byMs;
  }

  /** Every reading that was acknowledged before this time is sealed, also if the last process ended shortly before. */
  #unsealedSinceMs(): number {
    const { nowMs } = this.#deps.time;
    const lastMs = nowMs - UNSEALED_MS;
    return nowMs - this.#startedMs < UNSEALED_MS ? Math.min(lastMs, this.#unsealedAtEndMs) : lastMs;
  }

  #endpoint(region: string, life: StreamId, alive: () => boolean): RegionEndpoint {
    return {
      region: regionId(region),
      open: ({ streams }, listener) => {
        const end = this.#deps.network.connect(this.name, region);
        const mutated = sessionMutation(this.#deps.mutant, this.#everClaimed);
        end.onFrame = (frame) => {
          if (alive()) listener(mutated(sessionEventOf(decodeRegionFrame(frame))));
        };
        end.onClosed = () => {
          if (alive()) listener({ kind: "closed", reason: "the connection ended" });
        };
        end.send(
          encodeGatewayFrame({
            kind: "hello",
            protocol: PROTOCOL,
            gateway: this.name,
            software: "sim",
            token: "",
            life,
            streams,
          }),
        );
        return {
          send: (batch) => {
            end.send(encodeGatewayFrame({ kind: "batch", batch }));
            return true;
          },
          answer: (probe) => end.send(encodeGatewayFrame({ kind: "alive", probe })),
          declareVoid: (range) => end.send(encodeGatewayFrame({ kind: "void", ...range })),
          close: () => end.close(),
        };
      },
    };
  }
}

export type SimMessage = {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: string;
  readonly packetId: number;
  readonly dup: boolean;
};

export type PublishListener = {
  /** The message is on disk, or it is a repetition of one that is. @param arrivedMs by the clock of the gateway. */
  readonly written: (arrivedMs: number) => void;
  readonly acknowledged: () => void;
};

export type SimGatewayDeps = {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: () => number;
  /** In order of preference. */
  readonly regions: readonly string[];
  readonly keepReplicatedMs: number;
  readonly maxBytes: number;
  readonly mutant: Mutant | undefined;
  readonly onReport: (line: string) => void;
  readonly onFault: (fault: unknown) => void;
};

type Life = {
  readonly engine: StorageEngine;
  readonly driver: UplinkDriver;
  readonly writer: PublishChunkWriter;
  readonly tell: (result: CommitResult) => void;
};

/** A copy of a gateway's disk. Readings that were acknowledged since `unsealedSinceMs` may not be sealed on it. */
export type DiskImage = {
  readonly database: Buffer;
  readonly mark: StoredMark | undefined;
  readonly unsealedSinceMs: number;
};

/** Longer than a reading waits in the journal of a running gateway before it is sealed. */
const UNSEALED_MS = 2000;

function tellSealed({ sealed }: CommitResult, listener: Parameters<Outbox["onSealed"]>[0] | undefined): void {
  for (const { streamId, seq } of sealed) listener?.({ streamId, firstSeq: seq, lastSeq: seq });
}
