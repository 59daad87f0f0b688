import { pbkdf2Sync, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { Fault } from "../../proto/core/fault.ts";
import { storageFault, writeFileDurably } from "../../proto/runtime/sqlite.ts";

export function registerPasswd(program: Command): void {
  program
    .command("passwd")
    .description("add a user to a users file, or change the password; reads the password from standard input")
    .argument("<file>", "the users file, as mqtt.users_file names it")
    .argument("<user>", "name of the user")
    .action(async (file: string, user: string) => {
      if (user === "" || /[:\p{Cc}]/u.test(user)) {
        throw new Fault({ code: "usage", message: "a user name cannot be empty or hold ':' or control characters" });
      }
      const password = await readPassword();
      if (password === "") {
        throw new Fault({ code: "usage", message: "the password is empty", hint: "give it on standard input" });
      }
      setUser(file, user, hashOf(password));
      process.stdout.write(`${file}: user ${user} can connect once the gateway has read the file\n`);
    });
}

/** What `mosquitto_passwd` writes: PBKDF2-HMAC-SHA512, so the file works for both. */
function hashOf(password: string): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, ITERATIONS, 64, "sha512");
  return `$7$${ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

function setUser(file: string, user: string, hash: string): void {
  try {
    const lines = existsSync(file) ? readFileSync(file, "utf8").split(/\r?\n/) : [];
    const others = lines.filter((line) => line !== "" && !line.startsWith(`${user}:`));
    writeFileDurably(file, `${[...others, `${user}:${hash}`].join("\n")}\n`);
  } catch (error) {
    throw storageFault(error, file);
  }
}

async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("Password: ");
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  return "";
}

/** Far above mosquitto_passwd's default of 101; costs a reconnecting sensor 40 ms once, in a thread of its own. */
const ITERATIONS = 50_000;
