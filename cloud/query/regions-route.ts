import type { Member } from "../../proto/core/member.ts";
import { jsonRoute, NO_PARAMETERS } from "../../proto/runtime/http/route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import { regionsSchema } from "../../proto/wire/http/regions.ts";
import type { PeerStatus } from "../core/replication-events.ts";

/** The regions, as this one sees them now. */
export type RegionsSeen = {
  /** This region. */
  readonly self: string;
  readonly members: () => readonly Member[];
  readonly peers: () => readonly PeerStatus[];
};

/** `GET /v1/regions`: the list of regions, and how this one sees each of them. */
export function regionsRoute({ self, members, peers }: RegionsSeen): Route {
  return jsonRoute({
    path: "/v1/regions",
    summary: "the regions, and how this one sees them",
    parameters: NO_PARAMETERS,
    answer: regionsSchema,
    handle: () => {
      const seen = new Map(peers().map((peer) => [String(peer.peer), peer]));
      const regions = members().map(({ region, state, url, gatewayUrl }) => {
        const peer = seen.get(region);
        return {
          region,
          state,
          url: url === "" ? null : url,
          gateway_url: gatewayUrl === "" ? null : gatewayUrl,
          self: region === self,
          connected: region === self ? null : (peer?.connected ?? false),
          behind_batches: peer?.behindBatches ?? null,
        };
      });
      return { regions };
    },
  });
}
