import type { z } from "zod";
import type { Listing } from "../../wire/http/listing.ts";
import { listingSchema } from "../../wire/http/listing.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { json, JSON_TYPE, NDJSON_TYPE } from "./http-answer.ts";
import type { Parameters, ParameterSchemas } from "./parameters.ts";
import {
  cursorParameter,
  formatCursor,
  formatParameter,
  optional,
  parameterReader,
  wholeNumberParameter,
} from "./parameters.ts";
import type { Route } from "./route.ts";

/**
 * One page of rows from a store or a thread. `next` is null at the end. A page may be short before the end. `damaged` names
 * rows that are left out because the disk has changed them.
 */
export type RowPage<Row, Key> = {
  readonly rows: readonly Row[];
  readonly next: Key | null;
  readonly damaged?: readonly string[];
};

/** How many rows a page may have. */
export type PageLimits = { readonly max: number; readonly usual: number };

/**
 * GET of a listing. Besides its own parameters it takes `limit`, `cursor` and `format`. JSON is one page. NDJSON has
 * all pages, one row a line, and reads them as fast as the client does. The `Accept` header may choose NDJSON too.
 *
 * The rows are not checked against the schema here, because that would cost more than making them. The compiler checks
 * what `show` returns, and tests check the answers of a running process.
 */
export function listingRoute<S extends ParameterSchemas, Row, Key, Shown>(
  listing: Pick<Route, "path" | "summary"> & {
    readonly parameters: S;
    readonly row: z.ZodType<Shown>;
    readonly key: z.ZodType<Key>;
    readonly limits?: PageLimits;
    readonly page: (parameters: Parameters<S>, after: Key | null, limit: number) => Promise<RowPage<Row, Key>>;
    readonly show: (row: Row) => Shown;
  },
): Route {
  const { path, summary, row, page, show, limits = { max: 10_000, usual: 1_000 } } = listing;
  const paging = {
    limit: optional(wholeNumberParameter(1, limits.max)),
    cursor: optional(cursorParameter(listing.key)),
    format: optional(formatParameter),
  };
  const readOwn = parameterReader(listing.parameters, Object.keys(paging));
  const readPaging = parameterReader(paging, Object.keys(listing.parameters));
  return {
    method: "GET",
    path,
    summary,
    who: "anyone",
    parameters: { ...listing.parameters, ...paging },
    body: null,
    answers: [
      { contentType: JSON_TYPE, schema: listingSchema(row) },
      { contentType: NDJSON_TYPE, schema: row },
    ],
    errors: [],
    respond: async ({ url, headers, signal }) => {
      const own = readOwn(url.searchParams);
      const { limit, cursor, format } = readPaging(url.searchParams);
      if (!wantsNdjson(format, headers.accept)) {
        const { rows, next, damaged } = await page(own, cursor, limit ?? limits.usual);
        const answer: Listing<Shown> = {
          rows: rows.map(show),
          next: next === null ? null : formatCursor(next),
          ...(damaged === undefined ? {} : { damaged }),
        };
        return json(answer);
      }
      // The first page is read before the answer begins, so that a failure can still become a status.
      const first = await page(own, cursor, Math.min(limit ?? limits.usual, limits.usual));
      return ndjson(lines(first, limit ?? Number.POSITIVE_INFINITY));

      /** One chunk a page. `limit` counts lines; without it the answer continues to the end. */
      async function* lines(start: RowPage<Row, Key>, wanted: number): AsyncGenerator<string> {
        let current = start;
        let left = wanted;
        for (;;) {
          if (signal.aborted) return;
          if (current.rows.length > 0) yield current.rows.map((one) => `${JSON.stringify(show(one))}\n`).join("");
          // A reader of rows does not know this line. It must fail there, because rows are missing.
          if (current.damaged !== undefined) yield `${JSON.stringify({ damaged: current.damaged })}\n`;
          left -= current.rows.length;
          if (current.next === null || left <= 0) return;
          current = await page(own, current.next, Math.min(left, limits.usual));
        }
      }
    },
  };
}

export function wantsNdjson(format: "json" | "ndjson" | null, accept: string | undefined): boolean {
  return format === null ? (accept ?? "").includes("application/x-ndjson") : format === "ndjson";
}

export function ndjson(body: string | AsyncIterable<string>): HttpAnswer {
  return { status: 200, contentType: NDJSON_TYPE, body };
}
