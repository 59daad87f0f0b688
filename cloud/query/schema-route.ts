import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { ListedSchema, ListedVersion } from "../../proto/wire/http/series.ts";
import { listedSchemaSchema } from "../../proto/wire/http/series.ts";
import { knownVersions } from "../core/known-versions.ts";
import type { SchemaRow, SchemaSpan, Store } from "../store/store.ts";
import { seriesFilter } from "./filters.ts";
import { seriesKeySchema } from "./cursor-keys.ts";
import { iso } from "./shown-record.ts";

/** `GET /v1/schema`: the types and units of each series, in the form that a gateway uses, too. */
export function seriesSchemaRoute(store: Pick<Store, "schema">): Route {
  return listingRoute({
    path: "/v1/schema",
    summary: "types and units of each series, and since when",
    parameters: seriesFilter,
    row: listedSchemaSchema,
    key: seriesKeySchema,
    page: (filter, after, limit) => store.schema({ ...filter, after, limit }),
    show: shownSchema,
  });
}

function shownSchema({ device, metric, versions: seen }: SchemaRow): ListedSchema {
  const versions = knownVersions(seen);
  const current = versions.reduce((latest, version) => (version.lastMs >= latest.lastMs ? version : latest));
  const first = Math.min(...versions.map(({ firstMs }) => firstMs));
  const shown = { ...shownVersion(current), first_seen: iso(first) };
  return { device, metric, ...shown, changes: versions.length - 1, versions: versions.map(shownVersion) };
}

function shownVersion({ type, unit, firstMs, lastMs }: SchemaSpan): ListedVersion {
  return { type, unit, first_seen: iso(firstMs), last_seen: iso(lastMs) };
}
