import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Fault } from "../../proto/core/fault.ts";

/**
 * Users and their password hashes, from a file as `mosquitto_passwd` writes it:
 *
 *     name:$7$<iterations>$<salt>$<hash>     PBKDF2-HMAC-SHA512
 *     name:$6$<salt>$<hash>                  SHA-512 of password and salt
 *
 * Hashing is slow on purpose and runs in the thread pool; what was found right is remembered for a while under a keyed
 * hash, so that a thousand sensors that come back at once are not a thousand key derivations.
 */
export class Users {
  readonly #path: string;
  readonly #memoryKey = randomBytes(32);
  readonly #remembered = new Set<string>();
  #users: ReadonlyMap<string, PasswordHash>;

  /** @throws Fault when the file cannot be read or has a line that is none. */
  constructor(path: string) {
    this.#path = path;
    this.#users = readUsers(path);
  }

  /** Reads the file again; connected clients stay. @throws Fault, and the users stay as they were. */
  reload(): void {
    this.#users = readUsers(this.#path);
    this.#remembered.clear();
  }

  async check(name: string, password: Uint8Array): Promise<boolean> {
    const known = this.#users.get(name);
    // The known hash is part of it: what was right before a reload is forgotten where the file now says otherwise.
    const memory = createHmac("sha512", this.#memoryKey)
      .update(known?.hash ?? DECOY.hash)
      .update(`${name}\0`)
      .update(password)
      .digest("base64");
    if (known !== undefined && this.#remembered.has(memory)) return true;
    // An unknown name costs the same time, so that names cannot be guessed by the clock.
    const actual = await derive(known ?? DECOY, password);
    if (known === undefined || !timingSafeEqual(actual, known.hash)) return false;
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.add(memory);
    return true;
  }
}

type PasswordHash =
  | { readonly kind: "pbkdf2"; readonly iterations: number; readonly salt: Buffer; readonly hash: Buffer }
  | { readonly kind: "sha512"; readonly salt: Buffer; readonly hash: Buffer };

function readUsers(path: string): ReadonlyMap<string, PasswordHash> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new Fault({
      code: "file",
      message: `${path}: the users file cannot be read`,
      hint: "make one with `tidemark passwd FILE USER`, or set mqtt.allow_anonymous: true",
      cause,
    });
  }
  const users = new Map<string, PasswordHash>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [name, hash] = splitOnce(line);
    const parsed = parseHash(hash);
    if (name === "" || parsed === undefined) {
      throw new Fault({
        code: "config",
        message: `${path}:${i + 1}: expected name:$7$iterations$salt$hash or name:$6$salt$hash`,
        hint: "write the line with `tidemark passwd FILE USER` or mosquitto_passwd",
      });
    }
    users.set(name, parsed);
  }
  return users;
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

async function derive(known: PasswordHash, password: Uint8Array): Promise<Buffer> {
  if (known.kind === "sha512") return createHash("sha512").update(password).update(known.salt).digest();
  return pbkdf2Async(password, known.salt, known.iterations, 64, "sha512");
}

const pbkdf2Async = promisify(pbkdf2);
const REMEMBERED_MAX = 20_000;
const ITERATIONS_MAX = 10_000_000;
/** What `mosquitto_passwd` uses by default. */
const DECOY: PasswordHash = { kind: "pbkdf2", iterations: 101, salt: Buffer.alloc(12), hash: Buffer.alloc(64) };
