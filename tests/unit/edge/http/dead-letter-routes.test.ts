import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { isLastPage, pageOf } from "../../../../edge/core/storage/dead-letter-page.ts";
import { deadLetterRoutes } from "../../../../edge/http/dead-letter-routes.ts";
import { HttpClient } from "../../../../proto/runtime/http/client.ts";
import { HttpServer } from "../../../../proto/runtime/http/server.ts";
import { deadLetterSchema } from "../../../../proto/wire/http/dead-letters.ts";
import { runCommand } from "../../../support/command-line.ts";

/** Dead letters of 300 KB. Every third one was cut when it was stored; a retry decodes the others. */
const LETTERS = Array.from({ length: 10 }, (_, i) => ({
  id: i + 1,
  arrivedMs: Date.UTC(2026, 10, 20),
  client: "c",
  topic: "a/b",
  reason: "no_route",
  detail: "none",
  route: "",
  size: i % 3 === 0 ? 400_000 : 300_000,
  payload: new Uint8Array(300_000),
  clockKnown: 1 as const,
  format: -1,
}));

type Query = { readonly after: number; readonly limit: number };

async function gateway(): Promise<string> {
  const page = (query: Query): typeof LETTERS =>
    pageOf(
      LETTERS.filter(({ id }) => id > query.after),
      query,
    );
  const routes = deadLetterRoutes({
    deadLetters: async (query) => page(query),
    retryDeadLetters: async (query) => {
      const looked = page(query);
      const cut = looked.filter(({ size, payload }) => payload.length < size).length;
      const retried = looked.length - cut;
      const last = looked.at(-1)?.id ?? query.after;
      return { looked: looked.length, retried, readings: retried, cut, last, isEnd: isLastPage(looked, query) };
    },
    purgeDeadLetters: async () => 0,
  });
  const server = new HttpServer(
    { log: pino({ level: "silent" }), routes },
    { process: "gateway", authorized: (token) => token === "secret", tls: null },
  );
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  return `http://${host}:${port}`;
}

function clientOf(url: string): HttpClient {
  return new HttpClient(url, { process: "gateway", deadlineMs: 60_000 });
}

test("a page ends after a mebibyte of payloads, and the pages together contain all dead letters", async () => {
  const client = clientOf(await gateway());
  const pages = await Array.fromAsync(client.pages("/v1/dead-letters", deadLetterSchema, { limit: 1000 }));
  expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10],
  ]);
});

test("one letter and its payload are found by its number", async () => {
  const client = clientOf(await gateway());
  const letter = await client.get("/v1/dead-letters/one", deadLetterSchema, { id: 7 });
  expect(letter).toMatchObject({ id: 7, arrived: "2026-11-20T00:00:00.000Z", size: 400_000 });
  const payload = await client.bytes("/v1/dead-letters/payload", { id: 7 });
  expect(Buffer.from(letter.payload, "base64").equals(payload)).toBe(true);
  await expect(client.bytes("/v1/dead-letters/payload", { id: 11 })).rejects.toMatchObject({
    code: "usage",
    message: "there is no dead letter 11",
  });
});

test("retry reports how many dead letters stay because they were cut", async () => {
  const url = await gateway();
  const folder = mkdtempSync(join(tmpdir(), "tidemark-letters-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "token"), "secret");
  const command = ["deadletter", "retry", "--gateway", url, "--token-file", "token"];
  expect((await runCommand(command, { cwd: folder })).out).toBe(
    "6 of 10 dead letters were decoded to 6 readings; 4 stay, 4 of them because only the beginning of the payload was kept.\n",
  );
  const json = await runCommand([...command, "--json"], { cwd: folder });
  expect(JSON.parse(json.out)).toEqual({ looked: 10, retried: 6, readings: 6, cut: 4 });
});
