import { createHash } from "node:crypto";

import { Client, credentials, Metadata } from "@grpc/grpc-js";
import type { ClientDuplexStream } from "@grpc/grpc-js";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";

import { contains, EMPTY_HAVE } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import { toSeq } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import {
  decodeRegionFrame,
  encodeGatewayFrame,
  INGEST_SESSION_PATH,
  PROTOCOL,
} from "../../proto/wire/ingest-messages.ts";
import type { GatewayFrame, RegionFrame } from "../../proto/wire/ingest-messages.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";
import { deployment, readings, records } from "../support/deployment.ts";
import { rawBlock, sealed, testStream, windowOf } from "../support/sealed.ts";

/** A region as a process. The other side of its sessions is a minimal gateway. */

const STREAM = testStream(1);

describe("a region", () => {
  it("[I24] still has everything that it acknowledged, however often it is killed", async () => {
    const local = await deployment();
    const batches = Array.from({ length: 200 }, (_, index) => batchOf(index + 1));
    const acknowledged = new Set<number>();

    for (let kill = 0; kill < 5; kill += 1) {
      await local.startRegion();
      const session = await Session.open(local.regions[0]!.ports.ingest);
      const lacking = batches.filter((batch) => !contains(session.durable, batch.seq));
      for (const before of acknowledged) expect(contains(session.durable, toSeq(before))).toBe(true);
      for (const batch of lacking) session.send({ kind: "batch", batch });
      // It is killed while it works: as soon as it has acknowledged some forty more.
      await session.until(
        () => batches.filter((batch) => contains(session.durable, batch.seq)).length >= 40 * (kill + 1),
      );
      for (const batch of batches) if (contains(session.durable, batch.seq)) acknowledged.add(batch.seq);
      await local.region?.kill();
      session.close();
    }

    await local.startRegion();
    const session = await Session.open(local.regions[0]!.ports.ingest);
    for (const before of acknowledged) expect(contains(session.durable, toSeq(before))).toBe(true);
    for (const batch of batches) if (!contains(session.durable, batch.seq)) session.send({ kind: "batch", batch });
    await session.until(() => session.durable.prefix === batches.length);
    session.close();

    const windows = await records(local, { device: "d1", metric: "temperature", window: "10s" });
    expect(windows.map((record) => record.sum)).toEqual(batches.map((_, index) => index + 1));
    const raw = await readings(local, { device: "d1", metric: "temperature" });
    expect(raw.map((record) => record.value)).toEqual(batches.map((_, index) => index + 1));
  });

  it("acknowledges to every session of a gateway, and announces its stop", async () => {
    const local = await deployment();
    const region = await local.startRegion();
    const first = await Session.open(local.regions[0]!.ports.ingest);
    const second = await Session.open(local.regions[0]!.ports.ingest);
    first.send({ kind: "batch", batch: batchOf(1) });
    await first.until(() => first.durable.prefix === 1);
    await second.until(() => second.durable.prefix === 1);

    await region.stop();
    expect(first.frames.some((frame) => frame.kind === "drain")).toBe(true);
    expect(second.frames.some((frame) => frame.kind === "drain")).toBe(true);
    expect(await region.exit).toMatchObject({ code: 0 });
  });

  it("stops acknowledging and ends with its reason when its quota is used up", async () => {
    const local = await deployment({ cloud: { store: { kind: "sqlite", max_size: "1MiB" } } });
    const region = await local.startRegion();
    const session = await Session.open(local.regions[0]!.ports.ingest);
    const noise = (position: number): string =>
      createHash("sha512").update(String(position)).digest("base64").repeat(200);
    for (let position = 1; position <= 200; position += 1) {
      const raws = Array.from({ length: 40 }, (_, index) => rawBlock([[index, noise(position * 40 + index)]]));
      session.send({ kind: "batch", batch: sealed(STREAM, position, { raws }) });
    }
    expect(await region.exit).toMatchObject({ code: 74 });
    expect(region.output.filter((line) => line.startsWith("tidemark: "))).toEqual([
      expect.stringMatching(/region\.db: the disk is full \(.+\)$/),
    ]);
    session.close();
  });

  it("names a damaged batch, refuses it, and stores the next one", async () => {
    const local = await deployment();
    await local.startRegion();
    const session = await Session.open(local.regions[0]!.ports.ingest);
    session.send({ kind: "batch", batch: { ...batchOf(1), sha256: batchOf(2).sha256 } });
    session.send({ kind: "batch", batch: batchOf(2) });
    await session.until(() => contains(session.durable, toSeq(2)));
    expect(session.frames).toContainEqual(
      expect.objectContaining({ kind: "refusal", code: "bad_batch", batch: { streamId: STREAM, seq: 1 } }),
    );
    session.close();
  });
});

afterEach(() => {
  for (const session of Session.openOnes) session.close();
});

function batchOf(position: number): SealedBatch {
  const startMs = position * 10_000;
  return sealed(STREAM, position, {
    windows: [windowOf([position], { startMs })],
    raws: [rawBlock([[startMs, position]])],
    ledger: { readings: 1 },
  });
}

/** One session of a gateway. It can send and read every frame, and decides nothing itself. */
class Session {
  static readonly openOnes = new Set<Session>();
  readonly frames: RegionFrame[] = [];
  durable: Have = EMPTY_HAVE;
  readonly #client: Client;
  readonly #call: ClientDuplexStream<GatewayFrame, RegionFrame>;
  #changed: () => void = () => {};
  #ended = false;

  static async open(port: number): Promise<Session> {
    const session = new Session(port);
    onTestFinished(() => session.close());
    session.send({
      kind: "hello",
      protocol: PROTOCOL,
      gateway: "plant-7",
      software: "test",
      streams: [{ streamId: STREAM, first: toSeq(1), last: toSeq(1), closed: false }],
      token: "",
      life: null,
    });
    await session.until(() => session.frames.some((frame) => frame.kind === "hello_ack"));
    return session;
  }

  constructor(port: number) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    this.#call = this.#client.makeBidiStreamRequest(
      INGEST_SESSION_PATH,
      (frame: GatewayFrame) => encodeGatewayFrame(frame),
      (bytes: Buffer) => decodeRegionFrame(bytes),
      new Metadata(),
    );
    this.#call.on("data", (frame: RegionFrame) => {
      this.frames.push(frame);
      if (frame.kind === "hello_ack" || frame.kind === "ack") this.#learn(frame.durable);
      this.#changed();
    });
    this.#call.on("error", () => this.#over());
    this.#call.on("end", () => {
      this.#call.end();
      this.#over();
    });
    Session.openOnes.add(this);
  }

  send(frame: GatewayFrame): void {
    this.#call.write(frame);
  }

  /** Resolves when `met` holds. @throws Error when the session ends first. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) {
      if (this.#ended) throw new Error(`the session ended; frames: ${JSON.stringify(this.frames.slice(-3))}`);
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }

  close(): void {
    if (!Session.openOnes.delete(this)) return;
    this.#call.cancel();
    this.#client.close();
  }

  #learn(durable: readonly StreamHave[]): void {
    this.durable = durable.find((set) => set.streamId === STREAM)?.have ?? this.durable;
  }

  #over(): void {
    this.#ended = true;
    this.#changed();
  }
}
