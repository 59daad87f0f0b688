import ts from "typescript";
import { describe, expect, it } from "vitest";
import { propertiesRead } from "./property-reads.ts";
import { SOURCES } from "./tree.ts";
import type { TextFile } from "./tree.ts";

/**
 * Two checks of names that no tool has: no exported name occurs twice in the repository, and each member of each class and
 * type is read. Both look at names only, not at types. So they take two seconds and never report a member that is read. They
 * miss an unread member if another member with the same name is read.
 */
const TREE = SOURCES.filter(({ path }) => path.endsWith(".ts") && !path.startsWith("tests/tidy/names")).map(parsed);

describe("an exported name", () => {
  it("occurs once in the repository", () => expect(exportedTwice(TREE)).toEqual([]));
  it("is noticed when it occurs twice", () => {
    const first = parsed({ path: "edge/a.ts", text: "export type Batch = 1;\nconst x = 1;" });
    const second = parsed({ path: "cloud/b.ts", text: "export class Batch {}\nconst x = 1;" });
    expect(exportedTwice([first, second])).toEqual(["Batch: edge/a.ts, cloud/b.ts"]);
  });
  it.each([
    "class Own {}\nexport { Own as Batch };",
    'export type { Batch } from "pino";',
    'export { Own as Batch } from "./d.ts";',
  ])("is noticed in the list: %s", (text) => {
    const first = parsed({ path: "edge/a.ts", text: "export type Batch = 1;" });
    expect(exportedTwice([first, parsed({ path: ".ci/c.ts", text })])).toEqual(["Batch: edge/a.ts, .ci/c.ts"]);
  });
});

describe("a member of a class or type", () => {
  const found = unreadMembers(TREE);
  it("is read", () => expect(found.filter(({ name }) => !WRITTEN_ONLY.has(name))).toEqual([]));
  it("is noticed when it is not read", () => {
    const text = `
      export type Row = { readonly read: number; readonly unread: number; readonly taken: number };
      export class Rows { get size(): number { return 1; } add(row: Row): number { return row.read; } }
      const { taken } = { read: 1, unread: 2, taken: 3 };
      new Rows().add(taken);`;
    const file = parsed({ path: "edge/a.ts", text });
    expect(unreadMembers([file]).map(({ name, place }) => `${place} ${name}`)).toEqual([
      "edge/a.ts:2 unread",
      "edge/a.ts:3 size",
    ]);
  });
  it("is on the list of exceptions only if it is not read", () => {
    const unread = new Set(found.map(({ name }) => name));
    expect([...WRITTEN_ONLY.keys()].filter((name) => !unread.has(name))).toEqual([]);
  });
});

/** Members that only other programs or people read, with the place where they read them. */
const WRITTEN_ONLY: ReadonlyMap<string, string> = new Map([
  ["rebooted", "the log of a region"],
  ["openapi", "programs that read GET /v1/openapi.json"],
  ["components", "programs that read GET /v1/openapi.json"],
  ["messagesPerS", "the report of a drill"],
  ["dualSentBatches", "the report of a drill"],
  ["memoryBytes", "the report of the benchmark"],
  ["sections", "the report of the benchmark"],
  ["localAddress", "node:net"],
  ["payloadFormatIndicator", "mqtt-packet"],
  ["persistence", "the suite of aedes-persistence"],
  ["testAsync", "the suite of aedes-persistence"],
]);

function parsed({ path, text }: TextFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function exportedTwice(files: readonly ts.SourceFile[]): string[] {
  const places = new Map<string, Set<string>>();
  for (const file of files) {
    for (const statement of file.statements) {
      for (const name of exportedNames(statement)) {
        places.set(name, (places.get(name) ?? new Set()).add(file.fileName));
      }
    }
  }
  return [...places].filter(([, at]) => at.size > 1).map(([name, at]) => `${name}: ${[...at].join(", ")}`);
}

function exportedNames(statement: ts.Statement): string[] {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause, moduleSpecifier } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
    // `export { a } from "./a.ts"` is the same name again, unless it renames it.
    const isAgain = moduleSpecifier !== undefined && moduleSpecifier.getText().startsWith('".');
    const own = exportClause.elements.filter(({ propertyName }) => !isAgain || propertyName !== undefined);
    return own.map(({ name }) => name.text);
  }
  if (!ts.canHaveModifiers(statement)) return [];
  if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement)
  ) {
    return statement.name === undefined ? [] : [statement.name.text];
  }
  return [];
}

type Member = { readonly name: string; readonly place: string };

function unreadMembers(files: readonly ts.SourceFile[]): Member[] {
  const members: Member[] = [];
  const read = new Set<string>();
  for (const file of files) {
    const imported = importedFromPackages(file);
    const visit = (node: ts.Node): void => {
      const name = memberName(node);
      if (name !== undefined && !calledByPackage(node, imported)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        members.push({ name, place: `${file.fileName}:${line + 1}` });
      }
      for (const used of namesRead(node)) read.add(used);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return members.filter(({ name }) => !read.has(name));
}

/** The name of a member that code outside of its class may use. tsc checks members that begin with `#`. */
function memberName(node: ts.Node): string | undefined {
  const isMember =
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessorDeclaration(node);
  if (!isMember || !ts.isIdentifier(node.name)) return undefined;
  const { parent } = node;
  return ts.isClassLike(parent) || ts.isTypeLiteralNode(parent) || ts.isInterfaceDeclaration(parent)
    ? node.name.text
    : undefined;
}

function namesRead(node: ts.Node): string[] {
  // A name as a text may be a key: `row["name"]`, `keyof`, a list of fields.
  return ts.isStringLiteralLike(node) ? [node.text] : propertiesRead(node);
}

function importedFromPackages(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (statement.moduleSpecifier.text.startsWith(".")) continue;
    const bindings = statement.importClause?.namedBindings;
    if (statement.importClause?.name !== undefined) names.add(statement.importClause.name.text);
    if (bindings !== undefined && ts.isNamedImports(bindings))
      for (const { name } of bindings.elements) names.add(name.text);
  }
  return names;
}

/** Whether a package may call the member: its class extends or implements what the package declares. */
function calledByPackage(node: ts.Node, imported: ReadonlySet<string>): boolean {
  const path = node.getSourceFile().fileName;
  // aedes finds the methods of its persistence by their names. Answers over HTTP are read by people and their programs.
  if (path.startsWith("edge/mqtt/aedes/") || path.startsWith("proto/wire/http/")) return true;
  const { parent } = node;
  if (!ts.isClassLike(parent)) return false;
  return (parent.heritageClauses ?? []).some(({ types }) =>
    types.some(({ expression }) => ts.isIdentifier(expression) && imported.has(expression.text)),
  );
}
