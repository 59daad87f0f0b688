import { Fault } from "../../proto/core/fault.ts";
import { HttpClient } from "../../proto/runtime/http/client.ts";
import { listingSchema } from "../../proto/wire/http/listing.ts";
import type { ShownReading } from "../../proto/wire/http/records.ts";
import { conflictSchema, readingSchema, recordSchema } from "../../proto/wire/http/records.ts";
import { streamSchema } from "../../proto/wire/http/streams.ts";
import type { DeviceContents } from "./ledger.ts";
import type { Conflicts } from "./outcome.ts";
import type { TargetRegion } from "./target.ts";

/** Questions of a drill to regions, over the same HTTP API that people use. */

/**
 * Everything that a region has of a device.
 * @param how.window length of the windows, as in a query.
 * @param how.dedupe whether a reading of several streams is listed once, as people see it.
 * @throws Fault
 */
export async function deviceContents(
  region: TargetRegion,
  device: string,
  { window, dedupe }: { window: string; dedupe: boolean },
): Promise<DeviceContents> {
  const client = clientOf(region);
  const [ids, records] = await Promise.all([
    idsIn(region, { device, dedupe }),
    Array.fromAsync(client.rows("/v1/records", recordSchema, { device, metric: "id", window }, SEEN_AS_MISSING)),
  ]);
  // The whole record: the answers of the regions must be the same in every key.
  const windows = records.map(
    (record) => [record.start, { text: JSON.stringify(record), count: record.count }] as const,
  );
  return { device, region: region.name, ids, windows: new Map(windows) };
}

/** Whether a region has a reading of a device at or after a time. Undefined: it does not answer. */
export async function hasReadingSince(
  region: TargetRegion,
  question: { device: string; fromMs: number; timeoutMs: number },
): Promise<boolean | undefined> {
  const { device, fromMs, timeoutMs } = question;
  const query = { device, metric: "id", from: new Date(fromMs).toISOString(), limit: 1 };
  const answer = await clientOf(region, timeoutMs).look("/v1/readings", listingSchema(readingSchema), query);
  return answer === undefined ? undefined : answer.rows.length > 0;
}

/** The values of all readings of a device. @throws Fault */
export async function idsOf(region: TargetRegion, device: string): Promise<ReadonlySet<unknown>> {
  return new Set(await idsIn(region, { device, dedupe: true }));
}

/** The values of the readings of a device between two times. @throws Fault */
export async function idsBetween(
  region: TargetRegion,
  { device, fromMs, toMs }: { device: string; fromMs: number; toMs: number },
): Promise<readonly number[]> {
  const range = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
  return idsIn(region, { device, dedupe: true, ...range });
}

/** Every stream of the gateways, and the batches that the region holds of it, as text. @throws Fault */
export async function streamSets(region: TargetRegion): Promise<ReadonlyMap<string, string>> {
  const streams = await Array.fromAsync(clientOf(region).rows("/v1/gateways", streamSchema));
  return new Map(streams.map(({ stream, durable }) => [stream, JSON.stringify(durable)]));
}

/** How many batches these gateways delivered. @throws Fault */
export async function batchesOf(region: TargetRegion, gateways: ReadonlySet<string>): Promise<number> {
  let batches = 0;
  for await (const { gateway, durable } of clientOf(region).rows("/v1/gateways", streamSchema)) {
    if (!gateways.has(gateway)) continue;
    batches += durable.prefix + durable.islands.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }
  return batches;
}

/** Conflicts since a time, of the devices whose names begin with `prefix`, by kind. @throws Fault */
export async function conflictsByKind(
  region: TargetRegion,
  { prefix, fromMs }: { prefix: string; fromMs: number },
): Promise<Conflicts> {
  const kinds = new Map<string, { count: number; example: string }>();
  const query = { from: new Date(fromMs).toISOString() };
  for await (const conflict of clientOf(region).rows("/v1/conflicts", conflictSchema, query)) {
    if (conflict.kind === "fork" || !conflict.device.startsWith(prefix)) continue;
    const found = kinds.get(conflict.kind);
    if (found === undefined) kinds.set(conflict.kind, { count: 1, example: conflict.key });
    else found.count++;
  }
  return Object.fromEntries(kinds);
}

async function idsIn(
  region: TargetRegion,
  { dedupe, ...query }: { device: string; dedupe: boolean; from?: string; to?: string },
): Promise<number[]> {
  const shown = { ...query, metric: "id", dedupe: String(dedupe) };
  const readings = clientOf(region).rows("/v1/readings", readingSchema, shown, SEEN_AS_MISSING);
  return Array.fromAsync(readings, (reading) => idOf(region, reading));
}

/** Canaries number their readings. */
function idOf(region: TargetRegion, { device, value }: ShownReading): number {
  if (typeof value === "number") return value;
  const message = `region ${region.name} has a reading of ${device} that is not a number: ${JSON.stringify(value)}`;
  throw new Fault({ code: "protocol", message });
}

function clientOf({ url }: TargetRegion, deadlineMs = DEADLINE_MS): HttpClient {
  return new HttpClient(url, { process: "region", deadlineMs });
}

/** Rows that a region leaves out because its disk has changed them: the ledger finds them missing, until they are repaired. */
const SEEN_AS_MISSING = (): void => undefined;
const DEADLINE_MS = 30_000;
