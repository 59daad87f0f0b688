import { freePort } from "../../../deploy/sandbox/free-port.ts";
import type { Section } from "../report.ts";
import {
  type Bench,
  folderBytes,
  gatewayStatusWhen,
  readStatus,
  generateLoad,
  launchGateway,
  launchRegion,
} from "../servers.ts";

const FIELDS = 10;
const SERIES = 1_000;

/**
 * A gateway fills while its region is away: raw readings of 1,000 series, two decimals, one a second. Then the region
 * starts. Measures the time until everything is durable, and the bytes of one reading on the wire and on both disks.
 */
export async function drain(bench: Bench): Promise<Section> {
  const readings = bench.quick ? 200_000 : 1_000_000;
  const regionPort = await freePort();
  const gateway = await launchGateway(bench, { name: "drain", raw: true, regionPort });
  const perSeries = readings / SERIES;
  await generateLoad(bench, {
    port: gateway.mqttPort,
    connections: 20,
    inFlight: 20,
    messages: readings / FIELDS,
    topics: SERIES / FIELDS,
    fields: FIELDS,
    firstMs: Date.now() - perSeries * 1_000,
  });
  const filled = await gatewayStatusWhen(gateway, {
    what: "seal every reading",
    timeoutMs: 30_000,
    met: (status) => status.outbox.readings >= readings,
  });
  const gatewayDisk = await folderBytes(gateway.dataDir);

  const region = await launchRegion(bench, { name: "drain-region", ingestPort: regionPort });
  const upMs = performance.now();
  const patience = { timeoutMs: 120_000 };
  const began = await gatewayStatusWhen(gateway, {
    ...patience,
    what: "begin to drain",
    met: (status) => status.outbox.undurable_readings < filled.outbox.undurable_readings,
  });
  const beganMs = performance.now();
  await gatewayStatusWhen(gateway, {
    ...patience,
    what: "drain",
    met: (status) => status.outbox.undurable_readings === 0,
  });
  const doneMs = performance.now();
  const { wire } = await readStatus(gateway);
  // A region that stops writes its log back into the database, so nothing counts twice.
  await bench.children.stop(gateway.child);
  await bench.children.stop(region.child);

  return {
    workload: "drain",
    about: `${readings.toLocaleString("en")} raw readings of ${SERIES.toLocaleString("en")} series buffered, then the region starts`,
    figures: [
      { name: "region ready until everything is durable", value: (doneMs - upMs) / 1_000, unit: "s" },
      { name: "of that, until the gateway has connected", value: (beganMs - upMs) / 1_000, unit: "s" },
      { name: "drained", value: began.outbox.undurable_readings / ((doneMs - beganMs) / 1_000), unit: "readings/s" },
      { name: "drained, waiting included", value: readings / ((doneMs - upMs) / 1_000), unit: "readings/s" },
      { name: "sealed batch, per reading", value: filled.outbox.bytes / filled.outbox.readings, unit: "B" },
      { name: "on the wire, per reading", value: wire.bytes_sent / readings, unit: "B" },
      { name: "on the gateway's disk, per reading", value: gatewayDisk / readings, unit: "B" },
      { name: "on the region's disk, per reading", value: (await folderBytes(region.dataDir)) / readings, unit: "B" },
    ],
  };
}
