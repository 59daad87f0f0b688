import { z } from "zod";

/**
 * A page of a listing. `next` goes back as the parameter `cursor`; null: this is the end. A page may be short, even
 * empty, before the end. As NDJSON a listing is one row a line, all pages in one answer.
 *
 * `damaged` is there when the page leaves out stored rows that the disk has changed. It names at most 100 of them. NDJSON
 * has a line with `damaged` instead, after the rows of the page.
 */
export type Listing<Row> = {
  readonly rows: readonly Row[];
  readonly next: string | null;
  readonly damaged?: readonly string[];
};

export function listingSchema<Row>(row: z.ZodType<Row>): z.ZodType<Listing<Row>> {
  return z.object({
    rows: z.array(row).readonly(),
    next: z.string().nullable(),
    damaged: z.array(z.string()).readonly().exactOptional(),
  });
}
