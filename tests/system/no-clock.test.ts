import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { deployment, drained, eventually, readings, statusOf } from "../support/deployment.ts";

const SHIFTED_CLOCK = new URL("../../deploy/sandbox/shifted-clock.ts", import.meta.url).pathname;

test("[I21] a gateway that boots without time acknowledges, and dates its readings by their arrival once its clock is set", async () => {
  const site = await deployment({ edge: { windows: [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }] } });
  const file = join(site.directory, "clock");
  writeFileSync(file, String(60_000 - Date.now()));
  const environment = {
    TIDEMARK_SANDBOX_CLOCK: file,
    NODE_OPTIONS: `${process.env["NODE_OPTIONS"] ?? ""} --import ${SHIFTED_CLOCK}`.trim(),
  };
  await site.startRegion();
  await site.startGateway({ environment });
  expect(site.gateway!.output.join("\n")).toMatch(/clock shows 1970-.*held on disk/);

  const sentMs: number[] = [];
  const acknowledgedMs: number[] = [];
  const publish = async (count: number): Promise<void> => {
    const sensor = await connectAsync(site.mqttUrl, { protocolVersion: 5 });
    // Each waits for its PUBACK.
    for (let n = 0; n < count; n++) {
      sentMs.push(Date.now());
      await sensor.publishAsync("plant/press", `{"n":${sentMs.length}}`, { qos: 1 });
      acknowledgedMs.push(Date.now());
    }
    const own = { n: 0, ts: new Date(START_MS).toISOString() };
    await sensor.publishAsync("plant/own", JSON.stringify(own), { qos: 1 });
    await sensor.endAsync();
  };
  await publish(20);
  await site.gateway!.kill();
  await site.startGateway({ environment });
  await publish(20);
  const waiting = await statusOf({ url: site.gatewayUrl });
  expect(waiting.time).toMatchObject({ state: "waiting", waiting_for: "unset", held_messages: 42 });
  expect(waiting.sentence).toMatch(/^Waiting for the time: .* 42 messages are held on disk/);
  expect(waiting.readings.journaled).toBe(0);

  writeFileSync(file, "0");
  await eventually(
    () => statusOf({ url: site.gatewayUrl }),
    ({ time }) => time.state === "known" && time.held_messages === 0,
    {
      deadlineMs: 60_000,
      what: "the time is known",
    },
  );
  await publish(10);
  await drained(site, 60_000);
  const rows = await readings(site, { device: "plant/press", metric: "n" });
  const dated = rows
    .map(({ value, time }) => [Number(value), Date.parse(time!)] as const)
    .toSorted(([a], [b]) => a - b);
  expect(dated.map(([value]) => value)).toEqual(sentMs.map((_, i) => i + 1));
  for (const [i, [, timeMs]] of dated.entries()) {
    expect(timeMs - sentMs[i]!).toBeGreaterThan(-100);
    expect(timeMs - acknowledgedMs[i]!).toBeLessThan(100);
  }
  const own = await readings(site, { device: "plant/own", metric: "n" });
  expect(own.map(({ time }) => Date.parse(time!))).toEqual([START_MS, START_MS, START_MS]);
});

/** A device's own time. */
const START_MS = Math.floor(Date.now() / 1000) * 1000 - 5000;
