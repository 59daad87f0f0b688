import { setTimeout as delay } from "node:timers/promises";
import pc from "picocolors";
import { simulate } from "../sensors/simulate.ts";
import { count, DemoMeter } from "./demo-table.ts";
import { writeDrillTarget } from "./drill-target-file.ts";
import { LocalDeployment } from "./local-deployment.ts";
import { RestartedPart } from "./restarted-part.ts";

/**
 * The first minute: one command starts everything, says where to look, and shows it working. What runs here is what
 * runs in production: the same processes, real MQTT, real gRPC, real fsync.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  if (options.forMs !== undefined) setTimeout(onSignal, options.forMs).unref();
  const site = await LocalDeployment.prepare({
    directory: options.directory,
    gateways: ["plant-7"],
    regions: ["eu", "us", "ap"],
    preferredPorts: {
      gateways: [{ mqtt: 1883, http: 9101 }],
      regions: [
        { ingest: 7443, http: 8080 },
        { ingest: 7444, http: 8081 },
        { ingest: 7445, http: 8082 },
      ],
    },
    edge: {
      windows: [
        // The canaries of drills are looked for one by one.
        { match: { device: "drill/*" }, lengths: ["10s"], raw: true, out_of_orderness: "1s", idle_timeout: "1s" },
        { lengths: ["10s", "1m"], idle_timeout: "10s" },
      ],
      failover: { return_after: "20s" },
    },
  });
  try {
    await Promise.all(site.regions.map((region) => region.start()));
    await site.startGateway();
    const drillTarget = writeDrillTarget(site);
    print(introduction(site, options, drillTarget));
    const sensors = simulate(
      { broker: { url: site.mqttUrl }, devices: options.devices, periodMs: 1000, seed: 7, qos: 1 },
      stop.signal,
    );
    // A failure of the sensors must not wait for the end to be seen.
    sensors.catch(onSignal);
    try {
      await watch(site, stop.signal);
    } finally {
      stop.abort();
    }
    print(`\nStopping: sensors, then the gateway (it hands over what it has), then the regions.`);
    const { acknowledged } = await sensors;
    await site.stop();
    print(`Stopped. ${count(acknowledged)} messages were acknowledged; everything is kept in ${options.directory}`);
  } finally {
    await site.stop();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

export type DemoOptions = {
  readonly directory: string;
  /** Whether the folder was there before. */
  readonly continues: boolean;
  readonly devices: number;
  /** Stop after this time; undefined: run until a signal. */
  readonly forMs: number | undefined;
};

function introduction(site: LocalDeployment, options: DemoOptions, drillTarget: string): string {
  const { mqtt } = site.gateways[0]!.ports;
  const query = `${site.regionUrl}/v1/records?device=hello&metric=temp&window=10s`;
  const pids = site.regions.map(({ name, process: running }) => `${running?.pid ?? ""} (${name})`);
  return [
    "",
    `${pc.bold("Tidemark")} runs: gateway ${pc.bold("plant-7")}, regions ${pc.bold("eu")} (its home), ${pc.bold("us")} and ${pc.bold("ap")}, ${options.devices} simulated devices.`,
    `Data is in ${options.directory}${options.continues ? ", continued from the last start" : ""}.`,
    "",
    `  send a reading    mosquitto_pub -h 127.0.0.1 -p ${mqtt} -q 1 -t hello/temp -m 21.5`,
    `  ask the region    curl '${query}'`,
    `  ask another one   curl '${query.replace(site.regionUrl, site.regions.at(-1)!.url)}'`,
    `  what there is     curl '${site.regionUrl}/v1/series?limit=5'`,
    `  how they are      ${site.gatewayUrl}/v1/status     ${site.regionUrl}/v1/status`,
    "",
    `  try to break it   kill -9 ${site.gateway?.pid ?? ""} (the gateway); regions: kill -9 ${pids.join(" or ")}`,
    "                    Each is started again after 10 s; what was acknowledged is never lost.",
    `  run a drill       npx tidemark drill run region-frozen --target ${drillTarget}`,
    "",
    "A window is in the regions when it has ended and its device has moved on, or was silent for 10 s. Ctrl-C stops all.",
    "",
  ].join("\n");
}

async function watch(site: LocalDeployment, signal: AbortSignal): Promise<void> {
  const terminal = process.stdout.isTTY;
  const everyMs = terminal ? 1000 : 2000;
  const meter = new DemoMeter(site);
  const parts = [...site.gateways, ...site.regions].map((part) => new RestartedPart(part));
  let lines = 0;
  while (!signal.aborted) {
    for (const part of parts) {
      const news = await part.look(performance.now());
      if (news === undefined) continue;
      print(pc.yellow(news));
      lines = 0;
    }
    const table = await meter.read(performance.now());
    if (table !== undefined) {
      if (terminal && lines > 0) process.stdout.write(`\u001B[${lines}A\u001B[J`);
      if (terminal || lines === 0) print([pc.bold(table.sentence), ...table.lines].join("\n"));
      else print(table.sentence);
      lines = table.lines.length + 1;
    }
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
