import type { Registry } from "@prometheus-io/client";
import { z } from "zod";
import { probeSchema } from "../../wire/http/probe.ts";
import { SOFTWARE } from "../software.ts";
import { TEXT_TYPE } from "./http-answer.ts";
import { HttpError } from "./http-error.ts";
import { openApiDocument } from "./openapi-document.ts";
import { jsonRoute, NO_PARAMETERS, rawRoute } from "./route.ts";
import type { Route } from "./route.ts";

/**
 * The route table of a process: its own routes, and those that every process has: probes, metrics, the index page and
 * the OpenAPI document. The last two are made from the table.
 */
export function routeTable(own: readonly Route[], process: ServedProcess): readonly Route[] {
  const { title, sentence, readiness, readySentence, registry, refreshMetrics } = process;
  const routes: readonly Route[] = [
    ...own,
    rawRoute({
      path: "/metrics",
      summary: "metrics for Prometheus",
      parameters: NO_PARAMETERS,
      ignoresQuery: true,
      contentType: registry.contentType,
      handle: async () => {
        await refreshMetrics();
        return registry.metrics();
      },
    }),
    jsonRoute({
      path: "/healthz",
      summary: "200 while the process lives",
      parameters: NO_PARAMETERS,
      ignoresQuery: true,
      answer: probeSchema,
      handle: () => ({ sentence: "The process is alive." }),
    }),
    jsonRoute({
      path: "/readyz",
      summary: "200 while the process does its work, 503 with the reason while it does not",
      parameters: NO_PARAMETERS,
      ignoresQuery: true,
      answer: probeSchema,
      errors: ["unavailable"],
      handle: () => {
        const reason = readiness();
        if (reason !== null) throw new HttpError("unavailable", { message: reason });
        return { sentence: readySentence() };
      },
    }),
    jsonRoute({
      path: "/v1/openapi.json",
      summary: "this API as an OpenAPI document",
      parameters: NO_PARAMETERS,
      answer: z.looseObject({ openapi: z.string() }),
      handle: () => document(),
    }),
    rawRoute({
      path: "/",
      summary: "this page",
      parameters: NO_PARAMETERS,
      ignoresQuery: true,
      contentType: TEXT_TYPE,
      handle: async () => `${title}. ${await sentence()}\n\n${indexLines(routes)}`,
    }),
  ];
  // Made once, at the first request, because the table does not change.
  let made: ReturnType<typeof openApiDocument> | undefined;
  const document = (): ReturnType<typeof openApiDocument> =>
    (made ??= openApiDocument({ title, version: SOFTWARE }, routes));
  return routes;
}

export type ServedProcess = {
  /** The name of the process, without a full stop. */
  readonly title: string;
  /** The state of the process now. */
  readonly sentence: () => Promise<string>;
  /** Why the process cannot do its work now; null: it can. */
  readonly readiness: () => string | null;
  /** What it does while it is ready. */
  readonly readySentence: () => string;
  readonly registry: Registry;
  /** Updates the metrics that are not counted when an event happens. */
  readonly refreshMetrics: () => Promise<void>;
};

/** One line a route: what it is, and which parameters it takes. */
export function indexLines(routes: readonly Route[]): string {
  const width = Math.max(...routes.map(({ path }) => path.length));
  return routes
    .map(({ method, path, summary, who, parameters }) => {
      const names = Object.keys(parameters);
      const query = names.length === 0 ? "" : `   ?${names.map((name) => `${name}=`).join("&")}`;
      const token = who === "operator" ? " (needs the token of the operators)" : "";
      return `${method.padEnd(4)}  ${path.padEnd(width)}  ${summary}${token}${query}\n`;
    })
    .join("");
}
