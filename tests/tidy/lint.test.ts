import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { commandGate } from "./command-gate.ts";
import type { Plant } from "./command-gate.ts";
import { ROOT } from "./tree.ts";

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

commandGate({
  name: "lint",
  output: ["--format", "unix"],
  plants: LINT,
});

it("each rule of the linter has a planted violation", () => {
  const text = readFileSync(join(ROOT, ".oxlintrc.json"), "utf8").replaceAll(/^\s*\/\/.*$/gm, "");
  const { rules } = JSON.parse(text) as { rules: Record<string, unknown> };
  const planted = new Set(LINT.map(({ rule }) => rule));
  const enforced = Object.keys(rules).filter((rule) => rules[rule] !== "off");
  expect(enforced.filter((rule) => !planted.has(basename(rule)))).toEqual([]);
});
