import type { Route } from "../../proto/runtime/http/route.ts";
import { conflictsRoute } from "./conflicts-route.ts";
import { digestsRoute } from "./digests-route.ts";
import type { KnownDigests } from "./digests-route.ts";
import { gatewaysRoute } from "./gateways-route.ts";
import type { GatewaysSeen } from "./gateways-route.ts";
import { readingsRoute } from "./readings-route.ts";
import { recordsRoute } from "./records-route.ts";
import { regionsRoute } from "./regions-route.ts";
import type { RegionsSeen } from "./regions-route.ts";
import { revisionsRoute } from "./revisions-route.ts";
import { seriesSchemaRoute } from "./schema-route.ts";
import { seriesRoute } from "./series-route.ts";
import { statusRoute } from "./status-route.ts";
import type { Store } from "../store/store.ts";

/**
 * The answers of a region to people and programs. Each address has one file and one line here. A new question to the store
 * is a method of `Store`, its SQL in a file of `cloud/store/sqlite`, and its route with the schema of the answer.
 */
export function queryRoutes(deps: {
  readonly store: Store;
  readonly regions: RegionsSeen;
  readonly clock: { nowMs(): number };
  /** How long ago the last batch arrived; null: none since the start of the region. */
  readonly lastBatchAgeMs: () => number | null;
  readonly gateways: GatewaysSeen;
  /** Damaged rows that were repaired, and walks that ended, since the start of the region. */
  readonly scrubber: { readonly repaired: number; readonly walks: number; readonly isReadable: boolean };
  readonly digests: KnownDigests;
}): readonly Route[] {
  const { store, regions, gateways, digests } = deps;
  return [
    statusRoute(deps),
    gatewaysRoute({ store, gateways }),
    regionsRoute(regions),
    seriesRoute(store),
    seriesSchemaRoute(store),
    recordsRoute(store),
    readingsRoute(store),
    revisionsRoute(store),
    conflictsRoute(store),
    digestsRoute(digests),
  ];
}
