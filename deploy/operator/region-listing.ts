import { z } from "zod";
import { Fault } from "../../proto/core/fault.ts";

/** How a region sees the regions. @throws Fault when it cannot be reached, or is none. */
export async function listRegions(region: string): Promise<readonly ListedRegion[]> {
  const url = new URL("/v1/regions", region).href;
  const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) }).catch((cause: unknown) => {
    throw new Fault({ code: "unreachable", message: `${url}: no answer`, hint: "check that the region runs", cause });
  });
  const parsed = schema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data.regions;
  const hint = "give the HTTP address of a region";
  throw new Fault({ code: "protocol", message: `${url}: this is not the answer of a region`, hint });
}

/** One line a region, for people. */
export function regionLines(regions: readonly ListedRegion[]): string {
  const width = Math.max(...regions.map(({ region }) => region.length));
  return regions.map((one) => `${one.region.padEnd(width)}  ${one.state.padEnd(7)}  ${sight(one)}`).join("\n");
}

function sight({ self, connected, behind_batches: behind, url }: ListedRegion): string {
  if (self) return "this region";
  if (connected !== true) return `not connected${url === null ? "" : ` (${url})`}`;
  return behind === null || behind === 0 ? "has everything" : `${behind} batches behind`;
}

export type ListedRegion = {
  readonly region: string;
  readonly state: string;
  readonly url: string | null;
  readonly self: boolean;
  readonly connected: boolean | null;
  readonly behind_batches: number | null;
};

const schema: z.ZodType<{ readonly regions: readonly ListedRegion[] }> = z.object({
  regions: z.array(
    z.object({
      region: z.string(),
      state: z.string(),
      url: z.string().nullable(),
      self: z.boolean(),
      connected: z.boolean().nullable(),
      behind_batches: z.number().nullable(),
    }),
  ),
});
const DEADLINE_MS = 10_000;
