import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { HttpClient, isReady } from "../../../../../proto/runtime/http/client.ts";

const ROW = z.object({ name: z.string() });

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

function clientOf(url: string, options: { deadlineMs?: number; token?: string } = {}): HttpClient {
  return new HttpClient(url, { process: "region", deadlineMs: 10_000, ...options });
}

const answering = (status: number, body: unknown): RequestListener => {
  return (_, response) => void response.writeHead(status).end(JSON.stringify(body));
};

function errorOf(message: string, hint = "", accepted: string[] = []): object {
  return { error: { code: "bad_parameter", message, hint, accepted } };
}

test("the request carries the parameters, the token and the body, but no undefined values", async () => {
  const asked: unknown[] = [];
  const url = await serving((request, response) => {
    request.setEncoding("utf8").once("data", (body) => {
      asked.push([request.method, request.url, request.headers.authorization, JSON.parse(String(body))]);
      response.end('{"name":"x","later":1}');
    });
  });
  const query = { a: "1&2", b: undefined, c: 3 };
  expect(await clientOf(url, { token: "secret" }).post("/do", ROW, { query, body: { x: 1 } })).toEqual({ name: "x" });
  expect(asked).toEqual([["POST", "/do?a=1%262&c=3", "Bearer secret", { x: 1 }]]);
});

test.each([
  [400, errorOf("bad", "do it well"), { code: "usage", message: "bad", hint: "do it well" }],
  [404, errorOf("nothing", "", ["/a", "/b"]), { code: "usage", message: "nothing", hint: "accepted: /a, /b" }],
  [401, errorOf("no token"), { code: "unauthorized", message: "no token" }],
  [403, errorOf("off"), { code: "unauthorized", message: "off" }],
  [503, errorOf("busy"), { code: "unreachable", message: "busy" }],
  [500, { oops: true }, { code: "protocol", hint: "give the HTTP address of a region" }],
  [200, { title: "another server" }, { code: "protocol", hint: "give the HTTP address of a region" }],
])("an answer %i %j is a fault that says what to do", async (status, body, fault) => {
  const url = await serving(answering(status, body));
  await expect(clientOf(url).get("/x", ROW)).rejects.toMatchObject(fault);
  expect(await clientOf(url).look("/x", ROW)).toBeUndefined();
});

test("no answer is a fault; for a command it says that the outcome is unknown", async () => {
  const client = clientOf("http://127.0.0.1:9");
  await expect(client.get("/x", ROW)).rejects.toMatchObject({
    code: "unreachable",
    line: "http://127.0.0.1:9/x: no answer (check that the region runs)",
  });
  await expect(client.post("/x", ROW, {})).rejects.toMatchObject({
    message: "http://127.0.0.1:9/x: no answer; it is not known whether the command ran",
    hint: "check that the region runs; sending the command again is safe",
  });
});

test.each(["before the head", "in the body"])(
  "a server that stops answering %s is given up at the deadline",
  async (when) => {
    const url = await serving((_, response) => {
      if (when === "in the body") response.write('{"name":');
    });
    await expect(clientOf(url, { deadlineMs: 100 }).get("/x", ROW)).rejects.toMatchObject({ code: "unreachable" });
  },
);

test("pages are followed by their cursor to the end", async () => {
  const asked: string[] = [];
  const url = await serving((request, response) => {
    asked.push(request.url ?? "");
    const isFirst = !asked.at(-1)!.includes("cursor");
    response.end(JSON.stringify({ rows: [{ name: isFirst ? "a" : "b" }], next: isFirst ? "one" : null }));
  });
  const pages = await Array.fromAsync(clientOf(url).pages("/v1/x", ROW, { limit: 1 }));
  expect(pages).toEqual([[{ name: "a" }], [{ name: "b" }]]);
  expect(asked).toEqual(["/v1/x?limit=1", "/v1/x?limit=1&cursor=one"]);
});

test("rows arrive complete, wherever the network splits them", async () => {
  const bytes = Buffer.from('{"name":"grün"}\n{"name":"☃"}\n{"name":"c"}\n');
  for (let cut = 1; cut < bytes.length; cut++) {
    const url = await serving((_, response) => {
      response.write(bytes.subarray(0, cut), () => setImmediate(() => response.end(bytes.subarray(cut))));
    });
    const rows = await Array.fromAsync(clientOf(url).rows("/v1/x", ROW));
    expect(rows.map(({ name }) => name)).toEqual(["grün", "☃", "c"]);
  }
});

test("a listing that ends inside a row, or that the server aborts, is a fault", async () => {
  const short = await serving((_, response) => void response.end('{"name":"a"}\n{"name"'));
  await expect(Array.fromAsync(clientOf(short).rows("/v1/x", ROW))).rejects.toMatchObject({ code: "protocol" });
  const broken = await serving((_, response) => {
    response.write('{"name":"a"}\n', () => setImmediate(() => response.destroy()));
  });
  await expect(Array.fromAsync(clientOf(broken).rows("/v1/x", ROW))).rejects.toMatchObject({ code: "unreachable" });
});

test("a process is ready when it says so", async () => {
  expect(await isReady(await serving(answering(200, { sentence: "Yes." })), { deadlineMs: 10_000 })).toBe(true);
  expect(await isReady(await serving(answering(503, errorOf("starting"))), { deadlineMs: 10_000 })).toBe(false);
  expect(await isReady("http://127.0.0.1:9", { deadlineMs: 10_000 })).toBe(false);
});

test("an answer that leaves out damaged rows is a fault, unless the caller wants to know what was left out", async () => {
  const url = await serving(
    (_, response) => void response.end('{"name":"a"}\n{"damaged":["d1 temp"]}\n{"name":"b"}\n'),
  );
  await expect(Array.fromAsync(clientOf(url).rows("/v1/x", ROW))).rejects.toMatchObject({ code: "storage_corrupt" });
  const names: string[] = [];
  const rows = clientOf(url).rows("/v1/x", ROW, {}, (leftOut) => names.push(...leftOut));
  expect(await Array.fromAsync(rows)).toEqual([{ name: "a" }, { name: "b" }]);
  expect(names).toEqual(["d1 temp"]);
});
