import { freePort } from "../../../deploy/sandbox/free-port.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, memoryOf } from "../children.ts";
import type { Figure, Section } from "../report.ts";
import { type Bench, generateLoad, launchGateway, launchRegion } from "../servers.ts";

const SETTLE_MS = 5_000;

/** Resident memory of a gateway and its region: after five idle seconds, and under full load. */
export async function memory(bench: Bench): Promise<Section> {
  const ingestPort = await freePort();
  const region = await launchRegion(bench, { name: "memory-region", ingestPort });
  const gateway = await launchGateway(bench, { name: "memory", raw: false, regionPort: ingestPort });
  await sleep(SETTLE_MS);
  const idle = [resident("gateway, idle", gateway.child), resident("region, idle", region.child)];
  const seconds = bench.quick ? 3 : 10;
  await generateLoad(bench, { port: gateway.mqttPort, connections: 50, inFlight: 20, seconds });
  const loaded = [peak("gateway, peak under load", gateway.child), peak("region, peak under load", region.child)];
  await bench.children.stop(gateway.child);
  await bench.children.stop(region.child);
  return { workload: "memory", about: "resident memory, VmRSS and VmHWM", figures: [...idle, ...loaded] };
}

/** The memory that a series takes in a gateway: one reading for each of a million series, all windows open. */
export async function series(bench: Bench): Promise<Section> {
  const fields = 100;
  const topics = bench.quick ? 1_000 : 10_000;
  const gateway = await launchGateway(bench, { name: "series", raw: false, regionPort: await freePort() });
  await sleep(SETTLE_MS);
  const before = memoryOf(gateway.child)?.residentBytes ?? Number.NaN;
  const load = { port: gateway.mqttPort, connections: 20, inFlight: 5 };
  await generateLoad(bench, { ...load, messages: topics, topics, fields, firstMs: Date.now() });
  const after = memoryOf(gateway.child)?.residentBytes ?? Number.NaN;
  await bench.children.stop(gateway.child);
  const count = topics * fields;
  return {
    workload: "series",
    about: `${count.toLocaleString("en")} series with one reading each`,
    figures: [
      { name: "gateway before", value: before / 1e6, unit: "MB" },
      { name: "gateway with all series", value: after / 1e6, unit: "MB" },
      { name: "per series", value: (after - before) / count, unit: "B" },
    ],
  };
}

function resident(name: string, child: Child): Figure {
  return { name, value: (memoryOf(child)?.residentBytes ?? Number.NaN) / 1e6, unit: "MB" };
}

function peak(name: string, child: Child): Figure {
  return { name, value: (memoryOf(child)?.peakBytes ?? Number.NaN) / 1e6, unit: "MB" };
}
