/** The result of a handler. It is a value, and the server sends it. */
export type HttpAnswer = {
  readonly status: number;
  readonly contentType: string;
  /** The pieces of a stream are made as fast as the client reads them. */
  readonly body: string | Uint8Array | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
};

export const JSON_TYPE = "application/json; charset=utf-8";
export const NDJSON_TYPE = "application/x-ndjson; charset=utf-8";
export const TEXT_TYPE = "text/plain; charset=utf-8";
export const BYTES_TYPE = "application/octet-stream";

/** JSON on one line. */
export function json(value: unknown, status = 200): HttpAnswer {
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(value)}\n` };
}
