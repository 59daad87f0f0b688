import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import { nameParameter, optional } from "../../proto/runtime/http/parameters.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { ShownStream } from "../../proto/wire/http/streams.ts";
import { streamSchema } from "../../proto/wire/http/streams.ts";
import type { Store, StreamReport } from "../store/store.ts";
import { streamKeySchema } from "./cursor-keys.ts";
import { iso } from "./shown-record.ts";

/** `GET /v1/gateways`: what each gateway delivered, stream by stream. */
export function gatewaysRoute(deps: {
  readonly store: Pick<Store, "streams">;
  readonly lastSeenMs: (gateway: string) => number | null;
}): Route {
  const { store, lastSeenMs } = deps;
  return listingRoute({
    path: "/v1/gateways",
    summary: "what each gateway delivered, by stream",
    parameters: { gateway: optional(nameParameter) },
    row: streamSchema,
    key: streamKeySchema,
    page: ({ gateway }, after, limit) => store.streams({ gateway, after, limit }),
    show: (row) => shownStream(row, lastSeenMs(row.gateway)),
  });
}

function shownStream(row: StreamReport, lastSeenMs: number | null): ShownStream {
  return {
    gateway: row.gateway,
    stream: row.streamId,
    durable: row.have,
    last_batch: iso(row.lastReceivedMs),
    gateway_last_seen: lastSeenMs === null ? null : iso(lastSeenMs),
    readings: row.readings,
    redelivered: row.redelivered,
    dead_letters: row.deadLetters,
    discards: row.discards,
    records: row.records,
    raw_readings: row.rawReadings,
  };
}
