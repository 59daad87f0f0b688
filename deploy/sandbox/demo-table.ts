import pc from "picocolors";
import { z } from "zod";
import type { LocalDeployment, LocalRegion } from "./local-deployment.ts";

/** What the demo shows while it runs: the gateway's sentence, its figures, and a line for each region. */
export type DemoTable = {
  readonly sentence: string;
  /** Under the sentence. */
  readonly lines: readonly string[];
};

/** Asks the processes how they are; undefined while the gateway does not answer. Rates are since the call before. */
export class DemoMeter {
  readonly #site: LocalDeployment;
  #before: { readonly total: number; readonly atMs: number } | undefined;

  constructor(site: LocalDeployment) {
    this.#site = site;
  }

  async read(atMs: number): Promise<DemoTable | undefined> {
    const gateway = await answer(`${this.#site.gatewayUrl}/v1/status`, gatewaySchema);
    const regions = await Promise.all(
      this.#site.regions.map(async (region) => ({
        region,
        status: await answer(`${region.url}/v1/status`, regionSchema),
      })),
    );
    if (gateway === undefined) return undefined;
    const { total } = gateway.readings;
    const before = this.#before;
    const rate = before === undefined ? undefined : ((total - before.total) / (atMs - before.atMs)) * 1000;
    this.#before = { total, atMs };
    const roles = new Map(gateway.uplink.regions.map(({ region, role }) => [region, role]));
    return {
      sentence: gateway.sentence,
      lines: [
        ...gatewayLines(gateway, rate),
        row(["region", "role", "held", "replicated", "lag", "pid"], pc.dim),
        ...regions.map(({ region, status }) => regionLine(region, roles.get(region.name) ?? "-", status)),
      ],
    };
  }
}

const gatewaySchema = z.object({
  sentence: z.string(),
  readings: z.object({ total: z.number() }),
  journal: z.object({ waitP50Ms: z.number().nullable(), waitP99Ms: z.number().nullable() }),
  outbox: z.object({ waitingReadings: z.number() }),
  uplink: z.object({ regions: z.array(z.object({ region: z.string(), role: z.string() })) }),
});

const regionSchema = z.object({
  readings: z.number(),
  peers: z.array(z.object({ connected: z.boolean(), behind_batches: z.number(), behind_ms: z.number().nullable() })),
});

function gatewayLines(
  { journal, outbox, readings }: z.output<typeof gatewaySchema>,
  rate: number | undefined,
): string[] {
  const ms = (value: number | null): string => (value === null ? "-" : `${value.toFixed(1)} ms`);
  return [
    row(["readings/s", "commit p50", "commit p99", "only here", "journaled", "pid"], pc.dim),
    row([
      rate === undefined ? "-" : count(rate),
      ms(journal.waitP50Ms),
      ms(journal.waitP99Ms),
      count(outbox.waitingReadings),
      count(readings.total),
      "",
    ]),
  ];
}

/** `held`: readings. `replicated`: but for batches that were committed there first and that some region does not hold yet. */
function regionLine(region: LocalRegion, role: string, status: z.output<typeof regionSchema> | undefined): string {
  if (status === undefined) return row([region.name, "down", "-", "-", "-", ""], pc.yellow);
  const behind = Math.max(0, ...status.peers.map((peer) => peer.behind_batches));
  const lagMs = Math.max(0, ...status.peers.map((peer) => peer.behind_ms ?? 0));
  return row([
    region.name,
    role,
    count(status.readings),
    behind === 0 ? "all" : `all but ${count(behind)}`,
    `${(lagMs / 1000).toFixed(1)} s`,
    String(region.process?.pid ?? ""),
  ]);
}

async function answer<T>(url: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    return schema.parse(await response.json());
  } catch {
    // Busy, going, or not there: the table says so.
    return undefined;
  }
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function row(cells: readonly string[], paint: (text: string) => string = (text) => text): string {
  return paint(cells.map((cell) => cell.padStart(COLUMN)).join(""));
}

const COLUMN = 14;
