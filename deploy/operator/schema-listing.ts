import { z } from "zod";
import { Fault } from "../../proto/core/fault.ts";
import { schemaText, VALUE_TYPES } from "../../proto/core/schema.ts";

/**
 * Prints what a region says of types and units, page by page.
 * @throws Fault when it cannot be reached, or is none.
 */
export async function listSchema(
  region: string,
  { device, changed, json }: { device: string | undefined; changed: boolean; json: boolean },
): Promise<void> {
  let shown = 0;
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Page = await ask(region, { ...(device === undefined ? {} : { device }), cursor });
    const rows = page.schema.filter(({ changes }) => !changed || changes > 0);
    for (const row of rows) process.stdout.write(json ? `${JSON.stringify(row)}\n` : `${seriesLines(row)}\n`);
    shown += rows.length;
    cursor = page.next;
  }
  if (shown === 0 && !json) process.stdout.write(changed ? "No series changed.\n" : "There are no series.\n");
}

/** The current version in the line of the series, what it was before in those below. */
function seriesLines({ device, metric, versions, type, unit }: Series): string {
  const isCurrent = (version: Series["versions"][number]): boolean => version.type === type && version.unit === unit;
  const ordered = [...versions.filter(isCurrent), ...versions.filter((version) => !isCurrent(version)).toReversed()];
  return ordered
    .map((version, i) => {
      const name = i === 0 ? `${device}  ${metric}  ` : "    was ";
      return `${name}${schemaText(version)}  ${version.first_seen} to ${version.last_seen}`;
    })
    .join("\n");
}

async function ask(region: string, query: { device?: string; cursor: string }): Promise<Page> {
  const { cursor, ...rest } = query;
  const search = new URLSearchParams({ ...rest, ...(cursor === "" ? {} : { cursor }) }).toString();
  const url = new URL(`/v1/schema?${search}`, region).href;
  const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) }).catch((cause: unknown) => {
    throw new Fault({ code: "unreachable", message: `${url}: no answer`, hint: "check that the region runs", cause });
  });
  const parsed = pageSchema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  const hint = "give the HTTP address of a region";
  throw new Fault({ code: "protocol", message: `${url}: this is not the answer of a region`, hint });
}

const version = {
  type: z.enum(VALUE_TYPES),
  unit: z.string().nullable(),
  first_seen: z.string(),
  last_seen: z.string(),
};
const pageSchema = z.object({
  schema: z.array(
    z.object({
      device: z.string(),
      metric: z.string(),
      ...version,
      changes: z.number(),
      versions: z.array(z.object(version)),
    }),
  ),
  next: z.string().nullable(),
});
type Page = z.output<typeof pageSchema>;
type Series = Page["schema"][number];

const DEADLINE_MS = 10_000;
