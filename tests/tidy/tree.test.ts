import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCUMENTS, FOLDERS, linesMatching, PATHS, readText, ROOT, SOURCES } from "./tree.ts";
import type { TextFile } from "./tree.ts";

const TOP_FILES = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "SECURITY.md",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];
/** What git ignores at the top: the commands of the documents make it. */
const MADE_BY_RUNNING = new Set(
  readText(".gitignore")
    .split("\n")
    .flatMap((line) => /^\/?([^/*]+)\/$/u.exec(line)?.[1] ?? []),
);
/** This folder quotes what it forbids. */
const OUTSIDE = SOURCES.filter(({ path }) => !path.startsWith("tests/tidy/"));

describe("the top", () => {
  const known = new Set([...FOLDERS, ...TOP_FILES]);
  const strange = (names: readonly string[]): string[] =>
    names.filter((name) => !name.startsWith(".") && !known.has(name) && !MADE_BY_RUNNING.has(name));
  it("has nothing but the five folders and the named files", () => {
    expect(strange(readdirSync(ROOT))).toEqual([]);
    expect([...known].filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
  it("with more is noticed", () => expect(strange(["edge", ".ci", "scripts", "dist"])).toEqual(["scripts"]));
});

it("every file is named after its subject", () => {
  const vague = /(^|[-.])(utils?|helpers?|common|managers?|misc|index)\.\w+$/;
  expect(vague.test("string-utils.ts")).toBe(true);
  expect(PATHS.filter((path) => vague.test(basename(path)))).toEqual([]);
});

it("nothing is left for later", () => {
  const later = /\b(TODO|FIXME|XXX)\b|\b(it|test|describe)\.(only|skip|todo)\b/;
  expect(linesMatching([{ path: "x.ts", text: 'it.skip("x")' }], later)).toHaveLength(1);
  expect(linesMatching(OUTSIDE, later)).toEqual([]);
});

describe("documents name files that exist", () => {
  it("in the tree", () => expect(DOCUMENTS.flatMap(missingFiles)).toEqual([]));
  it("and a wrong name is noticed", () => {
    const text = "See [this](nowhere.md) and `edge/nowhere.ts`, not `edge/main.ts`.";
    expect(missingFiles({ path: "README.md", text })).toEqual(["README.md: nowhere.md", "README.md: edge/nowhere.ts"]);
  });
});

function missingFiles({ path, text }: TextFile): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) =>
    join(dirname(path), match[1] ?? ""),
  );
  const names = [...text.matchAll(/`((?:edge|cloud|proto|deploy|tests|\.ci)\/[\w./-]*\w)`/g)].map(
    (match) => match[1] ?? "",
  );
  return [...links, ...names].filter((name) => !existsSync(join(ROOT, name))).map((name) => `${path}: ${name}`);
}
