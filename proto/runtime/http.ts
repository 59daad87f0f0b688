import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { once } from "node:events";
import { Fault } from "../core/fault.ts";
import type { Logger } from "./log.ts";

/**
 * A small HTTP server: exact paths, GET and HEAD, POST with a small body, answers as values. A handler that throws
 * gives 500 and a log line, never a broken process; a slow reader holds up only its own answer, and one that takes
 * nothing at all loses it.
 */
export class HttpServer {
  readonly #log: Logger;
  readonly #handlers = new Map<string, HttpHandler>();
  readonly #posts = new Map<string, { readonly handler: HttpHandler; readonly bodyBytesMax: number }>();
  readonly #server: Server;

  constructor(deps: { log: Logger }) {
    this.#log = deps.log;
    this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384 });
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.setTimeout(IDLE_MS);
    this.#server.on("request", (request, response) => {
      this.#answer(request, response).catch((error: unknown) => this.#failed(request, response, error));
    });
  }

  get(path: string, handler: HttpHandler): this {
    this.#handlers.set(path, handler);
    return this;
  }

  post(path: string, handler: HttpHandler, { bodyBytesMax }: { bodyBytesMax: number }): this {
    this.#posts.set(path, { handler, bodyBytesMax });
    return this;
  }

  /** @throws Fault when the port is in use or not ours to take. */
  async listen(address: { readonly host: string; readonly port: number }): Promise<{ host: string; port: number }> {
    this.#server.listen(address.port, address.host);
    try {
      await once(this.#server, "listening");
    } catch (cause) {
      throw portFault("http", address, cause);
    }
    const bound = this.#server.address();
    return { host: address.host, port: typeof bound === "object" && bound !== null ? bound.port : address.port };
  }

  /** Stops listening and ends what is open. May come twice, and before `listen`. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once("close", () => left.abort());
    const answer = await this.#handle(request, left.signal);
    response.statusCode = answer.status;
    response.setHeader("content-type", answer.contentType);
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (request.method === "HEAD") response.end();
    else if (typeof answer.body === "string") response.end(answer.body);
    else {
      for await (const piece of answer.body) {
        if (!response.write(piece)) await drained(response, left.signal);
        if (left.signal.aborted) return;
      }
      response.end();
    }
  }

  async #handle(request: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> {
    const url = URL.parse(request.url ?? "/", "http://localhost");
    const paths = [...new Set([...this.#handlers.keys(), ...this.#posts.keys()])];
    if (url === null) return json({ error: "the address cannot be read", accepted: paths }, 400);
    const get = this.#handlers.get(url.pathname);
    const post = this.#posts.get(url.pathname);
    if (get === undefined && post === undefined) {
      return json({ error: `there is nothing at ${url.pathname}`, accepted: paths }, 404);
    }
    const { headers } = request;
    if (get !== undefined && (request.method === "GET" || request.method === "HEAD")) {
      return get({ url, headers, signal, body: NO_BODY });
    }
    if (post !== undefined && request.method === "POST") {
      const body = await bodyOf(request, post.bodyBytesMax);
      if (Buffer.isBuffer(body)) return post.handler({ url, headers, signal, body });
      const answer =
        body === "cut"
          ? json({ error: "the body ended early" }, 400)
          : json({ error: `the body is larger than ${post.bodyBytesMax} bytes` }, 413);
      return { ...answer, headers: { connection: "close" } };
    }
    const allowed = [...(get === undefined ? [] : ["GET", "HEAD"]), ...(post === undefined ? [] : ["POST"])];
    const accepted = allowed.filter((method) => method !== "HEAD").join(", ");
    const answer = json({ error: `${request.method} is not supported here`, accepted }, 405);
    return { ...answer, headers: { allow: allowed.join(", ") } };
  }

  #failed(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    this.#log.error({ err: error, url: request.url }, "an HTTP request failed");
    if (response.headersSent) {
      // The reader must not take half an answer for a whole one.
      response.destroy();
      return;
    }
    const message = error instanceof Fault ? error.line : "the request failed; the log says why";
    const answer = json({ error: message }, 500);
    response.writeHead(answer.status, { "content-type": answer.contentType }).end(answer.body);
  }
}

/** The body of a request; `large` when it is larger than anybody would send in good faith. */
async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Buffer | "large" | "cut"> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return "large";
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    // Not destroyed, so that the answer still has a way to go.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > bytesMax) return "large";
      pieces.push(piece);
    }
  } catch {
    return "cut";
  }
  return Buffer.concat(pieces);
}

/** Waits until the reader has taken what was written, or is gone. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, "drain", { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

export type HttpRequest = {
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  /** Fires when the reader is gone. */
  readonly signal: AbortSignal;
  /** Of a POST; empty otherwise. */
  readonly body: Buffer;
};

export type HttpAnswer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
};

export function json(value: unknown, status = 200): HttpAnswer & { readonly body: string } {
  return { status, contentType: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}

export function text(body: string, status = 200): HttpAnswer & { readonly body: string } {
  return { status, contentType: "text/plain; charset=utf-8", body };
}

/** A listener that could not listen, in one line with the cure. */
export function portFault(what: string, address: { host: string; port: number }, cause: unknown): Fault {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const where = `${what}: ${address.host}:${address.port}`;
  switch (code) {
    case "EADDRINUSE":
      return new Fault({
        code: "port",
        message: `${where} is in use by another process`,
        hint: "stop it, or choose another port",
        cause,
      });
    case "EACCES":
      return new Fault({
        code: "port",
        message: `${where} may not be used by this user`,
        hint: "ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one",
        cause,
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new Fault({
        code: "port",
        message: `${where} is no address of this machine`,
        hint: "use 127.0.0.1, 0.0.0.0 or one that `ip address` shows",
        cause,
      });
    default:
      return new Fault({ code: "port", message: `${where}: cannot listen: ${String(cause)}`, cause });
  }
}

const NO_BODY = Buffer.alloc(0);
const CONNECTIONS_MAX = 1024;
/** Nothing sent or taken for this long: the other side is gone, and its place is for somebody else. */
const IDLE_MS = 120_000;
