import { z } from "zod";

/**
 * A page of a listing. `next` goes back as the parameter `cursor`; null: this is the end. A page may be short, even
 * empty, before the end. As NDJSON a listing is one row a line, all pages in one answer.
 */
export type Listing<Row> = { readonly rows: readonly Row[]; readonly next: string | null };

export function listingSchema<Row>(row: z.ZodType<Row>): z.ZodType<Listing<Row>> {
  return z.object({ rows: z.array(row).readonly(), next: z.string().nullable() });
}
