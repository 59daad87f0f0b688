import { z } from "zod";
import type { HttpServer } from "../../proto/runtime/http.ts";
import { json } from "../../proto/runtime/http.ts";
import { pageQuery } from "./page-query.ts";
import type { MetricHistory, SchemaQuery, SeenVersion } from "../storage/series-registry.ts";

/** `GET /v1/schema`: what the metrics of the devices are, and have been; as a region shows it. */
export function serveSchema(
  http: HttpServer,
  deps: {
    readonly schema: (query: SchemaQuery) => Promise<{ metrics: readonly MetricHistory[]; next: number | null }>;
  },
): void {
  http.get("/v1/schema", async ({ url }) => {
    const asked = pageQuery(querySchema, url.searchParams, "device, metric, after, limit (1 to 1000)");
    if ("error" in asked) return json(asked, 400);
    const { device, metric, ...page } = asked.query;
    const { metrics, next } = await deps.schema({ device: device ?? null, metric: metric ?? null, ...page });
    return json({ schema: metrics.map(shown), next });
  });
}

const querySchema = z.strictObject({
  device: z.string().min(1).max(1024).optional(),
  metric: z.string().min(1).max(1024).optional(),
  after: z.coerce.number().int().min(-1).default(-1),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

function shown({ device, metric, current, changes, versions }: MetricHistory): object {
  const { type, unit } = current;
  const firstMs = Math.min(...versions.map((version) => version.firstMs));
  return {
    device,
    metric,
    type,
    unit,
    first_seen: iso(firstMs),
    last_seen: iso(current.lastMs),
    changes,
    versions: versions.map((version) => ({
      type: version.type,
      unit: version.unit,
      first_seen: iso(version.firstMs),
      last_seen: iso(version.lastMs),
    })),
  } satisfies Record<string, unknown>;
}

/** Null: nobody looked, before this version of the software. */
function iso(timeMs: SeenVersion["firstMs"]): string | null {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
