import type { Fault } from "./injections.ts";
import { hits, partsOf } from "./injections.ts";
import type { Sample } from "./samples.ts";

/** Who says that something is wrong with what these faults hit; undefined while nobody does. */
export function whoNotices(faults: readonly Fault[], { gateways, regions }: Sample): string | undefined {
  for (const [name, gateway] of gateways) {
    if (gateway === undefined) continue;
    const isHit = (region: string): boolean => faults.some((fault) => hits(fault, name, region));
    const home = gateway.regions[0]?.region ?? "";
    const hasLost = gateway.regions.some(({ region, link }) => link === "waiting" && isHit(region));
    if (hasLost || (gateway.carrier !== home && isHit(home))) return `gateway ${name}`;
  }
  const hit = new Set(faults.flatMap(partsOf));
  for (const [name, region] of regions) {
    if (region?.peers.some((peer) => !peer.connected && hit.has(peer.name)) === true) return `region ${name}`;
  }
  return undefined;
}
