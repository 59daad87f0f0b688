import { describe, expect, it } from "vitest";
import { readText, SOURCES } from "./tree.ts";
import type { TextFile } from "./tree.ts";

type Manifest = Readonly<Record<string, Readonly<Record<string, string>>>>;
const manifest = JSON.parse(readText("package.json")) as Manifest;
const TIDY = SOURCES.filter(({ path }) => /^tests\/tidy\/.*\.test\.ts$/.test(path));

describe("every gate", () => {
  it("is run by `npm run check`", () => expect(gatesNotRun(manifest)).toEqual([]));
  it("has a test that runs its command on a planted violation", () => {
    expect(gatesWithoutPlant(manifest, TIDY)).toEqual([]);
  });
  it("that is a test has a planted violation, too", () => expect(testsWithoutPlant(TIDY)).toEqual([]));

  const planted = { scripts: { check: "npm run check:lint", "check:lint": "oxlint", "check:dead": "true" } };
  it("is noticed when it is not run", () => expect(gatesNotRun(planted)).toEqual(["check:dead"]));
  it("is noticed when nothing is planted for it", () => {
    const tests = ['commandGate({\n  name: "lint",', "// dead: commandOf()"].map((text) => ({ path: "x", text }));
    expect(gatesWithoutPlant(planted, tests)).toEqual(["check:dead"]);
  });
  it("is noticed when it is a test that cannot fail", () => {
    const test = (text: string): TextFile => ({ path: "tests/tidy/x.test.ts", text });
    expect(testsWithoutPlant([test("// planted\nit('is tidy', () => {});")])).toEqual(["tests/tidy/x.test.ts"]);
    expect(testsWithoutPlant([test("it('is noticed', () => {});")])).toEqual([]);
  });
});

describe("every version", () => {
  it("is exact", () => expect(inexactVersions(manifest)).toEqual([]));
  it("is noticed when it is a range", () => {
    const versions = { a: "^1.0.0", b: "1.0.0", c: "npm:d@1.x", e: "npm:f@1.0.0-beta.1", g: "latest" };
    expect(inexactVersions({ devDependencies: versions })).toEqual(["a", "c", "g"]);
  });
});

describe("the lock file", () => {
  it("does not depend on the Node that runs npm", () => {
    const { packages } = JSON.parse(readText("package-lock.json")) as { packages: Record<string, object> };
    expect(packagesWithEngines(packages), "run `npm run lock`").toEqual([]);
  });
  it("is noticed when it does", () => expect(packagesWithEngines({ a: { engines: {} }, b: {} })).toEqual(["a"]));
});

function gatesOf({ scripts = {} }: Manifest): string[] {
  return Object.keys(scripts).filter((name) => name.startsWith("check:"));
}

function gatesNotRun(given: Manifest): string[] {
  const run = (given["scripts"]?.["check"] ?? "").split(" && ");
  return gatesOf(given).filter((name) => !run.includes(`npm run ${name}`));
}

/** Gates whose command no test takes from package.json, to run it on a planted violation. */
function gatesWithoutPlant(given: Manifest, tests: readonly TextFile[]): string[] {
  return gatesOf(given).filter((script) => {
    const name = script.slice("check:".length);
    const taken = new RegExp(`\\bcommandGate\\(\\{\\s*name: "${name}"|\\bcommandOf\\("${name}"\\)`);
    return !tests.some(({ text }) => taken.test(text));
  });
}

/** Test files without a word of a planted violation outside of their comments. */
function testsWithoutPlant(tests: readonly TextFile[]): string[] {
  const plant = /\b(planted|plants|notice[sd])\b/;
  return tests.filter(({ text }) => !plant.test(withoutComments(text))).map(({ path }) => path);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

function inexactVersions(given: Manifest): string[] {
  const versions = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.entries(given[kind] ?? {}),
  );
  expect(versions.length).toBeGreaterThan(0);
  return versions.filter(([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)).map(([name]) => name);
}

function packagesWithEngines(packages: Readonly<Record<string, object>>): string[] {
  return Object.keys(packages).filter((path) => "engines" in (packages[path] ?? {}));
}
