import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandOf, runIn, scratchTree } from "./command-gate.ts";
import { ROOT } from "./tree.ts";

describe("the proto gate", () => {
  const contracts = (name: string): string => {
    const folder = scratchTree(name, {});
    cpSync(join(ROOT, "proto"), join(folder, "proto"), { recursive: true });
    cpSync(join(ROOT, ".ci/proto.ts"), join(folder, ".ci/proto.ts"));
    return folder;
  };
  it("passes contracts whose code is up to date", async () => {
    expect(await runIn(contracts("proto-clean"), ...commandOf("proto"))).toMatchObject({ exitCode: 0 });
  });
  it("notices a contract that was edited without its code", async () => {
    const folder = contracts("proto-planted");
    writeFileSync(join(folder, "proto/new.proto"), `syntax = "proto3";\npackage tidemark.v1;\nmessage New {}\n`);
    const verdict = await runIn(folder, ...commandOf("proto"));
    expect(verdict).toMatchObject({ exitCode: 1, output: expect.stringContaining("out of date") as string });
  });
});
