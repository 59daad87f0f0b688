import { join } from "node:path";
import type { Fault } from "../../proto/core/fault.ts";
import { regionId } from "../../proto/core/ids.ts";
import type { RegionId } from "../../proto/core/ids.ts";
import { storageFault } from "../../proto/runtime/sqlite.ts";
import type { EdgeConfig } from "../config.ts";
import { GrpcEndpoint } from "./grpc-session.ts";
import type { GatewaySelf } from "./grpc-session.ts";
import type { RegionAddress } from "./learned-regions.ts";
import { LearnedRegions } from "./learned-regions.ts";

/** How this gateway reaches regions: those that its configuration names, and those that it learned from a region. */
export class RegionEndpoints {
  /** In the order of preference. */
  readonly configured: readonly GrpcEndpoint[];
  readonly #endpointOf: (address: RegionAddress) => GrpcEndpoint;
  readonly #learned: LearnedRegions;
  readonly #events: RegionListEvents;

  /** @throws Fault when an address or a file that the configuration names cannot be used. */
  constructor(config: Pick<EdgeConfig, "regions" | "dataDir">, self: GatewaySelf, events: RegionListEvents) {
    const [home] = config.regions;
    this.#events = events;
    this.#endpointOf = ({ region, url }) => {
      // A learned region has no token and no certificates of its own. It uses those of the home region.
      const settings = config.regions.find(({ name }) => name === region) ?? home;
      return new GrpcEndpoint({ ...settings, region, url }, self);
    };
    this.configured = config.regions.map(({ name, url }) => this.#endpointOf({ region: regionId(name), url }));
    for (const endpoint of this.configured) endpoint.verify();
    this.#learned = new LearnedRegions(join(config.dataDir, "regions.json"), {
      // The token of the home region must not be sent without encryption because another region gave such an address.
      tlsOnly: home?.url.startsWith("https:") ?? false,
    });
  }

  /** Reads the regions that earlier lives of the process learned. Call it once, before `learn`. */
  loadLearned(): readonly GrpcEndpoint[] {
    this.#learned.load();
    return this.#learnedEndpoints;
  }

  /**
   * Takes over the list of regions that a region sent.
   * @returns the endpoints of all learned regions, or null when the list did not change.
   */
  readonly learn = (
    from: RegionId,
    regions: readonly { readonly name: string; readonly url: string }[],
  ): readonly GrpcEndpoint[] | null => {
    try {
      if (!this.#learned.learn(from, regions)) return null;
      this.#events.regionsLearned(this.#learned.all);
    } catch (error) {
      // A list that is not on disk is learned again after a restart. If the disk itself fails, the journal reports it.
      this.#events.regionsNotKept(storageFault(error, "regions.json"));
    }
    return this.#learnedEndpoints;
  };

  get #learnedEndpoints(): readonly GrpcEndpoint[] {
    return this.#learned.all.map(this.#endpointOf);
  }
}

export type RegionListEvents = {
  regionsLearned(regions: readonly RegionAddress[]): void;
  regionsNotKept(fault: Fault): void;
};
