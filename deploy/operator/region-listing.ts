import { HttpClient } from "../../proto/runtime/http/client.ts";
import type { ListedRegion } from "../../proto/wire/http/regions.ts";
import { regionsSchema } from "../../proto/wire/http/regions.ts";

/** The list of regions, as one region sees it. @throws Fault when it cannot be reached, or is no region. */
export async function listRegions(region: string): Promise<readonly ListedRegion[]> {
  const client = new HttpClient(region, { process: "region", deadlineMs: DEADLINE_MS });
  return (await client.get("/v1/regions", regionsSchema)).regions;
}

/** One line a region, for people. */
export function regionLines(regions: readonly ListedRegion[]): string {
  const width = Math.max(...regions.map(({ region }) => region.length));
  return regions.map((one) => `${one.region.padEnd(width)}  ${one.state.padEnd(7)}  ${condition(one)}`).join("\n");
}

function condition({ self, connected, behind_batches: behind, url }: ListedRegion): string {
  if (self) return "this region";
  if (connected !== true) return `not connected${url === null ? "" : ` (${url})`}`;
  return behind === null || behind === 0 ? "has everything" : `${behind} batches behind`;
}

const DEADLINE_MS = 10_000;
