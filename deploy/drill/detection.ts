import type { Injection } from "./injections/injection.ts";
import { keepsReadingsFrom, partsHitBy } from "./injections/injection.ts";
import type { Sample } from "./samples.ts";

/**
 * Notices when a part first reports trouble with what the injections of one step hit. Where parts report them in words, words
 * that were said before do not count, unless the part took them back meanwhile.
 */
export class Detection {
  readonly #injections: readonly Injection[];
  /** The words that do not count. */
  readonly #known = new Map<Injection, string | null>();

  /** @param before the last sample before the injections began. */
  constructor(injections: readonly Injection[], before: Sample) {
    this.#injections = injections;
    for (const injection of injections) this.#known.set(injection, injection.reported?.(before)?.text ?? null);
  }

  /** @returns the part that reports it; undefined while none does. */
  look(sample: Sample): string | undefined {
    const inWords = this.#injections.filter(({ reported }) => reported !== undefined);
    if (inWords.length === 0) return partWithoutConnection(this.#injections, sample);
    for (const injection of inWords) {
      const report = injection.reported?.(sample);
      if (report === undefined) continue;
      if (report.text !== null && report.text !== this.#known.get(injection)) return report.by;
      this.#known.set(injection, report.text);
    }
    return undefined;
  }
}

/** The part that has lost a connection to a part that these injections hit. */
function partWithoutConnection(injections: readonly Injection[], { gateways, regions }: Sample): string | undefined {
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
