import pc from "picocolors";
import { HttpClient } from "../../proto/runtime/http/client.ts";
import type { GatewayStatus } from "../../proto/wire/http/gateway-status.ts";
import { gatewayStatusSchema } from "../../proto/wire/http/gateway-status.ts";
import type { RegionStatus } from "../../proto/wire/http/region-status.ts";
import { regionStatusSchema } from "../../proto/wire/http/region-status.ts";
import { formatNumber } from "../terminal/figures.ts";
import type { LocalDeployment, LocalRegion } from "./local-deployment.ts";

/** What the demo shows while it runs: the gateway's status sentence, its figures, and a line for each region. */
export type DemoTable = {
  readonly sentence: string;
  /** Under the sentence. */
  readonly lines: readonly string[];
};

/** Asks the processes for their status. Rates are since the last call. */
export class DemoMeter {
  readonly #site: LocalDeployment;
  #before: { readonly total: number; readonly atMs: number } | undefined;

  constructor(site: LocalDeployment) {
    this.#site = site;
  }

  async read(atMs: number): Promise<DemoTable> {
    const gateway = await clientOf("gateway", this.#site.gatewayUrl).look("/v1/status", gatewayStatusSchema);
    const regions = await Promise.all(
      this.#site.regions.map(async (region) => ({
        region,
        status: await clientOf("region", region.url).look("/v1/status", regionStatusSchema),
      })),
    );
    const roles = new Map(gateway?.uplink.regions.map(({ region, role }) => [region, role]));
    const regionLines = tableLines([
      ["region", "role", "readings", "others lack", "lag", "pid"],
      ...regions.map(({ region, status }) => regionCells(region, roles.get(region.name) ?? "-", status)),
    ]);
    if (gateway === undefined) {
      this.#before = undefined;
      const names = this.#site.gateways.map(({ name }) => name).join(", ");
      return { sentence: `Gateway ${names} does not answer. Its sensors wait, and send again.`, lines: regionLines };
    }
    const { total } = gateway.readings;
    const before = this.#before;
    const rate = before === undefined ? undefined : ((total - before.total) / (atMs - before.atMs)) * 1000;
    this.#before = { total, atMs };
    return { sentence: gateway.sentence, lines: [...gatewayLines(gateway, rate), ...regionLines] };
  }
}

function gatewayLines({ journal, outbox, readings }: GatewayStatus, rate: number | undefined): string[] {
  const ms = (value: number | null): string => (value === null ? "-" : `${value.toFixed(1)} ms`);
  return tableLines([
    ["readings/s", "commit p50", "p99", "not sent yet", "journaled"],
    [
      rate === undefined ? "-" : formatNumber(rate),
      ms(journal.wait_p50_ms),
      ms(journal.wait_p99_ms),
      formatNumber(outbox.waiting_readings),
      formatNumber(readings.total),
    ],
  ]);
}

/**
 * `readings`: those in the region. `others lack`: the batches that this region committed first and another region does not
 * have yet.
 */
function regionCells(region: LocalRegion, role: string, status: RegionStatus | undefined): string[] {
  if (status === undefined) return [region.name, "down", "-", "-", "-", ""];
  const behind = Math.max(0, ...status.peers.map((peer) => peer.behind_batches));
  const lagMs = Math.max(0, ...status.peers.map((peer) => peer.behind_ms ?? 0));
  return [
    region.name,
    role,
    formatNumber(status.readings),
    behind === 0 ? "nothing" : `${formatNumber(behind)} ${behind === 1 ? "batch" : "batches"}`,
    `${(lagMs / 1000).toFixed(1)} s`,
    String(region.process?.pid ?? ""),
  ];
}

function clientOf(process: "gateway" | "region", url: string): HttpClient {
  return new HttpClient(url, { process, deadlineMs: ANSWER_MS });
}

/** Columns as wide as they need to be, so that the table fits in a terminal of 60 columns. The first row is the head. */
function tableLines(rows: readonly (readonly string[])[]): string[] {
  // Names begin in one column, numbers end in one.
  const isName = (column: number): boolean => rows[0]![column] === "region" || rows[0]![column] === "role";
  const widths = rows[0]!.map((_, column) => Math.max(COLUMN_MIN, ...rows.map((row) => row[column]!.length)));
  return rows.map((row, i) => {
    const cells = row.map((cell, column) =>
      isName(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    const line = cells.join("  ");
    return i === 0 ? pc.dim(line) : row.includes("down") ? pc.yellow(line) : line;
  });
}

const COLUMN_MIN = 5;
const ANSWER_MS = 1000;
