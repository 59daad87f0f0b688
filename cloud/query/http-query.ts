import type { Registry } from "@prometheus-io/client";

import { json, text } from "../../proto/runtime/http.ts";
import type { HttpAnswer, HttpRequest, HttpServer } from "../../proto/runtime/http.ts";
import { badRequest } from "./query-api.ts";
import type { Answer, QueryApi, Question } from "./query-api.ts";

/**
 * The addresses of a region. `readiness` says why it is not ready, or null when it is: the store is open and gateways
 * are listened to.
 */
export function serveQueries(
  http: HttpServer,
  deps: { api: QueryApi; registry: Registry; readiness: () => string | null },
): void {
  const { api, registry, readiness } = deps;
  const answered =
    (ask: (question: Question) => Promise<Answer>) =>
    async (request: HttpRequest): Promise<HttpAnswer> => {
      const question = { url: request.url, accept: request.headers.accept ?? "" };
      return httpAnswer(await ask(question).catch(badRequest), request.signal);
    };
  http
    .get(
      "/v1/series",
      answered((question) => api.series(question)),
    )
    .get(
      "/v1/schema",
      answered((question) => api.schema(question)),
    )
    .get(
      "/v1/records",
      answered((question) => api.records(question)),
    )
    .get(
      "/v1/records/revisions",
      answered((question) => api.revisions(question)),
    )
    .get(
      "/v1/conflicts",
      answered((question) => api.conflicts(question)),
    )
    .get(
      "/v1/gateways",
      answered((question) => api.gateways(question)),
    )
    .get(
      "/v1/digests",
      answered((question) => api.digests(question)),
    )
    .get(
      "/v1/regions",
      answered((question) => api.regions(question)),
    )
    .get(
      "/v1/status",
      answered((question) => api.status(question)),
    )
    .get("/metrics", async () => ({
      status: 200,
      contentType: registry.contentType,
      body: await registry.metrics(),
    }))
    .get("/healthz", () => json({ sentence: "The process is alive." }))
    .get("/readyz", () => {
      const reason = readiness();
      return reason === null
        ? json({ sentence: "The store is open and gateways are listened to." })
        : json({ sentence: reason }, 503);
    })
    .get("/", () => text(INDEX));
}

function httpAnswer(answer: Answer, signal: AbortSignal): HttpAnswer {
  switch (answer.kind) {
    case "json":
      return { status: answer.status, contentType: "application/json; charset=utf-8", body: `${answer.body}\n` };
    case "ndjson":
      return { status: 200, contentType: "application/x-ndjson; charset=utf-8", body: whileRead(answer.lines, signal) };
  }
}

/** Stops asking the store when nobody reads any more. */
async function* whileRead(lines: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  for await (const piece of lines) {
    if (signal.aborted) return;
    yield piece;
  }
}

const INDEX = `A Tidemark region.

  /v1/status     how it is, in one sentence
  /v1/gateways   what each gateway delivered           ?gateway=&limit=&cursor=&format=json|ndjson
  /v1/regions    which regions there are, and where they stand
  /v1/series     devices and metrics                   ?device=&metric=&limit=&cursor=&format=
  /v1/schema     types and units of each series, and since when   ?device=&metric=&limit=&cursor=&format=
  /v1/records    windows, or raw readings              ?device=&metric=&window=10s|1m|raw&from=&to=&limit=&cursor=&format=
  /v1/records/revisions  all that was ever said of one window   ?device=&metric=&window=&start=&format=
  /v1/conflicts  choices between what disagrees        ?device=&metric=&kind=&from=&to=&limit=&cursor=&format=
  /v1/digests    digests of all rows by day, and on which days a region differs   ?format=
  /v1/commands   POST: override, backfill, clear, erase a device (tidemark operator --help); regions (tidemark regions --help)
  /metrics       for Prometheus
  /healthz       200 while the process lives
  /readyz        200 while gateways can deliver
`;
