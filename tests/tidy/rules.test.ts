import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, SOURCES, readText } from "./tree.ts";
import type { TextFile } from "./tree.ts";

/** The rules in `proto/SPEC.md` and the ids in the titles of tests belong together, in both directions. */
const TESTS = SOURCES.filter(({ path }) => path.startsWith("tests/") && !path.startsWith("tests/tidy/"));

describe("the rules in proto/SPEC.md", () => {
  const rules = rulesOf(readText("proto/SPEC.md"));

  it("are found", () => expect(rules.length).toBeGreaterThan(25));
  it("have unique ids", () => expect(twice(rules)).toEqual([]));
  it("name places that exist", () => expect(missingPlaces(rules)).toEqual([]));
  it("are cited by a test title in each place that proves them", () => expect(uncited(rules, TESTS)).toEqual([]));
  it("are all that test titles cite", () => expect(unknownCitations(rules, TESTS)).toEqual([]));
});

describe("notices", () => {
  const page = (...rows: string[]): Rule[] =>
    rulesOf(["| rule | promise | enforced in | proved by |", "| --- | --- | --- | --- |", ...rows].join("\n"));
  const row = "| I1 | Bytes stay | `edge/main.ts` | `tests/unit` |";
  const test = (title: string): TextFile => ({ path: "tests/unit/x.test.ts", text: `test("${title}", () => {});` });

  it("nothing in a page without a mistake", () => {
    const rules = page(row);
    const tests = [test("[I1] bytes stay")];
    expect([twice(rules), missingPlaces(rules), uncited(rules, tests), unknownCitations(rules, tests)]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });
  it("two rules with one id", () => expect(twice(page(row, row))).toEqual(["I1"]));
  it("a place that does not exist", () =>
    expect(missingPlaces(page("| P1 | x | `edge/nowhere.ts` | `tests/none` |"))).toEqual([
      "P1: edge/nowhere.ts",
      "P1: tests/none",
    ]));
  it("a rule without a place", () =>
    expect(missingPlaces(page("| P1 | x | by care | `tests/unit` |"))).toEqual(["P1: no place enforces it"]));
  it("a rule that no title cites", () =>
    expect(uncited(page(row), [test("bytes stay, see [I1]")])).toEqual(["I1: tests/unit"]));
  it("a title that cites no rule", () =>
    expect(unknownCitations(page(row), [test("[I1] [I2] bytes stay")])).toEqual(["tests/unit/x.test.ts: I2"]));
});

type Rule = { readonly id: string; readonly enforcedIn: readonly string[]; readonly provedBy: readonly string[] };

/** The rows of the table that begin with an id. */
function rulesOf(page: string): Rule[] {
  return [...page.matchAll(/^\|\s*([PI]\d+)\s*\|([^|]*)\|([^|]*)\|([^|]*)\|\s*$/gm)].map(
    ([, id = "", , enforced = "", proved = ""]) => ({
      id,
      enforcedIn: inBackticks(enforced),
      provedBy: inBackticks(proved),
    }),
  );
}

function inBackticks(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
}

function twice(rules: readonly Rule[]): string[] {
  const ids = rules.map(({ id }) => id);
  return ids.filter((id, i) => ids.indexOf(id) < i);
}

function missingPlaces(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ id, enforcedIn, provedBy }) => [
    ...(enforcedIn.length === 0 ? [`${id}: no place enforces it`] : []),
    ...(provedBy.length === 0 ? [`${id}: no test proves it`] : []),
    ...[...enforcedIn, ...provedBy].filter((path) => !existsSync(join(ROOT, path))).map((path) => `${id}: ${path}`),
  ]);
}

function uncited(rules: readonly Rule[], tests: readonly TextFile[]): string[] {
  return rules.flatMap(({ id, provedBy }) =>
    provedBy
      .filter((place) => !tests.some((file) => isIn(place, file.path) && citedIn(file.text).includes(id)))
      .map((place) => `${id}: ${place}`),
  );
}

function unknownCitations(rules: readonly Rule[], tests: readonly TextFile[]): string[] {
  const known = new Set(rules.map(({ id }) => id));
  return tests.flatMap(({ path, text }) =>
    [...new Set(citedIn(text))].filter((id) => !known.has(id)).map((id) => `${path}: ${id}`),
  );
}

function isIn(place: string, path: string): boolean {
  const isFolder = existsSync(join(ROOT, place)) && statSync(join(ROOT, place)).isDirectory();
  return isFolder ? path.startsWith(`${place}/`) : path === place;
}

/** Ids at the beginning of a title, such as `"[P1] [P2] every reading..."`. */
function citedIn(text: string): string[] {
  return [...text.matchAll(/["'`]((?:\[[PI]\d+\] )+)/g)].flatMap(([, ids = ""]) =>
    [...ids.matchAll(/\[([PI]\d+)\]/g)].map(([, id = ""]) => id),
  );
}
