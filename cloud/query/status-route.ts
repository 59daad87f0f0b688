import { jsonRoute, NO_PARAMETERS } from "../../proto/runtime/http/route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { PeerRegion, RegionStatus } from "../../proto/wire/http/region-status.ts";
import { regionStatusSchema } from "../../proto/wire/http/region-status.ts";
import type { PeerStatus } from "../core/replication-events.ts";
import type { Store } from "../store/store.ts";
import type { KnownDigests } from "./digests-route.ts";
import { differingPeers } from "./digests-route.ts";
import { regionSentence } from "./region-sentence.ts";
import type { RegionsSeen } from "./regions-route.ts";
import { iso } from "./shown-record.ts";

type StatusDeps = {
  readonly store: Pick<Store, "totals">;
  readonly regions: RegionsSeen;
  readonly clock: { nowMs(): number };
  readonly digests: KnownDigests;
};

/** `GET /v1/status`: the state of the region. */
export function statusRoute(deps: StatusDeps): Route {
  return jsonRoute({
    path: "/v1/status",
    summary: "the state of this region",
    parameters: NO_PARAMETERS,
    answer: regionStatusSchema,
    handle: () => regionStatus(deps),
  });
}

export async function regionStatus({ store, regions, clock, digests }: StatusDeps): Promise<RegionStatus> {
  const totals = await store.totals();
  const peers = regions.peers();
  return {
    sentence: regionSentence(totals, { peers, differing: differingPeers(digests) }, clock.nowMs()),
    region: regions.self,
    gateways: totals.gateways,
    streams: totals.streams,
    series: totals.series,
    readings: totals.readings,
    records: totals.records,
    raw_readings: totals.rawReadings,
    forks: totals.forks,
    unapplied_batches: totals.unapplied,
    peers: peers.map(shownPeer),
    last_batch: totals.lastReceivedMs === null ? null : iso(totals.lastReceivedMs),
  };
}

function shownPeer(peer: PeerStatus): PeerRegion {
  return {
    name: peer.peer,
    state: peer.state,
    connected: peer.connected,
    sends: peer.sending,
    lost: peer.lastLoss === "" ? null : peer.lastLoss,
    behind_batches: peer.behindBatches,
    behind_ms: peer.behindMs === null ? null : Math.round(peer.behindMs),
  };
}
