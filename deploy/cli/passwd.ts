import { pbkdf2Sync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Command } from "commander";
import { Fault } from "../../proto/core/fault.ts";

export function registerPasswd(program: Command): void {
  program
    .command("passwd")
    .description("add a user to a users file, or change the password; reads the password from standard input")
    .argument("<file>", "the users file, as mqtt.users_file names it")
    .argument("<user>", "name of the user")
    .action(async (file: string, user: string) => {
      if (user.trim() === "" || user.startsWith("#") || /[:\p{Cc}]/u.test(user)) {
        const message = "a user name cannot be empty, begin with '#', or hold ':' or control characters";
        throw new Fault({ code: "usage", message });
      }
      const password = await readPassword();
      if (password === "") {
        throw new Fault({ code: "usage", message: "the password is empty", hint: "give it on standard input" });
      }
      await setUser(file, user, hashOf(password));
      process.stdout.write(
        `${file}: user ${user} can connect as soon as the gateway has seen the change, in seconds\n`,
      );
    });
}

/** What `mosquitto_passwd` writes: PBKDF2-HMAC-SHA512, so the file works for both. */
function hashOf(password: string): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, ITERATIONS, 64, "sha512");
  return `$7$${ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

async function setUser(file: string, user: string, hash: string): Promise<void> {
  // Loaded here: no other command of an operator needs SQLite.
  const { storageFault, writeFileDurably } = await import("../../proto/runtime/sqlite.ts");
  try {
    const exists = existsSync(file);
    const lines = exists ? readFileSync(file, "utf8").split(/\r?\n/) : [];
    const others = lines.filter((line) => line !== "" && !line.startsWith(`${user}:`));
    // Behind a symbolic link, the file that the gateway reads is replaced and not the link.
    const target = exists ? realpathSync(file) : file;
    writeFileDurably(target, `${[...others, `${user}:${hash}`].join("\n")}\n`, OWNER_ONLY);
  } catch (cause) {
    const { code, message, hint } = storageFault(cause, file);
    throw new Fault({ code, message, hint: code === "file" ? FILE_HINT : hint, cause });
  }
}

/** The first line of standard input; a typed one is not shown. */
async function readPassword(): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) process.stderr.write("Password: ");
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: unseen, terminal: stdin.isTTY });
  try {
    for await (const line of lines) return line;
    return "";
  } finally {
    lines.close();
    if (stdin.isTTY) process.stderr.write("\n");
  }
}

const OWNER_ONLY = 0o600;
const FILE_HINT = "check the path of the users file, and that this user may write in its folder";
/** Far above mosquitto_passwd's default of 101; costs a reconnecting sensor 40 ms once, in a thread of its own. */
const ITERATIONS = 50_000;
