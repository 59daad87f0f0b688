import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SchemaChange } from "../../../../edge/storage/schema-policy.ts";
import { START_MS, StorageLife } from "../../../support/storage-life.ts";

describe("[I19] a metric that changes its type or unit", () => {
  const shown = (life: StorageLife): string[] =>
    life
      .windows()
      .toSorted((a, b) => a.windowStartMs - b.windowStartMs || a.part - b.part)
      .map(({ windowStartMs, unit, later, revision, summary: { count, sum, first } }) => {
        const values = later ? "later" : "first";
        return `${windowStartMs - START_MS} ${unit} ${values} r${revision} ${count} ${sum} ${typeof first}`;
      });
  const publish = (life: StorageLife, text: string): void => void life.publish("a/b", text);

  test("has separate windows for each type and unit, also for late readings and after a replay", () => {
    const life = new StorageLife();
    for (const text of ["20 °C", "70 °F", "on", "22"]) publish(life, text);
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
        // A number without a unit has the last unit of the numbers.
        "0 °F later r0 2 92 number",
        "0 null later r0 1 1 boolean",
      ]);
      // Each is a separate slot in every region.
      expect(new Set(one.windows().map(({ part }) => part)).size).toBe(3);
      one.nowMs = START_MS + 6000;
      publish(one, "71 °F");
      one.pass(8000);
      expect(shown(one)).toContain("0 °F later r1 3 163 number");
    }
  });

  test("has the same windows and history after a crash at any moment", async () => {
    const texts = fc.array(fc.constantFrom("1 °C", "10 °F", "100", "off", "gone", "1000 K"), {
      minLength: 1,
      maxLength: 14,
    });
    await fc.assert(
      fc.asyncProperty(texts, fc.nat(13), fc.boolean(), async (all, crashAt, closed) => {
        const whole = new StorageLife();
        let broken = new StorageLife();
        for (const [i, text] of all.entries()) {
          for (const life of [whole, broken]) {
            life.nowMs = START_MS + i * 1500;
            publish(life, text);
          }
          if (i !== crashAt) continue;
          if (closed) broken.engine.close();
          broken = broken.crash();
        }
        for (const life of [whole, broken]) life.pass(20_000);
        const last = (life: StorageLife): string[] => {
          // The latest revision of each slot. Revision numbers are left out, because a restart adds one.
          const slots = new Map(life.windows().map((one) => [`${one.windowStartMs}/${one.part}`, one]));
          return [...slots]
            .map(([slot, { unit, later, summary }]) => JSON.stringify([slot, unit, later, summary]))
            .toSorted();
        };
        expect(last(broken)).toEqual(last(whole));
        const listed = (life: StorageLife) =>
          life.engine.schema({ device: null, metric: null, after: -1, limit: 10 }).metrics;
        expect(listed(broken)).toEqual(listed(whole));
      }),
      { numRuns: 12 },
    );
  });

  test("whose unit becomes known does not change; its unsealed readings get the unit", () => {
    const life = new StorageLife({ plan: { raw: true } });
    for (const text of ["20", "21 °C", "22"]) publish(life, text);
    life.pass(6000);
    expect(shown(life)).toEqual(["0 °C first r0 3 63 number"]);
    expect(life.engine.status().schemaChanges).toEqual(new Map());
    expect(life.crash().engine.status().series).toBe(1);
  });

  test("is reported once for each new type or unit, and counted at each change", () => {
    const life = new StorageLife();
    const reported: SchemaChange[] = [];
    for (let i = 0; i < 20; i++) reported.push(...life.publish("a/b", i % 2 === 0 ? "20 °C" : "70 °F").schemaChanges);
    expect(reported).toEqual([
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

  test("too often makes dead letters, so that no sensor fills the memory", () => {
    const life = new StorageLife();
    for (let i = 0; i < 20; i++) publish(life, `1 u${String.fromCodePoint(97 + i)}`);
    publish(life, "1 ua");
    expect(life.engine.status()).toMatchObject({ series: 16, journalSeq: 17 });
    expect(life.engine.status().deadLetters).toEqual(new Map([["too_many_versions", 4]]));
  });

  describe("with the policy dead_letter", () => {
    const waits = { plan: { onSchemaChange: "dead_letter", raw: true, lengthsMs: [] } } as const;
    const all = { after: 0, reason: undefined, limit: 100 };

    test("[I20] makes the whole message a dead letter, which is taken once when the policy accepts it", () => {
      const life = new StorageLife(waits);
      life.publish("a/b", '{"x":1,"y":2}');
      life.publish("a/b", '{"x":3,"y":"gone","z":4}');
      life.publish("a/b", '{"x":5,"y":6}');
      expect(life.engine.status()).toMatchObject({ journalSeq: 4, series: 2, schemaChanges: new Map() });
      const [letter] = life.engine.deadLetters(all);
      expect(letter).toMatchObject({ reason: "schema_change" });
      expect(letter!.detail).toBe(
        "y was number and is text now; to accept this, set schema.on_change, or on_schema_change of its window rule, to accept, and retry",
      );
      expect(life.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 0, readings: 0 });
      const next = life.crash({ plan: { raw: true, lengthsMs: [] } });
      expect(next.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 1, readings: 3 });
      expect(next.engine.retryDeadLetters(all)).toMatchObject({ looked: 0 });
      next.pass(2000);
      expect(next.rawValues().map(String).toSorted()).toEqual(["1", "2", "3", "4", "5", "6", "gone"]);
    });

    test("[I20] makes a message a dead letter that gives a new series two units", () => {
      const life = new StorageLife(waits);
      life.publish("m", '[{"n":"t","u":"Cel","v":20},{"n":"t","u":"Far","v":70}]');
      expect(life.engine.status()).toMatchObject({ journalSeq: 0, series: 0 });
      expect(life.engine.deadLetters(all)).toMatchObject([{ reason: "schema_change" }]);
      life.publish("m", '[{"n":"t","u":"Far","v":70}]');
      expect(life.engine.status()).toMatchObject({ journalSeq: 1, series: 1 });
    });

    test("accepts a unit for a metric that had none", () => {
      const life = new StorageLife(waits);
      for (const text of ["20", "21 °C", "22"]) publish(life, text);
      expect(life.engine.status()).toMatchObject({ journalSeq: 3, deadLetters: new Map() });
    });
  });

  test("keeps its unit on a disk of an earlier version, which stored one unit for each metric", () => {
    const life = new StorageLife();
    for (const text of ["20 °C", "21"]) publish(life, text);
    publish(life, "1");
    life.publish("a/c", "5");
    life.engine.close();
    const path = join(life.directory, "gateway.db");
    const db = new SqliteDatabase(path);
    // The tables as migrations 001 and 002 create them.
    db.exec(`CREATE TABLE old (id INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL, unit TEXT,
               evicted_end_ms REAL, UNIQUE (device, metric)) STRICT;
             INSERT INTO old SELECT id, device, metric, unit, evicted_end_ms FROM series;
             DROP TABLE series; ALTER TABLE old RENAME TO series;
             DROP TABLE held_message; DROP TABLE boot; DROP INDEX dead_letter_alias;
             ALTER TABLE dead_letter DROP COLUMN clock_known; ALTER TABLE dead_letter DROP COLUMN format;
             DROP TABLE damaged_row; DROP TABLE voided_batch;
             ${CHECKED_TABLES.map((table) => `ALTER TABLE ${table} DROP COLUMN crc`).join(";")};
             PRAGMA user_version = 2`);
    db.close();
    const next = new StorageLife({ directory: life.directory, nowMs: START_MS + 1000 });
    next.publish("a/c", "on");
    publish(next, "70 °F");
    expect(next.engine.schema({ device: null, metric: null, after: -1, limit: 10 }).metrics).toMatchObject([
      {
        metric: "b",
        changes: 1,
        versions: [
          { type: "number", unit: "°C" },
          { type: "number", unit: "°F" },
        ],
      },
      // Its earlier type is not known.
      { metric: "c", changes: 0, versions: [{ type: "boolean", unit: null }] },
    ]);
  });

  test("goes back and forth between two series, and raw readings keep their unit", () => {
    const life = new StorageLife({ plan: { raw: true } });
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

/** Tables of migrations 001 and 002 whose rows have a checksum since migration 005. */
const CHECKED_TABLES = [
  "meta",
  "delivery",
  "window_state",
  "stream",
  "batch",
  "dead_letter",
  "ledger",
  "decoder_memory",
];
