import { expect, onTestFinished, test } from "vitest";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { SensorFleet } from "../bench/sensor-fleet.ts";
import { recordSchema } from "../../proto/wire/http/records.ts";
import { deployment, drained, eventually, regionClient } from "../support/deployment.ts";
import { runs } from "../support/scale.ts";

const SENSORS = runs({ short: 200, long: 2_000 });
const WINDOWS = [{ lengths: ["10s"], idle_timeout: "1s" }];

/** Messages are numbered from 1, so the counts and the sums of a device's windows show whether each one is there once. */
async function expectEachOnce(site: LocalDeployment, fleet: SensorFleet): Promise<void> {
  await drained(site, 60_000);
  const found = new Map<string, { count: number; sum: number }>();
  const rows = regionClient(site.regionUrl).rows("/v1/records", recordSchema, { metric: "n", window: "10s" });
  for await (const { device, count, sum } of rows) {
    const before = found.get(device) ?? { count: 0, sum: 0 };
    found.set(device, { count: before.count + count, sum: before.sum + (sum ?? 0) });
  }
  const expected = [...fleet.acknowledgedByDevice].map(
    ([device, n]) => [device, { count: n, sum: (n * (n + 1)) / 2 }] as const,
  );
  expect(found).toEqual(new Map(expected));
}

function total(fleet: SensorFleet): number {
  return [...fleet.acknowledgedByDevice].reduce((sum, [, count]) => sum + count, 0);
}

test("when all sensors lose their connections at once, all are served again, also after a kill of the gateway, and nothing is lost", async () => {
  const site = await deployment({ edge: { windows: WINDOWS } });
  await site.startRegion();
  await site.startGateway();
  const fleet = new SensorFleet({
    host: "127.0.0.1",
    port: Number(new URL(site.mqttUrl).port),
    sensors: SENSORS,
    prefix: "fleet",
  });
  onTestFinished(() => fleet.close());

  await fleet.connect({ atOnce: 50 });
  expect(await fleet.publish({ seconds: 2 })).toMatchObject({ messages: 2 * SENSORS });
  expect(await fleet.storm()).toMatchObject({ failures: 0 });
  expect(await fleet.unnoticedStorm()).toMatchObject({ failures: 0 });

  const back = fleet.outlive();
  // Messages are in flight when the gateway is killed.
  const before = total(fleet);
  await eventually(
    async () => total(fleet),
    (now) => now > before,
    { deadlineMs: 60_000, what: "messages are acknowledged" },
  );
  await site.gateway!.kill();
  await site.startGateway();
  expect(await back).toMatchObject({ failures: 0 });
  await expectEachOnce(site, fleet);
});
