import { randomBytes } from "node:crypto";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { WindowPlan } from "../../../../edge/core/storage/window-plan.ts";
import { uuidV7 } from "../../../../proto/core/uuid-v7.ts";
import { PLAUSIBLE } from "../../../../edge/decode/route.ts";
import type { RouteOptions } from "../../../../edge/decode/route.ts";
import type { Decoder } from "../../../../edge/decode/decoder.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";
import { isLastPage } from "../../../../edge/core/storage/dead-letter-page.ts";
import { openGatewayDisk } from "../../../../edge/storage/gateway-disk.ts";
import { PublishChunkWriter } from "../../../../edge/storage/publish-chunk.ts";
import type { SchemaChange } from "../../../../edge/storage/schema-policy.ts";
import type { CommitResult, EngineOptions } from "../../../../edge/storage/storage-contract.ts";
import { StorageEngine } from "../../../../edge/storage/storage-engine.ts";
import { heldCount, haveOf } from "../../../../proto/core/have.ts";
import type { Millis, MonotonicMs, StreamId } from "../../../../proto/core/ids.ts";
import type { WindowRecord } from "../../../../proto/core/record.ts";
import type { ReadableBatch } from "../../../../proto/wire/batch-codec.ts";
import { openBatch, readRawColumns } from "../../../../proto/wire/batch-codec.ts";

const START_MS = Date.UTC(2026, 10, 20, 12);
const PLAN: WindowPlan = {
  lengthsMs: [10_000],
  raw: false,
  quantiles: true,
  outOfOrdernessMs: 0,
  idleTimeoutMs: 5000,
  allowedLatenessMs: 60_000,
  haMode: "auto",
  onSchemaChange: "accept",
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-engine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function poisoned(decoder: Decoder, topic: string | undefined): Decoder {
  return {
    decode: (message) => decoder.decode(message),
    decodeInto: (message, sink) => {
      if (message.topic === topic) throw new TypeError("a mistake of ours");
      return decoder.decodeInto(message, sink);
    },
  };
}

/** A gateway's storage on a disk of its own, with a clock that stands until it is moved. */
class Life {
  nowMs = START_MS;
  readonly directory: string;
  readonly engine: StorageEngine;
  readonly #writer = new PublishChunkWriter({ tableLimit: 100, initialBytes: 256 });
  #seed = 0;

  constructor(
    options: {
      directory?: string;
      plan?: Partial<WindowPlan>;
      engine?: Partial<EngineOptions>;
      routes?: readonly RouteOptions[];
      nowMs?: number;
      /** Topics over which the decoder throws. */
      poison?: string;
      payloadBytes?: number;
    } = {},
  ) {
    this.nowMs = options.nowMs ?? START_MS;
    this.directory = options.directory ?? join(folder, "disk");
    const salt = Math.floor(performance.now() * 1000) % 251;
    this.engine = new StorageEngine(
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
        mintStreamId: (nowMs) => uuidV7(nowMs, new Uint8Array(10).fill((this.#seed += 1) + salt)),
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
        // Closed by the test, or left as a crash leaves it.
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

  /** A reading of `a/b` with the value `x`, `atMs` after the start. */
  reading(x: number, atMs: number): void {
    this.publish("a/b", `{"x":${x},"ts":${START_MS + atMs}}`);
  }

  pass(ms: number): void {
    this.nowMs += ms;
    this.engine.commit([]);
  }

  /** The disk as a crash at this moment leaves it. */
  crash(options: ConstructorParameters<typeof Life>[0] = {}): Life {
    const directory = join(folder, `after-crash-${readdirSync(folder).length}`);
    cpSync(this.directory, directory, { recursive: true });
    return new Life({ nowMs: this.nowMs, ...options, directory });
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
}

describe("a redelivered message is counted once", () => {
  test("in the same life, and after a crash", () => {
    const life = new Life();
    life.publish("a/b", "1", { packetId: 7 });
    life.publish("a/b", "1", { packetId: 7, dup: true });
    expect(life.engine.status()).toMatchObject({ journalSeq: 1, redelivered: 1 });
    const next = life.crash();
    next.publish("a/b", "1", { packetId: 7, dup: true });
    expect(next.engine.status()).toMatchObject({ journalSeq: 1, redelivered: 2 });
  });

  test("but another content, another packet identifier, or no DUP flag is a new message", () => {
    const life = new Life();
    life.publish("a/b", "1", { packetId: 7 });
    life.publish("a/b", "2", { packetId: 7, dup: true });
    life.publish("a/b", "2", { packetId: 8, dup: true });
    life.publish("a/b", "2", { packetId: 8 });
    expect(life.engine.status()).toMatchObject({ journalSeq: 4, redelivered: 0 });
  });
});

describe("a window is forwarded once it has ended", () => {
  test("by its device's event time", () => {
    const life = new Life();
    life.reading(1, 0);
    life.reading(3, 9999);
    life.pass(1000);
    expect(life.windows()).toEqual([]);
    life.reading(5, 10_000);
    life.pass(1000);
    expect(life.windows()).toMatchObject([
      { device: "a/b", metric: "x", windowMs: 10_000, windowStartMs: START_MS, part: 0, carry: null, revision: 0 },
    ]);
    expect(life.windows()[0]!.summary).toMatchObject({ count: 2, sum: 4, min: 1, max: 3 });
  });

  test("or because the device is silent", () => {
    const life = new Life();
    life.reading(1, 0);
    life.pass(4000);
    expect(life.windows()).toEqual([]);
    life.pass(2000);
    expect(life.windows()).toHaveLength(1);
  });
});

test("a storm of windows closes in bounded steps, and at once where nothing else is to do", () => {
  const life = new Life();
  for (let n = 0; n < 25; n++) {
    life.publish(`plant/${n}`, JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`m${i}`, i]))));
  }
  life.nowMs += 6000;
  let steps = 0;
  let before = life.engine.status().openWindows;
  expect(before).toBe(2500);
  while (before > 0) {
    expect(life.engine.idleWorkDue()).toBe(true);
    life.engine.commit([]);
    const after = life.engine.status().openWindows;
    expect(before - after).toBeLessThanOrEqual(1000);
    before = after;
    steps++;
  }
  expect(steps).toBe(3);
  expect(life.windows()).toHaveLength(2500);
});

describe("[I32] a late reading is never lost", () => {
  test("it revises its window while the state is kept, also after a crash; the restart is linked by carry", () => {
    const life = new Life();
    life.reading(1, 0);
    life.pass(6000);
    const first = life.engine.streams()[0]!.streamId;
    const next = life.crash();
    next.reading(2, 5);
    next.pass(1000);
    const [before, revised] = next.windows();
    expect(before).toMatchObject({ revision: 0, summary: { count: 1 } });
    expect(revised).toMatchObject({ part: 0, revision: 1, carry: first, summary: { count: 2, sum: 3 } });
  });

  test("and becomes a supplement when the state is gone", () => {
    const life = new Life({ plan: { allowedLatenessMs: 0 }, engine: {} });
    life.reading(1, 0);
    life.pass(6000);
    life.engine.close();
    // A checkpoint lies between: only then may a kept state go.
    const next = new Life({ nowMs: life.nowMs, plan: { allowedLatenessMs: 0 } });
    next.pass(2000);
    next.reading(2, 5);
    next.pass(2000);
    expect(next.windows()).toMatchObject([
      { part: 0, summary: { count: 1 } },
      { part: 2, summary: { count: 1 } },
    ]);
  });
});

test("a crash between journal and batch seals every raw reading exactly once", () => {
  const plan = { raw: true, lengthsMs: [] };
  let life = new Life({ plan });
  for (let x = 1; x <= 50; x++) {
    life.reading(x, x);
    if (x % 7 === 0) life.pass(1000);
    if (x % 5 === 0) life = life.crash({ plan });
  }
  life.pass(1000);
  expect(life.rawValues().toSorted((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
});

test("[I2] each process life seals into a stream of its own, and the batches before keep theirs", () => {
  const life = new Life();
  life.reading(1, 0);
  life.pass(6000);
  const next = life.crash();
  next.reading(2, 20_000);
  next.pass(6000);
  const streams = next.engine.streams();
  expect(streams).toHaveLength(2);
  expect(new Set(streams.map((stream) => stream.streamId)).size).toBe(2);
  expect(streams.filter((stream) => stream.closed)).toHaveLength(1);
});

describe("a metric that changes its type or unit", () => {
  const shown = (life: Life): string[] =>
    life
      .windows()
      .toSorted((a, b) => a.windowStartMs - b.windowStartMs || a.part - b.part)
      .map(({ windowStartMs, unit, later, revision, summary: { count, sum, first } }) => {
        const values = later ? "later" : "first";
        return `${windowStartMs - START_MS} ${unit} ${values} r${revision} ${count} ${sum} ${typeof first}`;
      });
  const say = (life: Life, text: string): void => void life.publish("a/b", text);

  test("has windows of its own for each, also for readings that come late, and for those of a replay", () => {
    const life = new Life();
    for (const text of ["20 °C", "70 °F", "on", "22"]) say(life, text);
    expect(life.engine.status().schemaChanges).toEqual(
      new Map([
        ["unit", 1],
        ["type", 2],
      ]),
    );
    const replayed = life.crash();
    for (const one of [life, replayed]) {
      one.pass(6000);
      expect(shown(one)).toEqual([
        "0 °C first r0 1 20 number",
        // A number without a unit is of the unit that numbers had last.
        "0 °F later r0 2 92 number",
        "0 null later r0 1 1 boolean",
      ]);
      // Each is a slot of its own in every region.
      expect(new Set(one.windows().map(({ part }) => part)).size).toBe(3);
      one.nowMs = START_MS + 6000;
      say(one, "71 °F");
      one.pass(8000);
      expect(shown(one)).toContain("0 °F later r1 3 163 number");
    }
  });

  test("says the same after any crash, whatever it said before", async () => {
    const said = fc.array(fc.constantFrom("1 °C", "10 °F", "100", "off", "gone", "1000 K"), {
      minLength: 1,
      maxLength: 14,
    });
    await fc.assert(
      fc.asyncProperty(said, fc.nat(13), fc.boolean(), async (all, crashAt, closed) => {
        const whole = new Life({ directory: mkdtempSync(join(folder, "whole-")) });
        let broken = new Life({ directory: mkdtempSync(join(folder, "broken-")) });
        for (const [i, text] of all.entries()) {
          for (const life of [whole, broken]) {
            life.nowMs = START_MS + i * 1500;
            say(life, text);
          }
          if (i !== crashAt) continue;
          if (closed) broken.engine.close();
          broken = broken.crash();
        }
        for (const life of [whole, broken]) life.pass(20_000);
        const last = (life: Life): string[] => {
          // Of each slot the latest revision, without the counts of forwardings, which a restart adds to.
          const slots = new Map(life.windows().map((one) => [`${one.windowStartMs}/${one.part}`, one]));
          return [...slots]
            .map(([slot, { unit, later, summary }]) => JSON.stringify([slot, unit, later, summary]))
            .toSorted();
        };
        expect(last(broken)).toEqual(last(whole));
        const listed = (life: Life) => life.engine.schema({ device: null, metric: null, after: -1, limit: 10 }).metrics;
        expect(listed(broken)).toEqual(listed(whole));
      }),
      { numRuns: 12 },
    );
  });

  test("that learns its unit is what it was, and says the unit of all its readings that are not sealed yet", () => {
    const life = new Life({ plan: { raw: true } });
    for (const text of ["20", "21 °C", "22"]) say(life, text);
    life.pass(6000);
    expect(shown(life)).toEqual(["0 °C first r0 3 63 number"]);
    expect(life.engine.status().schemaChanges).toEqual(new Map());
    expect(life.crash().engine.status().series).toBe(1);
  });

  test("is told once as what it never was before, and counted each time", () => {
    const life = new Life();
    const told: SchemaChange[] = [];
    for (let i = 0; i < 20; i++) told.push(...life.publish("a/b", i % 2 === 0 ? "20 °C" : "70 °F").schemaChanges);
    expect(told).toEqual([
      {
        device: "a",
        metric: "b",
        kind: "unit",
        from: { type: "number", unit: "°C" },
        to: { type: "number", unit: "°F" },
        outcome: "new",
      },
    ]);
    const next = life.crash();
    expect(next.publish("a/b", "70 °F").schemaChanges).toEqual([]);
    expect(next.engine.status()).toMatchObject({ schemaChanges: new Map([["unit", 19]]), series: 2 });
    expect(next.engine.schema({ device: "a", metric: "b", after: -1, limit: 1 })).toEqual({
      metrics: [
        {
          device: "a",
          metric: "b",
          changes: 19,
          current: { type: "number", unit: "°F", firstMs: START_MS, lastMs: START_MS },
          versions: [
            { type: "number", unit: "°C", firstMs: START_MS, lastMs: START_MS },
            { type: "number", unit: "°F", firstMs: START_MS, lastMs: START_MS },
          ],
        },
      ],
      next: 0,
    });
  });

  test("too often is a dead letter, so that no sensor fills the memory", () => {
    const life = new Life();
    for (let i = 0; i < 20; i++) say(life, `1 u${String.fromCodePoint(97 + i)}`);
    say(life, "1 ua");
    expect(life.engine.status()).toMatchObject({ series: 16, journalSeq: 17 });
    expect(life.engine.status().deadLetters).toEqual(new Map([["too_many_versions", 4]]));
  });

  describe("under the policy dead_letter", () => {
    const waits = { plan: { onSchemaChange: "dead_letter", raw: true, lengthsMs: [] } } as const;
    const all = { after: 0, reason: undefined, limit: 100 };

    test("[I20] makes a dead letter of the whole message, which comes in once when the policy lets it", () => {
      const life = new Life(waits);
      life.publish("a/b", '{"x":1,"y":2}');
      life.publish("a/b", '{"x":3,"y":"gone","z":4}');
      life.publish("a/b", '{"x":5,"y":6}');
      expect(life.engine.status()).toMatchObject({ journalSeq: 4, series: 2, schemaChanges: new Map() });
      const [letter] = life.engine.deadLetters(all);
      expect(letter).toMatchObject({ reason: "schema_change" });
      expect(letter!.detail).toBe(
        "y was number and says text now; to let it: set schema.on_change, or on_schema_change of its window rule, to accept and retry",
      );
      expect(life.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 0, readings: 0 });
      const next = life.crash({ plan: { raw: true, lengthsMs: [] } });
      expect(next.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 1, readings: 3 });
      expect(next.engine.retryDeadLetters(all)).toMatchObject({ looked: 0 });
      next.pass(2000);
      expect(next.rawValues().map(String).toSorted()).toEqual(["1", "2", "3", "4", "5", "6", "gone"]);
    });

    test("also where one message says two things of a series that nobody has seen", () => {
      const life = new Life(waits);
      life.publish("m", '[{"n":"t","u":"Cel","v":20},{"n":"t","u":"Far","v":70}]');
      expect(life.engine.status()).toMatchObject({ journalSeq: 0, series: 0 });
      expect(life.engine.deadLetters(all)).toMatchObject([{ reason: "schema_change" }]);
      life.publish("m", '[{"n":"t","u":"Far","v":70}]');
      expect(life.engine.status()).toMatchObject({ journalSeq: 1, series: 1 });
    });

    test("lets a unit be learned", () => {
      const life = new Life(waits);
      for (const text of ["20", "21 °C", "22"]) say(life, text);
      expect(life.engine.status()).toMatchObject({ journalSeq: 3, deadLetters: new Map() });
    });
  });

  test("on a disk of an earlier version, which kept one unit for all, is what it was", () => {
    const life = new Life();
    for (const text of ["20 °C", "21"]) say(life, text);
    say(life, "1");
    life.publish("a/c", "5");
    life.engine.close();
    const path = join(life.directory, "gateway.db");
    const db = new SqliteDatabase(path);
    // As migrations 001 and 002 have it.
    db.exec(`CREATE TABLE old (id INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL, unit TEXT,
               evicted_end_ms REAL, UNIQUE (device, metric)) STRICT;
             INSERT INTO old SELECT id, device, metric, unit, evicted_end_ms FROM series;
             DROP TABLE series; ALTER TABLE old RENAME TO series;
             DROP TABLE held_message; DROP TABLE boot; DROP INDEX dead_letter_alias;
             ALTER TABLE dead_letter DROP COLUMN clock_known; ALTER TABLE dead_letter DROP COLUMN format;
             PRAGMA user_version = 2`);
    db.close();
    const next = new Life({ directory: life.directory, nowMs: START_MS + 1000 });
    next.publish("a/c", "on");
    say(next, "70 °F");
    expect(next.engine.schema({ device: null, metric: null, after: -1, limit: 10 }).metrics).toMatchObject([
      {
        metric: "b",
        changes: 1,
        versions: [
          { type: "number", unit: "°C" },
          { type: "number", unit: "°F" },
        ],
      },
      // What type it had nobody knows.
      { metric: "c", changes: 0, versions: [{ type: "boolean", unit: null }] },
    ]);
  });

  test("makes another series, back and forth between the two, and raw readings keep their own", () => {
    const life = new Life({ plan: { raw: true } });
    for (const text of ["21 °C", "70 °F", "21 °C", "22 °C"]) life.publish("a/b", text);
    life.pass(1000);
    life.pass(20_000);
    const units = life.sealed().flatMap((batch) => batch.rawSlices.map(({ unit, count }) => `${count} ${unit}`));
    expect(units).toEqual(["3 °C", "1 °F"]);
    expect(life.windows().map(({ unit, later, summary: { count, sum } }) => [unit, later, count, sum])).toEqual([
      ["°C", false, 3, 64],
      ["°F", true, 1, 70],
    ]);
  });
});

test("how far the clocks of devices are off, and what was not believed, is told", () => {
  const life = new Life();
  const said = (device: string, byMs: number): void => {
    life.publish(device, `{"x":"21.5","n":1,"ts":${life.nowMs + byMs}}`);
  };
  said("a/right", -20);
  said("a/ahead", 90_000);
  said("a/wrong", 86_400_000);
  life.publish("a/none", "1");
  expect(life.engine.status()).toMatchObject({
    numericTexts: 3,
    suspectTimes: 2,
    deviceClocks: [
      { device: "a/wrong", skewMs: 86_400_000, suspectMs: START_MS + 86_400_000 },
      { device: "a/ahead", skewMs: 90_000, suspectMs: null },
      { device: "a/right", skewMs: -20, suspectMs: null },
    ],
  });
});

describe("nothing is dropped without a count", () => {
  test("nulls and times that are none beside readings", () => {
    const life = new Life();
    life.publish("a/b", '{"x":1,"y":null,"time":42.5,"uptime":3}');
    expect(Object.fromEntries(life.engine.status().ignored)).toEqual({ null: 1, not_a_time: 1 });
    expect(life.engine.status().journalSeq).toBe(2);
  });

  test("a series more than there is room for, which becomes a dead letter", () => {
    const life = new Life({ engine: { seriesMax: 2 } });
    for (const topic of ["a/1", "a/2", "a/3", "a/2"]) life.publish(topic, "1");
    expect(life.engine.status()).toMatchObject({ series: 2, journalSeq: 3 });
    expect(Object.fromEntries(life.engine.status().deadLetters)).toEqual({ too_many_series: 1 });
  });
});

test("what waits on this disk is told truthfully: in open windows, sealed, and held by the region", () => {
  const life = new Life({ plan: { lengthsMs: [10_000, 60_000] } });
  const waiting = (): number => life.engine.status().waitingReadings;
  for (let x = 1; x <= 5; x++) life.reading(x, x);
  life.publish("a/b", "{");
  life.pass(1000);
  // A batch with the dead letter's count is sealed; the readings are still in their windows.
  expect(life.engine.status().outbox).toMatchObject({ batches: 1, undurableReadings: 0 });
  expect(waiting()).toBe(5);
  expect(life.crash().engine.status().waitingReadings).toBe(5);
  life.pass(70_000);
  life.pass(1000);
  expect(life.engine.status().outbox.undurableReadings).toBe(5);
  expect(waiting()).toBe(5);
  const { streamId, last } = life.engine.streams()[0]!;
  life.engine.mark([{ streamId, durable: { prefix: last, islands: [] }, replicated: haveOf([]) }]);
  expect(waiting()).toBe(0);
  life.reading(6, 6);
  expect(waiting()).toBe(1);
});

describe("dead letters", () => {
  test("are stored with their reason, counted, and the count reaches the cloud without any record", () => {
    const life = new Life();
    life.publish("a/b", "NaN");
    life.publish("a/b", '{"x":');
    life.pass(1000);
    expect(life.engine.status().deadLetters).toEqual(
      new Map([
        ["not_finite", 1],
        ["syntax", 1],
      ]),
    );
    expect(life.sealed()[0]!.content.ledger.deadLetters).toEqual(
      new Map([
        ["not_finite", 1],
        ["syntax", 1],
      ]),
    );
    life.engine.close();
    const db = new SqliteDatabase(join(life.directory, "gateway.db"), { readonly: true });
    expect(db.prepare("SELECT client, topic, reason, CAST(payload AS TEXT) AS payload FROM dead_letter").all()).toEqual(
      [
        { client: "sensor-1", topic: "a/b", reason: "not_finite", payload: "NaN" },
        { client: "sensor-1", topic: "a/b", reason: "syntax", payload: '{"x":' },
      ],
    );
    db.close();
  });

  test("beyond their quota drop the oldest, and that is counted too", () => {
    const life = new Life({ engine: { deadLetterBytes: 2000 } });
    for (let i = 0; i < 20; i++) life.publish("a/b", `{${"x".repeat(100)}`);
    expect(life.engine.status().discards.get("dead_letter_quota")).toBeGreaterThan(10);
  });
});

test("a gateway is full before its quota is used up, however fast sensors fill it", () => {
  const life = new Life({ engine: { maxBytes: 64 * 2 ** 20 }, plan: { lengthsMs: [1000], raw: true } });
  const text = randomBytes(3 * 2 ** 20).toString("base64");
  // Within one tick of the clock: no look at the disk falls due by time.
  for (let i = 0; !life.engine.full && i < 1000; i++) {
    const start = (n: number): number => ((i * 100 + n) * 977) % 4_000_000;
    life.publishAll(
      "a/b",
      Array.from({ length: 100 }, (_, n) => JSON.stringify({ x: text.slice(start(n), start(n) + 3800) })),
    );
  }
  expect(life.engine.full).toBe(true);
  life.pass(1000);
  expect(life.engine.status().fillRatio).toBeLessThan(1);
});

test("a gateway that was full takes readings again once everything is replicated, although nothing new comes in", () => {
  const life = new Life({ engine: { maxBytes: 4 * 2 ** 20 }, plan: { lengthsMs: [1000], raw: true } });
  const replicateAll = (): void => {
    life.engine.mark(
      life.engine.streams().map(({ streamId, last }) => {
        const all = { prefix: last, islands: [] };
        return { streamId, durable: all, replicated: all };
      }),
    );
  };
  const longText = (): string => JSON.stringify({ x: randomBytes(1500).toString("base64") });
  // What is replicated goes as it comes; the journal does not.
  while (!life.engine.full) {
    for (let i = 0; i < 20; i++) life.publish("a/b", longText());
    life.pass(1000);
    replicateAll();
  }
  for (let second = 0; second < 200; second++) {
    life.pass(1000);
    replicateAll();
  }
  expect(life.engine.full).toBe(false);
});

describe("dead letters that are tried again", () => {
  const all = { after: 0, reason: undefined, limit: 100 };
  const wrong = { topic: "b/#", device: undefined, metric: undefined, decoder: "auto" as const };
  const options = (topic: string): ConstructorParameters<typeof Life>[0] => ({
    plan: { raw: true, lengthsMs: [] },
    routes: [
      {
        ...wrong,
        topic,
        timestamp: "arrival",
        unit: undefined,
        plausible: PLAUSIBLE,
        fields: undefined,
        columns: undefined,
        split: undefined,
      },
    ],
  });

  test("come in with their own time, and are readings or dead letters after a crash at any moment, never both", () => {
    const life = new Life(options("b/#"));
    life.publish("a/b", "21.5");
    life.publish("a/b", "NaN");
    const arrivedMs = life.nowMs;
    expect(life.engine.deadLetters(all).map(({ reason }) => reason)).toEqual(["no_route", "no_route"]);
    const next = life.crash({ ...options("a/#"), nowMs: arrivedMs + 60_000 });
    expect(next.engine.retryDeadLetters(all)).toMatchObject({ looked: 2, retried: 1, readings: 1, isEnd: true });
    expect(next.engine.deadLetters(all).map(({ id, reason }) => [id, reason])).toEqual([[2, "not_finite"]]);
    const last = next.crash(options("a/#"));
    expect(last.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 0, readings: 0 });
    last.pass(2000);
    expect(last.rawValues()).toEqual([21.5]);
    expect(last.engine.purgeDeadLetters(all)).toBe(1);
    expect(last.engine.status().discards.get("dead_letter_purged")).toBe(1);
  });

  const wide = (value: number, bytes: number): string => `{"x":${value}`.padEnd(bytes - 1) + "}";

  test("come in whatever their size; only one that is larger than the quota was cut, and that is said", () => {
    const large = { payloadBytes: 200_000 };
    const life = new Life({ ...options("b/#"), ...large });
    life.publish("a/b", wide(1, 150_000));
    const next = life.crash({ ...options("a/#"), ...large });
    expect(next.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 1, readings: 1, cut: 0 });
    next.publish("b/b", wide(2, 2 ** 20));
    const last = next.crash({ ...options("b/#"), payloadBytes: 2 ** 21 });
    expect(last.engine.deadLetters(all)).toMatchObject([{ size: 2 ** 20 }]);
    expect(last.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 0, readings: 0, cut: 1 });
    expect(last.engine.deadLetters(all)).toHaveLength(1);
  });

  test("are looked at in pages of a mebibyte, and one letter at least", () => {
    const room = { engine: { deadLetterBytes: 2 ** 24 }, payloadBytes: 2 ** 22 };
    const life = new Life({ ...options("b/#"), ...room });
    life.publish("a/b", wide(0, 2 ** 21));
    for (let x = 1; x <= 25; x++) life.publish("a/b", wide(x, 100_000));
    const query = { ...all, limit: 1000 };
    const pages: number[] = [];
    for (let after = 0, isEnd = false; !isEnd;) {
      const page = life.engine.deadLetters({ ...query, after });
      pages.push(page.length);
      isEnd = isLastPage(page, query);
      after = page.at(-1)?.id ?? after;
    }
    expect(pages).toEqual([1, 11, 11, 3]);
    const next = life.crash({ ...options("a/#"), ...room });
    let retried = 0;
    for (let after = 0, isEnd = false; !isEnd;) {
      const { last, ...retry } = next.engine.retryDeadLetters({ ...query, after });
      [after, isEnd, retried] = [last, retry.isEnd, retried + retry.retried];
    }
    expect(retried).toBe(26);
  });

  test("and thrown away by number and reason, as many as are asked for", () => {
    const life = new Life({ ...options("b/#"), engine: { deadLetterBytes: 2 ** 24 } });
    for (let x = 1; x <= 20; x++) life.publish("a/b", wide(x, 100_000));
    life.publish("b/b", "NaN");
    expect(life.engine.purgeDeadLetters({ ...all, after: 5, reason: "no_route", limit: 14 })).toBe(14);
    expect(life.engine.purgeDeadLetters({ ...all, after: 5, reason: "no_route", limit: 14 })).toBe(1);
    expect(life.engine.deadLetters(all).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 21]);
    expect(life.engine.status().discards.get("dead_letter_purged")).toBe(15);
  });
});

describe("what a region claims", () => {
  test("replaces its earlier claim, and survives a restart", () => {
    const life = new Life({ plan: { raw: true, lengthsMs: [] } });
    for (let x = 1; x <= 3; x++) {
      life.reading(x, x);
      life.pass(1000);
    }
    const { streamId } = life.engine.streams()[0]!;
    const claim = (
      seqs: number[],
    ): { streamId: StreamId; durable: ReturnType<typeof haveOf>; replicated: ReturnType<typeof haveOf> } => ({
      streamId,
      durable: haveOf(seqs),
      replicated: haveOf([]),
    });
    life.engine.mark([claim([1, 2, 3])]);
    expect(life.engine.status().outbox.undurableBatches).toBe(0);
    life.engine.mark([claim([1, 3])]);
    expect(life.engine.status().outbox.undurableBatches).toBe(1);
    const [stream] = life.crash().engine.streams();
    expect(heldCount(stream!.durable)).toBe(2);
  });
});

describe("a replicated batch", () => {
  /** Three sealed batches of one raw reading each. */
  function threeBatches(): Life {
    const life = new Life({ plan: { raw: true, lengthsMs: [] } });
    for (let x = 1; x <= 3; x++) {
      life.reading(x, x);
      life.pass(1000);
    }
    return life;
  }

  test("stays as one more copy for the time that the configuration says, then goes; others stay for ever", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 3]) }]);
    life.pass(3_590_000);
    expect(life.rawValues()).toEqual([1, 2, 3]);
    life.pass(20_000);
    expect(life.rawValues()).toEqual([2]);
    expect(life.engine.status().outbox).toMatchObject({ batches: 1, readings: 1, undurableBatches: 0 });
    const next = life.crash();
    expect(next.rawValues()).toEqual([2]);
    expect(next.engine.status().outbox).toEqual(life.engine.status().outbox);
  });

  test("goes also when a clock that was ahead sealed it", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 2, 3]) }]);
    const set = life.crash({ nowMs: life.nowMs - 3 * 365 * 86_400_000 });
    set.pass(20_000);
    expect(set.rawValues()).toEqual([]);
  });

  test("is not trimmed when the region no longer claims it", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 2, 3]) }]);
    life.engine.mark([{ streamId, durable: haveOf([1]), replicated: haveOf([1]) }]);
    life.pass(4_000_000);
    expect(life.rawValues()).toEqual([2, 3]);
    expect(life.engine.status().outbox).toMatchObject({ batches: 2, undurableBatches: 2, undurableReadings: 2 });
  });
});

describe("a disk that returns something else than was written is refused", () => {
  test("a journal row that fails its checksum", () => {
    const life = new Life();
    life.reading(1, 0);
    const directory = join(folder, "flipped");
    cpSync(life.directory, directory, { recursive: true });
    const db = new SqliteDatabase(join(directory, "gateway.db"));
    db.exec("UPDATE journal SET body = zeroblob(length(body))");
    db.close();
    expect(() => new Life({ directory })).toThrow(/journal row 1 \(1 readings\) fails its checksum/);
  });

  test("a write-ahead log that is gone", () => {
    const life = new Life();
    life.reading(1, 0);
    life.pass(11_000);
    life.reading(2, 1);
    life.pass(11_000);
    const directory = join(folder, "no-log");
    cpSync(life.directory, directory, { recursive: true });
    writeFileSync(join(directory, "gateway.db-wal"), "");
    expect(() => new Life({ directory })).toThrow(
      /journal ends at reading \d+, but reading 2 was stored|was cut short/,
    );
    copyFileSync(join(life.directory, "gateway.db-wal"), join(directory, "gateway.db-wal"));
    expect(new Life({ directory }).engine.status().journalSeq).toBe(2);
  });
});

test("a message over which decoding fails is a dead letter, and is read when the mistake is mended", () => {
  const life = new Life({ poison: "a/b" });
  life.publish("a/b", "1");
  life.publish("a/c", "2");
  expect(life.engine.status()).toMatchObject({ readings: 1, deadLetters: new Map([["decoder_failed", 1]]) });
  expect(life.engine.deadLetters({ after: 0, reason: undefined, limit: 10 })).toMatchObject([
    { topic: "a/b", detail: "TypeError: a mistake of ours" },
  ]);
  life.engine.close();
  const mended = new Life({ directory: life.directory, nowMs: START_MS + 1000 });
  expect(mended.engine.retryDeadLetters({ after: 0, reason: undefined, limit: 10 })).toMatchObject({ readings: 1 });
});
