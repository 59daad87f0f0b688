import { pbkdf2Sync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Fault } from "../../proto/core/fault.ts";
import type { CliCommand } from "./cli-command.ts";

export function registerPasswd(program: CliCommand): void {
  program
    .command("passwd")
    .description("add an MQTT user, or change the password; the password is read from standard input")
    .argument("<file>", "the users file (mqtt.users_file of the gateway)")
    .argument("<user>", "name of the user")
    .option("--json", "print the result as JSON")
    .example("tidemark passwd users.txt line-1")
    .action(async (file: string, user: string, flags: { json?: boolean }) => {
      if (user.trim() === "" || user.startsWith("#") || /[:\p{Cc}]/u.test(user)) {
        const message = "a user name cannot be empty, begin with '#', or contain ':' or control characters";
        throw new Fault({ code: "usage", message });
      }
      const password = await readPassword();
      if (password === "") {
        throw new Fault({ code: "usage", message: "the password is empty", hint: "give it on standard input" });
      }
      await setUser(file, user, hashOf(password));
      const sentence = `${file} has user ${user}; a running gateway reads it again within seconds`;
      process.stdout.write(`${flags.json === true ? JSON.stringify({ file, user }) : sentence}\n`);
    });
}

/** PBKDF2-HMAC-SHA512, as `mosquitto_passwd` writes it: the file works for both. */
function hashOf(password: string): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, ITERATIONS, 64, "sha512");
  return `$7$${ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

async function setUser(file: string, user: string, hash: string): Promise<void> {
  // Loaded here, because the other commands do not need SQLite.
  const { storageFault, writeFileDurably } = await import("../../proto/runtime/sqlite.ts");
  try {
    const exists = existsSync(file);
    const lines = exists ? readFileSync(file, "utf8").split(/\r?\n/) : [];
    const others = lines.filter((line) => line !== "" && !line.startsWith(`${user}:`));
    // If the path is a symbolic link, the file that the gateway reads is replaced, and not the link.
    const target = exists ? realpathSync(file) : file;
    writeFileDurably(target, `${[...others, `${user}:${hash}`].join("\n")}\n`, OWNER_ONLY);
  } catch (cause) {
    const { code, message, hint } = storageFault(cause, file);
    throw new Fault({ code, message, hint: code === "file" ? FILE_HINT : hint, cause });
  }
}

/** The first line of standard input; on a terminal it is not shown. */
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
/** mosquitto_passwd uses only 101. A check takes 40 ms for each connection, in a separate thread. */
const ITERATIONS = 50_000;
