import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { Fault } from "../core/fault.ts";

/**
 * Checks whether a presented secret is the one in a file. It compares SHA-256 digests in constant time, so that the time of
 * an answer reveals nothing.
 *
 * @throws Fault when the file cannot be read or is empty; the message never contains the secret.
 */
export function secretFrom(path: string): (presented: string) => boolean {
  const secret = readSecret(path);
  const expected = digest(secret);
  return (presented) => timingSafeEqual(digest(presented), expected);
}

/** @throws Fault as {@link secretFrom} does. */
export function readSecret(path: string): string {
  let secret: string;
  try {
    secret = readFileSync(path, "utf8").trim();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Fault({ code: "file", message: `cannot read the token in ${path}: ${reason}`, cause });
  }
  if (secret !== "") return secret;
  throw new Fault({ code: "config", message: `${path}: the token is empty`, hint: "write a secret into it" });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
