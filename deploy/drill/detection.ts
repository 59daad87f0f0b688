import type { Injection } from "./injections/injection.ts";
import { keepsReadingsFrom, partsHitBy } from "./injections/injection.ts";
import type { Sample } from "./samples.ts";

/** The part that reports trouble with a part that these injections hit; undefined while none does. */
export function detectingPart(injections: readonly Injection[], sample: Sample): string | undefined {
  const { gateways, regions } = sample;
  const reports = injections.flatMap(({ reportedBy }) => reportedBy ?? []);
  if (reports.length > 0) return reports.map((by) => by(sample)).find((part) => part !== undefined);
  for (const [name, gateway] of gateways) {
    if (gateway === undefined) continue;
    const isHit = (region: string): boolean =>
      injections.some((injection) => keepsReadingsFrom(injection, name, region));
    const home = gateway.regions[0]?.region ?? "";
    const hasLost = gateway.regions.some(({ region, link }) => link === "waiting" && isHit(region));
    if (hasLost || (gateway.activeRegion !== home && isHit(home))) return `gateway ${name}`;
  }
  const hit = new Set(injections.flatMap(partsHitBy));
  for (const [name, region] of regions) {
    if (region?.peers.some((peer) => !peer.connected && hit.has(peer.name)) === true) return `region ${name}`;
  }
  return undefined;
}
