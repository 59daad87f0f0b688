import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import SqliteDatabase from "better-sqlite3";
import { connectAsync } from "mqtt";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import type { LocalDeployment, LocalRegion } from "../../deploy/sandbox/local-deployment.ts";
import type { ShownDigest } from "../../proto/wire/http/digests.ts";
import { digestsSchema } from "../../proto/wire/http/digests.ts";
import {
  deployment,
  drained,
  eventually,
  metricsOf,
  readings,
  regionClient,
  regionStatusOf,
  statusOf,
} from "../support/deployment.ts";
import { UniqueSensors } from "../support/unique-sensors.ts";

const REGIONS = ["eu", "us", "ap"];
const WINDOWS = [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }];

async function started(): Promise<{ site: LocalDeployment; sensors: UniqueSensors }> {
  const site = await deployment({ regions: REGIONS, edge: { windows: WINDOWS } });
  await Promise.all(site.regions.map((region) => region.start()));
  await site.startGateway();
  const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 2, inFlight: 50 });
  onTestFinished(() => sensors.close());
  return { site, sensors };
}

/** The ids of one sensor that a region has, in order. */
async function idsIn(site: LocalDeployment, region: LocalRegion, device: string): Promise<number[]> {
  const found = await readings(site, { device, metric: "id" }, region.url);
  return found.map(({ value }) => Number(value)).toSorted((a, b) => a - b);
}

/** The ids that each region has of each sensor, once there are at least as many as were acknowledged. */
async function idsInAllRegions(site: LocalDeployment, sensors: UniqueSensors): Promise<number[][][]> {
  return Promise.all(
    site.regions.map((region) =>
      Promise.all(
        sensors.devices.map((device, n) =>
          eventually(
            () => idsIn(site, region, device),
            (ids) => ids.length >= sensors.acknowledged[n]!.size,
            { deadlineMs: 60_000, what: `${region.name} has the readings of ${device}` },
          ),
        ),
      ),
    ),
  );
}

function acknowledged(sensors: UniqueSensors): number[][] {
  return sensors.acknowledged.map((ids) => [...ids].toSorted((a, b) => a - b));
}

describe("every region gets what one region receives", () => {
  test("while all of them run", async () => {
    const { site, sensors } = await started();
    await sensors.publish(500);
    await drained(site, 60_000);
    expect(await idsInAllRegions(site, sensors)).toEqual(site.regions.map(() => acknowledged(sensors)));
  });

  test("even one that was down meanwhile, and one that lost its disk", async () => {
    const { site, sensors } = await started();
    const [, us, ap] = site.regions;
    await us!.process!.kill();
    await ap!.process!.kill();
    await sensors.publish(300);
    await drained(site, 60_000);
    rmSync(join(site.directory, "ap"), { recursive: true });
    await Promise.all([us!.start(), ap!.start()]);
    await sensors.publish(100);
    await drained(site, 60_000);
    expect(await idsInAllRegions(site, sensors)).toEqual(site.regions.map(() => acknowledged(sensors)));
  });

  test("even one that is rebuilt when the bytes of old batches are gone, while writes go on", async () => {
    const { site, sensors } = await started();
    await sensors.publish(400);
    await drained(site, 60_000);
    await idsInAllRegions(site, sensors);
    await Promise.all(site.regions.map((region) => region.process!.kill()));
    for (const { name } of site.regions) pruneAll(join(site.directory, name, "region.db"));
    rmSync(join(site.directory, "ap"), { recursive: true });
    const [home, second, rebuilt] = site.regions;
    await Promise.all([home!.start(), second!.start()]);
    // The gateway still has the batches. It would send them to an empty region that is the first to be back.
    await eventually(
      () => statusOf({ url: site.gatewayUrl }),
      ({ uplink }) => uplink.region === "eu" || uplink.region === "us",
      { deadlineMs: 60_000, what: "the gateway is back at a region that has everything" },
    );
    await rebuilt!.start();
    await sensors.publish(200);
    await drained(site, 60_000);
    expect(await idsInAllRegions(site, sensors)).toEqual(site.regions.map(() => acknowledged(sensors)));
    const [eu, us, ap] = await eventually(
      () => Promise.all(site.regions.map(({ url }) => everything(url))),
      (answers) => answers.every((answer) => answer === answers[0]),
      { deadlineMs: 60_000, what: "the rebuilt region answers like the others" },
    );
    expect([us, ap]).toEqual([eu, eu]);
    // The rows of a snapshot arrive before its batches belong to the set.
    await eventually(
      async () => site.regions[2]!.process!.output.join("\n"),
      (log) => log.includes("took a snapshot of region"),
      { deadlineMs: 60_000, what: "the snapshot ends" },
    );
  });
});

test("[I15] rows that differ between regions are an alarm in all of them, also where no checksum says which row is wrong", async () => {
  const digests = { every: "1s", settled: "1ms" };
  const site = await deployment({ regions: ["eu", "us"], edge: { windows: WINDOWS } });
  for (const { file } of site.regions) {
    const config = parse(readFileSync(file, "utf8")) as { replication: object };
    writeFileSync(file, stringify({ ...config, replication: { ...config.replication, digests } }));
  }
  const [eu, us] = site.regions;
  await Promise.all(site.regions.map((region) => region.start()));
  await site.startGateway();
  const sensor = await connectAsync(site.mqttUrl, { protocolVersion: 5 });
  const ts = Date.now() - 2 * 86_400_000;
  await sensor.publishAsync("press-1", JSON.stringify({ ts, temp: 20 }), { qos: 1 });
  await sensor.endAsync();
  await drained(site, 60_000);
  const digestsOf = async (region: LocalRegion): Promise<readonly ShownDigest[]> =>
    (await regionClient(region.url).get("/v1/digests", digestsSchema)).digests;
  await eventually(
    () => Promise.all([digestsOf(eu!), digestsOf(us!)]),
    ([ours, theirs]) => ours.length > 0 && isDeepStrictEqual(ours, theirs),
    { deadlineMs: 60_000, what: "the digests agree" },
  );
  await us!.process!.stop();
  const db = new SqliteDatabase(join(site.directory, "us", "region.db"));
  // As an earlier version leaves them: rows without checksums, and a batch whose bytes are pruned. Nothing can be repaired.
  db.exec("UPDATE record SET sum = sum + 1, checksum = NULL; UPDATE batch SET bytes = x'', checksum = NULL");
  db.close();
  await us!.start();
  for (const region of [eu!, us!]) {
    await eventually(
      async () => (await regionStatusOf(region)).sentence,
      (sentence) => sentence.includes(`ROWS DIFFER from those of ${region === eu ? "us" : "eu"}`),
      { deadlineMs: 60_000, what: `${region.name} raises the alarm` },
    );
  }
  expect(await metricsOf(eu!.url)).toContain('tidemark_region_differing_days{peer="us"} 1');
});

/** Does what the pruner does after `batches.keep`, which is hours. */
function pruneAll(path: string): void {
  const db = new SqliteDatabase(path);
  db.exec("UPDATE batch SET bytes = x''");
  db.close();
}

/** The answers of a region about all its data, byte for byte. */
async function everything(url: string): Promise<string> {
  const client = regionClient(url);
  const answers = await Promise.all([
    client.bytes("/v1/series", { format: "ndjson" }),
    client.bytes("/v1/records", { window: "10s", format: "ndjson" }),
    client.bytes("/v1/readings", { format: "ndjson" }),
    client.bytes("/v1/conflicts", { format: "ndjson" }),
  ]);
  return answers.map((answer) => new TextDecoder().decode(answer)).join("\n");
}
