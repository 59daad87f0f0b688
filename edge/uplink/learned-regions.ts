import { readFileSync } from "node:fs";
import { z } from "zod";
import { isName, regionId } from "../../proto/core/ids.ts";
import type { RegionId } from "../../proto/core/ids.ts";
import { isRegionUrl } from "../../proto/runtime/options/fields.ts";
import { writeFileDurably } from "../../proto/runtime/sqlite.ts";

/** A region and where gateways reach it. */
export type RegionAddress = { readonly region: RegionId; readonly url: string };

/**
 * The regions that regions told this gateway of, kept in a file beside its database: a gateway whose configured regions
 * are all gone finds the others after a restart, too. A file that cannot be read is as good as none, and must not keep
 * a gateway from starting.
 *
 * With `tlsOnly` an address without TLS is left out, too: credentials go along with every greeting.
 */
export class LearnedRegions {
  readonly #path: string;
  readonly #tlsOnly: boolean;
  #regions: readonly RegionAddress[];

  constructor(path: string, options: { readonly tlsOnly: boolean }) {
    this.#path = path;
    this.#tlsOnly = options.tlsOnly;
    this.#regions = read(path).filter(({ url }) => this.#trusted(url));
  }

  get all(): readonly RegionAddress[] {
    return this.#regions;
  }

  /**
   * What a region says that the regions are; what is no name or address is left out. The region itself, which answers
   * and may not know by which address, stays.
   * @returns whether it is something else than what was known.
   * @throws Error when the file cannot be written; what was said is known nevertheless.
   */
  learn(from: RegionId, told: readonly { readonly name: string; readonly url: string }[]): boolean {
    const known = this.#regions.find(({ region }) => region === from);
    const itself =
      known === undefined || told.some(({ name }) => name === from) ? [] : [{ name: from, url: known.url }];
    const regions = [...told, ...itself]
      .filter(({ name, url }) => isName(name) && isRegionUrl(url) && this.#trusted(url))
      .slice(0, REGIONS_MAX)
      .map(({ name, url }): RegionAddress => ({ region: regionId(name), url }));
    const text = JSON.stringify(regions);
    if (text === JSON.stringify(this.#regions)) return false;
    this.#regions = regions;
    writeFileDurably(this.#path, `${text}\n`);
    return true;
  }

  #trusted(url: string): boolean {
    return !this.#tlsOnly || /^https:/iu.test(url);
  }
}

const REGIONS_MAX = 32;
const schema: z.ZodType<RegionAddress[]> = z
  .array(z.strictObject({ region: z.string().refine(isName).transform(regionId), url: z.string().refine(isRegionUrl) }))
  .max(REGIONS_MAX);

function read(path: string): readonly RegionAddress[] {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return [];
  }
}
