import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import { optional, timeRange, windowParameter } from "../../proto/runtime/http/parameters.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import { recordSchema } from "../../proto/wire/http/records.ts";
import type { Store } from "../store/store.ts";
import { answerKeySchema } from "./cursor-keys.ts";
import { seriesFilter, timeFilter } from "./filters.ts";
import { shownRecord } from "./shown-record.ts";

/** `GET /v1/records`: the records of windows. `from` and `to` limit the start of a window. */
export function recordsRoute(store: Pick<Store, "records">): Route {
  return listingRoute({
    path: "/v1/records",
    summary: "records of windows",
    parameters: { ...seriesFilter, window: optional(windowParameter), ...timeFilter },
    row: recordSchema,
    key: answerKeySchema,
    page: async ({ device, metric, window: windowMs, ...range }, after, limit) =>
      store.records({ device, metric, windowMs, ...timeRange(range), after, limit }),
    show: shownRecord,
  });
}
