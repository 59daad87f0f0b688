import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

/**
 * The whole body of a request.
 * @throws HttpError when it is larger than `bytesMax`, before more than that is kept in memory, or when it ends early.
 */
export async function requestBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    // The request is not destroyed, so that the error can still be sent.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > bytesMax) break;
      pieces.push(piece);
    }
  } catch {
    throw new HttpError("bad_body", { message: "the body ended early", headers: CLOSE });
  }
  if (bytes > bytesMax) throw tooLarge(bytesMax);
  return Buffer.concat(pieces);
}

function tooLarge(bytesMax: number): HttpError {
  const message = bytesMax === 0 ? "this address takes no body" : `the body is larger than ${bytesMax} bytes`;
  return new HttpError("body_too_large", { message, headers: CLOSE });
}

/** The rest of the body is not read, so the connection cannot be used again. */
const CLOSE = { connection: "close" };
