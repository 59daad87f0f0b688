import { Fault } from "../../proto/core/fault.ts";
import { schemaText } from "../../proto/core/schema.ts";
import { HttpClient } from "../../proto/runtime/http/client.ts";
import { nearestWord } from "../../proto/runtime/options/nearest-word.ts";
import { listingSchema } from "../../proto/wire/http/listing.ts";
import type { ListedSchema, ListedVersion } from "../../proto/wire/http/series.ts";
import { listedSchemaSchema, listedSeriesSchema } from "../../proto/wire/http/series.ts";

/**
 * Prints the types and units of the series of a region, page by page.
 * @throws Fault when it cannot be reached, is no region, or has no series of the device.
 */
export async function listSchema(
  region: string,
  { device, changed, json }: { device: string | undefined; changed: boolean; json: boolean },
): Promise<void> {
  const client = new HttpClient(region, { process: "region", deadlineMs: DEADLINE_MS });
  let [found, shown] = [0, 0];
  for await (const page of client.pages("/v1/schema", listedSchemaSchema, { device })) {
    const rows = page.filter(({ changes }) => !changed || changes > 0);
    for (const row of rows) process.stdout.write(json ? `${JSON.stringify(row)}\n` : `${seriesLines(row)}\n`);
    found += page.length;
    shown += rows.length;
  }
  if (found === 0 && device !== undefined) throw await unknownDevice(client, device);
  if (shown === 0 && !json) process.stdout.write(changed ? "No series changed.\n" : "There are no series.\n");
}

async function unknownDevice(client: HttpClient, device: string): Promise<Fault> {
  // Advice only, so the first page is enough.
  const { rows } = await client.get("/v1/series", listingSchema(listedSeriesSchema), { limit: SERIES_COMPARED });
  const nearest = nearestWord(device, [...new Set(rows.map((row) => row.device))]);
  const hint = nearest === undefined ? "" : `did you mean ${nearest}?`;
  return new Fault({ code: "usage", message: `there is no series of device ${device}`, hint });
}

/** The current version in the line of the series, the earlier ones in lines below. */
function seriesLines({ device, metric, versions, type, unit }: ListedSchema): string {
  const isCurrent = (version: ListedVersion): boolean => version.type === type && version.unit === unit;
  const ordered = [...versions.filter(isCurrent), ...versions.filter((version) => !isCurrent(version)).toReversed()];
  return ordered
    .map((version, i) => {
      const name = i === 0 ? `${device}  ${metric}  ` : "    was ";
      return `${name}${versionText(version)}  ${version.first_seen} to ${version.last_seen}`;
    })
    .join("\n");
}

function versionText({ type, unit }: ListedVersion): string {
  return type === null ? "unknown" : schemaText({ type, unit });
}

const SERIES_COMPARED = 1000;
const DEADLINE_MS = 10_000;
