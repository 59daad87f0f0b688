/**
 * User names and password hashes, one user a line, as `mosquitto_passwd` and `tidemark passwd` write them:
 *
 *     name:$7$<iterations>$<salt>$<hash>     PBKDF2-HMAC-SHA512
 *     name:$6$<salt>$<hash>                  SHA-512 of password and salt
 */
export type PasswordHash =
  | { readonly kind: "pbkdf2"; readonly iterations: number; readonly salt: Buffer; readonly hash: Buffer }
  | { readonly kind: "sha512"; readonly salt: Buffer; readonly hash: Buffer };

/** Skips blank lines and comments. @throws PasswordFileMistake for an invalid line. */
export function parsePasswordFile(text: string): ReadonlyMap<string, PasswordHash> {
  const users = new Map<string, PasswordHash>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [name, hash] = splitOnce(line);
    const parsed = parseHash(hash);
    if (name === "" || parsed === undefined) throw new PasswordFileMistake(i + 1);
    users.set(name, parsed);
  }
  return users;
}

export class PasswordFileMistake extends Error {
  override readonly name = "PasswordFileMistake";
  /** From 1. */
  readonly line: number;

  constructor(line: number) {
    super(`expected name:$7$iterations$salt$hash or name:$6$salt$hash`);
    this.line = line;
  }
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf(":");
  return at < 0 ? ["", ""] : [line.slice(0, at), line.slice(at + 1).trim()];
}

function parseHash(text: string): PasswordHash | undefined {
  const parts = text.split("$");
  const [empty, kind, ...rest] = parts;
  if (empty !== "") return undefined;
  if (kind === "7" && rest.length === 3) {
    const iterations = Number(rest[0]);
    const [salt, hash] = [Buffer.from(rest[1]!, "base64"), Buffer.from(rest[2]!, "base64")];
    const usable = Number.isInteger(iterations) && iterations >= 1 && iterations <= ITERATIONS_MAX;
    return usable && salt.length > 0 && hash.length === 64 ? { kind: "pbkdf2", iterations, salt, hash } : undefined;
  }
  if (kind === "6" && rest.length === 2) {
    const [salt, hash] = [Buffer.from(rest[0]!, "base64"), Buffer.from(rest[1]!, "base64")];
    return salt.length > 0 && hash.length === 64 ? { kind: "sha512", salt, hash } : undefined;
  }
  return undefined;
}

const ITERATIONS_MAX = 10_000_000;
