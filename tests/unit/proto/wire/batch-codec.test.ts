import fc from "fast-check";
import { createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Millis, Seq, StreamId } from "../../../../proto/core/ids.ts";
import type { ClockSource, Value } from "../../../../proto/core/reading.ts";
import type { OperatorCommand } from "../../../../proto/core/operator-command.ts";
import { OPERATOR_RANKS, operatorName, summaryOfValue } from "../../../../proto/core/operator-command.ts";
import type {
  BatchContent,
  BatchLedger,
  HaMode,
  RawBlock,
  SealedBatch,
  WindowRecord,
} from "../../../../proto/core/record.ts";
import { encodeNumbers } from "../../../../proto/wire/columns.ts";
import { openBatch, readRawColumns, sealBatch } from "../../../../proto/wire/batch-codec.ts";
import { tidemark } from "../../../../proto/wire/generated/tidemark.js";
import { sealedBody, testStream } from "../../../support/sealed.ts";
import { anyContent } from "../../../support/window-contents.ts";
import { seededRandom } from "../../../../deploy/sandbox/seeded-random.ts";
import { summaryOfReadings } from "../../../../proto/core/summary-of-readings.ts";
import type { WindowContent } from "../../../../proto/core/window-content.ts";
import { NO_CONTENT } from "../../../../proto/core/window-content.ts";

/** Made by the version before format 4. */
const OLD_WINDOW: WindowRecord = {
  device: "d",
  metric: "m",
  unit: "°C",
  windowMs: 10_000,
  windowStartMs: 60_000 as Millis,
  part: 0,
  carry: null,
  revision: 1,
  haMode: "auto",
  later: false,
  summary: {
    count: 2,
    numericCount: 2,
    sum: 4.5,
    min: 1.25,
    max: 3.25,
    mean: 2.25,
    m2: 2,
    firstMs: 60_000 as Millis,
    first: 1.25,
    lastMs: 61_000 as Millis,
    last: 3.25,
    coverage: 9,
    sketch: Uint8Array.from([1, 2]),
  },
  content: NO_CONTENT,
};
const OLD_BATCHES: [format: number, base64: string, window: Partial<WindowRecord>][] = [
  [
    1,
    "KLUv/SCijQQAYgggKYBrOsuA5BkgVqThB4dcj+RkpdRaDBkI5vHT6xcxqhfkR7hNze69ZZIBbyogESw7YA6WkPS53NZ+v6lqAB4TtcvD2Wvvmk/RS+D7ZY9jRA3xbnsZcF3vc7T21U9BlwqVbb00VC/6hBRBw72p8SnxCW6dweKCJ5I60YdqZmP57HMFADOJ83kKtNErAl1ACQ==",
    {},
  ],
  [
    2,
    "KLUv/SCknQQAgoggKYBrOsuA5BkgVqThB4dcj+RkpdRaDBkI5vHT6xcx5LQgPyIxaW3vLZMMcCogEW07aA6OJOpzubH9vlNVQDxGcheIs+f+NZ+il8Q33KDHkBzi3/byk2Xvs8T2129JpwqVbX1kuB6A0+djETQerBqvEq9i1xksLoCmSCf6UM1sLJ+9HAUAM4nzeQq08SsCXUAJ",
    { haMode: "mirror" },
  ],
  [
    3,
    "KLUv/SC+BQUAIgkjLHBV0wF8vlydq0CtuEvRwMASIx+jkGr04ZHWuMYJ1FrIqSMUqYJOXm2kbZlkUS4iEq5DcA+WpupyubX9/lNVwXMN5GUigL33sPkWPeV5xy6CDchLPNxeDmzb+wxp++zHBvMvRLemV4fLtl6aZL+WEKlLxgwcME7Hp+Lz+QIuxq2IkrSiENVNB3PZkQMGADOJ83kKtHElNCkCQhdQAg==",
    { part: 7, later: true, haMode: "partition", carry: "0191d3a5-0000-7000-8000-00000000000b" as StreamId },
  ],
];
const STREAM = "0191d3a5-0000-7000-8000-00000000000a" as StreamId;
const NO_LEDGER: BatchLedger = { readings: 0, redelivered: 0, deadLetters: new Map(), discards: new Map() };

const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -100_000, max: 100_000 }).map((whole) => whole / 100),
  fc.constantFrom(0, -0, 2 ** 53, 1e-300, 0.1 + 0.2),
);
const value = fc.oneof<fc.Arbitrary<Value>[]>(double, fc.boolean(), fc.string({ unit: "grapheme" }), fc.bigInt());
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const unit = fc.option(name, { nil: null });
const stream = fc.uuid().map((text) => text as StreamId);

const window: fc.Arbitrary<WindowRecord> = fc
  .record({
    device: name,
    metric: name,
    unit,
    windowMs: fc.constantFrom(1, 1000, 10_000, 86_400_000),
    start: fc.integer({ min: -1000, max: 200_000 }),
    part: fc.oneof(fc.constant(0), fc.nat({ max: 2 ** 31 - 1 })),
    carry: fc.option(stream, { nil: null }),
    revision: fc.nat({ max: 9 }),
    haMode: fc.constantFrom<HaMode>("auto", "auto", "mirror", "partition"),
    later: fc.constantFrom(false, false, true),
    offsets: fc.tuple(fc.nat({ max: 999 }), fc.nat({ max: 999 })),
    summary: fc.record({
      count: fc.nat(),
      numericCount: fc.nat(),
      sum: double,
      min: double,
      max: double,
      mean: double,
      m2: double,
      first: value,
      last: value,
      coverage: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      sketch: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: null }),
    }),
  })
  .chain(({ start, offsets, summary, ...rest }) => {
    const windowStartMs = (start * rest.windowMs) as Millis;
    const [firstMs, lastMs] = offsets.map((offset) => (windowStartMs + (offset % rest.windowMs)) as Millis);
    const plain = { ...rest, windowStartMs, summary: { ...summary, firstMs: firstMs!, lastMs: lastMs! } };
    return anyContent(plain).map((ofRow): WindowRecord => ({ ...plain, content: ofRow }));
  });

const raw: fc.Arbitrary<RawBlock> = fc
  .record({
    device: name,
    metric: name,
    unit,
    clock: fc.constantFrom<ClockSource>("device", "none", "suspect"),
    rows: fc.array(fc.tuple(fc.integer({ min: -1e12, max: 4e12 }), value), { minLength: 1, maxLength: 40 }),
  })
  .map(({ rows, ...rest }) => ({ ...rest, timesMs: rows.map(([timeMs]) => timeMs), values: rows.map(([, v]) => v) }));

const counts = fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), fc.nat()).map((all) => new Map(Object.entries(all)));
const content: fc.Arbitrary<BatchContent> = fc.record({
  gateway: name,
  sealedAtMs: fc.nat().map((ms) => ms as Millis),
  windows: fc.array(window, { maxLength: 12 }),
  raws: fc.array(raw, { maxLength: 4 }),
  ledger: fc.record({ readings: fc.nat(), redelivered: fc.nat(), deadLetters: counts, discards: counts }),
});

function sealed(what: Partial<BatchContent>, seq = 1): SealedBatch {
  return sealBatch({
    streamId: STREAM,
    seq: seq as Seq,
    content: { gateway: "g", sealedAtMs: 0 as Millis, windows: [], raws: [], ledger: NO_LEDGER, ...what },
  });
}

describe("a batch", () => {
  test("gives back exactly what was sealed", () => {
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 2 ** 40 }), (given, seq) => {
        const opened = openBatch(sealBatch({ streamId: STREAM, seq: seq as Seq, content: given }));
        if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
        expect(opened.content.gateway).toBe(given.gateway);
        expect(opened.content.ledger).toEqual(given.ledger);
        expect(normal(opened.content.windows)).toEqual(normal(expectedWindows(given.windows)));
        const raws = opened.rawSlices.map(({ device, metric, unit: u, columns }) => {
          const { timesMs, values, clock } = readRawColumns(columns);
          return { device, metric, unit: u, clock, timesMs: Array.from(timesMs), values: Array.from(values) };
        });
        expect(raws).toEqual(given.raws);
        for (const [i, slice] of opened.rawSlices.entries()) {
          const times = Array.from(given.raws[i]!.timesMs);
          expect([slice.count, slice.minMs, slice.maxMs]).toEqual([
            times.length,
            Math.min(...times),
            Math.max(...times),
          ]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("[I1] with a flipped bit or cut short is invalid, never another batch and never a crash", () => {
    const batch = sealed({ gateway: "plant-7" });
    fc.assert(
      fc.property(fc.nat({ max: batch.bytes.length * 8 - 1 }), (bit) => {
        const bytes = Uint8Array.from(batch.bytes);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(openBatch({ ...batch, bytes }).kind).toBe("invalid");
        expect(openBatch({ ...batch, bytes: batch.bytes.subarray(0, bit >> 3) }).kind).toBe("invalid");
      }),
    );
  });

  test("of any bytes, under their true hash, is invalid or of an unknown format", () => {
    const hashed = (bytes: Uint8Array): SealedBatch => ({
      streamId: STREAM,
      seq: 1 as Seq,
      bytes,
      sha256: createHash("sha256").update(bytes).digest(),
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(openBatch(hashed(bytes)).kind).toBe("invalid");
        expect(["invalid", "unknown_format"]).toContain(openBatch(hashed(zstdCompressSync(bytes))).kind);
      }),
    );
    const body = tidemark.v1.BatchBody.encode({ format: 5 }).finish();
    expect(openBatch(hashed(zstdCompressSync(body)))).toEqual({ kind: "unknown_format", format: 5 });
  });

  test("with any byte of its readings and cells changed, under its true hash, is a batch or invalid, never a crash", () => {
    const windows = fc
      .array(window, { minLength: 1, maxLength: 6 })
      .filter((all) => all.some(({ content: { kind } }) => kind !== "none"));
    let invalid = 0;
    fc.assert(
      fc.property(windows, fc.nat(), fc.nat({ max: 255 }), (given, at, byte) => {
        const body = zstdDecompressSync(sealed({ windows: given }).bytes);
        body[at % body.length] = byte;
        if (openBatch(sealedBody(STREAM, 1, body)).kind === "invalid") invalid++;
      }),
      { numRuns: 500 },
    );
    expect(invalid).toBeGreaterThan(0);
  });

  test.each(OLD_BATCHES)("of format %d of an earlier version is still read", (format, base64, window) => {
    const bytes = Buffer.from(base64, "base64");
    expect(tidemark.v1.BatchBody.decode(zstdDecompressSync(bytes)).format).toBe(format);
    const sha256 = createHash("sha256").update(bytes).digest();
    const opened = openBatch({ streamId: STREAM, seq: 7 as Seq, bytes, sha256 });
    if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
    expect(opened.content).toMatchObject({ gateway: "g", sealedAtMs: 70_000, ledger: { readings: 2, redelivered: 1 } });
    expect(normal(opened.content.windows)).toEqual(normal([{ ...OLD_WINDOW, ...window }]));
    // What this version makes of it is still read by the earlier one.
    expect(Buffer.from(sealed({ ...opened.content }, 7).bytes).equals(bytes)).toBe(true);
  });

  test("of an earlier format has no readings and cells for any reader, as an earlier reader does not see them", () => {
    const given = fc.sample(window, { numRuns: 50, seed: 1 }).filter(({ content: { kind } }) => kind !== "none");
    const body = tidemark.v1.BatchBody.decode(zstdDecompressSync(sealed({ windows: given }).bytes));
    const older = tidemark.v1.BatchBody.encode(Object.assign(body, { format: 3 })).finish();
    const opened = openBatch(sealedBody(STREAM, 1, older));
    if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
    const withCells = given.filter(({ content: { kind } }) => kind === "cells");
    expect(opened.content.windows).toHaveLength(withCells.length);
    for (const one of opened.content.windows) expect(one.content).toEqual(NO_CONTENT);
  });

  test("under another number is invalid, because the bytes contain the number", () => {
    const batch = sealed({}, 7);
    expect(openBatch({ ...batch, seq: 8 as Seq })).toEqual({
      kind: "invalid",
      message: `the bytes are those of batch ${STREAM}/7`,
    });
  });

  test("that would unpack to too much is invalid before it is unpacked", () => {
    const bytes = zstdCompressSync(Buffer.alloc(80 * 1024 * 1024));
    const bomb = { streamId: STREAM, seq: 1 as Seq, bytes, sha256: createHash("sha256").update(bytes).digest() };
    expect(openBatch(bomb)).toMatchObject({ kind: "invalid" });
  });
});

describe("a batch of commands", () => {
  const command: fc.Arbitrary<OperatorCommand> = fc
    .record({
      window,
      kind: fc.constantFrom(...OPERATOR_RANKS, "clear", "erase_device", "set_member", "keep_gateway"),
      rank: fc.constantFrom(...OPERATOR_RANKS),
      reason: fc.string({ minLength: 1, maxLength: 100 }),
      actor: name,
      hlc: fc.integer({ min: 1, max: 2 ** 52 }),
    })
    .map(({ window: { device, metric, windowMs, windowStartMs, summary }, kind, rank, ...common }) => {
      const place = { device, metric, windowMs, windowStartMs };
      if (kind === "erase_device") return { ...common, kind, device };
      if (kind === "set_member") {
        return { ...common, kind, member: { region: "us", state: "leaving", url: device, gatewayUrl: metric } };
      }
      if (kind === "keep_gateway") {
        const life = rank === "override" ? null : testStream(windowMs);
        return { ...common, kind, kept: { gateway: "plant-7", life } };
      }
      if (kind === "clear") return { ...common, kind, window: place, rank };
      return { ...common, kind, window: place, summary: { ...summary, count: summary.count + 1 } };
    });
  const commands = fc
    .uniqueArray(command, { minLength: 1, maxLength: 4, selector: (one) => one.hlc })
    .map((all) => all.toSorted((a, b) => a.hlc - b.hlc));
  const gateway = operatorName("eu");
  const at = { device: "d", metric: "m", windowMs: 10_000, windowStartMs: 20_000 as Millis };
  const override: OperatorCommand = {
    kind: "override",
    hlc: 7,
    reason: "r",
    actor: "a",
    window: at,
    summary: summaryOfValue(21.5, at.windowStartMs),
  };

  test("gives back exactly what was sealed", () => {
    fc.assert(
      fc.property(commands, (given) => {
        const opened = openBatch(sealed({ gateway, commands: given }));
        if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
        expect(plainSketches(opened.content.commands)).toEqual(plainSketches(given));
      }),
      { numRuns: 60 },
    );
  });

  test("keeps NaN for values that are not known", () => {
    const summary = { ...override.summary, m2: Number.NaN, first: Number.NaN, last: Number.NaN };
    const opened = openBatch(sealed({ gateway, commands: [{ ...override, summary }] }));
    expect(opened).toMatchObject({ content: { commands: [{ summary }] } });
  });

  test.each<[string, Partial<BatchContent>]>([
    ["of a gateway", { gateway: "plant-7", commands: [override] }],
    ["with two of one version", { gateway, commands: [override, override] }],
    ["without a reason", { gateway, commands: [{ ...override, reason: "" }] }],
    ["with a reason that is too long", { gateway, commands: [{ ...override, reason: "x".repeat(501) }] }],
    ["without an actor", { gateway, commands: [{ ...override, actor: "" }] }],
    ["for no device", { gateway, commands: [{ ...override, window: { ...at, device: "" } }] }],
    ["that erases no device", { gateway, commands: [{ ...override, kind: "erase_device", device: "" }] }],
    [
      "for a window that cannot exist",
      {
        gateway,
        commands: [{ ...override, kind: "clear", rank: "override", window: { ...at, windowStartMs: 1 as Millis } }],
      },
    ],
    ["for an empty window", { gateway, commands: [{ ...override, summary: { ...override.summary, count: 0 } }] }],
  ])("%s is invalid", (_what, bad) => {
    expect(openBatch(sealed(bad)).kind).toBe("invalid");
  });

  test("has format 2, like a batch with a mode; other batches have 1, so that older regions can read them, except those with changed series", () => {
    const formatOf = (what: Partial<BatchContent>): number =>
      tidemark.v1.BatchBody.decode(zstdDecompressSync(sealed(what).bytes)).format;
    const plain = fc
      .sample(window, { numRuns: 1, seed: 1 })
      .map((one) => ({ ...one, haMode: "auto" as const, later: false, content: NO_CONTENT }));
    expect(formatOf({ windows: plain })).toBe(1);
    expect(formatOf({ windows: plain.map((one) => ({ ...one, haMode: "mirror" as const })) })).toBe(2);
    expect(formatOf({ gateway, commands: [override] })).toBe(2);
    expect(formatOf({ windows: plain.map((one) => ({ ...one, later: true })) })).toBe(3);
    const cells = plain.map(({ windowStartMs, ...one }): WindowRecord => {
      const cell = { firstMs: windowStartMs, lastMs: windowStartMs, count: 1, numericCount: 1, sum: 1, hash: 7 };
      const cellsOfRow: WindowContent = {
        kind: "cells",
        arrivalToleranceMs: 500,
        cells: [{ ...cell, byArrival: false }],
      };
      return { ...one, windowStartMs, content: cellsOfRow };
    });
    expect(formatOf({ windows: cells })).toBe(4);
  });
});

test.each([0, 3])(
  "raw two-decimal readings at a 1 s period with %d ms of jitter cost at most 2.0 bytes",
  (jitterMs) => {
    const random = seededRandom(42);
    const raws: RawBlock[] = Array.from({ length: 10 }, (_, n) => {
      let walk = 2000 + n * 10;
      const rows = Array.from({ length: 3000 }, (__, i) => {
        walk += Math.round((random() - 0.5) * 20);
        return { timeMs: 1_760_000_000_000 + i * 1000 + Math.round(random() * jitterMs), value: walk / 100 };
      });
      return {
        device: `plant/${n}`,
        metric: "temperature",
        unit: "°C",
        clock: "device",
        timesMs: rows.map((row) => row.timeMs),
        values: rows.map((row) => row.value),
      };
    });
    const perReading = sealed({ raws }).bytes.length / 30_000;
    console.log(`${perReading.toFixed(2)} bytes per raw reading with ${jitterMs} ms of jitter`);
    expect(perReading).toBeLessThanOrEqual(2);
  },
);

/** What a region makes of the windows: it computes the summary of readings, and those with readings come last. */
function expectedWindows(windows: readonly WindowRecord[]): WindowRecord[] {
  const placesOf = ({ content: ofRow }: WindowRecord): string => {
    if (ofRow.kind !== "readings") return "";
    const numbers = ofRow.readings.flatMap(({ value: one }) => (typeof one === "number" ? [one] : []));
    const { scale, ieee } = encodeNumbers(numbers);
    return `${scale} ${ieee.length > 0} ${numbers.length === ofRow.readings.length}`;
  };
  const { others = [], readings = [] } = Object.groupBy(windows, ({ content: { kind } }) =>
    kind === "readings" ? "readings" : "others",
  );
  return [...others, ...[...Map.groupBy(readings, placesOf).values()].flat()].map((one) => {
    if (one.content.kind !== "readings") return one;
    return { ...one, summary: summaryOfReadings(one.content.readings, { ...one, quantiles: one.content.quantiles }) };
  });
}

/** Makes byte arrays of different classes comparable. */
function normal(windows: readonly WindowRecord[]): object[] {
  return windows.map((one) => ({
    ...one,
    summary: { ...one.summary, sketch: one.summary.sketch === null ? null : Array.from(one.summary.sketch) },
  }));
}

function plainSketches(commands: readonly OperatorCommand[]): object[] {
  return commands.map((one) =>
    "summary" in one && one.summary.sketch !== null
      ? { ...one, summary: { ...one.summary, sketch: Array.from(one.summary.sketch) } }
      : one,
  );
}
