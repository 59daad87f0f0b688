import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

import { Fault } from "../../proto/core/fault.ts";
import { isName, NAME_RULE } from "../../proto/core/ids.ts";

/** Whether the token is the right one for this gateway name. */
export type Authorized = (gateway: string, token: string) => boolean;

/**
 * Reads the shared secrets of the gateways: one `gateway:token` a line. Blank lines and lines that begin with `#` are
 * skipped. A gateway that is not listed may not connect.
 *
 * Tokens are compared as SHA-256 digests in constant time. An unknown gateway is compared with a digest that nothing
 * matches. So the time of an answer reveals neither names nor the beginnings of tokens.
 *
 * @throws Fault with file and line. The message never contains a token.
 */
export function readTokens(path: string): Authorized {
  const digests = new Map<string, Buffer>();
  readLines(path).forEach((line, index) => {
    if (line === "" || line.startsWith("#")) return;
    const colon = line.indexOf(":");
    const gateway = line.slice(0, Math.max(colon, 0));
    const place = `${path}:${index + 1}`;
    if (colon < 0) throw badLine(place, "expected gateway:token");
    if (!isName(gateway)) throw badLine(place, `not a gateway name; expected ${NAME_RULE}`);
    if (colon === line.length - 1) throw badLine(place, `the token of ${gateway} is empty`);
    if (digests.has(gateway)) throw badLine(place, `a second token for ${gateway}`);
    digests.set(gateway, digest(line.slice(colon + 1)));
  });
  const unknownDigest = Buffer.alloc(32);
  return (gateway, token) => timingSafeEqual(digest(token), digests.get(gateway) ?? unknownDigest);
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.trim());
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Fault({
      code: "file",
      message: `cannot read the tokens file ${path}: ${reason}`,
      hint: "ingest.tokens_file must name a readable file with lines gateway:token",
      cause,
    });
  }
}

function badLine(place: string, message: string): Fault {
  return new Fault({ code: "config", message: `${place}: ${message}` });
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
