import { commandGate } from "./command-gate.ts";
import type { Plant } from "./command-gate.ts";

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

commandGate({ name: "type", command: ["tsc", "--pretty", "false"], plants: TYPES });
