import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import { listedSeriesSchema } from "../../proto/wire/http/series.ts";
import type { Store } from "../store/store.ts";
import { seriesFilter } from "./filters.ts";
import { seriesKeySchema } from "./cursor-keys.ts";

/** `GET /v1/series`: which devices and metrics there are. */
export function seriesRoute(store: Pick<Store, "series">): Route {
  return listingRoute({
    path: "/v1/series",
    summary: "devices and metrics",
    parameters: seriesFilter,
    row: listedSeriesSchema,
    key: seriesKeySchema,
    page: (filter, after, limit) => store.series({ ...filter, after, limit }),
    show: ({ device, metric }) => ({ device, metric }),
  });
}
