/**
 * The house rules, and proof that something watches each of them. A gate that stopped looking (a renamed rule, a tool
 * that finds no files) passes as quietly as one that found nothing, so every gate gets a planted violation that must
 * fail, in a scratch house with the real configuration, beside a clean one that must pass.
 */
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const CONFIGURATION = [".oxlintrc.json", ".oxfmtrc.json", ".dependency-cruiser.cjs", ".knip.json", "tsconfig.json"];
const FOLDERS = ["edge", "cloud", "proto", "deploy", "tests"];

type Files = Readonly<Record<string, string>>;
type Verdict = { readonly exitCode: number; readonly output: string };

/** A rule, the files that break it, and what the gate says about them. */
type Plant = { readonly rule: string; readonly files: Files; readonly says: string | RegExp };

const CLEAN: Files = {
  "proto/core/tide.ts": `export type Tide = { readonly heightM: number };\n`,
  "edge/core/gauge.ts": `import type { Tide } from "../../proto/core/tide.ts";

export function height(tide: Tide): number {
  return tide.heightM;
}
`,
  "edge/mqtt/door.ts": `import type { Shelf } from "../journal/shelf.ts";

export class Door {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  get capacity(): number {
    return this.#shelf.capacity;
  }
}
`,
  "edge/storage/shelf.ts": `export class Shelf {
  readonly capacity: number = 3;
}
`,
  "edge/compose.ts": `import { height } from "./core/gauge.ts";
import { Shelf } from "./journal/shelf.ts";
import { Door } from "./mqtt/door.ts";

export function compose(): number {
  return new Door(new Shelf()).capacity + height({ heightM: 1 });
}
`,
  "edge/main.ts": `import { compose } from "./compose.ts";

process.exitCode = compose();
`,
  "cloud/main.ts": `export {};\n`,
  "deploy/tidemark.ts": `await import("../edge/main.ts");\n`,
  "tests/tank.test.ts": `export type Tank = { readonly litres: number };\n`,
};

const LINT: readonly Plant[] = [
  {
    rule: "no-floating-promises",
    files: { "edge/floating.ts": `async function sync(): Promise<void> {}\nsync();\n` },
    says: /edge\/floating\.ts.*no-floating-promises/,
  },
  {
    rule: "no-misused-promises",
    files: {
      "edge/misused.ts": `async function ready(): Promise<boolean> {\n  return true;\n}\nif (ready()) throw new Error("no");\n`,
    },
    says: /edge\/misused\.ts.*no-misused-promises/,
  },
  {
    rule: "only-throw-error",
    files: { "edge/thrown.ts": `throw "a word";\n` },
    says: /edge\/thrown\.ts.*only-throw-error/,
  },
  {
    rule: "switch-exhaustiveness-check",
    files: {
      "edge/state.ts": `export function next(state: "open" | "sealed"): string | undefined {
  switch (state) {
    case "open":
      return "sealed";
  }
  return undefined;
}
`,
    },
    says: /edge\/state\.ts.*switch-exhaustiveness-check/,
  },
  {
    rule: "no-explicit-any",
    files: { "edge/anything.ts": `export type Anything = any;\n` },
    says: /edge\/anything\.ts.*no-explicit-any/,
  },
  {
    rule: "eqeqeq",
    files: { "edge/loose.ts": `export const same = (a: number, b: number): boolean => a == b;\n` },
    says: /edge\/loose\.ts.*eqeqeq/,
  },
  {
    rule: "no-default-export",
    files: { "edge/nameless.ts": `export default 1;\n` },
    says: /edge\/nameless\.ts.*no-default-export/,
  },
  {
    rule: "no-cycle",
    files: {
      "edge/egg.ts": `import { hen } from "./hen.ts";\nexport const egg = (): number => hen();\n`,
      "edge/hen.ts": `import { egg } from "./egg.ts";\nexport const hen = (): number => egg();\n`,
    },
    says: /edge\/egg\.ts.*no-cycle/,
  },
  {
    rule: "filename-case",
    files: { "edge/camelCase.ts": `export const x = 1;\n` },
    says: /edge\/camelCase\.ts.*filename-case/,
  },
  {
    rule: "no-focused-tests",
    files: { "tests/unit/focused.test.ts": `import { it } from "vitest";\nit.only("x", () => {});\n` },
    says: /tests\/unit\/focused\.test\.ts.*no-focused-tests/,
  },
  {
    rule: "valid-expect",
    files: { "tests/unit/vague.test.ts": `import { expect, it } from "vitest";\nit("x", () => {\n  expect(1);\n});\n` },
    says: /tests\/unit\/vague\.test\.ts.*valid-expect/,
  },
  ...["proto", "edge", "cloud"].flatMap((side): Plant[] => [
    ...Object.entries({
      date: "new Date()",
      performance: "performance.now()",
      process: "process.pid",
      timer: "setTimeout(() => {}, 1)",
      interval: "setInterval(() => {}, 1)",
    }).map(([name, expression]) => ({
      rule: `${side}/core: ${name}`,
      files: { [`${side}/core/uses-${name}.ts`]: `export const x: unknown = ${expression};\n` },
      says: new RegExp(`${side}/core/uses-${name}\\.ts.*no-restricted-globals`),
    })),
    {
      rule: `${side}/core: Math.random`,
      files: { [`${side}/core/dice.ts`]: `export const x: number = Math.random();\n` },
      says: new RegExp(`${side}/core/dice\\.ts.*no-restricted-properties`),
    },
    {
      rule: `${side}/core: node:fs`,
      files: {
        [`${side}/core/disk.ts`]: `import { readFileSync } from "node:fs";\nexport const x = (): string => readFileSync("x", "utf8");\n`,
      },
      says: new RegExp(`${side}/core/disk\\.ts.*no-restricted-imports`),
    },
  ]),
  {
    rule: "edge/decode: the clock",
    files: { "edge/decode/now.ts": `export const x: number = Date.now();\n` },
    says: /edge\/decode\/now\.ts.*no-restricted-properties/,
  },
  {
    rule: "proto/core: the way round by globalThis",
    files: { "proto/core/detour.ts": `export const x: number = globalThis.Date.now();\n` },
    says: /proto\/core\/detour\.ts.*no-restricted-properties/,
  },
  ...(["edge", "cloud"] as const).flatMap((side): Plant[] => {
    const other = side === "edge" ? "cloud" : "edge";
    return ["", "core/"].map((folder) => ({
      rule: `${side}/${folder} imports ${other}`,
      files: { [`${side}/${folder}spy.ts`]: `export * from "${folder === "" ? "" : "../"}../${other}/main.ts";\n` },
      says: new RegExp(`${side}/${folder}spy\\.ts.*no-restricted-imports`),
    }));
  }),
];

const DIRECTION: readonly Plant[] = Object.entries<Files>({
  "no-cycle": {
    "proto/runtime/egg.ts": `import { hen } from "./hen.ts";\nexport const egg = (): number => hen();\n`,
    "proto/runtime/hen.ts": `import { egg } from "./egg.ts";\nexport const hen = (): number => egg();\n`,
  },
  unresolvable: { "proto/runtime/lost.ts": `export * from "./nowhere.ts";\n` },
  "proto-core-imports-nothing": { "proto/core/greedy.ts": `export * from "node:fs";\n` },
  "proto-core-sketch": { "proto/core/sketch.ts": `export { z } from "zod";\n` },
  "wire-imports-core-only": { "proto/wire/chatty.ts": `export { pino } from "pino";\n` },
  "proto-knows-no-side": { "proto/runtime/biased.ts": `export * from "../../edge/compose.ts";\n` },
  "sides-never-meet": { "cloud/query/spy.ts": `export * from "../../edge/core/gauge.ts";\n` },
  "sides-know-no-operator": { "cloud/store/phone.ts": `export * from "../../deploy/tidemark.ts";\n` },
  "side-core-is-pure": { "edge/core/rich.ts": `export { z } from "zod";\n` },
  "adapters-do-not-meet": { "edge/mqtt/neighbour.ts": `export { Shelf } from "../journal/shelf.ts";\n` },
  "adapters-do-not-look-up": { "edge/uplink/upward.ts": `export * from "../compose.ts";\n` },
  "compose-alone-knows-adapters": { "edge/config.ts": `export { Shelf } from "./journal/shelf.ts";\n` },
  "deploy-enters-by-the-door": { "deploy/cli/burglar.ts": `export { Shelf } from "../../edge/journal/shelf.ts";\n` },
  "nothing-imports-tests": { "deploy/cli/cheat.ts": `export type { Tank } from "../../tests/tank.test.ts";\n` },
}).map(([rule, files]) => ({ rule, files, says: `error ${rule}: ${Object.keys(files)[0]} → ` }));

const TYPES: readonly Plant[] = [
  {
    rule: "strict",
    files: { "edge/strict.ts": `export const x: string = null;\n` },
    says: "edge/strict.ts(1,14): error TS2322",
  },
  {
    rule: "noUncheckedIndexedAccess",
    files: { "edge/indexed.ts": `export const first = (list: number[]): number => list[0];\n` },
    says: "edge/indexed.ts(1,50): error TS2322",
  },
  {
    rule: "exactOptionalPropertyTypes",
    files: { "edge/exact.ts": `export const x: { unit?: string } = { unit: undefined };\n` },
    says: "edge/exact.ts(1,14): error TS2375",
  },
  {
    rule: "erasableSyntaxOnly",
    files: { "edge/erasable.ts": `export enum Colour {\n  Red,\n}\n` },
    says: "edge/erasable.ts(1,13): error TS1294",
  },
  {
    rule: "isolatedDeclarations",
    files: { "edge/declared.ts": `export const f = () => new Map<string, number>();\n` },
    says: /edge\/declared\.ts\(1,\d+\): error TS9\d+/,
  },
];

const scratch = mkdtempSync(join(tmpdir(), "tidemark-tidy-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A house with our configuration and these files; its `node_modules` are ours. */
function house(name: string, files: Files): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  for (const file of CONFIGURATION) cpSync(join(ROOT, file), join(folder, file));
  for (const sub of FOLDERS) mkdirSync(join(folder, sub));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), `{\n  "name": "house",\n  "private": true,\n  "type": "module"\n}\n`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function run(folder: string, command: string, ...args: readonly string[]): Promise<Verdict> {
  const env = {
    ...process.env,
    PATH: `${join(ROOT, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`,
    NO_COLOR: "1",
  };
  return new Promise((resolve) => {
    execFile(command, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      // A command that could not be started has a word for a code, and is no verdict on the house.
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : Number.NaN;
      resolve({ exitCode, output: `${stdout}${stderr}` });
    });
  });
}

/** Runs one gate on a clean house and on one with all plants at once, and asks about each plant. */
function gate(options: { name: string; command: readonly [string, ...string[]]; plants: readonly Plant[] }): void {
  describe(`the ${options.name} gate`, () => {
    let clean: Verdict;
    let planted: Verdict;
    beforeAll(async () => {
      const files = Object.assign({}, CLEAN, ...options.plants.map((plant) => plant.files)) as Files;
      clean = await run(house(`${options.name}-clean`, CLEAN), ...options.command);
      planted = await run(house(`${options.name}-planted`, files), ...options.command);
    });
    it("passes a clean house", () => expect(clean).toMatchObject({ exitCode: 0 }));
    it("fails a house with a violation", () => expect(planted.exitCode).toBeGreaterThan(0));
    it.each(options.plants)("notices $rule", ({ says }) => expect(planted.output).toMatch(says));
  });
}

gate({
  name: "lint",
  command: ["oxlint", "--type-aware", "--deny-warnings", "--format", "unix", ...FOLDERS],
  plants: LINT,
});
gate({ name: "direction", command: ["depcruise", ...FOLDERS], plants: DIRECTION });
gate({ name: "type", command: ["tsc", "--pretty", "false"], plants: TYPES });
gate({
  name: "format",
  command: ["oxfmt", "--check"],
  plants: [{ rule: "spacing", files: { "edge/crooked.ts": `export const   x=1\n` }, says: "edge/crooked.ts" }],
});
gate({
  name: "unused",
  command: ["knip"],
  plants: [
    {
      rule: "a file that nobody imports",
      files: { "edge/core/attic.ts": `export const x = 1;\n` },
      says: "edge/core/attic.ts",
    },
    {
      rule: "an export that nobody uses",
      files: { "proto/core/tide.ts": `${CLEAN["proto/core/tide.ts"]}export const forgotten = 1;\n` },
      says: /forgotten +proto\/core\/tide\.ts/,
    },
    {
      rule: "a package that is not declared",
      files: { "edge/main.ts": `import "zod";\n${CLEAN["edge/main.ts"]}` },
      says: /zod +edge\/main\.ts/,
    },
  ],
});

describe("the protobuf gate", () => {
  const contracts = (name: string): string => {
    const folder = house(name, {});
    cpSync(join(ROOT, "proto"), join(folder, "proto"), { recursive: true });
    cpSync(join(ROOT, ".ci/proto.ts"), join(folder, ".ci/proto.ts"));
    return folder;
  };
  it("passes contracts whose code is up to date", async () => {
    expect(await run(contracts("proto-clean"), "node", ".ci/proto.ts", "--check")).toMatchObject({ exitCode: 0 });
  });
  it("notices a contract that was edited without its code", async () => {
    const folder = contracts("proto-planted");
    writeFileSync(join(folder, "proto/new.proto"), `syntax = "proto3";\npackage tidemark.v1;\nmessage New {}\n`);
    const verdict = await run(folder, "node", ".ci/proto.ts", "--check");
    expect(verdict).toMatchObject({ exitCode: 1, output: expect.stringContaining("out of date") as string });
  });
});

describe("the configuration", () => {
  it("has a plant for each rule of direction", () => {
    const cruiser = createRequire(import.meta.url)("../.dependency-cruiser.cjs") as { forbidden: { name: string }[] };
    expect(DIRECTION.map(({ rule }) => rule).sort()).toEqual(cruiser.forbidden.map(({ name }) => name).sort());
  });
  it("has a plant for each rule of the linter", () => {
    const text = readFileSync(join(ROOT, ".oxlintrc.json"), "utf8").replaceAll(/^\s*\/\/.*$/gm, "");
    const { rules } = JSON.parse(text) as { rules: Record<string, unknown> };
    const planted = new Set(LINT.map(({ rule }) => rule));
    const enforced = Object.keys(rules).filter((rule) => rules[rule] !== "off");
    expect(enforced.filter((rule) => !planted.has(basename(rule)))).toEqual([]);
  });
  it("runs every gate in `npm run check`", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const name of Object.keys(scripts).filter((script) => script.startsWith("check:"))) {
      expect(scripts["check"]).toContain(`npm run ${name}`);
    }
  });
  it("pins every version exactly", () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const ranges = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}),
    );
    expect(ranges.filter(([, range]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))).toEqual([]);
  });
  it("keeps the lock file silent about the node that runs npm", () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
      packages: Record<string, object>;
    };
    expect(
      Object.keys(packages).filter((path) => "engines" in (packages[path] ?? {})),
      "run `npm run lock`",
    ).toEqual([]);
  });
});

describe("the tree", () => {
  const MADE_BY_RUNNING = new Set(["node_modules", "dist", "coverage", "tidemark-data", "bench-results"]);
  const DOCUMENTS = ["README.md", "ARCHITECTURE.md", "LICENSE", "package.json", "package-lock.json", "tsconfig.json"];
  const files = FOLDERS.flatMap((folder) => walk(join(ROOT, folder)));
  const sources = files.filter((path) => /\.(ts|js|cjs)$/.test(path) && !path.includes("/generated/"));
  const documents = [
    ...DOCUMENTS.filter((name) => name.endsWith(".md")),
    ...files.filter((path) => path.endsWith(".md")),
  ];

  it("has nothing at the top but the five folders and the named documents", () => {
    const known = new Set([...FOLDERS, ...DOCUMENTS]);
    const strange = readdirSync(ROOT).filter(
      (name) => !name.startsWith(".") && !known.has(name) && !MADE_BY_RUNNING.has(name),
    );
    expect(strange).toEqual([]);
    expect([...known].filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it("names every file after its subject", () => {
    expect(
      files.filter((path) => /(^|[-.])(utils?|helpers?|common|managers?|misc|index)\.\w+$/.test(basename(path))),
    ).toEqual([]);
  });

  it("leaves nothing for later", () => {
    const later = /\b(TODO|FIXME|XXX)\b|\b(it|test|describe)\.(only|skip|todo)\b/;
    const here = relative(ROOT, import.meta.filename);
    expect(sources.filter((path) => path !== here && later.test(readFileSync(join(ROOT, path), "utf8")))).toEqual([]);
  });

  it("is described by documents that name files that exist", () => {
    const missing = documents.flatMap((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) =>
        join(dirname(path), match[1] ?? ""),
      );
      const names = [...text.matchAll(/`((?:edge|cloud|proto|deploy|tests|\.ci)\/[\w./-]*\w)`/g)].map(
        (match) => match[1] ?? "",
      );
      return [...links, ...names].filter((name) => !existsSync(join(ROOT, name))).map((name) => `${path}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  function walk(folder: string): string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  }
});
