import { readFileSync } from "node:fs";
import { z } from "zod";
import { isName, regionId } from "../../proto/core/ids.ts";
import type { RegionId } from "../../proto/core/ids.ts";
import { isRegionUrl } from "../../proto/runtime/options/fields.ts";
import { writeFileDurably } from "../../proto/runtime/sqlite.ts";

/** A region and its address for gateways. */
export type RegionAddress = { readonly region: RegionId; readonly url: string };

/**
 * The regions that this gateway learned from a region's greeting. They are kept in a file beside the database, so that a
 * gateway finds them after a restart even if all its configured regions are gone. A file that cannot be read counts as
 * empty, because it must not stop a gateway from starting.
 *
 * With `tlsOnly`, addresses without TLS are left out, because every greeting contains credentials.
 */
export class LearnedRegions {
  readonly #path: string;
  readonly #tlsOnly: boolean;
  #regions: readonly RegionAddress[] = [];

  constructor(path: string, options: { readonly tlsOnly: boolean }) {
    this.#path = path;
    this.#tlsOnly = options.tlsOnly;
  }

  /** Reads the file. Call it once, before `learn`. */
  load(): void {
    this.#regions = read(this.#path).filter(({ url }) => this.#trusted(url));
  }

  get all(): readonly RegionAddress[] {
    return this.#regions;
  }

  /**
   * Keeps the regions that a region listed. Entries without a valid name and address are left out. The region that sent
   * the list stays known even if the list lacks it, because it may not know the address that it is reached by.
   * @returns whether the list is new.
   * @throws Error if the file cannot be written. The list is known in memory nevertheless.
   */
  learn(from: RegionId, listed: readonly { readonly name: string; readonly url: string }[]): boolean {
    const known = this.#regions.find(({ region }) => region === from);
    const itself =
      known === undefined || listed.some(({ name }) => name === from) ? [] : [{ name: from, url: known.url }];
    const regions = [...listed, ...itself]
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
