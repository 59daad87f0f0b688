import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import type { LocalDeployment, LocalGateway } from "../../deploy/sandbox/local-deployment.ts";
import { conflictSchema, readingSchema } from "../../proto/wire/http/records.ts";
import type { ShownRecord } from "../../proto/wire/http/records.ts";
import { deployment, drained, eventually, metricsOf, records, regionClient, statusOf } from "../support/deployment.ts";

const SERIES = { device: "press-1", metric: "temp" } as const;
const HOUR_MS = 3_600_000;
/** The start of a window of any length that the tests use, in the past. */
const START_MS = Math.floor(Date.now() / HOUR_MS - 1) * HOUR_MS;

type Message = { readonly atS: number; readonly temp: number };

/** Each message is acknowledged before the next one is sent. Without `ts` the gateway dates it by its arrival. */
async function publish(gateway: LocalGateway, messages: readonly Message[], dated = true): Promise<void> {
  const client = await connectAsync(gateway.mqttUrl, { protocolVersion: 5 });
  for (const { atS, temp } of messages) {
    const time = dated ? { ts: new Date(START_MS + atS * 1000).toISOString() } : {};
    await client.publishAsync(SERIES.device, JSON.stringify({ temp, ...time }), { qos: 1 });
  }
  await client.endAsync();
}

async function pair(rule: Record<string, unknown> = {}): Promise<LocalDeployment> {
  const windows = [{ lengths: ["10s"], idle_timeout: "1s", ...rule }];
  const site = await deployment({ gateways: ["plant-7", "plant-8"], edge: { windows, seal: { after: "50ms" } } });
  await site.startRegion();
  for (const gateway of site.gateways) await gateway.start();
  return site;
}

async function answers(site: LocalDeployment, window = "10s"): Promise<ShownRecord[]> {
  for (const gateway of site.gateways) await drained({ gatewayUrl: gateway.url }, 60_000);
  return records(site, { ...SERIES, window });
}

/** Waits until the region has everything that the gateway has sealed. Windows may be open. */
async function delivered(site: LocalDeployment): Promise<void> {
  await eventually(
    () => statusOf({ url: site.gatewayUrl }),
    ({ outbox }) => outbox.undurable_batches === 0 && outbox.raw_waiting === 0,
    { deadlineMs: 60_000, what: "the region has every batch" },
  );
}

/** The seconds from the start at which the windows begin, and their counts. */
function counts(found: readonly ShownRecord[]): [atS: number, count: number][] {
  return found.map(({ start, count }) => [(Date.parse(start) - START_MS) / 1000, count]);
}

async function listedReadings(site: LocalDeployment): Promise<number[]> {
  const rows = await Array.fromAsync(regionClient(site.regionUrl).rows("/v1/readings", readingSchema, SERIES));
  return rows.map(({ time }) => (Date.parse(time) - START_MS) / 1000);
}

const SIX: readonly Message[] = [0, 5, 10, 15, 20, 25].map((atS) => ({ atS, temp: 20 + (atS % 2) }));

test("[I33] the same six messages to two gateways count once each, with the default rule", async () => {
  const site = await pair({ raw: true });
  for (const gateway of site.gateways) await publish(gateway, SIX);
  const found = await answers(site);
  expect(counts(found)).toEqual([0, 10, 20].map((atS) => [atS, 2]));
  expect(found.map(({ approximate }) => approximate)).toEqual([null, null, null]);
  expect(await listedReadings(site)).toEqual(SIX.map(({ atS }) => atS));
});

test("[I33] six messages that two gateways date by arrival count once each", async () => {
  // A busy machine may hold up one of the gateways for longer than the usual half second.
  const site = await pair({ lengths: ["1h"], arrival_tolerance: "30s" });
  for (const message of SIX) {
    await Promise.all(site.gateways.map((gateway) => publish(gateway, [message], false)));
  }
  const found = await answers(site, "1h");
  expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(SIX.length);
});

test.each([
  ["once a second, with the default rule", { perS: 1, rule: {} }],
  ["ten times a second, with a rule that names the pair", { perS: 10, rule: { pair: true } }],
])(
  "[I33] a device that sends %s, and moves to the other gateway every second, loses and doubles nothing",
  async (_, given) => {
    const { perS, rule } = given;
    const site = await pair(rule);
    const messages = Array.from({ length: 40 * perS }, (_unused, i) => ({ atS: i / perS, temp: 20 + (i % 3) }));
    for (let second = 0; second < 40; second += 1) {
      const ofSecond = messages.slice(second * perS, (second + 1) * perS);
      await publish(site.gateways[second % 2]!, ofSecond);
    }
    const found = await answers(site);
    expect(counts(found)).toEqual([0, 10, 20, 30].map((atS) => [atS, 10 * perS]));
    expect(found.every(({ approximate }) => approximate === null)).toBe(true);
  },
);

test.each(["auto", "mirror"])(
  "[I33] a gateway whose disk is restored from an older copy counts each reading once, with ha_mode %s",
  async (haMode) => {
    const windows = [{ lengths: ["10s"], raw: true, idle_timeout: "1h", ha_mode: haMode }];
    const site = await deployment({ edge: { windows, seal: { after: "50ms" } } });
    const [gateway] = site.gateways;
    const folder = join(site.directory, gateway!.name);
    const copy = join(site.directory, "copy");
    await site.startRegion();
    /** Sends in one process life. The last message closes all windows before the previous ones. */
    const life = async (...times: number[]): Promise<void> => {
      await gateway!.start();
      await publish(
        gateway!,
        times.map((atS) => ({ atS, temp: 20 })),
      );
      await delivered(site);
      await gateway!.process!.stop();
    };
    // The window of 10 s to 20 s is open in the copy.
    await life(0, 5, 10, 15);
    cpSync(folder, copy, { recursive: true });
    await life(20, 25, 30, 35, 45);
    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
    await life(50, 55, 60, 65, 80);

    const closed = (await records(site, { ...SERIES, window: "10s" })).filter(({ start }) => {
      return Date.parse(start) < START_MS + 70_000;
    });
    // The reading of 45 s was in an open window of the disk that is gone.
    expect(counts(closed)).toEqual([0, 10, 20, 30, 50, 60].map((atS) => [atS, 2]));
    const listed = await listedReadings(site);
    expect(listed).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 45, 50, 55, 60, 65, 80]);
  },
);

test("[I35] a fast series of two gateways without a named pair says that it is approximate, and which rule makes it exact", async () => {
  const site = await pair();
  const messages = Array.from({ length: 300 }, (_, i) => ({ atS: i / 10, temp: 20 + (i % 3) }));
  await publish(site.gateways[0]!, messages);
  await publish(
    site.gateways[1]!,
    messages.filter((_, i) => i !== 150),
  );
  const found = await answers(site);
  expect(counts(found)).toEqual([0, 10, 20].map((atS) => [atS, 100]));
  expect(found[1]!.approximate).toEqual({ count_min: 100, count_max: 199 });
  const conflicts = await Array.fromAsync(regionClient(site.regionUrl).rows("/v1/conflicts", conflictSchema, {}));
  expect(conflicts).toContainEqual(
    expect.objectContaining({ outcome: "approximate", hint: expect.stringContaining("pair: true") }),
  );
  expect(await metricsOf(site.regionUrl)).toMatch(/^tidemark_region_windows_approximate_total [1-9]/m);
  expect(site.region!.output.join("\n")).toMatch(/plant-7 and plant-8 .*press-1.*pair: true/);
});
