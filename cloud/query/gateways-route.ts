import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import { nameParameter, optional } from "../../proto/runtime/http/parameters.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { ShownStream } from "../../proto/wire/http/streams.ts";
import { streamSchema } from "../../proto/wire/http/streams.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { FoundTwins } from "../core/twins.ts";
import type { Store, StreamReport } from "../store/store.ts";
import { streamKeySchema } from "./cursor-keys.ts";
import { iso } from "./shown-record.ts";

/** The gateways that are connected now. */
export type GatewaysSeen = {
  /** When a gateway was last heard from; null: not since the start of the region. */
  readonly lastSeenMs: (gateway: string) => number | null;
  /** The sessions of a gateway with this region, by the first stream of its process. */
  readonly connected: (gateway: string) => readonly { readonly life: StreamId; readonly address: string }[];
  readonly twins: () => readonly FoundTwins[];
};

/** `GET /v1/gateways`: what each gateway delivered, stream by stream. */
export function gatewaysRoute(deps: {
  readonly store: Pick<Store, "streams">;
  readonly gateways: GatewaysSeen;
}): Route {
  const { store, gateways } = deps;
  return listingRoute({
    path: "/v1/gateways",
    summary: "what each gateway delivered, by stream",
    parameters: { gateway: optional(nameParameter) },
    row: streamSchema,
    key: streamKeySchema,
    page: ({ gateway }, after, limit) => store.streams({ gateway, after, limit }),
    show: (row) => shownStream(row, gateways),
  });
}

function shownStream(row: StreamReport, gateways: GatewaysSeen): ShownStream {
  const lastSeenMs = gateways.lastSeenMs(row.gateway);
  const session = gateways.connected(row.gateway).find(({ life }) => life === row.streamId);
  const twins = gateways.twins().find(({ gateway }) => gateway === row.gateway);
  return {
    gateway: row.gateway,
    stream: row.streamId,
    durable: row.have,
    last_batch: iso(row.lastReceivedMs),
    gateway_last_seen: lastSeenMs === null ? null : iso(lastSeenMs),
    connected_from: session?.address ?? null,
    refused_twin: twins?.refused.address ?? null,
    readings: row.readings,
    redelivered: row.redelivered,
    dead_letters: row.deadLetters,
    discards: row.discards,
    records: row.records,
    raw_readings: row.rawReadings,
  };
}
