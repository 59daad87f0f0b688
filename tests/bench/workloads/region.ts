import { freePort } from "../../../deploy/sandbox/free-port.ts";
import { READINGS_PER_WINDOW, RECORDS_PER_BATCH, sealAhead, sendAll } from "../region-feed.ts";
import type { Section } from "../report.ts";
import { type Bench, folderBytes, launchRegion } from "../servers.ts";

/**
 * How many window records a region stores in a second. Batches that were sealed before are sent over one session as fast as
 * the region reads them, until the last is acknowledged as durable. Every record is new to the store, and has a quantile
 * sketch.
 */
export async function region(bench: Bench): Promise<Section> {
  const batchCount = bench.quick ? 60 : 600;
  const batches = sealAhead(batchCount);
  const bodyBytes = batches.reduce((sum, batch) => sum + batch.bytes.byteLength, 0);
  const ingestPort = await freePort();
  const server = await launchRegion(bench, { name: "region", ingestPort });
  const seconds = await sendAll(ingestPort, batches);
  await bench.children.stop(server.child);
  const records = batchCount * RECORDS_PER_BATCH;
  return {
    workload: "region",
    about: `${records.toLocaleString("en")} window records in ${batchCount} batches over one session`,
    figures: [
      { name: "durable", value: records / seconds, unit: "records/s" },
      { name: "durable, their readings", value: (records * READINGS_PER_WINDOW) / seconds, unit: "readings/s" },
      { name: "batch body, per record", value: bodyBytes / records, unit: "B" },
      { name: "on the region's disk, per record", value: (await folderBytes(server.dataDir)) / records, unit: "B" },
    ],
  };
}
