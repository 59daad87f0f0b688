import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { FoundTwins } from "../../../../cloud/core/twins.ts";
import { queryRoutes } from "../../../../cloud/query/query-routes.ts";
import { openSqliteStore } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../../cloud/store/store.ts";
import type { Route } from "../../../../proto/runtime/http/route.ts";
import { QuantileSketch } from "../../../../proto/core/sketch.ts";
import { askRoute } from "../../../support/ask-route.ts";
import { rawBlock, sealed, testStream, windowOf } from "../../../support/sealed.ts";

const START = Date.UTC(2026, 10, 20, 8);

let folder: string;
let store: Store;
let routes: readonly Route[];
let twins: readonly FoundTwins[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-query-"));
  store = openSqliteStore({ path: join(folder, "region.db"), maxBytes: null, newStoreId: new Uint8Array(16) });
  twins = [];
  routes = queryRoutes({
    store,
    regions: { self: "eu", members: () => [], peers: () => [] },
    clock: { nowMs: () => START + 10_400 },
    lastBatchAgeMs: () => null,
    scrubber: { repaired: 0, walks: 0, isReadable: true },
    gateways: {
      lastSeenMs: () => START,
      connected: () => [{ life: testStream(1), address: "10.0.0.7:5000" }],
      twins: () => twins,
    },
    digests: { last: null, differing: new Map() },
  });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function ask(address: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const { status, text } = await askRoute(routes, `/v1/${address}`);
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

/** Another gateway delivers. */
async function keepOfOther(content: Parameters<typeof sealed>[2]): Promise<void> {
  const batch = sealed(testStream(2), 1, { gateway: "plant-8", ...content });
  await store.apply([{ ...batch, gateway: "plant-8", verified: false, receivedMs: START + 10_000 }]);
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

describe("a request with a mistake", () => {
  it.each([
    ["records?devcie=d1", "unknown parameter devcie"],
    ["records?window=soon", 'parameter window has the value "soon"'],
    ["records?window=raw", 'parameter window has the value "raw"'],
    ["records?from=yesterday", 'parameter from has the value "yesterday"'],
    ["records?from=2026-02-31", 'parameter from has the value "2026-02-31"'],
    ["records?from=2026-11-20T08:00:00", 'parameter from has the value "2026-11-20T08:00:00"'],
    ["records?from=2026-11-20&to=2026-11-19", "parameter to is not after parameter from"],
    ["readings?from=2026-11-20&to=2026-11-19", "parameter to is not after parameter from"],
    ["conflicts?from=2026-11-20&to=2026-11-19", "parameter to is not after parameter from"],
    ["records?from=1795200000", 'parameter from has the value "1795200000"'],
    ["records?limit=0", 'parameter limit has the value "0"'],
    ["records?limit=1e3", 'parameter limit has the value "1e3"'],
    ["records?limit=5&limit=6", "parameter limit comes twice"],
    ["records?cursor=nonsense", 'parameter cursor has the value "nonsense"'],
    ["records?format=xml", 'parameter format has the value "xml"'],
    ["records/revisions?device=d1&metric=m&window=10s", "parameter start is missing"],
    ["readings?dedupe=maybe", 'parameter dedupe has the value "maybe"'],
    ["conflicts?kind=war", 'parameter kind has the value "war"'],
    ["series?from=0", "unknown parameter from"],
    ["schema?unit=C", "unknown parameter unit"],
    ["schema?cursor=1", 'parameter cursor has the value "1"'],
    ["gateways?device=d1", "unknown parameter device"],
    ["digests?format=json", "unknown parameter format"],
    ["status?verbose=1", "unknown parameter verbose"],
  ])("gets 400 with the reason: /v1/%s", async (address, message) => {
    const { status, body } = await ask(address);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: "bad_parameter", message } });
  });

  it("is answered with what is accepted", async () => {
    expect((await ask("series?from=0")).body).toMatchObject({
      error: { accepted: ["device", "metric", "limit", "cursor", "format"] },
    });
    expect((await ask("records?window=soon")).body).toMatchObject({
      error: { hint: "expected a window length such as 10s or 1m" },
    });
  });
});

describe("records", () => {
  it("show the summary of a window, with figures that are computed from it", async () => {
    const sketch = new QuantileSketch();
    for (const value of [1, 2, 3, 4]) sketch.add(value);
    const window = windowOf([1, 2, 3, 4], { startMs: START });
    await keep({ windows: [{ ...window, summary: { ...window.summary, sketch: sketch.toBytes() } }] });

    const { body } = await ask("records?device=d1&metric=temperature&window=10s");
    expect(body["next"]).toBeNull();
    expect(body["rows"]).toMatchObject([
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

  it("are listed page by page, and all at once as NDJSON", async () => {
    const starts = Array.from({ length: 7 }, (_, index) => START + index * 10_000);
    await keep({ windows: starts.map((startMs) => windowOf([1], { startMs })) });

    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await ask(`records?limit=3${cursor === null ? "" : `&cursor=${cursor}`}`);
      seen.push(...(body["rows"] as unknown[]));
      cursor = body["next"] as string | null;
    } while (cursor !== null);
    expect(seen).toHaveLength(7);

    for (const [query, accept] of [
      ["", "application/x-ndjson"],
      ["?format=ndjson", ""],
    ] as const) {
      const { text } = await askRoute(routes, `/v1/records${query}`, { accept });
      const lines = text.trimEnd().split("\n");
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(seen);
    }
  });

  it("keep every digit of an integer beyond 2^53", async () => {
    await keep({ raws: [rawBlock([[START, 9_007_199_254_740_993n]])] });
    const { text } = await askRoute(routes, "/v1/readings");
    expect(text).toContain('"value":9007199254740993,');
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
      const { body } = await ask(`readings?from=${from}`);
      expect(body["rows"]).toMatchObject([{ value: 2, time: "2026-11-20T08:00:00.001Z" }]);
    }
  });
});

describe("two gateways that forward one series", () => {
  it("[I35] have records with bounds, and a conflict with the rule that makes them exact", async () => {
    await keep({ windows: [windowOf([1, 2, 3], { startMs: START })] });
    await keepOfOther({ windows: [windowOf([1, 2], { startMs: START })] });
    const { body } = await ask("records?window=10s");
    expect(body["rows"]).toMatchObject([{ count: 3, approximate: { count_min: 3, count_max: 5 } }]);
    const rule = 'windows: [{ match: { device: "d1", metric: "temperature" }, pair: true }]';
    expect((await ask("conflicts")).body["rows"]).toMatchObject([
      { kind: "gateways", outcome: "approximate", hint: `The count is approximate. Write on both gateways: ${rule}` },
    ]);
  });

  it("have exact records where each of them forwarded other times", async () => {
    const window = windowOf([1, 2, 3], { startMs: START });
    await keep({ windows: [window] });
    const startMs = START + 5_000;
    const later = { ...window, summary: { ...windowOf([9], { startMs }).summary, coverage: 2 ** 16 } };
    await keepOfOther({ windows: [later] });
    expect((await ask("records?window=10s")).body["rows"]).toMatchObject([{ count: 4, approximate: null }]);
    expect((await ask("conflicts")).body["rows"]).toEqual([]);
  });

  it("[I39] have one raw reading where both forwarded it, with the gateway; dedupe=false shows both", async () => {
    await keep({ raws: [rawBlock([[START, 1]])] });
    await keepOfOther({ raws: [rawBlock([[START, 1]])] });
    expect((await ask("readings")).body["rows"]).toMatchObject([{ value: 1, gateway: "plant-7" }]);
    expect((await ask("readings?dedupe=true")).body["rows"]).toHaveLength(1);
    expect((await ask("readings?dedupe=false")).body["rows"]).toMatchObject([
      { gateway: "plant-7" },
      { gateway: "plant-8" },
    ]);
  });
});

describe("schema", () => {
  it("lists the current and the earlier versions; a unit that came later is no change", async () => {
    const at = (startMs: number): number => START + startMs;
    await keep(
      { windows: [windowOf([1], { startMs: at(0), unit: null }), windowOf([20], { startMs: at(10_000) })] },
      {
        windows: [windowOf([70, 71], { startMs: at(20_000), unit: "°F", part: 9, later: true })],
        raws: [rawBlock([[at(15_000), "unavailable"]])],
      },
    );
    const { body } = await ask("schema?device=d1");
    const times = (first: string, last: string) => ({ first_seen: iso(first), last_seen: iso(last) });
    expect(body).toEqual({
      rows: [
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
    const { body: shown } = await ask("records?window=10s");
    expect(shown["rows"]).toMatchObject([
      { type: "number", unit: null, count: 1 },
      { type: "number", unit: "°C", count: 1 },
      { type: "number", unit: "°F", count: 2 },
    ]);
  });

  const iso = (seconds: string): string => `2026-11-20T08:00:${seconds}Z`;
});

describe("status", () => {
  it("begins with one sentence", async () => {
    expect((await ask("status")).body["sentence"]).toBe(
      "Waiting for the first batch; no gateway has delivered anything yet.",
    );
    await keep({ windows: [windowOf([1])], ledger: { readings: 1_284_331 } });
    expect((await ask("status")).body["sentence"]).toBe(
      "Holding 1 window record of 1,284,331 readings from 1 gateway, last batch 0.4 s ago.",
    );
  });

  it("[I37] names two gateways that have one name, in the sentence and beside each stream of them", async () => {
    await keep({ windows: [windowOf([1])], ledger: { readings: 5 } });
    const accepted = { life: testStream(1), region: "eu", address: "10.0.0.7:5000" };
    const refused = { life: testStream(2), region: "us", address: "10.0.0.9:6000" };
    twins = [{ gateway: "plant-7", accepted, refused, isDecided: false, sinceMs: START, lastMs: 0 }];
    expect((await ask("status")).body).toMatchObject({
      sentence: expect.stringContaining("; TWO GATEWAYS ARE NAMED plant-7: see twins.") as string,
      twins: [
        {
          gateway: "plant-7",
          accepted: { stream: testStream(1), region: "eu", address: "10.0.0.7:5000" },
          refused: { stream: testStream(2), region: "us", address: "10.0.0.9:6000" },
          decided: false,
          since: "2026-11-20T08:00:00.000Z",
        },
      ],
    });
    expect((await ask("gateways")).body["rows"]).toMatchObject([
      { gateway: "plant-7", connected_from: "10.0.0.7:5000", refused_twin: "10.0.0.9:6000" },
    ]);
  });

  it("lists for each stream what arrived, and which messages gave no reading", async () => {
    await keep({ ledger: { readings: 5, redelivered: 2, deadLetters: new Map([["syntax", 3]]) } });
    const { body } = await ask("gateways");
    expect(body["rows"]).toMatchObject([
      { gateway: "plant-7", durable: { prefix: 1 }, readings: 5, redelivered: 2, dead_letters: { syntax: 3 } },
    ]);
  });
});
