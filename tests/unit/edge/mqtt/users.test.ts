import { createHash, pbkdf2Sync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Users } from "../../../../edge/mqtt/users.ts";

let path = "";
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-users-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  path = join(folder, "users.txt");
});

const SALT = Buffer.from("twelve bytes");
const pbkdf2Line = (name: string, password: string): string =>
  `${name}:$7$101$${SALT.toString("base64")}$${pbkdf2Sync(password, SALT, 101, 64, "sha512").toString("base64")}`;
const sha512Line = (name: string, password: string): string =>
  `${name}:$6$${SALT.toString("base64")}$${createHash("sha512").update(password).update(SALT).digest("base64")}`;

function usersOf(...lines: string[]): Users {
  writeFileSync(path, lines.join("\n"));
  return new Users(path);
}

describe("a user", () => {
  test("is recognised by the password, in both formats; comments, blank lines and CRLF do not matter", async () => {
    const users = usersOf("# plant 7", "", `${pbkdf2Line("new", "secret")}\r`, sha512Line("old", "pässword"), "");
    expect(await users.check("new", Buffer.from("secret"))).toBe(true);
    expect(await users.check("new", Buffer.from("secret"))).toBe(true);
    expect(await users.check("old", Buffer.from("pässword"))).toBe(true);
    expect(await users.check("new", Buffer.from("Secret"))).toBe(false);
    expect(await users.check("new", Buffer.of())).toBe(false);
    expect(await users.check("nobody", Buffer.from("secret"))).toBe(false);
    expect(await users.check("__proto__", Buffer.from("secret"))).toBe(false);
  });

  test("has a new password after a reload, and the old one does not work any more", async () => {
    const users = usersOf(pbkdf2Line("a", "old"), pbkdf2Line("b", "b"));
    expect(await users.check("a", Buffer.from("old"))).toBe(true);
    writeFileSync(path, pbkdf2Line("a", "new"));
    users.reload();
    expect(await users.check("a", Buffer.from("old"))).toBe(false);
    expect(await users.check("a", Buffer.from("new"))).toBe(true);
    expect(await users.check("b", Buffer.from("b"))).toBe(false);
  });

  test("stays as it was if the file has a mistake at the reload", async () => {
    const users = usersOf(pbkdf2Line("a", "x"));
    writeFileSync(path, "a:plain");
    expect(() => users.reload()).toThrow(/users\.txt:1: expected name:/);
    rmSync(path);
    expect(() => users.reload()).toThrow(/the users file cannot be read/);
    expect(await users.check("a", Buffer.from("x"))).toBe(true);
  });
});

test.each([
  ["no colon", "somebody"],
  ["no name", pbkdf2Line("", "x")],
  ["a password in the clear", "a:secret"],
  ["another kind of hash", "a:$2b$10$abcdefghijklmnopqrstuv"],
  ["no iterations", pbkdf2Line("a", "x").replace("$101$", "$$")],
  ["endless iterations", pbkdf2Line("a", "x").replace("$101$", "$99999999999$")],
  ["a hash that is cut short", pbkdf2Line("a", "x").slice(0, -8)],
  ["no salt", sha512Line("a", "x").replace(SALT.toString("base64"), "")],
])("a line with %s is refused with its number", (_, line) => {
  expect(() => usersOf(pbkdf2Line("ok", "x"), line)).toThrow(/users\.txt:2: expected name:\$7\$/);
});
