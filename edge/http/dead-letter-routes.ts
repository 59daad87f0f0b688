import { z } from "zod";
import { BYTES_TYPE } from "../../proto/runtime/http/http-answer.ts";
import { HttpError } from "../../proto/runtime/http/http-error.ts";
import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import { cursorParameter, formatCursor, optional, wholeNumberParameter } from "../../proto/runtime/http/parameters.ts";
import { commandRoute, jsonRoute, NO_BODY, rawRoute } from "../../proto/runtime/http/route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { ShownDeadLetter } from "../../proto/wire/http/dead-letters.ts";
import { deadLetterSchema, purgeSchema, retrySchema } from "../../proto/wire/http/dead-letters.ts";
import { isLastPage } from "../core/storage/dead-letter-page.ts";
import { CONTENT_FORMATS } from "../decode/content-type.ts";
import type { StoredDeadLetter } from "../storage/tables/dead-letter-table.ts";
import type { StorageClient } from "../storage/storage-client.ts";

/**
 * Dead letters over HTTP. Everybody may read them; operators may retry or purge them. Every request handles one page, so
 * that it does not hold up the storage thread.
 */
export function deadLetterRoutes(
  letters: Pick<StorageClient, "deadLetters" | "retryDeadLetters" | "purgeDeadLetters">,
): readonly Route[] {
  const letterOf = async (wanted: number): Promise<StoredDeadLetter> => {
    const [letter] = await letters.deadLetters({ after: wanted - 1, reason: undefined, limit: 1 });
    if (letter?.id === wanted) return letter;
    throw new HttpError("not_found", { message: `there is no dead letter ${wanted}` });
  };
  return [
    listingRoute({
      path: "/v1/dead-letters",
      summary: "messages that should contain readings and cannot be decoded",
      parameters: { reason },
      row: deadLetterSchema,
      key,
      limits: LIMITS,
      page: async (asked, after, limit) => {
        const query = { after: after ?? 0, reason: asked.reason ?? undefined, limit };
        const rows = await letters.deadLetters(query);
        return { rows, next: isLastPage(rows, query) ? null : (rows.at(-1)?.id ?? null) };
      },
      show: shown,
    }),
    jsonRoute({
      path: "/v1/dead-letters/one",
      summary: "one dead letter",
      parameters: { id },
      answer: deadLetterSchema,
      errors: ["not_found"],
      handle: async (asked) => shown(await letterOf(asked.id)),
    }),
    rawRoute({
      path: "/v1/dead-letters/payload",
      summary: "the payload of a dead letter, as far as it was stored",
      parameters: { id },
      contentType: BYTES_TYPE,
      errors: ["not_found"],
      handle: async (asked) => (await letterOf(asked.id)).payload,
    }),
    commandRoute({
      path: "/v1/dead-letters/retry",
      summary: "decode a page of dead letters again",
      parameters,
      body: NO_BODY,
      answer: retrySchema,
      handle: async (asked) => {
        const page = await letters.retryDeadLetters(pageOf(asked));
        const { looked, retried, readings, cut, last, isEnd } = page;
        return { looked, retried, readings, cut, next: isEnd ? null : formatCursor(last) };
      },
    }),
    commandRoute({
      path: "/v1/dead-letters/purge",
      summary: "delete a page of dead letters",
      parameters,
      body: NO_BODY,
      answer: purgeSchema,
      handle: async (asked) => {
        const query = pageOf(asked);
        const purged = await letters.purgeDeadLetters(query);
        // The deleted dead letters are gone, so the next page begins after the same id.
        return { purged, next: purged < query.limit ? null : formatCursor(query.after) };
      },
    }),
  ];
}

const LIMITS = { max: 1000, usual: 100 };
const id = wholeNumberParameter(1, Number.MAX_SAFE_INTEGER);
const reason = optional(z.string().max(64).describe("the reason of a dead letter, such as syntax"));
/** The id of the last letter that was looked at. */
const key = z.number().int().min(0);
const parameters = {
  reason,
  limit: optional(wholeNumberParameter(1, LIMITS.max)),
  cursor: optional(cursorParameter(key)),
};

function pageOf(asked: { reason: string | null; limit: number | null; cursor: number | null }): {
  after: number;
  reason: string | undefined;
  limit: number;
} {
  return { after: asked.cursor ?? 0, reason: asked.reason ?? undefined, limit: asked.limit ?? LIMITS.usual };
}

function shown(letter: StoredDeadLetter): ShownDeadLetter {
  const format = CONTENT_FORMATS[letter.format];
  return {
    id: letter.id,
    arrived: new Date(letter.arrivedMs).toISOString(),
    ...(letter.clockKnown === 1 ? {} : { arrived_is_estimate: true }),
    client: letter.client,
    topic: letter.topic,
    reason: letter.reason,
    detail: letter.detail,
    route: letter.route,
    ...(format === undefined ? {} : { format }),
    size: letter.size,
    payload: Buffer.from(letter.payload).toString("base64"),
  };
}
