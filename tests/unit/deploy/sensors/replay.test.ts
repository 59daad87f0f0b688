import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replay, replaySentence, type ReplayOptions, type ReplayResult } from "../../../../deploy/sensors/replay.ts";
import { Fault } from "../../../../proto/core/fault.ts";
import { RecordingBroker } from "../../../support/recording-broker.ts";

const OCCUPANCY = fileURLToPath(new URL("../../../fixtures/occupancy.csv", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-replay-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function csv(text: string): Promise<string> {
  const file = join(folder, "office.csv");
  await writeFile(file, text);
  return file;
}

function run(file: string, broker: RecordingBroker, options: Partial<ReplayOptions> = {}): Promise<ReplayResult> {
  return replay(
    { file, broker: { url: broker.url }, speed: Infinity, qos: 1, ...options },
    new AbortController().signal,
  );
}

async function faultOf(replayed: Promise<unknown>): Promise<Fault> {
  const error = await replayed.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
}

describe("a replay", () => {
  it("ends when all 8,143 rows are acknowledged, in the order and with the digits of the file", async () => {
    await using broker = await RecordingBroker.open();
    const result = await run(OCCUPANCY, broker);
    expect(result).toMatchObject({ rows: 8_143, values: 40_715, acknowledged: 8_143, resent: 0, complete: true });
    expect(replaySentence({ ...result, seconds: 1.2 })).toBe("8,143 rows, 40,715 values, 8,143 acknowledged in 1.2 s");

    const [header, ...lines] = (await readFile(OCCUPANCY, "utf8")).trim().split("\n");
    const metrics = header!.split(",").slice(1);
    const expected = lines.map((line) => {
      const [time, ...values] = line.split(",");
      return `{"ts":"${time}",${metrics.map((metric, index) => `"${metric}":${values[index]}`).join(",")}}`;
    });
    expect(broker.received.map((message) => message.payload)).toEqual(expected);
    expect(new Set(broker.received.map((message) => message.topic))).toEqual(new Set(["replay/occupancy"]));
  });

  it("repeats unacknowledged messages with the DUP flag when the connection is lost", async () => {
    const times = Array.from({ length: 300 }, (_, row) => 1_423_072_260 + row);
    const file = await csv(`ts,a\n${times.map((time) => `${time},${time}\n`).join("")}`);
    await using broker = await RecordingBroker.open({ loseAt: 120 });
    const result = await run(file, broker, { inFlightMax: 20 });

    expect(result).toMatchObject({ rows: 300, acknowledged: 300, complete: true });
    expect(result.resent).toBeGreaterThan(0);
    const payloads = times.map((time) => `{"ts":${time},"a":${time}}`);
    expect(new Set(broker.received.map((message) => message.payload))).toEqual(new Set(payloads));
    const seen = new Set<string>();
    for (const { payload, dup } of broker.received) {
      if (seen.has(payload)) expect(dup).toBe(true);
      seen.add(payload);
    }
    expect(broker.received.filter((message) => message.dup)).toHaveLength(result.resent);
  });

  it("skips and counts empty cells and empty rows", async () => {
    await using broker = await RecordingBroker.open();
    const file = await csv("ts,a,b\n1423072260,1,\n1423072261,,NaN\n1423072262,2,3\n");
    const result = await run(file, broker, { topic: "x/y" });
    expect(result).toMatchObject({
      rows: 2,
      values: 3,
      acknowledged: 2,
      missingValues: 3,
      emptyRows: 1,
      complete: true,
    });
    expect(broker.received.map((message) => message.payload)).toEqual([
      '{"ts":1423072260,"a":1}',
      '{"ts":1423072262,"a":2,"b":3}',
    ]);
  });

  it("keeps the times between the rows, divided by the speed", async () => {
    await using broker = await RecordingBroker.open();
    const file = await csv("ts,a\n1423072260,1\n1423072320,2\n");
    const result = await run(file, broker, { speed: 600 });
    expect(result.seconds).toBeGreaterThanOrEqual(0.099);
  });

  it("stops when the signal fires, and reports what is acknowledged", async () => {
    await using broker = await RecordingBroker.open();
    const stop = new AbortController();
    const file = await csv("ts,a\n1423072260,1\n1433072260,2\n");
    const replayed = replay({ file, broker: { url: broker.url }, speed: 1, qos: 1 }, stop.signal);
    await expect.poll(() => broker.received.length).toBe(1);
    stop.abort();
    const result = await replayed;
    expect(result).toMatchObject({ rows: 1, acknowledged: 1, complete: false });
    expect(replaySentence(result)).toMatch(/stopped before the end$/);
  });

  it("names the line of a bad row, after the rows before it are acknowledged", async () => {
    await using broker = await RecordingBroker.open();
    const file = await csv("ts,a\n1423072260,1\n1423072261,2\nlater,3\n");
    const fault = await faultOf(run(file, broker));
    expect(fault.code).toBe("file");
    expect(fault.message).toBe('office.csv:4: ts: "later" is not a time');
    expect(fault.hint).toMatch(/; the 2 rows before it are acknowledged$/);
    expect(broker.received).toHaveLength(2);
  });

  it("reports a broker that cannot be reached", async () => {
    const { url } = await RecordingBroker.open().then(async (broker) => {
      await broker[Symbol.asyncDispose]();
      return broker;
    });
    const options = { file: OCCUPANCY, broker: { url }, speed: Infinity, qos: 1, connectTimeoutMs: 300 } as const;
    const fault = await faultOf(replay(options, new AbortController().signal));
    expect(fault.code).toBe("unreachable");
    expect(fault.line).toMatch(
      /^mqtt:\/\/127\.0\.0\.1:\d+: no answer from the broker for 0\.3 s: connect ECONNREFUSED/,
    );
  });

  it("reports a broker that refuses it", async () => {
    await using broker = await RecordingBroker.open({ refuse: true });
    const fault = await faultOf(run(OCCUPANCY, broker));
    expect(fault.code).toBe("unauthorized");
    expect(fault.message).toMatch(/ refused a client without username: /);
  });

  it("refuses a topic with a wildcard", async () => {
    await using broker = await RecordingBroker.open();
    const fault = await faultOf(run(OCCUPANCY, broker, { topic: "a/+/b" }));
    expect(fault.code).toBe("usage");
  });
});
