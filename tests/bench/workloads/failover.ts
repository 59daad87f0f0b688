import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LocalDeployment } from "../../../deploy/sandbox/local-deployment.ts";
import type { LocalGateway } from "../../../deploy/sandbox/local-deployment.ts";
import { simulate } from "../../../deploy/sensors/simulate.ts";
import type { Figure, Section } from "../report.ts";
import type { Bench } from "../servers.ts";
import { HttpClient } from "../../../proto/runtime/http/client.ts";
import type { GatewayStatus } from "../../../proto/wire/http/gateway-status.ts";
import { gatewayStatusSchema } from "../../../proto/wire/http/gateway-status.ts";

const POLL_MS = 5;

/**
 * The time from the moment when the active region is killed, or frozen, until the first batch of the gateway is durable in
 * another region; and the time that batches take from the commit in one region to the commit in another. Three regions and
 * a gateway with 50 sensors.
 */
export async function failoverWorkload(bench: Bench): Promise<Section> {
  const site = await LocalDeployment.prepare({
    directory: join(bench.folder, "failover"),
    regions: ["eu", "us", "ap"],
    gateways: ["plant-1"],
    edge: { windows: [{ lengths: ["1s"], raw: true, idle_timeout: "1s" }], seal: { after: "50ms" } },
  });
  const over = new AbortController();
  try {
    await Promise.all(site.regions.map((region) => region.start()));
    await site.startGateway();
    const sensors = simulate(
      { broker: { url: site.mqttUrl }, devices: 50, periodMs: 100, seed: 1, qos: 1 },
      over.signal,
    );
    const trials = bench.quick ? 2 : 20;
    await sleep(bench.quick ? 2000 : 10_000);
    const delays = await replicationDelays(site);
    const figures: Figure[] = [];
    for (const how of ["killed", "frozen"] as const) {
      const times: number[] = [];
      for (let i = 0; i < trials; i++) times.push(await trial(site, how));
      times.sort((a, b) => a - b);
      figures.push(
        { name: `${how}: first batch durable elsewhere, p50`, value: at(times, 0.5), unit: "ms" },
        { name: `${how}: p95 of ${trials}`, value: at(times, 0.95), unit: "ms" },
        { name: `${how}: max`, value: times.at(-1)!, unit: "ms" },
      );
    }
    over.abort();
    await sensors;
    return {
      workload: "failover",
      about: "three regions, one gateway, 500 messages/s",
      figures: [...figures, ...delays],
    };
  } finally {
    over.abort();
    await site.kill();
  }
}

async function trial(site: LocalDeployment, how: "killed" | "frozen"): Promise<number> {
  const gateway = site.gateways[0]!;
  const before = await until(gateway, ({ regions }) => regions.filter(({ role }) => role !== "idle").length === 2);
  const victim = site.regions.find(({ name }) => name === before.region)!;
  const held = new Map(before.regions.map(({ region, durable_batches }) => [region, durable_batches]));
  const startMs = performance.now();
  if (how === "killed") void victim.process!.kill();
  else victim.process!.signal("SIGSTOP");
  await until(gateway, ({ regions }) =>
    regions.some(({ region, durable_batches }) => region !== before.region && durable_batches > held.get(region)!),
  );
  const tookMs = performance.now() - startMs;
  if (how === "killed") await victim.start();
  else victim.process!.signal("SIGCONT");
  return tookMs;
}

type Uplink = GatewayStatus["uplink"];

async function until(gateway: LocalGateway, met: (uplink: Uplink) => boolean): Promise<Uplink> {
  const client = new HttpClient(gateway.url, { process: "gateway", deadlineMs: 5000 });
  const endMs = performance.now() + 60_000;
  for (;;) {
    const { uplink } = await client.get("/v1/status", gatewayStatusSchema);
    if (met(uplink)) return uplink;
    if (performance.now() > endMs)
      throw new Error(`the gateway did not reach the expected state: ${JSON.stringify(uplink)}`);
    await sleep(POLL_MS);
  }
}

/** Upper bounds, from the buckets of the histogram of the active region. */
async function replicationDelays(site: LocalDeployment): Promise<readonly Figure[]> {
  const client = new HttpClient(site.regionUrl, { process: "region", deadlineMs: 5000 });
  const metrics = new TextDecoder().decode(await client.bytes("/metrics"));
  const buckets = [...metrics.matchAll(/^tidemark_region_replication_seconds_bucket\{(.*?)\} (\d+)/gm)]
    .filter(([, labels]) => labels!.includes('peer="us"'))
    .map(([, labels, count]) => ({
      le: Number(/le="([^"]+)"/.exec(labels!)![1]!.replace("+Inf", "Infinity")),
      count: Number(count),
    }));
  const total = buckets.at(-1)?.count ?? 0;
  const bound = (q: number): number => 1000 * (buckets.find(({ count }) => count >= q * total)?.le ?? Number.NaN);
  return [
    { name: `replication eu to us, p50 of ${total} at most`, value: bound(0.5), unit: "ms" },
    { name: "replication eu to us, p99 at most", value: bound(0.99), unit: "ms" },
  ];
}

function at(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
}
