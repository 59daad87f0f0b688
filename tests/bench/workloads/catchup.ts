import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { LocalDeployment } from "../../../deploy/sandbox/local-deployment.ts";
import type { LocalRegion } from "../../../deploy/sandbox/local-deployment.ts";
import { RECORDS_PER_BATCH, sealAhead, sendAll } from "../region-feed.ts";
import type { Section } from "../report.ts";
import type { Bench } from "../servers.ts";
import { HttpClient } from "../../../proto/runtime/http/client.ts";
import { regionStatusSchema } from "../../../proto/wire/http/region-status.ts";

/**
 * How fast a region catches up after it was away while another one received a backlog. Measured twice, from the start of its
 * process until it has the last record: from the batches of the other region; and with an empty disk from a snapshot, after
 * the bytes of the batches were pruned.
 */
export async function catchup(bench: Bench): Promise<Section> {
  const batchCount = bench.quick ? 100 : 2_000;
  const records = batchCount * RECORDS_PER_BATCH;
  const site = await LocalDeployment.prepare({
    directory: join(bench.folder, "catchup"),
    regions: ["eu", "us"],
    gateways: [],
  });
  const [eu, us] = site.regions as [LocalRegion, LocalRegion];
  try {
    await eu.start();
    await sendAll(eu.ports.ingest, sealAhead(batchCount));
    const byBatches = await secondsUntilWhole(us, records);
    await Promise.all([eu.process!.stop(), us.process!.stop()]);
    const db = new Database(join(site.directory, "eu", "region.db"));
    db.exec("UPDATE batch SET bytes = x''");
    db.close();
    rmSync(join(site.directory, "us"), { recursive: true });
    await eu.start();
    const bySnapshot = await secondsUntilWhole(us, records);
    return {
      workload: "catchup",
      about: `a region that was away while another one was given ${records.toLocaleString("en")} window records`,
      figures: [
        { name: "from batches", value: records / byBatches, unit: "records/s" },
        { name: "from batches, in all", value: byBatches, unit: "s" },
        { name: "from a snapshot", value: records / bySnapshot, unit: "records/s" },
      ],
    };
  } finally {
    await site.kill();
  }
}

async function secondsUntilWhole(region: LocalRegion, records: number): Promise<number> {
  const client = new HttpClient(region.url, { process: "region", deadlineMs: 30_000 });
  const startMs = performance.now();
  await region.start();
  for (;;) {
    const status = await client.get("/v1/status", regionStatusSchema);
    const seconds = (performance.now() - startMs) / 1000;
    if (status.records >= records) return seconds;
    if (seconds > 600) throw new Error(`${region.name} has ${status.records} of ${records} records after 10 minutes`);
    await sleep(50);
  }
}
