import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { isLastPage, pageOf } from "../../../../edge/core/storage/dead-letter-page.ts";
import { serveDeadLetters } from "../../../../edge/http/http-dead-letters.ts";
import { HttpServer } from "../../../../proto/runtime/http.ts";
import { runCommand } from "../../../support/command-line.ts";

/** Letters of 300 KB; of every third only the beginning was kept, and the others come in when they are tried again. */
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
  const server = new HttpServer({ log: pino({ level: "silent" }) });
  serveDeadLetters(server, {
    authorized: (token) => token === "secret",
    letters: {
      deadLetters: async (query) => page(query),
      retryDeadLetters: async (query) => {
        const looked = page(query);
        const cut = looked.filter(({ size, payload }) => payload.length < size).length;
        const retried = looked.length - cut;
        const last = looked.at(-1)?.id ?? query.after;
        return { looked: looked.length, retried, readings: retried, cut, last, isEnd: isLastPage(looked, query) };
      },
      purgeDeadLetters: async () => 0,
    },
  });
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  return `http://${host}:${port}`;
}

test("pages end after a mebibyte of payloads, and lead to all letters", async () => {
  const url = await gateway();
  const pages: number[][] = [];
  for (let after: number | null = 0; after !== null;) {
    const response = await fetch(`${url}/v1/dead-letters?limit=1000&after=${after}`);
    const { dead_letters, next } = (await response.json()) as { dead_letters: { id: number }[]; next: number | null };
    pages.push(dead_letters.map(({ id }) => id));
    after = next;
  }
  expect(pages).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10],
  ]);
});

test("retry says how many stay because they were cut", async () => {
  const url = await gateway();
  const folder = mkdtempSync(join(tmpdir(), "tidemark-letters-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "token"), "secret");
  const command = ["deadletter", "retry", "--gateway", url, "--token-file", "token"];
  expect((await runCommand(command, { cwd: folder })).out).toBe(
    "6 of 10 dead letters came in as 6 readings; 4 stay, 4 of them because only the beginning of the payload was kept.\n",
  );
  const json = await runCommand([...command, "--json"], { cwd: folder });
  expect(JSON.parse(json.out)).toEqual({ looked: 10, retried: 6, readings: 6, cut: 4 });
});
