import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Fault } from "../../core/fault.ts";
import type { Logger } from "../log.ts";
import type { HttpTlsFiles } from "../options/tls-files.ts";
import { portFault } from "../port-fault.ts";
import { requireOperator } from "./bearer-token.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { HttpError } from "./http-error.ts";
import { requestBody } from "./request-body.ts";
import type { HttpRequest, Route } from "./route.ts";

/**
 * The HTTP server of a process: it serves a route table, with or without TLS. Paths are exact; GET also answers HEAD.
 * A handler that throws gives an error and a log line, never a broken process. A slow client delays only its own
 * answer, and a client that reads nothing at all loses its connection.
 */
export class HttpServer {
  readonly #log: Logger;
  readonly #process: string;
  readonly #authorized: ((token: string) => boolean) | null;
  readonly #routes: ReadonlyMap<string, PathRoutes>;
  readonly #server: Server;

  /**
   * Reads the files of TLS at once, so that a mistake in them ends the start before the process opens a port.
   * @throws Fault when the files of TLS cannot be read, or are not a certificate and its key.
   */
  constructor(deps: { readonly log: Logger; readonly routes: readonly Route[] }, options: HttpServerOptions) {
    this.#log = deps.log;
    this.#process = options.process;
    this.#authorized = options.authorized;
    this.#routes = byPath(deps.routes);
    this.#server = listenerOf(options.tls);
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.setTimeout(IDLE_MS);
    this.#server.on("request", (request, response) => {
      this.#serve(request, response).catch((error: unknown) => this.#failed(request, response, error));
    });
  }

  /** @throws Fault when the port is in use, or this process may not use it. */
  async listen(address: { readonly host: string; readonly port: number }): Promise<{ host: string; port: number }> {
    this.#server.listen(address.port, address.host);
    try {
      await once(this.#server, "listening");
    } catch (cause) {
      throw portFault({ what: "http", key: "http.port" }, address, cause);
    }
    const bound = this.#server.address();
    return { host: address.host, port: typeof bound === "object" && bound !== null ? bound.port : address.port };
  }

  /** Stops listening and ends the open connections. May be called twice, and before `listen`. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const answer = await this.#answer(request, gone.signal).catch((error: unknown) => {
      if (error instanceof HttpError) return error.answer;
      throw error;
    });
    sendHead(response, answer);
    if (request.method === "HEAD") response.end();
    else if (typeof answer.body === "string" || answer.body instanceof Uint8Array) response.end(answer.body);
    else {
      for await (const piece of answer.body) {
        if (!response.write(piece)) await drained(response, gone.signal);
        if (gone.signal.aborted) return;
      }
      response.end();
    }
  }

  async #answer(request: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> {
    const paths = [...this.#routes.keys()];
    const url = URL.parse(request.url ?? "/", "http://localhost");
    if (url === null) throw new HttpError("bad_address", { message: "the address cannot be read", accepted: paths });
    const found = this.#routes.get(url.pathname);
    if (found === undefined) {
      throw new HttpError("not_found", { message: `there is nothing at ${url.pathname}`, accepted: paths });
    }
    const route = request.method === "POST" ? found.POST : isRead(request.method) ? found.GET : undefined;
    if (route === undefined) throw methodNotAllowed(request.method ?? "", found);
    const { headers } = request;
    if (route.who === "operator") requireOperator(headers, { authorized: this.#authorized, process: this.#process });
    const body = route.body === null ? NO_BYTES : await requestBody(request, route.body.bytesMax);
    const asked: HttpRequest = { url, headers, signal, body };
    return route.respond(asked);
  }

  #failed(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    this.#log.error({ err: error, url: request.url }, "an HTTP request failed");
    if (response.headersSent) {
      // The client must notice that the answer is not complete.
      response.destroy();
      return;
    }
    const details = error instanceof Fault ? error : { message: "the request failed; the log says why", hint: "" };
    const { answer } = new HttpError("internal", { message: details.message, hint: details.hint });
    sendHead(response, answer);
    response.end(answer.body);
  }
}

export type HttpServerOptions = {
  /** The kind of this process, for messages. */
  readonly process: "gateway" | "region";
  /** Decides by the token that an operator presents; null where commands are off. */
  readonly authorized: ((token: string) => boolean) | null;
  /** Null: without TLS. */
  readonly tls: HttpTlsFiles | null;
};

type PathRoutes = { readonly GET?: Route; readonly POST?: Route };

function byPath(routes: readonly Route[]): ReadonlyMap<string, PathRoutes> {
  const paths = new Map<string, PathRoutes>();
  for (const route of routes) {
    const others = paths.get(route.path);
    if (others?.[route.method] !== undefined) throw new Error(`two routes are ${route.method} ${route.path}`);
    paths.set(route.path, { ...others, [route.method]: route });
  }
  return paths;
}

function listenerOf(tls: HttpTlsFiles | null): Server {
  if (tls === null) return createServer(LIMITS);
  try {
    return createTlsServer({ ...LIMITS, cert: readFileSync(tls.cert), key: readFileSync(tls.key) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = "give a certificate and its private key, both in PEM";
    throw new Fault({
      code: "config",
      message: `http: no TLS with ${tls.cert} and ${tls.key}: ${reason}`,
      hint,
      cause,
    });
  }
}

function methodNotAllowed(method: string, { GET, POST }: PathRoutes): HttpError {
  const accepted = [...(GET === undefined ? [] : ["GET", "HEAD"]), ...(POST === undefined ? [] : ["POST"])];
  const headers = { allow: accepted.join(", ") };
  return new HttpError("method_not_allowed", { message: `${method} is not supported here`, accepted, headers });
}

function isRead(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD";
}

function sendHead(response: ServerResponse, { status, contentType, headers }: HttpAnswer): void {
  response.statusCode = status;
  response.setHeader("content-type", contentType);
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
}

/** Waits until the client has read what was written, or is gone. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, "drain", { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const NO_BYTES = Buffer.alloc(0);
const LIMITS = { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384 };
const CONNECTIONS_MAX = 1024;
/** A connection without traffic for this long ends, so that another client can have its place. */
const IDLE_MS = 120_000;
