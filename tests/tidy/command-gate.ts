import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { FOLDERS, readText, ROOT } from "./tree.ts";

/**
 * Proof that a command of `npm run check` still finds violations. A gate that checks nothing any more (a renamed rule, a tool
 * that finds no files) passes without a word. So each gate runs in scratch folders with the real configuration: on a clean
 * tree, which must pass, and on one with planted violations, each of which it must name.
 */
export function commandGate(options: {
  /** The gate is the script `check:NAME` of package.json. */
  name: string;
  /** More arguments, for an output that the plants can recognize. */
  output?: readonly string[];
  plants: readonly Plant[];
}): void {
  const [program, ...args] = commandOf(options.name);
  const command = [program, ...(options.output ?? []), ...args] as const;
  describe(`the ${options.name} gate`, () => {
    let clean: CommandResult;
    let planted: CommandResult;
    beforeAll(async () => {
      const files = Object.assign({}, CLEAN, ...options.plants.map((plant) => plant.files)) as Files;
      clean = await runIn(scratchTree(`${options.name}-clean`, CLEAN), ...command);
      planted = await runIn(scratchTree(`${options.name}-planted`, files), ...command);
    });
    it("passes a clean tree", () => expect(clean).toMatchObject({ exitCode: 0 }));
    it("fails a tree with violations", () => expect(planted.exitCode).toBeGreaterThan(0));
    it.each(options.plants)("notices $rule", ({ says }) => expect(planted.output).toMatch(says));
  });
}

/** The command of the script `check:NAME`. */
export function commandOf(name: string): readonly [string, ...string[]] {
  const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
  const [program, ...args] = (scripts[`check:${name}`] ?? "").split(" ");
  if (program === undefined || program === "") throw new Error(`package.json has no script check:${name}`);
  return [program, ...args];
}

/** Paths and texts. */
export type Files = Readonly<Record<string, string>>;
export type CommandResult = { readonly exitCode: number; readonly output: string };

/** A rule, the files that break it, and what the gate says about them. */
export type Plant = { readonly rule: string; readonly files: Files; readonly says: string | RegExp };

/** A tree with our configuration and these files; its `node_modules` are ours. It is removed when the run ends. */
export function scratchTree(name: string, files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), `tidemark-tidy-${name}-`));
  for (const file of CONFIGURATION) cpSync(join(ROOT, file), join(folder, file));
  for (const sub of [...FOLDERS, ".ci"]) mkdirSync(join(folder, sub));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const manifest = { name: "scratch", private: true, bin: { scratch: "deploy/tidemark.ts" }, type: "module" };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export function runIn(folder: string, command: string, ...args: readonly string[]): Promise<CommandResult> {
  const env = {
    ...process.env,
    PATH: `${join(ROOT, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`,
    NO_COLOR: "1",
  };
  return new Promise((resolve) => {
    execFile(command, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      // The code of a command that could not be started is a word. It says nothing about the tree.
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : Number.NaN;
      resolve({ exitCode, output: `${stdout}${stderr}` });
    });
  });
}

const CONFIGURATION = [".oxlintrc.json", ".oxfmtrc.json", ".dependency-cruiser.cjs", ".knip.json", "tsconfig.json"];

/** A small tree that breaks no rule. */
export const CLEAN: Files = {
  "proto/core/tide.ts": `export type Tide = { readonly heightM: number };\n`,
  "edge/core/gauge.ts": `import type { Tide } from "../../proto/core/tide.ts";

export function height(tide: Tide): number {
  return tide.heightM;
}
`,
  "edge/mqtt/listener.ts": `import type { Journal } from "../storage/journal.ts";

export class Listener {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get capacity(): number {
    return this.#journal.capacity;
  }
}
`,
  "edge/storage/journal.ts": `export class Journal {
  readonly capacity: number = 3;
}
`,
  "edge/compose.ts": `import { height } from "./core/gauge.ts";
import { Journal } from "./storage/journal.ts";
import { Listener } from "./mqtt/listener.ts";

export function compose(): number {
  return new Listener(new Journal()).capacity + height({ heightM: 1 });
}
`,
  "edge/main.ts": `import { compose } from "./compose.ts";

process.exitCode = compose();
`,
  "cloud/main.ts": `export {};\n`,
  "deploy/tidemark.ts": `await import("../edge/main.ts");\n`,
  "tests/tank.test.ts": `export type Tank = { readonly litres: number };\n`,
};
