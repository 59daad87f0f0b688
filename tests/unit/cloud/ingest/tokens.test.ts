import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

import { readTokens } from "../../../../cloud/ingest/tokens.ts";
import { Fault } from "../../../../proto/core/fault.ts";

async function tokensFile(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-tokens-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "tokens.txt");
  await writeFile(path, content);
  return path;
}

describe("a tokens file", () => {
  it("accepts a gateway only with its own token", async () => {
    const authorized = readTokens(await tokensFile("# plants\n\nplant-7:s3:cret\nplant-8:other\n"));
    expect(authorized("plant-7", "s3:cret")).toBe(true);
    expect(authorized("plant-7", "other")).toBe(false);
    expect(authorized("plant-7", "")).toBe(false);
    expect(authorized("plant-9", "s3:cret")).toBe(false);
    expect(authorized("plant-9", "")).toBe(false);
  });

  it.each([
    ["plant-7", ":1: expected gateway:token"],
    ["plant-7:", ":1: the token of plant-7 is empty"],
    ["a:b\na:c", ":2: a second token for a"],
    ["../etc:x", ":1: not a gateway name"],
  ])("with the mistake %j is refused, with file and line", async (content, message) => {
    const path = await tokensFile(content);
    expect(() => readTokens(path)).toThrow(Fault);
    expect(() => readTokens(path)).toThrow(`${path}${message}`);
  });

  it("that is missing is a fault with a hint", () => {
    expect(() => readTokens("/nowhere/tokens.txt")).toThrow(
      /cannot read the tokens file \/nowhere\/tokens.txt: ENOENT/,
    );
  });
});
