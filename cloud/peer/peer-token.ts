import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { Fault } from "../../proto/core/fault.ts";

/**
 * Decides whether a peer presented the secret that the regions share; without a file every peer is let in. Compared as
 * SHA-256 digests in constant time, so that the time of an answer tells nothing.
 *
 * @throws Fault when the file cannot be read or is empty.
 */
export function peerToken(path: string | undefined): (token: string) => boolean {
  if (path === undefined) return () => true;
  const secret = read(path);
  if (secret === "") {
    throw new Fault({
      code: "config",
      message: `${path}: the token of the regions is empty`,
      hint: "write a secret into it",
    });
  }
  const expected = digest(secret);
  return (token) => timingSafeEqual(digest(token), expected);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Fault({
      code: "file",
      message: `cannot read the token of the regions ${path}: ${reason}`,
      hint: "see replication.token_file in the configuration",
      cause,
    });
  }
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
