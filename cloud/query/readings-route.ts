import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import { booleanParameter, optional, timeRange } from "../../proto/runtime/http/parameters.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import { typeOfValue } from "../../proto/core/schema.ts";
import type { ShownReading } from "../../proto/wire/http/records.ts";
import { readingSchema } from "../../proto/wire/http/records.ts";
import type { RawReading, Store } from "../store/store.ts";
import { readingKeySchema } from "./cursor-keys.ts";
import { seriesFilter, timeFilter } from "./filters.ts";
import { iso, shownValue } from "./shown-record.ts";

/**
 * `GET /v1/readings`: raw readings, of series whose gateways forward them. A reading that two gateways forwarded is listed
 * once, unless `dedupe` is false.
 */
export function readingsRoute(store: Pick<Store, "readings">): Route {
  return listingRoute({
    path: "/v1/readings",
    summary: "raw readings",
    parameters: { ...seriesFilter, ...timeFilter, dedupe: optional(booleanParameter) },
    row: readingSchema,
    key: readingKeySchema,
    page: async ({ device, metric, dedupe, ...range }, after, limit) =>
      store.readings({ device, metric, ...timeRange(range), dedupe: dedupe ?? true, after, limit }),
    show: shownReading,
  });
}

function shownReading(row: RawReading): ShownReading {
  return {
    device: row.device,
    metric: row.metric,
    type: typeOfValue(row.value),
    unit: row.unit,
    time: iso(row.timeMs),
    value: shownValue(row.value),
    clock: row.clock,
    gateway: row.gateway,
    stream: row.streamId,
    seq: row.seq,
    index: row.index,
  };
}
