import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { PLAUSIBLE } from "../../../../edge/decode/route.ts";
import { isLastPage } from "../../../../edge/core/storage/dead-letter-page.ts";
import type { StorageLifeOptions } from "../../../support/storage-life.ts";
import { START_MS, StorageLife } from "../../../support/storage-life.ts";

describe("[P5] nothing is dropped without a count", () => {
  test("nulls, and fields that have the name of a time but another value, in a message with readings", () => {
    const life = new StorageLife();
    life.publish("a/b", '{"x":1,"y":null,"time":42.5,"uptime":3}');
    expect(Object.fromEntries(life.engine.status().ignored)).toEqual({ null: 1, not_a_time: 1 });
    expect(life.engine.status().journalSeq).toBe(2);
  });

  test("a reading of one series too many, which becomes a dead letter", () => {
    const life = new StorageLife({ engine: { seriesMax: 2 } });
    for (const topic of ["a/1", "a/2", "a/3", "a/2"]) life.publish(topic, "1");
    expect(life.engine.status()).toMatchObject({ series: 2, journalSeq: 3 });
    expect(Object.fromEntries(life.engine.status().deadLetters)).toEqual({ too_many_series: 1 });
  });
});

describe("[P5] dead letters", () => {
  test("are stored with their reason and counted; a batch reports the count even without a record", () => {
    const life = new StorageLife();
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

  test("are deleted above their quota, the oldest first, and counted", () => {
    const life = new StorageLife({ engine: { deadLetterBytes: 2000 } });
    for (let i = 0; i < 20; i++) life.publish("a/b", `{${"x".repeat(100)}`);
    expect(life.engine.status().discards.get("dead_letter_quota")).toBeGreaterThan(10);
  });
});

describe("dead letters that are retried", () => {
  const all = { after: 0, reason: undefined, limit: 100 };
  const wrong = { topic: "b/#", device: undefined, metric: undefined, decoder: "auto" as const };
  const options = (topic: string): StorageLifeOptions => ({
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

  test("[P2] keep their own time, and are readings or dead letters after a crash, never both", () => {
    const life = new StorageLife(options("b/#"));
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

  test("are decoded whatever their size; one larger than the quota was cut, and is counted as cut", () => {
    const large = { payloadBytes: 200_000 };
    const life = new StorageLife({ ...options("b/#"), ...large });
    life.publish("a/b", wide(1, 150_000));
    const next = life.crash({ ...options("a/#"), ...large });
    expect(next.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 1, readings: 1, cut: 0 });
    next.publish("b/b", wide(2, 2 ** 20));
    const last = next.crash({ ...options("b/#"), payloadBytes: 2 ** 21 });
    expect(last.engine.deadLetters(all)).toMatchObject([{ size: 2 ** 20 }]);
    expect(last.engine.retryDeadLetters(all)).toMatchObject({ looked: 1, retried: 0, readings: 0, cut: 1 });
    expect(last.engine.deadLetters(all)).toHaveLength(1);
  });

  test("are read in pages of a mebibyte, or of one dead letter if it is larger", () => {
    const room = { engine: { deadLetterBytes: 2 ** 24 }, payloadBytes: 2 ** 22 };
    const life = new StorageLife({ ...options("b/#"), ...room });
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
      after = last;
      isEnd = retry.isEnd;
      retried += retry.retried;
    }
    expect(retried).toBe(26);
  });

  test("are deleted by id, reason and number", () => {
    const life = new StorageLife({ ...options("b/#"), engine: { deadLetterBytes: 2 ** 24 } });
    for (let x = 1; x <= 20; x++) life.publish("a/b", wide(x, 100_000));
    life.publish("b/b", "NaN");
    expect(life.engine.purgeDeadLetters({ ...all, after: 5, reason: "no_route", limit: 14 })).toBe(14);
    expect(life.engine.purgeDeadLetters({ ...all, after: 5, reason: "no_route", limit: 14 })).toBe(1);
    expect(life.engine.deadLetters(all).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 21]);
    expect(life.engine.status().discards.get("dead_letter_purged")).toBe(15);
  });
});

test("[P5] a message at which the decoder throws is a dead letter, and can be retried after the mistake is corrected", () => {
  const life = new StorageLife({ poison: "a/b" });
  life.publish("a/b", "1");
  life.publish("a/c", "2");
  expect(life.engine.status()).toMatchObject({ readings: 1, deadLetters: new Map([["decoder_failed", 1]]) });
  expect(life.engine.deadLetters({ after: 0, reason: undefined, limit: 10 })).toMatchObject([
    { topic: "a/b", detail: "TypeError: a mistake of ours" },
  ]);
  life.engine.close();
  const corrected = new StorageLife({ directory: life.directory, nowMs: START_MS + 1000 });
  expect(corrected.engine.retryDeadLetters({ after: 0, reason: undefined, limit: 10 })).toMatchObject({ readings: 1 });
});
