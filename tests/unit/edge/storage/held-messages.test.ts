import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { TimeRules } from "../../../../edge/core/storage/gateway-time.ts";
import { TIME_RULES } from "../../../../edge/core/storage/gateway-time.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";
import { openGatewayDisk } from "../../../../edge/storage/gateway-disk.ts";
import type { TimeNote } from "../../../../edge/storage/held-messages.ts";
import { PublishChunkWriter } from "../../../../edge/storage/publish-chunk.ts";
import { StorageEngine } from "../../../../edge/storage/storage-engine.ts";
import type { ClockSource } from "../../../../proto/core/reading.ts";
import type { Millis, MonotonicMs } from "../../../../proto/core/ids.ts";
import { uuidV7 } from "../../../../proto/core/uuid-v7.ts";
import { openBatch, readRawColumns } from "../../../../proto/wire/batch-codec.ts";

/** The true time, which the gateway does not know until its clock is set. */
const START_MS = Date.UTC(2026, 10, 20, 12);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-held-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** A machine with a process of a gateway. Its wall clock is wrong by `wrongByMs`; monotonic time begins at the boot. */
class Machine {
  static #lives = 0;
  trueMs: number;
  /** The time that the clock shows minus the true time. */
  wrongByMs: number;
  readonly bootedMs: number;
  readonly bootId: string;
  readonly directory: string;
  readonly engine: StorageEngine;
  readonly notes: TimeNote[] = [];
  readonly #writer = new PublishChunkWriter({ tableLimit: 100, initialBytes: 256 });
  readonly #rules: TimeRules;

  constructor(given: {
    trueMs: number;
    bootedMs: number;
    bootId: string;
    wrongByMs: number;
    directory?: string;
    rules?: TimeRules;
    maxBytes?: number;
  }) {
    this.trueMs = given.trueMs;
    this.bootedMs = given.bootedMs;
    this.bootId = given.bootId;
    this.wrongByMs = given.wrongByMs;
    this.directory = given.directory ?? join(folder, "disk");
    this.#rules = given.rules ?? TIME_RULES;
    const life = ++Machine.#lives;
    const maxBytes = given.maxBytes ?? 2 ** 30;
    this.engine = StorageEngine.open(
      {
        clock: {
          nowMs: () => Math.floor(this.trueMs + this.wrongByMs) as Millis,
          monotonicMs: () => this.trueMs as unknown as MonotonicMs,
        },
        boot: {
          id: this.bootId,
          beganMs: 0,
          elapsedMs: () => this.trueMs - this.bootedMs,
          synchronized: () => undefined,
        },
        decoder: createDecoder({
          routes: [],
          unrouted: "auto",
          timeZone: "UTC",
          limits: { depth: 8, values: 100, payloadBytes: 4096 },
        }),
        disk: openGatewayDisk(this.directory, { maxBytes }),
        mintStreamId: (nowMs) => uuidV7(nowMs, new Uint8Array(10).fill(life)),
      },
      {
        gateway: "plant-7",
        directory: this.directory,
        maxBytes,
        deadLetterBytes: 2 ** 20,
        keepReplicatedMs: 3_600_000,
        seriesMax: 1000,
        deliveriesRemembered: 1024,
        sealBytes: 65_536,
        sealAfterMs: 1000,
        time: this.#rules,
        rules: [
          {
            match: { device: "*", metric: "*" },
            plan: {
              lengthsMs: [10_000],
              raw: true,
              quantiles: false,
              outOfOrdernessMs: 0,
              idleTimeoutMs: 5000,
              allowedLatenessMs: 60_000,
              haMode: "auto",
              pair: false,
              arrivalToleranceMs: 500,
              onSchemaChange: "accept",
            },
          },
        ],
      },
    );
    onTestFinished(() => this.engine.close());
  }

  /** Switched on at this true time, with a clock that starts in 1970. */
  static unset(
    given: { trueMs?: number; bootId?: string; directory?: string; rules?: TimeRules; maxBytes?: number } = {},
  ): Machine {
    const { trueMs = START_MS, bootId = "first", ...rest } = given;
    return new Machine({ ...rest, trueMs: trueMs + 4000, bootedMs: trueMs, bootId, wrongByMs: -trueMs });
  }

  /** One commit with one message for each value. */
  publish(values: readonly number[], options: { packetId?: number; dup?: boolean; payload?: string } = {}): void {
    for (const value of values) {
      this.#writer.add({
        clientId: "sensor-1",
        topic: "a/x",
        payload: Buffer.from(options.payload ?? String(value)),
        qos: options.packetId === undefined ? 0 : 1,
        dup: options.dup ?? false,
        packetId: options.packetId ?? 0,
        arrivedMs: Math.floor(this.trueMs + this.wrongByMs),
      });
    }
    this.#commit([this.#writer.take(undefined)]);
  }

  pass(ms: number): void {
    this.trueMs += ms;
    if (this.engine.idleWorkDue()) this.#commit([]);
  }

  /** Regions claim everything that is sealed. */
  replicateAll(): void {
    this.engine.mark(
      this.engine.streams().map(({ streamId, last }) => {
        const all = { prefix: last, islands: [] };
        return { streamId, durable: all, replicated: all };
      }),
    );
  }

  setClock(): void {
    this.wrongByMs = 0;
  }

  /** Another process on the disk as SIGKILL or a power cut at this moment leaves it. */
  killed(change: {
    bootId?: string;
    offMs?: number;
    bootedMs?: number;
    wrongByMs?: number;
    rules?: TimeRules;
  }): Machine {
    const directory = join(folder, `after-${readdirSync(folder).length}`);
    cpSync(this.directory, directory, { recursive: true });
    const { bootId, bootedMs, wrongByMs } = this;
    return new Machine({
      bootId,
      bootedMs,
      wrongByMs,
      ...change,
      trueMs: this.trueMs + (change.offMs ?? 0),
      directory,
    });
  }

  /** The sealed readings: value, time in milliseconds after the start, and the source of that time. */
  sealed(): [number, number, ClockSource][] {
    this.pass(1000);
    this.pass(1000);
    return this.engine.streams().flatMap(({ streamId, first, last }) => {
      const seqs = Array.from({ length: last - first + 1 }, (_, i) => (first + i) as typeof first);
      return this.engine.read({ streamId, seqs, maxBytes: Infinity }).flatMap((batch) => {
        const opened = openBatch(batch);
        if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
        return opened.rawSlices.flatMap((slice) => {
          const { timesMs, values, clock } = readRawColumns(slice.columns);
          return Array.from(values, (value, i): [number, number, ClockSource] => [
            Number(value),
            timesMs[i]! - START_MS,
            clock,
          ]);
        });
      });
    });
  }

  #commit(chunks: Parameters<StorageEngine["commit"]>[0]): void {
    const { time } = this.engine.commit(chunks);
    if (time !== undefined) this.notes.push(time);
  }
}

describe("[I21] messages that come before the time is known", () => {
  test("are held, and become readings with their time of arrival, in order, when the clock is set", () => {
    const machine = Machine.unset();
    machine.publish([1]);
    machine.pass(2500);
    machine.publish([2, 3]);
    machine.pass(5000);
    expect(machine.engine.status()).toMatchObject({ journalSeq: 0, heldMessages: 3, time: { kind: "waiting" } });
    expect(machine.engine.streams()).toEqual([]);
    machine.setClock();
    machine.publish([4]);
    expect(machine.engine.status()).toMatchObject({ journalSeq: 4, heldMessages: 0, time: { kind: "known" } });
    expect(machine.notes).toMatchObject([{ kind: "known", held: 0, nowMs: START_MS + 11_500 }]);
    expect(machine.sealed()).toEqual([
      [1, 4000, "none"],
      [2, 6500, "none"],
      [3, 6500, "none"],
      [4, 11_500, "none"],
    ]);
  });

  test("keep their own time, which is checked against their true time of arrival", () => {
    const machine = Machine.unset();
    machine.publish([0], { payload: `{"x":1,"ts":${START_MS + 3000}}` });
    machine.publish([0], { payload: `{"x":2,"ts":${START_MS + 86_400_000}}` });
    machine.setClock();
    expect(machine.sealed()).toEqual([
      [1, 3000, "device"],
      [2, 4000, "suspect"],
    ]);
  });

  test("are decoded also when no other message follows", () => {
    const machine = Machine.unset();
    machine.publish([1]);
    machine.setClock();
    machine.pass(50);
    expect(machine.engine.status()).toMatchObject({ journalSeq: 1, heldMessages: 0 });
    expect(machine.engine.idleWorkDue()).toBe(false);
  });

  test("are recognised when they are redelivered, before and after they are decoded", () => {
    const machine = Machine.unset();
    machine.publish([1], { packetId: 7 });
    machine.publish([1], { packetId: 7, dup: true });
    const next = machine.killed({});
    next.publish([1], { packetId: 7, dup: true });
    next.setClock();
    next.pass(50);
    next.publish([1], { packetId: 7, dup: true });
    expect(next.engine.status()).toMatchObject({ journalSeq: 1, redelivered: 3 });
  });

  test("become dead letters with their true time of arrival when they cannot be decoded, and can be retried", () => {
    const machine = Machine.unset();
    machine.publish([0], { payload: "{" });
    machine.setClock();
    machine.pass(50);
    const [letter] = machine.engine.deadLetters({ after: 0, reason: undefined, limit: 10 });
    expect(letter).toMatchObject({ reason: "syntax", arrivedMs: START_MS + 4000, clockKnown: 1 });
  });

  test("survive any number of kills in one boot, each exactly once with its own time", () => {
    let machine = Machine.unset();
    for (let x = 0; x < 40; x++) {
      machine.publish([x]);
      machine.pass(100);
      if (x % 7 === 3) machine = machine.killed({});
    }
    machine.setClock();
    machine = machine.killed({ wrongByMs: 0 });
    machine.pass(50);
    machine = machine.killed({ wrongByMs: 0 });
    expect(machine.sealed()).toEqual(Array.from({ length: 40 }, (_, x) => [x, 4000 + 100 * x, "none"]));
  });

  test("are decoded in bounded steps, a kill may follow each, and new messages wait behind them", () => {
    let machine = Machine.unset();
    const payload = `{"x":1,"pad":"${"p".repeat(4000)}"}`;
    for (let n = 0; n < 5; n++)
      machine.publish(
        Array.from({ length: 100 }, () => 0),
        { payload },
      );
    machine.setClock();
    let commits = 0;
    for (; machine.engine.status().heldMessages > 0; commits++) {
      const before = machine.engine.status().heldMessages;
      if (commits < 2) machine.publish([0], { payload });
      else machine.pass(1);
      expect(before - machine.engine.status().heldMessages).toBeLessThanOrEqual(600);
      machine = machine.killed({ wrongByMs: 0 });
    }
    expect(commits).toBeGreaterThanOrEqual(3);
    expect(machine.engine.status().journalSeq).toBe(502 * 2);
  });
});

describe("[I21] when the boot ended before its time was known", () => {
  test("readings are dated before the next boot, with their true distances, and marked", () => {
    const first = Machine.unset();
    first.publish([1]);
    first.pass(3000);
    first.publish([2]);
    const bootedMs = START_MS + 60_000;
    const second = first.killed({ bootId: "second", offMs: 70_000 - 7000, bootedMs, wrongByMs: -bootedMs });
    second.publish([3]);
    second.setClock();
    second.pass(50);
    expect(second.engine.status()).toMatchObject({ journalSeq: 3, heldMessages: 0 });
    expect(second.sealed()).toEqual([
      [1, 57_000, "suspect"],
      [2, 60_000, "suspect"],
      [3, 70_000, "none"],
    ]);
  });

  test("also when a kill comes after the clock was set and before the last of them is decoded", () => {
    const first = Machine.unset();
    const payload = `{"x":1,"pad":"${"p".repeat(4000)}"}`;
    for (let n = 0; n < 3; n++)
      first.publish(
        Array.from({ length: 100 }, () => 0),
        { payload },
      );
    let machine = first.killed({ bootId: "second", offMs: 60_000, bootedMs: START_MS + 50_000, wrongByMs: 0 });
    const times = new Set<number>();
    for (let n = 0; n < 6; n++) {
      machine.pass(400);
      machine = machine.killed({ wrongByMs: 0 });
    }
    machine.publish([0], { payload: `{"x":2}` });
    for (const [value, timeMs, clock] of machine.sealed()) {
      if (value === 1) times.add(timeMs);
      if (value === 1) expect(clock).toBe("suspect");
    }
    expect([...times]).toEqual([50_000]);
    expect(machine.engine.status()).toMatchObject({ journalSeq: 601, heldMessages: 0 });
  });

  test("but not when it ended later: then they have the time that was known", () => {
    const first = Machine.unset();
    const payload = `{"x":1,"pad":"${"p".repeat(4000)}"}`;
    for (let n = 0; n < 10; n++)
      first.publish(
        Array.from({ length: 100 }, () => 0),
        { payload },
      );
    first.setClock();
    first.pass(1);
    expect(first.engine.status().heldMessages).toBeGreaterThan(0);
    const bootedMs = START_MS + 9_000_000;
    const second = first.killed({ bootId: "second", offMs: 9_000_000, bootedMs, wrongByMs: 0 });
    while (second.engine.status().heldMessages > 0) second.pass(1);
    const times = second.sealed().filter(([value]) => value === 1);
    expect(new Set(times.map(([, timeMs, clock]) => `${timeMs} ${clock}`))).toEqual(new Set(["4000 none"]));
  });
});

describe("[I21] a clock that starts behind the newest time on the disk", () => {
  test("makes the gateway wait; readings get their true time when it is set", () => {
    const machine = Machine.unset();
    machine.setClock();
    machine.publish([1]);
    const bootedMs = START_MS + 7_200_000;
    const second = machine.killed({ bootId: "second", offMs: 7_200_000, bootedMs, wrongByMs: -7_500_000 });
    second.publish([2]);
    expect(second.engine.status()).toMatchObject({ heldMessages: 1, time: { kind: "waiting", why: "behind" } });
    second.setClock();
    second.pass(50);
    expect(second.sealed().at(-1)).toEqual([2, 7_204_000, "none"]);
  });

  test("is believed after ten minutes, because the time on the disk may be the wrong one", () => {
    const ahead = new Machine({ trueMs: START_MS, bootedMs: START_MS, bootId: "first", wrongByMs: 31_536_000_000 });
    ahead.publish([1]);
    const second = ahead.killed({ bootId: "second", bootedMs: START_MS, wrongByMs: 0 });
    second.publish([2]);
    second.pass(599_000);
    expect(second.engine.status().heldMessages).toBe(1);
    second.pass(1000);
    expect(second.engine.status()).toMatchObject({ heldMessages: 0, time: { kind: "known" } });
    expect(second.sealed().find(([value]) => value === 2)).toEqual([2, 0, "none"]);
  });
});

test.each([
  ["small", 4, (): string => `{"x":${Math.round(performance.now())}}`],
  ["long texts that do not compress", 8, (): string => JSON.stringify({ x: randomBytes(2000).toString("base64") })],
])("[I27] a disk that is full of held messages, %s, has room again once the time is known", (_, mebibytes, payload) => {
  const machine = Machine.unset({ maxBytes: mebibytes * 2 ** 20 });
  let messages = 0;
  while (!machine.engine.full) {
    machine.publish(
      Array.from({ length: 500 }, () => 0),
      { payload: payload() },
    );
    machine.pass(100);
    messages += 500;
  }
  machine.setClock();
  for (let step = 0; machine.engine.status().heldMessages > 0; step++) {
    expect(step).toBeLessThan(5000);
    machine.pass(20);
    machine.replicateAll();
  }
  for (let second = 0; second < 30; second++) {
    machine.pass(1000);
    machine.replicateAll();
  }
  expect(machine.engine.full).toBe(false);
  expect(machine.engine.status().journalSeq).toBe(messages);
});

test("[I27] a disk that is full of held messages has the room to decode them, also while no region is reachable", () => {
  const machine = Machine.unset({ maxBytes: 8 * 2 ** 20 });
  let messages = 0;
  for (; !machine.engine.full; messages += 50) {
    const payload = JSON.stringify({ x: randomBytes(2000).toString("base64") });
    machine.publish(
      Array.from({ length: 50 }, () => 0),
      { payload },
    );
    machine.pass(100);
  }
  machine.setClock();
  for (let step = 0; step < 2000 && machine.engine.status().heldMessages > 0; step++) machine.pass(20);
  expect(machine.engine.status()).toMatchObject({ journalSeq: messages, heldMessages: 0 });
});

test("[I21] a clock that is lost while the time is known changes nothing: monotonic time continues", () => {
  const machine = new Machine({ trueMs: START_MS, bootedMs: START_MS - 5000, bootId: "first", wrongByMs: 0 });
  machine.publish([1]);
  machine.wrongByMs = -START_MS;
  machine.pass(2000);
  machine.publish([2]);
  const next = machine.killed({});
  next.pass(1000);
  next.publish([3]);
  expect(next.sealed().toSorted(([a], [b]) => a - b)).toEqual([
    [1, 0, "none"],
    [2, 2000, "none"],
    [3, 3000, "none"],
  ]);
});

test("after the configured wait readings have the time of the clock, and are marked", () => {
  const rules = { ...TIME_RULES, maxWaitMs: 30_000 };
  const machine = Machine.unset({ rules });
  machine.publish([1]);
  machine.pass(30_000);
  machine.publish([2]);
  expect(machine.notes).toMatchObject([{ kind: "given_up" }]);
  expect(machine.sealed()).toEqual([
    [1, 4000 - START_MS, "suspect"],
    [2, 34_000 - START_MS, "suspect"],
  ]);
});
