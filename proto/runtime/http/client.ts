import { z } from "zod";
import { Fault } from "../../core/fault.ts";
import { errorAnswerSchema } from "../../wire/http/error-answer.ts";
import { listingSchema } from "../../wire/http/listing.ts";
import { probeSchema } from "../../wire/http/probe.ts";

/**
 * Asks a gateway or a region over HTTP. Answers are parsed with the schemas of `proto/wire/http`; every call has a
 * deadline. Every method throws a `Fault`: `unreachable` without an answer, `unauthorized` without the right token,
 * `usage` for a request that the server does not accept, `protocol` when the answer does not come from a gateway or
 * region.
 */
export class HttpClient {
  readonly #url: string;
  readonly #options: HttpClientOptions;

  /** @param url of the server, such as `http://127.0.0.1:8080`. */
  constructor(url: string, options: HttpClientOptions) {
    this.#url = url;
    this.#options = options;
  }

  async get<T>(path: string, answer: z.ZodType<T>, query: Query = {}): Promise<T> {
    const { url, response } = await this.#ask("GET", path, query);
    return this.#parsed(url, await this.#text(url, response), answer);
  }

  /** Like `get`, but undefined where there is no answer: the server is down, frozen or busy. */
  async look<T>(path: string, answer: z.ZodType<T>, query: Query = {}): Promise<T | undefined> {
    try {
      return await this.get(path, answer, query);
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  async post<T>(path: string, answer: z.ZodType<T>, request: { query?: Query; body?: object }): Promise<T> {
    const { url, response } = await this.#ask("POST", path, request.query ?? {}, request.body);
    return this.#parsed(url, await this.#text(url, response), answer);
  }

  /** All pages of a listing, one request each. */
  async *pages<Row>(path: string, row: z.ZodType<Row>, query: Query = {}): AsyncGenerator<readonly Row[]> {
    const page = listingSchema(row);
    let cursor: string | undefined;
    for (;;) {
      const { rows, next } = await this.get(path, page, { ...query, cursor });
      yield rows;
      if (next === null) return;
      cursor = next;
    }
  }

  /**
   * All rows of a listing in one request, as they arrive.
   * @param leftOut called with the names of rows that the answer leaves out, because the disk has changed them. Without it
   * such an answer is a Fault.
   */
  async *rows<Row>(
    path: string,
    row: z.ZodType<Row>,
    query: Query = {},
    leftOut?: (names: readonly string[]) => void,
  ): AsyncGenerator<Row> {
    const { url, response } = await this.#ask("GET", path, { ...query, format: "ndjson" });
    let rest = "";
    try {
      for await (const piece of (response.body ?? EMPTY).pipeThrough(new TextDecoderStream())) {
        const lines = (rest + piece).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (!line.startsWith(LEFT_OUT)) yield this.#parsed(url, line, row);
          else if (leftOut === undefined) throw this.#damaged(url);
          else leftOut(this.#parsed(url, line, leftOutSchema).damaged);
        }
      }
    } catch (cause) {
      throw cause instanceof Fault ? cause : this.#unreachable(url, cause);
    }
    if (rest !== "") throw this.#notOurs(url);
  }

  /** The bytes of an answer that is not JSON. */
  async bytes(path: string, query: Query = {}): Promise<Uint8Array> {
    const { url, response } = await this.#ask("GET", path, query);
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw this.#unreachable(url, cause);
    }
  }

  async #ask(method: "GET" | "POST", path: string, query: Query, body?: object): Promise<Asked> {
    const { token, deadlineMs } = this.#options;
    const url = new URL(path, this.#url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const response = await fetch(url, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(deadlineMs),
    }).catch((cause: unknown) => {
      throw this.#unreachable(url.href, cause, method === "POST");
    });
    if (response.ok) return { url: url.href, response };
    throw await this.#refusal(url.href, response);
  }

  /** The fault for an answer that is not a success. */
  async #refusal(url: string, response: Response): Promise<Fault> {
    const parsed = errorAnswerSchema.safeParse(jsonOf(await this.#text(url, response)));
    if (!parsed.success) return this.#notOurs(url);
    const { message, hint, accepted } = parsed.data.error;
    const shownHint = hint === "" && accepted.length > 0 ? `accepted: ${accepted.join(", ")}` : hint;
    const code = faultCode(response.status);
    // The hint of the server speaks of HTTP. A person at a terminal gave a file.
    const ownHint = response.status === 401 ? this.#options.tokenHint : undefined;
    return new Fault({ code, message, hint: ownHint ?? shownHint });
  }

  async #text(url: string, response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (cause) {
      throw this.#unreachable(url, cause);
    }
  }

  #parsed<T>(url: string, text: string, answer: z.ZodType<T>): T {
    const parsed = answer.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw this.#notOurs(url, parsed.error);
  }

  #unreachable(url: string, cause: unknown, isCommand = false): Fault {
    const { process } = this.#options;
    const message = isCommand ? `${url}: no answer; it is not known whether the command ran` : `${url}: no answer`;
    const hint = `check that the ${process} runs${isCommand ? "; sending the command again is safe" : ""}`;
    return new Fault({ code: "unreachable", message, hint, cause });
  }

  #damaged(url: string): Fault {
    const message = `${url}: rows are missing in the answer, because the disk of the ${this.#options.process} has changed them`;
    return new Fault({ code: "storage_corrupt", message, hint: "see damaged_rows in its /v1/status" });
  }

  #notOurs(url: string, cause?: unknown): Fault {
    const { process } = this.#options;
    const hint = `give the HTTP address of a ${process}`;
    return new Fault({ code: "protocol", message: `${url}: this is not the answer of a ${process}`, hint, cause });
  }
}

/** Whether a gateway or a region does its work now, according to `GET /readyz`. */
export async function isReady(url: string, options: { readonly deadlineMs: number }): Promise<boolean> {
  const client = new HttpClient(url, { process: "gateway", ...options });
  return (await client.look("/readyz", probeSchema)) !== undefined;
}

export type HttpClientOptions = {
  /** The process that is asked, for messages. */
  readonly process: "gateway" | "region";
  /** How long one answer may take, from the first byte of the request to the last one of the answer. */
  readonly deadlineMs: number;
  /** The token of the operators. Without it only routes that are open to anyone can be asked. */
  readonly token?: string | undefined;
  /** What a person can do when the server does not accept the token. By default the hint of the server is shown. */
  readonly tokenHint?: string;
};

/** Undefined values are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** In NDJSON the beginning of a line that is no row (proto/wire/http/listing.ts). */
const LEFT_OUT = '{"damaged":[';
const leftOutSchema = z.object({ damaged: z.array(z.string()) });

type Asked = { readonly url: string; readonly response: Response };

function faultCode(status: number): "unauthorized" | "unreachable" | "usage" {
  if (status === 401 || status === 403) return "unauthorized";
  return status >= 500 ? "unreachable" : "usage";
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const EMPTY: ReadableStream<Uint8Array> = new ReadableStream({ start: (controller) => controller.close() });
