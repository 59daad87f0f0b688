import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";
import { HttpClient } from "../../proto/runtime/http/client.ts";
import type { GatewayStatus } from "../../proto/wire/http/gateway-status.ts";
import { gatewayStatusSchema } from "../../proto/wire/http/gateway-status.ts";
import type { ShownReading, ShownRecord } from "../../proto/wire/http/records.ts";
import { readingSchema, recordSchema } from "../../proto/wire/http/records.ts";
import type { RegionStatus } from "../../proto/wire/http/region-status.ts";
import { regionStatusSchema } from "../../proto/wire/http/region-status.ts";

/**
 * A deployment in a new folder. When the test ends, its processes are killed and the folder is removed. When the
 * test failed, the last lines of each process are printed first.
 */
export async function deployment(
  options: {
    edge?: Record<string, unknown>;
    cloud?: Record<string, unknown>;
    regions?: readonly string[];
    gateways?: readonly string[];
  } = {},
): Promise<LocalDeployment> {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-test-"));
  const prepared = await LocalDeployment.prepare({ directory, gateways: ["plant-7"], regions: ["eu"], ...options });
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") printLastLines(prepared);
    await prepared.kill();
    rmSync(directory, { recursive: true, force: true });
  });
  return prepared;
}

function printLastLines(of: LocalDeployment): void {
  for (const { name, process } of [...of.gateways, ...of.regions]) {
    if (process === undefined) continue;
    const state = process.running ? "still running" : process.ending;
    console.error(`\n-- ${name} (${state}), its last lines:\n${process.output.slice(-LINES_PRINTED).join("\n")}`);
  }
}

const LINES_PRINTED = 30;

/** The records of windows of one series, all of them. @param query `window` is a length such as `10s`. */
export async function records(
  of: LocalDeployment,
  query: { device: string; metric: string; window: string },
  regionUrl: string = of.regionUrl,
): Promise<ShownRecord[]> {
  return Array.fromAsync(regionClient(regionUrl).rows("/v1/records", recordSchema, query));
}

/** The raw readings of one series, all of them, also those that are there twice. */
export async function readings(
  of: LocalDeployment,
  { device, metric }: { device: string; metric: string },
  regionUrl: string = of.regionUrl,
): Promise<ShownReading[]> {
  const query = { device, metric, dedupe: "false" };
  return Array.fromAsync(regionClient(regionUrl).rows("/v1/readings", readingSchema, query));
}

export async function statusOf({ url }: { readonly url: string }): Promise<GatewayStatus> {
  return new HttpClient(url, { process: "gateway", deadlineMs: 60_000 }).get("/v1/status", gatewayStatusSchema);
}

export async function regionStatusOf({ url }: { readonly url: string }): Promise<RegionStatus> {
  return regionClient(url).get("/v1/status", regionStatusSchema);
}

export function regionClient(url: string): HttpClient {
  return new HttpClient(url, { process: "region", deadlineMs: 60_000 });
}

/** The metrics of a gateway or a region, as Prometheus reads them. */
export async function metricsOf(url: string): Promise<string> {
  const client = new HttpClient(url, { process: "gateway", deadlineMs: 60_000 });
  return new TextDecoder().decode(await client.bytes("/metrics"));
}

/**
 * Asks again until the answer is accepted. @throws with the last answer when the deadline passes.
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  accepts: (answer: T) => boolean,
  options: { deadlineMs: number; what: string },
): Promise<T> {
  const end = performance.now() + options.deadlineMs;
  for (;;) {
    const answer = await ask();
    if (accepts(answer)) return answer;
    if (performance.now() > end) {
      const last = JSON.stringify(answer)?.slice(0, 500);
      throw new Error(`${options.what}: not within ${options.deadlineMs / 1000} s; last answer: ${last}`);
    }
    await delay(50);
  }
}

/** Waits until no message waits for the right time, every window is closed, and every batch is durable in the region. */
export async function drained(of: { readonly gatewayUrl: string }, deadlineMs: number): Promise<GatewayStatus> {
  return eventually(
    () => statusOf({ url: of.gatewayUrl }),
    ({ outbox, windows, time }) =>
      time.held_messages === 0 && outbox.undurable_batches === 0 && outbox.raw_waiting === 0 && windows.open === 0,
    { deadlineMs, what: "the gateway drains" },
  );
}
