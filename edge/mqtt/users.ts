import type { Authenticate } from "./connect-handler.ts";
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Fault } from "../../proto/core/fault.ts";
import type { PasswordHash } from "../core/mqtt/password-file.ts";
import { parsePasswordFile, PasswordFileMistake } from "../core/mqtt/password-file.ts";

/**
 * Users and their password hashes, from a file (`edge/core/mqtt/password-file.ts`).
 *
 * Hashing is slow on purpose and runs in the thread pool. A right password is remembered under a keyed hash, so that a
 * thousand sensors that come back at once do not need a thousand key derivations.
 */
export class Users {
  readonly path: string;
  readonly #rememberKey = randomBytes(32);
  readonly #remembered = new Set<string>();
  #users: ReadonlyMap<string, PasswordHash>;

  /**
   * Reads the file at once, so that a mistake in it ends the start before the gateway opens its disk or a port.
   * @throws Fault when the file cannot be read or has an invalid line.
   */
  constructor(path: string) {
    this.path = path;
    this.#users = readUsers(path);
  }

  /** Reads the file again. Connected clients stay. @throws Fault, and the users stay as they were. */
  reload(): void {
    this.#users = readUsers(this.path);
    this.#remembered.clear();
  }

  has(name: string): boolean {
    return this.#users.has(name);
  }

  async check(name: string, password: Uint8Array): Promise<boolean> {
    const known = this.#users.get(name);
    // The proof contains the stored hash. So a remembered password does not match any more if a reload changed the hash.
    const proof = createHmac("sha512", this.#rememberKey)
      .update(known?.hash ?? DECOY.hash)
      .update(`${name}\0`)
      .update(password)
      .digest("base64");
    if (known !== undefined && this.#remembered.has(proof)) return true;
    // An unknown name takes the same time, so that measuring the time does not reveal names.
    const actual = await derive(known ?? DECOY, password);
    if (known === undefined || !timingSafeEqual(actual, known.hash)) return false;
    // If the file was read again in the meantime, that reload did not check this client, because it was not connected yet.
    if (this.#users.get(name)?.hash.equals(known.hash) !== true) return this.check(name, password);
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.add(proof);
    return true;
  }
}

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
  try {
    return parsePasswordFile(text);
  } catch (cause) {
    if (!(cause instanceof PasswordFileMistake)) throw cause;
    throw new Fault({
      code: "config",
      message: `${path}:${cause.line}: ${cause.message}`,
      hint: "write the line with `tidemark passwd FILE USER` or mosquitto_passwd",
    });
  }
}

async function derive(known: PasswordHash, password: Uint8Array): Promise<Buffer> {
  if (known.kind === "sha512") return createHash("sha512").update(password).update(known.salt).digest();
  return pbkdf2Async(password, known.salt, known.iterations, 64, "sha512");
}

const pbkdf2Async = promisify(pbkdf2);
const REMEMBERED_MAX = 20_000;
/** What `mosquitto_passwd` uses by default. */
const DECOY: PasswordHash = { kind: "pbkdf2", iterations: 101, salt: Buffer.alloc(12), hash: Buffer.alloc(64) };

/** A client without a user name needs `allowAnonymous`. A given name is checked, if there is a users file. */
export function authenticator(users: Users | undefined, allowAnonymous: boolean): Authenticate {
  return async (username, password) => {
    if (username === undefined || users === undefined) return allowAnonymous;
    return users.check(username, password ?? new Uint8Array(0));
  };
}
