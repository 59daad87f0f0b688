import { EventEmitter } from "node:events";
import { expect, test } from "vitest";

import { PROBE_MS } from "../../../../cloud/core/twins.ts";
import type { StreamCall } from "../../../../cloud/grpc/region-server.ts";
import { Committer } from "../../../../cloud/ingest/committer.ts";
import { GrpcIngest } from "../../../../cloud/ingest/grpc-ingest.ts";
import { TwinWatch } from "../../../../cloud/ingest/twin-watch.ts";
import { openSqliteStoreIn, REGION_DATABASE } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import { EMPTY_HAVE } from "../../../../proto/core/have.ts";
import { regionId, toSeq } from "../../../../proto/core/ids.ts";
import type { StreamId } from "../../../../proto/core/ids.ts";
import { openInMemory } from "../../../../proto/runtime/sqlite.ts";
import { decodeRegionFrame, encodeGatewayFrame, PROTOCOL } from "../../../../proto/wire/ingest-messages.ts";
import type { GatewayFrame, RegionFrame } from "../../../../proto/wire/ingest-messages.ts";
import { sealed, testStream } from "../../../support/sealed.ts";

const [OLD, NEW] = [testStream(1), testStream(2)];

/** The sessions of a region, on a store in memory and virtual time. */
class Region {
  nowMs = 0;
  readonly ingest: GrpcIngest;

  constructor() {
    const fail = (fault: unknown): void => {
      throw fault;
    };
    const clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs };
    const store = openSqliteStoreIn(openInMemory(REGION_DATABASE), { path: "test", newStoreId: new Uint8Array(16) });
    const nothing = (): void => undefined;
    const twins = new TwinWatch(
      {
        clock,
        heldOf: () => EMPTY_HAVE,
        announce: nothing,
        inherit: nothing,
        events: { twinsFound: nothing, twinsOver: nothing },
        onFault: fail,
      },
      { region: "eu" },
    );
    this.ingest = new GrpcIngest({
      store,
      committer: new Committer({ store, clock, onFault: fail }),
      twins,
      clock,
      replicatedOf: () => EMPTY_HAVE,
      events: { sessionOpened: nothing, sessionClosed: nothing, refused: nothing, onFault: fail },
      session: {
        protocol: PROTOCOL,
        region: regionId("eu"),
        storeId: new Uint8Array(16),
        bootId: new Uint8Array(16),
        creditBytes: 1_000_000,
        regions: [],
        minCopies: 1,
        leaving: false,
        authorized: () => true,
        verified: false,
      },
    });
  }

  /** Time passes, a tick at a time, and the store answers between the ticks. */
  async pass(ms: number): Promise<void> {
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs += 250;
      this.ingest.tick();
      await new Promise(setImmediate);
    }
  }

  /** A gateway connects and greets. `life` is null for a gateway of an earlier version. */
  async connect(stream: StreamId, life: StreamId | null): Promise<Call> {
    const call = new Call();
    this.ingest.service.accept(call as unknown as StreamCall);
    call.send({
      kind: "hello",
      protocol: PROTOCOL,
      gateway: "plant-7",
      software: "test",
      token: "",
      life,
      streams: [{ streamId: stream, first: toSeq(1), last: toSeq(1), closed: false }],
    });
    await this.pass(250);
    return call;
  }
}

/** The region's end of a connection, as far as the sessions use it. */
class Call extends EventEmitter {
  readonly writableLength = 0;
  destroyed = false;
  readonly frames: RegionFrame[] = [];

  send(frame: GatewayFrame): void {
    this.emit("data", encodeGatewayFrame(frame));
  }

  write(bytes: Buffer): void {
    this.frames.push(decodeRegionFrame(bytes));
  }

  end(): void {
    this.destroyed = true;
  }

  pause(): void {
    // Nothing is sent before the answer to the Hello in these tests.
  }

  resume(): void {
    // As above.
  }

  getPeer(): string {
    return "10.0.0.7:5000";
  }

  get kinds(): readonly string[] {
    return this.frames.map(({ kind }) => kind);
  }

  get probed(): boolean {
    return this.frames.some((frame) => frame.kind === "ack" && frame.probe !== undefined);
  }

  get refusal(): string | null {
    const refusal = this.frames.find((frame) => frame.kind === "refusal");
    return refusal?.kind === "refusal" ? refusal.code : null;
  }
}

test("[I37] a gateway of an earlier version does not answer a probe, and is alive while it sends", async () => {
  const region = new Region();
  const older = await region.connect(OLD, null);
  expect(older.kinds).toContain("hello_ack");
  const younger = await region.connect(NEW, NEW);
  expect([older.probed, younger.kinds]).toEqual([true, []]);
  await region.pass(PROBE_MS / 2);
  older.send({ kind: "batch", batch: sealed(OLD, 1, {}) });
  await region.pass(PROBE_MS);
  expect([older.refusal, younger.refusal]).toEqual([null, "twin"]);
});

test("[I37] a half-open session of a gateway of an earlier version ends, so that nobody is locked out", async () => {
  const region = new Region();
  const older = await region.connect(OLD, null);
  const younger = await region.connect(NEW, null);
  await region.pass(PROBE_MS);
  expect([older.refusal, younger.refusal]).toEqual(["silent", null]);
  expect(younger.kinds).toContain("hello_ack");
});

test("[I37] a gateway of this version answers a probe without sending a batch", async () => {
  const region = new Region();
  const older = await region.connect(OLD, OLD);
  const younger = await region.connect(NEW, NEW);
  older.send({ kind: "alive", probe: 1 });
  await region.pass(250);
  expect([older.refusal, younger.refusal]).toEqual([null, "twin"]);
  older.emit("close");
  expect((await region.connect(NEW, NEW)).kinds).toContain("hello_ack");
});
