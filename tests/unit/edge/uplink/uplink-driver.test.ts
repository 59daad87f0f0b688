import { createServer, Socket } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import type { UplinkReport } from "../../../../edge/core/uplink/uplink-events.ts";
import { GrpcEndpoint } from "../../../../edge/uplink/grpc-session.ts";
import type { SessionEvent } from "../../../../edge/core/uplink/session.ts";
import { UplinkDriver } from "../../../../edge/uplink/uplink-driver.ts";
import { Fault } from "../../../../proto/core/fault.ts";
import { heldCount } from "../../../../proto/core/have.ts";
import { monotonicMs } from "../../../../proto/core/ids.ts";
import type { GatewayId, RegionId, StreamId } from "../../../../proto/core/ids.ts";
import { MemoryOutbox } from "../../../support/memory-outbox.ts";
import { TestRegion } from "../../../support/test-region.ts";
import { testStream } from "../../../support/sealed.ts";

const STREAM = "01936d3e-0000-7000-8000-000000000001" as StreamId;
const EU = "eu" as RegionId;
const BATCH = new Uint8Array(64 * 1024).fill(7);

// Tests that wait for a region run at the same time, so everything is closed after the last of them.
const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

class Gateway {
  readonly outbox: MemoryOutbox = new MemoryOutbox(() => BATCH);
  readonly reports: UplinkReport[] = [];
  readonly driver: UplinkDriver;
  readonly faults: unknown[] = [];
  #onReport: () => void = () => undefined;

  constructor(url: string) {
    const self = { gateway: "plant-7" as GatewayId, software: "test", life: testStream(1) };
    this.driver = new UplinkDriver({
      outbox: this.outbox,
      endpoints: [new GrpcEndpoint({ region: EU, url }, self)],
      clock: { monotonicMs: () => monotonicMs(performance.now()) },
      rotateStream: () => undefined,
      onFault: (error) => this.faults.push(error),
    });
    this.driver.onEvent((report) => {
      this.reports.push(report);
      this.#onReport();
    });
    cleanups.push(() => this.driver.stop({ handOverMs: 0 }));
  }

  /** The next report of this kind, counted from the start of the gateway. */
  async report<Kind extends UplinkReport["kind"]>(kind: Kind, nth = 1): Promise<Extract<UplinkReport, { kind: Kind }>> {
    for (;;) {
      const found = this.reports.filter((report) => report.kind === kind)[nth - 1];
      if (found !== undefined) return found as Extract<UplinkReport, { kind: Kind }>;
      await new Promise<void>((resolve) => {
        this.#onReport = resolve;
      });
    }
  }
}

async function region(): Promise<TestRegion> {
  const server = new TestRegion();
  await server.start();
  cleanups.push(() => server.stop());
  return server;
}

async function tcp(serve: (socket: Socket) => void, port = 0): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  cleanups.push(close);
  return { port: (server.address() as AddressInfo).port, close };
}

/** Forwards bytes in both directions, until `swallow` is set. Then it drops them. */
async function proxy(targetPort: number): Promise<{ port: number; swallow: boolean }> {
  const state = { port: 0, swallow: false };
  const { port } = await tcp((down) => {
    const up = new Socket();
    up.on("error", () => undefined);
    up.connect(targetPort, "127.0.0.1");
    for (const [from, to] of [
      [down, up],
      [up, down],
    ] as const) {
      from.on("data", (bytes) => void (state.swallow || to.write(bytes)));
      from.on("close", () => to.destroy());
    }
  });
  state.port = port;
  return state;
}

// It measures the whole process, so it runs alone.
test("a region that answers gets a backlog of 200 MB in bounded memory", async () => {
  const eu = await region();
  const gateway = new Gateway(eu.url);
  gateway.outbox.seal(STREAM, 3_200);
  // This includes all buffers, also those of the region, which runs in this process.
  const before = process.memoryUsage().external;
  let most = 0;
  const sampler = setInterval(() => {
    most = Math.max(most, process.memoryUsage().external - before);
  }, 20);
  onTestFinished(() => clearInterval(sampler));
  gateway.driver.start();
  const { bytes } = await gateway.report("drained");
  expect(bytes).toBe(3_200 * BATCH.length);
  expect(eu.bytes).toBe(bytes);
  expect(most).toBeLessThan(120e6);
});

describe.concurrent("a region that answers", () => {
  test("gets every sealed batch, and its claims are written to the outbox", async () => {
    const eu = await region();
    const gateway = new Gateway(eu.url);
    gateway.outbox.seal(STREAM, 20);
    gateway.driver.start();
    expect(await gateway.report("drained")).toMatchObject({ batches: 20, bytes: 20 * BATCH.length });
    gateway.outbox.seal(STREAM, 1);
    await gateway.driver.stop({ handOverMs: 5_000 });
    expect(eu.held(STREAM)).toBe(21);
    expect(heldCount(gateway.outbox.claim(STREAM).durable)).toBe(21);
    expect(eu.hellos[0]).toMatchObject({ gateway: "plant-7", streams: [{ streamId: STREAM, first: 1, last: 20 }] });
  });

  test("gets its batches although the storage cannot write its claims, because the storage reports that itself", async () => {
    const eu = await region();
    const gateway = new Gateway(eu.url);
    gateway.outbox.mark = () => Promise.reject(new Fault({ code: "internal", message: "the storage is closed" }));
    gateway.outbox.seal(STREAM, 1);
    gateway.driver.start();
    await gateway.driver.stop({ handOverMs: 5_000 });
    expect(eu.held(STREAM)).toBe(1);
    expect(gateway.faults).toEqual([]);
  });

  test("is left when the write of its claims fails by a mistake of ours", async () => {
    const eu = await region();
    const gateway = new Gateway(eu.url);
    const mistake = new TypeError("not a function");
    gateway.outbox.mark = () => Promise.reject(mistake);
    gateway.outbox.seal(STREAM, 1);
    gateway.driver.start();
    await expect.poll(() => gateway.faults).toEqual([mistake]);
  });

  test("and asks the gateway to leave: the gateway disconnects, and connects again", async () => {
    const eu = await region();
    const gateway = new Gateway(eu.url);
    gateway.driver.start();
    await gateway.report("connected");
    eu.tellAll({ kind: "drain", reason: "an upgrade" });
    expect(await gateway.report("leaving")).toMatchObject({ reason: "an upgrade" });
    await gateway.report("connected", 2);
    expect(gateway.reports.some((report) => report.kind === "lost")).toBe(false);
  });

  test("restarts: everything arrives", async () => {
    const eu = await region();
    const gateway = new Gateway(eu.url);
    gateway.driver.start();
    await gateway.report("connected");
    eu.stop();
    gateway.outbox.seal(STREAM, 300);
    expect(await gateway.report("lost")).toMatchObject({ region: EU });
    expect(gateway.driver.status()).toMatchObject({ connected: false, undurableBatches: 300 });
    await eu.start();
    await gateway.report("drained");
    expect(eu.held(STREAM)).toBe(300);
    expect(gateway.driver.status()).toMatchObject({ connected: true, region: EU, undurableBatches: 0, lagMs: 0 });
  });

  test("and stops answering: the gateway disconnects, and everything arrives when it answers again", async () => {
    const eu = await region();
    const gateway = new Gateway(eu.url);
    gateway.driver.start();
    await gateway.report("connected");
    eu.frozen = true;
    gateway.outbox.seal(STREAM, 300);
    expect(await gateway.report("lost")).toMatchObject({ reason: "no sign of life from the region for 3 s" });
    eu.frozen = false;
    await gateway.report("drained");
    expect(eu.held(STREAM)).toBe(300);
  });

  test("behind a link that drops all bytes: the gateway disconnects, and connects again", async () => {
    const eu = await region();
    const link = await proxy(eu.port);
    const gateway = new Gateway(`http://127.0.0.1:${link.port}`);
    gateway.driver.start();
    await gateway.report("connected");
    link.swallow = true;
    gateway.outbox.seal(STREAM, 100);
    await gateway.report("lost");
    link.swallow = false;
    await gateway.report("drained");
    expect(eu.held(STREAM)).toBe(100);
  });
});

describe.concurrent("an address without a region", () => {
  test("that accepts and does not answer: the gateway gives up after 5 s, and finds a region that starts there", async () => {
    const silent = await tcp(() => undefined);
    const gateway = new Gateway(`http://127.0.0.1:${silent.port}`);
    gateway.outbox.seal(STREAM, 1);
    gateway.driver.start();
    expect((await gateway.report("lost")).reason).toContain("accepts connections but does not answer within 5 s");
    await silent.close();
    const eu = new TestRegion();
    eu.port = silent.port;
    await eu.start();
    cleanups.push(() => eu.stop());
    await gateway.report("drained");
  });

  test("that refuses connections is reported in one line that stays the same", async () => {
    const closed = await tcp(() => undefined);
    await closed.close();
    const gateway = new Gateway(`http://127.0.0.1:${closed.port}`);
    gateway.driver.start();
    const url = `http://127.0.0.1:${closed.port}`;
    expect((await gateway.report("lost")).reason).toBe(`${url}: connect ECONNREFUSED 127.0.0.1:${closed.port}`);
  });

  test("that speaks another protocol is reported in one line", async () => {
    const web = await tcp((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const gateway = new Gateway(`http://127.0.0.1:${web.port}`);
    gateway.driver.start();
    expect((await gateway.report("lost")).reason).toBe(`http://127.0.0.1:${web.port}: Protocol error`);
  });
});

describe.concurrent("stop", () => {
  test("may be called before start, and twice", async () => {
    const gateway = new Gateway("http://127.0.0.1:1");
    await gateway.driver.stop({ handOverMs: 5_000 });
    await gateway.driver.stop({ handOverMs: 5_000 });
    gateway.driver.start();
    expect(gateway.driver.status()).toMatchObject({ connected: false, regions: [{ link: "stopped" }] });
  });

  test("waits no longer than the given time", async () => {
    const gateway = new Gateway("http://127.0.0.1:1");
    gateway.outbox.seal(STREAM, 1);
    gateway.driver.start();
    // The region never answers, so only the limit ends the wait.
    await gateway.driver.stop({ handOverMs: 200 });
    expect(gateway.driver.status()).toMatchObject({ connected: false, undurableBatches: 1 });
  });
});

test("an effect that fails is one fault, and the stop still closes the session", async () => {
  const faults: unknown[] = [];
  const calls: string[] = [];
  let region: (event: SessionEvent) => void = () => undefined;
  const driver = new UplinkDriver({
    outbox: new MemoryOutbox(() => BATCH),
    endpoints: [
      {
        region: EU,
        open: (_, listener) => {
          region = listener;
          calls.push("open");
          const idle = (): undefined => undefined;
          return { send: () => true, answer: idle, declareVoid: idle, close: () => void calls.push("close") };
        },
      },
    ],
    clock: { monotonicMs: () => monotonicMs(performance.now()) },
    rotateStream: () => undefined,
    learn: () => {
      throw new Error("the list cannot be kept");
    },
    onFault: (error) => faults.push(error),
  });
  driver.start();
  await expect.poll(() => calls).toEqual(["open"]);
  const sets = { durable: new Map(), replicated: new Map() };
  const greeting = {
    kind: "hello_ack",
    region: EU,
    storeId: "s",
    bootId: "b",
    creditBytes: 1e6,
    minCopies: 1,
  } as const;
  region({ ...greeting, ...sets, regions: [{ name: "us", url: "http://us:1" }] });
  region({ kind: "drain", reason: "too late" });
  expect(faults).toEqual([new Error("the list cannot be kept")]);
  await driver.stop({ handOverMs: 0 });
  expect(calls).toEqual(["open", "close"]);
});
