import { z } from "zod";
import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import { nameParameter, optional } from "../../proto/runtime/http/parameters.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { ListedSchema, ListedVersion } from "../../proto/wire/http/series.ts";
import { listedSchemaSchema } from "../../proto/wire/http/series.ts";
import type { MetricHistory } from "../storage/series-registry.ts";
import type { StorageClient } from "../storage/storage-client.ts";

/** `GET /v1/schema`: the types and units of metrics, as a region shows them. */
export function gatewaySchemaRoute(storage: Pick<StorageClient, "schema">): Route {
  return listingRoute({
    path: "/v1/schema",
    summary: "types and units of each metric, and since when",
    parameters: { device: optional(nameParameter), metric: optional(nameParameter) },
    row: listedSchemaSchema,
    // The number of the last series that was looked at.
    key: z.number().int().min(0),
    limits: { max: 1000, usual: 100 },
    page: async ({ device, metric }, after, limit) => {
      const { metrics, next } = await storage.schema({ device, metric, after: after ?? -1, limit });
      return { rows: metrics, next };
    },
    show: shown,
  });
}

function shown({ device, metric, current, changes, versions }: MetricHistory): ListedSchema {
  const listed = versions.map(listedVersion);
  const first = Math.min(...versions.map(({ firstMs }) => firstMs));
  return { device, metric, ...listedVersion(current), first_seen: iso(first), changes, versions: listed };
}

function listedVersion({ type, unit, firstMs, lastMs }: MetricHistory["current"]): ListedVersion {
  return { type, unit, first_seen: iso(firstMs), last_seen: iso(lastMs) };
}

/** Null for an infinite time: it was not recorded. */
function iso(timeMs: number): string | null {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
