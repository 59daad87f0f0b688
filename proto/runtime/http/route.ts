import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import type { ErrorCode } from "../../wire/http/error-answer.ts";
import { HttpError } from "./http-error.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { json, JSON_TYPE } from "./http-answer.ts";
import type { ParameterSchemas, Parameters } from "./parameters.ts";
import { parameterReader } from "./parameters.ts";

/**
 * One line of the route table: everything that is known about an address. The server serves it, the index page lists it,
 * and the OpenAPI document describes it. Build routes with the functions below and with `listingRoute`: they tie the
 * types of parameters, body and answer to the schemas.
 */
export type Route = {
  readonly method: "GET" | "POST";
  /** Exact. Everything that varies is in the parameters. */
  readonly path: string;
  /** One sentence without a full stop. */
  readonly summary: string;
  /**
   * `operator`: the request must present the bearer token of the operators. The server checks it before it reads the
   * body.
   */
  readonly who: "anyone" | "operator";
  readonly parameters: ParameterSchemas;
  readonly body: RequestBody<unknown> | null;
  /** The formats that a successful answer may have. */
  readonly answers: readonly AnswerFormat[];
  /** The errors of this route, beyond those that every route may have. */
  readonly errors: readonly ErrorCode[];
  /** @throws HttpError for every answer that is not a success. */
  readonly respond: (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;
};

export type RequestBody<T> = { readonly schema: z.ZodType<T>; readonly bytesMax: number };
/** `schema` describes the body as JSON, or one line of it as NDJSON; null: the body is text or bytes. */
export type AnswerFormat = { readonly contentType: string; readonly schema: z.ZodType | null };

export type HttpRequest = {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
  /** Empty for GET. */
  readonly body: Buffer;
};

type Description<S extends ParameterSchemas> = Pick<Route, "path" | "summary"> & {
  readonly parameters: S;
  /** Ignores the query of the address, because probes and scrapers add to it. */
  readonly ignoresQuery?: true;
  readonly errors?: readonly ErrorCode[];
};

/** GET of an answer in JSON. */
export function jsonRoute<S extends ParameterSchemas, A>(
  route: Description<S> & {
    readonly answer: z.ZodType<A>;
    readonly handle: (parameters: Parameters<S>) => A | Promise<A>;
  },
): Route {
  const { path, summary, parameters, answer, handle, errors = [] } = route;
  const read = queryReader(route);
  return {
    method: "GET",
    path,
    summary,
    who: "anyone",
    parameters,
    body: null,
    answers: [{ contentType: JSON_TYPE, schema: answer }],
    errors,
    respond: async ({ url }) => json(await handle(read(url))),
  };
}

/** GET of text or bytes. */
export function rawRoute<S extends ParameterSchemas>(
  route: Description<S> & {
    readonly contentType: string;
    readonly handle: (parameters: Parameters<S>) => string | Uint8Array | Promise<string | Uint8Array>;
  },
): Route {
  const { path, summary, parameters, contentType, handle, errors = [] } = route;
  const read = queryReader(route);
  return {
    method: "GET",
    path,
    summary,
    who: "anyone",
    parameters,
    body: null,
    answers: [{ contentType, schema: null }],
    errors,
    respond: async ({ url }) => ({ status: 200, contentType, body: await handle(read(url)) }),
  };
}

/** POST that changes something, for operators only; the answer is JSON. */
export function commandRoute<S extends ParameterSchemas, B, A>(
  route: Description<S> & {
    readonly body: RequestBody<B>;
    readonly answer: z.ZodType<A>;
    readonly handle: (parameters: Parameters<S>, body: B) => A | Promise<A>;
  },
): Route {
  const { path, summary, parameters, body, answer, handle, errors = [] } = route;
  const read = parameterReader(parameters);
  return {
    method: "POST",
    path,
    summary,
    who: "operator",
    parameters,
    body,
    answers: [{ contentType: JSON_TYPE, schema: answer }],
    errors,
    respond: async (request) => json(await handle(read(request.url.searchParams), parsedBody(request.body, body))),
  };
}

function queryReader<S extends ParameterSchemas>({
  parameters,
  ignoresQuery,
}: Description<S>): (url: URL) => Parameters<S> {
  const read = parameterReader(parameters);
  return ({ searchParams }) => read(ignoresQuery === true ? new URLSearchParams() : searchParams);
}

export const NO_PARAMETERS: Record<never, never> = {};
export const NO_BODY: RequestBody<undefined> = { schema: z.undefined(), bytesMax: 0 };

/** @throws HttpError that names the first mistakes and their places. */
function parsedBody<B>(body: Buffer, { schema, bytesMax }: RequestBody<B>): B {
  const result = schema.safeParse(bytesMax === 0 ? undefined : jsonOf(body));
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(({ path, message }) => {
    const place = placeOf(path);
    return place === "" ? message : `${place}: ${message}`;
  });
  throw new HttpError("bad_body", { message: mistakes.slice(0, MISTAKES_SHOWN).join("; ") });
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new HttpError("bad_body", { message: "the body is not JSON" });
  }
}

/** As programmers write it: `windows[3].start`. */
function placeOf(path: readonly PropertyKey[]): string {
  let place = "";
  for (const key of path) {
    if (typeof key === "number") place += `[${key}]`;
    else place += place === "" ? String(key) : `.${String(key)}`;
  }
  return place;
}

const MISTAKES_SHOWN = 5;
