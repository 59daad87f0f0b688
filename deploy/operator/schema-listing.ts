import { schemaText } from "../../proto/core/schema.ts";
import { HttpClient } from "../../proto/runtime/http/client.ts";
import type { ListedSchema, ListedVersion } from "../../proto/wire/http/series.ts";
import { listedSchemaSchema } from "../../proto/wire/http/series.ts";

/**
 * Prints the types and units of the series of a region, page by page.
 * @throws Fault when it cannot be reached, or is no region.
 */
export async function listSchema(
  region: string,
  { device, changed, json }: { device: string | undefined; changed: boolean; json: boolean },
): Promise<void> {
  const client = new HttpClient(region, { process: "region", deadlineMs: DEADLINE_MS });
  let shown = 0;
  for await (const page of client.pages("/v1/schema", listedSchemaSchema, { device })) {
    const rows = page.filter(({ changes }) => !changed || changes > 0);
    for (const row of rows) process.stdout.write(json ? `${JSON.stringify(row)}\n` : `${seriesLines(row)}\n`);
    shown += rows.length;
  }
  if (shown === 0 && !json) process.stdout.write(changed ? "No series changed.\n" : "There are no series.\n");
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

const DEADLINE_MS = 10_000;
