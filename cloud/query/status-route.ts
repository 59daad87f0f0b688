import { jsonRoute, NO_PARAMETERS } from "../../proto/runtime/http/route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { PeerRegion, RegionStatus, TwinGateway } from "../../proto/wire/http/region-status.ts";
import { regionStatusSchema } from "../../proto/wire/http/region-status.ts";
import type { PeerStatus } from "../core/replication-events.ts";
import type { TwinLife } from "../core/twins.ts";
import type { Store } from "../store/store.ts";
import type { KnownDigests } from "./digests-route.ts";
import { differingPeers } from "./digests-route.ts";
import type { GatewaysSeen } from "./gateways-route.ts";
import { regionSentence } from "./region-sentence.ts";
import type { RegionsSeen } from "./regions-route.ts";
import { iso } from "./shown-record.ts";

type StatusDeps = {
  readonly store: Pick<Store, "totals" | "lost" | "damaged">;
  readonly regions: RegionsSeen;
  readonly clock: { nowMs(): number };
  readonly digests: KnownDigests;
  /** How long ago the last batch arrived, measured monotonically; null: none since the start. */
  readonly lastBatchAgeMs: () => number | null;
  readonly scrubber: { readonly repaired: number; readonly walks: number; readonly isReadable: boolean };
  readonly gateways: Pick<GatewaysSeen, "twins">;
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

export async function regionStatus(deps: StatusDeps): Promise<RegionStatus> {
  const { store, regions, clock, digests, gateways } = deps;
  const totals = await store.totals();
  const lost = await store.lost();
  const damaged = await store.damaged();
  const peers = regions.peers();
  const ageMs = deps.lastBatchAgeMs() ?? storedAgeMs(totals.lastReceivedMs, clock.nowMs());
  const twins = gateways.twins();
  const named = twins.map(({ gateway }) => gateway);
  return {
    sentence: regionSentence(
      totals,
      { peers, differing: differingPeers(digests), lost, damaged, isReadable: deps.scrubber.isReadable, twins: named },
      ageMs,
    ),
    region: regions.self,
    gateways: totals.gateways,
    streams: totals.streams,
    series: totals.series,
    readings: totals.readings,
    records: totals.records,
    raw_readings: totals.rawReadings,
    forks: totals.forks,
    unapplied_batches: totals.unapplied,
    damaged_rows: damaged,
    repaired_rows: deps.scrubber.repaired,
    scrubs: deps.scrubber.walks,
    lost_batches: lost?.batches ?? 0,
    awaited_batches: lost?.awaited ?? 0,
    twins: twins.map(({ gateway, accepted, refused, isDecided, sinceMs }) => ({
      gateway,
      accepted: accepted === null ? null : shownTwin(accepted),
      refused: shownTwin(refused),
      decided: isDecided,
      since: iso(sinceMs),
    })),
    peers: peers.map(shownPeer),
    last_batch: lastBatch(totals.lastReceivedMs, ageMs === null ? null : clock.nowMs() - ageMs),
  };
}

/** By the times that an earlier life stored; null: unknown, because the clock has gone back since then. */
function storedAgeMs(receivedMs: number | null, nowMs: number): number | null {
  return receivedMs === null || receivedMs > nowMs ? null : nowMs - receivedMs;
}

function lastBatch(receivedMs: number | null, byAgeMs: number | null): string | null {
  return receivedMs === null ? null : iso(byAgeMs ?? receivedMs);
}

function shownTwin({ life, region, address }: TwinLife): TwinGateway {
  return { stream: life, region, address };
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
