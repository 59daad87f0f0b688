import { once } from "node:events";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { pino } from "pino";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { Fault } from "../../../../proto/core/fault.ts";
import type { HttpHandler } from "../../../../proto/runtime/http.ts";
import { HttpServer, json, text } from "../../../../proto/runtime/http.ts";

let logged: string[] = [];

beforeEach(() => {
  logged = [];
});

async function serving(
  handlers: Record<string, HttpHandler>,
): Promise<{ url: string; port: number; server: HttpServer }> {
  const server = new HttpServer({ log: pino({}, { write: (line) => void logged.push(line) }) });
  for (const [path, handler] of Object.entries(handlers)) server.get(path, handler);
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  return { url: `http://${host}:${port}`, port, server };
}

test("an answer is a value: text, JSON or a stream of lines", async () => {
  async function* lines(): AsyncGenerator<string> {
    for (const n of [1, 2]) yield `{"n":${n}}\n`;
  }
  const { url } = await serving({
    "/text": () => text("well\n"),
    "/json": ({ url: asked }) => json({ q: asked.searchParams.get("q") }),
    "/lines": () => ({ status: 200, contentType: "application/x-ndjson", body: lines() }),
  });
  expect(await (await fetch(`${url}/text`)).text()).toBe("well\n");
  expect(await (await fetch(`${url}/json?q=1%202`)).json()).toEqual({ q: "1 2" });
  const answer = await fetch(`${url}/lines`);
  expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
  expect(await answer.text()).toBe('{"n":1}\n{"n":2}\n');
  const head = await fetch(`${url}/text`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("what cannot be answered is said in one line of JSON, with what could be", async () => {
  const { url, port } = await serving({ "/here": () => text("") });
  const nowhere = await fetch(`${url}/there`);
  expect([nowhere.status, await nowhere.text()]).toEqual([
    404,
    '{"error":"there is nothing at /there","accepted":["/here"]}\n',
  ]);
  const posted = await fetch(`${url}/here`, { method: "POST" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect(await posted.json()).toEqual({ error: "POST is not supported here", accepted: "GET" });
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  socket.end("GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let raw = "";
  for await (const piece of socket) raw += String(piece);
  expect(raw).toMatch(/^HTTP\/1\.1 400 [\s\S]*\{"error":"the address cannot be read"/);
  expect(logged).toEqual([]);
});

test("a small body reaches the handler of its path, a large one is refused before it is kept", async () => {
  const { url, server } = await serving({ "/here": () => text("got") });
  const limit = { bodyBytesMax: 65_536 };
  server
    .post("/here", ({ body }) => json({ posted: body.toString() }, 201), limit)
    .post("/there", () => text(""), limit);
  const post = (path: string, body: string | ReadableStream): Promise<Response> =>
    fetch(`${url}${path}`, { method: "POST", body, duplex: "half" });
  const small = await post("/here", "x".repeat(65_536));
  expect([small.status, await small.json()]).toEqual([201, { posted: "x".repeat(65_536) }]);
  expect((await post("/here", "x".repeat(65_537))).status).toBe(413);
  const unsized = new Blob(["x".repeat(65_537)]).stream();
  expect((await post("/here", unsized)).status).toBe(413);
  expect(await (await fetch(`${url}/here`)).text()).toBe("got");
  const got = await fetch(`${url}/there`);
  expect([got.status, got.headers.get("allow"), await got.json()]).toEqual([
    405,
    "POST",
    { error: "GET is not supported here", accepted: "POST" },
  ]);
  expect(logged).toEqual([]);
});

test("a handler that throws answers 500, is logged, and the server goes on", async () => {
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
  expect([ours.status, await ours.text()]).toEqual([500, '{"error":"the request failed; the log says why"}\n']);
  expect(await (await fetch(`${url}/theirs`)).json()).toEqual({ error: "the disk is full (free space)" });
  expect(logged.map((line) => (JSON.parse(line) as { err: { message: string } }).err.message)).toEqual([
    "x is undefined",
    "the disk is full",
  ]);
  expect(await (await fetch(`${url}/fine`)).text()).toBe("ok");
});

test("half an answer is never taken for a whole one", async () => {
  async function* breaking(): AsyncGenerator<string> {
    yield "first\n";
    throw new Error("the second is lost");
  }
  const { url } = await serving({ "/": () => ({ status: 200, contentType: "text/plain", body: breaking() }) });
  await expect(fetch(url).then(async (answer) => await answer.text())).rejects.toThrow(/terminated|fetch failed/);
});

test("a slow reader gets everything, at its own pace and without a trace of it left behind", async () => {
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
    // What is made but not yet read fits the buffers of two sockets, not the answer.
    expect(made * piece.length - bytes).toBeLessThan(16 * 2 ** 20);
  }
  expect(bytes).toBe(400 * piece.length);
  expect(warnings).toEqual([]);
});

test("a reader that leaves ends the work for it", async () => {
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

test("a port in use is named with the cure; closing may come twice and before listening", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  const server = new HttpServer({ log: pino({ level: "silent" }) });
  await expect(server.listen({ host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "port",
    line: `http: 127.0.0.1:${port} is in use by another process (stop it, or choose another port)`,
  });
  await server.close();
  await server.close();
});
