import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { badRequest, QueryApi } from "../../../../cloud/query/query-api.ts";
import type { Answer } from "../../../../cloud/query/query-api.ts";
import { SqliteStore } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import { QuantileSketch } from "../../../../proto/core/sketch.ts";
import { rawBlock, sealed, testStream, windowOf } from "../../../support/sealed.ts";

const START = Date.UTC(2026, 10, 20, 8);

let folder: string;
let store: SqliteStore;
let api: QueryApi;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-query-"));
  store = SqliteStore.open({ path: join(folder, "region.db"), maxBytes: null, newStoreId: new Uint8Array(16) });
  api = new QueryApi({
    store,
    region: "eu",
    clock: { nowMs: () => START + 10_400 },
    lastSeenMs: () => START,
    peers: () => [],
    members: () => [],
    digests: { last: null, differing: new Map() },
  });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

type Listing = "schema" | "series" | "records" | "gateways" | "status";

async function ask(listing: Listing, query = "", accept = ""): Promise<Answer> {
  const question = { url: new URL(`http://region/v1/${listing}${query}`), accept };
  return api[listing](question).catch(badRequest);
}

async function asked(listing: Listing, query = ""): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await ask(listing, query);
  if (answer.kind !== "json") throw new Error("not a JSON answer");
  return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
}

async function keep(...content: Parameters<typeof sealed>[2][]): Promise<void> {
  await store.apply(
    content.map((part, index) => ({
      ...sealed(testStream(1), index + 1, part),
      gateway: "plant-7",
      verified: false,
      receivedMs: START + 10_000,
    })),
  );
}

describe("a question with a mistake", () => {
  it.each([
    ["records", "?devcie=d1", "devcie"],
    ["records", "?window=soon", "window"],
    ["records", "?from=yesterday", "from"],
    ["records", "?from=2026-02-31", "from"],
    ["records", "?from=2026-11-20T08:00:00", "from"],
    ["records", "?from=2026-11-20&to=2026-11-19", "to"],
    ["records", "?from=1795200000", "from"],
    ["records", "?limit=0", "limit"],
    ["records", "?limit=1e3", "limit"],
    ["records", "?limit=5&limit=6", "limit"],
    ["records", "?cursor=nonsense", "cursor"],
    ["records", "?format=xml", "format"],
    ["series", "?from=0", "from"],
    ["schema", "?unit=C", "unit"],
    ["schema", "?cursor=1", "cursor"],
    ["gateways", "?device=d1", "device"],
    ["status", "?verbose=1", "verbose"],
  ] as const)("gets 400 with the reason: /v1/%s%s", async (listing, query, parameter) => {
    const { status, body } = await asked(listing, query);
    expect(status).toBe(400);
    expect(body).toMatchObject({ parameter });
    expect(Object.keys(body)).toEqual(["error", "parameter", "found", "accepted"]);
  });
});

describe("records", () => {
  it("show what a window saw, computed where it is not stored", async () => {
    const sketch = new QuantileSketch();
    for (const value of [1, 2, 3, 4]) sketch.add(value);
    const window = windowOf([1, 2, 3, 4], { startMs: START });
    await keep({ windows: [{ ...window, summary: { ...window.summary, sketch: sketch.toBytes() } }] });

    const { body } = await asked("records", "?device=d1&metric=temperature&window=10s");
    expect(body["next"]).toBeNull();
    expect(body["records"]).toMatchObject([
      {
        device: "d1",
        metric: "temperature",
        unit: "°C",
        window: "10s",
        start: "2026-11-20T08:00:00.000Z",
        end: "2026-11-20T08:00:10.000Z",
        count: 4,
        sum: 10,
        min: 1,
        max: 4,
        mean: 2.5,
        stddev: Math.sqrt(1.25),
        first: 1,
        last: 4,
        quantiles: { p50: expect.closeTo(2, 1), p99: expect.closeTo(3, 1) },
        revision: 0,
        sources: [{ gateway: "plant-7", stream: testStream(1), version: 1, count: 4 }],
      },
    ]);
  });

  it("come page by page, and all at once as NDJSON", async () => {
    const starts = Array.from({ length: 7 }, (_, index) => START + index * 10_000);
    await keep({ windows: starts.map((startMs) => windowOf([1], { startMs })) });

    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await asked("records", `?limit=3${cursor === null ? "" : `&cursor=${cursor}`}`);
      seen.push(...(body["records"] as unknown[]));
      cursor = body["next"] as string | null;
    } while (cursor !== null);
    expect(seen).toHaveLength(7);

    const answer = await ask("records", "", "application/x-ndjson");
    if (answer.kind !== "ndjson") throw new Error("not NDJSON");
    const lines = (await Array.fromAsync(answer.lines)).join("").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(seen);
  });

  it("keep every digit of an integer beyond 2^53", async () => {
    await keep({ raws: [rawBlock([[START, 9_007_199_254_740_993n]])] });
    const answer = await ask("records", "?window=raw");
    expect(answer).toMatchObject({ body: expect.stringContaining('"value":9007199254740993,') });
  });

  it("take times as ISO 8601 and as milliseconds", async () => {
    await keep({
      raws: [
        rawBlock([
          [START, 1],
          [START + 1, 2],
        ]),
      ],
    });
    for (const from of [String(START + 1), "2026-11-20T09:00:00.001%2B01:00"]) {
      const { body } = await asked("records", `?window=raw&from=${from}`);
      expect(body["records"]).toMatchObject([{ value: 2, time: "2026-11-20T08:00:00.001Z" }]);
    }
  });
});

describe("schema", () => {
  it("tells what a series is now and was before; a unit that was learned later is no change", async () => {
    const at = (startMs: number): number => START + startMs;
    await keep(
      { windows: [windowOf([1], { startMs: at(0), unit: null }), windowOf([20], { startMs: at(10_000) })] },
      {
        windows: [windowOf([70, 71], { startMs: at(20_000), unit: "°F", part: 9, later: true })],
        raws: [rawBlock([[at(15_000), "unavailable"]])],
      },
    );
    const { body } = await asked("schema", "?device=d1");
    const times = (first: string, last: string) => ({ first_seen: iso(first), last_seen: iso(last) });
    expect(body).toEqual({
      schema: [
        {
          device: "d1",
          metric: "temperature",
          type: "number",
          unit: "°F",
          ...times("00.000", "20.001"),
          changes: 2,
          versions: [
            { type: "number", unit: "°C", ...times("00.000", "10.000") },
            { type: "text", unit: null, ...times("15.000", "15.000") },
            { type: "number", unit: "°F", ...times("20.000", "20.001") },
          ],
        },
      ],
      next: null,
    });
    const { body: shown } = await asked("records", "?window=10s");
    expect(shown["records"]).toMatchObject([
      { type: "number", unit: null, count: 1 },
      { type: "number", unit: "°C", count: 1 },
      { type: "number", unit: "°F", count: 2 },
    ]);
  });

  const iso = (seconds: string): string => `2026-11-20T08:00:${seconds}Z`;
});

describe("status", () => {
  it("begins with one true sentence", async () => {
    expect((await asked("status")).body["sentence"]).toBe(
      "Waiting for the first batch; no gateway has delivered anything yet.",
    );
    await keep({ windows: [windowOf([1])], ledger: { readings: 1_284_331 } });
    expect((await asked("status")).body["sentence"]).toBe(
      "Holding 1 window record of 1,284,331 readings from 1 gateway, last batch 0.4 s ago.",
    );
  });

  it("tells per stream what came and what did not become a reading", async () => {
    await keep({ ledger: { readings: 5, redelivered: 2, deadLetters: new Map([["syntax", 3]]) } });
    const { body } = await asked("gateways");
    expect(body["streams"]).toMatchObject([
      { gateway: "plant-7", durable: { prefix: 1 }, readings: 5, redelivered: 2, dead_letters: { syntax: 3 } },
    ]);
  });
});
