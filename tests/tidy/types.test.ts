import { describe, expect, it } from "vitest";
import { commandGate } from "./command-gate.ts";
import type { Plant } from "./command-gate.ts";
import { readText } from "./tree.ts";

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
    rule: "noImplicitOverride",
    files: {
      "edge/override.ts": `class Base {\n  size(): number {\n    return 1;\n  }\n}\nexport class Child extends Base {\n  size(): number {\n    return 2;\n  }\n}\n`,
    },
    says: "edge/override.ts(7,3): error TS4114",
  },
  {
    rule: "noImplicitReturns",
    files: {
      "edge/returns.ts": `export function sign(x: number): string | undefined {\n  if (x > 0) return "+";\n}\n`,
    },
    says: /edge\/returns\.ts\(1,\d+\): error TS7030/,
  },
  {
    rule: "noFallthroughCasesInSwitch",
    files: {
      "edge/fall.ts": `export function name(x: number): string {\n  let found = "";\n  switch (x) {\n    case 1:\n      found = "one";\n    default:\n      return found;\n  }\n}\n`,
    },
    says: "edge/fall.ts(4,5): error TS7029",
  },
  {
    rule: "noPropertyAccessFromIndexSignature",
    files: { "edge/loose.ts": `export const get = (x: Record<string, string>): string | undefined => x.key;\n` },
    says: /edge\/loose\.ts\(1,\d+\): error TS4111/,
  },
  {
    rule: "noUnusedLocals",
    files: { "edge/local.ts": `export function one(): number {\n  const two = 2;\n  return 1;\n}\n` },
    says: "edge/local.ts(2,9): error TS6133",
  },
  {
    rule: "noUnusedParameters",
    files: { "edge/parameter.ts": `export function one(two: number): number {\n  return 1;\n}\n` },
    says: "edge/parameter.ts(1,21): error TS6133",
  },
  {
    rule: "verbatimModuleSyntax",
    files: {
      "edge/verbatim.ts": `import { Tide } from "../proto/core/tide.ts";\nexport const tide: Tide = { heightM: 1 };\n`,
    },
    says: "edge/verbatim.ts(1,10): error TS1484",
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

commandGate({ name: "types", output: ["--pretty", "false"], plants: TYPES });

/** Flags of tsconfig.json that forbid nothing, with what they do. */
const SETTINGS: ReadonlyMap<string, string> = new Map([
  ["declaration", "isolatedDeclarations needs it"],
  ["allowImportingTsExtensions", "permits what Node needs"],
  ["rewriteRelativeImportExtensions", "for the build"],
  ["skipLibCheck", "the types of packages are not ours"],
  ["noEmit", "the build has a configuration of its own"],
]);

/** The flags that are on and neither planted nor settings, and those that are planted or settings and not on. */
function unprovedFlags(options: Readonly<Record<string, unknown>>): string[] {
  const on = Object.keys(options).filter((name) => options[name] === true);
  const known = [...TYPES.map(({ rule }) => rule), ...SETTINGS.keys()];
  return [...on.filter((name) => !known.includes(name)), ...known.filter((name) => !on.includes(name))];
}

describe("each flag of the compiler has a planted violation", () => {
  const { compilerOptions } = JSON.parse(readText("tsconfig.json")) as { compilerOptions: Record<string, unknown> };
  it("in the tree", () => expect(unprovedFlags(compilerOptions)).toEqual([]));
  it("and one without is noticed, also one that was turned off", () => {
    expect(unprovedFlags({ ...compilerOptions, noNewFlag: true, strict: false })).toEqual(["noNewFlag", "strict"]);
  });
});
