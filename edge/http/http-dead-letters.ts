import { z } from "zod";
import { refusedWithoutToken } from "../../proto/runtime/bearer-token.ts";
import type { HttpAnswer, HttpRequest, HttpServer } from "../../proto/runtime/http.ts";
import { json } from "../../proto/runtime/http.ts";
import { isLastPage } from "../core/storage/dead-letter-page.ts";
import { CONTENT_FORMATS } from "../decode/content-type.ts";
import type { StorageClient } from "../storage/storage-client.ts";
import type { StoredDeadLetter } from "../storage/gateway-database.ts";
import { pageQuery } from "./page-query.ts";

/**
 * Dead letters over HTTP: everybody who reaches the page may look, whoever knows the token of the operators may bring them
 * in again or throw them away. All of it goes page by page, so that no question holds up the storage thread.
 */
export function serveDeadLetters(
  http: HttpServer,
  deps: {
    readonly letters: Pick<StorageClient, "deadLetters" | "retryDeadLetters" | "purgeDeadLetters">;
    /** Decides by the token that a request presents; null where commands are off. */
    readonly authorized: ((token: string) => boolean) | null;
  },
): void {
  const { letters, authorized } = deps;
  const command = (work: (query: Query) => Promise<object>): ((request: HttpRequest) => Promise<HttpAnswer>) => {
    return async (request) => {
      const refused = refusedWithoutToken(request, { authorized, who: "gateway" });
      if (refused !== null) return refused;
      const asked = queryOf(request.url.searchParams);
      return "error" in asked ? json(asked, 400) : json(await work(asked.query));
    };
  };
  http
    .get("/v1/dead-letters", async ({ url }) => {
      const asked = queryOf(url.searchParams);
      if ("error" in asked) return json(asked, 400);
      const { query } = asked;
      const page = await letters.deadLetters(query);
      const next = isLastPage(page, query) ? null : (page.at(-1)?.id ?? null);
      return json({ dead_letters: page.map(shown), next });
    })
    .post(
      "/v1/dead-letters/retry",
      command(async (query) => {
        const { looked, retried, readings, cut, last, isEnd } = await letters.retryDeadLetters(query);
        return { looked, retried, readings, cut, next: isEnd ? null : last };
      }),
      { bodyBytesMax: 0 },
    )
    .post(
      "/v1/dead-letters/purge",
      command(async (query) => {
        const purged = await letters.purgeDeadLetters(query);
        return { purged, next: purged < query.limit ? null : query.after };
      }),
      { bodyBytesMax: 0 },
    );
}

type Query = { readonly after: number; readonly reason: string | undefined; readonly limit: number };

const schema: z.ZodType<Query> = z
  .strictObject({
    after: z.coerce.number().int().min(0).default(0),
    reason: z.string().max(64).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  })
  .transform(({ reason, ...page }) => ({ ...page, reason }));

function queryOf(parameters: URLSearchParams): ReturnType<typeof pageQuery<Query>> {
  return pageQuery(schema, parameters, "after, reason, limit (1 to 1000)");
}

/** The payload as base64: it may be any bytes. */
function shown({ arrivedMs, clockKnown, format, payload, ...rest }: StoredDeadLetter): object {
  const said = CONTENT_FORMATS[format];
  return {
    ...rest,
    ...(clockKnown === 1 ? {} : { arrivedIsEstimate: true }),
    ...(said === undefined ? {} : { format: said }),
    arrived: new Date(arrivedMs).toISOString(),
    payload: Buffer.from(payload).toString("base64"),
  };
}
