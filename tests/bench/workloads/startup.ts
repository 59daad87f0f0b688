import { freePort } from "../../../deploy/sandbox/free-port.ts";
import { memoryOf } from "../children.ts";
import type { Section } from "../report.ts";
import { type Bench, gatewayStatusWhen, generateLoad, launchGateway } from "../servers.ts";

const FIELDS = 50;
const SERIES = 5_000;

/** How long a gateway with ten million buffered readings takes from its start until it is ready. */
export async function startup(bench: Bench): Promise<Section> {
  const readings = bench.quick ? 500_000 : 10_000_000;
  const options = { name: "startup", raw: true, regionPort: await freePort() };
  const empty = await launchGateway(bench, options);
  await generateLoad(bench, {
    port: empty.mqttPort,
    connections: 20,
    inFlight: 10,
    messages: readings / FIELDS,
    topics: SERIES / FIELDS,
    fields: FIELDS,
    firstMs: Date.now() - (readings / SERIES) * 1_000,
  });
  await gatewayStatusWhen(empty, {
    what: "journal every reading",
    timeoutMs: 60_000,
    met: (status) => status.readings.journaled >= readings,
  });
  await bench.children.stop(empty.child);

  const full = await launchGateway(bench, options);
  const memory = memoryOf(full.child);
  await bench.children.stop(full.child);
  return {
    workload: "startup",
    about: `a gateway with ${readings.toLocaleString("en")} buffered readings`,
    figures: [
      { name: "empty, until ready", value: empty.startedInMs / 1_000, unit: "s" },
      { name: "full, until ready", value: full.startedInMs / 1_000, unit: "s" },
      { name: "full, memory when ready", value: (memory?.residentBytes ?? Number.NaN) / 1e6, unit: "MB" },
    ],
  };
}
