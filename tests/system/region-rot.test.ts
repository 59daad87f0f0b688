import { rmSync } from "node:fs";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";

import type { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { deployment, drained, eventually, metricsOf, readings, regionStatusOf } from "../support/deployment.ts";
import { UniqueSensors } from "../support/unique-sensors.ts";

const WINDOWS = [{ lengths: ["10s"], raw: true, idle_timeout: "1s" }];

async function idsOf(site: LocalDeployment, device: string): Promise<number[]> {
  const found = await readings(site, { device, metric: "id" });
  return found.map(({ value }) => Number(value)).toSorted((a, b) => a - b);
}

test("[I45] a region that loses its write-ahead log says so, and gets every batch again", async () => {
  const site = await deployment({ edge: { windows: WINDOWS } });
  const [region] = site.regions;
  // A clean stop moves the schema from the log to the database.
  await region!.start();
  await region!.process!.stop();
  await region!.start();
  await site.startGateway();
  const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 2, inFlight: 50 });
  onTestFinished(() => sensors.close());
  for (let round = 0; round < 3; round++) {
    await sensors.publish(100);
    await drained(site, 60_000);
  }
  await region!.process!.kill();
  rmSync(join(site.directory, region!.name, "region.db-wal"));
  await region!.start();

  const log = region!.process!.output.join("\n");
  expect(log).toMatch(/the write-ahead log is damaged or gone: \d+ commits with \d+ batches were lost/);
  const whole = await eventually(
    () => regionStatusOf(region!),
    (status) => status.lost_batches > 0 && status.awaited_batches === 0,
    { deadlineMs: 60_000, what: "the lost batches come again" },
  );
  expect(whole.sentence).toMatch(/WERE LOST with the write-ahead log before this start, all of them came again/);
  expect(await metricsOf(region!.url)).toMatch(/^tidemark_region_lost_batches [1-9]/m);
  for (const [n, device] of sensors.devices.entries()) {
    expect(await idsOf(site, device)).toEqual([...sensors.acknowledged[n]!].toSorted((a, b) => a - b));
  }
});

test("[I44] a region repairs rows that its disk has changed, beside its work, and says so", async () => {
  const site = await deployment({ edge: { windows: WINDOWS } });
  const [region] = site.regions;
  await region!.start();
  await site.startGateway();
  const sensors = await UniqueSensors.open(site.mqttUrl, { sensors: 2, inFlight: 50 });
  onTestFinished(() => sensors.close());
  await sensors.publish(200);
  await drained(site, 60_000);
  await region!.process!.stop();
  const db = new SqliteDatabase(join(site.directory, region!.name, "region.db"));
  db.exec(
    `UPDATE record SET count = count + 4; UPDATE raw_block SET columns = CAST(columns || x'00' AS BLOB); DELETE FROM operator_row`,
  );
  db.close();
  await region!.start();
  await sensors.publish(100);
  const status = await eventually(
    () => regionStatusOf(region!),
    ({ damaged_rows: damaged, repaired_rows: repaired }) => damaged === 0 && repaired > 0,
    { deadlineMs: 60_000, what: "the damaged rows are repaired" },
  );
  expect(status.sentence).not.toContain("DAMAGED");
  await drained(site, 60_000);
  expect(region!.process!.output.join("\n")).toMatch(
    /the disk has changed \d+ stored rows, the first is record unique/,
  );
  expect(await metricsOf(region!.url)).toMatch(/^tidemark_region_repaired_rows_total [1-9]/m);
  for (const [n, device] of sensors.devices.entries()) {
    expect(await idsOf(site, device)).toEqual([...sensors.acknowledged[n]!].toSorted((a, b) => a - b));
  }
});
