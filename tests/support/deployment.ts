import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { LocalDeployment } from "../../deploy/sandbox/local-deployment.ts";

/**
 * A deployment in a folder of its own. When the test ends, its processes are killed and the folder is removed. When the
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

/** A record as `GET /v1/records` gives it; only what the tests look at. */
export type QueriedRecord = {
  readonly device: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly start?: string;
  readonly time?: string;
  readonly value?: unknown;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
};

/** Every record of one series, all pages. @param window as in the query: `10s`, `1m`, `raw`. */
export async function records(
  of: LocalDeployment,
  query: { device: string; metric: string; window: string },
  regionUrl: string = of.regionUrl,
): Promise<QueriedRecord[]> {
  const parameters = new URLSearchParams({ ...query, format: "ndjson" });
  const answer = await fetch(`${regionUrl}/v1/records?${parameters.toString()}`, {
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`GET /v1/records answered ${answer.status}: ${text}`);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as QueriedRecord);
}

/** The gateway's `GET /v1/status`; only what the tests look at. */
export type QueriedStatus = {
  readonly sentence: string;
  readonly readings: { readonly journaled: number };
  readonly outbox: {
    readonly batches: number;
    readonly undurableBatches: number;
    readonly undurableReadings: number;
    readonly rawWaiting: number;
  };
  readonly windows: { readonly open: number };
  readonly time: { readonly state: string; readonly heldMessages: number };
  readonly uplink: { readonly region: string | null };
};

export async function gatewayStatus(of: LocalDeployment): Promise<QueriedStatus> {
  const answer = await fetch(`${of.gatewayUrl}/v1/status`, { signal: AbortSignal.timeout(10_000) });
  return (await answer.json()) as QueriedStatus;
}

/**
 * Asks again until the answer is the one that is waited for. @throws with the last answer when the deadline passes.
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  isIt: (answer: T) => boolean,
  options: { deadlineMs: number; what: string },
): Promise<T> {
  const end = performance.now() + options.deadlineMs;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (performance.now() > end) {
      const last = JSON.stringify(answer)?.slice(0, 500);
      throw new Error(`${options.what}: not within ${options.deadlineMs / 1000} s; last answer: ${last}`);
    }
    await delay(50);
  }
}

/** No message waits for the time, every window is closed and everything sealed is durable in the region. */
export async function drained(of: LocalDeployment, deadlineMs: number): Promise<QueriedStatus> {
  return eventually(
    () => gatewayStatus(of),
    ({ outbox, windows, time }) =>
      time.heldMessages === 0 && outbox.undurableBatches === 0 && outbox.rawWaiting === 0 && windows.open === 0,
    { deadlineMs, what: "the gateway drains" },
  );
}
