import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { Fault } from "../../../../../proto/core/fault.ts";
import type { HttpAnswer } from "../../../../../proto/runtime/http/http-answer.ts";
import { BYTES_TYPE, json, TEXT_TYPE } from "../../../../../proto/runtime/http/http-answer.ts";
import type { Route } from "../../../../../proto/runtime/http/route.ts";
import { HttpServer } from "../../../../../proto/runtime/http/server.ts";
import type { HttpServerOptions } from "../../../../../proto/runtime/http/server.ts";
import { madeCertificate } from "../../../../support/certificate.ts";
import { hasTool } from "../../../../support/tools.ts";

let logged: string[] = [];

beforeEach(() => {
  logged = [];
});

const OPTIONS: HttpServerOptions = { process: "gateway", authorized: (token) => token === "secret", tls: null };

async function serving(
  handlers: Record<string, Route["respond"]>,
  { routes = [], ...more }: { routes?: Route[] } & Partial<HttpServerOptions> = {},
): Promise<{ url: string; port: number }> {
  const log = pino({}, { write: (line) => void logged.push(line) });
  const gets = Object.entries(handlers).map(([path, respond]) => route({ path, respond }));
  const server = new HttpServer({ log, routes: [...gets, ...routes] }, { ...OPTIONS, ...more });
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  return { url: `http://${host}:${port}`, port };
}

function route(given: Pick<Route, "path" | "respond"> & Partial<Route>): Route {
  const usual = {
    method: "GET",
    summary: "",
    who: "anyone",
    parameters: {},
    body: null,
    answers: [],
    errors: [],
  } as const;
  return { ...usual, ...given };
}

function posting(path: string, respond: Route["respond"], bytesMax: number): Route {
  return route({ method: "POST", path, respond, body: { schema: z.unknown(), bytesMax } });
}

function text(body: string): HttpAnswer {
  return { status: 200, contentType: TEXT_TYPE, body };
}

function errorOf(code: string, message: string, more: { hint?: string; accepted?: string[] } = {}): object {
  return { error: { code, message, hint: more.hint ?? "", accepted: more.accepted ?? [] } };
}

test("an answer is a value: text, JSON, bytes or a stream of lines", async () => {
  async function* lines(): AsyncGenerator<string> {
    for (const n of [1, 2]) yield `{"n":${n}}\n`;
  }
  const { url } = await serving({
    "/text": () => text("well\n"),
    "/json": ({ url: asked }) => json({ q: asked.searchParams.get("q") }),
    "/bytes": () => ({ status: 200, contentType: BYTES_TYPE, body: new Uint8Array([0, 255, 10]) }),
    "/lines": () => ({ status: 200, contentType: "application/x-ndjson", body: lines() }),
  });
  expect(await (await fetch(`${url}/text`)).text()).toBe("well\n");
  expect(await (await fetch(`${url}/json?q=1%202`)).json()).toEqual({ q: "1 2" });
  const answer = await fetch(`${url}/lines`);
  expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
  expect(await answer.text()).toBe('{"n":1}\n{"n":2}\n');
  const bytes = await fetch(`${url}/bytes`);
  expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0, 255, 10]);
  const head = await fetch(`${url}/text`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("an error has one shape, and names what is accepted", async () => {
  const { url, port } = await serving({ "/here": () => text("") });
  const nowhere = await fetch(`${url}/there`);
  const missing = errorOf("not_found", "there is nothing at /there", { accepted: ["/here"] });
  expect([nowhere.status, await nowhere.text()]).toEqual([404, `${JSON.stringify(missing)}\n`]);
  const posted = await fetch(`${url}/here`, { method: "POST" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect(await posted.json()).toEqual(
    errorOf("method_not_allowed", "POST is not supported here", { accepted: ["GET", "HEAD"] }),
  );
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  socket.end("GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let raw = "";
  for await (const piece of socket) raw += String(piece);
  expect(raw).toMatch(/^HTTP\/1\.1 400 [\s\S]*\{"error":\{"code":"bad_address","message":"the address cannot be read"/);
  expect(logged).toEqual([]);
});

test("a small body reaches its handler; a large one is refused before it is kept in memory", async () => {
  const { url } = await serving(
    { "/here": () => text("got") },
    {
      routes: [
        posting("/here", ({ body }) => json({ posted: body.toString() }, 201), 65_536),
        posting("/there", () => text(""), 65_536),
      ],
    },
  );
  const post = (path: string, body: string | ReadableStream): Promise<Response> =>
    fetch(`${url}${path}`, { method: "POST", body, duplex: "half" });
  const small = await post("/here", "x".repeat(65_536));
  expect([small.status, await small.json()]).toEqual([201, { posted: "x".repeat(65_536) }]);
  const large = await post("/here", "x".repeat(65_537));
  expect([large.status, await large.json()]).toEqual([
    413,
    errorOf("body_too_large", "the body is larger than 65536 bytes"),
  ]);
  const unsized = new Blob(["x".repeat(65_537)]).stream();
  expect((await post("/here", unsized)).status).toBe(413);
  expect(await (await fetch(`${url}/here`)).text()).toBe("got");
  const got = await fetch(`${url}/there`);
  expect([got.status, got.headers.get("allow"), await got.json()]).toEqual([
    405,
    "POST",
    errorOf("method_not_allowed", "GET is not supported here", { accepted: ["POST"] }),
  ]);
  expect(logged).toEqual([]);
});

test("a command needs the token of the operators", async () => {
  const command = { ...posting("/do", () => text("done"), 10), who: "operator" } as const;
  const { url } = await serving({}, { routes: [command] });
  const ask = (at: string, authorization?: string): Promise<Response> =>
    fetch(`${at}/do`, {
      method: "POST",
      body: "x",
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    });
  const none = await ask(url);
  expect([none.status, none.headers.get("www-authenticate"), await none.json()]).toEqual([
    401,
    "Bearer",
    errorOf("unauthorized", "commands need a token", { hint: "send the header Authorization: Bearer TOKEN" }),
  ]);
  const wrong = await ask(url, "Bearer guess");
  expect([wrong.status, await wrong.json()]).toMatchObject([
    401,
    { error: { message: "this is not the token of the operators" } },
  ]);
  expect(await (await ask(url, "Bearer secret")).text()).toBe("done");
  const off = await serving({}, { routes: [command], authorized: null });
  const refused = await ask(off.url, "Bearer secret");
  expect([refused.status, await refused.json()]).toEqual([
    403,
    errorOf("commands_off", "this gateway takes no commands", { hint: "set operators.token_file of the gateway" }),
  ]);
});

test("two routes for one method and path are a mistake in the table", () => {
  const routes = [route({ path: "/x", respond: () => text("") }), route({ path: "/x", respond: () => text("") })];
  expect(() => new HttpServer({ log: pino({ level: "silent" }), routes }, OPTIONS)).toThrow("two routes are GET /x");
});

test.skipIf(!hasTool("openssl"))("with a certificate it speaks TLS, and a wrong file is named", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-http-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { cert, key } = madeCertificate(folder);
  const { port } = await serving({ "/": () => text("safe") }, { tls: { cert, key } });
  const asked = secureRequest({
    host: "127.0.0.1",
    port,
    ca: readFileSync(cert),
    servername: "localhost",
    agent: false,
  });
  asked.end();
  const [answer] = (await once(asked, "response")) as [NodeJS.ReadableStream];
  expect((await Array.fromAsync(answer)).join("")).toBe("safe");
  const swapped = { ...OPTIONS, tls: { cert: key, key: cert } };
  expect(() => new HttpServer({ log: pino({ level: "silent" }), routes: [] }, swapped)).toThrow(
    `http: no TLS with ${key} and ${cert}`,
  );
});

test("a handler that throws answers 500 and is logged, and the server continues", async () => {
  const { url } = await serving({
    "/ours": () => {
      throw new TypeError("x is undefined");
    },
    "/theirs": async () => {
      throw new Fault({ code: "storage_full", message: "the disk is full", hint: "free space" });
    },
    "/fine": () => text("ok"),
  });
  const ours = await fetch(`${url}/ours`);
  expect([ours.status, await ours.json()]).toEqual([500, errorOf("internal", "the request failed; the log says why")]);
  expect(await (await fetch(`${url}/theirs`)).json()).toEqual(
    errorOf("internal", "the disk is full", { hint: "free space" }),
  );
  expect(logged.map((line) => (JSON.parse(line) as { err: { message: string } }).err.message)).toEqual([
    "x is undefined",
    "the disk is full",
  ]);
  expect(await (await fetch(`${url}/fine`)).text()).toBe("ok");
});

test("a client notices that an answer is not complete", async () => {
  async function* breaking(): AsyncGenerator<string> {
    yield "first\n";
    throw new Error("the second is lost");
  }
  const { url } = await serving({ "/": () => ({ status: 200, contentType: "text/plain", body: breaking() }) });
  await expect(fetch(url).then(async (answer) => await answer.text())).rejects.toThrow(/terminated|fetch failed/);
});

test("a slow client gets everything at its own pace, and leaves no listener behind", async () => {
  const piece = `${"x".repeat(65_535)}\n`;
  let made = 0;
  async function* much(): AsyncGenerator<string> {
    for (; made < 400; made++) yield piece;
  }
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const { url } = await serving({ "/": () => ({ status: 200, contentType: "text/plain", body: much() }) });
  const asked = request(url, { agent: false });
  asked.end();
  const [answer] = (await once(asked, "response")) as [NodeJS.ReadableStream];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    // The pieces that are made but not read yet fit into the buffers of two sockets.
    expect(made * piece.length - bytes).toBeLessThan(16 * 2 ** 20);
  }
  expect(bytes).toBe(400 * piece.length);
  expect(warnings).toEqual([]);
});

test("a client that leaves ends the work on its answer", async () => {
  const ended = Promise.withResolvers<string>();
  async function* endless(): AsyncGenerator<string> {
    try {
      for (;;) yield "x".repeat(65_536);
    } finally {
      ended.resolve("ended");
    }
  }
  const { url } = await serving({ "/": () => ({ status: 200, contentType: "text/plain", body: endless() }) });
  const leave = new AbortController();
  await fetch(url, { signal: leave.signal });
  leave.abort();
  expect(await ended.promise).toBe("ended");
  expect(logged).toEqual([]);
});

test("a port in use is reported with a hint; close may be called twice, and before listen", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  const server = new HttpServer({ log: pino({ level: "silent" }), routes: [] }, OPTIONS);
  await expect(server.listen({ host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "port",
    line: `http: 127.0.0.1:${port} is in use by another process (stop it, or choose another port in http.port)`,
  });
  await server.close();
  await server.close();
});
