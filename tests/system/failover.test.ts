import { expect, onTestFinished, test } from "vitest";
import type { LocalDeployment, LocalGateway, LocalRegion } from "../../deploy/sandbox/local-deployment.ts";
import type { GatewayStatus } from "../../proto/wire/http/gateway-status.ts";
import { deployment, eventually, readings, statusOf } from "../support/deployment.ts";
import { runs } from "../support/scale.ts";
import { UniqueSensors } from "../support/unique-sensors.ts";

const WINDOWS = [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }];
const PER_GATEWAY_PER_S = runs({ short: 500, long: 2500 });
/** How many readings are acknowledged in all; the region is lost when half of them are. */
const READINGS = runs({ short: 3000, long: 50_000 });

async function uplinkOf(gateway: LocalGateway): Promise<GatewayStatus["uplink"]> {
  return (await statusOf(gateway)).uplink;
}

/** Three regions and two gateways, each with another home; every gateway has its active region and its standby. */
async function started(): Promise<LocalDeployment> {
  const site = await deployment({
    regions: ["eu", "us", "ap"],
    gateways: ["plant-1", "plant-2"],
    edge: { windows: WINDOWS, seal: { after: "50ms" } },
  });
  await Promise.all(site.regions.map((region) => region.start()));
  await Promise.all(site.gateways.map((gateway) => gateway.start()));
  for (const gateway of site.gateways) await standbyReady(gateway);
  return site;
}

async function standbyReady(gateway: LocalGateway): Promise<GatewayStatus["uplink"]> {
  return eventually(
    () => uplinkOf(gateway),
    ({ regions }) => ["active", "standby"].every((role) => regions.some((region) => region.role === role)),
    { deadlineMs: 60_000, what: `${gateway.name} has an active region and a standby` },
  );
}

async function sensorsOf(site: LocalDeployment): Promise<UniqueSensors[]> {
  const sensors = await Promise.all(
    site.gateways.map((gateway) =>
      UniqueSensors.open(gateway.mqttUrl, { sensors: 5, inFlight: 200, prefix: gateway.name }),
    ),
  );
  onTestFinished(async () => void (await Promise.all(sensors.map((one) => one.close()))));
  return sensors;
}

/** Waits until so many readings are acknowledged in all. */
async function acknowledgedBy(sensors: readonly UniqueSensors[], count: number): Promise<number> {
  return eventually(
    async () => sensors.reduce((sum, one) => sum + one.totalAcknowledged, 0),
    (acknowledged) => acknowledged >= count,
    { deadlineMs: 120_000, what: `${count} readings are acknowledged` },
  );
}

/** Waits until a region has as many readings as were acknowledged. Counts those that are missing, twice, or never sent. */
async function wrongIn(site: LocalDeployment, region: LocalRegion, sensors: readonly UniqueSensors[]): Promise<object> {
  let missing = 0;
  let twice = 0;
  let neverSent = 0;
  for (const one of sensors) {
    for (const [n, device] of one.devices.entries()) {
      const rows = await eventually(
        () => readings(site, { device, metric: "id" }, region.url),
        (all) => all.length >= one.acknowledged[n]!.size,
        { deadlineMs: 60_000, what: `${region.name} has the readings of ${device}` },
      );
      const ids = new Set(rows.map(({ value }) => Number(value)));
      twice += rows.length - ids.size;
      missing += [...one.acknowledged[n]!].filter((id) => !ids.has(id)).length;
      neverSent += [...ids].filter((id) => id > one.sent[n]!).length;
    }
  }
  return { missing, twice, neverSent };
}

test("[P3] the home region is lost for ever under load: the others have every acknowledged reading once", async () => {
  const site = await started();
  const sensors = await sensorsOf(site);
  const load = Promise.all(sensors.map((one) => one.run(PER_GATEWAY_PER_S)));
  await acknowledgedBy(sensors, READINGS / 2);
  await site.regions[0]!.process!.kill();
  const acknowledged = await acknowledgedBy(sensors, READINGS);
  await Promise.all(sensors.map((one) => one.stop()));
  await load;

  for (const region of site.regions.slice(1)) {
    expect(await wrongIn(site, region, sensors), region.name).toEqual({ missing: 0, twice: 0, neverSent: 0 });
  }
  console.log(`${acknowledged} acknowledged, none missing and none twice in the regions that are left`);
  expect((await uplinkOf(site.gateways[0]!)).region).toBe("us");
});

// How fast: tests/unit/edge/core/uplink/uplink-regions.test.ts, on virtual time.
test.each(["killed", "frozen"])("[I9] when the active region is %s, the standby takes over", async (how) => {
  const site = await started();
  const [gateway] = site.gateways;
  const [sensors] = await sensorsOf(site);
  const load = sensors!.run(200);
  const { region: active } = await standbyReady(gateway!);
  const victim = site.regions.find(({ name }) => name === active)!;
  const before = await uplinkOf(gateway!);
  const startMs = performance.now();
  if (how === "killed") void victim.process!.kill();
  else victim.process!.signal("SIGSTOP");
  const after = await eventually(
    () => uplinkOf(gateway!),
    ({ regions }) => regions.some(({ region, durable_batches }) => region !== active && durable_batches > 0),
    { deadlineMs: 60_000, what: "a batch is durable elsewhere" },
  );
  console.log(`${how}: durable elsewhere after ${(performance.now() - startMs).toFixed(0)} ms`);
  if (how === "frozen") victim.process!.signal("SIGCONT");
  await sensors!.stop();
  await load;
  expect(before.region).toBe(active);
  expect(after.region).not.toBe(active);
});
