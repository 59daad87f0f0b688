import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { deployment, drained, eventually, readings, records } from "../support/deployment.ts";
import { hasTool } from "../support/tools.ts";
import { runs } from "../support/scale.ts";
import { seededRandom } from "../../deploy/sandbox/seeded-random.ts";
import { UniqueSensors } from "../support/unique-sensors.ts";

const RAW = { match: { device: "*", metric: "*" }, lengths: ["10s"], raw: true, idle_timeout: "1s" };

/** P2: every acknowledged id is in the region exactly once, and nothing is there that was never sent. */
async function expectExactlyOnce(site: LocalDeployment, sensors: UniqueSensors): Promise<void> {
  for (const [n, device] of sensors.devices.entries()) {
    const raw = await readings(site, { device, metric: "id" });
    const seen = new Map<number, number>();
    for (const { value } of raw) seen.set(Number(value), (seen.get(Number(value)) ?? 0) + 1);
    const missing = [...sensors.acknowledged[n]!].filter((id) => !seen.has(id));
    const doubled = [...seen].filter(([, times]) => times > 1).map(([id]) => id);
    const invented = [...seen.keys()].filter((id) => id > sensors.sent[n]!);
    expect({ device, missing, doubled, invented }).toEqual({ device, missing: [], doubled: [], invented: [] });
    // The windows must count the same.
    const windows = await records(site, { device, metric: "id", window: "10s" });
    expect(windows.reduce((sum, window) => sum + window.count, 0)).toBe(seen.size);
  }
}

describe("[P1] [P2] every acknowledged reading is in the region exactly once", () => {
  test("when the gateway and the region are killed at random moments under 2,000 messages/s", async () => {
    const gatewayKills = runs({ short: 6, long: 30 });
    const regionKills = runs({ short: 2, long: 10 });
    const seed = Number(process.env["TIDEMARK_SEED"] ?? Date.now() % 1_000_000);
    console.log(`replay this run with TIDEMARK_SEED=${seed}`);
    const random = seededRandom(seed);

    const site = await deployment({ edge: { windows: [RAW] } });
    await site.startRegion();
    await site.startGateway();
    const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 20, inFlight: 50 });
    onTestFinished(() => sensors.close());
    const load = sensors.run(2000);

    const kills = [...Array<"gateway">(gatewayKills).fill("gateway"), ...Array<"region">(regionKills).fill("region")];
    for (let i = kills.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [kills[i], kills[j]] = [kills[j]!, kills[i]!];
    }
    for (const victim of kills) {
      // The kill comes at a random moment of the cycle of publish, commit, seal and send: that is what this test is about.
      await delay(600 + random() * 1400);
      if (victim === "gateway") {
        await site.gateway!.kill();
        await site.startGateway();
      } else {
        await site.region!.kill();
        await site.startRegion();
      }
    }
    await sensors.stop();
    await load;
    await drained(site, 60_000);
    console.log(
      `${sensors.totalAcknowledged} acknowledged, ${sensors.resent} sent again, ` +
        `${gatewayKills} kills of the gateway, ${regionKills} of the region`,
    );
    expect(sensors.totalAcknowledged).toBeGreaterThan(gatewayKills * 500);
    await site.gateway!.stop();
    await expectExactlyOnce(site, sensors);
  });

  test.skipIf(!hasTool("strace"))("when the gateway is killed at its N-th fsync", async () => {
    const site = await deployment({ edge: { windows: [RAW] } });
    await site.startRegion();
    await site.startGateway();
    const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 5, inFlight: 20 });
    onTestFinished(() => sensors.close());
    await site.gateway!.stop();
    const load = sensors.run(1000);
    const points = Array.from({ length: runs({ short: 6, long: 40 }) }, (_, i) => 1 + i * 3 + (i % 3));
    for (const point of points) {
      // A start makes some fsyncs too, so the low numbers hit the opening of the database and the others its commits.
      const trace = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", "/dev/null"];
      const inject = ["-e", `inject=fsync,fdatasync:signal=SIGKILL:when=${point}`];
      const gateway = await site.startGateway({ wrapper: [...trace, ...inject], waitReady: false });
      await gateway.exit;
    }
    await site.startGateway();
    const before = sensors.totalAcknowledged;
    await eventually(
      async () => sensors.totalAcknowledged,
      (now) => now > before,
      { deadlineMs: 60_000, what: "acknowledgements continue" },
    );
    await sensors.stop();
    await load;
    await drained(site, 60_000);
    expect(sensors.totalAcknowledged).toBeGreaterThan(0);
    await site.gateway!.stop();
    await expectExactlyOnce(site, sensors);
  });
});

test("a region that was away gets everything that was buffered: nothing is lost or doubled, whatever the order", async () => {
  const readings = runs({ short: 60_000, long: 1_000_000 });
  const site = await deployment({ edge: { windows: [RAW] } });
  await site.startGateway();
  const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 20, inFlight: 500 });
  onTestFinished(() => sensors.close());
  await sensors.publish(readings);
  expect(sensors.totalAcknowledged).toBe(readings);

  await site.startRegion();
  const startMs = performance.now();
  await drained(site, 120_000);
  const seconds = (performance.now() - startMs) / 1000;
  console.log(`${readings} readings drained in ${seconds.toFixed(1)} s: ${Math.round(readings / seconds)} readings/s`);
  await site.gateway!.stop();
  await expectExactlyOnce(site, sensors);
});
