import { z } from "zod";
import { Fault } from "../../proto/core/fault.ts";
import type { DeviceContents } from "./ledger.ts";
import type { Conflicts } from "./outcome.ts";
import type { TargetRegion } from "./target.ts";

/** What regions answer: asked by the same addresses that people use. */

/** All that a region has of a device. @param window the length of the windows, as in a query. @throws Fault */
export async function deviceContents(region: TargetRegion, device: string, window: string): Promise<DeviceContents> {
  const [raw, windows] = await Promise.all([
    lines(region, { device, metric: "id", window: "raw" }, rawSchema),
    lines(region, { device, metric: "id", window }, windowSchema),
  ]);
  return {
    device,
    region: region.name,
    ids: raw.map(({ value }) => value),
    windows: new Map(windows.map((record) => [record.start, { text: JSON.stringify(record), count: record.count }])),
  };
}

/** Whether a region has a reading of a device at or after a moment. Undefined: it does not answer. */
export async function hasReadingSince(
  region: TargetRegion,
  question: { device: string; fromMs: number; timeoutMs: number },
): Promise<boolean | undefined> {
  const { device, fromMs, timeoutMs } = question;
  const query = new URLSearchParams({
    device,
    metric: "id",
    window: "raw",
    from: new Date(fromMs).toISOString(),
    limit: "1",
  });
  try {
    const response = await fetch(`${region.url}/v1/records?${query.toString()}`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    const parsed = z.object({ records: z.array(z.unknown()) }).safeParse(await response.json());
    return parsed.success ? parsed.data.records.length > 0 : undefined;
  } catch {
    // Down, frozen or cut off: that is what a drill is for.
    return undefined;
  }
}

/** The values of all of a device's readings. @throws Fault */
export async function idsOf(region: TargetRegion, device: string): Promise<ReadonlySet<unknown>> {
  const raw = await lines(region, { device, metric: "id", window: "raw" }, rawSchema);
  return new Set(raw.map(({ value }) => value));
}

/** The values of a device's readings of that time. @throws Fault */
export async function idsBetween(
  region: TargetRegion,
  { device, fromMs, toMs }: { device: string; fromMs: number; toMs: number },
): Promise<readonly number[]> {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  const raw = await lines(region, { device, metric: "id", window: "raw", from, to }, rawSchema);
  return raw.map(({ value }) => value);
}

/** Every stream of these gateways, and what the region holds of it, as text. @throws Fault */
export async function streamSets(region: TargetRegion): Promise<ReadonlyMap<string, string>> {
  const streams = await lines(region, "gateways", z.object({ stream: z.string(), durable: z.unknown() }));
  return new Map(streams.map(({ stream, durable }) => [stream, JSON.stringify(durable)]));
}

/** How many batches a gateway delivered, by stream. @throws Fault */
export async function batchesOf(region: TargetRegion, gateways: ReadonlySet<string>): Promise<number> {
  const schema = z.object({ gateway: z.string(), durable: haveSchema });
  let batches = 0;
  for (const { gateway, durable } of await lines(region, "gateways", schema)) {
    if (!gateways.has(gateway)) continue;
    batches += durable.prefix + durable.islands.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }
  return batches;
}

/** Conflicts of the devices whose names begin with `prefix`, since a moment, by kind. @throws Fault */
export async function conflictsByKind(
  region: TargetRegion,
  { prefix, fromMs }: { prefix: string; fromMs: number },
): Promise<Conflicts> {
  const kinds = new Map<string, { count: number; example: string }>();
  const query = { from: new Date(fromMs).toISOString() };
  for (const { device, kind, key } of await lines(region, query, conflictSchema, "conflicts")) {
    if (!device.startsWith(prefix)) continue;
    const found = kinds.get(kind);
    if (found === undefined) kinds.set(kind, { count: 1, example: key });
    else found.count++;
  }
  return Object.fromEntries(kinds);
}

async function lines<T>(
  region: TargetRegion,
  query: Record<string, string> | string,
  schema: z.ZodType<T>,
  listing = "records",
): Promise<T[]> {
  const path = typeof query === "string" ? query : listing;
  const parameters = new URLSearchParams({ ...(typeof query === "string" ? {} : query), format: "ndjson" });
  const url = `${region.url}/v1/${path}?${parameters.toString()}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) }).catch((cause: unknown) => {
    throw new Fault({ code: "unreachable", message: `region ${region.name} does not answer ${url}`, cause });
  });
  const text = await response.text();
  if (response.status !== 200) {
    throw new Fault({ code: "protocol", message: `region ${region.name} answers ${response.status} to ${url}` });
  }
  return text.split("\n").flatMap((line) => (line === "" ? [] : [schema.parse(JSON.parse(line))]));
}

const DEADLINE_MS = 30_000;
const rawSchema = z.object({ value: z.number() });
/** The whole record: what regions answer must be the same in every key. */
const windowSchema = z.looseObject({ start: z.string(), count: z.number() });
const conflictSchema = z.object({ device: z.string().default(""), kind: z.string(), key: z.string() });
const haveSchema = z.object({
  prefix: z.number(),
  islands: z.array(z.object({ first: z.number(), last: z.number() })),
});
