import { existsSync, globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { deployment, drained, readings, records, statusOf } from "../support/deployment.ts";
import { UniqueSensors } from "../support/unique-sensors.ts";

const FAKETIME = globSync("/usr/lib/*/faketime/libfaketime.so.1").find((path) => existsSync(path));
if (FAKETIME === undefined) console.warn("skipped: faketime is not installed (apt-get install faketime)");

test.skipIf(FAKETIME === undefined)(
  "a clock that was never set, that jumps ahead for a year and that goes back loses nothing and counts nothing twice",
  async () => {
    const site = await deployment({
      edge: {
        log: { format: "json" },
        windows: [{ lengths: ["10s"], raw: true, idle_timeout: "1s", allowed_lateness: "1m" }],
      },
    });
    const offset = join(site.directory, "offset");
    const clock = (to: string): void => writeFileSync(offset, `${to}\n`);
    const environment = {
      LD_PRELOAD: FAKETIME!,
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_NO_CACHE: "1",
      // Durations are measured by the monotonic clock, which no administrator sets.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
    await site.startRegion();
    clock("-20000d");
    await site.startGateway({ environment });
    expect(site.gateway!.output.join("\n")).toMatch(/clock shows 197\d-.*held on disk/);

    const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 2, inFlight: 50 });
    onTestFinished(() => sensors.close());
    await sensors.publish(200);
    expect(await statusOf({ url: site.gatewayUrl })).toMatchObject({ time: { state: "waiting", held_messages: 200 } });
    for (const jump of ["+0", "-20000d", "+0", "+365d", "-3600", "-20000d", "+0"]) {
      clock(jump);
      await sensors.publish(200);
      // Windows that were opened under one clock must close, even if the next clock never reaches their end.
      await drained(site, 60_000);
    }
    clock("-86400");
    await site.gateway!.kill();
    await site.startGateway({ environment });
    await sensors.publish(200);
    const restarted = await drained(site, 60_000);
    expect(restarted.readings.journaled).toBe(200);

    for (const [n, device] of sensors.devices.entries()) {
      const raw = await readings(site, { device, metric: "id" });
      const ids = raw.map(({ value }) => Number(value)).toSorted((a, b) => a - b);
      expect(ids).toEqual([...sensors.acknowledged[n]!].toSorted((a, b) => a - b));
      const windows = await records(site, { device, metric: "id", window: "10s" });
      expect(windows.reduce((sum, { count }) => sum + count, 0)).toBe(ids.length);
    }
    expect((await statusOf({ url: site.gatewayUrl })).outbox.undurable_readings).toBe(0);
  },
);
