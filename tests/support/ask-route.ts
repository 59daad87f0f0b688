import { expect } from "vitest";
import type { HttpAnswer } from "../../proto/runtime/http/http-answer.ts";
import { HttpError } from "../../proto/runtime/http/http-error.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import { errorAnswerSchema } from "../../proto/wire/http/error-answer.ts";

/**
 * Asks a route table without a server, and checks the answer against the schema of its route: no key may be missing,
 * unknown, or of another type.
 * @param address path and query.
 */
export async function askRoute(
  routes: readonly Route[],
  address: string,
  { accept = "" }: { accept?: string } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const url = new URL(address, "http://server");
  const route = routes.find(({ method, path }) => method === "GET" && path === url.pathname);
  if (route === undefined) throw new Error(`there is no GET ${url.pathname}`);
  const { status, contentType, body } = await answerOf(route, url, accept);
  const text = typeof body === "string" ? body : (await Array.fromAsync(body as AsyncIterable<string>)).join("");
  const schema =
    status === 200 ? route.answers.find((answer) => answer.contentType === contentType)?.schema : errorAnswerSchema;
  if (schema == null) throw new Error(`${address} answered ${contentType}, which is not among its answers`);
  for (const line of text.trimEnd().split("\n")) {
    if (line === "") continue;
    const value: unknown = JSON.parse(line);
    expect(schema.parse(value)).toEqual(value);
  }
  return { status, text };
}

async function answerOf(route: Route, url: URL, accept: string): Promise<HttpAnswer> {
  try {
    const signal = new AbortController().signal;
    return await route.respond({ url, headers: { accept }, signal, body: Buffer.alloc(0) });
  } catch (error) {
    if (error instanceof HttpError) return error.answer;
    throw error;
  }
}
